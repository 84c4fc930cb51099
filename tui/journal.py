"""What people decided, within the queue file: each act is appended, and none is ever changed.

An act decides a line, or reshapes a page: it splits, joins, adds or moves lines, or turns it. All acts of one key are
a step, which is taken back as a whole. Taking back and making again are acts too; which acts stand is kept beside them,
as is what follows from those that do: the verdict on each line, and how far each image is.

What a second person reads blind, on a sample, is an act too; it never stands, so that it settles nothing.

The store alone uses it, and opens the transactions.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui import line_index
from tui.arrangement import Rearrangement, arranged, from_data, numbered_from, to_data
from tui.model import DECIDED, Decision, LineKey, Page, Step, Verdict, text_of
from tui.packing import pages_from

_LAST_STANDING = (
    "select decision.* from standing join decision on decision.id = decision_id where standing.reviewer = ?"
    " order by decision_id desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A line that somebody accepted or corrected, or took back again: what suggestions are learnt from."""

    id: int
    """The act's number."""
    engine_text: str
    text: str
    """What the line says."""
    stands: bool
    """False where it was taken back."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the history of a line."""

    name: str
    """`decide`, `undo`, `redo`, or `second` for what was read a second time, beside what counts."""
    decision: Decision
    """What was decided, taken back or made again; who did it and when."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A line that was accepted unseen with its page and looked at afterwards."""

    item_id: int
    key: LineKey
    was_right: bool


@dataclass(frozen=True, slots=True)
class Sampled:
    """A decided line that was drawn to be read a second time."""

    item_id: int
    key: LineKey
    first: Decision
    """The decision that counted when it was drawn."""
    second: Decision | None
    """What the second person made of it last; None where nobody has read it, or that was taken back."""
    now: Decision | None
    """The decision that counts now; None where the line is no more, or nothing is decided of it."""
    first_stands: bool
    """False where the first decision was taken back."""


