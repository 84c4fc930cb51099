"""Who has which image open: known to the others, for as long as the program that has it open is there."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.test_store import Clock, add, clock, path, read, store
from tui.arrangement import merged
from tui.company import Company, named
from tui.model import Decision, LineKey, Page, State, Verdict
from tui.presence import BEAT, SILENCE, Program, runs, this_machine, this_program
from tui.store import Store

__all__ = ["clock", "path", "store"]

HERE = this_program()
ELSEWHERE = Program("another", "another machine", 1, "1")


@pytest.fixture
def another() -> Iterator[subprocess.Popen[bytes]]:
    """Return a process of this machine that does nothing."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def program_of(process: subprocess.Popen[bytes]) -> Program:
    code = "from tui.presence import this_program as p; import os; print(p().machine)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == this_machine()
    return Program("its own", this_machine(), process.pid, "")


def until(done: Callable[[], object]) -> None:
    """Wait until something is so."""
    patience = time.monotonic() + 60
    while not done():
        assert time.monotonic() < patience
        time.sleep(0.02)


def test_what_one_has_open_is_known_to_the_others_and_not_to_oneself(store: Store) -> None:
    item = add(store)
    store.keep_open(item, "bert", HERE)
    assert store.open_elsewhere("ada") == {item: ("bert",)}
    assert store.open_elsewhere("bert") == {}


def test_a_second_window_on_the_same_image_is_said_once(store: Store) -> None:
    item = add(store)
    store.keep_open(item, "bert", HERE)
    store.keep_open(item, "bert", replace(HERE, name="a second window"))
    store.keep_open(item, "carl", replace(HERE, name="a third"))
    assert store.open_elsewhere("ada") == {item: ("bert", "carl")}


def test_another_image_takes_the_place_of_the_one_before(store: Store) -> None:
    first, second = add(store), add(store, sha256="b" * 64)
    store.keep_open(first, "bert", HERE)
    store.keep_open(second, "bert", HERE)
    assert store.open_elsewhere("ada") == {second: ("bert",)}
    store.keep_closed(HERE)
    assert store.open_elsewhere("ada") == {}


def test_no_screen_is_woken_by_it(store: Store) -> None:
    item = add(store)
    before = store.revision()
    store.keep_open(item, "bert", HERE)
    store.keep_closed(HERE)
    assert store.revision() == before


def test_a_program_that_was_killed_has_nothing_open_any_more(
    store: Store,
    another: subprocess.Popen[bytes],
) -> None:
    item = add(store)
    store.keep_open(item, "bert", program_of(another))
    assert store.open_elsewhere("ada") == {item: ("bert",)}
    another.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, another.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet buried by its parent
    assert store.open_elsewhere("ada") == {}
    another.wait()
    assert store.open_elsewhere("ada") == {}


def test_a_number_that_was_given_again_is_another_process() -> None:
    assert runs(HERE)
    assert not runs(replace(HERE, started="1")) or not Path("/proc/self/stat").exists()


def test_a_program_elsewhere_is_gone_when_it_was_not_seen_for_two_minutes(store: Store, clock: Clock) -> None:
    item = add(store)
    store.keep_open(item, "bert", ELSEWHERE)
    clock.now += SILENCE
    assert store.open_elsewhere("ada") == {item: ("bert",)}
    clock.now += 1
    assert store.open_elsewhere("ada") == {}
    store.keep_open(item, "carl", HERE)
    assert store._value("select count(*) from open_item") == 1  # what is gone is not kept for ever
    assert BEAT * 3 < SILENCE


def test_what_a_colleague_has_open_is_passed_over(store: Store) -> None:
    first = read(store)
    others = []
    for letter in "bc":
        others.append(add(store, sha256=letter * 64))
        store.claim("local")
        store.done(others[-1], b"{}", store.pages(first))
    second, third = others

    def following(besides: tuple[int, ...]) -> int | None:
        item = store.next_to_review(first, besides)
        return item.id if item is not None else None

    assert (following(()), following((second,)), following((second, third))) == (second, third, None)
    assert store.next_doubtful(first, 1, {second}) == third
    assert store.next_doubtful(first, -1, {third}) == second


