"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.model import printable


class Found(StrEnum):
    """What comes of a check."""

    OK = "ok"
    UNKNOWN = "unknown"
    """It could not be known, or it works and is worth a look all the same; the sentence says which."""
    WRONG = "wrong"
    """A run would fail; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the doctor's report."""

    name: str
    """What was looked at, in one or two words; scripts may go by it."""
    state: Found
    says: str
    """What was found, as sentences that are safe on a terminal and hold no key."""


def ok(name: str, says: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, Found.OK, printable(says))


def unknown(name: str, says: str) -> Check:
    """Return a check that could not tell, or that found something worth a look."""
    return Check(name, Found.UNKNOWN, printable(says))


def wrong(name: str, says: str) -> Check:
    """Return a check that found what a run would fail of."""
    return Check(name, Found.WRONG, printable(says))
