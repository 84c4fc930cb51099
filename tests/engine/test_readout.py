"""From the recogniser's columns to words."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tui.engine.readout import characters, readable, trimmed, words

ALPHABET = ["", *"abcdefgh", " "]


def columns(picture: str, sure: float = 0.9) -> NDArray[np.float32]:
    """Return columns in which each character of a picture is likely; `-` is the blank."""
    rest = (1 - sure) / (len(ALPHABET) - 1)
    found = np.full((len(picture), len(ALPHABET)), rest, dtype=np.float32)
    for place, character in enumerate(picture):
        found[place, ALPHABET.index("" if character == "-" else character)] = sure
    return found


def text_of(picture: str) -> str:
    return "".join(character.text for character in characters(columns(picture), ALPHABET))


def test_repetitions_merge_and_blanks_drop() -> None:
    assert text_of("--aa-bb--c-") == "abc"


def test_a_blank_between_two_equal_characters_keeps_both() -> None:
    assert text_of("aa-aa") == "aa"


def test_a_word_is_as_sure_as_the_geometric_mean_of_its_characters() -> None:
    unsure, sure = columns("a-", 0.5), columns("b-", 0.9)
    (word,) = words(characters(np.concatenate([unsure, sure]), ALPHABET), 4)
    assert math.isclose(word.confidence, math.sqrt(0.5 * 0.9), rel_tol=1e-6)


def test_two_words_part_half_way_between_their_characters() -> None:
    first, second = words(characters(columns("-a----b- -c----d-"), ALPHABET), 17)
    assert first.end == second.start == (6 + 10) / 2 + 0.5


def test_a_line_of_blanks_and_spaces_has_no_words() -> None:
    assert words(characters(columns("-- -- -"), ALPHABET), 7) == []


@given(st.text(alphabet="abc -", max_size=60))
def test_words_are_those_of_the_text_and_lie_one_after_the_other(picture: str) -> None:
    read = characters(columns(picture), ALPHABET)
    found = words(read, len(picture))
    assert [word.text for word in found] == "".join(character.text for character in read).split()
    edges = [edge for word in found for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(picture) for edge in edges)
    assert all(0 < word.confidence <= 1 for word in found)


def test_only_the_scripts_asked_for_are_read() -> None:
    alphabet = ["", "a", "é", "Ж", "漢", "5", "½", "—", " "]
    assert [alphabet[column] for column in readable(alphabet)] == ["", "a", "é", "5", "½", "—", " "]
    assert "Ж" in [alphabet[column] for column in readable(alphabet, ("LATIN", "CYRILLIC"))]


def test_a_word_tells_in_which_columns_it_was_seen() -> None:
    first, second = words(characters(columns("-ab--c - ddd-"), ALPHABET), 13)
    assert (first.first, first.last) == (1, 5)
    assert (second.first, second.last) == (9, 11)


@given(st.text(alphabet="abc -", max_size=40))
def test_a_line_reads_the_same_without_the_characters_that_are_not_in_it(picture: str) -> None:
    whole = columns(picture, 1.0)
    kept, alphabet = trimmed(whole, ALPHABET)
    assert set(alphabet) == {"", " ", *picture.replace("-", "")}
    assert kept.shape == (len(picture), len(alphabet))
    assert characters(kept, alphabet) == characters(whole, ALPHABET)
