"""`handread decide`: decisions by a filter and as a script names them; all can be taken back, none is made twice."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.test_program import home
from tui.cli.group import handread as group
from tui.deciding import Bulk, Refused, decide_all, decide_named, look_up, named_by
from tui.filters import parse
from tui.model import Decision, ImageFacts, Line, LineKey, Page, Polygon, Verdict, Word
from tui.store import NewItem, Store

__all__ = ["home"]

Decides = Callable[..., Result]


def page(number: int, *lines: tuple[str, float]) -> Page:
    """A page of lines, each with how sure it is."""
    return Page(
        number,
        640,
        400,
        0.0,
        tuple(
            Line(text, Polygon.from_bounds(0, 40 * at, 600, 40 * at + 30), (Word(text, None, confidence),))
            for at, (text, confidence) in enumerate(lines)
        ),
    )


def read(store: Store, source: str, *pages: Page, service: str = "local") -> int:
    """Put an image into the queue as it is when it has been read."""
    facts = ImageFacts(source, 1, "PNG", ((640, 400),) * len(pages))
    item_id = store.add([NewItem(source, service, facts)])[0].item_id
    store.claim(service)
    store.sent(item_id, f"{service}:{item_id}")
    store.done(item_id, b"{}", pages)
    return item_id


@pytest.fixture
def store(home: dict[str, str]) -> Any:
    """A queue of two images: the first of three lines, the second of two pages with a line each."""
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        read(store, "/scans/a.png", page(1, ("Dear Silas", 0.97), ("the qvick fox", 0.5), ("in 1911", 0.96)))
        read(store, "/scans/b.png", page(1, ("yours", 0.99)), page(2, ("Ada", 0.3)))
        yield store


@pytest.fixture
def decide(home: dict[str, str], store: Store) -> Decides:
    """Return a function that runs the command in this process, on the queue of `store`."""
    assert store.tally().read == 5

    def run(*arguments: str, stdin: bytes | Sequence[object] = b"") -> Result:
        given = stdin if isinstance(stdin, bytes) else "\n".join(json.dumps(one) for one in stdin).encode()
        return CliRunner().invoke(group, ["decide", *arguments], input=given, env=home, catch_exceptions=False)

    return run


def verdicts(store: Store) -> dict[str, str]:
    """Return what is decided: `a1.2` is the second line of the first page of a.png."""
    return {
        f"{Path(item.source).stem}{key.page}.{key.line + 1}": one.verdict.value + (f" {one.text}" if one.text else "")
        for item in store.window(0, 100)
        for key, one in store.decisions(item.id).items()
    }


# -- by a filter


def test_what_a_filter_lets_through_is_decided_in_one_step_and_taken_back_in_one(store: Store, decide: Decides) -> None:
    done = decide("accept", "--where", "conf>=.95 & !flagged")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "3 lines of 2 images accepted (until now: 3 undecided)." in done.stderr
    assert verdicts(store) == {"a1.1": "accepted", "a1.3": "accepted", "b1.1": "accepted"}
    assert {one.reviewer for one in store.decisions(1).values()} == {"ada"}
    assert all(one.unseen for one in store.decisions(1).values())
    assert "Taken back: 3 lines." in decide("undo").stderr
    assert verdicts(store) == {}
    assert json.loads(decide("redo", "--json", "--quiet").stdout) == {"schema": 1, "act": "redo", "lines": 3, "item": 1}
    assert len(verdicts(store)) == 3


def test_given_again_it_does_nothing_more(store: Store, decide: Decides) -> None:
    decide("accept", "--where", "conf>=.95")
    revision = store.revision()
    again = decide("accept", "--where", "conf>=.95")
    assert again.exit_code == 0
    assert "0 lines of 0 images accepted." in again.stderr
    assert "3 lines more stand so already." in again.stderr
    assert store.revision() == revision


def test_what_somebody_has_settled_is_left_alone_unless_it_is_said_otherwise(store: Store, decide: Decides) -> None:
    decide("reject", "--where", "text~silas")
    decide("skip", "--where", "text~1911")
    first = decide("accept", "--where", "conf>.9")
    assert "1 line more left alone, for it is settled already; --again decides them too." in first.stderr
    assert verdicts(store) == {"a1.1": "rejected", "a1.3": "accepted", "b1.1": "accepted"}
    decide("accept", "--where", "conf>.9", "--again")
    assert verdicts(store)["a1.1"] == "accepted"


def test_a_corrected_line_that_is_accepted_keeps_its_text(store: Store, decide: Decides) -> None:
    decide("-", stdin=[{"item": 1, "line": 2, "text": "the quick fox", "verdict": "flagged", "reason": "name"}])
    assert verdicts(store) == {"a1.2": "flagged the quick fox"}
    decide("accept", "--where", "flagged", "--again")
    assert verdicts(store) == {"a1.2": "corrected the quick fox"}


def test_undecided_again_a_line_stands_as_it_was_read_and_is_left_to_do(store: Store, decide: Decides) -> None:
    decide("-", stdin=[{"item": 1, "line": 2, "text": "the quick fox"}])
    decide("accept", "--all")
    assert store.tally().decided == 5
    done = decide("undecide", "--where", "name~a.png")
    assert "3 lines of 1 image undecided again (until now: 2 accepted, 1 corrected)." in done.stderr
    assert verdicts(store) == {"b1.1": "accepted", "b2.1": "accepted"}
    assert (store.tally().decided, store.tally().lines[Verdict.UNDECIDED]) == (2, 3)
    assert [hit.text for hit in store.lines_matching(parse("undecided"))] == ["Dear Silas", "the qvick fox", "in 1911"]
    assert store.next_to_review() is not None
    decide("undo")
    assert verdicts(store)["a1.2"] == "corrected the quick fox"
    assert store.tally().decided == 5


def test_lines_are_flagged_with_a_reason_and_by_whom_is_said(store: Store, decide: Decides) -> None:
    decide("flag", "--where", "conf<.6", "--reason", "illegible", "--reviewer", "grace")
    (one,) = store.decisions(1).values()
    assert (one.verdict, one.reason, one.reviewer) == (Verdict.FLAGGED, "illegible", "grace")
    assert "There is nothing of ada to undo." in decide("undo").stderr
    assert "Taken back: 2 lines." in decide("undo", "--reviewer", "grace").stderr


def test_a_dry_run_says_what_would_be_and_changes_nothing(store: Store, decide: Decides) -> None:
    revision = store.revision()
    done = decide("accept", "--where", "conf>.9", "--dry-run")
    assert done.stdout.splitlines() == [
        "/scans/a.png, page 1, line 1: Dear Silas",
        "/scans/a.png, page 1, line 3: in 1911",
        "/scans/b.png, page 1, line 1: yours",
    ]
    assert "3 lines of 2 images would be accepted" in done.stderr
    as_json = json.loads(decide("accept", "--where", "conf>.9", "--dry-run", "--json", "--quiet").stdout)
    assert (as_json["lines"], as_json["images"], as_json["steps"], as_json["dry_run"]) == (3, 2, 0, True)
    assert as_json["examples"][1] == {
        "source": "/scans/a.png",
        "page": 1,
        "line": 3,
        "text": "in 1911",
        "verdict": "undecided",
    }
    assert store.revision() == revision


def test_a_very_large_bulk_is_several_steps_and_says_so(store: Store) -> None:
    found = look_up(store, Bulk(Verdict.SKIPPED, parse(""), "ada"), examples=2)
    assert (len(found.decisions), len(found.examples)) == (5, 2)
    assert decide_all(store, found, longest=2) == 3
    store.undo("ada")
    assert len(verdicts(store)) == 4


def test_an_image_whose_pages_are_damaged_is_told_of_and_the_others_are_done(
    store: Store, decide: Decides, home: dict[str, str]
) -> None:
    import sqlite3

    with sqlite3.connect(home["HANDREAD_QUEUE"]) as connection:
        connection.execute("update result set pages = x'00' where item_id = 1")
    connection.close()
    done = decide("accept", "--all")
    assert done.exit_code == 1
    assert "the pages of image 1 cannot be read" in done.stderr
    assert verdicts(store) == {"b1.1": "accepted", "b2.1": "accepted"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("accept",), "say which lines"),
        (("accept", "--where", " "), "say which lines"),
        (("accept", "--all", "--where", "conf>.9"), "say which lines"),
        (("accept", "--where", "conf>"), "The filter is wrong at character"),
        (("accept", "--all", "--reason", "name"), "--reason says why lines are flagged"),
        (("-", "--where", "conf>.9"), "--where, --all and --reason are for"),
        (("undo", "--dry-run"), "undo has no --dry-run"),
        (("agree", "--all"), "'agree' is not one of"),
    ],
)
def test_what_is_asked_for_wrongly_is_told(
    store: Store, decide: Decides, arguments: tuple[str, ...], sentence: str
) -> None:
    done = decide(*arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert verdicts(store) == {}


# -- as a script names them


def test_lines_are_decided_as_they_are_named_and_each_is_a_step(store: Store, decide: Decides) -> None:
    done = decide(
        "-",
        stdin=[
            {"source": "/scans/a.png", "page": 1, "line": 1, "verdict": "accepted"},
            {"source": "/scans/a.png", "line": 2, "text": " the quick\nfox\x07 "},
            {"source": "/scans/a.png", "line": 3, "text": "in 1911"},
            {"item": 2, "page": 2, "line": 1, "verdict": "flag", "reason": "name"},
            {"image": "/scans/b.png", "line_id": "p1_l0", "verdict": "rejected", "confidence": 0.3},
        ],
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert "2 accepted, 1 corrected, 1 flagged, 1 rejected." in done.stderr
    assert verdicts(store) == {
        "a1.1": "accepted",
        "a1.2": "corrected the quick fox",
        "a1.3": "accepted",
        "b2.1": "flagged",
        "b1.1": "rejected",
    }
    decide("undo")
    assert "b1.1" not in verdicts(store)
    assert len(verdicts(store)) == 4


def test_given_again_the_same_lines_are_left_alone(store: Store, decide: Decides) -> None:
    said = [{"item": 1, "line": 2, "text": "the quick fox"}, {"item": 1, "line": 1, "verdict": "accepted"}]
    decide("-", stdin=said)
    revision = store.revision()
    again = decide("-", "--json", stdin=said)
    assert [json.loads(line)["changed"] for line in again.stdout.splitlines()] == [False, False]
    assert store.revision() == revision


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "this is no JSON object: Expecting property name"),
        (b"\xff\xfe\xfd", "this is no JSON object"),
        (b"[" * 100_000, "this is no JSON object"),
        (b"[1]", 'it looks like {"source"'),
        (b'{"item": 1, "line": 1}', "it says neither `verdict` nor `text`"),
        (b'{"line": 1, "verdict": "accepted"}', "it does not say which image"),
        (b'{"item": 1, "verdict": "accepted"}', "it does not say which line"),
        (b'{"item": 1, "line": 0, "verdict": "accepted"}', "`line` is no number from 1 on"),
        (b'{"item": 1, "line": true, "verdict": "accepted"}', "`line` is no number from 1 on"),
        (b'{"item": 9999999999999999999999, "line": 1, "verdict": "skip"}', "`item` is no number from 1 on"),
        (b'{"item": 1, "line": 1, "verdict": "good"}', "there is no verdict 'good'. Known are: accept,"),
        (b'{"item": 1, "line": 1, "verdict": "corrected"}', "a corrected line has a `text`"),
        (b'{"item": 1, "line": 1, "text": 5}', "`text` is no text"),
        (b'{"item": 1, "line": 1, "text": " \\u0007 "}', "an empty line cannot be kept. Reject it."),
        (b'{"item": 1, "id": "line 3", "verdict": "skip"}', "names no line: it looks like p1_l0"),
        (b'{"item": 1, "line": 9, "verdict": "accepted"}', "/scans/a.png has no line 9 on page 1"),
        (b'{"item": 2, "line": 1, "verdict": "accepted"}', "/scans/b.png has 2 pages: say which with `page`"),
        (b'{"source": "c.png", "line": 1, "verdict": "skip"}', "there is no image c.png in the queue"),
        (b'{"item": 1, "line": 1, "verdict": "skip", "engine_text": "Dear Sir"}', "was read as “Dear Silas”"),
        (b'{"item": 1, "line": 1, "verdict": "undecided", "text": "x"}', "is not undecided"),
        (b'{"item": 1, "service": "cloud", "line": 1, "verdict": "skip"}', "is not in the queue, read by cloud"),
    ],
)
def test_a_line_that_cannot_be_done_is_answered_with_its_number_and_the_others_are_done(
    store: Store, decide: Decides, line: bytes, sentence: str
) -> None:
    before = b'{"item": 1, "line": 2, "verdict": "skip"}\n\n'
    done = decide("-", stdin=before + line + b'\n{"item": 1, "line": 3, "verdict": "skip"}')
    assert done.exit_code == 1
    assert "line 3 of the input: " in done.stderr
    assert sentence in done.stderr
    assert verdicts(store) == {"a1.2": "skipped", "a1.3": "skipped"}


def test_an_image_that_several_services_have_read_is_told_by_its_service(store: Store, decide: Decides) -> None:
    item_id = read(store, "/scans/a.png", page(1, ("Dear Silas", 0.2)), service="cloud")
    named = {"source": "/scans/a.png", "line": 1, "verdict": "accepted"}
    assert "say which with `service`, of local, cloud" in decide("-", stdin=[named]).stderr
    decide("-", stdin=[{**named, "service": "cloud"}])
    assert list(store.decisions(item_id)) == [LineKey(1, 0)]


def test_a_relative_name_is_one_of_this_folder(store: Store, decide: Decides) -> None:
    name = os.path.relpath("/scans/a.png")
    assert decide("-", stdin=[{"source": name, "line": 1, "verdict": "accepted"}]).exit_code == 0
    assert verdicts(store) == {"a1.1": "accepted"}


def test_an_image_that_was_not_read_yet_says_how_it_will_be(store: Store, decide: Decides) -> None:
    store.add([NewItem("/scans/c.png", "local", ImageFacts("c", 1, "PNG", ((1, 1),)))])
    done = decide("-", stdin=[{"source": "/scans/c.png", "line": 1, "verdict": "accepted"}])
    assert "/scans/c.png has no lines yet: it is waiting. `handread run` reads it." in done.stderr


def test_decisions_together_are_one_step_and_a_line_named_twice_ends_it(store: Store) -> None:
    said = [
        b'{"item": 1, "line": 1, "verdict": "skip"}',
        b'{"item": 1, "line": 2, "verdict": "skip"}',
        b'{"item": 1, "line": 1, "verdict": "reject"}',
        b'{"item": 1, "line": 3, "verdict": "skip"}',
    ]
    answers = list(decide_named(store, said, "ada", together=10))
    assert [answer.number for answer in answers] == [1, 2, 3, 4]
    assert verdicts(store) == {"a1.1": "rejected", "a1.2": "skipped", "a1.3": "skipped"}
    step = store.undo("ada")
    assert step is not None
    assert step.lines == 2
    assert verdicts(store) == {"a1.1": "skipped", "a1.2": "skipped"}


def test_each_is_on_the_disk_before_the_next_is_read(store: Store, home: dict[str, str]) -> None:
    seen = []

    def said() -> Any:
        for line in (1, 2, 3):
            with Store(Path(home["HANDREAD_QUEUE"])) as other:
                seen.append(len(other.decisions(1)))
            yield json.dumps({"item": 1, "line": line, "verdict": "accepted"}).encode()

    list(decide_named(store, said(), "ada"))
    assert seen == [0, 1, 2]


def test_a_dry_run_of_named_lines_says_what_would_be(store: Store, decide: Decides) -> None:
    done = decide("-", "--dry-run", stdin=[{"item": 1, "line": 2, "text": "the quick fox"}])
    assert done.stdout == "/scans/a.png, page 1, line 2: corrected: the quick fox\n"
    assert "This would be: 1 corrected." in done.stderr
    assert verdicts(store) == {}


def test_what_export_wrote_can_be_given_back(
    store: Store, decide: Decides, home: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    CliRunner().invoke(group, ["export", "--format", "jsonl", "--out", str(out)], env=home, catch_exceptions=False)
    said = [
        {**line, "source": image["source"], "text": line["text"].replace("qvick", "quick"), "verdict": None}
        for image in map(json.loads, (out / "all.jsonl").read_text().splitlines())
        for page in image["pages"]
        for line in page["lines"]
    ]
    assert decide("-", stdin=said).exit_code == 0
    assert verdicts(store)["a1.2"] == "corrected the quick fox"
    assert sum(verdict == "accepted" for verdict in verdicts(store).values()) == 4


@given(st.one_of(st.binary(), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps)))
def test_whatever_is_said_is_understood_or_refused_in_a_sentence(said: bytes | str) -> None:
    try:
        named_by(said if isinstance(said, bytes) else said.encode())
    except Refused as refused:
        sentence = str(refused)
    else:
        return
    assert sentence.endswith(".")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.text(max_size=5) | st.integers() | st.booleans() | st.sampled_from(["skip", "p1_l1"])
            for name in ("source", "item", "service", "page", "line", "id", "verdict", "text", "reason", "engine_text")
        },
    )
)
def test_whatever_stands_in_an_object_is_understood_or_refused(data: dict[str, Any]) -> None:
    try:
        named = named_by(json.dumps(data).encode())
    except Refused:
        return
    assert named.line >= 0
    assert isinstance(Decision(named.item_id, LineKey(named.page or 1, named.line), Verdict.SKIPPED), Decision)
