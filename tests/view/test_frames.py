"""What a terminal shows is the same whether it is sent what Textual writes or only what it does not show yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paintings import image_of
from tests.terminal import CELL, Display
from tests.view.test_painter import cells_of, picture_of, rows
from tui.pictures.pixels import PixelTerminal, Protocol
from tui.view.difference import PAINTED, Abilities, abilities_of
from tui.view.easel import Easel
from tui.view.pen import look_of, turn
from tui.view.wire import Wire

COLUMNS, LINES = 24, 8
LOOKS = (
    "",
    "1",
    "38;5;196",
    "48;5;22",
    "1;38;5;196;48;5;22",
    "7;38;5;196",
    "4;48;5;22",
    "31;42",
    "38;2;1;2;3;48;2;4;5;6",
)
NARROW = ("a", "b", " ", "  ", "          ", "ä", "▄", "─", "🬋", "▌·", "word")
WIDE = ("漢", "e\u0301", "שלום", "字", "👍", "x")
Stretch = tuple[int, int, list[tuple[str, str]]]
"""Column, row, and looks with their texts."""

looks = st.sampled_from(LOOKS)
narrow = st.lists(st.tuples(looks, st.sampled_from(NARROW)), min_size=1, max_size=6)
wide = st.lists(st.tuples(looks, st.sampled_from(NARROW + WIDE)), min_size=1, max_size=8)
columns, lines = st.integers(0, COLUMNS - 1), st.integers(0, LINES - 1)
parts = st.tuples(columns, lines, narrow)
whole_rows = st.tuples(st.just(0), lines, wide)
frames = st.lists(parts | whole_rows, min_size=1, max_size=LINES)
"""What Textual writes at once; a row in which something is wide or joined is written as a whole."""
abilities = st.builds(Abilities, erases=st.booleans(), scrolls=st.booleans(), steps=st.booleans())


def frame_text(stretches: Sequence[Stretch]) -> str:
    """Return a frame as Textual writes it: rows from above, a new line behind each but the last, and the cursor."""
    texts = [_text(stretch) for stretch in sorted(stretches, key=lambda stretch: stretch[1])]
    return "\n".join(texts) + "\x1b[3;2H"


def _text(stretch: Stretch) -> str:
    x, y, texts = stretch
    written, left = [f"\x1b[{y + 1};{x + 1}H"], COLUMNS - x
    for look, text in texts if x else [*texts, ("48;5;22", " " * COLUMNS)]:
        for cluster in re.findall(r".\u0301?", text):
            size = 2 if cluster in "漢字👍" else 1
            if size <= left:
                written.append(f"\x1b[{look}m{cluster}\x1b[0m" if look else cluster)
                left -= size
    return "".join(written)


def possible(stretches: Sequence[Stretch], is_wide: set[int]) -> Iterator[Stretch]:
    """Yield what Textual would write: a row in which something is wide or joined is written as a whole."""
    for x, y, texts in sorted(stretches, key=lambda stretch: stretch[1]):
        if x == 0:
            (is_wide.add if any(text in WIDE for _, text in texts) else is_wide.discard)(y)
        if x == 0 or y not in is_wide:
            yield x, y, texts


def seen(display: Display) -> list[list[object]]:
    """Return what is to be seen in each cell: the colour of ink only where ink is."""
    found: list[list[object]] = []
    for y in range(display.screen.lines):
        row: list[object] = []
        for x in range(display.screen.columns):
            cell = display.cell(x, y)
            lines_and_ink = (
                (cell.foreground, cell.bold) if cell.text.strip() or cell.reversed or cell.underlined else ()
            )
            row.append((cell.text, cell.background, cell.underlined, cell.reversed, lines_and_ink))
        found.append(row)
    return found


class Line:
    """A line to a display that takes as many bytes as it is told to."""

    def __init__(self, display: Display, abilities: Abilities) -> None:
        self.display, self.takes, self.sent = display, 1 << 20, 0
        self.wire = Wire(self.send, lambda: (display.screen.columns, display.screen.lines), abilities)
        self.wire.write("\x1b[?1049h")

    def send(self, data: bytes) -> int:
        if not self.takes:
            raise BlockingIOError
        taken, self.takes = data[: self.takes], max(0, self.takes - len(data))
        self.display.feed(taken)
        self.sent += len(taken)
        return len(taken)


def both(abilities: Abilities) -> tuple[Display, Line]:
    """Return a display for what Textual writes, and a line to another one."""
    plain = Display(COLUMNS, LINES)
    plain.feed(b"\x1b[?1049h")
    return plain, Line(Display(COLUMNS, LINES), abilities)


@settings(deadline=None, max_examples=40)
@given(abilities, st.lists(st.tuples(frames, st.integers(0, 400)), max_size=6))
def test_the_terminal_shows_the_same_however_slowly_it_takes_things(
    abilities: Abilities, given: Sequence[tuple[list[Stretch], int]]
) -> None:
    plain, line = both(abilities)
    is_wide: set[int] = set()
    for stretches, takes in given:
        frame = frame_text([*possible(stretches, is_wide)])
        plain.feed(frame.replace("\n", "").encode())
        line.takes = takes
        line.wire.write(frame)
    line.takes = 1 << 20
    line.wire.pump()
    assert not line.wire.is_waiting
    assert seen(line.display) == seen(plain)


# -- what is moved, and what is in doubt ------------------------------------------------------------------------------


def rows_of(texts: Sequence[str]) -> str:
    """Return a frame of whole rows."""
    return frame_text([(0, y, [("1;38;5;196;48;5;22", text)]) for y, text in enumerate(texts)])


@settings(deadline=None, max_examples=30)
@given(
    abilities,
    st.lists(st.text("abc ", max_size=8), min_size=LINES, max_size=LINES),
    st.lists(st.integers(-4, 4), max_size=3),
)
def test_what_moves_up_and_down_is_shown_the_same(abilities: Abilities, texts: list[str], moves: list[int]) -> None:
    plain, line = both(abilities)
    for by in (0, *moves):
        texts = texts[by:] + texts[:by]
        plain.feed(rows_of(texts).replace("\n", "").encode())
        line.wire.write(rows_of(texts))
        assert seen(line.display) == seen(plain)


def test_a_list_that_moves_by_a_row_costs_that_row() -> None:
    plain, line = both(Abilities(erases=True))
    texts = [f"row number {number:2} of many" for number in range(20)]
    line.wire.write(rows_of(texts[:LINES]))
    for top in (1, 2, 1):
        before = line.sent
        line.wire.write(rows_of(texts[top : top + LINES]))
        plain.feed(rows_of(texts[top : top + LINES]).replace("\n", "").encode())
        assert line.sent - before < 100
    assert seen(line.display) == seen(plain)


def test_what_is_there_already_is_not_sent_again() -> None:
    _, line = both(Abilities(erases=True))
    line.wire.write(rows_of(["one", "two"]))
    before = line.sent
    line.wire.write(rows_of(["one", "two"]))
    assert line.sent - before < 10  # where the cursor is
    line.wire.write(rows_of(["one", "too"]))
    assert line.sent - before < 50


def test_while_nothing_is_taken_frames_take_each_others_place() -> None:
    plain, line = both(Abilities())
    line.takes = 0
    for number in range(1000):
        line.wire.write(rows_of([f"{number} {'x' * (number % 10)}"] * LINES))
    assert line.wire.is_waiting
    line.takes = 1 << 20
    line.wire.pump()
    plain.feed(rows_of(["999 xxxxxxxxx"] * LINES).replace("\n", "").encode())
    assert seen(line.display) == seen(plain)
    assert line.sent < 3000  # the first of them and the last


def test_what_is_no_frame_is_sent_in_order_and_behind_the_frame_before_it_where_that_matters() -> None:
    _, line = both(Abilities())
    line.takes = 0
    line.wire.write("\x1b[1;1Hone")
    line.wire.write("\x1b]22;pointer\x07")
    line.wire.write("\x1b[?1049l")
    line.wire.write("\x1b[1;1Hnever seen")
    line.takes = 1 << 20
    line.wire.pump()
    assert 1049 not in line.display.modes
    assert not any(line.display.rows)
    line.wire.write("\x1b[?1049h")  # what was written meanwhile is there
    assert line.display.rows[0] == "never seen"


@pytest.mark.parametrize(
    "strange", ["\x1b[1;1Hone\x1b[5Ctwo", "\x1b[2J\x1b[1;1Hone", "one", "\x1b[1;1Ha\x08b", "\x1b[1;1H\x1b[38;9mx"]
)
def test_what_is_not_understood_is_sent_as_it_is_and_forgets_what_was_known(strange: str) -> None:
    plain, line = both(Abilities(erases=True))
    for data in (rows_of(["a", "b"]), strange, rows_of(["a", "b"])):
        plain.feed(data.replace("\n", "").encode())
        line.wire.write(data)
    assert seen(line.display) == seen(plain)


def test_in_doubt_all_is_painted_anew() -> None:
    plain, line = both(Abilities(erases=True))
    frame = rows_of([f"row {number}" for number in range(LINES)])
    plain.feed(frame.replace("\n", "").encode())
    line.wire.write(frame)
    line.display.feed(b"\x1b[2J\x1b[3;3Ha message to all")
    line.wire.doubt()
    assert seen(line.display) == seen(plain)


def test_another_size_is_painted_as_a_whole() -> None:
    plain, line = both(Abilities(erases=True))
    line.wire.write(rows_of(["one", "two"]))
    for display in (plain, line.display):
        display.screen.resize(LINES, COLUMNS - 4)
        display.feed(b"\x1b[1;1Hwhat a terminal makes of it")
    line.wire.doubt()  # nothing is painted for a size that is no more
    frame = "".join(f"\x1b[{y + 1};1H{'row ' + str(y):{COLUMNS - 4}}" for y in range(LINES))
    plain.feed(frame.encode())
    line.wire.write(frame)
    assert seen(line.display) == seen(plain)


def test_a_line_that_is_cut_is_written_to_no_more() -> None:
    def send(_: bytes) -> int:
        raise OSError(5, "the terminal is gone")

    wire = Wire(send, lambda: (COLUMNS, LINES))
    wire.write("\x1b[?1049h")
    wire.write(rows_of(["one"]))
    assert wire.is_cut
    assert not wire.is_waiting


@given(st.text(st.sampled_from("\x1b[]0;38254HmKJ?hl\x07\\ aé漢\u0301\n\U00100000")))
def test_anything_may_be_written(data: str) -> None:
    _, line = both(Abilities(erases=True))
    for text in (rows_of(["a"]), "\x1b[1;1H" + data, data, rows_of(["b"])):
        line.wire.write(text)
    assert not line.wire.is_waiting


@pytest.mark.parametrize(
    ("environment", "erases"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "TMUX": "/tmp/tmux"}, False),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "vt100"}, False),
        ({}, False),
    ],
)
def test_only_terminals_that_erase_with_the_colour_of_the_paper_are_told_to(
    environment: dict[str, str], erases: bool
) -> None:
    assert abilities_of(environment).erases is erases


# -- looks ------------------------------------------------------------------------------------------------------------


@given(st.sampled_from(LOOKS), st.sampled_from(LOOKS))
def test_one_look_becomes_another_by_what_is_different(before: str, after: str) -> None:
    display = Display(3, 1)
    old, new = look_of(before), look_of(after)
    assert old is not None
    assert new is not None
    display.feed(f"\x1b[{before}mx{turn(old, new)}y\x1b[0;{after}mz".encode())
    assert display.cell(1, 0)._replace(text="") == display.cell(2, 0)._replace(text="")
    assert len(turn(old, new)) <= len(f"\x1b[0;{after}m")


@pytest.mark.parametrize("codes", ["38;5", "38", "38;7;1", "99", "4:3", "x"])
def test_a_look_that_is_not_known_is_none(codes: str) -> None:
    assert look_of(codes) is None


# -- with pictures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["sixel", "iterm2"])
def test_pictures_are_painted_where_they_are_seen_however_slow_the_line(protocol: Protocol) -> None:
    display = Display(80, 24)
    line = Line(display, PAINTED)
    easel = Easel(line.wire.write, PixelTerminal(CELL, protocol=protocol))
    line.wire = Wire(line.send, lambda: (80, 24), PAINTED, easel.painted)
    line.wire.write("\x1b[?1049h")
    picture = picture_of(1, protocol)
    cover = "\x1b[5;9H\x1b[1;48;5;22mcovered\x1b[0m\n\x1b[6;9Hcovered"
    blank = "\n".join(f"\x1b[{row + 1};1H{' ' * 80}" for row in range(23))
    hung = rows(easel, picture, (7, 3))
    whole = cells_of(picture, protocol, 7, 3)
    covered = {(x, y) for x in range(8, 15) for y in (4, 5)}

    line.wire.write("\x1b[1;1Hbefore\n" + hung)
    assert shown(display) == whole
    line.wire.write(cover)
    assert shown(display) == {place: part for place, part in whole.items() if place not in covered}
    line.takes = 0
    line.wire.write(blank)
    for at in ((0, 0), (20, 9), (7, 3)):
        line.wire.write(blank + "\n" + rows(easel, picture, at))
    line.takes = 1 << 20
    line.wire.pump()
    assert shown(display) == whole
    before = line.sent
    line.wire.write(hung)
    assert line.sent - before < 400
    assert shown(display) == whole


def shown(display: Display) -> dict[tuple[int, int], bytes]:
    """Return what is seen in each cell that shows a part of a picture."""
    images = {sequence: image_of(sequence, CELL) for sequence in display.paintings}
    width, height = CELL
    return {
        place: images[part.sequence]
        .crop((part.column * width, part.row * height, (part.column + 1) * width, (part.row + 1) * height))
        .tobytes()
        for place, part in display.painted.items()
    }
