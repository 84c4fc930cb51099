"""The settings and the profile in them: what was written, and what a run makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tui.dialects import DIALECTS, WrongOption
from tui.dialects.call import Counter
from tui.dialects.operation import OperationDialect
from tui.dialects.synchronous import SynchronousDialect
from tui.doctor.check import Check, Found, ok, wrong
from tui.doctor.network import called_at, peer_of
from tui.settings import NO_SERVICE, Service, Settings, SettingsError, endpoint_as_written, load

DOUBLED = ("vision", "computervision", "formrecognizer", "documentintelligence")
"""The folders that stand twice in a path when an endpoint holds what the dialect adds."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a run would go by."""

    settings: Settings
    checks: tuple[Check, ...]
    service: Service | None = None
    """None where nothing is run, or nothing can be."""
    counter: Counter | None = None
    """Where its dialect posts images; None for the engine carried along."""


def look_up(name: str | None, queue: Path | None, environment: Mapping[str, str], file: Path) -> Profile:
    """Return the profile of a name, or the one that is used when none is named, and what is wrong with it."""
    try:
        settings = load(environment, file)
    except SettingsError as error:
        settings = _with_queue(Settings(), queue or _path(environment.get("HANDREAD_QUEUE", "")))
        return Profile(settings, (wrong("settings", str(error)),))
    return _profile(_with_queue(settings, queue), name or settings.service, environment, file)


def _with_queue(settings: Settings, queue: Path | None) -> Settings:
    return replace(settings, queue=queue) if queue else settings


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _profile(settings: Settings, name: str, environment: Mapping[str, str], file: Path) -> Profile:
    read = _settings_check(settings, file)
    if name == NO_SERVICE:
        return Profile(settings, (read, ok("profile", f"{NO_SERVICE}: images are looked at, and none is read.")))
    try:
        service = settings.named(name)
    except SettingsError as error:
        return Profile(settings, (read, wrong("profile", str(error))))
    try:
        dialect = DIALECTS[service.dialect](service.options)
    except (KeyError, WrongOption) as error:
        return Profile(settings, (read, wrong("profile", _no_dialect(service, error))))
    if service.is_local:
        return Profile(settings, (read, ok("profile", f"{name}: the engine carried along, on this machine.")), service)
    assert isinstance(dialect, OperationDialect | SynchronousDialect)
    named = ok("profile", f"{name}: the dialect {service.dialect}.")
    endpoint = _endpoint_check(service, dialect.counter, endpoint_as_written(name, environment, file))
    if endpoint.state is Found.WRONG:
        return Profile(settings, (read, named, endpoint))
    return Profile(settings, (read, named, endpoint), service, dialect.counter)


def _settings_check(settings: Settings, file: Path) -> Check:
    names = ", ".join(sorted(settings.services))
    if file.exists():
        return ok("settings", f"{file}, with the services {names}.")
    return ok("settings", f"There is no file {file}, and none is needed. The services are {names}.")


def _no_dialect(service: Service, error: KeyError | WrongOption) -> str:
    if isinstance(error, WrongOption):
        return f"The service {service.name} is set wrongly: {error}"
    return f"The service {service.name} speaks {service.dialect!r}. Known are: {', '.join(DIALECTS)}."


def _endpoint_check(service: Service, counter: Counter, written: str) -> Check:
    try:
        url = called_at(httpx.URL(service.endpoint), counter.path).copy_merge_params(dict(counter.query))
        peer_of(service.endpoint)
    except (httpx.InvalidURL, ValueError):
        return wrong("endpoint", "It is no address. It looks like https://NAME.cognitiveservices.azure.com.")
    says = f"Images go to {url}."
    left_out = what_was_left_out(written, service.endpoint)
    if not left_out:
        return ok("endpoint", says)
    return ok("endpoint", f"{says} Of the endpoint as it was written {left_out} left out.")


def what_was_left_out(written: str, endpoint: str) -> str:
    """Return what of an endpoint is not used, as the middle of a sentence, without what may be a secret in it."""
    parts = urlsplit(written.strip())
    path = _path_left_out(parts.path.removeprefix(urlsplit(endpoint).path))
    left_out = [*filter(None, [path]), *_secrets_left_out(parts.netloc, parts.query)]
    return f"{' and '.join(left_out)} {'is' if len(left_out) == 1 else 'are'}" if left_out else ""


def _path_left_out(path: str) -> str:
    if not path.strip("/"):
        return "the slash at its end" if path else ""
    doubled = next((folder for folder in DOUBLED if path.lower().count(folder) > 1), "")
    if doubled:
        return f"the path {path} (in which {doubled} stands twice)"
    return f"the path {path} (the dialect adds its own)"


def _secrets_left_out(netloc: str, query: str) -> list[str]:
    found = ["what stands before the @"] if "@" in netloc else []
    return [*found, "what stands behind the question mark"] if query else found
