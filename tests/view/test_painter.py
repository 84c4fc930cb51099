"""What Textual writes reaches the terminal with pictures in place of their placeholders, and nothing is sent twice."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.color import ColorSystem
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tests.paintings import image_of
from tests.terminal import CELL, Display
from tui.pictures.pixels import PAINTERS, Pixels, PixelTerminal, Protocol, pixels
from tui.pictures.pixels.mosaic import whole
from tui.view.easel import Easel
from tui.view.painter import placeholders

WHITE, YELLOW = (255, 255, 255), (255, 222, 120)
COLUMNS, ROWS = 12, 6


def picture_of(seed: int, protocol: Protocol, columns: int = COLUMNS, rows: int = ROWS) -> Pixels:
    random = Random(seed)
    image = Image.new("L", (columns * 10, rows * 20), 235)
    image.putdata([235 if random.random() < 0.9 else 20 for _ in range(image.width * image.height)])
    found = pixels(image, columns, rows, CELL, protocol=protocol)
    assert found is not None
    return found


class Hung(Widget):
    """A picture that somebody hung; a row of it may be marked."""

    DEFAULT_CSS = f"Hung {{ width: {COLUMNS}; height: {ROWS}; }}"

    def __init__(self, easel: Easel, picture: Pixels) -> None:
        super().__init__()
        self._easel, self.picture, self.marked = easel, picture, -1

    def render_line(self, y: int) -> Strip:
        if not self.screen.is_active:
            return Strip([Segment("#" * COLUMNS)])
        self._easel.hang(self, [self.picture])
        return Strip(self._easel.row(self.picture, y, [YELLOW if y == self.marked else WHITE] * self.picture.columns))


class Question(ModalScreen[None]):
    """Stands over a part of the picture."""

    DEFAULT_CSS = "Question { align: center middle; } Question Static { width: 10; height: 3; }"

    def compose(self) -> ComposeResult:
        yield Static("sure?")


class Gallery(App[None]):
    """A picture between texts, and a note that covers a part of it."""

    CSS = """
    Screen { layers: below above; }
    #room { height: 16; overflow-y: auto; }
    Hung { margin: 2 0 0 5; }
    #note { layer: above; width: 8; height: 3; offset: 10 4; display: none; }
    """

    def __init__(self, sent: Sent, picture: Pixels) -> None:
        class Pretender(HeadlessDriver):
            is_headless = False

            def write(self, data: str) -> None:
                sent.frame(data)

        super().__init__(driver_class=Pretender)
        self.console._color_system = ColorSystem.TRUECOLOR  # whatever the tests themselves run in
        self.hung = Hung(sent.easel, picture)

    def compose(self) -> ComposeResult:
        with Container(id="room"):
            yield self.hung
            yield Static("\n".join(f"row {number}" for number in range(30)))
        yield Static("a note\nin three\nrows", id="note")


class Sent:
    """The driver of a test: Textual's frames go through an easel into a terminal."""

    def __init__(self, protocol: Protocol) -> None:
        self.display = Display(80, 24)
        self.easel = Easel(self.write, PixelTerminal(CELL, protocol=protocol))
        self.count = 0

    def write(self, sequences: str) -> None:
        self.count += len(sequences)
        self.display.feed(sequences.encode())

    def frame(self, frame: str) -> str:
        """Show a frame; return what was sent for it."""
        sent = self.easel.painted(frame)
        self.write(sent)
        return sent

    @property
    def shown(self) -> dict[tuple[int, int], bytes]:
        """What is seen in each cell that shows a part of a picture."""
        images = {sequence: image_of(sequence, CELL) for sequence in self.display.paintings}
        return {
            place: images[part.sequence].crop(_box(part.column, part.row)).tobytes()
            for place, part in self.display.painted.items()
        }


def _box(column: int, row: int) -> tuple[int, int, int, int]:
    return column * CELL[0], row * CELL[1], (column + 1) * CELL[0], (row + 1) * CELL[1]


def cells_of(picture: Pixels, protocol: Protocol, left: int, top: int) -> dict[tuple[int, int], bytes]:
    """Return what cells show when a picture hangs there on white paper."""
    image = image_of(PAINTERS[protocol](whole(picture), CELL), CELL)
    return {
        (left + column, top + row): image.crop(_box(column, row)).tobytes()
        for row in range(picture.rows)
        for column in range(picture.columns)
    }


