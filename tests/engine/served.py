"""The local service as `handread serve` puts it on a port, reached without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tui.engine.operations import Keeper
from tui.engine.service import Terms, local_service

BYTES = {"Content-Type": "application/octet-stream"}
RECOGNIZE_TEXT = "/vision/v2.0/recognizeText?mode=Handwritten"
READ = "/vision/v3.2/read/analyze"
ANALYSIS = "/computervision/imageanalysis:analyze?api-version=2024-02-01&features=read"
INTELLIGENCE = "/documentintelligence/documentModels/prebuilt-read:analyze?api-version=2024-11-30"
FORM = "/formrecognizer/v2.1/layout/analyze"
PAUSE = 0.05
"""Seconds between two questions whether an operation has ended: each takes processor time that the reading needs."""


@asynccontextmanager
async def served(
    *, keeper: Keeper | None = None, strict: bool = True, **terms: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of a service on these terms."""
    app = local_service(terms=Terms(is_strict=strict, **terms), keeper=keeper)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://some.host:5000") as http:
        yield http
    await app.state.close()


async def ended(http: httpx.AsyncClient, operation: str) -> httpx.Response:
    """Poll until an operation has ended."""
    while True:
        answer = await http.get(operation)
        if answer.json()["status"].lower() in {"succeeded", "failed"}:
            return answer
        await asyncio.sleep(PAUSE)