def test_a_company_tells_what_is_open_and_no_more_when_it_is_left(store: Store, path: Path) -> None:
    first, second = add(store), add(store, sha256="b" * 64)
    bert, ada = Company(path, "bert"), Company(path, "ada")
    try:
        with Store(path) as seen:
            bert.look_at(first)
            until(lambda: ada.elsewhere(seen, now=True) == {first: ("bert",)})
            bert.look_at(second)
            until(lambda: ada.elsewhere(seen, now=True) == {second: ("bert",)})
            assert ada.sharing(seen, second) == "bert has it open too"
            assert bert.elsewhere(seen, now=True) == {}
            bert.close()
            until(lambda: not ada.elsewhere(seen, now=True))
    finally:
        bert.close()


def test_looking_at_an_image_waits_for_nobody_who_writes(store: Store, path: Path) -> None:
    item = add(store)
    company = Company(path, "bert")
    store._connection.execute("begin immediate")
    company.look_at(item)  # returns, although nothing can be written now
    with Store(path) as seen:
        assert Company(path, "ada").elsewhere(seen, now=True) == {}
        store._connection.execute("rollback")
        until(lambda: Company(path, "ada").elsewhere(seen, now=True))
    company.close()


def test_names_are_said_as_one_says_them() -> None:
    said = [named(names) for names in [(), ("a",), ("a", "b"), ("a", "\x1b", "c")]]
    assert said == ["", "a", "a and b", "a, ␛ and c"]


# -- two people and one line ------------------------------------------------------------------------------------------

FIRST = LineKey(1, 0)


def decided(store: Store, item: int, who: str, text: str) -> None:
    store.decide(Decision(item, FIRST, Verdict.CORRECTED, text, reviewer=who, engine_text="fox dog"))


def says(store: Store, item: int) -> str | None:
    decision = store.decisions(item).get(FIRST)
    return decision.text if decision else None


def test_the_later_of_two_decisions_counts_and_both_are_kept(store: Store) -> None:
    item = read(store)
    decided(store, item, "ada", "hers")
    decided(store, item, "bert", "his")
    assert says(store, item) == "his"
    assert [(act.decision.reviewer, act.decision.text) for act in store.history(item, FIRST)] == [
        ("ada", "hers"),
        ("bert", "his"),
    ]


def test_undo_takes_back_ones_own_step_and_leaves_what_a_colleague_decided_later(store: Store) -> None:
    item = read(store)
    decided(store, item, "ada", "hers")
    decided(store, item, "bert", "his")
    assert store.undo("ada") is not None
    assert says(store, item) == "his"
    assert store.undo("ada") is None  # his is not hers to take back
    assert store.undo("bert") is not None
    assert says(store, item) is None
    assert store.redo("ada") is not None
    assert says(store, item) == "hers"
    assert store.redo("bert") is not None
    assert says(store, item) == "his"  # his was the later decision, and still is


def test_undo_of_the_later_brings_the_earlier_back(store: Store) -> None:
    item = read(store)
    decided(store, item, "ada", "hers")
    decided(store, item, "bert", "his")
    store.undo("bert")
    assert says(store, item) == "hers"


def test_what_others_decided_without_ones_knowing_is_found(store: Store) -> None:
    item = read(store)
    decided(store, item, "ada", "first")
    known = {FIRST: store.decisions(item)[FIRST].id}
    decided(store, item, "bert", "his")
    decided(store, item, "ada", "hers")
    mine = [store.decisions(item)[FIRST]]
    assert [one.text for one in store.crossed(mine, known)] == ["his"]
    assert store.crossed(mine, {FIRST: mine[0].id - 1}) == []  # it was known


def test_the_shape_of_an_image_changes_with_its_lines_and_back(store: Store) -> None:
    item = read(store)
    assert store.item(item).state is State.DONE
    before = store.shape(item)
    page: Page = store.pages(item)[0]
    store.reshape(item, merged(page, (0, 1), ("fox dog", "jumps")), "bert")
    assert store.shape(item) != before
    store.undo("bert")
    assert store.shape(item) == before
    assert store.shaped_by(item) == "bert"
