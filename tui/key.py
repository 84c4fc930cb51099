"""A key that no record shows: neither a repr nor a pickle, and no traceback with the values of its frames.

The terminal program's crash screen prints the local values of every frame of a traceback. Whoever holds a Key there
shows three dots; and the frames of the libraries that have to be handed its text are cut off (see without_frames).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import TracebackType
from typing import NoReturn

MARK = "[key]"
"""What stands where a key was struck out."""
LIBRARIES = frozenset({"anyio", "azure", "h11", "httpcore", "httpx", "keyring", "msal", "requests", "urllib3"})
"""Whose frames may hold a key or a token as text."""
SHORTEST_STRUCK = 16
"""A key of fewer characters is not struck out of an answer, where it may be a word that was read."""

_LOOKS_LIKE_ONE = re.compile(r"[0-9a-fA-F]{32}|[0-9a-zA-Z]{84}")


class Key:
    """A key, or a token, behind one method; empty where there is none."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Return its text, for the line that sends it and for no other."""
        return self._text

    def struck_from(self, text: str) -> str:
        """Return a text without the key, should it hold it."""
        return text.replace(self._text, MARK) if self._text else text

    def struck_from_answer(self, body: bytes) -> bytes:
        """Return an answer without the key; a short key stays, for it may be a word of the page."""
        if len(self._text) < SHORTEST_STRUCK:
            return body
        return body.replace(self._text.encode("utf-8", "replace"), MARK.encode())

    @property
    def looks_like_one(self) -> bool:
        """Whether it has the form of a service's keys: 32 hexadecimal digits, or 84 letters and digits."""
        return _LOOKS_LIKE_ONE.fullmatch(self._text) is not None

    @property
    def can_be_sent(self) -> bool:
        """Whether it holds nothing that a header cannot."""
        return self._text.isascii() and self._text.isprintable() and self._text == self._text.strip()

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Key(...)" if self._text else "Key()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not stored")


def without_frames(error: BaseException) -> None:
    """Cut off what a traceback, and those of the errors behind it, show of the libraries that are handed keys.

    Where they ended is noted, so that a crash can still be found.
    """
    for one in _family(error, set()):
        if place := _cut(one):
            one.add_note(f"Frames that may hold a key are left out. They ended in {place}.")


def _family(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """Return an error, those that led to it, and those within it."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    yield from _family(error.__cause__, seen)
    yield from _family(error.__context__, seen)
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _family(inner, seen)


def _cut(error: BaseException) -> str:
    """Cut a traceback before the first frame of a library; returns where it ended, or nothing if there was none."""
    before: TracebackType | None = None
    frame = error.__traceback__
    while frame is not None and not _is_of_a_library(frame):
        before, frame = frame, frame.tb_next
    if frame is None:
        return ""
    last = frame
    while last.tb_next is not None:
        last = last.tb_next
    if before is None:
        error.__traceback__ = None
    else:
        before.tb_next = None
    return f"{last.tb_frame.f_globals.get('__name__')}, line {last.tb_lineno}"


def _is_of_a_library(frame: TracebackType) -> bool:
    return str(frame.tb_frame.f_globals.get("__name__")).partition(".")[0] in LIBRARIES
