"""The key: where it is, and whether it looks like one. It is never shown."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import urlsplit

from tui.aside import aside
from tui.credentials import CLOUDS, EntraTokens, NoKey, pass_of
from tui.doctor.check import Check, ok, unknown, wrong
from tui.key import Key
from tui.settings import APP_NAME, Service

KEY_SECONDS = 10.0
"""How long a keyring may take, which may ask for a password."""
TOKEN_SECONDS = 10.0
"""How long Microsoft Entra ID may take here; a run has more patience."""


class Carried(NamedTuple):
    """What calls would carry."""

    check: Check
    key: Key | EntraTokens | None
    """None where there is none to be had."""


async def carried_by(service: Service) -> Carried:
    """Get a profile's key or token, as a run would."""
    try:
        key = await aside(lambda: pass_of(service), KEY_SECONDS)
    except NoKey as error:
        return Carried(wrong("key", str(error)), None)
    except TimeoutError:
        return Carried(
            unknown(
                "key",
                f"{_place(service).capitalize()} has not answered in {KEY_SECONDS:.0f} seconds. It may be waiting "
                f"for a password: unlock it, and ask again.",
            ),
            None,
        )
    return Carried(_key_check(service, key), key) if isinstance(key, Key) else await _with_token(service, key)


async def _with_token(service: Service, tokens: EntraTokens) -> Carried:
    try:
        async with asyncio.timeout(TOKEN_SECONDS):
            await tokens.fresh()
    except NoKey as error:
        return Carried(wrong("key", str(error)), None)
    except TimeoutError:
        says = f"Microsoft Entra ID gave no token in {TOKEN_SECONDS:.0f} seconds. Check the network, and ask again."
        return Carried(unknown("key", says), None)
    return Carried(ok("key", f"Microsoft Entra ID has given a token for {service.endpoint}."), tokens)


def _key_check(service: Service, key: Key) -> Check:
    if not key:
        return _without_key(service)
    if not key.can_be_sent:
        return wrong("key", f"The key in {_place(service)} holds characters that no key has. Copy it again.")
    if key.looks_like_one:
        return ok("key", f"There is one in {_place(service)}, and it looks like one.")
    return unknown(
        "key",
        f"There is one in {_place(service)}, of {len(key.reveal())} characters. Those of Microsoft's services have 32 "
        f"(of 0-9 and a-f) or 84; whether this one is taken stands below.",
    )


def _without_key(service: Service) -> Check:
    host = (urlsplit(service.endpoint).hostname or "").lower()
    if any(host.endswith(f".{domain}") for cloud in CLOUDS for domain in (cloud.domain, cloud.regional)):
        return wrong(
            "key",
            f"The profile names none, and {host} asks for one. Put it into the keyring (keyring set {APP_NAME} "
            f"{service.name}) and write keyring = true, or name a key_variable or key_file.",
        )
    return ok("key", "The profile names none.")


def _place(service: Service) -> str:
    """Return where a profile's key is, as it stands within a sentence."""
    if service.key_variable:
        return f"the environment variable {service.key_variable}"
    return f"the file {service.key_file}" if service.key_file else "the system's keyring"
