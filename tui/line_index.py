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
from functools import partial
from itertools import islice

from tui.filter_sql import (
    CODES,
    DOUBTFUL_FROM,
    ITEM_BITS,
    LINE_BITS,
    Lookup,
    asks_lines,
    lookup_of_trigrams,
    lookups,
    register,
    where,
    where_item,
)
from tui.filters import Always, Filter, finite, folded, plain, words
from tui.model import DECIDED, Line, LineKey

LAST_PAGE = (1 << ITEM_BITS - LINE_BITS) - 1
LAST_LINE = (1 << LINE_BITS) - 1
FEW = 20_000
"""An index that finds no more lines than this is asked for all of them at once."""
SOME = 400_000
"""An index that finds no more lines than this is asked which items have any of them."""
LOOKS = (1000, 20_000)
"""So many items are looked at first, and then so many, before it is asked which others there are: that takes longer.
Where they do not stand in the order of the file, so many take as long as all, and it is asked after the first."""
CHUNK = 250
"""How many items are looked at together."""
RAREST = 3
"""So many pieces of a text are looked up: the rarest, for the index reads through each of their lists."""
COMMON = 20
"""A piece that comes so many times as often as the rarest is not looked up."""
SAMPLE = 200
"""How rare a piece is, is told by how far the first so many lines with it reach."""

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
    hits = each_line_matching(connection, filter, order=order, after=after, marked=marked, now=now)
    return list(islice(hits, limit))


def each_line_matching(
    connection: sqlite3.Connection,
    filter: Filter,  # noqa: A002 (the word of the domain)
    *,
    order: Order = Order.FILE,
    after: Hit | None = None,
    marked: Collection[int] = (),
    now: float | None = None,
) -> Iterator[Hit]:
    """Yield the lines that a filter lets through as they are found; the rest is as in `lines_matching`."""
    register(connection)
    asked = _Asked(connection, filter, now, marked)
    if order is Order.FILE:
        return asked.in_file_order(0 if after is None else _line_id(after.item_id, after.key))
    if order is Order.DOUBT:
        return asked.least_sure_first(after)
    return asked.by_items(order, after)


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
        self.ways = [self._quickest(way) for way in lookups(filter_)]
        self.ordered = next((way for way in self.ways if way.in_order), None)
        self.few = self._few()
        """The numbers of the lines that an index finds, as JSON, where it finds few; None where none does."""

    def _few(self) -> str | None:
        found = [self._first_lines(way) for way in self.ways]
        return min((few for few in found if few[0] <= FEW), default=(0, None))[1]

    def _first_lines(self, way: Lookup) -> tuple[int, str]:
        """Return how many lines an index finds, and their numbers as JSON; it stops where they are no longer few."""
        number = _number(way)
        found = f"select {number} as number from {way.table} where {way.condition} limit {FEW + 1}"
        row = self.connection.execute(f"select count(*), json_group_array(number) from ({found})", way.values)
        count, numbers = row.fetchone()
        return count, numbers

    def _quickest(self, way: Lookup) -> Lookup:
        """Return where an index finds the same lines, and a few others too, with less to read."""
        if len(way.trigrams) <= 1:
            return way
        by_frequency = sorted((self._frequency(trigram), trigram) for trigram in way.trigrams)
        common = COMMON * by_frequency[0][0]
        return lookup_of_trigrams([trigram for frequency, trigram in by_frequency[:RAREST] if frequency <= common])

    def _frequency(self, trigram: str) -> float:
        """Return how often a piece of a text comes, by its first lines."""
        way = lookup_of_trigrams((trigram,))
        first = f"select rowid as number from {way.table} where {way.condition} limit {SAMPLE}"
        count, reach = self.connection.execute(f"select count(*), max(number) from ({first})", way.values).fetchone()
        return int(count) / (int(reach) if count == SAMPLE else _END)

    def some(self) -> Lookup | None:
        """Return the index that finds neither all nor few lines, but some."""
        ways = [way for way in self.ways if way.table == "line"]
        counted = [(self._count(way, SOME + 1), place) for place, way in enumerate(ways)]
        count, place = min(counted, default=(SOME + 1, 0))
        return ways[place] if count <= SOME else None

    def _count(self, way: Lookup, most: int) -> int:
        sql = f"select count(*) from (select 1 from {way.table} where {way.condition} limit {most})"
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
            f"line.id in (select value from json_each(?)) and {later}",
            [self.few, *values],
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


_END = 1 << 62
"""Beyond every line."""


def _number(way: Lookup) -> str:
    return "rowid" if way.table == "line_text" else "id"


def _hit(number: int, text: str, confidence: float | None) -> Hit:
    key = LineKey(number >> LINE_BITS & LAST_PAGE, number & LAST_LINE)
    return Hit(number >> ITEM_BITS, key, text, confidence)


# -- items ----------------------------------------------------------------------------------------------------------


