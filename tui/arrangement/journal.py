"""How a rearrangement is written into the queue file's journal, and read from it: plain JSON values.

The reading is strict, because what it gives decides what a page is taken to say: anything but what was written raises
ValueError.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from tui.arrangement.rearrangement import MadeLine, Rearrangement
from tui.model import Line, Polygon, Word

MOST = 2**53
"""Numbers of pages and lines are below it, as JSON readers elsewhere need them to be."""


def to_data(rearrangement: Rearrangement) -> dict[str, Any]:
    """Return a rearrangement as plain JSON values."""
    return {
        "page": rearrangement.page,
        "taken": list(rearrangement.taken),
        "made": [{"number": one.number, **_line_to_data(one.line)} for one in rearrangement.made],
        "moved": list(rearrangement.moved),
        "after": rearrangement.after,
        "turn": rearrangement.turn,
    }


def from_data(data: object) -> Rearrangement:
    """Return the rearrangement that `to_data` wrote; raises ValueError for anything else."""
    record = _record(data, {"page", "taken", "made", "moved", "after", "turn"})
    return Rearrangement(
        page=_count(record["page"]),
        taken=tuple(map(_count, _list(record["taken"]))),
        made=tuple(map(_made, _list(record["made"]))),
        moved=tuple(map(_count, _list(record["moved"]))),
        after=None if record["after"] is None else _count(record["after"]),
        turn=_count(record["turn"]),
    )


def _line_to_data(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "polygon": _polygon_to_data(line.polygon),
        "handwritten": line.handwritten,
        "words": [_word_to_data(word) for word in line.words],
    }


def _word_to_data(word: Word) -> list[Any]:
    return [word.text, _polygon_to_data(word.polygon), word.confidence, word.low, list(word.alternatives)]


def _polygon_to_data(polygon: Polygon | None) -> list[float] | None:
    return None if polygon is None else list(polygon.numbers)


def _made(data: object) -> MadeLine:
    record = _record(data, {"number", "text", "polygon", "handwritten", "words"})
    handwritten = record["handwritten"]
    line = Line(
        text=_text(record["text"]),
        polygon=_polygon(record["polygon"]),
        words=tuple(map(_word, _list(record["words"]))),
        handwritten=None if handwritten is None else _flag(handwritten),
    )
    return MadeLine(_count(record["number"]), line)


def _word(data: object) -> Word:
    values = _list(data)
    if len(values) != 5:
        raise ValueError("a word is five values")
    text, polygon, confidence, low, alternatives = values
    return Word(
        text=_text(text),
        polygon=_polygon(polygon),
        confidence=None if confidence is None else _share(confidence),
        low=_flag(low),
        alternatives=tuple(map(_text, _list(alternatives))),
    )


def _polygon(data: object) -> Polygon | None:
    if data is None:
        return None
    return Polygon.from_numbers([_number(value) for value in _list(data)])


def _record(data: object, names: set[str]) -> dict[str, Any]:
    if not isinstance(data, dict) or set(data) != names:
        raise ValueError(f"a record of {', '.join(sorted(names))} was expected")
    return data


def _list(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise ValueError("a list was expected")  # noqa: TRY004 - a fault of the file, not of the caller
    return data


def _text(data: object) -> str:
    if not isinstance(data, str):
        raise ValueError("a text was expected")  # noqa: TRY004 - a fault of the file, not of the caller
    return data


def _flag(data: object) -> bool:
    if not isinstance(data, bool):
        raise ValueError("true or false was expected")  # noqa: TRY004 - a fault of the file, not of the caller
    return data


def _count(data: object) -> int:
    if not _is_number(data) or not isinstance(data, int) or not 0 <= data < MOST:
        raise ValueError("a whole number from 0 on was expected")
    return data


def _number(data: object) -> float:
    if not _is_number(data) or abs(data) >= MOST:
        raise ValueError("a number was expected")
    return float(data)


def _share(data: object) -> float:
    number = _number(data)
    if not 0 <= number <= 1:
        raise ValueError("a share from 0 to 1 was expected")
    return number


def _is_number(data: object) -> TypeGuard[int | float]:
    return isinstance(data, int | float) and not isinstance(data, bool)
