"""Decisions without a screen: on every line that a filter lets through, or on single lines as a script names them.

They go into the journal of the queue file like those of the screens: nothing that was read is overwritten, a decision
is on the disk before it is answered for, and every step can be taken back. A line that stands already as it is wanted
is left alone, so that a command that was broken off may be given again.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeAlias

from tui.filters import Filter
from tui.line_index import Hit
from tui.model import DECIDED, Decision, Item, Line, LineKey, Page, State, Trouble, Verdict, is_url, printable, text_of
from tui.review import as_it_stands, cleaned, line_at, verdict_of, verdict_on
from tui.store import Store, StoreError

VERBS: Mapping[str, Verdict] = {
    "accept": Verdict.ACCEPTED,
    "flag": Verdict.FLAGGED,
    "skip": Verdict.SKIPPED,
    "reject": Verdict.REJECTED,
    "undecide": Verdict.UNDECIDED,
}
"""What can be decided about all lines of a filter, as it is said on the command line."""
LONGEST_STEP = 10_000
"""Lines that are decided in one transaction: as long as it takes, about a second, nobody else can write."""
_HITS = 1000
"""How many lines of a filter are asked for at a time."""
_WORDS: Mapping[str, Verdict] = {
    **VERBS,
    "correct": Verdict.CORRECTED,
    **{verdict.value: verdict for verdict in Verdict},
}
_ID = re.compile(r"p(-?\d{1,9})_l(\d{1,9})")
_LARGEST = 2**63
"""No number in the queue file is so large."""


class Refused(Trouble):
    """A line cannot be decided so; its text says why, or what to do instead."""


def stands_so(before: Decision | None, wanted: Decision) -> bool:
    """Whether a line stands already as it is wanted."""
    if before is None:
        return wanted.verdict is Verdict.UNDECIDED
    return (before.verdict, before.text, before.reason) == (wanted.verdict, wanted.text, wanted.reason)


# -- all lines of a filter ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is to be decided about the lines that a filter lets through."""

    verdict: Verdict
    where: Filter
    reviewer: str
    reason: str = ""
    """Why they are flagged."""
    again: bool = False
    """Whether lines are decided anew that somebody has settled before: accepted, corrected, flagged or rejected."""


@dataclass(frozen=True, slots=True)
class Example:
    """One of the lines, to be looked at."""

    source: str
    key: LineKey
    text: str
    """As it now stands."""
    verdict: Verdict
    """What is decided about it now."""


@dataclass(slots=True)
class Found:
    """The lines that a filter lets through, and what will become of them."""

    decisions: list[Decision] = field(default_factory=list)
    images: int = 0
    """How many images they are of."""
    now: Counter[Verdict] = field(default_factory=Counter)
    """What is decided about them now."""
    standing: int = 0
    """How many more stand so already."""
    settled: int = 0
    """How many more are left alone, for somebody has settled them."""
    problems: list[str] = field(default_factory=list)
    """Why some images cannot be looked into, as sentences."""
    examples: list[Example] = field(default_factory=list)


def look_up(store: Store, bulk: Bulk, examples: int = 5) -> Found:
    """Return what will become of the lines that a filter lets through, with the first few; nothing is changed.

    Raises StoreError.
    """
    found = Found()
    for item_id, hits in groupby(_hits(store, bulk.where), lambda hit: hit.item_id):
        keys = [hit.key for hit in hits]
        try:
            _look_at(store, bulk, item_id, keys, found, examples)
        except StoreError as error:
            found.problems.append(str(error))
    return found


def _hits(store: Store, where: Filter) -> Iterator[Hit]:
    after: Hit | None = None
    while hits := store.lines_matching(where, after=after, limit=_HITS):
        yield from hits
        after = hits[-1]


