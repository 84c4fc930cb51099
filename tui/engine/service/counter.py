"""Where a family takes documents and answers for them: what all the families do alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.engine.answers.common import Json
from tui.engine.operations import KEPT_SECONDS, Arrival, Operation, Operations, Order, Status
from tui.engine.ranges import PageRanges
from tui.engine.reading import Reading
from tui.engine.service.gate import base_url, read_on
from tui.engine.service.limits import READ, Limits, check
from tui.engine.service.parameters import manner
from tui.engine.service.refusals import Body, Declined, Fault, TurnedAway, request_id_of, throttled
from tui.engine.service.terms import Terms
from tui.engine.service.uploads import Forms, Uploads
from tui.pdf import is_pdf

RETRY_STOPPED = 30
"""Seconds a client is asked to wait when the server is stopping."""

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Family:
    """What protocols that belong together have in common."""

    title: str
    """What the service calls the API, as its gateway does."""
    limits: Limits
    body: Body
    """The shape and the codes of its errors."""
    forms: Forms = field(default_factory=Forms)
    kept: float = KEPT_SECONDS
    """Seconds for which an operation that has ended can be asked after."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every answer about an operation that has not ended."""


class Counter:
    """Takes documents for one family; `Declined` and `TurnedAway` are answered in its words."""

    def __init__(self, family: Family, operations: Operations, terms: Terms) -> None:
        most = family.limits.most_bytes if terms.is_strict else READ.most_bytes
        self._family = family
        self._operations = operations
        self._is_strict = terms.is_strict
        self._public_url = terms.public_url
        self._uploads = Uploads(family.title, family.forms, most, terms.fetch, operations)

    def takes(self, path: str, endpoint: Endpoint) -> Route:
        """Return a route that documents are posted to."""
        return Route(path, self._guarded(endpoint), methods=["POST"])

    def answers(
        self, path: str, kind: str, answer: Callable[[Operation], Json], look: Callable[[Request], object] | None = None
    ) -> Route:
        """Return a route that says how the operation `{id}` stands; `look` may decline the request first."""

        async def endpoint(request: Request) -> Response:
            if look:
                look(request)
            operation = await self.asked_for(request, kind)
            if not operation.has_ended:
                return JSONResponse(answer(operation), headers={**self._family.headers, **headers_of(operation)})
            return await asyncio.to_thread(lambda: JSONResponse(answer(operation), headers=headers_of(operation)))

        return Route(path, self._guarded(endpoint))

    def forgets(self, path: str, kind: str, look: Callable[[Request], object]) -> Route:
        """Return a route that deletes the operation `{id}`."""

        async def endpoint(request: Request) -> Response:
            look(request)
            await self._operations.forget(await self.asked_for(request, kind))
            return Response(status_code=204)

        return Route(path, self._guarded(endpoint), methods=["DELETE"])

    async def accepted(self, request: Request, order: Order, results: str, query: str = "") -> Response:
        """Take a document in: 202, no body, and where to ask after it."""
        operation = await self._taken(request, order)
        location = f"{self._public_url or base_url(request)}/{results}/{operation.id}{query}"
        return Response(status_code=202, headers={"Operation-Location": location, **self._family.headers})

    async def awaited(self, request: Request, order: Order) -> Operation:
        """Take a document in and wait until it has been read; who goes meanwhile does not want it any more."""
        operation = await self._taken(request, order)
        ended = asyncio.create_task(self._operations.ended(operation))
        gone = asyncio.create_task(_gone(request))
        try:
            await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            ended.cancel()
            if not operation.has_ended:
                await self._operations.forget(operation)
        if not self._operations.is_taking and operation.status is not Status.SUCCEEDED:
            _raise_stopping()
        return operation

    async def asked_for(self, request: Request, kind: str) -> Operation:
        """Return the operation that a path names; raises Declined."""
        operation = await self._operations.named(request.path_params["id"].lower(), kind)
        if operation is None:
            hours = self._family.kept / 3600
            raise Declined(
                Fault.NO_OPERATION, f"There is no such operation; one is kept for {hours:.0f} hours after it ended."
            )
        return operation

    async def looked_into(
        self, request: Request, pages: PageRanges, look: Callable[[bytes], Awaitable[Reading]]
    ) -> Reading:
        """Take a document in for no longer than something is looked up in it."""
        with self._operations.arrival() as arrival:
            return await look(await self._content(request, pages, arrival))

    async def _taken(self, request: Request, order: Order) -> Operation:
        how = manner(request)
        with self._operations.arrival() as arrival:
            content = await self._content(request, order.pages, arrival)
            if self._operations.are_full or not self._operations.has_room_for(arrival):
                raise throttled(self._family.title)
            return self._operations.start(content, replace(order, is_pdf=is_pdf(content), manner=how))

    async def _content(self, request: Request, pages: PageRanges, arrival: Arrival) -> bytes:
        content = await self._uploads.document(request, arrival)
        if self._is_strict:
            await check(content, self._family.limits, pages)
        if not self._operations.is_taking:
            _raise_stopping()
        return content

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            try:
                return await endpoint(request)
            except TurnedAway:
                await read_on(request)
                raise
            except Declined as refusal:
                await read_on(request)
                body = self._family.body(refusal.fault, refusal.sentence, request_id_of(request))
                return JSONResponse(body, refusal.status)

        return guarded


def headers_of(operation: Operation) -> dict[str, str]:
    """Return what the protocols have no place for: how far an operation is, or why it failed."""
    if operation.status is Status.FAILED:
        return {"Handread-Reason": quote(operation.reason, safe=" !#$&'()*+,/:;=?@[]")}
    if operation.status is Status.RUNNING and (progress := operation.progress):
        return {"Handread-Progress": f"{progress.page}/{progress.pages} {progress.line}/{progress.lines}"}
    return {}


def _raise_stopping() -> NoReturn:
    raise TurnedAway(
        503, f"This server is stopping. Please retry after {RETRY_STOPPED} seconds.", retry_after=RETRY_STOPPED
    )


async def _gone(request: Request) -> None:
    """Wait until whoever asked has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
