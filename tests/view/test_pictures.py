"""The keys that change the pictures of a page and a line, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from rich.color import Color
from rich.segment import Segment
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widget import Widget

from tests.view.conftest import Opens, draw_page, screen_text
from tests.view.test_review_screen import begin, settled
from tui.model import Line, Page, Polygon, Word
from tui.pictures.source import measure
from tui.store import NewItem, Store
from tui.view.ink import AROUND, CHOSEN, PAPER, VERDICT_TINTS, Tint
from tui.view.sight import Sight
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.page_map import PageMap

Reads = Callable[..., int]
Adds = Callable[[Image.Image, list[Line]], int]
WIDE = (120, 36)
NARROW = (80, 24)
MANY = tuple(f"line number {number}" for number in range(1, 31))
LETTERS = {
    PAPER: " ", CHOSEN: "c", AROUND: "-",
    **{tint: verdict.value[0].upper() for verdict, tint in VERDICT_TINTS.items() if tint is not PAPER},
}  # fmt: skip


@pytest.fixture
def add(store: Store, tmp_path: Path) -> Adds:
    """Return a function that puts a picture with given lines into the queue."""

    def put(picture: Image.Image, lines: list[Line]) -> int:
        path = tmp_path / "page.png"
        picture.save(path)
        item = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
        store.claim("local")
        store.done(item, b"{}", [Page(1, *picture.size, 0.0, tuple(lines))])
        return item

    return put


def cells(widget: Widget) -> Iterator[list[Segment]]:
    """Yield each row of a widget, a segment a cell."""
    for y in range(widget.size.height):
        yield [Segment(glyph, segment.style) for segment in widget.render_line(y) for glyph in segment.text]


def papers(widget: Widget) -> list[str]:
    """Return the colours of a widget's paper, a letter a cell; a dot where there is neither paper nor tint."""
    return ["".join(LETTERS.get(_paper(cell), ".") for cell in row) for row in cells(widget)]


def inks(widget: Widget) -> set[Tint]:
    """Return all colours of the glyphs that show ink."""
    shown = (cell.style for row in cells(widget) for cell in row if cell.text.strip() and cell.style)
    return {tuple(style.color.get_truecolor()) for style in shown if style.color}  # type: ignore[misc]


def _paper(cell: Segment) -> Tint:
    colour = cell.style.bgcolor if cell.style else None
    return tuple((colour or Color.parse("red")).get_truecolor())  # type: ignore[return-value]


def map_text(pilot: Pilot[None]) -> str:
    page_map = pilot.app.screen.query_one(PageMap)
    return "\n".join("".join(cell.text for cell in row).rstrip() for row in cells(page_map))


async def after(pilot: Pilot[None], *keys: str) -> PageMap:
    """Press keys and return the map once it is drawn."""
    await pilot.press(*keys)
    await settled(pilot)
    return pilot.app.screen.query_one(PageMap)


def in_sight(page_map: PageMap) -> Sight:
    """Return which part of the page a map shows."""
    assert page_map._ink is not None
    return page_map._ink.sight


def ink(pilot: Pilot[None]) -> InkPanel:
    return pilot.app.screen.query_one(InkPanel)


# -- the map ----------------------------------------------------------------------------------------------------------


async def test_the_map_tints_lines_by_what_was_decided(read: Reads, opened: Opens, snapshot: SnapshotAssertion) -> None:
    read("a.png", ("accepted", "flagged words", "corrected", "rejected", "skipped", "chosen", "left"))
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot, "a", "f", "i", "e", "X", "enter", "x", "s")
        shown = [*map_text(pilot).splitlines(), *(row.rstrip(".") for row in papers(page_map))]
    assert "\n".join(shown) == snapshot


async def test_t_lays_the_corrected_text_over_its_place(
    read: Reads, opened: Opens, snapshot: SnapshotAssertion
) -> None:
    read("a.png", ("The quick fox", "jumps over", "lazy dogs"))
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot, "e", "X", "enter", "t")
        text = map_text(pilot)
        shown = [*text.splitlines(), *(row.rstrip(".") for row in papers(page_map))]
        assert "XThe" in text
        assert "lazy" in text
        await after(pilot, "t")
        assert "lazy" not in map_text(pilot)
    assert "\n".join(shown) == snapshot


async def test_text_is_cut_to_its_box_and_never_markup(add: Adds, opened: Opens) -> None:
    page = Image.new("L", (400, 400), 230)
    texts = ("[bold]a rather long text[/]", "漢字漢字漢字漢字漢字漢字漢字", "a\x1b[31mb")
    boxes = [Polygon.from_bounds(20, 20 + 100 * row, 200, 60 + 100 * row) for row in range(3)]
    add(page, [Line(text, box) for text, box in zip(texts, boxes, strict=True)])
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "t")
        text = map_text(pilot)
    assert "[bold]a rather" in text
    assert "text[/]" not in text
    assert "漢字" in text
    assert "\x1b" not in text