def _look_at(store: Store, bulk: Bulk, item_id: int, keys: Sequence[LineKey], found: Found, examples: int) -> None:
    pages, decisions = store.pages(item_id), store.decisions(item_id)
    wanted = []
    for key in keys:
        try:
            decision = _bulk_decision(bulk, item_id, key, line_at(pages, key), decisions.get(key))
        except KeyError:
            continue  # somebody has split or joined it meanwhile
        if stands_so(decisions.get(key), decision):
            found.standing += 1
        elif _is_settled(bulk, verdict_of(decisions, key)):
            found.settled += 1
        else:
            wanted.append(decision)
            found.now[verdict_of(decisions, key)] += 1
    if not wanted:
        return
    found.images += 1
    found.decisions += wanted
    if room := examples - len(found.examples):
        source = store.item(item_id).source
        found.examples += [Example(source, one.key, one.shown, verdict_of(decisions, one.key)) for one in wanted[:room]]


def _is_settled(bulk: Bulk, now: Verdict) -> bool:
    return now in DECIDED and not bulk.again and bulk.verdict is not Verdict.UNDECIDED


def _bulk_decision(bulk: Bulk, item_id: int, key: LineKey, line: Line, before: Decision | None) -> Decision:
    """Return the decision on one of many lines; what it was corrected to stays, but when it is undecided again."""
    standing, text = as_it_stands(before)
    verdict = standing if bulk.verdict is Verdict.ACCEPTED else bulk.verdict
    if verdict is Verdict.UNDECIDED:
        text = None
    return Decision(
        item_id,
        key,
        verdict,
        text,
        bulk.reason,
        bulk.reviewer,
        line.text,
        text_of(line, before),
        unseen=bulk.verdict is Verdict.ACCEPTED and (before is None or before.unseen),  # so that an audit may draw it
    )


def decide_all(store: Store, found: Found, longest: int = LONGEST_STEP) -> int:
    """Decide what was looked up, in one step; above `longest` lines in several. Returns how many. Raises StoreError."""
    steps = range(0, len(found.decisions), longest)
    for start in steps:
        store.decide(*found.decisions[start : start + longest])
    return len(steps)


# -- single lines ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """What is to become of one line, as a script says it."""

    verdict: Verdict | None
    """None where only a text is given: accepted or corrected, as the text has it."""
    source: str = ""
    item_id: int = 0
    """Its number in the queue; 0 where the source names it."""
    service: str = ""
    """Who has read it, where several services have."""
    page: int | None = None
    """None for the only one."""
    line: int = 0
    """As in LineKey, from 0."""
    text: str | None = None
    reason: str = ""
    engine_text: str | None = None
    """What was read there, where the script says what it goes by."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one line of the input."""

    number: int
    """Of the line of the input, from 1."""
    decision: Decision | None = None
    """None where it was refused."""
    source: str = ""
    changed: bool = False
    """False as well where the line stood so already."""
    problem: str = ""
    """Why it was refused, as a sentence."""


