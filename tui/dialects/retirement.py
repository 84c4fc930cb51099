"""When Microsoft switches each service off: the one place where those dates stand, and what is said of them.

The dates are those of the cloud. A container, or the carried engine on a port, goes on for as long as it is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType

WARNED_BEFORE = 180
"""Days before its end from which on a service's end is worth a line at the start of every run."""

READ_3_2 = "read-3.2 (Read 3.2)"
DOCUMENTS = "document-intelligence-2024-11-30 (Document Intelligence)"


class Stage(Enum):
    """How near its end a service is."""

    NO_DATE = "no date"
    """Microsoft has announced none."""
    FAR = "far"
    SOON = "soon"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Retirement:
    """The end of a service, and what comes after it."""

    product: str
    """Its name, as Microsoft's pages have it."""
    last_day: date | None
    """Its last day; None where Microsoft has announced none that could be found."""
    successors: tuple[str, ...]
    """The dialects to use in its place, each with its product's name in brackets; none for the newest there is."""

    @property
    def day(self) -> str:
        """Its last day in words; empty where there is none."""
        return f"{self.last_day.day} {self.last_day:%B %Y}" if self.last_day else ""

    @property
    def instead(self) -> str:
        """What to do, as half a sentence; empty where nothing newer is known."""
        return f"use the dialect {' or '.join(self.successors)}" if self.successors else ""


# azure.microsoft.com/updates/computer-vision-api-retirements-13-9-2026: 1.0, 2.0, 2.1, 3.0 and 3.1 of Computer Vision.
_COMPUTER_VISION = date(2026, 9, 13)
# AIDOCS computer-vision/includes/image-analysis-deprecation.md. The pages do not say whether Read 3.2 ends with it.
_IMAGE_ANALYSIS = date(2028, 9, 25)
# learn.microsoft.com document-intelligence/versioning/migration-guide-overview: the end of support for 2.1. It gives
# none for 2023-07-31, nor for 2024-11-30, which is the newest.
_FORM_RECOGNIZER = date(2027, 9, 15)
_BOTH = (READ_3_2, DOCUMENTS)

RETIREMENTS: Mapping[str, Retirement] = MappingProxyType(
    {
        "recognize-text-1.0": Retirement("Recognize Text 1.0", _COMPUTER_VISION, _BOTH),
        "recognize-text-2.0": Retirement("Recognize Text 2.0", _COMPUTER_VISION, _BOTH),
        "recognize-text-2.1": Retirement("Recognize Text 2.1", _COMPUTER_VISION, _BOTH),
        "read-2.0": Retirement("Read 2.0", _COMPUTER_VISION, _BOTH),
        "read-2.1": Retirement("Read 2.1", _COMPUTER_VISION, _BOTH),
        "read-3.0": Retirement("Read 3.0", _COMPUTER_VISION, _BOTH),
        "read-3.1": Retirement("Read 3.1", _COMPUTER_VISION, _BOTH),
        "read-3.2": Retirement("Read 3.2", None, (DOCUMENTS,)),
        "form-recognizer-2.1": Retirement("Form Recognizer 2.1", _FORM_RECOGNIZER, (DOCUMENTS,)),
        "image-analysis-4.0": Retirement("Image Analysis 4.0", _IMAGE_ANALYSIS, (DOCUMENTS,)),
        "document-intelligence-2023-07-31": Retirement("Document Intelligence 3.1", None, (DOCUMENTS,)),
        "document-intelligence-2024-11-30": Retirement("Document Intelligence 4.0", None, ()),
    }
)
"""For each dialect the end of its service."""


def stage_of(dialect: str, today: date) -> Stage:
    """Return how near its end a dialect's service is on a day; raises KeyError for a dialect that there is not."""
    last_day = RETIREMENTS[dialect].last_day
    if last_day is None:
        return Stage.NO_DATE
    days = (last_day - today).days
    if days < 0:
        return Stage.ENDED
    return Stage.SOON if days <= WARNED_BEFORE else Stage.FAR


def sentence_of(dialect: str, today: date) -> str:
    """Say how long a dialect's service goes on from a day, and what to use then; raises KeyError."""
    end, stage = RETIREMENTS[dialect], stage_of(dialect, today)
    if end.last_day is None:
        return f"Microsoft has announced no date on which {end.product} ends."
    if stage is Stage.ENDED:
        return f"Microsoft retired {end.product} on {end.day}: {end.instead}."
    if stage is Stage.SOON:
        return f"{end.product} ends {_in((end.last_day - today).days)}, on {end.day}: then {end.instead}."
    return f"{end.product} goes on until {end.day}."


def notice_of(dialect: str, today: date) -> str:
    """Return what to say at the start of a run in the cloud: one line where its end is near or past, else nothing."""
    is_due = dialect in RETIREMENTS and stage_of(dialect, today) in {Stage.SOON, Stage.ENDED}
    return sentence_of(dialect, today) if is_due else ""


def _in(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
