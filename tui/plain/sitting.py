"""What is under review and where in it one stands; every decision is on the disk when the method that makes it returns.

It says nothing and asks nothing. What cannot be done raises Refused with a sentence, or StoreError. Colleagues at the
same queue are told which image it has open, as the screens tell them; what they do to it is kept as news to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Self

from tui.colleagues import crossed, gone, is_of_others, known, reshaped, told_of, undone
from tui.company import Company
from tui.filters import typed_filter
from tui.journal import Act
from tui.line_index import Hit
from tui.model import Decision, Item, Line, LineKey, Page, Step, Trouble, Verdict
from tui.plain.suggesting import Suggesting
from tui.review import (
    SURE,
    Decisions,
    Spot,
    hit_beyond,
    is_left,
    line_keys,
    next_doubtful_word,
    next_open,
    share_kept,
    verdict_of,
    verdict_on,
)
from tui.store import Store
from tui.suggestions import Suggestion
from tui.under_review import UnderReview

MOST_FOUND = 1000
"""How many lines a search finds at most."""


class Refused(Trouble):
    """What was asked for cannot be done here; its text says why, or what to do instead."""


class Sitting:
    """One person's review of a queue. A context manager: at its end nothing is asked any more."""

    def __init__(self, store: Store, reviewer: str, patience: float | None = None) -> None:
        """Begin nowhere yet. Suggestions are waited for so many seconds, unless it is said otherwise; None for ever."""
        self.store = store
        self.reviewer = reviewer
        self._suggesting = Suggesting(store.path)
        self._company = Company(store.path, reviewer)
        self._patience = patience
        self.threshold = share_kept(store.preferences(reviewer).get("threshold", ""), SURE)
        self.image = UnderReview(Item(0, "", ""))
        """What is under review; the number of the image is 0 before there is one."""
        self.spot: Spot | None = None
        """The line under review, or one of its words; None on an image without lines."""
        self.last_correction: tuple[str, str] | None = None
        """What was misread, and what it was corrected to last."""
        self.hits: tuple[tuple[int, LineKey], ...] = ()
        """What was found last."""
        self.nothing_else = False
        """Whether one came to the image although a colleague has it open, for nothing else is left."""
        self.where_told = ""
        """The sentence that names what tells of both decisions where a colleague's differs, with a blank before it."""
        self._news: list[str] = []
        self._shape = (0, 0)
        self._down_the_page = False
        self._page_number = 1
        self._seen: set[tuple[int, LineKey]] = set()
        self._revision = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._company.close()
        self._suggesting.close()

    # -- what is under review -----------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Go to where the review stood, else to the first image with something to decide; False when there is none."""
        item = self._company.where_review_stood(self.store, self.reviewer) or self._decided_last()
        if item is None:
            return False
        self.open(item.id)
        return True

    def _decided_last(self) -> Item | None:
        last = self.store.last_decision(self.reviewer)
        return self.store.item(last.item_id) if last is not None else None

    def open(self, item_id: int, spot: Spot | None = None, *, nothing_else: bool = False) -> None:
        """Go to an image: to a line of it, or to the first that is left to decide.

        One whose pages are damaged raises StoreError, and is an image without lines then.
        """
        self._revision = self.store.revision()
        self.image, self.spot, self.nothing_else = UnderReview(self.store.item(item_id)), None, nothing_else
        self._company.look_at(item_id)
        self.image = self._read()
        self._page_number = self.pages[0].number if self.pages else 1
        self.go_to(spot if spot is not None and spot.key in self.keys else self._start())

    def _read(self) -> UnderReview:
        """Return the image as it now is in the queue file."""
        item_id = self.item.id
        self._shape = self.store.shape(item_id)
        pages = self.store.pages(item_id)
        keys = line_keys(pages, down_the_page=self._down_the_page)
        return UnderReview(self.store.item(item_id), pages, keys, self.store.decisions(item_id))

    def _start(self) -> Spot | None:
        return self.image.start(self.store.last_decision(self.reviewer))

    def look_again(self) -> bool:
        """Take in what others have done to this image since; what is one's own matter becomes news.

        Returns whether the line one stands on is as it was; where it is no more one stands near its place.
        """
        changes = self.store.changes(self._revision)
        self._revision = changes.revision
        if self.item.id not in changes.item_ids:
            return True
        before, shape, spot, place = self.decisions, self._shape, self.spot, self.place
        self.image = self._read()
        if shape != self._shape and (who := self.store.shaped_by(self.item.id)) != self.reviewer:
            self._note(reshaped(who))
        at = spot.key if spot is not None else None
        self._note(told_of(self.image, before, self.reviewer, at, self.where_told))
        now = self.image.still_at(spot, place)
        if now != spot:
            self.go_to(now)
        return spot is None or (
            spot.key in self.keys
            and not is_of_others(before.get(spot.key), self.decisions.get(spot.key), self.reviewer)
        )

    def _note(self, news: str) -> None:
        if news:
            self._news.append(news)

    def take_news(self) -> list[str]:
        """Return what is to be told of colleagues, once."""
        news, self._news = self._news, []
        return news

    @property
    def sharing(self) -> str:
        """Which colleagues have the image open, as it is said; empty where none has."""
        return self._company.sharing(self.store, self.item.id, now=True)

    @property
    def item(self) -> Item:
        """The image under review."""
        return self.image.item

    @property
    def pages(self) -> tuple[Page, ...]:
        """Its pages."""
        return self.image.pages

    @property
    def keys(self) -> tuple[LineKey, ...]:
        """Its lines, in the order one goes through them."""
        return self.image.keys

    @property
    def decisions(self) -> Decisions:
        """What is decided about them."""
        return self.image.decisions

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
        return self.image.line(self.key)

    @property
    def text(self) -> str:
        """The line's text as it now stands."""
        return self.image.text(self.key)

    @property
    def history(self) -> list[Act]:
        """Everything that was done about the line, the oldest first."""
        return self.store.history(self.item.id, self.key)

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
        return self.image.words(self.key)

    @property
    def doubtful(self) -> tuple[int, ...]:
        """The places of the doubtful words of a line that nobody has decided."""
        if not is_left(self.decisions, self.key):
            return ()
        return tuple(place for place, word in enumerate(self.line.words) if word.is_doubtful)

    @property
    def word(self) -> int | None:
        """The word that is meant: the one one stands on, else the line's least sure, if that is doubtful."""
        return self.image.word_meant(self.spot)

    def said_of(self, place: int) -> str:
        """Return a word of the line as it now stands, or as it was read where it is no more."""
        return self.words[place] or self.line.words[place].text

    def suggestions(self, *, for_certain: bool = False) -> tuple[Suggestion, ...] | None:
        """Return what the word that is meant may be instead; None where that is not known yet and not waited for."""
        place = self.word
        question = self.image.question(self.key, place) if place is not None else None
        return self._suggesting.ask(question, None if for_certain else self._patience) if question is not None else ()

    # -- deciding -----------------------------------------------------------------------------------------------------

    def decide(self, verdict: Verdict, text: str | None = None, *, reason: str = "") -> None:
        """Decide the line; one does not move."""
        self._put_down([self.image.decision(self.key, verdict, text, reason=reason, reviewer=self.reviewer)])

    def accept(self) -> None:
        """Accept the line as it stands."""
        self._put_down([self.image.accepted(self.key, self.reviewer)])

    def keep(self, text: str) -> Verdict:
        """Keep a text as the line's: corrected, or accepted where it is what was read. Raises Refused for none."""
        if not text:
            raise Refused("An empty line cannot be kept. x rejects the line.")
        return self._keep(*verdict_on(self.line, text))

    def replace_word(self, place: int, right: str) -> bool:
        """Correct one word of the line; the others stay. One moves to its next doubtful word; False without one."""
        self._keep(*self.image.with_word(self.key, place, right))
        later = next_doubtful_word(self.line, place)
        if later is not None:
            self.go_to(Spot(self.key, later))
        return later is not None

    def _keep(self, verdict: Verdict, text: str | None) -> Verdict:
        self.last_correction = self.image.last_correction(self.key, text) or self.last_correction
        self.decide(verdict, text)
        return verdict

    def word_misread(self) -> int | None:
        """Return the place of the word at which the last correction is repeated; None where there is none."""
        if self.spot is None or self.last_correction is None:
            return None
        return self.image.word_misread(self.spot, self.last_correction[0])

    def left_on_page(self) -> list[LineKey]:
        """Return the lines of the page that nobody has decided."""
        return self.image.left_on(self._page_number)

    def lines_to_accept(self, *, unsure: bool) -> list[LineKey]:
        """Return the lines that accepting the page accepts: the sure ones, or, where none is and that is meant, all."""
        return self.image.to_accept(self._page_number, self.threshold, unsure=unsure)

    def accept_lines(self, keys: Iterable[LineKey]) -> None:
        """Accept lines as they stand, as one step."""
        self._put_down(self.image.all_accepted(keys, self.reviewer, self._seen))

    def decide_lines(self, keys: Iterable[LineKey], verdict: Verdict, reason: str = "") -> None:
        """Decide lines alike, as one step."""
        self._put_down([self.image.decision(key, verdict, reason=reason, reviewer=self.reviewer) for key in keys])

    def turn_back(self) -> Step | None:
        """Take back the last step and go to its line."""
        step = self._turned(self.store.undo(self.reviewer))
        if step is not None and step.key in self.keys:
            self._note(undone(self.image, step.key, self.reviewer))
        return step

    def turn_on(self) -> Step | None:
        """Make the step again that was taken back and go to its line."""
        return self._turned(self.store.redo(self.reviewer))

    def _turned(self, step: Step | None) -> Step | None:
        if step is not None:
            self.open(step.item_id, Spot(step.key))
        return step

    def _put_down(self, decisions: Sequence[Decision]) -> None:
        """Write decisions as one step; what others have decided meanwhile, or done to the lines, becomes news."""
        made = self.store.decide(*decisions)
        others = self.store.crossed(made, known(made, self.decisions))
        self._note(crossed(self.image, others, self.where_told))
        self._note_if_gone(made)
        now = {**self.decisions, **{decision.key: decision for decision in made}}
        self.image = replace(self.image, item=self.store.item(self.item.id), decisions=now)

    def _note_if_gone(self, made: Sequence[Decision]) -> None:
        if self.store.shape(self.item.id) == self._shape:
            return
        there = {key for page in self.store.pages(self.item.id) for key in page.keys}
        missing = next((one for one in made if one.key not in there), None)
        if missing is not None:
            self._note(gone(self.store.shaped_by(self.item.id), missing))

    # -- moving -------------------------------------------------------------------------------------------------------

    def go_on(self, after: LineKey | None = None) -> bool:
        """Go to the next line that is left, on this image or another; False when all is decided."""
        after = after if after is not None else self.key
        self.look_again()  # what a colleague has decided meanwhile is not left
        following = next_open(self.keys, self.decisions, after)
        if following is not None and verdict_of(self.decisions, following) is Verdict.UNDECIDED:
            self.go_to(Spot(following))
            return True
        item = self._company.next_to_review(self.store, self.item.id)
        if item is not None:
            self.open(item.id)
        elif following is not None:
            self.go_to(Spot(following))
        else:
            return self._go_to_shared()
        return True

    def _go_to_shared(self) -> bool:
        item = self._company.next_shared(self.store, self.item.id)
        if item is not None:
            self.open(item.id, nothing_else=True)
        return item is not None

    def go_on_from_page(self) -> bool:
        """Go to the next line that is left after this page; False when all is decided."""
        keys = self.image.on_page(self._page_number)
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
        beyond = self.image.page_beside(self._page_number, step)
        if beyond is not None:
            self.go_to(Spot(beyond))
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
        spot = self.image.doubtful_from(self.spot, step)
        if spot is None:
            found, is_shared = self._company.next_doubtful(self.store, self.item.id, step)
            if found is None:
                raise Refused("No doubtful word is left in a line that nobody has decided.")
            if found != self.item.id:
                self.open(found, nothing_else=is_shared)
            spot = self.image.doubtful_from(None, step)
        if spot is not None:
            self.go_to(spot)

    def change_order(self) -> bool:
        """Put the lines in the order they stand on the page, or in the service's again; True for the former."""
        self._down_the_page = not self._down_the_page
        keys = line_keys(self.pages, down_the_page=self._down_the_page)
        self.image = replace(self.image, keys=keys)
        return self._down_the_page

    def around(self) -> tuple[str, str]:
        """Return the texts of the lines before and after; empty where there is none."""
        place = self.keys.index(self.key)
        before = self.image.text(self.keys[place - 1]) if place else ""
        after = self.image.text(self.keys[place + 1]) if place + 1 < len(self.keys) else ""
        return before, after

    # -- finding ------------------------------------------------------------------------------------------------------

    def find(self, wanted: str) -> int:
        """Look for lines by words or a filter and go to the first from here on; says how many. Raises FilterError."""
        asked = typed_filter(wanted)
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
        self._visit(self.hits[hit_beyond(self.hits, self._here, step)])

    @property
    def _here(self) -> tuple[int, LineKey]:
        return self.item.id, self.spot.key if self.spot is not None else LineKey(0, 0)

    def _visit(self, hit: tuple[int, LineKey]) -> None:
        item_id, key = hit
        if item_id == self.item.id:
            self.go_to(Spot(key))
        else:
            self.open(item_id, Spot(key))
