"""A filter as a condition of SQL, so that the queue file answers it.

The condition is about a row of `item` and a row of `line` (all null for an image without lines), see line_index.py; no
value is ever written into the text of it. It is never null, so that `not` means what it says. What it means is said by
`filters.matches` alone.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from tui.filters import (
    All,
    Always,
    Any_,
    Filter,
    Kind,
    Not,
    Pattern,
    Test,
    Unknown,
    field_named,
    folded,
    plain,
    tests_of,
    time_bounds,
)
from tui.model import DECIDED, Verdict, printable
from tui.patterns import LONGEST_TEXT, compiled, literals

LINE_BITS = 12
"""How many bits of a line's number in the index are its place on the page."""
ITEM_BITS = 26
"""How many bits of it are page and place together; the rest is the item."""
MOST_TRIGRAMS = 40
"""Of how many pieces of a text it is asked how rare they are; what is found is compared with the whole text anyhow."""
DOUBTFUL_FROM = 3
"""From how many doubtful words on a line stands in an index of its own."""
FOLDED_TEXT = "coalesce(line.folded, lower(line.text))"
"""A line's text without capitals: lines in ASCII, which SQLite lowers as Python does, do not keep it twice."""
CODES: Mapping[Verdict, int] = {verdict: code for code, verdict in enumerate(Verdict)}
"""How a verdict is kept with a line."""

_DECISION = (
    "coalesce((select decision.{column} from verdict join decision on decision.id = verdict.decision_id"
    f" where verdict.item_id = line.id >> {ITEM_BITS} and verdict.page = (line.id >> {LINE_BITS}) &"
    f" {(1 << ITEM_BITS - LINE_BITS) - 1} and verdict.line = line.id & {(1 << LINE_BITS) - 1}), '')"
)
_SOURCE = "cast(item.source as text)"
_SHOWN_AS_IT_IS = f"({_SOURCE} not glob '*[^ -~]*' and instr(item.source, x'00') = 0)"
"""Whether a name is in ASCII, which SQLite shows and lowers as Python does, and many times as fast."""
_NAME_WITHOUT_CAPITALS = (
    f"(case when {_SHOWN_AS_IT_IS} then lower({_SOURCE}) else handread_folded(handread_shown(item.source)) end)"
)
_EXPRESSIONS: Mapping[str, str] = {
    "text": "line.text",
    "conf": "line.confidence",
    "doubtful": "line.doubtful",
    "verdict": "line.verdict",
    "decided": f"(line.verdict in ({', '.join(str(CODES[verdict]) for verdict in DECIDED)}))",
    "reason": _DECISION.format(column="reason"),
    "by": _DECISION.format(column="reviewer"),
    "page": f"((line.id >> {LINE_BITS}) & {(1 << ITEM_BITS - LINE_BITS) - 1})",
    "line": f"((line.id & {(1 << LINE_BITS) - 1}) + 1)",
    "handwritten": "line.handwritten",
    "name": f"(case when {_SHOWN_AS_IT_IS} then {_SOURCE} else handread_shown(item.source) end)",
    "state": "item.state",
    "service": "item.service",
    "model": "item.model",
    "error": "coalesce(item.failure_code, '')",
    "added": "nullif(item.added_at, 0)",
    "ended": "nullif(item.ended_at, 0)",
    "pages": "json_array_length(item.page_sizes)",
    "marked": "(item.id in (select value from json_each(?)))",
}
_WITHOUT_CAPITALS: Mapping[str, str] = {"text": FOLDED_TEXT, "name": _NAME_WITHOUT_CAPITALS}
"""What of a field is compared where capitals do not matter, if not what Python makes of it."""


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection the functions that conditions use; it is needed once, and harmless twice."""
    connection.create_function("handread_shown", 1, _shown, deterministic=True)
    connection.create_function("handread_folded", 1, folded, deterministic=True)
    connection.create_function("handread_found", 2, _found, deterministic=True)


def _shown(source: bytes) -> str:
    return plain(printable(os.fsdecode(source)))


def _found(pattern: str, text: str) -> bool:
    return compiled(pattern).search(plain(text)[:LONGEST_TEXT]) is not None


class Condition(NamedTuple):
    """A piece of SQL and the values of its question marks, in order."""

    sql: str
    values: list[object]


def where(filter: Filter, *, now: float, marked: Collection[int] = ()) -> tuple[str, list[object]]:  # noqa: A002 (the word of the domain)
    """Return the condition of a filter over `item` and `line`, and its values.

    `now` is what ages are reckoned from, in seconds since 1970; `marked` are the numbers of the items marked.
    """
    condition = _condition(filter, now, json.dumps(sorted(marked)))
    return condition.sql, condition.values


def where_item(filter: Filter, *, now: float, marked: Collection[int] = ()) -> tuple[str, list[object]]:  # noqa: A002
    """Return what of a filter can be asked of the image alone: every row the filter lets through fulfils it."""
    of_item = [part for part in _conjuncts(filter) if not asks_lines(part)]
    conditions = [_condition(part, now, json.dumps(sorted(marked))) for part in of_item]
    return _joined(" and ", conditions) if conditions else ("1", [])


def asks_lines(filter: Filter) -> bool:  # noqa: A002 (the word of the domain)
    """Whether any test of a filter is about the line."""
    return any(field_named(test.field).of_line for test in tests_of(filter))


def _condition(filter_: Filter, now: float, marked: str) -> Condition:
    match filter_:
        case Test():
            return _test(filter_, now, marked)
        case Not(part):
            inner = _condition(part, now, marked)
            return Condition(f"not {inner.sql}", inner.values)
        case All(parts):
            return _joined(" and ", [_condition(part, now, marked) for part in parts])
        case Any_(parts):
            return _joined(" or ", [_condition(part, now, marked) for part in parts])
        case Always():
            return Condition("1", [])


def _joined(word: str, conditions: list[Condition]) -> Condition:
    return Condition(
        f"({word.join(condition.sql for condition in conditions)})",
        [value for condition in conditions for value in condition.values],
    )


def _test(test: Test, now: float, marked: str) -> Condition:
    field, fact = field_named(test.field), _EXPRESSIONS[test.field]
    has_line = "line.id is not null and " if field.of_line else ""
    if isinstance(test.value, Unknown):
        compared = Condition(f"{fact} is {'not ' * (test.operator == '!=')}null", [])
    elif field.kind is Kind.TEXT:
        compared = _text_test(test, fact)
    elif field.kind is Kind.TIME:
        compared = _time_test(test, fact, now)
    else:
        known = f"{fact} is not null and " * field.may_be_unknown
        values = [marked] if test.field == "marked" else []
        compared = Condition(f"{known}{fact} {test.operator} ?", [*values, _stored(test)])
    return Condition(f"({has_line}{compared.sql})", compared.values)


def _stored(test: Test) -> object:
    return CODES[Verdict(str(test.value))] if test.field == "verdict" else test.value


def _text_test(test: Test, fact: str) -> Condition:
    without_capitals = _WITHOUT_CAPITALS.get(test.field, f"handread_folded({fact})")
    if isinstance(test.value, Pattern):
        found = Condition(f"handread_found(?, {fact})", [plain(test.value.source)])
    elif "~" in test.operator:
        found = Condition(f"instr({without_capitals}, ?) > 0", [folded(str(test.value))])
    else:
        found = Condition(f"{without_capitals} = ?", [folded(str(test.value))])
    return Condition(f"not ({found.sql})", found.values) if test.operator.startswith("!") else found


def _time_test(test: Test, fact: str, now: float) -> Condition:
    earliest, end = time_bounds(test, now)
    no = "not " if test.operator == "!=" else ""
    return Condition(f"{fact} is not null and {no}({fact} >= ? and {fact} < ?)", [earliest, end])


# -- what an index can find -----------------------------------------------------------------------------------------


class Lookup(NamedTuple):
    """Where an index finds all the lines that a filter can let through, and others too."""

    table: str
    """line or line_text."""
    condition: str
    """About that table, without its name before the columns."""
    values: list[object]
    in_order: bool
    """Whether the index gives the lines in the order of the queue."""
    trigrams: tuple[str, ...] = ()
    """What of three characters each is looked for in `line_text`."""


def lookups(filter: Filter) -> list[Lookup]:  # noqa: A002 (the word of the domain)
    """Return the ways in which indexes can find a filter's lines; none when all have to be looked at."""
    tests = [part for part in _conjuncts(filter) if isinstance(part, Test)]
    return [lookup for test in tests if (lookup := _lookup(test)) is not None]


