"""A picture of ink arrives at the terminal as it was drawn, in few bytes, and as text that can be cut anywhere."""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from rich.cells import cell_len

from tui.demo import pages
from tui.pictures import paper
from tui.pictures.pixels import (
    COUNTERS,
    MOST_BYTES,
    PLACEHOLDER,
    Pixels,
    dyed,
    pixels,
    placeholders,
    removal,
    through_tmux,
    transmission,
)
from tui.pictures.source import open_page


def received(sequences: str) -> tuple[dict[str, str], bytes]:
    """Read a transmission as a terminal does: the keys of its first sequence, and the data of all."""
    parts = re.findall(r"\x1b_G([^;\x1b]*);([^\x1b]*)\x1b\\", sequences)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in parts) == sequences
    keys = [dict(key.split("=") for key in part.split(",")) for part, _ in parts]
    assert [key.pop("m") for key in keys] == ["1"] * (len(keys) - 1) + ["0"]
    assert all(key == {"q": "2"} for key in keys[1:])
    assert all(len(data) <= 4096 for _, data in parts)
    return keys[0], base64.standard_b64decode("".join(data for _, data in parts))


def shown(png: bytes) -> Image.Image:
    """Return what a PNG of ink looks like on white paper."""
    picture = Image.open(io.BytesIO(png))
    picture.verify()
    ink = Image.open(io.BytesIO(png)).convert("RGBA")
    white = Image.new("RGBA", ink.size, "white")
    white.alpha_composite(ink)
    return white.convert("L")


def scribble(width: int = 700, height: int = 90, seed: int = 1, strokes: int = 30) -> Image.Image:
    random, image = Random(seed), Image.new("L", (width, height), 235)
    draw = ImageDraw.Draw(image)
    for _ in range(strokes):
        ends = [(random.randrange(width), random.randrange(height)) for _ in range(4)]
        draw.line(ends, fill=random.randrange(90), width=random.randrange(1, 5), joint="curve")
    return image


def drawn(image: Image.Image, columns: int, rows: int, cell: tuple[int, int] = (10, 20)) -> Pixels:
    found = pixels(image, columns, rows, cell)
    assert found is not None
    return found


def test_a_crop_decodes_back_to_its_ink() -> None:
    crop = scribble()
    keys, png = received(transmission(0x123456, drawn(crop, 70, 5)))
    assert keys == {"a": "T", "U": "1", "f": "100", "q": "2", "i": "1193046", "c": "70", "r": "5"}
    ink = paper.ink(crop, 700, 100, fineness=5)
    assert shown(png).size == (700, 100)
    darkness = [255 - value for value in shown(png).tobytes()]
    assert max(abs(got - meant) for got, meant in zip(darkness, ink.tobytes(), strict=True)) <= 255 // 15 // 2 + 1


def test_it_has_no_more_pixels_than_the_crop_has() -> None:
    assert shown(drawn(scribble(140, 18), 70, 5).png).size == (140, 20)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_no_page_takes_more_bytes_than_may_be_sent(page: object) -> None:
    found = drawn(open_page(page, 1).image, 64, 45)  # type: ignore[arg-type]
    assert len(transmission(0xFFFFFF, found)) <= MOST_BYTES


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 99), st.integers(1, 600))
@settings(max_examples=25, deadline=None)
def test_however_much_ink_there_is_it_is_few_bytes_of_the_right_shape(
    columns: int, rows: int, seed: int, strokes: int
) -> None:
    random = Random(seed)
    image = scribble(seed=seed, strokes=strokes)
    image.putdata([value ^ random.randrange(64) for value in image.tobytes()])
    found = drawn(image, columns, rows)
    assert len(transmission(0xFFFFFF, found)) <= MOST_BYTES
    width, height = shown(found.png).size
    assert abs(width / height - columns * 10 / (rows * 20)) <= 0.2 * width / height


def test_what_has_more_columns_than_can_be_counted_is_left_to_glyphs() -> None:
    assert pixels(scribble(), 298, 5) is None
    assert pixels(scribble(), 297, 5) is not None


def test_its_ink_can_be_dyed_and_its_shades_told_more_sharply() -> None:
    original = drawn(scribble(), 70, 5)
    same = dyed(original, (0, 0, 0), tuple(level / 15 for level in range(16)))
    assert same == original
    light = Image.open(io.BytesIO(dyed(original, (255, 254, 253), (0.0,) * 8 + (1.0,) * 8).png)).convert("RGBA")
    *inks, opacity = light.split()
    assert [ink.getextrema() for ink in inks] == [(255, 255), (254, 254), (253, 253)]
    assert set(opacity.tobytes()) == {0, 255}


def test_every_cell_stands_for_itself_and_is_one_column_wide() -> None:
    row = placeholders(3, 297)
    assert [cell[0] for cell in row] == [PLACEHOLDER] * 297
    assert {cell[1] for cell in row} == {COUNTERS[3]}
    assert [cell[2] for cell in row] == list(COUNTERS)
    assert cell_len("".join(row)) == 297


def test_the_counting_marks_are_the_protocols() -> None:
    assert len(COUNTERS) == len(set(COUNTERS)) == 297
    assert [ord(mark) for mark in (COUNTERS[0], COUNTERS[1], COUNTERS[15], COUNTERS[296])] == [
        0x305,
        0x30D,
        0x357,
        0x1D244,
    ]
    assert all(unicodedata.combining(mark) == 230 and not unicodedata.decomposition(mark) for mark in COUNTERS)
    assert list(COUNTERS) == sorted(COUNTERS)


def test_tmux_gets_each_sequence_wrapped_with_its_escapes_doubled() -> None:
    assert through_tmux(removal(7)) == "\x1bPtmux;\x1b\x1b_Ga=d,d=I,i=7,q=2\x1b\x1b\\\x1b\\"
    sequences = transmission(7, drawn(scribble(strokes=200), 70, 5))
    wrapped = re.findall(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", through_tmux(sequences))
    assert len(wrapped) > 1
    assert "".join(wrapped).replace("\x1b\x1b", "\x1b") == sequences
