"""Empty paper round a word is left out, and ink never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from tui.pictures.trimming import trimmed


def word(size: tuple[int, int], *strokes: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("L", size, 220)
    for stroke in strokes:
        image.paste(40, stroke)
    return image


def test_a_word_keeps_a_little_paper_on_each_side() -> None:
    image = trimmed(word((300, 80), (90, 20, 98, 60), (120, 24, 160, 30), (200, 20, 208, 60)))
    assert image.width == pytest.approx(208 - 90, abs=14)
    assert image.height == pytest.approx(60 - 20, abs=14)


def test_ink_at_the_rim_keeps_its_side() -> None:
    image = trimmed(word((300, 80), (0, 20, 30, 60), (120, 20, 160, 30)))
    assert image.width == pytest.approx(160, abs=10)
    assert image.getpixel((0, image.height // 2)) == 40


def test_a_shadow_at_the_rim_keeps_its_side() -> None:
    shaded = word((300, 80), (120, 20, 180, 30), (140, 30, 146, 60))
    shaded.paste(150, (0, 0, 20, 80))
    assert trimmed(shaded).getpixel((0, 0)) == 150


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_paper_stays_as_it_is(shade: int) -> None:
    assert trimmed(Image.new("L", (200, 60), shade)).size == (200, 60)


def test_faint_grain_stays_as_it_is() -> None:
    grain = Image.effect_noise((200, 60), 4)
    assert trimmed(grain).size == (200, 60)


def test_a_page_keeps_its_margins() -> None:
    assert trimmed(word((800, 1000), (300, 400, 500, 420))).size == (800, 1000)


def test_a_coloured_word_stays_coloured() -> None:
    image = trimmed(word((300, 80), (90, 20, 160, 60)).convert("RGB"))
    assert image.mode == "RGB"
    assert image.width < 100


@given(
    st.integers(1, 400),
    st.integers(1, 300),
    st.lists(st.tuples(st.integers(0, 380), st.integers(0, 280), st.integers(4, 60), st.integers(4, 60)), max_size=4),
)
def test_no_stroke_is_ever_cut_off(width: int, height: int, strokes: list[tuple[int, int, int, int]]) -> None:
    image = word((width, height), *((x, y, x + wide, y + high) for x, y, wide, high in strokes))
    kept = trimmed(image)
    assert 1 <= kept.width <= width
    assert 1 <= kept.height <= height
    dark = [ImageChops.invert(one).point([0] * 150 + [255] * 106).histogram()[255] for one in (image, kept)]
    assert dark[0] == dark[1]
