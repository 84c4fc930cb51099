"""The queue file: what is asked of it, what it keeps, and what it says when it cannot."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tui.arrangement import added_line, merged, split_at
from tui.filters import parse
from tui.migrations import STEPS
from tui.model import Decision, Failure, ImageFacts, Line, LineKey, Page, Polygon, State, Step, Verdict, Word
from tui.store import APPLICATION_ID, NewItem, Store, StoreError

FIRST, SECOND = LineKey(1, 0), LineKey(1, 1)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.db"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[Store]:
    with Store(path, clock=clock) as opened:
        yield opened


def facts(sha256: str = "a" * 64) -> ImageFacts:
    return ImageFacts(sha256=sha256, bytes=10, format="PNG", page_sizes=((100, 50),))


def page() -> Page:
    word = Word("fox", Polygon.from_bounds(1, 2, 30, 12), 0.5)
    sure = Word("dog", None, 0.99)
    return Page(1, 100, 50, 0.5, (Line("fox dog", Polygon.from_bounds(1, 2, 60, 12), (word, sure)), Line("jumps")))


def add(store: Store, source: str = "/scans/a.png", sha256: str = "a" * 64, service: str = "local") -> int:
    return store.add([NewItem(source, service, facts(sha256))])[0].item_id


def add_many(store: Store, count: int) -> None:
    for number in range(count):
        add(store, source="/scans/" + "x" * 3000, sha256=f"{number:064}")


def read(store: Store) -> int:
    item_id = add(store)
    store.claim("local")
    store.sent(item_id, "http://service/1")
    store.done(item_id, b'{"status": "succeeded"}', [page()])
    return item_id


def decide(
    store: Store, item_id: int, key: LineKey, verdict: Verdict, text: str | None = None, reviewer: str = "ada"
) -> Decision:
    return store.decide(Decision(item_id, key, verdict, text, reviewer=reviewer, engine_text="fox dog"))[0]


def verdicts(store: Store, item_id: int) -> dict[LineKey, Verdict]:
    return {key: decision.verdict for key, decision in store.decisions(item_id).items()}


def test_an_added_image_waits(store: Store) -> None:
    item = store.item(add(store))
    assert (item.state, item.source, item.page_sizes) == (State.WAITING, "/scans/a.png", ((100, 50),))


def test_the_same_bytes_are_not_added_twice_for_one_service(store: Store) -> None:
    first = add(store)
    again = store.add([NewItem("/scans/copy.png", "local", facts())])[0]
    other = store.add([NewItem("/scans/a.png", "azure", facts())])[0]
    assert (again.item_id, again.new) == (first, False)
    assert other.new


def test_a_url_is_not_added_twice(store: Store) -> None:
    first, second = (store.add([NewItem("https://x/a.png", "azure")])[0] for _ in range(2))
    assert first.new
    assert not second.new


def test_a_file_that_could_not_be_read_waits_once_it_can(store: Store) -> None:
    broken = store.add([NewItem("/scans/a.png", "local", failure=Failure("unreadable", "It is empty."))])[0]
    assert store.item(broken.item_id).state is State.FAILED
    mended = store.add([NewItem("/scans/a.png", "local", facts())])[0]
    assert mended.new
    assert mended.item_id == broken.item_id
    assert store.item(mended.item_id).state is State.WAITING


def test_a_name_that_is_not_utf8_comes_back_byte_for_byte(store: Store) -> None:
    source = os.fsdecode(b"/scans/\xff[bold]\n\x1b[31m.png")
    assert store.item(add(store, source)).source == source


def test_items_are_claimed_in_the_order_they_came(store: Store) -> None:
    first, second = add(store), add(store, sha256="b" * 64)
    claims = [store.claim("local") for _ in range(3)]
    assert [claim and claim.id for claim in claims] == [first, second, None]


def test_a_claimed_item_is_sending_in_every_other_process(store: Store, path: Path) -> None:
    item_id = add(store)
    store.claim("local")
    with Store(path) as other:
        assert other.item(item_id).state is State.SENDING


def test_an_item_of_another_service_is_not_claimed(store: Store) -> None:
    add(store, service="azure")
    assert store.claim("local") is None
    assert store.next_due("local") is None


def test_a_delayed_item_waits_until_its_time(store: Store, clock: Clock) -> None:
    item_id = add(store)
    store.claim("local")
    store.delayed(item_id, clock.now + 12, "too many calls")
    assert store.claim("local") is None
    assert store.next_due("local") == clock.now + 12
    clock.now += 13
    assert store.claim("local") is not None


def test_a_poll_is_counted_and_keeps_what_was_said(store: Store) -> None:
    item_id = add(store)
    store.claim("local")
    store.sent(item_id, "http://service/1")
    store.polled(item_id, "NotStarted", 1001)
    store.polled(item_id, "Running", 1003)
    item = store.item(item_id)
    assert (item.polls, item.said, item.not_before, item.state) == (2, "Running", 1003, State.SENT)


def test_an_answer_is_kept_as_it_came_and_as_pages(store: Store) -> None:
    item_id = read(store)
    item = store.item(item_id)
    assert store.answer(item_id) == b'{"status": "succeeded"}'
    assert store.pages(item_id) == (page(),)
    assert (item.state, item.lines, item.doubtful, item.decided) == (State.DONE, 2, 1, 0)


def test_a_failed_item_says_why_and_can_be_tried_again(store: Store) -> None:
    item_id = add(store)
    store.claim("local")
    store.failed(item_id, "InvalidImage", "It is no image.", b"<html>")
    assert store.item(item_id).failure == Failure("InvalidImage", "It is no image.")
    assert store.answer(item_id) == b"<html>"
    assert store.retry(item_id)
    assert not store.retry(item_id)
    assert store.item(item_id).failure is None


def test_leftovers_of_a_process_that_died_are_found(store: Store, path: Path) -> None:
    item_id = add(store)
    store.claim("local")
    store.sent(item_id, "http://service/1")
    with Store(path) as reopened:
        assert [item.operation for item in reopened.unfinished("local")] == ["http://service/1"]
        reopened.requeued(item_id)
        assert reopened.item(item_id).state is State.WAITING


def test_a_decision_counts_at_once_and_survives(store: Store, path: Path) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.CORRECTED, "fox's dog")
    with Store(path) as reopened:
        assert reopened.decisions(item_id)[FIRST].text == "fox's dog"
        assert reopened.item(item_id).decided == 1
        assert reopened.tally().lines[Verdict.CORRECTED] == 1
        assert reopened.tally().lines[Verdict.UNDECIDED] == 1


def test_a_skipped_line_is_not_settled(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.SKIPPED)
    assert store.item(item_id).decided == 0
    assert store.tally().lines[Verdict.SKIPPED] == 1


def test_undo_walks_back_to_the_beginning_and_redo_forth_again(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    decide(store, item_id, FIRST, Verdict.CORRECTED, "better")
    decide(store, item_id, SECOND, Verdict.FLAGGED)
    assert store.undo("ada") == Step(item_id, SECOND, lines=1)
    assert verdicts(store, item_id) == {FIRST: Verdict.CORRECTED}
    assert store.undo("ada") == Step(item_id, FIRST, lines=1)
    assert verdicts(store, item_id) == {FIRST: Verdict.ACCEPTED}
    assert store.undo("ada") == Step(item_id, FIRST, lines=1)
    assert verdicts(store, item_id) == {}
    assert store.item(item_id).decided == 0
    assert store.undo("ada") is None
    assert [store.redo("ada") and verdicts(store, item_id) for _ in range(4)] == [
        {FIRST: Verdict.ACCEPTED},
        {FIRST: Verdict.CORRECTED},
        {FIRST: Verdict.CORRECTED, SECOND: Verdict.FLAGGED},
        None,
    ]
    assert store.decisions(item_id)[FIRST].text == "better"


def test_what_was_decided_with_one_key_is_undone_with_one(store: Store) -> None:
    item_id = read(store)
    store.decide(*(Decision(item_id, key, Verdict.ACCEPTED, reviewer="ada", unseen=True) for key in (FIRST, SECOND)))
    assert store.item(item_id).pages_decided == 1
    assert store.undo("ada") == Step(item_id, FIRST, lines=2)
    assert (store.item(item_id).decided, store.item(item_id).pages_decided) == (0, 0)
    assert store.redo("ada") == Step(item_id, FIRST, lines=2)
    assert all(decision.unseen for decision in store.decisions(item_id).values())


def test_undoing_a_second_decision_brings_the_first_back(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    decide(store, item_id, FIRST, Verdict.REJECTED)
    store.undo("ada")
    assert store.decisions(item_id)[FIRST].verdict is Verdict.ACCEPTED


def test_a_new_decision_ends_redo(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    store.undo("ada")
    decide(store, item_id, SECOND, Verdict.ACCEPTED)
    assert store.redo("ada") is None


def test_redo_never_brings_back_a_branch_that_was_left(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.REJECTED)
    store.undo("ada")
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    store.undo("ada")
    assert store.redo("ada") == Step(item_id, FIRST, lines=1)
    assert verdicts(store, item_id) == {FIRST: Verdict.ACCEPTED}
    assert store.redo("ada") is None


def test_a_file_that_moved_keeps_its_place(store: Store) -> None:
    item_id = add(store, "/scans/a.png")
    store.claim("local")
    store.failed(item_id, "vanished", "It is gone.")
    store.moved(item_id, "/scans/b.png")
    item = store.item(item_id)
    assert (item.source, item.state) == ("/scans/b.png", State.WAITING)


def test_pages_that_are_damaged_are_told_of(store: Store, path: Path) -> None:
    item_id = read(store)
    with sqlite3.connect(path) as connection:
        connection.execute("update result set pages = x'00'")
    with pytest.raises(StoreError, match="is damaged"):
        store.pages(item_id)


def test_undo_takes_back_ones_own_decisions_only(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.ACCEPTED, reviewer="ada")
    decide(store, item_id, SECOND, Verdict.ACCEPTED, reviewer="bob")
    assert store.undo("ada") == Step(item_id, FIRST, lines=1)
    assert store.undo("ada") is None
    assert verdicts(store, item_id) == {SECOND: Verdict.ACCEPTED}


def test_no_row_of_the_history_is_ever_changed(store: Store, path: Path) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    with sqlite3.connect(path) as connection:
        before = connection.execute("select * from decision").fetchall()
    store.undo("ada")
    store.redo("ada")
    with sqlite3.connect(path) as connection:
        after = connection.execute("select * from decision").fetchall()
    assert after[:1] == before
    assert [row[2] for row in after] == ["decide", "undo", "redo"]


def test_changes_tells_what_moved_since(store: Store) -> None:
    first, second = add(store), add(store, sha256="b" * 64)
    before = store.changes(0)
    assert before.item_ids == {first, second}
    assert store.changes(before.revision).item_ids == frozenset()
    store.claim("local")
    assert store.changes(before.revision).item_ids == {first}


def test_the_tally_follows_every_transition(store: Store) -> None:
    item_id = read(store)
    add(store, sha256="b" * 64)
    tally = store.tally()
    assert (tally.items[State.DONE], tally.items[State.WAITING], tally.total) == (1, 1, 2)
    decide(store, item_id, FIRST, Verdict.FLAGGED)
    assert (store.tally().decided, store.tally().read) == (1, 2)


def test_the_list_is_read_by_window(store: Store) -> None:
    ids = [add(store, sha256=str(number) * 64) for number in range(5)]
    assert [item.id for item in store.window(1, 3)] == ids[1:4]
    assert store.place(ids[3]) == 3
    after, before = store.beside(ids[0], 1), store.beside(ids[0], -1)
    assert after is not None
    assert after.id == ids[1]
    assert before is None


def test_the_next_item_to_review_is_found_from_the_top_again(store: Store) -> None:
    item_id = read(store)
    assert store.next_to_review(item_id) is None
    found = store.next_to_review(item_id + 5)
    assert found is not None
    assert found.id == item_id


def test_items_with_nothing_but_skipped_lines_left_come_last(store: Store) -> None:
    skipped = read(store)
    decide(store, skipped, FIRST, Verdict.SKIPPED)
    decide(store, skipped, SECOND, Verdict.SKIPPED)
    fresh = add(store, sha256="b" * 64)
    store.claim("local")
    store.done(fresh, b"{}", [page()])
    order = [store.next_to_review()]
    decide(store, fresh, FIRST, Verdict.ACCEPTED)
    decide(store, fresh, SECOND, Verdict.ACCEPTED)
    order.append(store.next_to_review())
    assert [item and item.id for item in order] == [fresh, skipped]


def test_the_last_decision_says_where_the_review_stood(store: Store) -> None:
    item_id = read(store)
    assert store.last_decision("ada") is None
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    decide(store, item_id, SECOND, Verdict.ACCEPTED)
    store.undo("ada")
    last = store.last_decision("ada")
    assert last is not None
    assert last.key == FIRST


def test_only_some_items_can_be_claimed(store: Store) -> None:
    first, second = add(store), add(store, sha256="b" * 64)
    assert store.next_due("local", [second]) == 0
    claimed = store.claim("local", [second])
    assert claimed is not None
    assert claimed.id == second
    assert store.claim("local", [second]) is None
    assert [item.id for item in store.unfinished("local", [first])] == []


def test_one_process_at_a_time_runs_a_queue(store: Store, path: Path) -> None:
    with store.lease() as mine, Store(path) as other, other.lease() as theirs:
        assert (mine, theirs) == (True, False)
        assert other.lease_holder() == os.getpid()
    with store.lease() as again:
        assert again


def test_the_right_to_run_ends_with_its_process(store: Store, path: Path) -> None:
    program = f"import os, pathlib; from tui.store import Store; s = Store(pathlib.Path({str(path)!r}));"
    program += "lease = s.lease(); assert lease.__enter__(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", program], check=False)
    with store.lease() as mine:
        assert mine


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_bytes(b"a shopping list, longer than a header of SQLite is" * 40)
    with pytest.raises(StoreError, match=r"queue\.db is not a Handread queue"):
        Store(path)


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table bookmark (url text)")
    with pytest.raises(StoreError, match="another program"):
        Store(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("select count(*) from sqlite_master").fetchone() == (1,)


def test_a_queue_of_the_first_version_is_brought_up_to_date(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"{STEPS[0]}; pragma application_id = {APPLICATION_ID}; pragma user_version = 1")
        columns = "(source, service, state, added_at, revision)"
        for state in ("sending", "sent", "waiting"):
            connection.execute(f"insert into item {columns} values (?, 'vision', ?, 0, 0)", (state.encode(), state))
    with Store(path) as store:
        assert [item.is_posted for item in store.window(0, 3)] == [True, True, False]
        assert store.calls("vision") == 0


def test_a_queue_of_a_newer_version_is_left_alone(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="newer Handread"):
        Store(path)


def test_a_locked_queue_says_so(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.store.LOCK_WAIT", 0.05)
    with Store(path) as impatient:
        store._connection.execute("begin immediate")
        with pytest.raises(StoreError, match="locked by another program"):
            add(impatient)
        store._connection.execute("rollback")


def test_a_full_disk_changes_nothing_and_says_so(store: Store) -> None:
    item_id = read(store)
    pages = store._value("pragma page_count")
    store._connection.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full"):
        add_many(store, 1000)
    store._connection.execute("pragma max_page_count = 1000000")
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    assert store.item(item_id).decided == 1


def test_a_read_only_queue_says_so(store: Store) -> None:
    store._connection.execute("pragma query_only = on")
    with pytest.raises(StoreError, match="read-only"):
        add(store)


def test_a_folder_is_no_queue(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Store(tmp_path)


def test_the_pace_is_known_once_three_images_were_read(store: Store, clock: Clock) -> None:
    for number in range(3):
        assert store.pace() == 0
        clock.now += 5
        item_id = add(store, sha256=str(number) * 64)
        store.claim("local")
        store.done(item_id, b"{}", [page()])
    assert store.pace() == 12


def test_the_next_failed_item_is_found_from_the_top_again(store: Store) -> None:
    assert store.next_failed() is None
    failed = store.add([NewItem("/scans/a.png", "local", failure=Failure("unreadable", "It is empty."))])[0].item_id
    for after in (0, failed + 7):
        found = store.next_failed(after)
        assert found is not None
        assert found.id == failed


# -- pages that reviewers give another shape ---------------------------------------------------------------------------


def texts(store: Store, item_id: int) -> list[str]:
    return [line.text for page in store.pages(item_id) for line in page.lines]


def test_a_split_line_is_two_lines_and_undoing_gives_the_answer_back_bit_for_bit(store: Store) -> None:
    item_id = read(store)
    before = store.pages(item_id)
    number, text = before[0].keys[0].line, before[0].lines[0].text
    kept = store.reshape(item_id, split_at(before[0], number, text, text.index(" ") + 1), "ada")
    assert texts(store, item_id)[:2] == text.split(maxsplit=1)
    assert [made.number for made in kept.made] == [len(before[0].lines), len(before[0].lines) + 1]
    assert store.item(item_id).lines == len(before[0].lines) + 1
    assert store.undo("ada") == Step(item_id, LineKey(1, kept.made[0].number), lines=0, reshapes=True)
    assert store.pages(item_id) == before
    assert store.item(item_id).lines == len(before[0].lines)
    store.redo("ada")
    assert texts(store, item_id)[:2] == text.split(maxsplit=1)


def test_what_was_decided_of_a_line_counts_again_when_it_is_back(store: Store) -> None:
    item_id = read(store)
    [page] = store.pages(item_id)
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    store.reshape(item_id, merged(page, (0, 1), ("one", "two")), "ada")
    assert (store.item(item_id).lines, store.item(item_id).decided) == (len(page.lines) - 1, 0)
    assert store.tally().decided == 0
    store.undo("ada")
    assert verdicts(store, item_id) == {FIRST: Verdict.ACCEPTED}
    assert store.tally().decided == 1


def test_a_new_line_never_has_a_number_that_another_had_even_one_that_was_taken_back(store: Store) -> None:
    item_id = read(store)
    box = Polygon.from_bounds(0, 0, 10, 10)
    [page] = store.pages(item_id)
    first = store.reshape(item_id, added_line(page, box, None, "first"), "ada").made[0].number
    store.undo("ada")
    second = store.reshape(item_id, added_line(store.pages(item_id)[0], box, None, "second"), "bob").made[0].number
    assert second == first + 1


# -- what a person does with images in the queue -----------------------------------------------------------------------


def test_an_image_taken_out_of_the_queue_comes_back_with_what_was_decided(store: Store) -> None:
    item_id = read(store)
    decide(store, item_id, FIRST, Verdict.ACCEPTED)
    assert store.remove([item_id]) == 1
    assert (store.window(0, 9), store.tally().total, store.tally().decided) == ([], 0, 0)
    assert store.next_to_review() is None
    assert add(store) == item_id
    assert store.tally().decided == 1
    assert verdicts(store, item_id) == {FIRST: Verdict.ACCEPTED}


def test_an_image_that_a_service_is_reading_stays_in_the_queue(store: Store) -> None:
    item_id = add(store)
    store.claim("local")
    assert store.remove([item_id]) == 0
    assert store.tally().total == 1


def test_what_has_priority_is_sent_first_and_what_is_held_back_not_at_all(store: Store) -> None:
    first, second, third = (add(store, sha256=letter * 64) for letter in "abc")
    store.prioritise([third], 1)
    store.pause([first])
    claims = [store.claim("local") for _ in range(3)]
    assert [item and item.id for item in claims] == [third, second, None]
    store.pause([first], paused=False)
    assert store.next_due("local") is not None


def test_marks_and_preferences_are_kept(store: Store, path: Path) -> None:
    first, second = add(store), add(store, sha256="b" * 64)
    store.mark([first, second])
    store.mark([first], marked=False)
    store.prefer("ada", "threshold", ".85")
    store.prefer("ada", "threshold", ".9")
    with Store(path) as reopened:
        assert reopened.marked() == {second}
        assert reopened.preferences("ada") == {"threshold": ".9"}
        assert reopened.preferences("bob") == {}


def test_pages_decided_to_the_last_line_are_counted(store: Store) -> None:
    item_id = add(store)
    store.claim("local")
    store.done(item_id, b"{}", [page(), replace(page(), number=2)])
    assert (store.item(item_id).pages_read, store.item(item_id).pages_decided) == (2, 0)
    for key in store.pages(item_id)[1].keys:
        decide(store, item_id, key, Verdict.ACCEPTED)
    assert store.item(item_id).pages_decided == 1


def test_windows_and_places_near_the_end_are_those_that_one_comes_to_from_the_start(store: Store) -> None:
    items = [added.item_id for added in store.add([NewItem(f"https://x/{number}.png", "a") for number in range(40)])]
    gone = [*items[3:9], *items[25:29], *items[-2:]]
    store.remove(gone)
    left = [item_id for item_id in items if item_id not in gone]
    for start in range(45):
        for count in (0, 1, 7, 50):
            assert [item.id for item in store.window(start, count)] == left[start : start + count]
    assert [store.place(item_id) for item_id in left] == list(range(len(left)))


def test_what_is_asked_ends_once_nobody_wants_to_know(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.store.STEPS_BETWEEN", 1)
    read(store)
    store.stop_when(lambda: True)
    with pytest.raises(StoreError):
        store.lines_matching(parse("text~fox"))
    store.stop_when(lambda: False)
    assert [hit.text for hit in store.lines_matching(parse("text~fox"))] == ["fox dog"]
