"""Which pages of a document are asked for, in the services' own notation: `3`, `1-4`, `5-`, `-3`, `1-3,5,7-9`."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 1000
"""Characters of a list of pages that are looked at."""
_RANGE = re.compile(r"\s*(?:(\d{1,6})|(\d{1,6})-(\d{1,6})|(\d{1,6})-|-(\d{1,6}))\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageRanges:
    """Ranges of page numbers from 1; an end of None is that of the document."""

    ranges: tuple[tuple[int, int | None], ...] = ((1, None),)

    @classmethod
    def parse(cls, text: str) -> PageRanges:
        """Read a list of pages; raises ValueError, with no more than what is wrong as its text."""
        if len(text) > LONGEST:
            raise ValueError("it is too long")
        return cls(tuple(_range(part) for part in text.split(",")))

    @property
    def first(self) -> int:
        """The lowest number asked for."""
        return min(first for first, _ in self.ranges)

    def __contains__(self, number: int) -> bool:
        return any(first <= number and (last is None or number <= last) for first, last in self.ranges)


EVERY_PAGE = PageRanges()


def _range(text: str) -> tuple[int, int | None]:
    found = _RANGE.fullmatch(text)
    if not found:
        raise ValueError("it is no list of pages")
    single, first, last, from_, up_to = (None if number is None else int(number) for number in found.groups())
    if single is not None:
        first = last = single
    elif first is None:
        first, last = (1 if from_ is None else from_), up_to
    if first < 1 or (last is not None and last < first):
        raise ValueError("its pages count from 1, and a range goes upwards")
    return first, last
