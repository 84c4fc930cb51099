"""What is read for what: `rn` for `m`, `e` for `c`, a comma for nothing.

Two texts are aligned character by character (as a reader sees characters: with their accents), and changes that touch
each other belong together as long as they are short. A longer stretch was not confused but not read at all; there the
characters are told one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from rapidfuzz.distance import Levenshtein

from tui.alignment import clusters

LONGEST = 3
"""Up to so many characters on either side are one confusion."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was read in place of what."""

    truth: str
    """What is written; empty where nothing is."""
    read: str
    """What was read; empty where nothing was."""
    count: int = 1


def confusions_of(truth: str, read: str) -> Iterator[tuple[str, str]]:
    """Yield what is written and what was read for it, wherever two texts differ; either may be empty."""
    ours, theirs = clusters(truth), clusters(read)
    for start, end, from_, to in _stretches(ours, theirs):
        yield from _told(ours[start:end], theirs[from_:to])


def counted(pairs: Iterable[tuple[str, str]]) -> tuple[Confusion, ...]:
    """Return confusions with how often they occur, the most frequent first."""
    counts = Counter(pairs)
    return tuple(Confusion(*pair, counts[pair]) for pair in sorted(counts, key=lambda pair: (-counts[pair], pair)))


def _stretches(ours: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield where two rows of characters differ, from the one place at which they agree to the next."""
    at, beside = 0, 0
    for block in Levenshtein.editops(ours, theirs).as_matching_blocks():
        if at < block.a or beside < block.b:
            yield at, block.a, beside, block.b
        at, beside = block.a + block.size, block.b + block.size


def _told(written: list[str], read: list[str]) -> Iterator[tuple[str, str]]:
    if len(written) != len(read) and max(len(written), len(read)) <= LONGEST:
        yield "".join(written), "".join(read)
    elif len(written) == len(read):
        yield from zip(written, read, strict=True)
    else:
        yield from _one_by_one(written, read)


def _one_by_one(written: list[str], read: list[str]) -> Iterator[tuple[str, str]]:
    for change in Levenshtein.opcodes(written, read):
        ours, theirs = written[change.src_start : change.src_end], read[change.dest_start : change.dest_end]
        yield from zip_longest(ours, theirs, fillvalue="")
