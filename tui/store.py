"""The queue file: the one place where items, answers and decisions are kept, and the only one that knows SQL.

The runner writes it, the screens read it, and neither knows the other exists. It is an SQLite database in WAL mode:
progress is written with synchronous=NORMAL (a power cut may lose the last poll, which is asked again), with FULL what
cannot be had again for nothing: decisions, calls that are counted, operations and answers that were paid for. Every
write stamps a revision, and `changes` returns what moved since one. A store belongs to the thread that opened it;
opening another is cheap.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from tui import compaction, line_index
from tui.arrangement import Rearrangement
from tui.filters import All, Filter, Test
from tui.journal import Act, Audited, Journal, Sampled, Settled
from tui.line_index import Hit, ItemsMatching, Order
from tui.migrations import STEPS, migrate
from tui.model import (
    DECIDED,
    Decision,
    Failure,
    ImageFacts,
    Item,
    LineKey,
    Page,
    SentPage,
    State,
    Step,
    Trouble,
    Verdict,
    printable,
)
from tui.packing import answer_from, packed_answer, packed_pages
from tui.presence import SILENCE, Opened, Program, is_there

APPLICATION_ID = 0x48616E64
"""`Hand`, in SQLite's application_id: tells a queue file from the database of another program."""
SHORTEST = 512
"""Bytes of the shortest SQLite database: one page."""
LOCK_WAIT = 60.0
"""How many seconds a write waits for another process's write, before a person is told."""
MOST_PAUSE, LEAST_PAUSE, PATIENCE = 0.02, 0.001, 0.05
"""How many seconds pass until it is asked again whether one may write: the most, the least, and after how many seconds
of waiting half of the most."""
STEPS_BETWEEN = 20_000
"""After so many steps of SQLite's it is asked whether a search is to go on: about a thousand times a second."""
AT_ONCE = 100
"""So many images are changed with one write where many are: between two such writes others get their turn."""
BREATH = 0.01
"""How many seconds pass between two such writes."""
_WAITS = "state = 'waiting' and not paused and not removed"
"""Items that may be sent when their turn comes."""
_LISTED = "(select cast(total(items) as integer) from item_tally)"
"""How many items there are. What is near their end is counted from there: to count is to walk over them."""
_AMONG = "(? is null or id in (select value from json_each(?)))"
"""Items whose numbers are in a JSON list; all of them where there is none."""


_UNSENT: Mapping[str, Any] = MappingProxyType(
    {
        "remark": "",
        "said": "",
        "polls": 0,
        "operation": "",
        "not_before": 0,
        "waits_for": "",
        "posted": 0,
        "shipped": "[]",
    }
)
"""An item that nobody has been sent."""


