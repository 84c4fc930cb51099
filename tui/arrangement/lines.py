"""Lines made of lines: one cut in two at a place in its text, two run together, one that the service did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.arrangement.boxes import (
    around,
    in_one_row,
    is_left_of,
    left_edge,
    middle,
    part,
    right_edge,
    share_at,
    span,
)
from tui.arrangement.characters import length, runs_leftwards, start_of
from tui.arrangement.ties import tied_words, ties
from tui.model import Line, Polygon, Trouble, Word


def split(line: Line, text: str, at: int) -> tuple[Line, Line]:
    """Cut a line in two at a place in its text as it now reads; raises Trouble where one side would be empty.

    A place within a character, between a letter and its accent, means that character's start. Words go to their side;
    one that is cut leaves a share of its box to each side, and stays as sure or as doubtful as it was.
    """
    at = start_of(text, at)
    if not text[:at].strip() or not text[at:].strip():
        raise Trouble(
            "Nothing was split: the cursor stands at an end of the line. Move it to where the next line shall begin."
        )
    left, right = _sides(line, text, at)
    first, second = _halves(line.polygon, left, right)
    return (
        replace(line, text=text[:at].rstrip(), polygon=first, words=left),
        replace(line, text=text[at:].lstrip(), polygon=second, words=right),
    )


def merge(first: Line, first_text: str, second: Line, second_text: str) -> Line:
    """Run two lines together, as they now read: a blank between their texts, words in order, one box round both."""
    text = " ".join(filter(None, (first_text.rstrip(), second_text.lstrip()))) or first_text or second_text
    words = tied_words(first, first_text) + tied_words(second, second_text)
    boxes = [line.polygon or around(word.polygon for word in line.words) for line in (first, second)]
    both = Line(
        text=text,
        polygon=around(boxes),
        words=words,
        handwritten=first.handwritten if first.handwritten == second.handwritten else None,
    )
    return replace(both, words=tied_words(both, text))


def added(polygon: Polygon, text: str = "") -> Line:
    """Make a line that the service did not see; its words share the box by their characters."""
    return Line(text, polygon, tied_words(Line("", polygon), text))


def _sides(line: Line, text: str, at: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Return the words before and after a place in a line's text."""
    left: list[Word] = []
    right: list[Word] = []
    for word, (start, end) in zip(tied_words(line, text), ties(line, text).said.spans, strict=True):
        if end <= at:
            left.append(word)
        elif start >= at:
            right.append(word)
        else:
            before, after = _torn(word, at - start)
            left.append(before)
            right.append(after)
    return tuple(left), tuple(right)


def _torn(word: Word, at: int) -> tuple[Word, Word]:
    before, after = word.text[:at], word.text[at:]
    share = length(before) / (length(before) + length(after))
    leftwards, box = runs_leftwards(word.text), word.polygon
    return (
        replace(word, text=before, polygon=box and span(box, 0.0, share, leftwards=leftwards), alternatives=()),
        replace(word, text=after, polygon=box and span(box, share, 1.0, leftwards=leftwards), alternatives=()),
    )


def _halves(box: Polygon | None, left: Sequence[Word], right: Sequence[Word]) -> tuple[Polygon | None, Polygon | None]:
    """Return the boxes of two lines made of one: its own, cut between them, or one round the words of each.

    The latter where the line has no box, or where no cut parts them: in several rows, or in two directions.
    """
    ours = [word.polygon for word in left if word.polygon]
    theirs = [word.polygon for word in right if word.polygon]
    if box is None or not ours or not theirs or not in_one_row(ours[-1], theirs[0]):
        return around(ours), around(theirs)
    leftwards = is_left_of(theirs[0], ours[-1])
    before, after = (theirs, ours) if leftwards else (ours, theirs)
    nearest = (theirs[0], ours[-1]) if leftwards else (ours[-1], theirs[0])
    cut = (share_at(box, middle(right_edge(nearest[0]))) + share_at(box, middle(left_edge(nearest[1])))) / 2
    if not _parts(box, cut, before, after):
        return around(ours), around(theirs)
    pieces = part(box, 0.0, cut), part(box, cut, 1.0)
    return (pieces[1], pieces[0]) if leftwards else pieces


def _parts(box: Polygon, cut: float, before: Sequence[Polygon], after: Sequence[Polygon]) -> bool:
    """Whether a cut through a line's box has some words on its left and the others on its right."""
    return (
        0 < cut < 1
        and all(share_at(box, middle(one)) <= cut for one in before)
        and all(share_at(box, middle(one)) >= cut for one in after)
    )
