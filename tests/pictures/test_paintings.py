"""A picture that is painted over cells, as sixels or as a file, is the ink on its paper, in few bytes, however cut."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.paintings import cells_of, image_of
from tests.pictures.test_pixels import scribble
from tui.demo import pages
from tui.pictures import paper
from tui.pictures.pixels import MOST_BYTES, PAINTERS, Patch, Pixels, Protocol, dyed, pixels
from tui.pictures.pixels.mosaic import whole
from tui.pictures.source import open_page

WHITE, YELLOW, BLACK = (255, 255, 255), (255, 222, 120), (0, 0, 0)
CELL = (10, 20)
PROTOCOLS: list[Protocol] = ["sixel", "iterm2"]
protocols = pytest.mark.parametrize("protocol", PROTOCOLS)


def drawn(image: Image.Image, columns: int, rows: int, protocol: Protocol, cell: tuple[int, int] = CELL) -> Pixels:
    found = pixels(image, columns, rows, cell, protocol=protocol)
    assert found is not None
    return found


def painted(patch: Patch, protocol: Protocol, cell: tuple[int, int] = CELL) -> Image.Image:
    sequence = PAINTERS[protocol](patch, cell)
    assert len(sequence) <= MOST_BYTES
    assert cells_of(sequence, cell) == (patch.columns, patch.rows)
    return image_of(sequence, cell)


def greys(image: Image.Image) -> bytes:
    assert image.getchannel("A").getextrema() == (255, 255)
    return image.convert("L").tobytes()


@protocols
def test_a_crop_decodes_back_to_its_ink_on_white_paper(protocol: Protocol) -> None:
    crop = scribble()
    picture = drawn(crop, 70, 5, protocol)
    ink = paper.ink(crop, 700, 100, fineness=5)
    off = 255 / (picture.shades - 1) / 2 + 3
    lightness = greys(painted(whole(picture), protocol))
    assert max(abs(255 - got - meant) for got, meant in zip(lightness, ink.tobytes(), strict=True)) <= off


@protocols
def test_what_is_painted_in_parts_is_what_is_painted_whole(protocol: Protocol) -> None:
    picture = drawn(scribble(), 70, 5, protocol)
    at_once = painted(whole(picture), protocol)
    for left, top, columns, rows in ((0, 0, 70, 1), (0, 4, 70, 1), (13, 1, 29, 3), (69, 0, 1, 5), (7, 2, 1, 1)):
        part = painted(Patch(picture, left, top, ((WHITE,) * columns,) * rows), protocol)
        box = left * 10, top * 20, (left + columns) * 10, (top + rows) * 20
        assert part.tobytes() == at_once.crop(box).tobytes()


@protocols
def test_a_marked_word_has_its_own_paper_and_the_ink_of_the_others(protocol: Protocol) -> None:
    picture = drawn(scribble(), 70, 5, protocol)
    row = (WHITE,) * 20 + (YELLOW,) * 30 + (WHITE,) * 20
    plain = painted(whole(picture), protocol).convert("RGB")
    marked = painted(Patch(picture, 0, 0, (row,) * 5), protocol).convert("RGB")
    assert marked.crop((0, 0, 200, 100)).tobytes() == plain.crop((0, 0, 200, 100)).tobytes()
    assert marked.crop((500, 0, 700, 100)).tobytes() == plain.crop((500, 0, 700, 100)).tobytes()
    word, bare = marked.crop((200, 0, 500, 100)), plain.crop((200, 0, 500, 100)).getchannel("R")
    for got, full in zip(word.split(), YELLOW, strict=True):
        off = max(
            abs(one - round(other * full / 255)) for one, other in zip(got.tobytes(), bare.tobytes(), strict=True)
        )
        assert off <= 4


@protocols
def test_light_ink_on_dark_paper_is_the_negative(protocol: Protocol) -> None:
    picture = drawn(scribble(), 70, 5, protocol)
    light = dyed(picture, WHITE, tuple(level / 15 for level in range(16)))
    negative = greys(painted(Patch(light, 0, 0, ((BLACK,) * 70,) * 5), protocol))
    positive = greys(painted(whole(picture), protocol))
    assert max(abs(255 - one - other) for one, other in zip(positive, negative, strict=True)) <= 3


@protocols
def test_a_crop_that_is_smaller_than_its_box_fills_it(protocol: Protocol) -> None:
    picture = drawn(scribble(140, 18), 70, 5, protocol)
    assert painted(whole(picture), protocol).size == (700, 100)


@protocols
def test_a_picture_fits_its_cells_after_the_font_has_changed(protocol: Protocol) -> None:
    picture = drawn(scribble(), 70, 5, protocol)
    assert painted(whole(picture), protocol, (7, 15)).size == (490, 75)


@protocols
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_is_painted_in_no_more_bytes_than_may_be_sent(page: object, protocol: Protocol) -> None:
    found = drawn(open_page(page, 1).image, 64, 45, protocol)  # type: ignore[arg-type]
    assert painted(whole(found), protocol).size == (640, 900)


def test_ink_is_told_with_few_shades_rather_than_coarsely() -> None:
    image = scribble(strokes=250)
    assert drawn(scribble(strokes=5), 70, 5, "sixel").shades == 8
    assert drawn(image, 70, 5, "sixel").shades < 8
    assert drawn(image, 70, 5, "sixel").grain == (10, 20)


colours = st.tuples(*[st.integers(0, 255)] * 3)


@given(
    st.sampled_from(PROTOCOLS),
    st.integers(1, 60),
    st.integers(1, 9),
    st.tuples(st.integers(2, 24), st.integers(4, 48)),
    st.integers(0, 99),
    st.integers(0, 600),
    st.lists(colours, min_size=1, max_size=300),
    st.integers(0, 99),
)
@example("sixel", 60, 9, (24, 48), 1, 600, [(number, 0, 0) for number in range(256)], 7)
@example("iterm2", 60, 9, (24, 48), 1, 600, [(number, 0, 0) for number in range(256)], 7)
@settings(max_examples=25, deadline=None)
def test_any_picture_on_any_papers_is_painted_in_few_bytes_if_at_all(
    protocol: Protocol,
    columns: int,
    rows: int,
    cell: tuple[int, int],
    seed: int,
    strokes: int,
    papers: list[tuple[int, int, int]],
    step: int,
) -> None:
    image = scribble(seed=seed, strokes=strokes)
    image.putdata([value ^ (place * seed * 40503 >> 7 & 63) for place, value in enumerate(image.tobytes())])
    picture = pixels(image, columns, rows, cell, protocol=protocol)
    if picture is None:
        return
    numbers = [
        [papers[(row * columns + column) * step % len(papers)] for column in range(columns)] for row in range(rows)
    ]
    patch = Patch(picture, 0, 0, tuple(map(tuple, numbers)))
    assert painted(patch, protocol, cell).size == (columns * cell[0], rows * cell[1])


def test_runs_of_equal_characters_are_counted() -> None:
    sequence = PAINTERS["sixel"](whole(drawn(Image.new("L", (700, 100), 250), 70, 5, "sixel")), CELL)
    assert len(sequence) < 400
    assert max(len(list(run)) for _, run in groupby(sequence)) <= 3


def test_a_screen_too_large_for_so_few_bytes_has_no_picture() -> None:
    assert pixels(scribble(), 297, 200, (200, 400), protocol="sixel") is None
