"""What the person has set: the service profiles, where things are kept and how they look.

Settings come from a TOML file in the user's configuration folder and from the environment, whose names are Microsoft's
own quickstart names where they exist. A key is only ever read from the environment, and never kept in a record that is
printed, stored or sent anywhere but to the profile's own endpoint.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import platformdirs

from tui.model import Trouble

_T = TypeVar("_T")
APP_NAME = "handread"
LOCAL = "local"
"""The profile of the engine carried along."""
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
    """The environment variable that holds the key; empty where none is needed."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the dialect by the service's own names, such as mode or language."""
    pace: Pace = field(default_factory=Pace)

    @property
    def is_local(self) -> bool:
        """Whether it is the engine carried along, whose operations end with this process."""
        return self.endpoint == "local:"

    def key(self, environment: Mapping[str, str] | None = None) -> str:
        """Return the key, or an empty string where there is none."""
        return (os.environ if environment is None else environment).get(self.key_variable, "").strip()


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
    reviewer: str = ""
    """The name that stands beside each decision."""
    glyphs: str = ""
    """The glyph set ink is drawn with; empty to go by the terminal."""
    theme: str = ""

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
    plain = {name: _expect(table.pop(name), str, file, name) for name in tuple(table) if name in _PLAIN}
    if table:
        unknown = ", ".join(sorted(table))
        raise SettingsError(f"{file}: there is no setting named {unknown}. Remove it, or correct its spelling.")
    paths = {name: _expanded(plain.pop(name)) for name in ("queue", "cache") if name in plain}
    if environment.get("HANDREAD_QUEUE"):
        paths["queue"] = _expanded(environment["HANDREAD_QUEUE"])
    plain["reviewer"] = plain.get("reviewer") or environment.get("USER") or environment.get("USERNAME") or "someone"
    return Settings(services=services, **plain, **paths)  # type: ignore[arg-type]


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)  # there is no such user: the name is one like any other


_PLAIN = ("service", "queue", "cache", "reviewer", "glyphs", "theme")


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}. Correct or remove it.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}. Correct or remove it.") from error


def _expect(value: object, kind: type[_T], file: Path, name: str) -> _T:
    if isinstance(value, kind):
        return value
    raise SettingsError(f"{file}: {name} must be a {_KINDS[kind]}, not {value!r}.")


_KINDS: dict[type, str] = {str: "text", dict: "table", float: "number", int: "whole number"}


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
            found[name] = Service(name, dialect, normal_endpoint(environment[endpoint]), key_variable)
    return found


def _service(name: str, entry: dict[str, Any], file: Path) -> Service:
    where = f"services.{name}"
    if name == NO_SERVICE:
        raise SettingsError(f"{file}: a service cannot be named {NO_SERVICE}. Choose another name.")
    for required in ("dialect", "endpoint"):
        if required not in entry:
            raise SettingsError(f"{file}: {where} needs {required}.")
    if "key" in entry:
        raise SettingsError(
            f"{file}: {where}.key is not read, so that no key lies in a settings file. Put the key into an environment "
            f"variable and name that variable: key_variable = 'MY_KEY'."
        )
    dialect = _expect(entry.pop("dialect"), str, file, f"{where}.dialect")
    endpoint = _expect(entry.pop("endpoint"), str, file, f"{where}.endpoint")
    key_variable = _expect(entry.pop("key_variable", ""), str, file, f"{where}.key_variable")
    pace = {}
    for number in fields(Pace):
        if number.name in entry:
            pace[number.name] = _positive(entry.pop(number.name), file, f"{where}.{number.name}")
    for whole in ("in_flight", "tries"):
        if whole in pace:
            pace[whole] = _whole(pace[whole], file, f"{where}.{whole}")
    if pace.get("growth", 1) < 1:
        raise SettingsError(f"{file}: {where}.growth must be 1 or more: polls do not come faster and faster.")
    options = {key: _option(value, file, f"{where}.{key}") for key, value in entry.items()}
    local = endpoint == "local:"
    return Service(
        name,
        dialect,
        endpoint if local else normal_endpoint(endpoint),
        key_variable,
        options,
        Pace(**pace),  # type: ignore[arg-type]
    )


def _positive(value: object, file: Path, name: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return value
    raise SettingsError(f"{file}: {name} must be a number above 0, not {value!r}.")


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
    """Return scheme, host and port of an endpoint, without the path people paste after it; raises SettingsError."""
    named = endpoint.strip().rpartition("@")[2]  # what stands before an @ may be a secret: it is not repeated
    try:
        parts = urlsplit(endpoint.strip())
        is_endpoint = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_endpoint = False
    if not is_endpoint:
        raise SettingsError(f"{named!r} is no endpoint. It looks like https://NAME.cognitiveservices.azure.com.")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
