"""Everything a run needs, looked at before it starts: nothing is paid for, no image is sent, no queue is changed.

Each file looks into one thing and returns Checks, in the order in which a run would meet them. What takes time is
looked into at once, and each part of it has a limit of its own, so that the whole ends within half a minute even where
a network swallows everything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tui.aside import aside
from tui.doctor.call import Verdict, verdict_of
from tui.doctor.carried import engine_checks
from tui.doctor.check import Check, Found, unknown
from tui.doctor.disk import cache_check, calls_of, queue_checks
from tui.doctor.key import Carried, carried_by
from tui.doctor.network import Way, way_to
from tui.doctor.profile import Profile, look_up
from tui.doctor.screen import screen_checks, size_of_stdout
from tui.doctor.terms import budget_check, retirement_check, tier_check
from tui.settings import Service
from tui.terminal_memory import FILE, TerminalMemory

__all__ = ["Check", "Found", "examine"]

DISK_SECONDS = 15.0
"""How long the disk may take, which may be a network's."""


async def examine(
    service: str | None,
    queue: Path | None,
    environment: Mapping[str, str],
    file: Path,
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Check]:
    """Check what a run with these options would need; each check comes as soon as those before it have.

    `file` is that of the settings. A keyring may ask for a password meanwhile.
    """
    profile = look_up(service, queue, environment, file)
    parts = [asyncio.create_task(_service_checks(profile, now)), asyncio.create_task(_here(profile, environment))]
    try:
        for check in profile.checks:
            yield check
        for part in parts:
            for check in await part:
                yield check
    finally:
        for part in parts:
            part.cancel()


async def _service_checks(profile: Profile, now: Callable[[], float]) -> tuple[Check, ...]:
    if profile.service is None:
        return ()
    if profile.service.is_local:
        return await engine_checks()
    return () if profile.counter is None else await _cloud_checks(profile, profile.service, now)


async def _cloud_checks(profile: Profile, service: Service, now: Callable[[], float]) -> tuple[Check, ...]:
    way, carried, budget = await asyncio.gather(way_to(service, now), carried_by(service), _budget(profile, service))
    verdict = await _verdict(profile, service, way, carried)
    today = datetime.fromtimestamp(now(), UTC).date()
    return (
        *way.checks,
        carried.check,
        verdict.key,
        verdict.dialect,
        tier_check(service, verdict.tier),
        *budget,
        retirement_check(service, today),
    )


async def _verdict(profile: Profile, service: Service, way: Way, carried: Carried) -> Verdict:
    assert profile.counter is not None
    if not way.is_open or carried.key is None:
        why = "the way there is not open" if not way.is_open else "there is no key to ask with"
        return Verdict(unknown("key taken", f"Not asked, for {why}."), unknown("dialect", f"Not asked, for {why}."))
    return await verdict_of(service, profile.counter, carried.key)


async def _budget(profile: Profile, service: Service) -> tuple[Check, ...]:
    if not service.is_paid and service.max_calls is None:
        return ()
    try:
        sent = await aside(lambda: calls_of(profile.settings.queue, service.name), DISK_SECONDS)
    except TimeoutError:
        sent = None
    if sent is None:
        return (unknown("budget", "How many images were sent is not known, for the queue cannot be asked."),)
    return (budget_check(service, sent),)


async def _here(profile: Profile, environment: Mapping[str, str]) -> tuple[Check, ...]:
    settings = profile.settings
    known = TerminalMemory(settings.cache / FILE, environment).recall()
    screen = screen_checks(environment, size_of_stdout(), settings.glyphs, known)
    try:
        disk = await aside(lambda: (*queue_checks(settings.queue), cache_check(settings.cache)), DISK_SECONDS)
    except TimeoutError:
        disk = (
            unknown(
                "queue",
                f"{settings.queue} has not answered in {DISK_SECONDS:.0f} seconds. Check the drive it lies on.",
            ),
        )
    return *screen, *disk
