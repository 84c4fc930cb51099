"""What is under review and where in it one stands; every decision is on the disk when the method that makes it returns.

It says nothing and asks nothing. What cannot be done raises Refused with a sentence, or StoreError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Self

from tui.filters import parse, words
from tui.knowledge import Question
from tui.line_index import Hit
from tui.model import Decision, Item, Line, LineKey, Page, Step, Trouble, Verdict, text_of
from tui.plain.suggesting import Suggesting
from tui.review import (
    Spot,
    doubtful_from,
    is_sure,
    least_sure_word,
    line_at,
    line_keys,
    next_open,
    verdict_of,
    verdict_on,
    words_under,
)
from tui.store import Store
from tui.suggestions import Suggestion, word_corrections

SURE = 0.9
"""A line is sure, until the person says otherwise, when each of its words is at least so."""
MOST_FOUND = 1000
"""How many lines a search finds at most."""
_LEFT = frozenset({Verdict.UNDECIDED, Verdict.SKIPPED})


class Refused(Trouble):
    """What was asked for cannot be done here; its text says why, or what to do instead."""


class Sitting:
    """One person's review of a queue. A context manager: at its end nothing is asked any more."""

    def __init__(self, store: Store, reviewer: str, patience: float | None = None) -> None:
        """Begin nowhere yet. Suggestions are waited for so many seconds, unless it is said otherwise; None for ever."""
        self.store = store
        self.reviewer = reviewer
        self._suggesting = Suggesting(store.path)
        self._patience = patience
        self.threshold = _share(store.preferences(reviewer).get("threshold", ""), SURE)
        self.item = Item(0, "", "")
        """The image under review; its number is 0 before there is one."""
        self.pages: tuple[Page, ...] = ()
        self.keys: tuple[LineKey, ...] = ()
        self.decisions: dict[LineKey, Decision] = {}
        self.spot: Spot | None = None
        """The line under review, or one of its words; None on an image without lines."""
        self.last_correction: tuple[str, str] | None = None
        """What was misread, and what it was corrected to last."""
        self.hits: tuple[tuple[int, LineKey], ...] = ()
        """What was found last."""
        self._down_the_page = False
        self._page_number = 1
        self._seen: set[tuple[int, LineKey]] = set()
        self._revision = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._suggesting.close()

    # -- what is under review -----------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Go to where the review stood, else to the first image with something to decide; False when there is none."""
        last = self.store.last_decision(self.reviewer)
        item = self.store.item(last.item_id) if last is not None else None
        if item is None or not item.is_open:
            item = self.store.next_to_review(item.id if item else 0) or item
        if item is None:
            return False
        self.open(item.id)
        return True

    def open(self, item_id: int, spot: Spot | None = None) -> None:
        """Go to an image: to a line of it, or to the first that is left to decide.

        One whose pages are damaged raises StoreError, and is an image without lines then.
        """
        self._revision = self.store.revision()
        self.item, self.pages, self.keys, self.decisions = self.store.item(item_id), (), (), {}
        self.spot = None
        self.pages = self.store.pages(item_id)
        self.decisions = self.store.decisions(item_id)
        self._put_in_order()
        self._page_number = self.pages[0].number if self.pages else 1
        self.go_to(spot if spot is not None and spot.key in self.keys else self._start())

    def _put_in_order(self) -> None:
        self.keys = line_keys(self.pages, down_the_page=self._down_the_page)

    def _start(self) -> Spot | None:
        last = self.store.last_decision(self.reviewer)
        after = last.key if last and last.item_id == self.item.id else None
        key = next_open(self.keys, self.decisions, after) or (self.keys[0] if self.keys else None)
        return Spot(key) if key is not None else None

    def look_again(self) -> None:
        """Take in what others have decided about this image since, or done to its lines."""
        changes = self.store.changes(self._revision)
        self._revision = changes.revision
        if self.item.id not in changes.item_ids:
            return
        spot, place = self.spot, self.place
        self.item = self.store.item(self.item.id)
        self.pages = self.store.pages(self.item.id)
        self.decisions = self.store.decisions(self.item.id)
        self._put_in_order()
        if spot is not None and spot.key in self.keys:
            return
        near = self.keys[min(place, len(self.keys) - 1)] if self.keys else None
        self.go_to(Spot(near) if near is not None else None)

    def go_to(self, spot: Spot | None) -> None:
        """Go to a line or word of this image."""
        self.spot = spot
        if spot is not None:
            self._page_number = spot.key.page
            self._seen.add((self.item.id, spot.key))

    @property
    def key(self) -> LineKey:
        """The line under review; raises Refused where there is none."""
        if self.spot is None:
            raise Refused("There is no line here.")
        return self.spot.key

    @property
    def line(self) -> Line:
        """The line under review, as it was read."""
        return line_at(self.pages, self.key)

    @property
    def text(self) -> str:
        """The line's text as it now stands."""
        return self.text_at(self.key)

    def text_at(self, key: LineKey) -> str:
        """Return a line's text as it now stands."""
        return text_of(line_at(self.pages, key), self.decisions.get(key))

    @property
    def verdict(self) -> Verdict:
        """What is decided about the line."""
        return verdict_of(self.decisions, self.key)

    @property
    def place(self) -> int:
        """Where among the image's lines one stands, from 0."""
        return self.keys.index(self.spot.key) if self.spot is not None and self.spot.key in self.keys else 0

    @property
    def page_number(self) -> int:
        """The page under review."""
        return self._page_number

    @property
    def words(self) -> tuple[str, ...]:
        """The text of each word of the line as it now stands; empty where a correction took the word away."""
        return words_under(self.line, self.text)

    @property
    def doubtful(self) -> tuple[int, ...]:
        """The places of the doubtful words of a line that nobody has decided."""
        if self.verdict not in _LEFT:
            return ()
        return tuple(place for place, word in enumerate(self.line.words) if word.is_doubtful)

    @property
    def word(self) -> int | None:
        """The word that is meant: the one one stands on, else the line's least sure, if that is doubtful."""
        if self.spot is None or self.spot.word is not None:
            return self.spot.word if self.spot is not None else None
        place = least_sure_word(self.line)
        return place if place is not None and self.line.words[place].is_doubtful else None

    def said_of(self, place: int) -> str:
        """Return a word of the line as it now stands, or as it was read where it is no more."""
        return self.words[place] or self.line.words[place].text

    def suggestions(self, *, for_certain: bool = False) -> tuple[Suggestion, ...] | None:
        """Return what the word that is meant may be instead; None where that is not known yet and not waited for."""
        place = self.word
        if place is None:
            return ()
        word, said = self.line.words[place], self.words[place]
        if not said:
            return ()
        alternatives = (*word.alternatives, *([word.text] if said != word.text else []))
        question = Question(self.item.id, self.key.page, said, word.polygon, alternatives)
        return self._suggesting.ask(question, None if for_certain else self._patience)

    # -- deciding -----------------------------------------------------------------------------------------------------

    def decide(self, verdict: Verdict, text: str | None = None, *, reason: str = "") -> None:
        """Decide the line; one does not move."""
        self._put_down([self._decision(self.key, verdict, text, reason=reason)])

    def accept(self) -> None:
        """Accept the line as it stands."""
        self.decide(*self._as_it_stands(self.key))

    def keep(self, text: str) -> Verdict:
        """Keep a text as the line's: corrected, or accepted where it is what was read. Raises Refused for none."""
        if not text:
            raise Refused("An empty line cannot be kept. x rejects the line.")
        verdict, kept = verdict_on(self.line, text)
        self._remember(kept)
        self.decide(verdict, kept)
        return verdict

    def replace_word(self, place: int, right: str) -> bool:
        """Correct one word of the line; the others stay. One moves to its next doubtful word; False without one."""
        words_now = list(self.words)
        words_now[place] = right
        self.keep(" ".join(filter(None, words_now)))
        later = [at for at, word in enumerate(self.line.words) if at > place and word.is_doubtful]
        if later:
            self.go_to(Spot(self.key, later[0]))
        return bool(later)

    def _remember(self, text: str | None) -> None:
        pairs = word_corrections(self.line.text.split(), text.split()) if text is not None else ()
        if pairs:
            self.last_correction = pairs[-1]

    def left_on_page(self) -> list[LineKey]:
        """Return the lines of the page that nobody has decided."""
        return [key for key in self._page_keys() if verdict_of(self.decisions, key) is Verdict.UNDECIDED]

    def sure_on_page(self) -> list[LineKey]:
        """Return those of them that are sure."""
        return [key for key in self.left_on_page() if is_sure(line_at(self.pages, key), self.threshold)]

    def accept_lines(self, keys: Iterable[LineKey]) -> None:
        """Accept lines as they stand, as one step."""
        self._put_down(
            [
                self._decision(key, *self._as_it_stands(key), unseen=(self.item.id, key) not in self._seen)
                for key in keys
            ]
        )

    def decide_lines(self, keys: Iterable[LineKey], verdict: Verdict, reason: str = "") -> None:
        """Decide lines alike, as one step."""
        self._put_down([self._decision(key, verdict, reason=reason) for key in keys])

    def turn_back(self) -> Step | None:
        """Take back the last step and go to its line."""
        return self._turned(self.store.undo(self.reviewer))

    def turn_on(self) -> Step | None:
        """Make the step again that was taken back and go to its line."""
        return self._turned(self.store.redo(self.reviewer))

    def _turned(self, step: Step | None) -> Step | None:
        if step is not None:
            self.open(step.item_id, Spot(step.key))
        return step

    def _put_down(self, decisions: Sequence[Decision]) -> None:
        made = self.store.decide(*decisions)
        self.decisions = {**self.decisions, **{decision.key: decision for decision in made}}
        self.item = self.store.item(self.item.id)

    def _decision(
        self, key: LineKey, verdict: Verdict, text: str | None = None, *, reason: str = "", unseen: bool = False
    ) -> Decision:
        """Return a decision on a line; what it was corrected to stays, unless it is accepted as it was read."""
        before, line = self.decisions.get(key), line_at(self.pages, key)
        if text is None and before is not None and verdict is not Verdict.ACCEPTED:
            text = before.text
        shown = self.text_at(key)
        return Decision(self.item.id, key, verdict, text, reason, self.reviewer, line.text, shown, unseen=unseen)

    def _as_it_stands(self, key: LineKey) -> tuple[Verdict, str | None]:
        before = self.decisions.get(key)
        corrected = before.text if before is not None else None
        return (Verdict.ACCEPTED if corrected is None else Verdict.CORRECTED), corrected

    def _page_keys(self) -> Sequence[LineKey]:
        return [key for key in self.keys if key.page == self._page_number]

    # -- moving -------------------------------------------------------------------------------------------------------

    def go_on(self, after: LineKey | None = None) -> bool:
        """Go to the next line that is left, on this image or another; False when all is decided."""
        following = next_open(self.keys, self.decisions, after if after is not None else self.key)
        if following is not None and verdict_of(self.decisions, following) is Verdict.UNDECIDED:
            self.go_to(Spot(following))
            return True
        item = self.store.next_to_review(self.item.id)
        if item is not None:
            self.open(item.id)
        elif following is not None:
            self.go_to(Spot(following))
        return item is not None or following is not None

    def go_on_from_page(self) -> bool:
        """Go to the next line that is left after this page; False when all is decided."""
        keys = self._page_keys()
        return self.go_on(keys[-1]) if keys else False

    def move(self, step: int) -> None:
        """Go to the line after (1) or before (-1); raises Refused at the ends."""
        place = self.keys.index(self.key) + step
        if not 0 <= place < len(self.keys):
            raise Refused("This is the last line of this image." if step > 0 else "This is the first line.")
        self.go_to(Spot(self.keys[place]))

    def go_to_place(self, place: int) -> None:
        """Go to a line by its place among the image's lines, from 0, negative ones from the end."""
        if not -len(self.keys) <= place < len(self.keys):
            raise Refused(f"There is no line {place + 1} here: there are {len(self.keys)}.")
        self.go_to(Spot(self.keys[place]))

    def turn_page(self, step: int) -> None:
        """Go to the next page or image, or the one before; raises Refused at the ends."""
        numbers = [page.number for page in self.pages if page.lines]
        beyond = [number for number in numbers if (number - self._page_number) * step > 0]
        if beyond:
            number = min(beyond) if step > 0 else max(beyond)
            self.go_to(Spot(next(key for key in self.keys if key.page == number)))
            return
        item = self.store.beside(self.item.id, step)
        if item is None:
            raise Refused("This is the last image." if step > 0 else "This is the first image.")
        self.open(item.id)

    def move_word(self, step: int) -> None:
        """Go to the next word of the line, or the one before; raises Refused at the ends."""
        count = len(self.line.words)
        if not count:
            raise Refused("The words of this line are not known one by one.")
        now = self.spot.word if self.spot is not None and self.spot.word is not None else -1 if step > 0 else count
        if not 0 <= now + step < count:
            raise Refused("This is the last word of the line." if step > 0 else "This is the first word of the line.")
        self.go_to(Spot(self.key, now + step))

    def lead(self, step: int) -> None:
        """Go to the next doubtful word, or the one before, across images; raises Refused when none is left."""
        spot = self._doubtful_from(self.spot, step)
        if spot is None:
            found = self.store.next_doubtful(self.item.id, step)
            if found is None:
                raise Refused("No doubtful word is left in a line that nobody has decided.")
            if found != self.item.id:
                self.open(found)
            spot = self._doubtful_from(None, step)
        if spot is not None:
            self.go_to(spot)

    def _doubtful_from(self, spot: Spot | None, step: int) -> Spot | None:
        return doubtful_from(self.pages, self.keys, self.decisions, spot, step)

    def change_order(self) -> bool:
        """Put the lines in the order they stand on the page, or in the service's again; True for the former."""
        self._down_the_page = not self._down_the_page
        self._put_in_order()
        return self._down_the_page

    def around(self) -> tuple[str, str]:
        """Return the texts of the lines before and after; empty where there is none."""
        place = self.keys.index(self.key)
        before = self.text_at(self.keys[place - 1]) if place else ""
        after = self.text_at(self.keys[place + 1]) if place + 1 < len(self.keys) else ""
        return before, after

    # -- finding ------------------------------------------------------------------------------------------------------

    def find(self, wanted: str) -> int:
        """Look for lines by words or a filter and go to the first from here on; says how many. Raises FilterError."""
        asked = parse(wanted) if _is_filter(wanted) else words(wanted)
        return self._found(lambda: self.store.lines_matching(asked, limit=MOST_FOUND))

    def find_misread(self, word: str) -> int:
        """Look for the undecided lines that hold a word and go to the first from here on; says how many."""
        return self._found(lambda: self.store.misread_elsewhere(word, MOST_FOUND))

    def count_misread(self, word: str) -> int:
        """Return how many undecided lines hold a word."""
        return len(self.store.misread_elsewhere(word, MOST_FOUND))

    def _found(self, look: Callable[[], Sequence[Hit]]) -> int:
        hits = tuple((hit.item_id, hit.key) for hit in look())
        if hits:
            self.hits = hits
            here = self._here
            self._visit(next((hit for hit in hits if hit >= here), hits[0]))
        return len(hits)

    def next_hit(self, step: int) -> None:
        """Go to the next line that was found, or the one before, and round at the ends."""
        if not self.hits:
            raise Refused("Nothing was looked for yet: / asks for words.")
        here = self._here
        beyond = [hit for hit in self.hits if (hit > here if step > 0 else hit < here)] or list(self.hits)
        self._visit(beyond[0 if step > 0 else -1])

    @property
    def _here(self) -> tuple[int, LineKey]:
        return self.item.id, self.spot.key if self.spot is not None else LineKey(0, 0)

    def _visit(self, hit: tuple[int, LineKey]) -> None:
        item_id, key = hit
        if item_id == self.item.id:
            self.go_to(Spot(key))
        else:
            self.open(item_id, Spot(key))


def _share(text: str, otherwise: float) -> float:
    """Return a share that was kept as text; another where it is none."""
    try:
        share = float(text)
    except ValueError:
        return otherwise
    return share if 0 < share <= 1 else otherwise


def _is_filter(wanted: str) -> bool:
    """Whether what was typed is a filter: words alone, and a /regular expression/, are not."""
    return any(sign in wanted for sign in "<>=~&|!()") and not (wanted.startswith("/") and wanted.endswith("/"))
