"""A line that was looked at several times, of which no look alone is right."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.test_beam import written
from tui.engine import voting
from tui.engine.readout import Probabilities


def looks(*seen: tuple[str, str, float]) -> tuple[list[Probabilities], list[str]]:
    """Return columns of several looks over one alphabet: each sees a text, and a rival a little less."""
    every = [written(*one) for one in seen]
    alphabet = sorted({letter for _, letters in every for letter in letters if letter not in {"", " "}})
    whole = ["", " ", *alphabet]
    found = []
    for columns, letters in every:
        own = np.full((len(columns), len(whole)), 1e-9, dtype=np.float32)
        for place, letter in enumerate(letters):
            own[:, whole.index(letter)] = columns[:, place]
        found.append(own)
    return found, whole


def test_what_two_looks_see_outweighs_what_one_sees() -> None:
    seen, alphabet = looks(("harbour", "narfoun", 0.6), ("narbour", "harfoun", 0.6), ("harbour", "narbaun", 0.6))
    assert voting.best(seen, alphabet, None) == "harbour"


def test_a_text_that_every_look_half_sees_beats_those_that_one_sees_well() -> None:
    seen, alphabet = looks(("cat", "car", 0.6), ("can", "car", 0.6), ("cap", "car", 0.6))
    assert voting.best(seen, alphabet, None) == "car"


def test_each_word_has_alternatives_by_all_looks_and_itself_among_them() -> None:
    seen, alphabet = looks(("a cat", "a car", 0.6), ("a can", "a car", 0.6))
    first, second = voting.of_words("a car", seen, alphabet, None)
    assert first[0].text == "a"
    assert {"cat", "car", "can"} <= {one.text for one in second}
    assert sum(one.share for one in second) == pytest.approx(1)


def test_a_look_without_room_for_the_text_has_no_say() -> None:
    seen, alphabet = looks(("a cat", "a car", 0.7), ("a cat", "a car", 0.7))
    narrow = [seen[0], seen[1][:2]]
    assert voting.of_words("a cat", narrow, alphabet, None) == voting.of_words("a cat", seen[:1], alphabet, None)


def test_where_nothing_is_seen_nothing_is_said() -> None:
    blank = np.zeros((5, 3), dtype=np.float32)
    blank[:, 0] = 1
    assert voting.best([blank, blank], ["", " ", "a"], None) == ""