RESUMABLE = frozenset({"deadline", "given-up", "foreign"})
"""The codes of failures after which the service may still have the answer, and is asked before it is paid again."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """An answer and its pages as they are kept: made before anybody has to wait, for a long document takes seconds."""

    answer: bytes
    pages: bytes
    read: tuple[Page, ...]
    """The pages as they were before; the file rounds the corners of their boxes, and nothing else."""


def _packed(answer: bytes, pages: Sequence[Page]) -> _Packed:
    return _Packed(packed_answer(answer), packed_pages(pages), tuple(pages))


class StoreError(Trouble):
    """The queue file cannot be used; its text says which file, what happened and what to do."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """An image to be added: with its facts, or with the reason why it cannot be read, or, for a URL, with neither."""

    source: str
    service: str
    facts: ImageFacts | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an image that was to be added."""

    item_id: int
    new: bool
    """False when the same bytes stand in the queue for the same service already."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What moved since a revision."""

    revision: int
    item_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items are in each state, and how many lines have each verdict."""

    items: dict[State, int]
    lines: dict[Verdict, int]
    doubtful: int = 0
    """How many doubtful words are in lines that nobody has settled."""

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(self.items.values())

    @property
    def unfinished(self) -> int:
        """How many items the machine is not done with."""
        return self.items[State.WAITING] + self.items[State.SENDING] + self.items[State.SENT]

    @property
    def read(self) -> int:
        """How many lines were read."""
        return sum(self.lines.values())

    @property
    def decided(self) -> int:
        """How many lines are settled."""
        return sum(self.lines[verdict] for verdict in DECIDED)


class Store:
    """An open queue file. Every method raises StoreError, and nothing else, when the file cannot be used."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, create: bool = True) -> None:
        """Open a queue file; where there is none a new one is made, unless that is not wanted."""
        self.path = path
        self._clock = clock
        with _sentences(path):
            _check_file(path, create=create)
            self._connection = _opened(path)
            self._journal = Journal(self._connection, clock)
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        if self._connection.execute("pragma user_version").fetchone()[0] == len(STEPS):
            return
        try:
            self._connection.execute(f"pragma application_id = {APPLICATION_ID}")
            migrate(self._connection, self._journal.measure_all)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- adding -------------------------------------------------------------------------------------------------------

    def add(self, candidates: Iterable[NewItem]) -> list[Added]:
        """Put images into the queue, in one transaction; the same bytes for the same service are not added twice."""
        with self._write() as revision:
            return [self._add(candidate, revision) for candidate in candidates]

    def _add(self, new: NewItem, revision: int) -> Added:
        twin = self._twin(new)
        if twin is None:
            return Added(self._insert(new, revision), new=True)
        if twin["removed"]:
            self._put_back(twin["id"], revision)
            return Added(twin["id"], new=True)
        if twin["state"] == State.FAILED and not twin["sha256"] and new.facts:
            self._facts(twin["id"], new.facts)
            self._move(twin["id"], State.WAITING, revision, failure_code=None, failure=None)
            return Added(twin["id"], new=True)
        if twin["state"] == State.FAILED and new.failure:
            self._move(twin["id"], State.FAILED, revision, failure=new.failure.sentence, failure_code=new.failure.code)
        return Added(twin["id"], new=False)

    def _twin(self, new: NewItem) -> sqlite3.Row | None:
        if new.facts:
            row = self._row("select * from item where sha256 = ? and service = ?", new.facts.sha256, new.service)
            if row is not None:
                return row
        source = os.fsencode(new.source)
        row = self._row("select * from item where source = ? and service = ? and sha256 = ''", source, new.service)
        if row is None and not new.facts and not new.failure:
            row = self._row("select * from item where source = ? and service = ?", source, new.service)
        return row

    def _insert(self, new: NewItem, revision: int) -> int:
        failure = new.failure
        now = self._clock()
        cursor = self._connection.execute(
            "insert into item (source, service, state, failure_code, failure, added_at, ended_at, revision, sha256,"
            " bytes, page_sizes) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                os.fsencode(new.source),
                new.service,
                State.FAILED if failure else State.WAITING,
                failure and failure.code,
                failure and failure.sentence,
                now,
                now if failure else 0,
                revision,
                *_facts_kept(new.facts),
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _facts(self, item_id: int, facts: ImageFacts) -> None:
        self._connection.execute(
            "update item set sha256 = ?, bytes = ?, page_sizes = ? where id = ?", (*_facts_kept(facts), item_id)
        )

    def moved(self, item_id: int, source: str) -> None:
        """Note that an item's file has another name now; one that had failed for being gone waits again."""
        with self._write() as revision:
            self._change(item_id, revision, source=os.fsencode(source))
            row = self._row("select failure_code from item where id = ?", item_id)
            if row is not None and row["failure_code"] == "vanished":
                self._requeue(item_id, revision)

    # -- asking -------------------------------------------------------------------------------------------------------

    def item(self, item_id: int) -> Item:
        """Return an item; raises KeyError when there is none of that number."""
        with _sentences(self.path):
            row = self._row("select * from item where id = ?", item_id)
        if row is None:
            raise KeyError(item_id)
        return _item(row)

    def window(self, start: int, count: int) -> list[Item]:
        """Return items by their place in the queue, from `start` on (0 is the first)."""
        if start <= self._value(f"select {_LISTED}") / 2:
            return self._items("select * from item where not removed order by id limit ? offset ?", count, start)
        from_the_end = (
            "select * from item where not removed order by id desc"
            f" limit max(0, min(?, {_LISTED} - ?)) offset max(0, {_LISTED} - ?)"
        )
        return self._items(f"select * from ({from_the_end}) order by id", count, start, start + count)

    def items(self, item_ids: Sequence[int]) -> list[Item]:
        """Return items by their numbers, in that order; those that are no more are left out."""
        rows = self._items(
            "select * from item where id in (select value from json_each(?))", json.dumps(list(item_ids))
        )
        by_number = {item.id: item for item in rows}
        return [by_number[number] for number in item_ids if number in by_number]

    def place(self, item_id: int) -> int:
        """Return an item's place in the queue; the first is 0."""
        if item_id <= self._value("select coalesce(max(id), 0) from item") / 2:
            return int(self._value("select count(*) from item where id < ? and not removed", item_id))
        from_the_end = "select count(*) from item where id >= ? and not removed"
        return int(self._value(f"select {_LISTED} - ({from_the_end})", item_id))

    def beside(self, item_id: int, step: int) -> Item | None:
        """Return the item after (step 1) or before (step -1) another."""
        sql = "id > ? order by id" if step > 0 else "id < ? order by id desc"
        items = self._items(f"select * from item where not removed and {sql} limit 1", item_id)
        return items[0] if items else None

    def next_to_review(self, item_id: int = 0, besides: Collection[int] = ()) -> Item | None:
        """Return the first item after another that has undecided lines, from the top again when there is none.

        Items of which nothing but skipped lines is left come last; those that are named `besides` do not come at all.
        """
        undecided = self._next("state = 'done' and decided + skipped < lines", item_id, besides)
        return undecided or self._next("state = 'done' and decided < lines", item_id, besides)

    def last_decision(self, reviewer: str) -> Decision | None:
        """Return the reviewer's last act that stands: that is where the review stood."""
        with _sentences(self.path):
            return self._journal.last(reviewer)

    def next_failed(self, item_id: int = 0) -> Item | None:
        """Return the first item after another that failed, from the top again when there is none."""
        return self._next("state = 'failed'", item_id)

    def next_doubtful(self, item_id: int, step: int, besides: Collection[int] = ()) -> int | None:
        """Return the next item, or the one before, with a doubtful word in a line that nobody has decided.

        The search goes round once, and ends with the item itself; items that are named `besides` are passed over.
        """
        order, beyond, rest = ("asc", ">", "<=") if step > 0 else ("desc", "<", ">=")
        with _sentences(self.path):
            for way in (beyond, rest):
                rows = self._connection.execute(
                    "select id from item where state = 'done' and doubtful_left and not removed"
                    f" and id {way} ? order by id {order}",
                    (item_id,),
                )
                for row in rows:
                    if row["id"] not in besides:
                        return int(row["id"])
        return None

    def lines_matching(
        self, filter_: Filter, *, order: Order = Order.FILE, after: Hit | None = None, limit: int = 100
    ) -> list[Hit]:
        """Return the first lines that a filter lets through, after one that was returned before."""
        with _sentences(self.path):
            return line_index.lines_matching(
                self._connection,
                filter_,
                order=order,
                after=after,
                limit=limit,
                marked=self.marked(),
                now=self._clock(),
            )

    def each_line_matching(self, filter_: Filter) -> Iterator[Hit]:
        """Yield the lines that a filter lets through as they are found, in the order of the queue."""
        with _sentences(self.path):
            yield from line_index.each_line_matching(self._connection, filter_, marked=self.marked(), now=self._clock())

    def stop_when(self, stopped: Callable[[], bool]) -> None:
        """Have whatever is asked from now on end with a StoreError as soon as that is so."""
        self._connection.set_progress_handler(lambda: int(stopped()), STEPS_BETWEEN)

    def items_matching(self, filter_: Filter, order: Order = Order.FILE) -> ItemsMatching:
        """Begin to look for the items that a filter lets through; what it returns raises sqlite3.Error."""
        with _sentences(self.path):
            return ItemsMatching(self._connection, filter_, order=order, marked=self.marked(), now=self._clock())

    def misread_elsewhere(self, word: str, most: int = 1000) -> list[Hit]:
        """Return the lines that nobody has decided and that hold a word, by the same letters and signs."""
        undecided = All((Test("text", "~", word), Test("verdict", "=", Verdict.UNDECIDED.value)))
        return [hit for hit in self.lines_matching(undecided, limit=most) if word in hit.text.split()]

    def _next(self, condition: str, item_id: int, besides: Collection[int] = ()) -> Item | None:
        sql = (
            f"select * from item where {condition} and not removed and id > ?"
            " and id not in (select value from json_each(?)) order by id limit 1"
        )
        passed = json.dumps([item_id, *besides])
        for after in (item_id, 0):
            items = self._items(sql, after, passed)
            if items:
                return items[0]
        return None

    def changes(self, since: int) -> Changes:
        """Return the newest revision and the items that moved since another."""
        with _sentences(self.path), self._transaction("begin"):
            revision = int(self._connection.execute("select value from revision").fetchone()[0])
            rows = self._connection.execute("select id from item where revision > ?", (since,)).fetchall()
        return Changes(revision, frozenset(row["id"] for row in rows))

    def revision(self) -> int:
        """Return the newest revision: the cheapest way to learn whether anything moved."""
        return int(self._value("select value from revision"))

    def tally(self) -> Tally:
        """Return how many items are in each state and how many lines have each verdict."""
        with _sentences(self.path), self._transaction("begin"):
            states = self._connection.execute("select state, items, lines, doubtful from item_tally").fetchall()
            verdicts = self._connection.execute("select verdict, lines from verdict_tally").fetchall()
        items = dict.fromkeys(State, 0) | {State(row["state"]): row["items"] for row in states}
        lines = dict.fromkeys(Verdict, 0) | {Verdict(row["verdict"]): row["lines"] for row in verdicts}
        lines[Verdict.UNDECIDED] = sum(row["lines"] for row in states) - sum(lines.values())
        return Tally(items, lines, sum(row["doubtful"] for row in states))

    def pace(self, seconds: float = 120) -> float:
        """Return how many images were read a minute, by those of the last seconds; 0 while there are too few to say."""
        since = self._clock() - seconds
        with _sentences(self.path):
            row = self._row(
                "select count(*), min(ended_at), max(ended_at) from item where state = 'done' and ended_at > ?", since
            )
        assert row is not None
        count, first, last = row
        return 60 * (count - 1) / (last - first) if count >= 3 and last > first else 0.0

    def pages(self, item_id: int) -> tuple[Page, ...]:
        """Return an item's pages as they now stand: as read, with lines split, joined, added and moved by reviewers.

        Empty when it has not been read.
        """
        with _sentences(self.path), self._readable(item_id):
            return self._journal.pages(item_id)

    @contextmanager
    def _readable(self, item_id: int) -> Iterator[None]:
        """Say in a sentence what is wrong with an item's pages."""
        try:
            yield
        except (ValueError, LookupError, TypeError) as error:
            raise StoreError(
                f"{_name(self.path)} is damaged: the pages of image {item_id} cannot be read. The others can; "
                f"add that image again for another service to have it read anew."
            ) from error

    def answer(self, item_id: int) -> bytes | None:
        """Return the service's answer, byte by byte as it came."""
        with _sentences(self.path):
            row = self._row("select answer from result where item_id = ?", item_id)
        return None if row is None else answer_from(row["answer"])

    def settled_since(self, after: int, most: int = 5000) -> list[Settled]:
        """Return what was accepted, corrected and taken back after an act, the oldest first, at most so many."""
        with _sentences(self.path):
            return self._journal.settled_since(after, most)

    def before_settled(self, most: int) -> int:
        """Return the number of the act after which at most so many lines were accepted, corrected or taken back."""
        with _sentences(self.path):
            return self._journal.before_settled(most)

    def decided_last(self, most: int) -> list[tuple[int, LineKey, str]]:
        """Return item, line and text of the lines that were looked at and accepted or corrected last."""
        with _sentences(self.path):
            return self._journal.decided_last(most)

    def history(self, item_id: int, key: LineKey) -> list[Act]:
        """Return everything that was done about a line, the oldest first."""
        with _sentences(self.path):
            return self._journal.history(item_id, key)

    def decided_at(self, reviewer: str, since: float) -> list[tuple[float, int]]:
        """Return when a reviewer decided something since a time, the earliest first, and how many lines at once."""
        with _sentences(self.path):
            return self._journal.decided_at(reviewer, since)

    def unseen(self) -> list[tuple[int, LineKey, str]]:
        """Return item, line and text of each line that was accepted with its page and looked at by nobody since."""
        with _sentences(self.path):
            return self._journal.unseen()

    def audited(self) -> list[Audited]:
        """Return the lines that were accepted unseen and decided again by somebody who looked at them."""
        with _sentences(self.path):
            return self._journal.audited()

    def crossed(self, made: Sequence[Decision], known: Mapping[LineKey, int]) -> list[Decision]:
        """Return what others had decided of lines just before somebody did who knew other decisions, by their numbers.

        0, or no number, says that none was known.
        """
        with _sentences(self.path):
            return self._journal.crossed(made, known)

    def shape(self, item_id: int) -> tuple[int, int]:
        """Return what changes whenever an item's pages are given other lines or turned: cheaper than to read them."""
        with _sentences(self.path):
            return self._journal.shape(item_id)

    def shaped_by(self, item_id: int) -> str:
        """Return who was the last to reshape an item's pages, or to take that back; empty where nobody has."""
        with _sentences(self.path):
            return self._journal.shaped_by(item_id)

    # -- who else is here ---------------------------------------------------------------------------------------------

    def keep_open(self, item_id: int, reviewer: str, program: Program) -> None:
        """Note that a program has an image open, and is alive; what moved since a revision stays the same."""
        now = self._clock()
        with self._unannounced():
            self._connection.execute("delete from open_item where seen < ?", (now - SILENCE,))
            self._connection.execute(
                "insert into open_item values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set"
                " since = case item_id when excluded.item_id then since else excluded.since end,"
                " item_id = excluded.item_id, seen = excluded.seen",
                (program.name, program.machine, program.process, program.started, reviewer, item_id, now, now),
            )

    def keep_closed(self, program: Program) -> None:
        """Note that a program has no image open any more."""
        with self._unannounced():
            self._connection.execute("delete from open_item where program = ?", (program.name,))

    def open_elsewhere(self, reviewer: str) -> dict[int, tuple[str, ...]]:
        """Return the images that others than a reviewer have open, with their names; the earliest comes first."""
        with _sentences(self.path):
            rows = self._connection.execute(
                "select * from open_item where reviewer <> ? order by since, program", (reviewer,)
            ).fetchall()
        now, found = self._clock(), dict[int, tuple[str, ...]]()
        for opened in map(_opened_item, rows):
            names = found.get(opened.item_id, ())
            if opened.reviewer not in names and is_there(opened, now):
                found[opened.item_id] = (*names, opened.reviewer)
        return found

    @contextmanager
    def _unannounced(self) -> Iterator[None]:
        """Open a transaction that no screen has to look at."""
        with _sentences(self.path):
            self._connection.execute("pragma synchronous = normal")
            with self._transaction("begin immediate"):
                yield

    # -- a second reading ---------------------------------------------------------------------------------------------

    def sampled(self) -> list[Sampled]:
        """Return the lines that were drawn to be read a second time, in the order of the queue."""
        with _sentences(self.path):
            return self._journal.sampled()

    def draw(self, lines: Iterable[tuple[int, LineKey]], most: int, reviewer: str) -> int:
        """Note the first so many of some decided lines as drawn to be read a second time; returns how many are new."""
        with self._write(durable=True):
            return self._journal.draw(lines, most, reviewer)

    def read_second(self, reading: Decision) -> Decision:
        """Keep what a second person makes of a line beside what counts; `undecided` takes the last one back."""
        with self._write(durable=True):
            return self._journal.read_second(reading)

    def twins(self, item_id: int) -> list[int]:
        """Return the items that hold the same picture and were read by other services."""
        with _sentences(self.path):
            rows = self._connection.execute(
                "select other.id from item join item as other on other.sha256 = item.sha256 and other.id <> item.id"
                " where item.id = ? and item.sha256 <> '' and other.state = 'done' order by other.id",
                (item_id,),
            ).fetchall()
        return [row["id"] for row in rows]

    def decisions(self, item_id: int) -> dict[LineKey, Decision]:
        """Return the decision that counts for each decided line of an item."""
        with _sentences(self.path):
            return self._journal.decisions(item_id)

    def next_due(self, service: str, only: Collection[int] | None = None) -> float | None:
        """Return when the service's next waiting item may be sent; None when none waits."""
        sql = f"select min(not_before) from item where service = ? and {_WAITS} and {_AMONG}"
        due = self._value(sql, service, *_listed(only))
        return None if due is None else float(due)

    def unsent(
        self, service: str, only: Collection[int] | None = None, *, with_failed: bool = False
    ) -> Iterator[tuple[str, int]]:
        """Return source and number of pages of each of the service's items that waits to be sent.

        A document whose pages are not known counts for one. With `with_failed` those come too that would be sent again.
        """
        failed = " or state = 'failed'" if with_failed else ""
        sql = (
            "select source, max(1, json_array_length(page_sizes)) as pages from item where service = ?"
            f" and not paused and not removed and {_AMONG} and operation = ''"
            f" and (state = 'waiting' or (state = 'sending' and not posted){failed})"
        )
        with _sentences(self.path):
            for row in self._connection.execute(sql, (service, *_listed(only))):
                yield os.fsdecode(row["source"]), int(row["pages"])

    def calls_by_service(self) -> dict[str, int]:
        """Return how many images were ever sent from this queue, by service."""
        with _sentences(self.path):
            rows = self._connection.execute("select service, made from call where made order by service").fetchall()
        return {row["service"]: row["made"] for row in rows}

    def unfinished(self, service: str, only: Collection[int] | None = None) -> list[Item]:
        """Return the service's items that were being sent or read when a process ended."""
        sql = f"select * from item where service = ? and state in ('sending', 'sent') and {_AMONG} order by id"
        return self._items(sql, service, *_listed(only))

    # -- the machine's transitions ------------------------------------------------------------------------------------

    def claim(self, service: str, only: Collection[int] | None = None) -> Item | None:
        """Take the oldest item that waits and is due; it is `sending` on the disk when this returns.

        One that was sent before, and has its operation still, is `sent`.
        `only` are the numbers that may be taken, here and in the two questions about waiting items.
        """
        sql = (
            f"select id, operation from item where service = ? and {_WAITS}"
            f" and not_before <= ? and {_AMONG} order by priority desc, id limit 1"
        )
        with self._write() as revision:
            row = self._row(sql, service, self._clock(), *_listed(only))
            if row is None:
                return None
            if row["operation"]:
                self._move(row["id"], State.SENT, revision, polls=0, not_before=0, waits_for="", sent_at=self._clock())
            else:
                self._move(row["id"], State.SENDING, revision, **_UNSENT)
            claimed = self._row("select * from item where id = ?", row["id"])
            assert claimed is not None
            return _item(claimed)

    def fetched(self, item_id: int, copy: str, facts: ImageFacts) -> None:
        """Note where the copy of a URL is kept and what is known of it."""
        with self._write() as revision:
            self._facts(item_id, facts)
            self._change(item_id, revision, copy=os.fsencode(copy))

    def posting(
        self, item_id: int, most_calls: int | None = None, *, shipped: Sequence[SentPage] = (), remark: str = ""
    ) -> bool:
        """Count a call, just before it is made; False, and nothing is counted, when no more may be made.

        From here on until `sent`, nobody but the service knows whether it has the image. `most_calls` is how many may
        ever be made for the item's service from this queue, `shipped` how its pages are sent where not as they are.
        """
        with self._write(durable=True) as revision:
            row = self._row("select service from item where id = ?", item_id)
            assert row is not None
            if most_calls is not None and self._calls(row["service"]) >= most_calls:
                return False
            self._count(row["service"], 1)
            self._change(item_id, revision, posted=1, shipped=json.dumps(shipped), remark=remark)
            return True

    def not_taken(self, item_id: int) -> None:
        """Note that the call just made did not count: the service has not taken the image."""
        with self._write(durable=True) as revision:
            row = self._row("select service from item where id = ? and posted", item_id)
            if row is not None:
                self._count(row["service"], -1)
                self._change(item_id, revision, posted=0)

    def calls(self, service: str) -> int:
        """Return how many images were ever sent to a service from this queue."""
        with _sentences(self.path):
            return self._calls(service)

    def _calls(self, service: str) -> int:
        row = self._row("select made from call where service = ?", service)
        return 0 if row is None else int(row["made"])

    def _count(self, service: str, calls: int) -> None:
        self._connection.execute(
            "insert into call values (?, ?) on conflict do update set made = made + excluded.made", (service, calls)
        )

    def sent(self, item_id: int, operation: str) -> None:
        """Note the operation under which the service reads an item."""
        with self._write(durable=True) as revision:
            self._move(item_id, State.SENT, revision, operation=operation, sent_at=self._clock())

    def polled(self, item_id: int, said: str, next_poll: float) -> None:
        """Note what the service said, and when it is asked again."""
        with self._write() as revision:
            self._connection.execute("update item set polls = polls + 1 where id = ?", (item_id,))
            self._change(item_id, revision, said=said, not_before=next_poll, waits_for="")

    def held(self, item_id: int, until: float, reason: str) -> None:
        """Note that an operation is not asked after until a time, and why."""
        with self._write() as revision:
            self._change(item_id, revision, not_before=until, waits_for=reason)

    def delayed(self, item_id: int, until: float, reason: str) -> None:
        """Put an item back to wait until a time, for a reason."""
        with self._write() as revision:
            waits = {"not_before": until, "waits_for": reason}
            self._move(item_id, State.WAITING, revision, **{**_UNSENT, **waits})

    def requeued(self, item_id: int) -> None:
        """Put an item back to wait for its turn; its operation is forgotten."""
        with self._write() as revision:
            self._requeue(item_id, revision)

    def retry(self, item_id: int) -> bool:
        """Put a failed item back into the queue because a person asks for it; False when it has not failed.

        One whose operation the service may still know keeps it, and is asked after when its turn comes.
        """
        with self._write() as revision:
            row = self._row("select state, failure_code, operation from item where id = ?", item_id)
            if row is None or row["state"] != State.FAILED:
                return False
            self._requeue(item_id, revision)
            if row["operation"] and row["failure_code"] in RESUMABLE:
                self._change(item_id, revision, operation=row["operation"], posted=1)
            return True

    def failed(self, item_id: int, code: str, sentence: str, answer: bytes | None = None) -> None:
        """Note why an item failed; an answer that could not be understood is kept."""
        with self._write() as revision:
            if answer is not None:
                self._result(item_id, packed_answer(answer), None)
            self._move(
                item_id,
                State.FAILED,
                revision,
                failure_code=code,
                failure=sentence,
                ended_at=self._clock(),
                waits_for="",
            )

    def done(
        self,
        item_id: int,
        answer: bytes,
        pages: Sequence[Page],
        *,
        dialect: str = "",
        model: str = "",
        remark: str = "",
    ) -> None:
        """Keep an item's answer and the pages made of it.

        `dialect` is what it was read as, `model` what read it, `remark` what the person should know of it.
        """
        result = _packed(answer, pages)
        with self._write(durable=True) as revision:
            self._done(item_id, revision, result, dialect=dialect, model=model, remark=remark)

    def imported(self, new: NewItem, answer: bytes, pages: Sequence[Page], *, dialect: str, model: str) -> Added | None:
        """Add an image together with an answer that was saved elsewhere.

        One that is there already takes the newer answer, unless something of it has been decided or a service is
        reading it: then nothing is changed, and None returned.
        """
        result = _packed(answer, pages)
        with self._write(durable=True) as revision:
            added = self._add(new, revision)
            row = self._row(
                "select state in ('sending', 'sent') or exists (select 1 from verdict where item_id = item.id) as kept"
                " from item where id = ?",
                added.item_id,
            )
            assert row is not None
            if row["kept"]:
                return None
            self._done(added.item_id, revision, result, dialect=dialect, model=model)
            return added

    def pictured(self, item_id: int, source: str, facts: ImageFacts, pages: Sequence[Page]) -> None:
        """Give a saved answer the picture it was taken in without; what was decided of its lines stays."""
        with self._write(durable=True) as revision:
            self._connection.execute("update result set pages = ? where item_id = ?", (packed_pages(pages), item_id))
            self._facts(item_id, facts)
            self._change(item_id, revision, source=os.fsencode(source))

    def under(self, source: str, service: str) -> Item | None:
        """Return the item of a service that stands in the queue under a name."""
        items = self._items("select * from item where source = ? and service = ? limit 1", os.fsencode(source), service)
        return items[0] if items else None

    def _done(self, item_id: int, revision: int, result: _Packed, **more: str) -> None:
        self._result(item_id, result.answer, result.pages)
        self._move(
            item_id,
            State.DONE,
            revision,
            ended_at=self._clock(),
            failure_code=None,
            failure=None,
            waits_for="",
            **more,
        )
        is_reshaped = self._journal.shape(item_id) != (0, 0)  # by boxes as they are in the file
        self._journal.settle_item(item_id, None if is_reshaped else result.read)

    def _requeue(self, item_id: int, revision: int) -> None:
        self._move(
            item_id,
            State.WAITING,
            revision,
            **_UNSENT,
            sent_at=0,
            ended_at=0,
            failure_code=None,
            failure=None,
        )

    def _result(self, item_id: int, answer: bytes, pages: bytes | None) -> None:
        self._connection.execute(
            "insert or replace into result (item_id, answer, pages) values (?, ?, ?)", (item_id, answer, pages)
        )

    # -- the person's acts --------------------------------------------------------------------------------------------

    def decide(self, *decisions: Decision) -> list[Decision]:
        """Append decisions as one step; they are on the disk when this returns."""
        with self._write(durable=True):
            return self._journal.decide(decisions)

    def reshape(self, item_id: int, reshape: Rearrangement, reviewer: str) -> Rearrangement:
        """Append what somebody does to a page's lines; returns it with the numbers that its new lines have got."""
        with self._write(durable=True), self._readable(item_id):
            return self._journal.reshape(item_id, reshape, reviewer)

    def undo(self, reviewer: str) -> Step | None:
        """Take back the reviewer's last step that stands, and say what it was; None when there is none left."""
        with self._write(durable=True):
            return self._journal.undo(reviewer)

    def redo(self, reviewer: str) -> Step | None:
        """Make the step again that was taken back last; None when there is none, or another came after it."""
        with self._write(durable=True):
            return self._journal.redo(reviewer)

    def mark(self, item_ids: Iterable[int], *, marked: bool = True) -> None:
        """Mark images in the queue, or take their marks away."""
        sql = "insert or ignore into mark values (?)" if marked else "delete from mark where item_id = ?"
        with self._write():
            self._connection.executemany(sql, [(item_id,) for item_id in item_ids])

    def marked(self) -> frozenset[int]:
        """Return the numbers of the images that are marked."""
        with _sentences(self.path):
            rows = self._connection.execute("select item_id from mark").fetchall()
        return frozenset(row["item_id"] for row in rows)

    def preferences(self, reviewer: str) -> dict[str, str]:
        """Return what a reviewer has set for this queue, by name."""
        with _sentences(self.path):
            rows = self._connection.execute("select name, value from preference where reviewer = ?", (reviewer,))
            return {row["name"]: row["value"] for row in rows.fetchall()}

    def prefer(self, reviewer: str, name: str, value: str) -> None:
        """Keep what a reviewer has set for this queue."""
        with self._write():
            self._connection.execute(
                "insert into preference values (?, ?, ?) on conflict do update set value = excluded.value",
                (reviewer, name, value),
            )

    def remove(self, item_ids: Iterable[int]) -> int:
        """Take images out of the queue; what was read and decided is kept for when they are put back.

        Those that a service is reading just now stay. Returns how many went.
        """
        gone = 0
        for few in _in_turns(item_ids):
            with self._write(durable=True) as revision:
                gone += sum(self._remove(item_id, revision) for item_id in few)
        return gone

    def _remove(self, item_id: int, revision: int) -> bool:
        row = self._row("select state, removed from item where id = ?", item_id)
        if row is None or row["removed"] or row["state"] in {State.SENDING, State.SENT}:
            return False
        self._connection.execute("delete from verdict where item_id = ?", (item_id,))
        self._connection.execute("delete from mark where item_id = ?", (item_id,))
        line_index.forget(self._connection, item_id)
        self._change(item_id, revision, removed=1, decided=0, skipped=0, pages_decided=0)
        return True

    def put_back(self, item_ids: Iterable[int]) -> None:
        """Put images back that were taken out of the queue, with what was decided of them."""
        for few in _in_turns(item_ids):
            with self._write(durable=True) as revision:
                for item_id in few:
                    self._put_back(item_id, revision)

    def _put_back(self, item_id: int, revision: int) -> None:
        self._change(item_id, revision, removed=0)
        self._journal.settle_item(item_id)

    def prioritise(self, item_ids: Iterable[int], step: int) -> None:
        """Have images read sooner (step 1) or later (step -1) than the others."""
        with self._write() as revision:
            for item_id in item_ids:
                self._connection.execute(
                    "update item set priority = priority + ?, revision = ? where id = ?", (step, revision, item_id)
                )

    def hand_over(self, item_ids: Iterable[int], service: str) -> int:
        """Have images read by a service: those that wait, are held back or failed. Returns how many there are.

        Where the same picture stands in the queue for that service already, nothing is changed.
        """
        handed = 0
        for few in _in_turns(item_ids):
            with self._write() as revision:
                handed += sum(self._hand_over(item_id, service, revision) for item_id in few)
        return handed

    def _hand_over(self, item_id: int, service: str, revision: int) -> bool:
        row = self._row("select state, sha256, source, service from item where id = ? and not removed", item_id)
        if row is None or row["state"] not in {State.WAITING, State.FAILED}:
            return False
        if row["service"] != service and self._row(
            "select 1 from item where service = ? and id <> ? and (source = ? or (sha256 <> '' and sha256 = ?))",
            service,
            item_id,
            row["source"],
            row["sha256"],
        ):
            return False
        self._change(item_id, revision, service=service, paused=0)
        self._requeue(item_id, revision)
        return True

    def pause(self, item_ids: Iterable[int], *, paused: bool = True) -> None:
        """Hold images back that wait to be sent, or let them go."""
        with self._write() as revision:
            for item_id in item_ids:
                self._change(item_id, revision, paused=int(paused))

    # -- one runner at a time -----------------------------------------------------------------------------------------

    @contextmanager
    def lease(self) -> Iterator[bool]:
        """Hold the right to run this queue; yields False when another process holds it.

        It is a lock on a small file beside the queue, so that it ends with its process, however that ends.
        """
        with closing(_lease_file(self.path)) as connection:
            with _sentences(self.path):
                is_mine = _leased(connection)
            yield is_mine

    def lease_holder(self) -> int:
        """Return the process that last took the right to run this queue; 0 when none ever did."""
        with closing(_lease_file(self.path)) as connection, _sentences(self.path):
            row = connection.execute("select process from holder").fetchone()
        return int(row[0]) if row else 0

    # -- the file itself ----------------------------------------------------------------------------------------------

    def compact(self) -> Iterator[int]:
        """Make the file as small as it can be; yields how many images have been packed anew.

        What others write meanwhile waits until the file has been written anew, which the last step does.
        """
        with _sentences(self.path):
            yield from compaction.pack_anew(self._connection)
            compaction.close_gaps(self._connection)

    # -- the ground ---------------------------------------------------------------------------------------------------

    def _row(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def _value(self, sql: str, *values: object) -> Any:
        with _sentences(self.path):
            return self._connection.execute(sql, values).fetchone()[0]

    def _items(self, sql: str, *values: object) -> list[Item]:
        with _sentences(self.path):
            return [_item(row) for row in self._connection.execute(sql, values).fetchall()]

    def _move(self, item_id: int, state: State, revision: int, **values: object) -> None:
        self._change(item_id, revision, state=state, **values)

    def _change(self, item_id: int, revision: int, **values: object) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self._connection.execute(
            f"update item set {columns}, revision = ? where id = ?", (*values.values(), revision, item_id)
        )

    @contextmanager
    def _write(self, *, durable: bool = False) -> Iterator[int]:
        """Open a transaction with a revision of its own."""
        with _sentences(self.path):
            self._connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            with self._transaction("begin immediate"):
                row = self._connection.execute("update revision set value = value + 1 returning value").fetchall()[0]
                yield int(row[0])

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        if begin == "begin immediate":
            self._begin_to_write()
        else:
            self._connection.execute(begin)
        try:
            yield
            self._connection.execute("commit")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            raise

    def _may_write(self, *, asks: bool) -> bool:
        """Begin a transaction where nobody else writes; raises sqlite3.OperationalError where one asks no longer."""
        try:
            self._connection.execute("begin immediate")
        except sqlite3.OperationalError as error:
            if asks and _is_locked(error):
                return False
            raise
        return True

    def _begin_to_write(self) -> None:
        """Begin a transaction once nobody else writes; whoever has waited longer asks more often.

        SQLite's own way is to ask ever more seldom: where many write, whoever comes late is served before those who
        have waited for long, and some wait for ten seconds and more.
        """
        began = time.monotonic()
        self._connection.execute("pragma busy_timeout = 0")
        try:
            while not self._may_write(asks=time.monotonic() - began < LOCK_WAIT):
                waited = time.monotonic() - began
                time.sleep(max(LEAST_PAUSE, MOST_PAUSE / (1 + waited / PATIENCE)))
        finally:
            self._connection.execute(f"pragma busy_timeout = {round(1000 * LOCK_WAIT)}")


def _facts_kept(facts: ImageFacts | None) -> tuple[str, int, str]:
    """Return what is kept of an image's file: its sum, its bytes, the sizes of its pages."""
    return ("", 0, "[]") if facts is None else (facts.sha256, facts.bytes, json.dumps(facts.page_sizes))


def _check_file(path: Path, *, create: bool) -> None:
    """Refuse what SQLite would take for an empty database and write over: a file too short to be one."""
    size = path.stat().st_size if path.is_file() else 0
    if not create and not path.is_dir() and not size:
        raise StoreError(f"There is no queue {_name(path)}. Check the name, or fill it: handread add PATH...")
    if 0 < size < SHORTEST:
        raise StoreError(f"{_name(path)} is not a Handread queue. Name another file with --queue.")


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_WAIT, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        _check(connection, path)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma foreign_keys = on")
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("pragma application_id").fetchone()[0]
    tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (application or tables):
        raise StoreError(f"{_name(path)} is the database of another program. Name another file with --queue.")
    version = connection.execute("pragma user_version").fetchone()[0]
    if version > len(STEPS):
        raise StoreError(
            f"{_name(path)} was written by a newer Handread (its version is {version}, this one knows {len(STEPS)}). "
            f"Update Handread, or name another file with --queue."
        )


def _in_turns(item_ids: Iterable[int]) -> Iterator[list[int]]:
    """Yield some images at a time; whoever waits to write something may do so in between."""
    rest = iter(item_ids)
    while few := list(islice(rest, AT_ONCE)):
        yield few
        if len(few) == AT_ONCE:
            time.sleep(BREATH)


def _lease_file(path: Path) -> sqlite3.Connection:
    with _sentences(path):
        connection = sqlite3.connect(path.with_name(path.name + "-runner"), timeout=0, isolation_level=None)
        try:
            connection.execute("create table if not exists holder (process integer)")
        except sqlite3.OperationalError as error:
            if not _is_locked(error):
                connection.close()
                raise
        return connection


def _leased(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("begin immediate")
        connection.execute("delete from holder")
        connection.execute("insert into holder values (?)", (os.getpid(),))
        connection.execute("commit")
        connection.execute("begin immediate")  # held until the connection is closed; readers still see the holder
    except sqlite3.OperationalError as error:
        if _is_locked(error):
            return False
        raise
    return True


def _is_locked(error: sqlite3.Error) -> bool:
    return "locked" in str(error) or "busy" in str(error)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences for a person."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error)) from error
    except OSError as error:
        raise StoreError(
            f"{_name(path)} cannot be opened: {error.strerror}. Name another file with --queue."
        ) from error


def _sentence(path: Path, error: sqlite3.Error) -> str:
    words, name = str(error), _name(path)
    if _is_locked(error):
        return (
            f"{name} is locked by another program for more than {LOCK_WAIT:.0f} seconds. Close what has it open, "
            f"or name another file with --queue."
        )
    if "readonly" in words:
        return f"{name} is read-only. Make it writable, or name another file with --queue."
    if "full" in words:
        return f"The disk is full: {name} could not be written, and nothing was changed. Make room and try again."
    if "not a database" in words or "malformed" in words:
        return f"{name} is not a Handread queue, or is damaged ({words}). Name another file with --queue."
    if path.is_dir():
        return f"{name} is a folder. Name a file with --queue."
    return f"{name} cannot be used: {words}. Check the disk and the rights, or name another file with --queue."


def _name(path: Path) -> str:
    return printable(str(path))


def _listed(only: Collection[int] | None) -> tuple[str | None, str | None]:
    """Return what _AMONG asks for, twice."""
    numbers = None if only is None else json.dumps(list(only))
    return numbers, numbers


def _opened_item(row: sqlite3.Row) -> Opened:
    program = Program(row["program"], row["machine"], row["process"], row["started"])
    return Opened(row["item_id"], row["reviewer"], program, row["seen"])


def _item(row: sqlite3.Row) -> Item:
    return Item(
        id=row["id"],
        source=os.fsdecode(row["source"]),
        service=row["service"],
        state=State(row["state"]),
        sha256=row["sha256"],
        bytes=row["bytes"],
        page_sizes=tuple((width, height) for width, height in json.loads(row["page_sizes"])),
        copy=os.fsdecode(row["copy"]),
        said=row["said"],
        polls=row["polls"],
        operation=row["operation"],
        not_before=row["not_before"],
        waits_for=row["waits_for"],
        added_at=row["added_at"],
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
        failure=Failure(row["failure_code"], row["failure"]) if row["failure"] is not None else None,
        lines=row["lines"],
        decided=row["decided"],
        skipped=row["skipped"],
        pages_read=len(json.loads(row["page_lines"])),
        pages_decided=row["pages_decided"],
        doubtful=row["doubtful"],
        doubtful_left=row["doubtful_left"],
        is_posted=bool(row["posted"]),
        shipped=tuple(SentPage(*page) for page in json.loads(row["shipped"])),
        remark=row["remark"],
        dialect=row["dialect"],
        model=row["model"],
        priority=row["priority"],
        is_paused=bool(row["paused"]),
        revision=row["revision"],
    )
