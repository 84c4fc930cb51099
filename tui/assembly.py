"""A profile's runner, put together from the parts that do not know each other."""

from __future__ import annotations

from collections.abc import Collection

import httpx

from tui.credentials import key_of
from tui.dialects import DIALECTS, WrongOption, open_client
from tui.pictures.source import measure
from tui.pictures.upload import upright
from tui.runner import Runner
from tui.settings import Service, Settings, SettingsError


def make_runner(settings: Settings, service: Service, only: Collection[int] | None = None) -> Runner:
    """Return the runner of a profile, for these items or for all that wait.

    Raises SettingsError where the profile cannot be spoken to.
    """
    if service.dialect not in DIALECTS:
        raise SettingsError(f"The service {service.name} speaks {service.dialect!r}. Known are: {', '.join(DIALECTS)}.")
    try:
        dialect = DIALECTS[service.dialect](service.options)
    except WrongOption as error:
        raise SettingsError(f"The service {service.name} is set wrongly: {error}") from error

    def client() -> httpx.AsyncClient:
        return _engine_client(service.endpoint) if service.is_local else open_client(service.endpoint, key_of(service))

    return Runner(
        settings.queue,
        service,
        client=client,
        dialect=dialect,
        measure=measure,
        prepare=upright,
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
