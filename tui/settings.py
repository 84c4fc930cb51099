"""What the person has set: the service profiles, where things are kept and how they look.

Settings come from a TOML file in the user's configuration folder and from the environment, whose names are Microsoft's
own quickstart names where they exist. A profile says where its key is (see tui.credentials), and never the key itself.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import platformdirs

from tui.key import Key
from tui.model import Trouble

_T = TypeVar("_T")
APP_NAME = "handread"
LOCAL = "local"
"""The profile of the engine carried along."""
SAVED = "saved"
"""The name under which answers stand in the queue that were saved elsewhere."""
NO_SERVICE = "none"
"""The name that means: look and review, run nothing."""


class SettingsError(Trouble):
    """The settings cannot be used; its text says which entry of which file, and what to do."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a profile is called: times in seconds."""

    in_flight: int = 6
    """How many operations are under way at once."""
    first_poll: float = 1.0
    """How long after the submission the first poll comes."""
    growth: float = 1.4
    """By what each wait between two polls is longer than the last."""
    longest_poll: float = 10.0
    """Where that growth ends."""
    deadline: float = 300.0
    """How long after the submission an operation that never ends is given up."""
    tries: int = 5
    """How often a call is tried that meets a passing fault."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service profile: one dialect at one endpoint."""

    name: str
    dialect: str
    endpoint: str
    """The base URL, without a path; `local:` for the engine carried along."""
    key_variable: str = ""
    """The environment variable that holds the key."""
    key_file: str = ""
    """The file that holds the key, which nobody but its owner may read."""
    keyring: bool = False
    """Whether the key is in the system's keyring, under the program's and the profile's name."""
    entra: bool = False
    """Whether calls carry a token of Microsoft Entra ID in place of a key."""
    tier: str = ""
    """What was paid for: `F0` (free), `S0` or `S1` (paid), `container`; empty where nobody has said."""
    calls_per_minute: float = 0.0
    """How often the service may be called, in place of what its tier allows; 0 to go by the tier."""
    price_per_thousand: float | None = None
    """What a thousand pages cost, in whatever money; None where nobody has said, 0 where nothing."""
    max_calls: int | None = None
    """How many images may ever be sent from one queue; None for any number."""
    on_premises: bool = False
    """Whether the endpoint is in the house, so that images that must not leave it may be sent there."""
    rebuild_location: bool = False
    """Whether an operation is asked after at the endpoint, whatever host and port the service says it is at."""
    certificates: str = ""
    """The file of the authority that vouches for the endpoint, where the system does not know it."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the dialect by the service's own names, such as mode or language."""
    words: str = ""
    """Of the engine carried along: the file that lists a person's own words, names and places; empty for none."""
    careful: bool = False
    """Of the engine carried along: whether lines that look unsure are read three times, for three times the work."""
    pace: Pace = field(default_factory=Pace)

    @property
    def is_local(self) -> bool:
        """Whether it is the engine carried along, whose operations end with this process."""
        return self.endpoint == "local:"

    @property
    def is_on_this_machine(self) -> bool:
        """Whether what is sent there leaves this machine not at all."""
        return self.is_local or is_loopback(urlsplit(self.endpoint).hostname or "")

    @property
    def is_in_the_house(self) -> bool:
        """Whether what is sent there stays with the person: on this machine, or where the profile says so."""
        return self.is_on_this_machine or self.on_premises

    @property
    def is_paid(self) -> bool:
        """Whether each image may cost something."""
        if self.price_per_thousand is not None:
            return self.price_per_thousand > 0
        return not self.is_on_this_machine

    def cost_of(self, pages: int) -> float | None:
        """Return what so many pages cost; None where nobody has said what they do."""
        return None if self.price_per_thousand is None else self.price_per_thousand * pages / 1000


