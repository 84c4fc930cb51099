"""What the services share that read while one waits: the answer to the POST is the answer.

Image Analysis knows no other way. The Read container takes images so on a route of its own beside the usual one, and
answers with the very object that an operation would have ended with, `status` and all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tui.dialects.call import LONGEST_ANSWER, Counter, posted, whole
from tui.dialects.client import key_of
from tui.dialects.faults import clean
from tui.dialects.operation import state_in
from tui.dialects.protocol import Answer, CutOff, OperationGone, Pending, Transient, Upload
from tui.model import Page


@dataclass(frozen=True, slots=True)
class SynchronousDialect:
    """A dialect of the kind that answers at once."""

    name: str
    counter: Counter
    """Where images are posted to."""
    pages: Callable[[Mapping[str, Any]], tuple[Page, ...]]
    """Reads an answer; raises NotUnderstood."""
    has_status: bool = False
    """Whether the answer says by a status of its own how the reading ended."""
    longest: float = LONGEST_ANSWER
    """Seconds within which an answer must have come."""

    async def submit(self, http: httpx.AsyncClient, upload: Upload) -> Pending | Answer:
        """Send an image; returns when it has been read."""
        async with posted(http, self.counter, upload) as response, asyncio.timeout(self.longest):
            body = await whole(response)
        key = key_of(http)
        if not self.has_status:
            return Answer(key.struck_from_answer(body))
        try:
            state = await state_in(body, response.headers, "", response.url.host, key)
        except Transient as error:  # it has read the image, whatever it says
            raise CutOff(error.sentence, error.code) from error
        if isinstance(state, Pending):
            raise CutOff(f"{response.url.host} answered at once, but with the status {state.said!r}.", "nonsense")
        return state

    async def poll(self, http: httpx.AsyncClient, pending: Pending) -> Pending | Answer:
        """Say that there is nothing to ask after: the operation is another dialect's."""
        raise OperationGone(
            f"{http.base_url.host} answers at once, and keeps no operation such as {clean(pending.operation)}.",
            "no-operation",
        )

    def parse(self, answer: Mapping[str, Any]) -> tuple[Page, ...]:
        """Return the pages of an answer, in the answer's own units; raises NotUnderstood."""
        return self.pages(answer)