def named_by(raw: bytes) -> Named:
    """Return what a JSON object asks for; raises Refused, with a sentence.

    `source` (or `image`, as tables call it) or `item` name the image, and `service` who has read it where that is not
    plain; `page` and `line`, both from 1, or `id` (or `line_id`) as exports have it, the line; `verdict`, `text` and
    `reason` say what becomes of it. `engine_text` is compared with what was read. Other names are passed over.
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(f"this is no JSON object: {_reason(error)}.") from None
    if not isinstance(data, dict):
        raise Refused('this is no JSON object: it looks like {"source": ..., "page": 1, "line": 3, "verdict": ...}.')
    page, line = _place(data)
    verdict, text = _verdict(data), _text(data, "text")
    if verdict is None and text is None:
        raise Refused(f"it says neither `verdict` nor `text`. A verdict is one of: {', '.join(_WORDS)}.")
    if verdict is Verdict.CORRECTED and text is None:
        raise Refused("a corrected line has a `text`.")
    source = _text(data, "source") or _text(data, "image") or ""
    item_id = _whole(data, "item") or 0
    if not source and not item_id:
        raise Refused("it does not say which image: `source` is its path or URL, `item` its number in the queue.")
    return Named(
        verdict,
        source,
        item_id,
        _text(data, "service") or "",
        page,
        line,
        text,
        _text(data, "reason") or "",
        _text(data, "engine_text"),
    )


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else "it cannot be read"


def _place(data: Mapping[str, Any]) -> tuple[int | None, int]:
    written = _text(data, "id") or _text(data, "line_id")
    if written is not None:
        found = _ID.fullmatch(written)
        if found is None:
            raise Refused(f"`id` {printable(written)!r} names no line: it looks like p1_l0.")
        return int(found[1]), int(found[2])
    page, line = _whole(data, "page"), _whole(data, "line")
    if line is None:
        raise Refused("it does not say which line: `line` counts from 1, on `page`.")
    return page, line - 1


def _whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 < value < _LARGEST:
        raise Refused(f"`{name}` is no number from 1 on.")
    return value


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(f"`{name}` is no text.")
    return value


def _verdict(data: Mapping[str, Any]) -> Verdict | None:
    word = _text(data, "verdict")
    if word is None:
        return None
    if word not in _WORDS:
        raise Refused(f"there is no verdict {printable(word)!r}. Known are: {', '.join(_WORDS)}.")
    return _WORDS[word]


def decide_named(
    store: Store, lines: Iterable[bytes], reviewer: str, *, together: int = 1, dry_run: bool = False
) -> Iterator[Answer]:
    """Decide lines as they are named, one JSON object a line, and tell what became of each; empty lines are none.

    So many decisions `together` are a step and a transaction: they are on the disk when they are answered for. Raises
    StoreError; what was answered for stays.
    """
    clerk = _Clerk(store, reviewer)
    answers: list[Answer] = []
    waiting: dict[tuple[int, LineKey], Decision] = {}

    def put_down() -> Iterator[Answer]:
        if waiting and not dry_run:
            store.decide(*waiting.values())
        waiting.clear()
        yield from answers
        answers.clear()

    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        answer = clerk.answer(number, raw, waiting)
        decision = answer.decision
        if decision is not None and (decision.item_id, decision.key) in waiting:
            yield from put_down()  # the line is named a second time: what was said first is history by then
            answer = clerk.answer(number, raw, waiting)
        answers.append(answer)
        if answer.decision is not None and answer.changed:
            waiting[answer.decision.item_id, answer.decision.key] = answer.decision
        if len(waiting) >= together or not waiting:
            yield from put_down()
    yield from put_down()


_Inside: TypeAlias = tuple[tuple[Page, ...], dict[LineKey, Decision]]


class _Clerk:
    """Knows the images of a queue by their names, and makes decisions of what is said about their lines."""

    def __init__(self, store: Store, reviewer: str) -> None:
        self._store = store
        self._reviewer = reviewer
        self._items: dict[int, str] = {}
        self._by_source: dict[str, list[int]] = {}
        self._revision = -1
        self._opened: tuple[int, int] = (-1, 0)
        self._inside: _Inside = ((), {})

    def answer(self, number: int, raw: bytes, waiting: Mapping[tuple[int, LineKey], Decision]) -> Answer:
        try:
            named = named_by(raw)
            item = self._item(named)
            decision, before = self._decision(named, item)
        except (Refused, StoreError) as error:
            return Answer(number, problem=str(error))
        is_waiting = (item.id, decision.key) in waiting
        return Answer(number, decision, item.source, changed=is_waiting or not stands_so(before, decision))

    def _item(self, named: Named) -> Item:
        found = self._numbers(named)
        if not found and self._store.revision() != self._revision:
            self._look_again()
            found = self._numbers(named)
        if not found:
            name = printable(named.source) or f"number {named.item_id}"
            raise Refused(f"there is no image {name} in the queue{_read_by(named.service)}. Check its name.")
        items = self._store.items(found)
        if named.service:
            items = [item for item in items if item.service == named.service]
        if len(items) > 1:
            services = ", ".join(printable(item.service) for item in items)
            raise Refused(f"{printable(named.source)} was read by several: say which with `service`, of {services}.")
        if not items:
            raise Refused(f"{printable(named.source) or named.item_id} is not in the queue{_read_by(named.service)}.")
        return items[0]

    def _numbers(self, named: Named) -> list[int]:
        if named.item_id:
            return [named.item_id] if named.item_id in self._items else []
        found = self._by_source.get(named.source)
        if found is None and not is_url(named.source):
            found = self._by_source.get(os.path.abspath(named.source))  # noqa: PTH100 (keeps symbolic links, as intake)
        return found or []

    def _look_again(self) -> None:
        self._revision = self._store.revision()
        self._items, self._by_source = {}, {}
        start = 0
        while items := self._store.window(start, _HITS):
            for item in items:
                self._items[item.id] = item.source
                self._by_source.setdefault(item.source, []).append(item.id)
            start += _HITS

    def _look_into(self, item_id: int) -> _Inside:
        """Return an image's pages and decisions; they are kept as long as nobody writes into the queue file."""
        now = (self._store.revision(), item_id)
        if now != self._opened:
            self._inside = self._store.pages(item_id), self._store.decisions(item_id)
            self._opened = now
        return self._inside

    def _decision(self, named: Named, item: Item) -> tuple[Decision, Decision | None]:
        """Return what is to be decided, and what stands; raises Refused."""
        pages, decisions = self._look_into(item.id)
        if not pages:
            raise Refused(_unread(item))
        key = LineKey(_page_number(named, pages, item), named.line)
        try:
            line = line_at(pages, key)
        except KeyError:
            raise Refused(
                f"{printable(item.source)} has no line {key.line + 1} on page {key.page}. Check `page` and `line`."
            ) from None
        if named.engine_text is not None and named.engine_text != line.text:
            raise Refused(
                f"line {key.line + 1} of page {key.page} of {printable(item.source)} was read as "
                f"“{printable(line.text)}”, and not as `engine_text` has it: this is about another line."
            )
        before = decisions.get(key)
        shown = text_of(line, before)
        verdict, text = _wanted(named, line, before, shown)
        decision = Decision(item.id, key, verdict, text, named.reason, self._reviewer, line.text, shown)
        return decision, before