LOCAL_SERVICE = Service(
    name=LOCAL,
    dialect="read-3.2",
    endpoint="local:",
    pace=Pace(in_flight=3, first_poll=0.2, growth=1.3, longest_poll=1.0, deadline=900.0),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    service: str = LOCAL
    """The name of the profile that is used when none is named."""
    services: Mapping[str, Service] = field(default_factory=lambda: {LOCAL: LOCAL_SERVICE})
    queue: Path = field(default_factory=lambda: data_folder() / "queue.db")
    cache: Path = field(default_factory=lambda: Path(platformdirs.user_cache_dir(APP_NAME)))
    cache_megabytes: int = 500
    """How many megabytes the reduced copies of pages may take there; 0 to keep none."""
    reviewer: str = ""
    """The name that stands beside each decision."""
    glyphs: str = ""
    """The glyph set ink is drawn with; empty to go by the terminal."""
    colours: str = ""
    """`truecolor`, `256`, `16` or `none`; empty to go by the terminal."""
    graphics: str = ""
    """`kitty` for pictures pixel by pixel, `none` for glyphs alone; empty or `auto` to go by the terminal."""
    theme: str = ""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which keys a command has, by its name, as the person wrote them."""
    key_preset: str = ""
    """The keys that all other commands have; empty for the usual ones."""

    @property
    def cache_bytes(self) -> int:
        """How many bytes the reduced copies of pages may take."""
        return self.cache_megabytes * 1_000_000

    def named(self, name: str) -> Service:
        """Return the profile of that name; raises SettingsError with the names there are."""
        try:
            return self.services[name]
        except KeyError:
            known = ", ".join(sorted(self.services))
            raise SettingsError(
                f"There is no service named {name!r}. Known are: {known}, {NO_SERVICE}. Add it under [services.{name}] "
                f"in {settings_file()}."
            ) from None


def data_folder() -> Path:
    """Where queue files are kept."""
    return Path(platformdirs.user_data_dir(APP_NAME))


def settings_file() -> Path:
    """Where the settings are read from."""
    return Path(platformdirs.user_config_dir(APP_NAME)) / "config.toml"


def load(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Read the settings; a file that is not there is no error. Raises SettingsError."""
    environment = os.environ if environment is None else environment
    file = settings_file() if file is None else file
    table = _table(file)
    services = {LOCAL: LOCAL_SERVICE, **_from_environment(environment)}
    for name, entry in _expect(table.pop("services", {}), dict, file, "services").items():
        services[name] = _service(name, _expect(entry, dict, file, f"services.{name}"), file)
    plain: dict[str, Any] = {name: _expect(table.pop(name), str, file, name) for name in tuple(table) if name in _PLAIN}
    if "cache_megabytes" in table:
        most, name = table.pop("cache_megabytes"), "cache_megabytes"
        is_none = isinstance(most, int | float) and most == 0
        plain[name] = 0 if is_none else _whole(_positive(most, file, name), file, name)
    more = _keys(_expect(table.pop("keys", {}), dict, file, "keys"), file)
    if table:
        unknown = ", ".join(sorted(table))
        raise SettingsError(f"{file}: there is no setting named {unknown}. Remove it, or correct its spelling.")
    paths = {name: _expanded(plain.pop(name)) for name in ("queue", "cache") if name in plain}
    if environment.get("HANDREAD_QUEUE"):
        paths["queue"] = _expanded(environment["HANDREAD_QUEUE"])
    plain["reviewer"] = plain.get("reviewer") or environment.get("USER") or environment.get("USERNAME") or "someone"
    return Settings(services=services, **plain, **paths, **more)  # type: ignore[arg-type]


def _keys(entry: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return the keys that were set, as they were written: what they mean is known where the commands are."""
    preset = _expect(entry.pop("preset", ""), str, file, "keys.preset")
    keys: dict[str, tuple[str, ...]] = {}
    for name, written in entry.items():
        several = written if isinstance(written, list) else [written]
        keys[name] = tuple(_expect(one, str, file, f"keys.{name}") for one in several)
    return {"keys": keys, "key_preset": preset}


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)  # there is no such user: the name is one like any other


_PLAIN = ("service", "queue", "cache", "reviewer", "glyphs", "colours", "graphics", "theme")


def _table(file: Path) -> dict[str, Any]:
    try:
        written = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}. Correct or remove it.") from error
    import tomllib

    try:
        return tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}. Correct or remove it.") from error


def _expect(value: object, kind: type[_T], file: Path, name: str) -> _T:
    if isinstance(value, kind):
        return value
    if isinstance(value, dict):
        raise SettingsError(
            f"{file}: {name} must be {_KINDS[kind]}, and no table. Profiles stand under [services.NAME]."
        )
    raise SettingsError(f"{file}: {name} must be {_KINDS[kind]}, not {value!r}.")


_KINDS: dict[type, str] = {str: "a text", dict: "a table", bool: "true or false"}
_TEXTS = ("key_variable", "key_file", "tier", "certificates", "words")
_FLAGS = ("keyring", "entra", "on_premises", "rebuild_location", "careful")
_OF_THE_ENGINE = ("words", "careful")
_KEY_SOURCES = ("key_variable", "key_file", "keyring", "entra")
TIERS = ("", "F0", "S0", "S1", "container")
"""What a profile may say was paid for."""


_QUICKSTARTS = (
    ("vision", "read-3.2", "VISION_ENDPOINT", "VISION_KEY"),
    (
        "document-intelligence",
        "document-intelligence-2024-11-30",
        "DOCUMENTINTELLIGENCE_ENDPOINT",
        "DOCUMENTINTELLIGENCE_API_KEY",
    ),
)
"""A profile's name and dialect, and the variables of Microsoft's own quickstarts that hold its endpoint and its key."""


def _from_environment(environment: Mapping[str, str]) -> dict[str, Service]:
    found = {}
    for name, dialect, endpoint, key_variable in _QUICKSTARTS:
        if environment.get(endpoint):
            try:
                normal = normal_endpoint(environment[endpoint])
            except SettingsError as error:
                raise SettingsError(f"The environment variable {endpoint} cannot be used: {error}") from error
            found[name] = Service(name, dialect, normal, key_variable)
    return found


def _service(name: str, entry: dict[str, Any], file: Path) -> Service:
    where = f"services.{name}"
    if name == LOCAL:
        entry = {"dialect": LOCAL_SERVICE.dialect, "endpoint": LOCAL_SERVICE.endpoint, **entry}
    if name in {NO_SERVICE, SAVED}:
        raise SettingsError(f"{file}: a service cannot be named {name}. Choose another name.")
    for required in ("dialect", "endpoint"):
        if required not in entry:
            raise SettingsError(f"{file}: {where} needs {required}.")
    if "key" in entry:
        raise SettingsError(
            f"{file}: {where}.key is not read, so that no key lies in a settings file. Put the key into an environment "
            f"variable and name that variable: key_variable = 'MY_KEY'; or into a file of its own, and name that: "
            f"key_file = 'FILE'."
        )
    dialect = _expect(entry.pop("dialect"), str, file, f"{where}.dialect")
    endpoint = _expect(entry.pop("endpoint"), str, file, f"{where}.endpoint")
    more: dict[str, Any] = {text: _expect(entry.pop(text, ""), str, file, f"{where}.{text}") for text in _TEXTS}
    more |= {flag: _expect(entry.pop(flag, False), bool, file, f"{where}.{flag}") for flag in _FLAGS}
    more |= _money(entry, file, where)
    if Key(more["key_variable"]).looks_like_one:
        raise SettingsError(
            f"{file}: {where}.key_variable holds what looks like a key itself. Name the environment variable that "
            f"holds it, and consider the key in this file as seen."
        )
    sources = [source for source in _KEY_SOURCES if more[source]]
    if len(sources) > 1:
        raise SettingsError(f"{file}: {where} has both {' and '.join(sources[:2])}. Keep one: a key has one place.")
    if more["tier"] not in TIERS:
        raise SettingsError(f"{file}: {where}.tier must be one of {', '.join(TIERS[1:])}, not {more['tier']!r}.")
    local = endpoint == LOCAL_SERVICE.endpoint
    _check_what_is_the_engines(more, file, where, is_local=local)
    pace = _pace(entry, file, where, LOCAL_SERVICE.pace if local else Pace())
    options = {key: _option(value, file, f"{where}.{key}") for key, value in entry.items()}
    return Service(
        name,
        dialect,
        endpoint if local else normal_endpoint(endpoint),
        options=options,
        pace=pace,
        **more,
    )


def _check_what_is_the_engines(more: dict[str, Any], file: Path, where: str, *, is_local: bool) -> None:
    """Refuse for other services what the engine carried along alone can do, and find a list of words."""
    for name in _OF_THE_ENGINE:
        if more[name] and not is_local:
            raise SettingsError(
                f"{file}: {where}.{name} is for the engine carried along (endpoint = 'local:'). Leave it out; the "
                f"command `handread serve` takes --{name}."
            )
    if more["words"]:
        more["words"] = str(file.parent / _expanded(more["words"]))


def _pace(entry: dict[str, Any], file: Path, where: str, usual: Pace) -> Pace:
    """Take out of an entry how the service is called, where that is not as usual."""
    pace: dict[str, Any] = {}
    for number in fields(Pace):
        if number.name in entry:
            pace[number.name] = _positive(entry.pop(number.name), file, f"{where}.{number.name}")
    for whole in ("in_flight", "tries"):
        if whole in pace:
            pace[whole] = _whole(pace[whole], file, f"{where}.{whole}")
    if pace.get("growth", 1) < 1:
        raise SettingsError(f"{file}: {where}.growth must be 1 or more: polls do not come faster and faster.")
    return replace(usual, **pace)


def _money(entry: dict[str, Any], file: Path, where: str) -> dict[str, Any]:
    """Take out of an entry what limits calls and what they cost."""
    found: dict[str, Any] = {}
    if "calls_per_minute" in entry:
        name = "calls_per_minute"
        found[name] = _positive(entry.pop(name), file, f"{where}.{name}")
    if "price_per_thousand" in entry:
        found["price_per_thousand"] = _from_nought(entry.pop("price_per_thousand"), file, f"{where}.price_per_thousand")
    if "max_calls" in entry:
        most = _from_nought(entry.pop("max_calls"), file, f"{where}.max_calls")
        found["max_calls"] = _whole(most, file, f"{where}.max_calls")
    return found


def _positive(value: object, file: Path, name: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return value
    hint = " (without quotes)" if isinstance(value, str) else ""
    raise SettingsError(f"{file}: {name} must be a number above 0{hint}, not {value!r}.")


def _from_nought(value: object, file: Path, name: str) -> float:
    return 0 if type(value) in {int, float} and value == 0 else _positive(value, file, name)


def _option(value: object, file: Path, name: str) -> str:
    """Return a parameter as it goes into a URL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _expect(value, str, file, name)


def _whole(value: float, file: Path, name: str) -> int:
    if value == int(value):
        return int(value)
    raise SettingsError(f"{file}: {name} must be a whole number above 0, not {value!r}.")


def normal_endpoint(endpoint: str) -> str:
    """Return scheme, host and port of an endpoint, and a gateway's own path; raises SettingsError.

    The beginning of a service's path, which people paste with it (`/vision/v3.2/...`, also doubled), is left out, for
    the dialect knows it; so is what stands before an @, which may be a secret and is not repeated.
    """
    named = endpoint.strip().rpartition("@")[2]
    try:
        parts = urlsplit(endpoint.strip())
        is_endpoint = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:  # a port that is none, or a name that can be none
        is_endpoint = False
    if not is_endpoint:
        raise SettingsError(f"{named!r} is no endpoint. It looks like https://NAME.cognitiveservices.azure.com.")
    own = re.split(_OF_A_SERVICE, parts.path, maxsplit=1)[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{own}"


_OF_A_SERVICE = r"(?i)(?<=/)(?=(?:vision|formrecognizer|documentintelligence|computervision)+(?:/|$))"


def endpoint_as_written(name: str, environment: Mapping[str, str] | None = None, file: Path | None = None) -> str:
    """Return what the person wrote as a profile's endpoint, before it became normal; empty where nobody wrote any.

    It may hold a secret before an @ or behind a question mark. Raises SettingsError.
    """
    environment = os.environ if environment is None else environment
    entry = _table(settings_file() if file is None else file).get("services", {}).get(name, {})
    written = {profile: environment.get(variable, "") for profile, _, variable, _ in _QUICKSTARTS}
    return str(entry.get("endpoint", written.get(name, "")))


def is_loopback(host: str) -> bool:
    """Whether an address never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
