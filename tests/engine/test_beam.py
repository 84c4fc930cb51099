"""Beam search over the recogniser's columns: against all paths, and as a person would want it."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine import beam, readout
from tui.engine.beam import EVERYTHING, LINE, aligned, alternatives, candidates, of_words, weight_of, word_columns
from tui.engine.readout import Probabilities, characters

ALPHABET = ("", "a", "b", " ")
UNSPACED = ALPHABET[:3]


class Neighbours:
    """A language that likes some pairs of characters better than others, and some last characters."""

    def start(self, *, amid: bool) -> str:
        return "b" if amid else ""

    def step(self, state: str, character: str) -> tuple[float, str]:
        return -(ord(character) * 7 + ord(state or "-") * 3) % 17 / 5 - 3.4, character

    def end(self, state: str) -> float:
        return -0.5 if state == "a" else 0.0


def columns_of(width: int, least: int = 0) -> st.SearchStrategy[Probabilities]:
    column = st.lists(st.integers(least, 20), min_size=width, max_size=width).filter(any)
    return st.lists(column, min_size=1, max_size=5).map(
        lambda rows: np.array([[cell / sum(row) for cell in row] for row in rows], dtype=np.float32)
    )


def by_all_paths(columns: Probabilities, alphabet: Sequence[str]) -> dict[str, float]:
    """Return the probability of each text, by spelling every path through the columns."""
    found: dict[str, float] = defaultdict(float)
    for path in itertools.product(range(len(alphabet)), repeat=len(columns)):
        spelt = "".join(alphabet[index] for index, _ in itertools.groupby(path))
        likelihood = math.prod(float(columns[place, index]) for place, index in enumerate(path))
        found[" ".join(spelt.split())] += likelihood
    return found


def written(
    text: str, rival: str = "", sure: float = 0.9, alphabet: Sequence[str] = ()
) -> tuple[Probabilities, list[str]]:
    """Return columns, each followed by a blank, that show a text, or with what is left of sureness another as long."""
    rival = rival or text
    letters = ["", *sorted({*text, *rival, " ", *alphabet})]
    found = np.full((2 * len(text), len(letters)), 1e-6, dtype=np.float32)
    found[1::2, 0] = 1.0
    for place, (one, other) in enumerate(zip(text, rival, strict=True)):
        found[2 * place, letters.index(other)] += 1 - sure
        found[2 * place, letters.index(one)] += sure
    return found / found.sum(axis=1, keepdims=True), letters


@given(columns_of(4))
def test_an_unbounded_search_finds_every_text_with_the_weight_of_all_its_paths(columns: Probabilities) -> None:
    wanted = {text: weight for text, weight in by_all_paths(columns, ALPHABET).items() if weight > 1e-9}
    found = {one.text: math.exp(one.weight) for one in candidates(columns, ALPHABET, count=10**6, search=EVERYTHING)}
    assert {text: weight for text, weight in found.items() if weight > 1e-9} == pytest.approx(wanted, rel=1e-4)


@given(columns_of(3), st.booleans())
def test_a_language_and_the_length_weigh_in_as_they_are_told_to(columns: Probabilities, amid: bool) -> None:
    search, language = replace(EVERYTHING, language=0.7, character=1.3), Neighbours()

    def opinion(text: str) -> float:
        state, score = language.start(amid=amid), 0.0
        for character in text:
            added, state = language.step(state, character)
            score += added
        return 0.7 * (score + language.end(state)) + 1.3 * len(text)

    paths = by_all_paths(columns, UNSPACED).items()
    wanted = {text: math.log(weight) + opinion(text) for text, weight in paths if weight > 1e-9}
    found = candidates(columns, UNSPACED, language, count=10**6, search=search, amid=amid)
    assert {one.text: one.weight for one in found if one.text in wanted} == pytest.approx(wanted, abs=1e-3)
    for text, weight in wanted.items():
        assert weight_of(text, columns, UNSPACED, language, search=search, amid=amid) == pytest.approx(weight, abs=1e-3)


@given(st.text(alphabet="ab -", min_size=1, max_size=30))
def test_where_each_column_is_sure_the_narrowest_search_reads_as_greedily(picture: str) -> None:
    columns = np.full((len(picture), 4), 0.1 / 3, dtype=np.float32)
    for place, character in enumerate(picture):
        columns[place, ALPHABET.index(character.replace("-", ""))] = 0.9
    greedy = "".join(character.text for character in characters(columns, ALPHABET))
    (found,) = candidates(columns, ALPHABET, count=1, search=replace(EVERYTHING, width=1))
    assert found.text == " ".join(greedy.split())


@given(columns_of(4), st.integers(1, 6), st.booleans())
def test_candidates_are_distinct_and_the_weightiest_come_first(columns: Probabilities, width: int, asks: bool) -> None:
    language = Neighbours() if asks else None
    found = candidates(columns, ALPHABET, language, search=replace(LINE, width=width))
    assert len({one.text for one in found}) == len(found)
    weights = [one.weight for one in found]
    assert weights == sorted(weights, reverse=True)
    assert all(one.text == " ".join(one.text.split()) for one in found)
    assert found == candidates(columns.copy(), ALPHABET, language, search=replace(LINE, width=width))


@given(columns_of(4), st.integers(1, 6))
def test_a_bounded_search_never_makes_more_of_a_text_than_there_is(columns: Probabilities, width: int) -> None:
    whole = by_all_paths(columns, ALPHABET)
    for one in candidates(columns, ALPHABET, search=replace(EVERYTHING, width=width)):
        assert math.exp(one.weight) <= whole[one.text] * (1 + 1e-4) + 1e-11


@pytest.mark.parametrize(("bonus", "least", "most"), [(0.0, -math.inf, -900), (6.0, 900, math.inf)])
def test_a_very_long_line_has_a_weight_that_no_float_could_hold(bonus: float, least: float, most: float) -> None:
    columns, letters = written("abcdefgh " * 60, "hgfedcba " * 60, sure=0.6)
    best = candidates(columns, letters, Neighbours(), search=replace(LINE, character=bonus))[0]
    assert least < best.weight < most
    assert len(best.text) > 400


def test_a_line_has_nine_candidates_and_as_many_as_are_asked_for() -> None:
    columns, letters = written("one line of text", "ome lime at fext", sure=0.7)
    assert len(candidates(columns, letters)) == 9
    assert len(candidates(columns, letters, count=14)) == 14


@given(st.text(alphabet="ab -", min_size=1, max_size=30))
def test_a_text_is_found_where_the_greedy_reading_has_it(picture: str) -> None:
    columns = np.full((len(picture), 4), 0.1, dtype=np.float32)
    for place, character in enumerate(picture):
        columns[place, ALPHABET.index(character.replace("-", ""))] = 0.7
    greedy = characters(columns, ALPHABET)
    assert aligned("".join(character.text for character in greedy), columns, ALPHABET) == greedy


@given(columns_of(4))
def test_every_candidate_has_its_characters_in_order_on_the_columns(columns: Probabilities) -> None:
    for one in candidates(columns, ALPHABET, count=20, search=EVERYTHING):
        found = aligned(one.text, columns, ALPHABET)
        assert "".join(character.text for character in found) == one.text
        assert all(before.last < after.first for before, after in itertools.pairwise(found))
        assert all(character.first <= character.last < len(columns) for character in found)


def test_a_text_with_more_characters_than_columns_is_nowhere() -> None:
    assert aligned("abab", np.full((3, 4), 0.25, dtype=np.float32), ALPHABET) == []


def test_a_word_has_nine_alternatives_with_shares_that_sum_to_one() -> None:
    columns, letters = written("harbour", "narfoun", sure=0.6)
    found = alternatives(columns, letters)
    assert len(found) == 9
    assert found[0].text == "harbour"
    assert sum(one.share for one in found) == pytest.approx(1)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)


class Decided:
    """A language that knows one word and bears no other."""

    def start(self, *, amid: bool) -> str:  # noqa: ARG002 - a language is asked so
        return ""

    def step(self, state: str, character: str) -> tuple[float, str]:
        return (0.0 if "narfoun".startswith(state + character) else -20.0), state + character

    def end(self, state: str) -> float:  # noqa: ARG002 - the same
        return 0.0


def test_the_greedy_reading_is_always_among_the_alternatives() -> None:
    columns, letters = written("harbour", "narfoun", sure=0.9)
    found = alternatives(columns, letters, Decided(), search=replace(beam.WORD, width=2))
    assert found[0].text == "narfoun"
    assert "harbour" in {one.text for one in found}


def test_a_word_that_the_columns_cannot_spell_is_no_alternative() -> None:
    columns, letters = written("ab")
    assert weight_of("abababab", columns, letters) == weight_of("xyz", columns, letters) == -math.inf
    assert "xyz" not in {one.text for one in alternatives(columns, letters, always=["xyz"])}


@given(columns_of(4), st.sampled_from(["", "a", "ab", "bab"]))
def test_what_must_be_among_the_alternatives_is_and_shares_sum_to_one(columns: Probabilities, word: str) -> None:
    found = alternatives(word_columns(columns, ALPHABET, 0, 0, None, None), ALPHABET, always=[word], count=3)
    assert len(found) <= 5
    if found:
        assert sum(one.share for one in found) == pytest.approx(1)
    if weight_of(word, columns, ALPHABET) > -20 and word:
        assert beam.share_of(word, found) >= 0
        assert word in {one.text for one in found}


def test_each_word_of_a_line_is_looked_at_between_its_neighbours() -> None:
    columns, letters = written("no more of it", "uo mone at ik", sure=0.7)
    words = readout.words(characters(columns, letters), len(columns))
    found = of_words(words, columns, letters)
    assert [others[0].text for others in found] == ["no", "more", "of", "it"]
    assert all(" " not in one.text for others in found for one in others)
    assert {one.text for one in found[1]} >= {"more", "mone"}
