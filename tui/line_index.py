"""The lines of the queue file as they now stand, so that a filter finds them among millions.

`result` keeps an answer as one blob an image, which is right for reviewing it and useless for searching. This keeps
one row a line beside it, with an index of every three characters of the text. Both follow from answers and decisions,
and could be made anew from them. A line's row number is made of item, page and place:

    id = (item << 26) | (page << 12) | line

so that rows stand in the order of the queue, and any index that yields them by number yields them in that order: the
first hits need neither a sort nor the rest of the hits. A page beyond 16,383 and a line beyond the 4,096th of a page
are left out.

The text is kept composed (NFC). `folded` is the text without capitals, where it is not in ASCII; see filter_sql.py.
A line's verdict is kept up to date by triggers; the text is given by whoever decides, see `set_text`.
"""

from __future__ import annotations

import json
import sqlite3
import time
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from tui.filter_sql import (
    CODES,
    DOUBTFUL_FROM,
    ITEM_BITS,
    LINE_BITS,
    Lookup,
    asks_lines,
    lookups,
    register,
    where,
    where_item,
)
from tui.filters import Filter, finite, folded, plain, words
from tui.model import DECIDED, Line, LineKey

LAST_PAGE = (1 << ITEM_BITS - LINE_BITS) - 1
LAST_LINE = (1 << LINE_BITS) - 1
FEW = 20_000
"""An index that finds no more lines than this is asked for all of them at once."""
CHUNK = 250
"""How many items are looked at together."""

_CODE_OF = " ".join(f"when '{verdict}' then {code}" for verdict, code in CODES.items())
_OPEN = ", ".join(str(code) for verdict, code in CODES.items() if verdict not in DECIDED)
_LINE_OF = f"({{row}}.item_id << {ITEM_BITS}) | ({{row}}.page << {LINE_BITS}) | {{row}}.line"  # SQL has no order here
_IN_INDEX = f"{{row}}.page between 0 and {LAST_PAGE} and {{row}}.line between 0 and {LAST_LINE}"


def _verdict_trigger(name: str, when: str, row: str, code: str) -> str:
    return f"""
create trigger {name} after {when} on verdict when {_IN_INDEX.format(row=row)} begin
    update line set verdict = {code} where id = {_LINE_OF.format(row=row)};
end;"""


SCRIPT = f"""
-- Every line as it now stands. The number is made of item, page and line: see line_index.py.
create table line (
    id integer primary key,
    text text not null,
    folded text,
    confidence real,
    doubtful integer not null,
    handwritten integer,
    verdict integer not null default 0
);
create index line_by_confidence on line (confidence);
create index line_by_verdict on line (verdict);
create index line_most_doubtful on line (doubtful) where doubtful >= {DOUBTFUL_FROM};

create virtual table line_text using fts5 (text, content='', tokenize='trigram', detail=none, columnsize=0);
create trigger line_put after insert on line begin
    insert into line_text (rowid, text) values (new.id, coalesce(new.folded, lower(new.text)));
end;
create trigger line_gone after delete on line begin
    insert into line_text (line_text, rowid, text)
        values ('delete', old.id, coalesce(old.folded, lower(old.text)));
end;
create trigger line_corrected after update of text, folded on line begin
    insert into line_text (line_text, rowid, text)
        values ('delete', old.id, coalesce(old.folded, lower(old.text)));
    insert into line_text (rowid, text) values (new.id, coalesce(new.folded, lower(new.text)));
end;
create trigger item_and_lines_gone after delete on item begin
    delete from line where id >= old.id << {ITEM_BITS} and id < (old.id + 1) << {ITEM_BITS};
end;
{_verdict_trigger("line_decided", "insert", "new", f"case new.verdict {_CODE_OF} end")}
{_verdict_trigger("line_decided_anew", "update", "new", f"case new.verdict {_CODE_OF} end")}
{_verdict_trigger("line_undecided", "delete", "old", str(min(CODES.values())))}
"""
"""What a queue file lacks for the functions below. `put` fills it: for every item that has been read already, too."""


class Order(StrEnum):
    """In which order lines and items stand."""

    FILE = "file"
    """As they were added."""
    NAME = "name"
    TIME = "time"
    """As they were read; what has not been comes first."""
    DOUBT = "doubt"
    """Items: most doubtful words left first. Lines: least confident first, those of unknown confidence last."""


