"""What was read against what reviewers made of it, line by line.

Only lines count that somebody has looked at and accepted or corrected; a line that was rejected as no text is one the
service invented. Lines accepted unseen with their page say nothing of how well they were read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tui.model import Decision, Item, LineKey, Page, Verdict, text_of
from tui.quality import Pair, Pairing, Written, page_score, paired
from tui.scoring.against_truth import unknown
from tui.scoring.as_read import as_read, written
from tui.scoring.chosen import Chosen, Finding, Remark
from tui.store import Store

_COUNTS = frozenset({Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED})


def against_review(store: Store, chosen: Chosen) -> Iterator[Finding]:
    """Score every page of which lines were decided; at the end it is said how many lines could not be counted."""
    left_out = 0
    for item in chosen.items():
        decisions = store.decisions(item.id)
        left_out += item.lines - sum(map(_counts, decisions.values()))
        if any(map(_counts, decisions.values())):
            yield from _of_item(store, chosen, item, decisions)
    if left_out > 0:
        lines, them = ("1 line is", "it") if left_out == 1 else (f"{left_out:,} lines are", "them")
        yield Remark(f"{lines} not counted: nobody has looked at {them} and accepted or corrected {them}.", False)


def _of_item(store: Store, chosen: Chosen, item: Item, decisions: Mapping[LineKey, Decision]) -> Iterator[Finding]:
    read = as_read(store, item)
    if read is None:
        yield unknown(item)
        return
    for page, page_read in zip(store.pages(item.id), read, strict=True):
        lines = _Reviewed(page, decisions)
        pairing = chosen.kept(item, page.number, lines.pairing(page_read))
        if pairing.pairs:
            theirs = [written(line) for line in page_read.lines]
            yield page_score(item.source, page.number, lines.lines, theirs, pairing)


def _counts(decision: Decision) -> bool:
    return decision.verdict in _COUNTS and not decision.unseen


class _Reviewed:
    """The lines of a page as they now stand."""

    def __init__(self, page: Page, decisions: Mapping[LineKey, Decision]) -> None:
        self._numbers = [key.line for key in page.keys]
        self._decisions = [decisions.get(key) for key in page.keys]
        self.lines = [
            replace(written(line), text=text_of(line, decision))
            for line, decision in zip(page.lines, self._decisions, strict=True)
        ]

    def pairing(self, read: Page) -> Pairing:
        """Lay the lines that count beside those that were read.

        A line that is still the service's own has its number. Lines that a person has made, and those they were made
        of, find each other by place or text; as long as some of them are undecided, no line made of is an invented one.
        """
        pairs = [Pair((place,), (number,)) for place, number in enumerate(self._numbers) if number < len(read.lines)]
        made = [place for place, number in enumerate(self._numbers) if number >= len(read.lines)]
        taken = sorted(set(range(len(read.lines))) - set(self._numbers))
        pairs += self._remade(made, taken, [written(line) for line in read.lines])
        return Pairing(tuple(pair for pair in map(self._counted, pairs) if pair is not None), "line")

    def _remade(self, made: Sequence[int], taken: Sequence[int], read: Sequence[Written]) -> Iterator[Pair]:
        are_decided = all(self._is_counted(place) for place in made)
        for pair in paired([self.lines[place] for place in made], [read[place] for place in taken]).pairs:
            if pair.truth or are_decided:
                yield Pair(tuple(made[place] for place in pair.truth), tuple(taken[place] for place in pair.read))

    def _is_counted(self, place: int) -> bool:
        decision = self._decisions[place]
        return decision is not None and _counts(decision)

    def _is_text(self, place: int) -> bool:
        decision = self._decisions[place]
        return bool(decision and decision.verdict is not Verdict.REJECTED and self.lines[place].text.strip())

    def _counted(self, pair: Pair) -> Pair | None:
        """Return a pair as it counts: without lines that were rejected or emptied, None where it does not."""
        if not all(map(self._is_counted, pair.truth)):
            return None
        truth = tuple(filter(self._is_text, pair.truth))
        return Pair(truth, pair.read) if truth or pair.read else None