async def test_plus_shows_the_width_and_then_more_and_0_the_whole_page(read: Reads, opened: Opens) -> None:
    read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot)
        seen = [in_sight(page_map).width]
        for key in ("plus", "plus", "minus", "plus", "0"):
            page_map = await after(pilot, key)
            seen.append(in_sight(page_map).width)
    assert seen == [640, 640, 320, 640, 320, 640]


async def test_equals_shows_the_page_pixel_by_pixel_at_once(read: Reads, opened: Opens) -> None:
    read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "equals_sign")
        width = in_sight(await after(pilot)).width
        assert in_sight(await after(pilot, "plus")).width == width
        assert in_sight(await after(pilot, "minus")).width > width


async def test_part_of_a_page_says_which_part_it_is(read: Reads, opened: Opens) -> None:
    read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot, "plus", "plus")
        rows = list(cells(page_map))
        whole = list(cells(await after(pilot, "0")))
    assert (rows[0][-1].text, rows[30][-1].text) == ("▐", " ")
    assert "".join(cell.text for cell in rows[-1]).rstrip() == "  " + "▀" * 17
    assert {row[-1].text for row in whole} == {" "}


async def test_shift_and_arrows_move_the_page(read: Reads, opened: Opens) -> None:
    read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        places = []
        for keys in (("plus", "plus"), ("shift+down",), ("shift+right",), ("shift+left",), ("shift+up",)):
            page_map = await after(pilot, *keys)
            places.append((in_sight(page_map).left, in_sight(page_map).top))
    (x0, y0), (x1, y1), (x2, y2), (x3, y3), (x4, y4) = places
    assert (x0, x1, x2, x3, x4) == (0, 0, 160, 0, 0)
    assert y0 == y4 == 0 < y1 == y2 == y3


async def test_the_page_follows_the_cursor_out_of_sight(read: Reads, opened: Opens) -> None:
    read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot, "plus", "plus", "G")
        assert in_sight(page_map).top > 0
        assert "▶" in map_text(pilot)


async def test_a_capital_z_looks_at_the_box_and_follows_it(read: Reads, opened: Opens) -> None:
    read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot, "Z")
        first = in_sight(page_map)
        page_map = await after(pilot, "j", "j", "j", "w")
        second = in_sight(page_map)
        page_map = await after(pilot, "Z")
        whole = in_sight(page_map)
    assert first.width < 400
    assert second.top > first.top
    assert second.width < first.width
    assert whole.is_whole_width
    assert whole.is_whole_height


async def test_v_takes_the_boxes_away(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot, "a", "v")
        assert not set("cA") & set("".join(papers(page_map)))
        page_map = await after(pilot, "v")
        assert set("cA") <= set("".join(papers(page_map)))


@pytest.mark.parametrize("key", ["plus", "Z", "t", "v", "0", "shift+down"])
async def test_on_a_narrow_screen_a_key_of_the_map_brings_it_up(key: str, read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened(NARROW) as pilot:
        await begin(pilot)
        page_map = await after(pilot, key)
        assert page_map.display
        assert not ink(pilot).is_on_screen
        await after(pilot, "z")
        assert not page_map.display


async def test_a_click_on_the_map_goes_to_the_line(read: Reads, opened: Opens) -> None:
    read("a.png", MANY[:3])
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot)
        await pilot.click(PageMap, offset=(8, 3))
        assert "line 2 of 3" in await settled(pilot)