_ITEM_ORDER = {
    Order.FILE: "item.id",
    Order.NAME: "item.source, item.id",
    Order.TIME: "item.ended_at, item.id",
    Order.DOUBT: "item.doubtful_left desc, item.id",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that a filter let through."""

    item_id: int
    key: LineKey
    text: str
    """As it now stands, composed (NFC)."""
    confidence: float | None = None


# -- keeping it -----------------------------------------------------------------------------------------------------


def put(
    connection: sqlite3.Connection, item_id: int, pages: Iterable[tuple[int, Sequence[tuple[int, str, Line]]]]
) -> None:
    """Rewrite the rows of some pages of an item; it belongs into the transaction that wrote the pages.

    A page is its number (from 1) and its lines: each with its number (LineKey.line, from 0), its text as it now stands,
    and what was read. The verdicts are taken from the queue file.
    """
    for page, lines in pages:
        if not 0 <= page <= LAST_PAGE:
            continue
        first = _line_id(item_id, LineKey(page, 0))
        connection.execute("delete from line where id >= ? and id <= ?", (first, first + LAST_LINE))
        connection.executemany(
            f"insert into line values (?, ?, ?, ?, ?, ?, coalesce((select case verdict {_CODE_OF} end from verdict"
            " where item_id = ? and page = ? and line = ?), 0))",
            (
                (first + number, *_texts(text), *_figures(line), item_id, page, number)
                for number, text, line in lines
                if 0 <= number <= LAST_LINE
            ),
        )


def set_text(connection: sqlite3.Connection, item_id: int, page: int, line: int, text: str) -> None:
    """Note what a line says now: what a person made of it, or, after an undo, what was read."""
    if 0 <= page <= LAST_PAGE and 0 <= line <= LAST_LINE:
        values = (*_texts(text), _line_id(item_id, LineKey(page, line)))
        connection.execute("update line set text = ?, folded = ? where id = ?", values)


def doubtful_left(connection: sqlite3.Connection, item_id: int) -> int:
    """Return how many doubtful words an item has in lines that nobody has settled."""
    sql = f"select total(doubtful) from line where id >= ? and id < ? and verdict in ({_OPEN})"
    return int(connection.execute(sql, (item_id << ITEM_BITS, item_id + 1 << ITEM_BITS)).fetchone()[0])


def forget(connection: sqlite3.Connection, item_id: int) -> None:
    """Take all lines of an item out; when the item itself is deleted, that happens by itself."""
    connection.execute("delete from line where id >= ? and id < ?", (item_id << ITEM_BITS, item_id + 1 << ITEM_BITS))


def _texts(text: str) -> tuple[str, str | None]:
    kept = plain(text)
    return kept, None if kept.isascii() else folded(kept)


def _figures(line: Line) -> tuple[float | None, int, bool | None]:
    return finite(line.confidence), line.doubtful, line.handwritten


def _line_id(item_id: int, key: LineKey) -> int:
    return item_id << ITEM_BITS | key.page << LINE_BITS | key.line


# -- lines ----------------------------------------------------------------------------------------------------------


def search(connection: sqlite3.Connection, wanted: str, *, after: Hit | None = None, limit: int = 100) -> list[Hit]:
    """Return the first lines that hold a text, or a /regular expression/, in the order of the queue."""
    return lines_matching(connection, words(wanted), after=after, limit=limit)


def lines_matching(
    connection: sqlite3.Connection,
    filter: Filter,  # noqa: A002 (the word of the domain)
    *,
    order: Order = Order.FILE,
    after: Hit | None = None,
    limit: int = 100,
    marked: Collection[int] = (),
    now: float | None = None,
) -> list[Hit]:
    """Return the first lines that a filter lets through, after one that was returned before.

    `marked` are the items marked; `now` is what ages are reckoned from, in seconds since 1970.
    """
    register(connection)
    asked = _Asked(connection, filter, now, marked)
    if order is Order.FILE:
        hits = asked.in_file_order(0 if after is None else _line_id(after.item_id, after.key))
    elif order is Order.DOUBT:
        hits = asked.least_sure_first(after)
    else:
        hits = asked.by_items(order, after)
    return list(islice(hits, limit))


class _Asked:
    """A filter that is asked of a queue file."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        filter_: Filter,
        now: float | None,
        marked: Collection[int],
    ) -> None:
        self.connection = connection
        self.filter = filter_
        self.now = time.time() if now is None else now
        self.marked = marked
        self.condition, self.values = where(filter_, now=self.now, marked=marked)
        self.of_item, self.of_item_values = where_item(filter_, now=self.now, marked=marked)
        self.few, self.ordered = self._indexes()

    def _indexes(self) -> tuple[Lookup | None, Lookup | None]:
        """Return the index that finds few lines, and the one that finds them in the order of the queue."""
        ways = lookups(self.filter)
        counted = [(self._count(way), place) for place, way in enumerate(ways)]
        few = [(count, place) for count, place in counted if count <= FEW]
        ordered = [way for way in ways if way.in_order]
        return (ways[min(few)[1]] if few else None), (ordered[0] if ordered else None)

    def _count(self, way: Lookup) -> int:
        """Return how many lines an index finds; it stops counting where they are no longer few."""
        sql = f"select count(*) from (select 1 from {way.table} where {way.condition} limit {FEW + 1})"
        return int(self.connection.execute(sql, way.values).fetchone()[0])

    def in_file_order(self, after: int) -> Iterator[Hit]:
        """Yield lines by their number, from the first after one."""
        if self.few is not None:
            yield from self._among_few("line.id > ?", [after], "line.id")
        elif self.ordered is not None and self.ordered.table == "line_text":
            yield from self._hits(
                "line_text cross join line on line.id = line_text.rowid"
                f" cross join item on item.id = line.id >> {ITEM_BITS}",
                "line_text match ? and line_text.rowid > ?",
                [*self.ordered.values, after],
                "line_text.rowid",
            )
        elif self.ordered is not None:
            yield from self._hits(
                f"line cross join item on item.id = line.id >> {ITEM_BITS}",
                f"line.{self.ordered.condition} and line.id > ?",
                [*self.ordered.values, after],
                "line.id",
            )
        else:
            # One lower bound: of two SQLite may take the wrong one, and begin for each item at the first line of all.
            yield from self._hits(
                f"item cross join line on line.id > max(?, (item.id << {ITEM_BITS}) - 1)"
                f" and line.id < (item.id + 1) << {ITEM_BITS}",
                "item.id >= ?",
                [after, after >> ITEM_BITS],
                "item.id, line.id",
            )

    def least_sure_first(self, after: Hit | None) -> Iterator[Hit]:
        """Yield lines by their confidence, those without one last."""
        last = 0 if after is None else _line_id(after.item_id, after.key)
        if after is None or after.confidence is not None:
            least = -1.0 if after is None or after.confidence is None else after.confidence
            later = "line.confidence >= ? and (line.confidence > ? or line.id > ?)"
            yield from self._by_confidence(later, [least, least, last])
            last = 0
        yield from self._by_confidence("line.confidence is null and line.id > ?", [last])

    def _by_confidence(self, later: str, values: list[object]) -> Iterator[Hit]:
        if self.few is not None:
            return self._among_few(later, values, "line.confidence, line.id")
        table = f"line indexed by line_by_confidence cross join item on item.id = line.id >> {ITEM_BITS}"
        return self._hits(table, later, values, "line.confidence, line.id")

    def _among_few(self, later: str, values: list[object], order: str) -> Iterator[Hit]:
        assert self.few is not None
        return self._hits(
            f"line cross join item on item.id = line.id >> {ITEM_BITS}",
            f"line.id in (select {_number(self.few)} from {self.few.table} where {self.few.condition}) and {later}",
            [*self.few.values, *values],
            order,
        )

    def by_items(self, order: Order, after: Hit | None) -> Iterator[Hit]:
        """Yield the lines of one item after the other, the items in an order."""
        items = ItemsMatching(self.connection, self.filter, order=order, marked=self.marked, now=self.now)
        start = (items.place(after.item_id) or 0) if after else 0
        last = _line_id(after.item_id, after.key) if after else 0
        while chunk := items.window(start, CHUNK):
            yield from self._of_items(chunk, after, last)
            start += CHUNK

    def _of_items(self, item_ids: list[int], after: Hit | None, last: int) -> Iterator[Hit]:
        return self._hits(
            "json_each(?) as wanted cross join item on item.id = wanted.value cross join line on"
            f" line.id >= item.id << {ITEM_BITS} and line.id < (item.id + 1) << {ITEM_BITS}",
            "(item.id != ? or line.id > ?)",
            [json.dumps(item_ids), after.item_id if after else 0, last],
            "wanted.key, line.id",
        )

    def _hits(self, tables: str, narrowed: str, values: list[object], order: str) -> Iterator[Hit]:
        rows = self.connection.execute(
            f"select line.id, line.text, line.confidence from {tables}"
            f" where {narrowed} and {self.condition} order by {order}",
            (*values, *self.values),
        )
        return (_hit(*row) for row in rows)


