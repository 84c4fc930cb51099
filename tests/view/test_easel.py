"""The terminal is sent each picture once, under a number of its own, and forgets what is not shown any more."""

from __future__ import annotations

import re

import pytest
from rich.color import ColorSystem

from tui.pictures.pixels import Pixels, PixelTerminal
from tui.view.easel import MOST, Easel


class Sent:
    """Remembers what was sent, and which pictures the terminal keeps by that."""

    def __init__(self) -> None:
        self.sequences: list[str] = []
        self.kept: dict[int, str] = {}

    def __call__(self, sequences: str) -> None:
        self.sequences.append(sequences)
        for keys in re.findall(r"\x1b_G([^;\x1b]*)", sequences):
            found = re.search(r"(?:^|,)i=(\d+)", keys)
            if found and keys.startswith("a=d"):
                del self.kept[int(found[1])]
            elif found:
                assert int(found[1]) not in self.kept
                self.kept[int(found[1])] = keys


def picture(number: int) -> Pixels:
    return Pixels(4, 2, b"png %d" % number)


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture(params=[True, False], ids=["truecolor", "256"])
def easel(sent: Sent, request: pytest.FixtureRequest) -> Easel:
    return Easel(sent, PixelTerminal(is_truecolor=request.param))


def test_a_picture_is_sent_once(easel: Easel, sent: Sent) -> None:
    easel.hang("panel", [picture(1), picture(2)])
    easel.hang("map", [picture(1)])
    easel.hang("panel", [picture(2)])
    assert len(sent.sequences) == len(sent.kept) == 2


def test_what_is_shown_stays_however_much_comes_after_it(easel: Easel, sent: Sent) -> None:
    easel.hang("map", [picture(0)])
    (shown,) = sent.kept
    for number in range(1, 400):
        easel.hang("panel", [picture(number)])
    assert shown in sent.kept
    assert len(sent.kept) == 1 + 1 + MOST
    easel.row(picture(0), 0, [(255, 255, 255)] * 4)
    easel.row(picture(399), 1, [(255, 255, 255)] * 4)


def test_who_shows_nothing_any_more_keeps_nothing(easel: Easel, sent: Sent) -> None:
    easel.hang("map", [picture(0)])
    (shown,) = sent.kept
    easel.take_down("map")
    for number in range(1, 60):
        easel.hang("panel", [picture(number)])
    assert shown not in sent.kept


def test_in_the_end_all_is_forgotten_and_nothing_comes_after(easel: Easel, sent: Sent) -> None:
    easel.hang("panel", [picture(number) for number in range(5)])
    easel.close()
    easel.hang("panel", [picture(9)])
    assert not sent.kept


@pytest.mark.parametrize("is_truecolor", [True, False])
def test_the_number_arrives_as_the_colour_of_the_row(sent: Sent, is_truecolor: bool) -> None:
    easel = Easel(sent, PixelTerminal(is_truecolor=is_truecolor))
    easel.hang("panel", [picture(number) for number in range(150)])
    system = ColorSystem.TRUECOLOR if is_truecolor else ColorSystem.EIGHT_BIT
    arrived = set()
    for number in range(150):
        white, tinted = easel.row(picture(number), 0, [(255, 255, 255)] * 3 + [(255, 222, 120)])
        assert white.style is not None
        assert tinted.style is not None
        assert white.style.color == tinted.style.color
        assert white.style.color is not None
        colour = white.style.color.downgrade(system)
        arrived.add(int(colour.triplet.hex[1:], 16) if colour.triplet else colour.number)
    assert arrived == set(sent.kept)
