"""An image under review as it stands at a moment: its lines, what is decided of them, and what a key would decide.

The screens and the review line by line go by it alike; neither the queue file nor the person is asked for anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from tui.knowledge import Question
from tui.model import Decision, Item, Line, LineKey, Page, Verdict, text_of
from tui.review import (
    Decisions,
    Spot,
    accepted,
    doubtful_from,
    is_sure,
    line_at,
    next_open,
    verdict_of,
    verdict_on,
    word_meant,
    words_under,
)
from tui.suggestions import word_corrections


@dataclass(frozen=True, slots=True)
class UnderReview:
    """An image under review."""

    item: Item
    pages: tuple[Page, ...] = ()
    keys: tuple[LineKey, ...] = ()
    """Its lines, in the order one goes through them."""
    decisions: Decisions = field(default_factory=dict)
    """What is decided about them, by whomever."""

    # -- lines --------------------------------------------------------------------------------------------------------

    def line(self, key: LineKey) -> Line:
        """Return a line as it was read."""
        return line_at(self.pages, key)

    def text(self, key: LineKey) -> str:
        """Return a line's text as it now stands."""
        return text_of(self.line(key), self.decisions.get(key))

    def words(self, key: LineKey) -> tuple[str, ...]:
        """Return the text of each word of a line as it now stands; empty where a correction took the word away."""
        return words_under(self.line(key), self.text(key))

    def word_meant(self, spot: Spot | None) -> int | None:
        """Return the place of the word that keys about a word mean there; None where they mean none."""
        return word_meant(self.line(spot.key), spot.word) if spot is not None else None

    def named(self, key: LineKey) -> str:
        """Return which line is meant, by its place on its page: `line 4`, `line 4 of page 2`."""
        beside = self.on_page(key.page)
        page = f" of page {key.page}" if len(self.pages) > 1 else ""
        return f"line {beside.index(key) + 1}{page}" if key in beside else "the line"

    # -- where one goes -----------------------------------------------------------------------------------------------

    def on_page(self, number: int) -> list[LineKey]:
        """Return the lines of a page."""
        return [key for key in self.keys if key.page == number]

    def page_beside(self, number: int, step: int) -> LineKey | None:
        """Return the first line of the next page that has lines (step 1), or of the one before; None at the ends."""
        numbers = [page.number for page in self.pages if page.lines and (page.number - number) * step > 0]
        return self.on_page(min(numbers) if step > 0 else max(numbers))[0] if numbers else None

    def start(self, last: Decision | None) -> Spot | None:
        """Return where to begin: after the reviewer's last decision where it is about this image; None for no lines."""
        after = last.key if last is not None and last.item_id == self.item.id else None
        key = next_open(self.keys, self.decisions, after) or next(iter(self.keys), None)
        return Spot(key) if key is not None else None

    def still_at(self, spot: Spot | None, place: int) -> Spot | None:
        """Return where one stands who stood there, on the line of that place, before the lines were changed."""
        if spot is None or spot.key not in self.keys:
            return Spot(self.keys[min(place, len(self.keys) - 1)]) if self.keys else None
        is_gone = spot.word is not None and spot.word >= len(self.line(spot.key).words)
        return Spot(spot.key) if is_gone else spot

    def doubtful_from(self, spot: Spot | None, step: int) -> Spot | None:
        """Return the nearest doubtful word of a line that is left, as the function of that name has it."""
        return doubtful_from(self.pages, self.keys, self.decisions, spot, step)

    # -- what is decided ----------------------------------------------------------------------------------------------

    def left_on(self, number: int) -> list[LineKey]:
        """Return the lines of a page that nobody has decided."""
        return [key for key in self.on_page(number) if verdict_of(self.decisions, key) is Verdict.UNDECIDED]

    def sure_on(self, number: int, threshold: float) -> list[LineKey]:
        """Return those of them that are sure."""
        return [key for key in self.left_on(number) if is_sure(self.line(key), threshold)]

    def to_accept(self, number: int, threshold: float, *, unsure: bool) -> list[LineKey]:
        """Return the lines that accepting a page accepts: those that are sure; where none is all, if that is meant."""
        return self.sure_on(number, threshold) or (self.left_on(number) if unsure else [])

    def decision(
        self, key: LineKey, verdict: Verdict, text: str | None = None, *, reason: str = "", reviewer: str
    ) -> Decision:
        """Return a decision on a line; what it was corrected to stays, unless it is accepted as it was read."""
        before = self.decisions.get(key)
        if text is None and before is not None and verdict is not Verdict.ACCEPTED:
            text = before.text
        return Decision(self.item.id, key, verdict, text, reason, reviewer, self.line(key).text, self.text(key))

    def accepted(self, key: LineKey, reviewer: str) -> Decision:
        """Return the decision that accepts a line as it stands."""
        return accepted(self.item.id, key, self.line(key), self.decisions.get(key), reviewer)

    def all_accepted(
        self, keys: Iterable[LineKey], reviewer: str, seen: Collection[tuple[int, LineKey]]
    ) -> list[Decision]:
        """Return the decisions that accept lines with their page; `seen` are images' lines that were looked at."""
        return [replace(self.accepted(key, reviewer), unseen=(self.item.id, key) not in seen) for key in keys]

    # -- words --------------------------------------------------------------------------------------------------------

    def question(self, key: LineKey, place: int) -> Question | None:
        """Return what is to be asked about a word of a line, as it stands now; None where it is no more."""
        word, said = self.line(key).words[place], self.words(key)[place]
        alternatives = (*word.alternatives, *([word.text] if said != word.text else []))
        return Question(self.item.id, key.page, said, word.polygon, alternatives) if said else None

    def with_word(self, key: LineKey, place: int, right: str) -> tuple[Verdict, str | None]:
        """Return the verdict and the text to keep when one word of a line is replaced, and the others stay."""
        words = list(self.words(key))
        words[place] = right
        return verdict_on(self.line(key), " ".join(filter(None, words)))

    def word_misread(self, spot: Spot, misread: str) -> int | None:
        """Return the place of the word that a correction is repeated at: the one one stands on, else one misread so."""
        if spot.word is not None:
            return spot.word
        return next((at for at, word in enumerate(self.words(spot.key)) if word == misread), None)

    def last_correction(self, key: LineKey, text: str | None) -> tuple[str, str] | None:
        """Return what was misread in a line last, and what a text that is kept corrects it to; None without any."""
        pairs: Sequence[tuple[str, str]] = (
            word_corrections(self.line(key).text.split(), text.split()) if text is not None else ()
        )
        return pairs[-1] if pairs else None
