"""A blind second reading: which lines are drawn, whose turn it is, what is kept, and how far two people agree."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.arrangement import merged
from tui.cli.group import handread
from tui.filters import parse
from tui.journal import Sampled
from tui.model import Decision, ImageFacts, Line, LineKey, Page, Trouble, Verdict
from tui.second_pass import (
    Agreement,
    Amount,
    agreement_object,
    agreement_text,
    amount_of,
    are_alike,
    draw,
    to_read,
    to_settle,
)
from tui.store import NewItem, Store

LINES = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


@pytest.fixture
def read(store: Store) -> Callable[[], int]:
    """Return a function that puts an image into the queue that was read."""

    def add() -> int:
        number = store.tally().total
        facts = ImageFacts(f"{number:064}", 9, "PNG", ((100, 1000),))
        item = store.add([NewItem(f"/scans/{number}.png", "local", facts)])[0].item_id
        store.claim("local")
        store.done(item, b"{}", [Page(1, 100, 1000, 0.0, tuple(Line(f"line {place}") for place in range(LINES)))])
        return item

    return add


Reads = Callable[[], int]


def decision(item: int, place: int, who: str, text: str | None = None, verdict: Verdict | None = None) -> Decision:
    said = verdict or (Verdict.ACCEPTED if text is None else Verdict.CORRECTED)
    return Decision(item, LineKey(1, place), said, text, reviewer=who, engine_text=f"line {place}")


def decide_all(store: Store, item: int, who: str = "ada") -> None:
    store.decide(*(decision(item, place, who) for place in range(LINES)))


def drawn(store: Store) -> set[tuple[int, LineKey]]:
    return {(one.item_id, one.key) for one in store.sampled()}


# -- drawing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5%", Amount(0.05)),
        ("5 %", Amount(0.05)),
        (".05", Amount(0.05)),
        ("100%", Amount(1.0)),
        ("200", Amount(lines=200)),
    ],
)
def test_an_amount_is_a_share_or_a_number(text: str, amount: Amount) -> None:
    assert amount_of(text) == amount


@pytest.mark.parametrize("text", ["", "0", "-3", "0%", "101%", "1.5", "many", "2e999", "nan"])
def test_any_other_amount_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="neither a share nor a number"):
        amount_of(text)


def test_at_least_one_line_is_drawn_and_no_more_than_there_are() -> None:
    assert [Amount(0.05).of(count) for count in (0, 1, 10, 200)] == [0, 1, 1, 10]
    assert Amount(lines=50).of(20) == 20


def test_a_share_of_the_decided_lines_is_drawn_and_is_the_same_for_all(store: Store, read: Reads, path: Path) -> None:
    item, undecided = read(), read()
    decide_all(store, item)
    assert draw(store, Amount(0.25), "ada") == (5, LINES)
    first = drawn(store)
    assert len(first) == 5
    assert not any(item_id == undecided for item_id, _ in first)
    with Store(path) as other:
        assert drawn(other) == first
        assert draw(other, Amount(0.25), "bert") == (0, LINES)  # the same lines again
        assert draw(other, Amount(0.5), "bert") == (5, LINES)  # and further ones
    assert first < drawn(store)


def test_another_seed_draws_other_lines(store: Store, read: Reads) -> None:
    decide_all(store, read())
    draw(store, Amount(lines=5), "ada")
    assert draw(store, Amount(lines=5), "ada", seed="another").new > 0


def test_a_filter_says_which_lines_are_drawn_from(store: Store, read: Reads) -> None:
    item = read()
    decide_all(store, item)
    store.decide(decision(item, 3, "bert", "third"))
    assert draw(store, Amount(1.0), "ada", parse("by=bert")) == (1, 1)
    assert drawn(store) == {(item, LineKey(1, 3))}


def test_a_line_that_a_person_made_is_not_drawn(store: Store, read: Reads) -> None:
    item = read()
    page = store.pages(item)[0]
    made = store.reshape(item, merged(page, (0, 1), ("line 0", "line 1")), "ada").made[0].number
    store.decide(decision(item, made, "ada"), decision(item, 5, "ada"))
    assert draw(store, Amount(1.0), "ada") == (1, 2)
    assert drawn(store) == {(item, LineKey(1, 5))}


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_second_reading_stands_beside_the_first_and_counts_for_nothing_else(store: Store, read: Reads) -> None:
    item = read()
    decide_all(store, item)
    draw(store, Amount(1.0), "ada")
    before = store.decisions(item), store.tally(), store.item(item).decided
    store.read_second(decision(item, 0, "bert", "another"))
    assert (store.decisions(item), store.tally(), store.item(item).decided) == before
    assert [hit.text for hit in store.lines_matching(parse("text~another"))] == []
    assert [one.text for one in store.settled_since(0)] == [f"line {place}" for place in range(LINES)]
    assert [act.name for act in store.history(item, LineKey(1, 0))] == ["decide", "second"]
    assert store.undo("bert") is None  # undo takes back decisions
    assert store.undo("ada") is not None
    assert store.redo("ada") is not None


def test_redo_is_there_still_after_a_second_reading(store: Store, read: Reads) -> None:
    item = read()
    decide_all(store, item)
    store.decide(decision(item, 1, "ada", "one"))
    draw(store, Amount(1.0), "ada")
    store.undo("ada")
    store.read_second(decision(item, 0, "ada", "another"))
    assert store.redo("ada") is not None


def test_one_reads_blind_what_others_have_decided_and_nobody_has_read_again(store: Store, read: Reads) -> None:
    item = read()
    decide_all(store, item)
    store.decide(decision(item, 3, "bert", "third"))
    draw(store, Amount(1.0), "ada")

    def left(who: str) -> set[int]:
        return {one.key.line for one in to_read(store.sampled(), who)}

    assert left("ada") == {3}
    assert left("bert") == set(range(LINES)) - {3}
    store.read_second(decision(item, 0, "bert"))
    assert 0 not in left("carl")
    store.read_second(decision(item, 0, "bert", verdict=Verdict.UNDECIDED))  # taken back
    assert 0 in left("carl")
    store.decide(decision(item, 7, "carl", "seventh"))
    assert 7 not in left("carl")  # he has seen what the first made of it


def test_what_is_settled_is_settled_until_it_is_taken_back(store: Store, read: Reads) -> None:
    item = read()
    decide_all(store, item)
    draw(store, Amount(1.0), "ada")
    store.read_second(decision(item, 0, "bert", "another"))
    store.read_second(decision(item, 1, "bert"))
    assert [one.key.line for one in to_settle(store.sampled())] == [0]
    store.decide(decision(item, 0, "carl", "a third"))
    assert to_settle(store.sampled()) == []
    assert Agreement(tuple(store.sampled())).alike.count == 1  # what was settled changes nothing of how both read
    store.undo("carl")
    assert [one.key.line for one in to_settle(store.sampled())] == [0]


def test_a_line_that_is_no_more_counts_no_more(store: Store, read: Reads) -> None:
    item = read()
    decide_all(store, item)
    draw(store, Amount(1.0), "ada")
    store.read_second(decision(item, 0, "bert", "another"))
    store.reshape(item, merged(store.pages(item)[0], (0, 1), ("line 0", "line 1")), "carl")
    agreement = Agreement(tuple(store.sampled()))
    assert (agreement.gone, len(agreement.pairs), agreement.unread) == (2, 0, LINES - 2)
    store.undo("carl")
    assert len(Agreement(tuple(store.sampled())).pairs) == 1
    store.undo("ada")
    assert Agreement(tuple(store.sampled())).gone == LINES


# -- agreement --------------------------------------------------------------------------------------------------------


def both(item: int, place: int, first: Decision, second: Decision | None) -> Sampled:
    second = replace(second, id=2) if second is not None else None
    return Sampled(item, LineKey(1, place), replace(first, id=1), second, replace(first, id=1), first_stands=True)


def test_alike_is_the_same_text_and_the_same_lack_of_one() -> None:
    accepted, typed = decision(1, 0, "ada"), decision(1, 0, "bert", "line  0")
    rejected, flagged = (decision(1, 0, "ada", verdict=verdict) for verdict in (Verdict.REJECTED, Verdict.FLAGGED))
    assert are_alike(accepted, typed)
    assert not are_alike(accepted, decision(1, 0, "bert", "Line 0"))
    assert are_alike(rejected, rejected)
    assert not are_alike(accepted, rejected)
    assert not are_alike(accepted, flagged)
    assert are_alike(flagged, flagged)


def test_agreement_is_told_with_what_it_may_be_by_chance() -> None:
    pairs = [
        both(item, place, decision(item, place, "ada"), decision(item, place, "bert"))
        for item in (1, 2)
        for place in range(10)
    ]
    pairs[0] = both(1, 0, decision(1, 0, "ada"), decision(1, 0, "bert", "lime 0"))
    pairs[1] = both(1, 1, decision(1, 1, "ada"), decision(1, 1, "bert", verdict=Verdict.FLAGGED))
    pairs[2] = both(1, 2, decision(1, 2, "ada"), None)
    agreement = Agreement(tuple(pairs))
    assert (agreement.alike.count, agreement.alike.of) == (17, 18)
    assert (agreement.verdicts_alike.count, agreement.verdicts_alike.of) == (17, 19)
    assert agreement.rates.characters.errors == 1
    assert agreement.rates.characters.length == 18 * len("line 0")
    assert agreement.rates.words.errors == 1
    interval = agreement.alike.interval
    assert interval.low == pytest.approx(0.7424, abs=1e-4)  # Wilson 1927, 17 of 18
    assert interval.high == pytest.approx(0.9901, abs=1e-4)
    told = agreement_text(agreement)
    assert "20 lines drawn, 19 read a second time, 1 left" in told
    assert "read alike  17 of 18 lines: 94.4 %, likely 74.2 to 99.0 %" in told
    data = json.loads(json.dumps(agreement_object(agreement)))
    assert data["sample"] == {"drawn": 20, "read": 19, "left": 1, "gone": 0, "to_settle": 2}
    assert data["characters"]["rate"] == round(1 / 108, 6)
    assert data["characters"]["interval"][0] == 0.0
    assert {"first": "accepted", "second": "flagged", "lines": 1} in data["verdicts"]["pairs"]


def test_without_a_second_reading_nothing_is_claimed() -> None:
    data = agreement_object(Agreement((both(1, 0, decision(1, 0, "ada"), None),)))
    assert data["read_alike"] == {"alike": 0, "lines": 0, "share": None, "interval": None}
    assert data["characters"]["rate"] is None


# -- the command ------------------------------------------------------------------------------------------------------


def run(path: Path, *arguments: str) -> tuple[str, str]:
    done = CliRunner().invoke(handread, ["second", *arguments, "--queue", str(path)])
    assert not done.exception, done.output
    return done.stdout, done.stderr


def test_the_command_draws_and_tells(store: Store, read: Reads, path: Path) -> None:
    item = read()
    decide_all(store, item)
    assert "nothing was drawn yet" in run(path)[1]
    out, said = run(path, "draw", "25%", "--where", "by=ada")
    assert "5 of 20 decided lines were drawn" in said
    assert "5 lines drawn, 0 read a second time, 5 left" in out
    for one in to_read(store.sampled(), "bert"):
        store.read_second(replace(one.first, reviewer="bert"))
    assert json.loads(run(path, "--json")[0])["read_alike"]["share"] == 1.0
    assert "read alike  5 of 5 lines: 100.0 %, likely 56.6 to 100.0 %" in run(path)[0]


def test_the_command_refuses_what_belongs_to_drawing(path: Path) -> None:
    done = CliRunner().invoke(handread, ["second", "--where", "by=ada", "--queue", str(path)])
    assert "belong to `handread second draw`" in done.output
