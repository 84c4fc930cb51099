"""How the review is said: in sentences, without signs that only eyes understand. Nothing here is `printable` yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rich.cells import cell_len

from tui.colleagues import in_words
from tui.direction import is_right_to_left
from tui.journal import Act
from tui.model import Item, State, Verdict
from tui.plain.sitting import Sitting
from tui.review import word_spans
from tui.suggestions import Suggestion

RIGHT_TO_LEFT = "right to left: "
"""Stands before a text that is read so; the text itself stays in logical order."""
_STATES = {
    State.WAITING: "it waits to be read",
    State.SENDING: "it is being sent",
    State.SENT: "it is being read",
    State.DONE: "no text was found in it",
    State.FAILED: "it failed",
}


@dataclass(frozen=True, slots=True)
class Focus:
    """A row that ends what is said, and where in it the cursor belongs."""

    row: str
    at: int = 0
    """Before which of its characters."""


def directed(text: str) -> str:
    """Return a text with its direction before it, where that is from right to left."""
    return RIGHT_TO_LEFT + text if is_right_to_left(text) else text


def figure(confidence: float) -> str:
    """Return a confidence as it is said: `.93`."""
    return f"{confidence:.2f}".removeprefix("0")


def where(sitting: Sitting) -> str:
    """Return where one stands and what is known of the line: `a.jpg, line 14 of 41, confidence .93, doubtful: foo`."""
    parts = [_name(sitting.item)]
    if len(sitting.pages) > 1:
        numbers = [page.number for page in sitting.pages]
        parts.append(f"page {numbers.index(sitting.page_number) + 1} of {len(numbers)}")
    if sitting.spot is None:
        return ", ".join([*parts, sitting.item.complaint or _STATES[sitting.item.state]])
    parts.append(f"line {sitting.place + 1} of {len(sitting.keys)}")
    decision = sitting.decisions.get(sitting.key)
    if decision is not None and decision.verdict is not Verdict.UNDECIDED:
        parts.append(decision.verdict.value + (f" ({decision.reason})" if decision.reason else ""))
    confidence = sitting.line.confidence
    if confidence is not None:
        parts.append(f"confidence {figure(confidence)}")
    if sitting.doubtful:
        parts.append("doubtful: " + ", ".join(sitting.said_of(place) for place in sitting.doubtful))
    return ", ".join(parts)


def _name(item: Item) -> str:
    return item.source if item.is_url else PurePath(item.source).name


def the_line(sitting: Sitting) -> Focus:
    """Return the line's text, with the cursor on the word that is meant."""
    text, place = sitting.text, sitting.word
    before = RIGHT_TO_LEFT if is_right_to_left(text) else ""
    span = word_spans(sitting.line, text)[place] if place is not None else None
    return Focus(before + text, len(before) + (span[0] if span is not None else 0))


def the_word(sitting: Sitting, place: int) -> Focus:
    """Return a word alone, with what is known of it, and the cursor on it."""
    word = sitting.line.words[place]
    said = sitting.said_of(place)
    before = RIGHT_TO_LEFT if is_right_to_left(said) else ""
    parts = [f"{before}{said}", f"word {place + 1} of {len(sitting.line.words)}"]
    if word.confidence is not None:
        parts.append(figure(word.confidence))
    if word.is_doubtful:
        parts.append("doubtful")
    return Focus(", ".join(parts), len(before))


def suggested(found: Sequence[Suggestion], columns: int) -> list[str]:
    """Return suggestions with their digits, as many of the first as fit into one row of so many columns."""
    said: list[str] = []
    for digit, suggestion in enumerate(found, 1):
        if said and cell_len(", ".join([*said, f"{digit} {suggestion.text}"])) > columns:
            break
        said.append(f"{digit} {suggestion.text}")
    return said


def words_one_by_one(sitting: Sitting) -> str:
    """Return the words of the line with their confidences."""
    said = []
    for place, word in enumerate(sitting.line.words):
        doubt = ", doubtful" if word.is_doubtful else ""
        confidence = f" {figure(word.confidence)}" if word.confidence is not None else ""
        said.append(f"{sitting.said_of(place)}{confidence}{doubt}")
    return "; ".join(said) or "The words of this line are not known one by one."


def progress(sitting: Sitting) -> str:
    """Return how far the queue is."""
    tally = sitting.store.tally()
    left = f", {tally.unfinished} images are still to be read" if tally.unfinished else ""
    return f"{tally.decided} of {tally.read} lines decided{left}."


def done(act: Act) -> str:
    """Return what somebody did about a line: `2026-03-01 14:05, bert corrected: the quick fox`."""
    when, who, what = in_words(act, act.decision.verdict.value)
    text = f": {directed(act.decision.text)}" if act.decision.text is not None else ""
    return f"{when}, {who} {what}{text}"


def all_decided(sitting: Sitting) -> str:
    """Return that nothing is left."""
    left = sitting.store.tally().unfinished
    return (
        f"Nothing is left here; {left} images are still to be read." if left else "Everything that was read is decided."
    )
