"""The index of lines: it finds what `matches` lets through, keeps up with what is decided, and keeps the order."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_filters import FILTERS
from tui import line_index
from tui.filters import Filter, LineFacts, Row, matches, parse
from tui.line_index import (
    Hit,
    ItemsMatching,
    Order,
    each_line_matching,
    forget,
    lines_matching,
    put,
    search,
    set_text,
)
from tui.migrations import STEPS
from tui.model import Line, LineKey, State, Verdict, Word, printable

NOW = 1_790_000_000.0


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "queue.db", isolation_level=None)) as opened:
        opened.executescript("pragma foreign_keys = on;" + "".join(STEPS))
        yield opened


def add(connection: sqlite3.Connection, row: Row, source: str) -> int:
    cursor = connection.execute(
        "insert into item (source, service, state, page_sizes, added_at, ended_at, failure_code, model, doubtful,"
        " revision) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            os.fsencode(source),
            row.service,
            row.state,
            json.dumps([[1, 1]] * row.pages),
            row.added_at,
            row.ended_at,
            row.error or None,
            row.model,
            row.line.doubtful if row.line else 0,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def decide(connection: sqlite3.Connection, item_id: int, line: LineFacts) -> None:
    number = connection.execute(
        "insert into decision (item_id, act, page, line, verdict, reason, reviewer, at, engine_text)"
        " values (?, 'decide', ?, ?, ?, ?, ?, 1, '')",
        (item_id, *line.key, line.verdict, line.reason, line.reviewer),
    ).lastrowid
    connection.execute(
        "insert into verdict values (?, ?, ?, ?, ?) on conflict do update"
        " set decision_id = excluded.decision_id, verdict = excluded.verdict",
        (item_id, *line.key, number, line.verdict),
    )


def read(line: LineFacts) -> Line:
    """Return a line of that confidence and so many doubtful words."""
    words = [Word("x", None, line.confidence, low=place < line.doubtful) for place in range(max(1, line.doubtful))]
    return Line(line.text, None, tuple(words), line.handwritten)


def write(connection: sqlite3.Connection, *texts: str, name: str = "/a.png") -> int:
    """Add an image of one page with these lines, which are surer and surer."""
    item_id = add(connection, Row(name, service="local"), name)
    lines = [(place, text, Line(text, words=(Word(text, None, 0.5 + place / 10),))) for place, text in enumerate(texts)]
    put(connection, item_id, [(1, lines)])
    return item_id


def found(connection: sqlite3.Connection, text: str, order: Order = Order.FILE) -> list[str]:
    return [hit.text for hit in lines_matching(connection, parse(text), order=order)]


# -- it finds what the filter means ---------------------------------------------------------------------------------

VERDICTS = st.sampled_from(Verdict)
LETTERS = (
    st.text(st.sampled_from("aSilß \u0308uÜ\"'/1"), max_size=8)
    | st.text(max_size=4)
    | st.sampled_from(["Silas", "and"])
)
NAMES = st.sampled_from(["", "Silas", "and", "flagged", "É"])
LINES = st.builds(
    LineFacts,
    key=st.builds(LineKey, st.integers(1, 3), st.integers(0, 3)),
    text=LETTERS,
    confidence=st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    doubtful=st.just(0),
    verdict=VERDICTS,
    reason=NAMES,
    reviewer=NAMES,
    handwritten=st.none() | st.booleans(),
)


def consistent(line: LineFacts) -> LineFacts:
    """Return a line that can be: what is undecided has neither reason nor reviewer, and what is unsure is doubtful."""
    if line.verdict is Verdict.UNDECIDED:
        line = replace(line, reason="", reviewer="")
    return replace(line, doubtful=read(line).doubtful)


@st.composite
def images(draw: st.DrawFn) -> tuple[Row, list[LineFacts], bytes]:
    source = draw(st.sampled_from([b"/a/Silas.png", b"/\xff\n.png", "/und/É.png".encode()]))
    row = Row(
        printable(os.fsdecode(source)),
        None,
        draw(st.sampled_from(State)),
        draw(NAMES),
        draw(NAMES),
        draw(NAMES),
        draw(st.sampled_from([NOW - 86400 * 40, NOW - 100, NOW])),
        draw(st.sampled_from([0.0, NOW - 86400, NOW])),
        draw(st.integers(0, 3)),
        is_marked=draw(st.booleans()),
    )
    lines = draw(st.lists(LINES.map(consistent), max_size=4, unique_by=lambda line: line.key))
    return row, sorted(lines, key=lambda line: line.key), source


def fill(connection: sqlite3.Connection, queue: Iterable[tuple[Row, list[LineFacts], bytes]]) -> dict[int, list[Row]]:
    rows = {}
    for row, lines, source in queue:
        item_id = add(connection, row, os.fsdecode(source))
        for line in lines[::2]:
            if line.verdict is not Verdict.UNDECIDED:
                decide(connection, item_id, line)
        put(
            connection,
            item_id,
            [(page, [(x.key.line, x.text, read(x)) for x in lines if x.key.page == page]) for page in (1, 2, 3)],
        )
        for line in lines[1::2]:
            if line.verdict is not Verdict.UNDECIDED:
                decide(connection, item_id, line)
        rows[item_id] = [replace(row, line=line) for line in lines] or [row]
    return rows


@pytest.mark.parametrize("few", [20_000, -1], ids=["by what an index finds", "by walking"])
@given(queue=st.lists(images(), max_size=4), filter_=FILTERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_it_finds_exactly_what_the_filter_means(
    monkeypatch: pytest.MonkeyPatch, few: int, queue: list[tuple[Row, list[LineFacts], bytes]], filter_: Filter
) -> None:
    monkeypatch.setattr(line_index, "FEW", few)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript("".join(STEPS))
        rows = fill(connection, queue)
        marked = [item_id for item_id, (row, *_) in rows.items() if row.is_marked]
        lines = [
            (item_id, row.line.key)
            for item_id, image in rows.items()
            for row in image
            if row.line and matches(filter_, row, now=NOW)
        ]
        items = [item_id for item_id, image in rows.items() if any(matches(filter_, row, now=NOW) for row in image)]
        for order in Order:
            hits = lines_matching(connection, filter_, order=order, marked=marked, now=NOW)
            got = [(hit.item_id, hit.key) for hit in hits]
            assert (got if order is Order.FILE else sorted(got)) == lines
            matching = ItemsMatching(connection, filter_, order=order, marked=marked, now=NOW)
            window = matching.window(0, 10)
            assert (window if order is Order.FILE else sorted(window)) == items
            assert [matching.place(item_id) for item_id in window] == list(range(len(window)))


# -- it keeps up ----------------------------------------------------------------------------------------------------


def test_a_corrected_line_is_found_by_its_new_text_alone(connection: sqlite3.Connection) -> None:
    item_id = write(connection, "Silas the Weavor", "of Raveloe")
    set_text(connection, item_id, 1, 0, "Silas the Wéaver")
    assert found(connection, "wéaver") == ["Silas the Wéaver"]
    assert found(connection, "weavor") == []
    set_text(connection, item_id, 1, 0, "Silas the Weavor")
    assert found(connection, "WEAVOR") == ["Silas the Weavor"]
    assert found(connection, "wéaver") == []


def test_a_page_written_again_replaces_its_lines_and_keeps_its_verdicts(connection: sqlite3.Connection) -> None:
    item_id = write(connection, "one", "two", "three")
    decide(connection, item_id, LineFacts(LineKey(1, 1), "two", verdict=Verdict.FLAGGED))
    put(
        connection, item_id, [(1, [(0, "uno", Line("uno")), (1, "dos", Line("dos"))]), (2, [(0, "tres", Line("tres"))])]
    )
    assert found(connection, "") == ["uno", "dos", "tres"]
    assert found(connection, "flagged") == ["dos"]
    assert found(connection, "page=2") == ["tres"]
    assert found(connection, "three") == []


def test_a_verdict_that_changes_and_is_taken_back_is_followed(connection: sqlite3.Connection) -> None:
    item_id = write(connection, "one")
    for verdict in (Verdict.FLAGGED, Verdict.ACCEPTED):
        decide(connection, item_id, LineFacts(LineKey(1, 0), "one", verdict=verdict))
        assert found(connection, verdict.value) == ["one"]
    assert found(connection, "flagged") == []
    connection.execute("delete from verdict")
    assert found(connection, "undecided") == ["one"]


def test_a_forgotten_item_is_not_found(connection: sqlite3.Connection) -> None:
    first, second = write(connection, "Silas one"), write(connection, "Silas two")
    forget(connection, first)
    assert found(connection, "silas") == ["Silas two"]
    connection.execute("delete from item where id = ?", (second,))
    assert found(connection, "silas") == []
    assert connection.execute("select count(*) from line").fetchone() == (0,)


def test_the_index_of_the_text_is_sound_after_many_changes(connection: sqlite3.Connection) -> None:
    for number in range(50):
        item_id = write(connection, f"Sílas {number}", "of Raveloe")
        set_text(connection, item_id, 1, number % 2, f"Marner {number}")
        if number % 3 == 0:
            forget(connection, item_id)
    connection.execute("insert into line_text (line_text) values ('integrity-check')")
    kept = [number for number in range(50) if number % 3]
    assert len(found(connection, "marner")) == len(kept)
    assert len(found(connection, "sílas")) == len([number for number in kept if number % 2])


def test_a_line_beyond_what_the_index_can_number_is_left_out(connection: sqlite3.Connection) -> None:
    item_id = write(connection, "one")
    put(connection, item_id, [(20_000, [(0, "far", Line("far"))]), (2, [(5000, "below", Line("below"))])])
    set_text(connection, item_id, 20_000, 0, "farther")
    decide(connection, item_id, LineFacts(LineKey(20_000, 0), "far", verdict=Verdict.FLAGGED))
    assert found(connection, "") == ["one"]
    assert found(connection, "flagged") == []


# -- in order, from anywhere ----------------------------------------------------------------------------------------


def test_hits_come_in_the_order_of_the_queue_whenever_they_were_read(connection: sqlite3.Connection) -> None:
    first, second = write(connection), write(connection, "Silas two")
    put(connection, first, [(1, [(0, "Silas one", Line("Silas one"))])])
    assert search(connection, "silas") == [
        Hit(first, LineKey(1, 0), "Silas one"),
        Hit(second, LineKey(1, 0), "Silas two", 0.5),
    ]
    assert [hit.item_id for hit in search(connection, "/two$/")] == [second]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("text", ["", "silas", "conf<.9", "conf>=.6", "!flagged", "undecided"])
def test_page_after_page_gives_what_all_at_once_gives(connection: sqlite3.Connection, order: Order, text: str) -> None:
    for number in range(7):
        item_id = write(connection, "Silas", "Silas too", "Sílas not", name=f"/{number * 3 % 7}.png")
        put(connection, item_id, [(2, [(0, "Silas unsure", Line("Silas unsure"))])])
    every = lines_matching(connection, parse(text), order=order)
    paged: list[Hit] = []
    while page := lines_matching(connection, parse(text), order=order, after=paged[-1] if paged else None, limit=3):
        paged += page
    assert paged == every


def test_lines_come_by_doubt_with_the_unknown_last(connection: sqlite3.Connection) -> None:
    item_id = write(connection, "unsure", "surer", "surest")
    put(connection, item_id, [(2, [(0, "unknown", Line("unknown"))])])
    write(connection, "unsure too")
    assert found(connection, "", Order.DOUBT) == ["unsure", "unsure too", "surer", "surest", "unknown"]


def test_items_come_by_name_time_and_doubt(connection: sqlite3.Connection) -> None:
    b, a, c = (write(connection, "line", name=f"/{name}.png") for name in "bac")
    connection.execute("update item set ended_at = 10 - id, doubtful_left = id % 3")
    windows = {order: ItemsMatching(connection, parse("line>0"), order=order).window(0, 9) for order in Order}
    assert windows == {
        Order.FILE: [b, a, c],
        Order.NAME: [a, b, c],
        Order.TIME: [c, a, b],
        Order.DOUBT: [a, b, c],
    }


def test_a_far_window_and_a_place_are_there_without_the_near_ones(connection: sqlite3.Connection) -> None:
    for number in range(600):
        write(connection, f"line {number % 2}")
    matching = ItemsMatching(connection, parse('"line 1"'))
    assert matching.window(298, 5) == [598, 600]
    assert matching.count() == 300
    assert (matching.place(598), matching.place(599)) == (298, None)


def test_items_are_looked_for_no_further_than_is_asked(connection: sqlite3.Connection) -> None:
    for _ in range(600):
        write(connection, "one")
    matching = ItemsMatching(connection, parse("line=1"))
    assert matching.window(0, 10) == list(range(1, 11))
    assert not matching.is_complete
    assert matching.look_for(60)
    assert matching.found == 600


def test_what_is_written_afterwards_makes_a_search_stale(connection: sqlite3.Connection) -> None:
    matching = ItemsMatching(connection, parse(""))
    assert matching.is_current
    connection.execute("update revision set value = value + 1")
    assert not matching.is_current


def test_marked_items_can_be_asked_for(connection: sqlite3.Connection) -> None:
    write(connection, "one")
    second = write(connection, "two")
    hits = lines_matching(connection, parse("marked"), marked=[second])
    assert [hit.text for hit in hits] == ["two"]


@pytest.mark.parametrize("text", ["'; drop table line; --", '"', '" or 1=1', "a AND b", "NEAR(a b)", "*", "%", "_"])
def test_what_is_looked_for_is_never_taken_for_a_command(connection: sqlite3.Connection, text: str) -> None:
    write(connection, f"before {text} after", "nothing of it")
    assert [hit.text for hit in search(connection, text)] == [f"before {text} after"]


# -- how it looks changes how soon, and nothing else ----------------------------------------------------------------


def test_a_text_is_found_by_its_rarest_pieces_alone(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_index, "SAMPLE", 3)
    for number in range(60):
        write(connection, "the weaver and the other weaver", "Silas and the weaver" if number % 20 == 7 else "the end")
    write(connection, "Silas the weaver")
    read: list[str] = []
    connection.set_trace_callback(read.append)
    assert found(connection, '"silas the weaver"') == ["Silas the weaver"]
    connection.set_trace_callback(None)
    looked_up = [sql for sql in read if "match" in sql]
    assert [sql for sql in looked_up if '"s t"' in sql]
    assert not [sql for sql in looked_up if '"s t"' in sql and '"wea"' in sql]
    assert len(found(connection, '"and the weaver"')) == 3


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("text", ["", "!flagged", "silas | line=1", "undecided", "state=done & undecided", "name~1"])
def test_looking_in_steps_finds_each_image_once_in_its_order(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, order: Order, text: str
) -> None:
    for number in range(40):
        item_id = write(connection, "Silas", "line", name=f"/{number * 7 % 40}.png")
        connection.execute("update item set doubtful_left = ?, ended_at = ? where id = ?", (item_id % 3, 50, item_id))
        if number % 3 == 0:
            decide(connection, item_id, LineFacts(LineKey(1, 0), "Silas", verdict=Verdict.FLAGGED))
    every = ItemsMatching(connection, parse(text), order=order).window(0, 100)
    for name, value in (("FEW", -1), ("CHUNK", 4), ("LOOKS", (3, 9))):
        monkeypatch.setattr(line_index, name, value)
    for some in (0, 1000):
        monkeypatch.setattr(line_index, "SOME", some)
        matching = ItemsMatching(connection, parse(text), order=order)
        assert matching.window(0, 2) == every[:2]
        assert matching.window(0, 100) == every == matching.window_so_far(0, 100)
        assert matching.is_complete


def test_lines_are_told_as_they_are_found(connection: sqlite3.Connection) -> None:
    for _ in range(3):
        write(connection, "Silas", "of Raveloe")
    hits = each_line_matching(connection, parse("line=1"))
    assert next(hits).item_id == 1
    assert [hit.item_id for hit in hits] == [2, 3]