class ItemsMatching:
    """The items of which a filter lets any line through (or the item itself, where it has no lines), in an order.

    They are found as they are asked for, and kept: eight bytes an item. What is written into the queue file later
    changes nothing here; whoever shows it asks `is_current` and makes another. What was found so far may be read in
    another thread than the one that looks.
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
        self._order = order
        self.revision = self._revision_now()
        """The revision of the queue file when the search began."""
        self._asked = _Asked(connection, filter, now, marked)
        self._found = array("q")
        self._looked_at = 0
        self._candidates: Sequence[int] = ()
        if self._asked.few is not None:
            self._keep(self._among_few())
            self._knows_candidates = True
        else:
            self._knows_candidates = False
            self._looks = list(LOOKS if order is Order.FILE else LOOKS[:1])
            self._look_on()

    @property
    def is_current(self) -> bool:
        """Whether nothing was written into the queue file since the search began."""
        return self.revision == self._revision_now()

    @property
    def is_complete(self) -> bool:
        """Whether every item has been looked at."""
        return self._knows_candidates and self._looked_at >= len(self._candidates)

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

    def window_so_far(self, start: int, count: int) -> list[int]:
        """Return the numbers of the items from a place on, of those found so far."""
        return list(self._found[start : start + count])

    def place(self, item_id: int) -> int | None:
        """Return the place of an item; None when it is not among them."""
        looked = 0
        while (place := self._place_from(looked, item_id)) is None and not self.is_complete:
            looked = self.found
            self.look_until(partial(self._has_more_than, looked))
        return place

    def _has_more_than(self, count: int) -> bool:
        return self.found > count

    def place_so_far(self, item_id: int) -> int | None:
        """Return the place of an item among those found so far."""
        return self._place_from(0, item_id)

    def _place_from(self, start: int, item_id: int) -> int | None:
        try:
            return self._found.index(item_id, start)
        except ValueError:
            return None

    def look_for(self, seconds: float) -> bool:
        """Look at more items for a while, such as between two keys; True when all have been looked at."""
        end = time.monotonic() + seconds
        self.look_until(lambda: time.monotonic() >= end)
        return self.is_complete

    def look_until(self, enough: Callable[[], bool]) -> None:
        """Look at more items until that is so, or all have been looked at."""
        while not (self.is_complete or enough()):
            if self._looked_at >= len(self._candidates):
                self._look_on()
            self._look_at(self._candidates[self._looked_at : self._looked_at + CHUNK])
            self._looked_at += CHUNK

    def _look_on(self) -> None:
        """Find out which items are to be looked at next: those in an order that were not looked at yet."""
        most = self._looks.pop(0) if self._looks else -1
        found = self._in_order("", [], most) if most >= 0 else self._all_candidates()
        self._knows_candidates = most < 0 or len(found) < most
        self._looked_at = len(self._candidates)
        before = set(self._candidates)
        self._candidates = array("q", [*self._candidates, *(item_id for item_id in found if item_id not in before)])

    def _look_at(self, item_ids: Sequence[int]) -> None:
        asked = self._asked
        if isinstance(asked.filter, Always):
            self._keep(item_ids)
            return
        condition, values = asked.of_item, asked.of_item_values
        if asks_lines(asked.filter):
            lines = f"line.id >= item.id << {ITEM_BITS} and line.id < (item.id + 1) << {ITEM_BITS}"
            any_line = f"select 1 from (select 1) left join line on {lines} where {asked.condition}"
            condition, values = f"{asked.of_item} and exists ({any_line})", [*values, *asked.values]
        self._keep(
            self._numbers(
                "select item.id from json_each(?) as wanted cross join item on item.id = wanted.value"
                f" where {condition} order by wanted.key",
                [json.dumps(list(item_ids)), *values],
            )
        )

    def _keep(self, item_ids: Iterable[int]) -> None:
        for item_id in item_ids:
            self._found.append(item_id)

    def _among_few(self) -> list[int]:
        """Return the items of the few lines that an index finds, where the filter lets any of those through."""
        asked = self._asked
        let_through = (
            "select item.id from json_each(?) as wanted cross join line on line.id = wanted.value"
            f" cross join item on item.id = line.id >> {ITEM_BITS} where {asked.condition}"
        )
        return self._in_order(f"and item.id in ({let_through})", [asked.few, *asked.values])

    def _all_candidates(self) -> list[int]:
        """Return the items that may be let through: none of those in which an index finds no line."""
        some = self._asked.some()
        if some is None:
            return self._in_order("", [])
        items = f"select {_number(some)} >> {ITEM_BITS} from {some.table} where {some.condition}"
        return self._in_order(f"and item.id in ({items})", some.values)

    def _in_order(self, narrowed: str, values: Sequence[object], most: int = -1) -> list[int]:
        order = _ITEM_ORDER[self._order]
        sql = f"select item.id from item where not item.removed {narrowed} order by {order}"
        return self._numbers(sql, values, most)

    def _numbers(self, sql: str, values: Sequence[object], most: int = -1) -> list[int]:
        """Return what a query finds, in its order, as one row: meanwhile other threads have Python to themselves."""
        row = self._connection.execute(f"select json_group_array(id) from ({sql} limit {most})", values).fetchone()
        found: list[int] = json.loads(row[0])
        return found

    def _revision_now(self) -> int:
        return int(self._connection.execute("select value from revision").fetchone()[0])
