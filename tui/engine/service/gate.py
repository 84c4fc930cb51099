"""The gateway before all families: it numbers requests, knows this machine's names, and asks for the key."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.engine.service.refusals import TurnedAway
from tui.engine.service.terms import Terms

KEY_HEADER = "Ocp-Apim-Subscription-Key"
WITHOUT_KEY = frozenset({"/health", "/ready", "/status"})
"""What whoever watches over a server may ask."""
DENIED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)
STRANGER = (
    "The Host header names no machine that this server knows itself by. Call it by its address, such as 127.0.0.1, or "
    "start it with a key."
)
READ_ON_BYTES = 16 * 2**20
READ_ON_SECONDS = 10.0
"""How much of a body that nobody wants is read, so that its sender is there to hear the answer."""
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", re.ASCII)


class Gate:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp, terms: Terms) -> None:
        self._app = app
        self._terms = terms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the families, or turn it away."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(uuid.uuid4())
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}

        async def send_numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                if self._terms.is_strict:
                    headers["apim-request-id"] = request_id
            await send(message)

        try:
            self._check(scope)
        except TurnedAway as refusal:
            await read_on(Request(scope, receive))
            await refusal.response()(scope, receive, send_numbered)
        else:
            await self._app(scope, receive, send_numbered)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        named = _HOST.fullmatch(headers.get("host", "127.0.0.1"))
        if not named or not self._terms.knows_host(named["name"].strip("[]").lower()):
            raise TurnedAway(400, STRANGER)
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise TurnedAway(403, "Pages of other sites may not call this server.")
        if self._terms.key and scope["path"] not in WITHOUT_KEY:
            given = headers.get(KEY_HEADER, "").encode("utf-8", "replace")
            if not hmac.compare_digest(given, self._terms.key.encode()):
                raise TurnedAway(401, DENIED)


def base_url(request: Request) -> str:
    """Return how the client calls this machine, without a slash at the end; the gate has looked at the host's form."""
    host = request.headers.get("host") or "127.0.0.1"
    return f"{request.scope['scheme']}://{host}"


async def read_on(request: Request) -> None:
    """Read what there is of a body, up to a size, before a request is refused: else the sender may never hear why."""
    size = 0
    with contextlib.suppress(Exception):  # the sender may be gone, or all of it read, which is just as well
        async with asyncio.timeout(READ_ON_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > READ_ON_BYTES:
                    return
