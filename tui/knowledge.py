"""What a queue knows about words: what its decisions have taught, and what a doubtful word may be instead.

It learns from every decision in the queue, whoever made it, as they come. It belongs to the thread of its store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.calibration import Calibration, Judged, judged_words
from tui.journal import Settled
from tui.model import Page, Polygon
from tui.review import line_at
from tui.store import Store, StoreError
from tui.suggestions import Corrections, Lexicon, Suggestion, suggestions, word_corrections

KEPT: Final = 512
"""How many answers are kept."""
LEARNT: Final = 20_000
"""From how many lines, of those settled last, is learnt at first: some hundred thousand words."""
SLICE: Final = 100
"""After so many lines others get their turn."""
JUDGED: Final = 3000
"""How many lines, of those decided last, say how sure a confidence is."""
JUDGED_ANEW: Final = 50
"""After so many decisions more that is found out anew."""
SAME_BOX: Final = 0.5
"""Which share of a word's box another service's word must cover to be its reading of the same ink."""


@dataclass(frozen=True, slots=True)
class Question:
    """A word that is asked about."""

    item_id: int
    page: int
    word: str
    """The word as it stands."""
    polygon: Polygon | None = None
    alternatives: tuple[str, ...] = ()
    """What else the service might have read."""


class Knowledge:
    """Answers questions about words; an answer is of its moment, and asked again it may know more."""

    def __init__(self, store: Store, words: Path | None = None, *, breathe: Callable[[], None] = lambda: None) -> None:
        """Know nothing yet but the words of the person's own list: a file with a word or phrase a line.

        `breathe` is called again and again while much is learnt; what it raises ends that.
        """
        self._store = store
        self._breathe = breathe
        self._learnt: int | None = None
        self._judged_at = 0
        self._lexicon, self._given, self._corrections = Lexicon(), Lexicon(), Corrections()
        self._twins: tuple[int, tuple[Page, ...]] = (0, ())
        self._answers: OrderedDict[Question, tuple[Suggestion, ...]] = OrderedDict()
        self.calibration: Calibration | None = None
        """How often what is read with a confidence is wrong in this queue; None while too little is decided."""
        self.trouble = ""
        """Why the person's own list of words is not used; empty when it is, or there is none."""
        if words is not None:
            self._take_in(words)

    def ready(self, question: Question) -> tuple[Suggestion, ...] | None:
        """Return an answer that is at hand."""
        return self._answers.get(question)

    def completed(self, beginning: str) -> str:
        """Return the commonest known word that begins so; empty when there is none."""
        return self._lexicon.completed(beginning) or self._given.completed(beginning)

    def learn(self) -> None:
        """Take in what was decided since, also by others; answers from before are forgotten. Raises StoreError."""
        if self._learnt is None:
            self._learnt = self._judged_at = self._store.before_settled(LEARNT)
        before = self._learnt
        while settled := self._store.settled_since(self._learnt, SLICE):
            for one in settled:
                self._take(one)
            self._learnt = settled[-1].id
            self._breathe()
        if self._learnt != before:
            self._answers.clear()
        if self._learnt - self._judged_at >= JUDGED_ANEW:
            self._judge()

    def _take(self, one: Settled) -> None:
        add, correct = (
            (self._lexicon.add, self._corrections.add)
            if one.stands
            else (self._lexicon.remove, self._corrections.take_back)
        )
        for word in one.text.split():
            add(word)
        if one.text != one.engine_text:
            for misread, right in word_corrections(one.engine_text.split(), one.text.split()):
                correct(misread, right)

    def judge(self) -> int:
        """Find out anew what a confidence is worth; returns how many words tell. Raises StoreError."""
        self.learn()
        return self._judge()

    def _judge(self) -> int:
        judged = list(_judged(self._store, self._breathe))
        self._judged_at = self._learnt or 0
        self.calibration = Calibration.of(judged)
        return len(judged)

    def advise(self, question: Question) -> tuple[Suggestion, ...]:
        """Return what a word may be instead, the likeliest first. Raises StoreError."""
        self.learn()
        found = suggestions(
            question.word,
            corrections=self._corrections,
            alternatives=question.alternatives,
            lexicon=self._lexicon,
            words_given=self._given,
            second_reading=tuple(self._read_by_others(question)),
        )
        self._answers[question] = found
        while len(self._answers) > KEPT:
            self._answers.popitem(last=False)
        return found

    def _take_in(self, words: Path) -> None:
        try:
            lines = words.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            self.trouble = f"The list of words {words} cannot be read ({error}); it is not used."
            return
        for line in lines:
            for word in line.partition("#")[0].split():
                self._given.add(word)

    def _read_by_others(self, question: Question) -> Iterator[str]:
        """Yield what other services read in the same box."""
        if question.polygon is None:
            return
        if self._twins[0] != question.item_id:
            twins = self._store.twins(question.item_id)
            self._twins = question.item_id, tuple(page for twin in twins for page in self._store.pages(twin))
        for page in self._twins[1]:
            if page.number == question.page:
                for line in page.lines:
                    for word in line.words:
                        if word.polygon is not None and _covers(word.polygon, question.polygon):
                            yield word.text


def _covers(one: Polygon, other: Polygon) -> bool:
    """Whether two upright boxes round words are of the same ink: each covers most of the other."""
    left, top, right, bottom = one.bounds
    start, upper, end, lower = other.bounds
    shared = max(0.0, min(right, end) - max(left, start)) * max(0.0, min(bottom, lower) - max(top, upper))
    larger = max((right - left) * (bottom - top), (end - start) * (lower - upper))
    return larger > 0 and shared >= SAME_BOX * larger


def _judged(store: Store, breathe: Callable[[], None]) -> Iterator[Judged]:
    """Yield what became of each word of the lines that were looked at last."""
    pages: dict[int, tuple[Page, ...]] = {}
    for item_id, key, text in store.decided_last(JUDGED):
        try:
            if item_id not in pages:
                pages = {item_id: store.pages(item_id)}  # lines of an image are decided together: one is enough
                breathe()
            yield from judged_words(line_at(pages[item_id], key), text)
        except (KeyError, StoreError):
            continue  # the line was split since, or its image is damaged: what is known of the others counts