async def test_a_page_without_a_picture_has_no_map_to_change(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    Path(store.item(item).source).unlink()  # noqa: ASYNC240 (a file of a test)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "plus", "Z", "t", "shift+left", "v", "comma", "I", "C", "right_parenthesis", "minus")
        text = screen_text(pilot)
    assert "no picture" in text
    assert "The text can be reviewed all the same" in text


# -- the ink ----------------------------------------------------------------------------------------------------------


async def test_the_word_under_the_cursor_is_marked_and_its_ink_stays(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened(WIDE) as pilot:
        await begin(pilot)
        plain = ["".join(cell.text for cell in row) for row in cells(ink(pilot))]
        assert "c" not in "".join(papers(ink(pilot)))
        await after(pilot, "b", "w")
        marked = papers(ink(pilot))
        assert ["".join(cell.text for cell in row) for row in cells(ink(pilot))] == plain
    assert "ccc" in marked[2]


async def test_a_comma_shows_a_line_more_above_and_below(read: Reads, opened: Opens) -> None:
    read("a.png", MANY[:5])
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "j", "j")
        alone = papers(ink(pilot))
        await after(pilot, "comma")
        around = papers(ink(pilot))
        gutter = [next(iter(row)).text for row in cells(ink(pilot))]
        await after(pilot, "comma")
        wider = papers(ink(pilot))
        await after(pilot, "comma")
        again = papers(ink(pilot))
    own = [row for row, text in enumerate(around) if "   " in text[2:]]
    assert "-" not in "".join(alone)
    assert around[own[0] - 1][4] == around[own[-1] + 1][4] == "-"
    assert [row for row, mark in enumerate(gutter) if mark == "▌"] == own
    assert sum("-" in row for row in wider) / sum("   " in row[2:] for row in wider) > 1
    assert again == alone


async def test_a_capital_i_shows_light_ink_on_dark_paper(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "I")
        row = next(iter(cells(ink(pilot))))
        assert _paper(row[4]) == (0, 0, 0)
        assert (255, 255, 255) in inks(ink(pilot))
        await after(pilot, "I")
        row = next(iter(cells(ink(pilot))))
        assert _paper(row[4]) == (255, 255, 255)


async def test_parentheses_change_the_contrast(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot)
        keys = ("right_parenthesis", "right_parenthesis", "left_parenthesis", "left_parenthesis")
        greys = [len(inks(page_map)), *[len(inks(await after(pilot, key))) for key in keys]]
    assert greys[2] < greys[1] <= greys[0]
    assert greys[3:] == [greys[1], greys[0]]


async def test_a_capital_c_gives_a_red_correction_its_colour(add: Adds, opened: Opens) -> None:
    page = Image.new("RGB", (600, 300), (225, 216, 196))
    draw = ImageDraw.Draw(page)
    for x in range(40, 300, 24):
        draw.rectangle((x, 100, x + 8, 150), fill=(30, 30, 30))
    for x in range(320, 560, 24):
        draw.rectangle((x, 100, x + 8, 150), fill=(190, 30, 40))
    add(page, [Line("black red", Polygon.from_bounds(30, 95, 570, 155))])

    def reds(widget: Widget) -> list[Tint]:
        return [colour for colour in inks(widget) if colour[0] > 90 + max(colour[1:])]

    async with opened(WIDE) as pilot:
        await begin(pilot)
        page_map = await after(pilot)
        assert not reds(ink(pilot))
        page_map = await after(pilot, "C")
        assert reds(ink(pilot))
        assert reds(page_map)
        assert any(max(colour) < 60 for colour in inks(ink(pilot)))  # black stays black
        await after(pilot, "C")
        assert not reds(ink(pilot))


# -- what is remembered, and what is left alone -----------------------------------------------------------------------


async def test_looks_are_remembered_from_one_review_to_the_next(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "I", "t", "comma", "plus", "O")
        await pilot.press("q")
        await begin(pilot)
        page_map = await after(pilot)
        looks = page_map._looks
    assert looks.tones.inverted
    assert looks.with_text
    assert looks.down_the_page
    assert (looks.context, looks.zoom > 0) == (1, True)


async def test_a_move_draws_the_map_anew_only_where_it_changed(
    read: Reads, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    read("a.png", MANY)
    drawn: list[int] = []
    render = PageMap.render_line

    def seen(self: PageMap, y: int) -> object:
        drawn.append(y)
        return render(self, y)

    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot)
        monkeypatch.setattr(PageMap, "render_line", seen)
        await after(pilot, "j")
        assert 0 < len(set(drawn)) <= 6
        drawn.clear()
        await after(pilot)
        assert drawn == []


async def test_keys_do_not_wait_for_pictures(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", MANY)
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await pilot.press("plus", "a", "plus", "a", "Z", "a", "comma", "a", "C", "a", "t", "a")
        text = await settled(pilot)
    assert store.item(item).decided == 6
    assert "line 7 of 30" in text


async def test_words_that_were_read_on_a_picture_drawn_elsewhere_do_no_harm(
    store: Store, tmp_path: Path, opened: Opens
) -> None:
    path = tmp_path / "odd.png"
    page = draw_page(path, ("a", "b"), legible=False)
    item = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
    store.claim("local")
    odd = [
        Polygon(((9e9, 5), (-4, 9e9), (3, -9e9), (0, 0))),
        Polygon(((50, 50), (10, 50), (10, 90), (50, 90))),
        Polygon(((5, 5), (5, 5), (5, 5), (5, 5))),
        Polygon(((10, 10), (90, 90), (90, 10), (10, 90))),
    ]
    store.done(
        item, b"{}", [Page(1, page.width, page.height, 0.0, tuple(Line("x", box, (Word("x", box),)) for box in odd))]
    )
    async with opened(WIDE) as pilot:
        await begin(pilot)
        await after(pilot, "t", "j", "plus", "j", "Z", "w", "j", "comma", "C", "k", "comma", "k", "0")
        assert " of 4" in await settled(pilot)
