"""A profile's runner, put together from the parts that do not know each other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from difflib import get_close_matches
from functools import partial

import httpx

from tui.credentials import pass_of
from tui.dialects import DIALECTS, Dialect, WrongOption, limits_of, open_client, trusting
from tui.dialects.retirement import notice_of
from tui.pictures.source import measure
from tui.pictures.upload import shipment
from tui.runner import Runner
from tui.settings import Service, Settings, SettingsError


def make_runner(settings: Settings, service: Service, only: Collection[int] | None = None) -> Runner:
    """Return the runner of a profile, for these items or for all that wait.

    Raises SettingsError where the profile cannot be spoken to, NoKey where there is no key, and Refused where the file
    of certificates is none. A keyring may ask for a password, so no screen may be open.
    """
    if service.dialect not in DIALECTS:
        meant = get_close_matches(service.dialect, DIALECTS, 1)
        known = f"Did you mean {meant[0]}?" if meant else f"Known are: {', '.join(DIALECTS)}."
        raise SettingsError(f"The service {service.name} speaks {service.dialect!r}, which is no dialect. {known}")
    try:
        dialect = DIALECTS[service.dialect](service.options)
    except WrongOption as error:
        raise SettingsError(f"The service {service.name} is set wrongly: {error}") from error

    return _runner(settings, service, dialect, only)


def notice_for(service: Service, today: date) -> str:
    """Return what to say before a profile is used: that its service in the cloud has ended, or soon will."""
    stays = service.is_in_the_house or service.tier == "container"
    return "" if stays else notice_of(service.dialect, today)


def _runner(settings: Settings, service: Service, dialect: Dialect, only: Collection[int] | None) -> Runner:
    key = pass_of(service)
    if service.certificates:
        trusting(service.certificates)  # what is wrong with them is said before anything runs

    def client() -> httpx.AsyncClient:
        if service.is_local:
            return _engine_client(service.endpoint)
        return open_client(
            service.endpoint,
            key,
            authorities=service.certificates,
            rebuild_location=service.rebuild_location,
        )

    return Runner(
        settings.queue,
        service,
        client=client,
        dialect=dialect,
        measure=measure,
        prepare=partial(shipment, limits=limits_of(service.dialect, service.tier)),
        cache=settings.cache,
        only=only,
    )


def _engine_client(endpoint: str) -> httpx.AsyncClient:
    """Return the client of the engine carried along, within this process; closing it ends the engine's process."""
    from tui.engine.service import local_service

    app = local_service()

    class Engine(httpx.ASGITransport):
        async def aclose(self) -> None:
            await app.state.close()

    return open_client(endpoint, "", Engine(app=app, raise_app_exceptions=False))
