"""The line that each request leaves."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from tui.serving.log import Logged, target_of


def scope(path: str, query: bytes = b"", method: str = "GET") -> Scope:
    return {"type": "http", "method": method, "path": path, "query_string": query, "headers": []}


async def nothing() -> Message:
    return {"type": "http.disconnect"}


async def nowhere(_: Message) -> None:
    """Take an answer."""


async def test_a_request_is_one_line() -> None:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 202, "headers": []})

    said: list[str] = []
    await Logged(app, said.append)(scope("/vision", b"mode=Printed"), nothing, nowhere)
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /vision\?mode=Printed 202 \d+ ms", said[0])


async def test_one_that_broke_leaves_a_line_too() -> None:
    async def app(_: Scope, __: Receive, ___: Send) -> None:
        raise ValueError("broken")

    said: list[str] = []
    with pytest.raises(ValueError, match="broken"):
        await Logged(app, said.append)(scope("/"), nothing, nowhere)
    assert " GET / - " in said[0]


def test_values_that_may_be_secrets_are_not_shown() -> None:
    assert (
        target_of(scope("/x", b"subscription-key=secret&pages=1-2&sig=abc")) == "/x?subscription-key=…&pages=1-2&sig=…"
    )


@given(st.text(), st.binary())
def test_whatever_is_asked_is_one_short_printable_line(path: str, query: bytes) -> None:
    shown = target_of(scope(path, query))
    assert shown.isprintable() or set(shown) & set("\u200c\u200d\u00a0\u3000\u2003")
    assert len(shown) <= 401
    assert not set(shown) & set(" \n\r\x1b")