@pytest.fixture(params=["sixel", "iterm2"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return request.param  # type: ignore[no-any-return]  # as given above


@pytest.fixture
def sent(protocol: Protocol) -> Sent:
    return Sent(protocol)


@pytest.fixture
def picture(protocol: Protocol) -> Pixels:
    return picture_of(1, protocol)


def rows(easel: Easel, picture: Pixels, at: tuple[int, int], marked: int = -1) -> str:
    """Return a frame with a picture, as Textual writes it."""
    easel.hang("panel", [picture])
    written = []
    for row in range(picture.rows):
        written.append(f"\x1b[{at[1] + row + 1};{at[0] + 1}H")
        for segment in easel.row(picture, row, [YELLOW if row == marked else WHITE] * picture.columns):
            assert segment.style is not None
            number, paper = segment.style.color, segment.style.bgcolor
            assert number is not None
            assert paper is not None
            codes = ";".join([*number.get_ansi_codes(), *paper.get_ansi_codes(foreground=False)])
            written.append(f"\x1b[{codes}m{segment.text}\x1b[0m")
    return "".join(written)


def test_a_picture_is_painted_where_its_placeholders_stand(sent: Sent, picture: Pixels, protocol: Protocol) -> None:
    sent.frame("\x1b[1;1Hbefore" + rows(sent.easel, picture, (7, 3)) + "\x1b[20;1Hafter")
    assert sent.shown == cells_of(picture, protocol, 7, 3)
    assert len(sent.display.paintings) == 1
    assert sent.display.rows[0] == "before"
    assert sent.display.rows[19] == "after"
    assert not any(row for row in sent.display.rows[1:19])
    assert (sent.display.screen.cursor.x, sent.display.screen.cursor.y) == (5, 19)


def test_blanks_under_it_have_the_colour_of_its_paper(sent: Sent, picture: Pixels) -> None:
    sent.frame(rows(sent.easel, picture, (7, 3), marked=2))
    assert {sent.display.cell(8, row).background for row in (3, 4, 6, 7, 8)} == {"ffffff"}
    assert sent.display.cell(8, 5).background == "ffde78"


def test_what_is_shown_already_is_not_sent_again(sent: Sent, picture: Pixels, protocol: Protocol) -> None:
    frame = rows(sent.easel, picture, (7, 3))
    first = sent.frame(frame)
    again = sent.frame(frame)
    assert len(first) > 10 * len(again)
    assert "\x1bP" not in again
    assert "1337" not in again
    assert sent.shown == cells_of(picture, protocol, 7, 3)


def test_another_tint_paints_its_row_alone(sent: Sent, picture: Pixels, protocol: Protocol) -> None:
    sent.frame(rows(sent.easel, picture, (7, 3)))
    sent.frame(rows(sent.easel, picture, (7, 3), marked=4))
    plain = cells_of(picture, protocol, 7, 3)
    assert {place for place, seen in sent.shown.items() if seen != plain[place]} == {(7 + x, 7) for x in range(COLUMNS)}
    parts = {(part.sequence, part.row) for part in sent.display.painted.values() if part.sequence != ""}
    assert len({sequence for sequence, _ in parts}) == 2
    sent.frame(rows(sent.easel, picture, (7, 3)))
    assert sent.shown == plain


def test_text_over_a_picture_wipes_it_out_and_what_comes_back_is_painted(
    sent: Sent, picture: Pixels, protocol: Protocol
) -> None:
    frame = rows(sent.easel, picture, (7, 3))
    sent.frame(frame)
    sent.frame("\x1b[5;9Hcovered\x1b[6;9Hcovered")
    covered = {(x, y) for x in range(8, 15) for y in (4, 5)}
    whole_picture = cells_of(picture, protocol, 7, 3)
    assert sent.shown == {place: seen for place, seen in whole_picture.items() if place not in covered}
    back = sent.frame(frame)
    assert sent.shown == whole_picture
    assert len(sent.display.paintings) == 2
    assert back.count("\x1b7") == 1


def test_another_place_shows_it_there_alone(sent: Sent, picture: Pixels, protocol: Protocol) -> None:
    blank = "".join(f"\x1b[{row + 1};1H{' ' * 80}" for row in range(24))
    sent.frame(rows(sent.easel, picture, (7, 3)))
    sent.frame(blank + rows(sent.easel, picture, (7, 4)))
    assert sent.shown == cells_of(picture, protocol, 7, 4)


def test_two_pictures_side_by_side_are_told_apart(sent: Sent, protocol: Protocol) -> None:
    one, other = picture_of(1, protocol), picture_of(2, protocol)
    sent.easel.hang("map", [other])
    frame = rows(sent.easel, one, (0, 1)) + rows(sent.easel, other, (COLUMNS, 1))
    sent.frame(frame)
    assert sent.shown == cells_of(one, protocol, 0, 1) | cells_of(other, protocol, COLUMNS, 1)


def test_a_picture_that_nobody_keeps_any_more_is_blank(sent: Sent, picture: Pixels) -> None:
    frame = rows(sent.easel, picture, (7, 3))
    other = Easel(sent.write, PixelTerminal(CELL, protocol="sixel"))
    assert "\x1bP" not in other.painted(frame)
    assert not any(character >= "\U00100000" for character in other.painted(frame))


def test_in_256_colours_its_number_and_its_paper_are_those_of_the_palette(picture: Pixels, protocol: Protocol) -> None:
    sent = Sent(protocol)
    sent.easel = Easel(sent.write, PixelTerminal(CELL, is_truecolor=False, protocol=protocol))
    sent.easel.hang("panel", [picture])
    for row in range(ROWS):
        (segment,) = sent.easel.row(picture, row, [WHITE] * COLUMNS)
        assert segment.style is not None
        code = Strip.render_ansi(segment.style, ColorSystem.EIGHT_BIT)
        sent.frame(f"\x1b[{row + 2};3H\x1b[{code}m{segment.text}\x1b[0m")
    assert sent.shown == cells_of(picture, protocol, 2, 1)


def test_a_screen_of_another_size_or_font_is_painted_anew(picture: Pixels, protocol: Protocol) -> None:
    sent, sizes = Sent(protocol), [CELL, CELL, (12, 24), None]
    sent.easel = Easel(sent.write, PixelTerminal(CELL, protocol=protocol, cell_now=lambda: sizes.pop(0)))
    frame = rows(sent.easel, picture, (0, 1))
    assert [len(sent.easel.painted(frame)) > 400 for _ in range(4)] == [True, False, True, True]
    sizes.append(None)
    sent.easel.paint_anew()
    assert len(sent.easel.painted(frame)) > 400


def test_leaving_wipes_out_every_picture(sent: Sent, picture: Pixels) -> None:
    sent.frame(rows(sent.easel, picture, (7, 3)))
    sent.easel.close()
    assert not sent.shown


def test_in_tmux_which_may_have_shown_another_window_all_is_painted_whenever_it_is_written() -> None:
    sent = Sent("sixel")
    sent.easel = Easel(sent.write, PixelTerminal(CELL, protocol="sixel", is_in_tmux=True))
    frame = rows(sent.easel, picture_of(1, "sixel"), (7, 3))
    assert sent.frame(frame).count("\x1bP0;1q") == 1
    assert sent.frame(frame).count("\x1bP0;1q") == 1


@given(
    st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("\x1b[]0;38254Hm\x07\\ aé漢\U00100000\U0010ffff"))
)
def test_any_frame_is_written_and_no_placeholder_is_left_in_it(frame: str) -> None:
    easel = Easel(lambda _: None, PixelTerminal(CELL, protocol="sixel"))
    picture = picture_of(1, "sixel", 2, 1)
    first = rows(easel, picture, (0, 0))
    easel.painted(first)
    written = easel.painted(frame)
    assert not any("\U00100000" <= character <= "\U0010fffd" for character in written)
    if not any(character >= "\U00100000" for character in frame):
        assert written == frame


# -- through Textual itself -------------------------------------------------------------------------------------------


async def settled(pilot: Pilot[None], sent: Sent) -> int:
    """Wait until nothing is written any more; return how much was."""
    before = sent.count
    await pilot.pause(0.1)
    await pilot.pause(0.1)
    return sent.count - before


async def test_what_covers_it_scrolls_it_and_closes_leaves_no_trace(
    sent: Sent, picture: Pixels, protocol: Protocol
) -> None:
    app = Gallery(sent, picture)
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        await settled(pilot, sent)
        hung = cells_of(picture, protocol, 5, 2)
        assert sent.shown == hung

        assert await settled(pilot, sent) == 0  # nothing is written while nothing happens

        app.screen.refresh()
        assert 0 < await settled(pilot, sent) < 6_000  # text alone
        assert sent.shown == hung

        app.query_one("#note").display = True
        await settled(pilot, sent)
        note = {(x, y) for x in range(10, 18) for y in range(4, 7)}
        assert sent.shown == {place: seen for place, seen in hung.items() if place not in note}

        app.query_one("#note").display = False
        await settled(pilot, sent)
        assert sent.shown == hung

        app.push_screen(Question())
        await settled(pilot, sent)
        app.hung.refresh()
        await settled(pilot, sent)
        assert not sent.shown

        app.pop_screen()
        await settled(pilot, sent)
        app.hung.refresh()
        await settled(pilot, sent)
        assert sent.shown == hung

        app.query_one("#room").scroll_to(y=4, animate=False)
        await settled(pilot, sent)
        upper = {(x, y - 4): seen for (x, y), seen in hung.items() if y >= 4}
        assert sent.shown == upper

        app.query_one("#room").scroll_to(y=0, animate=False)
        app.hung.marked = 3
        app.hung.refresh(Region(0, 3, COLUMNS, 1))
        await settled(pilot, sent)
        assert {place for place in hung if sent.shown[place] != hung[place]} == {
            (5 + column, 5) for column in range(COLUMNS)
        }


@given(st.integers(0, 1000))
@settings(max_examples=5)
def test_placeholders_tell_row_and_column(number: int) -> None:
    row, columns = number % 40, 1 + number % 297
    assert placeholders(row, columns)[-1] == chr(0x100000 + row * columns + columns - 1)
