"""How things are said: short words, fitted to cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.model import Failure, Item, State
from tui.view.wording import details, duration, fit, lines_decided, short_name, size, state_mark

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@given(WORDS, st.integers(0, 60), st.booleans(), st.booleans())
def test_a_fitted_text_has_exactly_the_width(text: str, width: int, right: bool, from_left: bool) -> None:
    assert cell_len(fit(text, width, right=right, from_left=from_left)) == width


def test_what_is_too_long_is_cut_where_it_says_least() -> None:
    assert fit("letter-0013.jpg", 8) == "letter-…"
    assert fit("box3/letter-0013.jpg", 10, from_left=True) == "…-0013.jpg"
    assert fit("ab", 4, right=True) == "  ab"


def test_a_very_long_name_is_cut_at_once() -> None:
    assert fit("手" * 100_000, 11, from_left=True) == "…" + "手" * 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (4.21, "4.2 s"),
        (48, "48 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (7800, "2 h 10 min"),
        (-3, "0.0 s"),
    ],
)
def test_a_time_span_is_said_as_a_person_says_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("count", "words"), [(999, "999 bytes"), (412_000, "412 kB"), (4_200_000, "4.2 MB")])
def test_so_is_a_size(count: int, words: str) -> None:
    assert size(count) == words


def item(state: State, **more: object) -> Item:
    return Item(**({"id": 1, "source": "/scans/box3/a.jpg", "service": "local", "state": state} | more))  # type: ignore[arg-type]


def test_an_item_is_called_by_its_file_and_folder() -> None:
    assert short_name(item(State.WAITING)) == "box3/a.jpg"


def test_a_failure_does_not_repeat_the_name_that_stands_before_it() -> None:
    failed = item(State.FAILED, failure=Failure("unreadable", "/scans/box3/a.jpg is empty. Copy it again."))
    assert details(failed, 0, "local") == "is empty. Copy it again."


def test_what_waits_for_another_service_says_how_it_starts() -> None:
    assert details(item(State.WAITING), 0, "archive") == "for local: starts with --service local"
    assert details(item(State.WAITING), 0, "local") == ""


def test_what_the_service_remarked_stands_beside_what_was_read() -> None:
    read = item(State.DONE, lines=3, sent_at=10.0, ended_at=12.0, polls=2, said="Page 2 was too dark.")
    assert details(read, 0, "local") == "read in 2.0 s, 2 polls, Page 2 was too dark."
    assert lines_decided(read) == "0/3 lines"


@pytest.mark.parametrize(("decided", "mark"), [(0, "○"), (1, "◐"), (3, "✓")])
def test_progress_has_a_mark(decided: int, mark: str) -> None:
    assert state_mark(item(State.DONE, lines=3, decided=decided)) == mark