class Journal:
    """The acts of all reviewers on one queue file."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._clock = clock

    # -- asking -------------------------------------------------------------------------------------------------------

    def last(self, reviewer: str) -> Decision | None:
        """Return the reviewer's last act that stands, whatever it was."""
        row = self._row(_LAST_STANDING, reviewer)
        return None if row is None else _decision(row)

    def decisions(self, item_id: int) -> dict[LineKey, Decision]:
        """Return the decision that counts for each decided line of an item."""
        rows = self._connection.execute(
            "select decision.* from verdict join decision on decision.id = decision_id where verdict.item_id = ?",
            (item_id,),
        ).fetchall()
        return {LineKey(row["page"], row["line"]): _decision(row) for row in rows}

    def settled_since(self, after: int, most: int) -> list[Settled]:
        """Return what was accepted, corrected and taken back after an act, the oldest first, at most so many."""
        rows = self._connection.execute(
            "select id, act, engine_text, coalesce(text, engine_text) as text from decision where id > ?"
            " and act <> 'second' and verdict in ('accepted', 'corrected') order by id limit ?",
            (after, most),
        ).fetchall()
        return [Settled(row["id"], row["engine_text"], row["text"], stands=row["act"] != "undo") for row in rows]

    def before_settled(self, most: int) -> int:
        """Return the number of the act after which at most so many lines were accepted, corrected or taken back."""
        row = self._row(
            "select id from decision where act <> 'second' and verdict in ('accepted', 'corrected')"
            " order by id desc limit 1 offset ?",
            most,
        )
        return 0 if row is None else int(row["id"])

    def decided_last(self, most: int) -> list[tuple[int, LineKey, str]]:
        """Return item, line and text of the lines that were accepted or corrected last, at most so many."""
        rows = self._connection.execute(
            "select decision.item_id, decision.page, decision.line, coalesce(text, engine_text) as text"
            " from standing join decision on decision.id = standing.decision_id"
            " join verdict on verdict.decision_id = decision.id where verdict.verdict in ('accepted', 'corrected')"
            " and not unseen order by decision.id desc limit ?",
            (most,),
        ).fetchall()
        return [(row["item_id"], LineKey(row["page"], row["line"]), row["text"]) for row in rows]

    def history(self, item_id: int, key: LineKey) -> list[Act]:
        """Return everything that was done about a line, the oldest first."""
        rows = self._connection.execute(
            "select * from decision where item_id = ? and page = ? and line = ? order by id", (item_id, *key)
        ).fetchall()
        return [Act(row["act"], _decision(row)) for row in rows if row["reshape"] is None]

    def decided_at(self, reviewer: str, since: float) -> list[tuple[float, int]]:
        """Return when a reviewer decided something since a time, and how many lines with that one key."""
        rows = self._connection.execute(
            "select min(at) as at, count(*) as lines from decision where reviewer = ? and target is null"
            " and act = 'decide' and at >= ? group by step order by step",
            (reviewer, since),
        ).fetchall()
        return [(row["at"], row["lines"]) for row in rows]

    def unseen(self) -> list[tuple[int, LineKey, str]]:
        """Return item, line and text of each line that was accepted with its page, and looked at by nobody since."""
        rows = self._connection.execute(
            "select decision.item_id, decision.page, decision.line, coalesce(text, engine_text) as text from verdict"
            " join decision on decision.id = verdict.decision_id where unseen order by decision.id"
        ).fetchall()
        return [(row["item_id"], LineKey(row["page"], row["line"]), row["text"]) for row in rows]

    def audited(self) -> list[Audited]:
        """Return the lines that were accepted unseen and decided again by somebody who looked at them."""
        rows = self._connection.execute(
            "select now.item_id, now.page, now.line, now.verdict in ('accepted', 'corrected') and"
            " coalesce(now.text, now.engine_text) = coalesce(first.text, first.engine_text) as was_right"
            " from decision as first join standing on standing.decision_id = first.id"
            " join verdict on verdict.item_id = first.item_id and verdict.page = first.page"
            " and verdict.line = first.line join decision as now on now.id = verdict.decision_id"
            " where first.unseen and not now.unseen and first.id < now.id group by now.id order by now.id"
        ).fetchall()
        return [Audited(row["item_id"], LineKey(row["page"], row["line"]), bool(row["was_right"])) for row in rows]

    def crossed(self, made: Sequence[Decision], known: Mapping[LineKey, int]) -> list[Decision]:
        """Return what others had decided of lines just before somebody did who did not know.

        `made` is what was just decided; `known` the number of the decision that was known of a line, 0 for none.
        """
        rows = (
            self._row(
                "select decision.* from decision join standing on decision_id = decision.id where item_id = ?"
                " and page = ? and line = ? and act = 'decide' and id > ? and id < ? and decision.reviewer <> ?"
                " order by id desc limit 1",
                one.item_id,
                *one.key,
                known.get(one.key, 0),
                one.id,
                one.reviewer,
            )
            for one in made
        )
        return [_decision(row) for row in rows if row is not None]

    def shape(self, item_id: int) -> tuple[int, int]:
        """Return what is another number pair whenever an item's pages have other lines, or are turned otherwise."""
        row = self._row(
            "select count(*) as acts, coalesce(sum(decision.id), 0) as numbers from decision"
            " join standing on decision_id = decision.id where item_id = ? and reshape is not null",
            item_id,
        )
        assert row is not None
        return row["acts"], row["numbers"]

    def shaped_by(self, item_id: int) -> str:
        """Return who was the last to reshape an item's pages, or to take that back; empty where nobody has."""
        row = self._row(
            "select reviewer from decision as act where item_id = ? and (reshape is not null or exists"
            " (select 1 from decision where id = act.target and reshape is not null)) order by id desc limit 1",
            item_id,
        )
        return "" if row is None else str(row["reviewer"])

    def pages(self, item_id: int) -> tuple[Page, ...]:
        """Return an item's pages as people have shaped them; raises ValueError and the like for a damaged result."""
        return self._shaped(item_id, self._read_pages(item_id))

    def _shaped(self, item_id: int, pages: tuple[Page, ...]) -> tuple[Page, ...]:
        reshapes: dict[int, list[Rearrangement]] = {}
        for row in self._connection.execute(
            "select reshape from decision join standing on decision_id = decision.id"
            " where item_id = ? and reshape is not null order by decision.id",
            (item_id,),
        ):
            reshape = from_data(json.loads(row["reshape"]))
            reshapes.setdefault(reshape.page, []).append(reshape)
        return tuple(arranged(page, reshapes[page.number]) if page.number in reshapes else page for page in pages)

    def _read_pages(self, item_id: int) -> tuple[Page, ...]:
        row = self._row("select pages from result where item_id = ?", item_id)
        if row is None or row["pages"] is None:
            return ()
        return pages_from(row["pages"])

    # -- a second reading ---------------------------------------------------------------------------------------------

    def sampled(self) -> list[Sampled]:
        """Return the lines that were drawn to be read a second time, in the order of the queue."""
        rows = self._connection.execute(
            "select sampled.decision_id as first, verdict.decision_id as now, standing.decision_id as stands,"
            " (select max(id) from decision where act = 'second' and decision.item_id = sampled.item_id"
            " and decision.page = sampled.page and decision.line = sampled.line) as second"
            " from sampled left join verdict using (item_id, page, line)"
            " left join standing on standing.decision_id = sampled.decision_id"
            " order by sampled.item_id, sampled.page, sampled.line"
        ).fetchall()
        return [self._sampled(row) for row in rows]

    def _sampled(self, row: sqlite3.Row) -> Sampled:
        first = self._made(row["first"])
        second = self._made(row["second"]) if row["second"] is not None else None
        return Sampled(
            first.item_id,
            first.key,
            first,
            second if second is not None and second.verdict is not Verdict.UNDECIDED else None,
            self._made(row["now"]) if row["now"] is not None else None,
            first_stands=row["stands"] is not None,
        )

    def draw(self, lines: Iterable[tuple[int, LineKey]], most: int, reviewer: str) -> int:
        """Note the first so many of some decided lines as drawn to be read a second time; returns how many are new.

        Lines that a person has made of others are passed over: their text is not the service's. Those that were drawn
        before count, and stay as they are.
        """
        new = drawn = 0
        for item_id, key in lines:
            if drawn == most:
                break
            row = self._row(
                "select decision_id from verdict where item_id = ? and page = ? and line = ?", item_id, *key
            )
            if row is None or not self._is_as_read(item_id, key):
                continue
            drawn += 1
            cursor = self._connection.execute(
                "insert into sampled values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                (item_id, *key, row["decision_id"], self._clock(), reviewer),
            )
            new += cursor.rowcount
        return new

    def _is_as_read(self, item_id: int, key: LineKey) -> bool:
        """Whether a line is one of those that the service gave, and not one that a person has made."""
        if self._row("select 1 from decision where item_id = ? and reshape is not null limit 1", item_id) is None:
            return True
        return any(page.number == key.page and key.line < len(page.lines) for page in self._read_pages(item_id))

    def read_second(self, reading: Decision) -> Decision:
        """Append what a second person makes of a line, beside what counts; `undecided` takes the last one back."""
        return self._made(self._append("second", reading))

    def _made(self, number: int) -> Decision:
        row = self._row("select * from decision where id = ?", number)
        assert row is not None
        return _decision(row)

    # -- acting -------------------------------------------------------------------------------------------------------

    def decide(self, decisions: Iterable[Decision]) -> list[Decision]:
        """Append decisions as one step, and return them as they stand in the file."""
        made: list[Decision] = []
        step: int | None = None
        for decision in decisions:
            number = self._append("decide", decision, step=step)
            step = step or number
            self._stand(number, decision.reviewer)
            made.append(self._made(number))
        self._settle((decision.item_id, decision.key) for decision in made)
        return made

    def reshape(self, item_id: int, reshape: Rearrangement, reviewer: str) -> Rearrangement:
        """Append what somebody does to a page's lines, as one step; its new lines get numbers that are free."""
        kept = numbered_from(reshape, self._free_number(item_id, reshape.page))
        line = kept.made[0].number if kept.made else (kept.taken or kept.moved or (0,))[0]
        about = Decision(item_id, LineKey(reshape.page, line), Verdict.UNDECIDED, reviewer=reviewer)
        self._stand(self._append("reshape", about, reshape=json.dumps(to_data(kept), ensure_ascii=False)), reviewer)
        self._settle_page(item_id, reshape.page)
        return kept

    def _free_number(self, item_id: int, page: int) -> int:
        """Return the first line number of a page that no line of it ever had, taken back or not."""
        read = next((len(read.lines) for read in self._read_pages(item_id) if read.number == page), 0)
        rows = self._connection.execute(
            "select reshape from decision where item_id = ? and page = ? and act = 'reshape'", (item_id, page)
        ).fetchall()
        made = (made.number for row in rows for made in from_data(json.loads(row["reshape"])).made)
        return max([read, *(number + 1 for number in made)])

    def undo(self, reviewer: str) -> Step | None:
        """Take back the reviewer's last step that stands; None when there is none left."""
        last = self._row(_LAST_STANDING, reviewer)
        return None if last is None else self._turn("undo", last["step"])

    def redo(self, reviewer: str) -> Step | None:
        """Make the step again that was taken back last; None when there is none, or another came after it."""
        undone = self._row(
            "select target from decision where reviewer = ?1 and act = 'undo' and not exists"
            " (select 1 from standing where decision_id = target) and id > coalesce((select max(id) from decision"
            " where reviewer = ?1 and target is null and act <> 'second'), 0) order by id desc limit 1",
            reviewer,
        )
        if undone is None:
            return None
        target = self._row("select step from decision where id = ?", undone["target"])
        assert target is not None
        return self._turn("redo", target["step"])

    def _turn(self, act: str, step: int) -> Step:
        """Take back all acts of a step, or make them again."""
        rows = self._connection.execute(
            "select * from decision where step = ? and target is null order by id", (step,)
        ).fetchall()
        turned: int | None = None
        for row in rows:
            number = self._append(act, _decision(row), target=row["id"], step=turned)
            turned = turned or number
            if act == "undo":
                self._connection.execute("delete from standing where decision_id = ?", (row["id"],))
            else:
                self._stand(row["id"], row["reviewer"])
        self._settle((row["item_id"], LineKey(row["page"], row["line"])) for row in rows if row["reshape"] is None)
        reshaped = {(row["item_id"], row["page"]) for row in rows if row["reshape"] is not None}
        for item_id, page in reshaped:
            self._settle_page(item_id, page)
        key = LineKey(rows[0]["page"], rows[0]["line"])
        return Step(rows[0]["item_id"], key, sum(row["reshape"] is None for row in rows), bool(reshaped))

    def _stand(self, number: int, reviewer: str) -> None:
        self._connection.execute("insert into standing values (?, ?)", (number, reviewer))

    def _append(
        self,
        act: str,
        decision: Decision,
        *,
        target: int | None = None,
        step: int | None = None,
        reshape: str | None = None,
    ) -> int:
        cursor = self._connection.execute(
            "insert into decision (item_id, act, target, step, page, line, verdict, text, reason, reviewer, at,"
            " engine_text, shown, unseen, reshape) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                decision.item_id,
                act,
                target,
                step,
                *decision.key,
                decision.verdict,
                decision.text,
                decision.reason,
                decision.reviewer,
                self._clock(),
                decision.engine_text,
                decision.shown,
                decision.unseen,
                reshape,
            ),
        )
        number = cursor.lastrowid
        assert number is not None
        if step is None:
            self._connection.execute("update decision set step = id where id = ?", (number,))
        return number

    # -- what follows -------------------------------------------------------------------------------------------------

    def _settle(self, lines: Iterable[tuple[int, LineKey]]) -> None:
        """Bring what follows from the acts on some lines up to date."""
        touched: dict[int, list[LineKey]] = {}
        for item_id, key in lines:
            touched.setdefault(item_id, []).append(key)
        for item_id, keys in touched.items():
            for key in self._still_there(item_id, keys):
                self._settle_line(item_id, key)
            self._count(item_id)

    def _still_there(self, item_id: int, keys: Sequence[LineKey]) -> Sequence[LineKey]:
        """Return those of some lines that their pages have: somebody else may have split or joined one meanwhile."""
        if self._row("select 1 from decision where item_id = ? and reshape is not null limit 1", item_id) is None:
            return keys
        there = {key for page in self.pages(item_id) for key in page.keys}
        return [key for key in keys if key in there]

    def _settle_line(self, item_id: int, key: LineKey) -> None:
        row = self._row(
            "select decision.id, verdict, coalesce(text, engine_text) as text"
            " from decision join standing on decision_id = decision.id"
            " where item_id = ? and page = ? and line = ? and act = 'decide' order by decision.id desc limit 1",
            item_id,
            *key,
        )
        if row is None or row["verdict"] == Verdict.UNDECIDED:
            self._connection.execute("delete from verdict where item_id = ? and page = ? and line = ?", (item_id, *key))
            read = self._row(
                "select engine_text from decision where item_id = ? and page = ? and line = ?"
                " and act = 'decide' limit 1",
                item_id,
                *key,
            )
            if read is not None:
                line_index.set_text(self._connection, item_id, *key, read["engine_text"])
        else:
            line_index.set_text(self._connection, item_id, *key, row["text"])
            self._connection.execute(
                "insert into verdict values (?, ?, ?, ?, ?) on conflict do update"
                " set decision_id = excluded.decision_id, verdict = excluded.verdict",
                (item_id, *key, row["id"], row["verdict"]),
            )

    def _settle_page(self, item_id: int, number: int) -> None:
        """Bring a page up to date whose lines are others now: what has gone counts no more, what is back does again."""
        pages = self.pages(item_id)
        page = next((page for page in pages if page.number == number), None)
        if page is None:
            return
        self._connection.execute("delete from verdict where item_id = ? and page = ?", (item_id, number))
        for key in page.keys:
            self._settle_line(item_id, key)
        self._measure(item_id, pages)

    def settle_item(self, item_id: int, read: tuple[Page, ...] | None = None) -> None:
        """Bring what follows from the acts on an image up to date, when it was read, or is put back into the queue.

        `read` are its pages as they were read, where that is known already.
        """
        pages = self.pages(item_id) if read is None else self._shaped(item_id, read)
        self._connection.execute("delete from verdict where item_id = ?", (item_id,))
        for row in self._connection.execute(
            "select distinct page, line from decision where item_id = ? and act = 'decide'", (item_id,)
        ).fetchall():
            if any(page.number == row["page"] and page.place(row["line"]) is not None for page in pages):
                self._settle_line(item_id, LineKey(row["page"], row["line"]))
        self._measure(item_id, pages)

    def measure_all(self) -> None:
        """Note of each image that was read how many lines its pages have; a damaged one is left as it is."""
        for row in self._connection.execute("select id from item where state = 'done'").fetchall():
            with suppress(ValueError, LookupError, TypeError):
                self._measure(row["id"], self.pages(row["id"]))

    def _measure(self, item_id: int, pages: Sequence[Page]) -> None:
        """Note how many lines an item's pages have, how many of their words are doubtful, and what they say."""
        decisions = self.decisions(item_id)
        line_index.forget(self._connection, item_id)
        line_index.put(
            self._connection,
            item_id,
            (
                (
                    page.number,
                    [
                        (key.line, text_of(line, decisions.get(key)), line)
                        for key, line in zip(page.keys, page.lines, strict=True)
                    ],
                )
                for page in pages
            ),
        )
        lines = [line for page in pages for line in page.lines]
        self._connection.execute(
            "update item set lines = ?, doubtful = ?, page_lines = ? where id = ?",
            (
                len(lines),
                sum(line.doubtful for line in lines),
                json.dumps([[page.number, len(page.lines)] for page in pages]),
                item_id,
            ),
        )
        self._count(item_id)

    def _count(self, item_id: int) -> None:
        """Note how many lines and pages of an item are decided, and how many doubtful words are left in the others."""
        rows = self._connection.execute(
            "select page, count(*) filter (where verdict in (select value from json_each(?))) as decided,"
            " count(*) filter (where verdict = 'skipped') as skipped from verdict where item_id = ? group by page",
            (json.dumps(DECIDED), item_id),
        ).fetchall()
        decided = {row["page"]: row["decided"] for row in rows}
        item = self._row("select page_lines from item where id = ?", item_id)
        assert item is not None
        whole = sum(decided.get(page, 0) >= lines for page, lines in json.loads(item["page_lines"]))
        self._connection.execute(
            "update item set decided = ?, skipped = ?, pages_decided = ?, doubtful_left = ?,"
            " revision = (select value from revision) where id = ?",
            (
                sum(decided.values()),
                sum(row["skipped"] for row in rows),
                whole,
                line_index.doubtful_left(self._connection, item_id),
                item_id,
            ),
        )

    def _row(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        id=row["id"],
        item_id=row["item_id"],
        key=LineKey(row["page"], row["line"]),
        verdict=Verdict(row["verdict"]),
        text=row["text"],
        reason=row["reason"],
        reviewer=row["reviewer"],
        engine_text=row["engine_text"],
        shown=row["shown"],
        unseen=bool(row["unseen"]),
        at=row["at"],
    )