def _conjuncts(filter_: Filter) -> Iterator[Filter]:
    if isinstance(filter_, All):
        for part in filter_.parts:
            yield from _conjuncts(part)
    else:
        yield filter_


def _lookup(test: Test) -> Lookup | None:
    look = _LOOKUPS.get(test.field)
    if look is None or test.operator.startswith("!") or isinstance(test.value, Unknown):
        return None
    return look(test)


def _lookup_of_text(test: Test) -> Lookup | None:
    trigrams = _trigrams(test)
    return lookup_of_trigrams(trigrams) if trigrams else None


def lookup_of_trigrams(trigrams: Sequence[str]) -> Lookup:
    """Return where an index finds the lines that hold all of some pieces of three characters."""
    query = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in trigrams)
    return Lookup("line_text", "line_text match ?", [query], in_order=True, trigrams=tuple(trigrams))


def _lookup_of_confidence(test: Test) -> Lookup:
    return Lookup("line", f"confidence {test.operator} ?", [test.value], in_order=test.operator == "=")


def _lookup_of_verdict(test: Test) -> Lookup:
    return Lookup("line", "verdict = ?", [_stored(test)], in_order=True)


def _lookup_of_decided(test: Test) -> Lookup | None:
    return Lookup("line", f"verdict > {CODES[Verdict.UNDECIDED]}", [], in_order=False) if test.value else None


def _lookup_of_doubtful(test: Test) -> Lookup | None:
    assert isinstance(test.value, float)
    fewest = math.floor(test.value) + 1 if test.operator == ">" else math.ceil(test.value)
    if test.operator not in {"=", ">", ">="} or fewest < DOUBTFUL_FROM:
        return None
    condition = f"doubtful >= {DOUBTFUL_FROM} and doubtful {test.operator} ?"
    return Lookup("line", condition, [test.value], in_order=False)


_LOOKUPS: Mapping[str, Callable[[Test], Lookup | None]] = {
    "text": _lookup_of_text,
    "conf": _lookup_of_confidence,
    "verdict": _lookup_of_verdict,
    "decided": _lookup_of_decided,
    "doubtful": _lookup_of_doubtful,
}


def _trigrams(test: Test) -> list[str]:
    """Return what of three characters each stands in every text that fulfils a test; at most MOST_TRIGRAMS."""
    runs = literals(plain(test.value.source)) if isinstance(test.value, Pattern) else (str(test.value),)
    texts = [folded(run) for run in runs]
    found = sorted({text[at : at + 3] for text in texts for at in range(len(text) - 2)})
    step = max(1, math.ceil(len(found) / MOST_TRIGRAMS))
    return found[::step]