def _number(way: Lookup) -> str:
    return "rowid" if way.table == "line_text" else "id"


def _hit(number: int, text: str, confidence: float | None) -> Hit:
    key = LineKey(number >> LINE_BITS & LAST_PAGE, number & LAST_LINE)
    return Hit(number >> ITEM_BITS, key, text, confidence)


# -- items ----------------------------------------------------------------------------------------------------------


class ItemsMatching:
    """The items of which a filter lets any line through (or the item itself, where it has no lines), in an order.

    They are found as they are asked for, and kept: eight bytes an item. What is written into the queue file later
    changes nothing here; whoever shows it asks `is_current` and makes another.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        filter: Filter,  # noqa: A002 (the word of the domain)
        *,
        order: Order = Order.FILE,
        marked: Collection[int] = (),
        now: float | None = None,
    ) -> None:
        """Begin to look; `marked` and `now` are as in `lines_matching`."""
        register(connection)
        self._connection = connection
        self._revision = self._revision_now()
        self._asked = _Asked(connection, filter, now, marked)
        self._candidates = self._ordered_candidates(order)
        self._looked_at = 0
        self._found = array("q")
        self._places: dict[int, int] = {}

    @property
    def is_current(self) -> bool:
        """Whether nothing was written into the queue file since the search began."""
        return self._revision == self._revision_now()

    @property
    def is_complete(self) -> bool:
        """Whether every item has been looked at."""
        return self._looked_at >= len(self._candidates)

    @property
    def found(self) -> int:
        """How many were found so far."""
        return len(self._found)

    def count(self) -> int:
        """Return how many there are; that looks at all."""
        self.look_until(lambda: False)
        return self.found

    def window(self, start: int, count: int) -> list[int]:
        """Return the numbers of the items from a place on (0 is the first)."""
        self.look_until(lambda: self.found >= start + count)
        return list(self._found[start : start + count])

    def place(self, item_id: int) -> int | None:
        """Return the place of an item; None when it is not among them."""
        self.look_until(lambda: item_id in self._places)
        return self._places.get(item_id)

    def place_so_far(self, item_id: int) -> int | None:
        """Return the place of an item among those found so far."""
        return self._places.get(item_id)

    def look_for(self, seconds: float) -> bool:
        """Look at more items for a while, such as between two keys; True when all have been looked at."""
        end = time.monotonic() + seconds
        self.look_until(lambda: time.monotonic() >= end)
        return self.is_complete

    def look_until(self, enough: Callable[[], bool]) -> None:
        """Look at more items until that is so, or all have been looked at."""
        while not (self.is_complete or enough()):
            self._look_at(self._candidates[self._looked_at : self._looked_at + CHUNK])
            self._looked_at += CHUNK

    def _look_at(self, item_ids: Sequence[int]) -> None:
        asked = self._asked
        condition = f"{asked.of_item} and {asked.condition}"
        if asks_lines(asked.filter):
            lines = f"line.id >= item.id << {ITEM_BITS} and line.id < (item.id + 1) << {ITEM_BITS}"
            any_line = f"select 1 from (select 1) left join line on {lines} where {asked.condition}"
            condition = f"{asked.of_item} and exists ({any_line})"
        rows = self._connection.execute(
            "select item.id from json_each(?) as wanted cross join item on item.id = wanted.value"
            f" where {condition} order by wanted.key",
            (json.dumps(list(item_ids)), *asked.of_item_values, *asked.values),
        )
        for (item_id,) in rows:
            self._places[item_id] = len(self._found)
            self._found.append(item_id)

    def _ordered_candidates(self, order: Order) -> Sequence[int]:
        few, sql, values = self._asked.few, "", []
        if few is not None:
            sql = f"where item.id in (select {_number(few)} >> {ITEM_BITS} from {few.table} where {few.condition})"
            values = few.values
        sql = f"where not item.removed{sql.replace('where', ' and', 1)}"
        rows = self._connection.execute(f"select item.id from item {sql} order by {_ITEM_ORDER[order]}", values)
        return array("q", (item_id for (item_id,) in rows))

    def _revision_now(self) -> int:
        return int(self._connection.execute("select value from revision").fetchone()[0])
