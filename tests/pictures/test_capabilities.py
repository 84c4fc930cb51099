"""What terminals answer is understood, whatever else comes between, and nothing of it is taken for keys."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.pictures.capabilities import Answers, Sieve, from_json, is_whole, to_json, understood

ANSWERS = (
    "\x1bP>|kitty(0.40.1)\x1b\\",
    "\x1bP>|VTE(7802)\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b_Gi=31;EINVAL:no\x1b\\",
    "\x1b[6;22;11t",
    "\x1b[4;660;880t",
    "\x1b[8;30;80t",
    "\x1b[?62;4;22c",
)
answers = st.sampled_from(ANSWERS)
typed = st.text(st.characters(exclude_characters="\x1b", codec="utf-8"), max_size=6)
ends = st.sampled_from(ANSWERS[-1:])


def answer(*, name: str = "", graphics: str = "", cell: str = "", attributes: str = "\x1b[?62;22c") -> bytes:
    return (name and f"\x1bP>|{name}\x1b\\").encode() + graphics.encode() + cell.encode() + attributes.encode()


@pytest.mark.parametrize(
    ("said", "name", "version"),
    [
        ("kitty(0.40.1)", "kitty", (0, 40, 1)),
        ("foot(1.20.2-5-g3f2d)", "foot", (1, 20, 2)),
        ("ghostty 1.2.0", "ghostty", (1, 2, 0)),
        ("ghostty 1.3.0-main+a1b2", "ghostty", (1, 3, 0)),
        ("VTE(7802)", "vte", (7802,)),
        ("WezTerm 20240203-110809-5046fc22", "wezterm", (20240203,)),
        ("iTerm2 3.5.0", "iterm2", (3, 5, 0)),
        ("Konsole 23.08.4", "konsole", (23, 8, 4)),
        ("XTerm(388)", "xterm", (388,)),
        ("tmux 3.4", "tmux", (3, 4)),
        ("tmux next-3.6", "tmux next-3.6", ()),
        ("Windows Terminal 1.24.1", "windows terminal", (1, 24, 1)),
        ("xterm.js(5.5.0)", "xterm.js", (5, 5, 0)),
        ("", "", ()),
        ("(((", "", ()),
    ],
)
def test_name_and_version_are_told_apart(said: str, name: str, version: tuple[int, ...]) -> None:
    found = understood(answer(name=said))
    assert (found.name, found.version) == (name, version)


def test_all_that_is_asked_is_understood_from_one_piece() -> None:
    said = answer(
        name="foot(1.20.2)", graphics="\x1b_Gi=31;OK\x1b\\", cell="\x1b[6;22;11t", attributes="\x1b[?62;4;22c"
    )
    assert understood(b"jk" + said + b"q") == Answers("foot", (1, 20, 2), (62, 4, 22), True, (11, 22))
    assert understood(said).has_sixel


def test_only_consent_to_our_own_question_means_pictures() -> None:
    assert not understood(answer(graphics="\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\")).kitty_graphics
    assert not understood(answer(graphics="\x1b_Gi=7;OK\x1b\\")).kitty_graphics
    assert not understood(answer()).kitty_graphics


def test_a_cell_of_an_impossible_size_is_not_believed() -> None:
    assert understood(answer(cell="\x1b[6;0;0t")).cell is None
    assert understood(answer(cell="\x1b[6;9999;9999t")).cell is None


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("\x1b[6;22;11t", (11, 22)),
        ("\x1b[4;660;880t\x1b[8;30;80t", (11, 22)),
        ("\x1b[6;24;12t\x1b[4;660;880t\x1b[8;30;80t", (12, 24)),
        ("\x1b[4;668;885t\x1b[8;30;80t", (11, 22)),
        ("\x1b[4;660;880t", None),
        ("\x1b[4;660;880t\x1b[8;0;0t", None),
        ("\x1b[4;0;0t\x1b[8;30;80t", None),
        ("\x1b[8;30;80t", None),
    ],
)
def test_the_size_of_a_cell_is_told_or_follows_from_that_of_all(said: str, cell: tuple[int, int] | None) -> None:
    assert understood(answer(cell=said)).cell == cell


def test_the_waiting_ends_with_the_device_attributes() -> None:
    said = answer(name="kitty(0.40.1)")
    assert not is_whole(said[:-1])
    assert is_whole(said)


@given(st.binary(max_size=400))
def test_any_bytes_are_understood_somehow(said: bytes) -> None:
    found = understood(said)
    assert from_json(json.loads(json.dumps(to_json(found)))) == found


@given(st.lists(answers | typed | st.binary(max_size=9).map(lambda said: said.decode("latin-1"))))
def test_answers_among_anything_are_kept_as_they_were(pieces: list[str]) -> None:
    found = understood("".join(pieces).encode())
    assert from_json(json.loads(json.dumps(to_json(found)))) == found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
kept_answers = st.fixed_dictionaries(dict.fromkeys(to_json(Answers()), json_values))


@given(json_values | kept_answers)
def test_garbage_that_was_kept_is_no_answer_or_a_sane_one(kept: object) -> None:
    found = from_json(kept)
    assert found is None or from_json(to_json(found)) == found


def sieved(sieve: Sieve, pieces: list[str]) -> str:
    return "".join(sieve.typed(piece) for piece in pieces) + sieve.let_go()


def cut(text: str, places: list[int]) -> list[str]:
    bounds = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(bounds)]


@given(st.lists(st.tuples(typed, answers), max_size=5), st.lists(st.integers(0, 999), max_size=8))
def test_only_what_was_typed_passes_the_sieve_however_the_text_is_cut(
    pieces: list[tuple[str, str]], places: list[int]
) -> None:
    pieces = [(keys, "" if one == ANSWERS[-1] else one) for keys, one in pieces]
    text = "".join(keys + one for keys, one in pieces) + ANSWERS[-1]
    assert sieved(Sieve(), cut(text, places)) == "".join(keys for keys, _ in pieces)


@given(st.text(st.characters(codec="utf-8")), st.lists(st.integers(0, 999), max_size=4))
def test_once_the_last_answer_has_come_everything_passes(text: str, places: list[int]) -> None:
    sieve = Sieve()
    assert sieve.typed(ANSWERS[-1]) == ""
    assert sieve.is_done
    assert sieved(sieve, cut(text, places)) == text


@pytest.mark.parametrize(
    "key", ["\x1b", "\x1b[A", "\x1b[4~", "\x1b[6~", "\x1b[8~", "\x1b[15~", "\x1bP", "\x1b_", "\x1b[200~text\x1b[201~"]
)
def test_a_key_that_begins_like_an_answer_is_a_key_all_the_same(key: str) -> None:
    for place in range(len(key)):
        assert sieved(Sieve(), [key[:place], key[place:]]) == key


def test_the_beginning_of_an_answer_whose_end_never_comes_is_no_key() -> None:
    for begun in ("\x1bP>|kit", "\x1b_Gi=31", "\x1b[?62;"):
        sieve = Sieve()
        assert sieve.typed("a" + begun) == "a"
        assert not sieve.may_hold_a_key
        assert sieve.let_go() == ""
    endless = Sieve()
    assert endless.typed("\x1bP>|" + "x" * 10_000) == ""
    assert endless.let_go() == ""