def _wanted(named: Named, line: Line, before: Decision | None, shown: str) -> tuple[Verdict, str | None]:
    """Return the verdict and the text to keep, as the screen does when the same is done there by keys."""
    text = named.text
    if text is not None and text != shown:
        text = cleaned(text, shown)
        if not text:
            raise Refused("an empty line cannot be kept. Reject it.")
    if named.verdict is Verdict.UNDECIDED:
        if text is not None and text != shown:
            raise Refused("a line with another text is not undecided: leave out `verdict`, or `text`.")
        return Verdict.UNDECIDED, None
    if named.verdict in {None, Verdict.ACCEPTED, Verdict.CORRECTED}:
        return as_it_stands(before) if text is None else verdict_on(line, text)
    assert named.verdict is not None
    if text is None:
        return named.verdict, before.text if before is not None else None
    return named.verdict, None if text == line.text else text


def _page_number(named: Named, pages: Sequence[Page], item: Item) -> int:
    if named.page is not None:
        return named.page
    if len(pages) > 1:
        raise Refused(f"{printable(item.source)} has {len(pages)} pages: say which with `page`.")
    return pages[0].number


def _read_by(service: str) -> str:
    return f", read by {printable(service)}" if service else ""


def _unread(item: Item) -> str:
    if item.state is State.FAILED:
        return f"{printable(item.source)} was not read, for it failed. `handread run --retry` sends it again."
    return f"{printable(item.source)} has no lines yet: it is {item.state.value}. `handread run` reads it."
