"""A terminal for tests: runs the real program in a pty, shows what is on its screen, and presses keys.

The emulation is pyte's. What pyte lacks is added here, because modern programs ask for it at their start: answers to
their questions (XTVERSION, DA, DECRQM, OSC 10 and 11, kitty keyboard; see xterm's "Control Sequences" and the kitty
keyboard protocol), the alternate screen, synchronised updates, and silence about everything that pyte would print.
"""

from __future__ import annotations

import codecs
import copy
import os
import re
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pexpect
import pyte
from wcwidth import wcwidth

from tests import warm
from tests.paintings import cells_of

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    **{f"f{number}": f"\x1bO{final}" for number, final in enumerate("PQRS", 1)},
    **{f"f{number}": f"\x1b[{code}~" for number, code in enumerate((15, 17, 18, 19, 20, 21, 23, 24), 5)},
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}

_SEQUENCE = re.compile(
    r"\x1b(?:\[(?P<parameters>[0-?]*)(?P<final>[ -/]*[@-~])"
    r"|Ptmux;(?P<passed>(?:[^\x1b]|\x1b\x1b)*)\x1b\\"
    r"|(?P<kind>[]PX^_])(?P<content>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<escape>[ -/]*[0-OQ-WYZ\\`-~]))"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[ -?]*|Ptmux;(?:[^\x1b]|\x1b\x1b)*\x1b?|[]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")
_C1 = dict.fromkeys(range(0x80, 0xA0))
_DRAWN = frozenset("@ABCDEFGHIJKLMPXade`fghlmr")
_KNOWN_MODES = frozenset({1, 7, 25, 1000, 1002, 1003, 1004, 1006, 1049, 2004, 2026})
_ALTERNATE = frozenset({47, 1047, 1049})
_UPDATE = 2026


class Cell(NamedTuple):
    """One cell of the screen, with colours as pyte names them: `default`, `red`, ... or six hexadecimal digits."""

    text: str
    """Its character with what combines with it; empty in the right half of a wide one."""
    foreground: str
    background: str
    bold: bool
    italic: bool
    underlined: bool
    reversed: bool


class Painted(NamedTuple):
    """What a cell shows of a picture that was painted over it."""

    sequence: str
    """The picture as it was sent."""
    column: int
    """The cell's column of the picture."""
    row: int


CELL = (10, 20)
"""Width and height of a cell in pixels."""


class Display:
    """What a terminal makes of the bytes that a program writes; `answer` is called with what goes back to it."""

    def __init__(
        self,
        columns: int,
        rows: int,
        answer: Callable[[bytes], object] = lambda _: None,
        says: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.pictures: list[str] = []
        """What was sent by kitty's graphics protocol, each sequence without its ends; questions are not among it."""
        self.kept_pictures: dict[str, str] = {}
        """The pictures that this screen keeps: by their numbers, the keys they were sent with."""
        self.left_pictures: set[str] = set()
        """Numbers of pictures that the alternate screen had still kept when it was left."""
        self.paintings: list[str] = []
        """The pictures that were painted over cells: sixels and iTerm2's, each as it was sent."""
        self._painted: dict[tuple[int, int], tuple[Painted, object]] = {}
        self.modes: set[int] = {25}
        """The DEC private modes that are on: 25 the cursor, 1049 the alternate screen, 1000 the mouse, ..."""
        self._answer = answer
        self._says = says or {}
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._covered: tuple[Any, Any] | None = None

    @property
    def rows(self) -> tuple[str, ...]:
        """The text of each row, without the spaces at its end."""
        return tuple(row.rstrip() for row in self.full_rows)

    @property
    def full_rows(self) -> tuple[str, ...]:
        """The text of each row; a half of a wide character that has been written over is a space."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return tuple(
            "".join(buffer[row][column].data or _stub(buffer[row][column - 1].data) for column in columns)
            for row in range(self.screen.lines)
        )

    @property
    def is_updating(self) -> bool:
        """Whether the program is in the middle of a synchronised update, so that the screen is half a frame."""
        return _UPDATE in self.modes

    def cell(self, column: int, row: int) -> Cell:
        """Return a cell; both from 0."""
        found = self.screen.buffer[row][column]
        return Cell(found.data, found.fg, found.bg, found.bold, found.italics, found.underscore, found.reverse)

    @property
    def painted(self) -> dict[tuple[int, int], Painted]:
        """The cells that show a picture, by column and row: those over which nothing was written since."""
        buffer = self.screen.buffer
        return {(x, y): shown for (x, y), (shown, cell) in self._painted.items() if buffer[y][x] is cell}

    def _paint(self, sequence: str) -> None:
        """Paint a picture from where the cursor stands on, which stays there; what is beyond the screen is cut off."""
        self.paintings.append(sequence)
        columns, rows = cells_of(sequence, CELL)
        left, top = self.screen.cursor.x, self.screen.cursor.y
        assert top + rows < self.screen.lines, "many terminals scroll for a picture in the last row"
        for y in range(top, min(top + rows, self.screen.lines)):
            for x in range(left, min(left + columns, self.screen.columns)):
                self._painted[x, y] = Painted(sequence, x - left, y - top), self.screen.buffer[y][x]

    def feed(self, data: bytes) -> None:
        """Show what a program wrote; a sequence that is cut off waits for its rest."""
        text = self._rest + self._decode(data).translate(_C1)
        place = 0
        while (escape := text.find("\x1b", place)) >= 0:
            self._stream.feed(text[place:escape])
            place = escape
            found = _SEQUENCE.match(text, place)
            if found:
                self._obey(found)
                place = found.end()
            elif _UNFINISHED.match(text, place):
                break
            else:
                place += 1
        else:
            self._stream.feed(text[place:])
            place = len(text)
        self._rest = text[place:]

    def _obey(self, sequence: re.Match[str]) -> None:
        if sequence["final"]:
            self._obey_csi(sequence["parameters"], sequence["final"], sequence[0])
        elif sequence["passed"]:  # what a tmux in between hands on
            self._obey_passed(sequence["passed"].replace("\x1b\x1b", "\x1b"))
        elif re.match(r"\x1b(?:P[\d;]*q|\]1337;File=)", sequence[0]):
            self._paint(sequence[0])
        elif sequence["kind"] == "]":
            self._obey_osc(sequence["content"], sequence[0])
        elif sequence["kind"] == "P" and sequence["content"][:2] in {"+q", "$q"}:
            self._reply(f"\x1bP0{sequence['content'][0]}r\x1b\\")
        elif sequence["kind"] == "_" and sequence["content"].startswith("G"):
            self._obey_graphics(sequence["content"][1:])
        elif sequence["escape"] and sequence["escape"][-1] in "78DEHMc":
            self._draw(sequence[0])

    def _obey_passed(self, text: str) -> None:
        for sequence in _SEQUENCE.finditer(text):
            self._obey(sequence)

    def _obey_graphics(self, content: str) -> None:
        if "a=q" in content.partition(";")[0].split(","):
            self._reply(self._says.get("graphics", ""))
        else:
            self.pictures.append(content)
            keys = content.partition(";")[0]
            number = re.search(r"(?:^|,)i=(\d+)", keys)
            if number and "a=d" in keys:
                self.kept_pictures.pop(number[1], None)
            elif number:
                self.kept_pictures[number[1]] = keys

    def _obey_csi(self, parameters: str, final: str, whole: str) -> None:
        answer = self._answer_to(parameters, final)
        if answer:
            self._reply(answer)
        elif parameters.startswith("?") and final in "hl":
            self._switch(parameters[1:], on=final == "h")
            self._draw(whole)
        elif final in _DRAWN and parameters[:1] not in {"<", "=", ">", "?"}:
            self._draw(_without_subparameters(whole))

    def _answer_to(self, parameters: str, final: str) -> str:
        """Return what a terminal answers to a question, or nothing where it is none."""
        cursor = self.screen.cursor
        place = f"{cursor.y + 1};{min(cursor.x, self.screen.columns - 1) + 1}"
        columns, rows = self.screen.columns, self.screen.lines
        answers = {
            "c": "\x1b[?62;22c",
            "0c": "\x1b[?62;22c",
            ">c": "\x1b[>1;10;0c",
            ">0c": "\x1b[>1;10;0c",
            ">q": "\x1bP>|handread-tests(1)\x1b\\",
            ">0q": "\x1bP>|handread-tests(1)\x1b\\",
            "?u": "\x1b[?0u",
            "5n": "\x1b[0n",
            "6n": f"\x1b[{place}R",
            "?6n": f"\x1b[?{place}R",
            "14t": f"\x1b[4;{rows * 20};{columns * 10}t",
            "16t": "\x1b[6;20;10t",
            "18t": f"\x1b[8;{rows};{columns}t",
        }
        if final == "$p" and parameters.startswith("?") and parameters[1:].isdigit():
            return f"\x1b[{parameters};{self._state_of(int(parameters[1:]))}$y"
        question = parameters + final
        return self._says.get(question, answers.get(question, ""))

    def _state_of(self, mode: int) -> int:
        """Return how DECRPM reports a mode: 0 unknown, 1 on, 2 off."""
        if mode not in _KNOWN_MODES:
            return 0
        return 1 if mode in self.modes else 2

    def _obey_osc(self, content: str, whole: str) -> None:
        number, _, value = content.partition(";")
        colours = {"10": "rgb:cccc/cccc/cccc", "11": "rgb:1010/1010/1010", "12": "rgb:cccc/cccc/cccc"}
        if value == "?" and number in colours:
            self._reply(f"\x1b]{number};{colours[number]}\x1b\\")
        elif number in {"0", "1", "2"}:
            self._draw(whole)

    def _switch(self, numbers: str, *, on: bool) -> None:
        for mode in (int(number) for number in numbers.split(";") if number.isdecimal()):
            if mode in _ALTERNATE and on != (mode in self.modes):
                self._alternate(on=on)
            (self.modes.add if on else self.modes.discard)(mode)

    def _alternate(self, *, on: bool) -> None:
        """Cover the screen with an empty one, or uncover it as it was."""
        if on:
            self._covered = copy.deepcopy(self.screen.buffer), copy.copy(self.screen.cursor)
            self.screen.erase_in_display(2)
            self.kept_pictures.clear()
        elif self._covered:
            self.left_pictures |= self.kept_pictures.keys() | {shown.sequence for shown in self.painted.values()}
            self.screen.buffer, self.screen.cursor = self._covered
            self._covered = None

    def _draw(self, sequence: str) -> None:
        """Pass a sequence on to pyte, which raises TypeError where a parameter too many is given."""
        try:
            self._stream.feed(sequence)
        except TypeError:
            return

    def _reply(self, text: str) -> None:
        if text:
            self._answer(text.encode("utf-8", "surrogateescape"))


def _stub(before: str) -> str:
    """Return what an empty cell shows: nothing of its own behind a wide character, else a space."""
    return "" if before and wcwidth(before[0]) == 2 else " "


def _without_subparameters(sequence: str) -> str:
    """Return a colour sequence in the older spelling that pyte knows: semicolons, no underline styles."""
    if ":" not in sequence:
        return sequence
    sequence = re.sub(r"([345]8):2:[0-9]*:", r"\1;2;", sequence)
    sequence = re.sub(r"\b4:0", "24", sequence)
    return re.sub(r"\b4:\d", "4", sequence).replace(":", ";")


class NotShown(AssertionError):
    """What was waited for did not come onto the screen; its text shows the screen."""


class Terminal:
    """A program in a terminal of its own. A context manager: at its end the program is ended too.

    `says` are answers in place of the usual ones: by the question's parameters and final, such as `>0q`, and by
    `graphics` for kitty's graphics query, which has no answer else. A terminal that `answers_late` keeps all answers
    back until `answer` is called.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        says: Mapping[str, str] | None = None,
        answers_late: bool = False,
    ) -> None:
        columns, rows = size
        self._answers_late = answers_late
        self._kept_back: list[bytes] = []
        self._display = Display(columns, rows, self._reply, says)
        environment, folder = environment_of(env or {}), None if cwd is None else str(cwd)
        self._program: Any
        if warm.can_start(argv, environment):
            self._program = warm.InTerminal(argv, environment, folder, (rows, columns))
        else:
            self._program = pexpect.spawn(
                str(argv[0]),
                [str(argument) for argument in argv[1:]],
                env=environment,
                cwd=folder,
                dimensions=(rows, columns),
                timeout=None,
            )
            self._program.ptyproc.delayafterclose = 0.01
        self._program.delaybeforesend = None
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._program.close(force=True)
        except pexpect.ExceptionPexpect:  # a killed program is given a tenth of a second; a busy machine needs longer
            self._program.wait()

    @property
    def display(self) -> Display:
        """The screen as it is after everything that the program has written by now."""
        self._read(0)
        return self._display

    @property
    def rows(self) -> tuple[str, ...]:
        """The text of each row of the screen, without the spaces at its end."""
        return self.display.rows

    @property
    def text(self) -> str:
        """The rows of the screen, a line each."""
        return "\n".join(self.rows)

    @property
    def title(self) -> str:
        """The window title that the program has set."""
        return str(self.display.screen.title)

    def cell(self, column: int, row: int) -> Cell:
        """Return a cell of the screen; both from 0."""
        return self.display.cell(column, row)

    def send(self, *keys: str) -> None:
        """Press keys, each one character or one of the names in KEYS."""
        for key in keys:
            self._write(self._code(key).encode())

    def type(self, text: str) -> None:
        """Press the keys of a text, one after the other."""
        self._write(text.encode())

    def paste(self, text: str) -> None:
        """Paste a text, in brackets where the program has asked for them."""
        self._write(f"\x1b[200~{text}\x1b[201~".encode() if 2004 in self.display.modes else text.encode())

    def click(self, column: int, row: int) -> None:
        """Press and release the left button on a cell, both from 0, as mode 1006 reports it."""
        self._write(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m".encode())

    def answer(self) -> bytes:
        """Send the answers that were kept back, and return them."""
        answers = b"".join(self._kept_back)
        self._kept_back.clear()
        self._write(answers)
        return answers

    def _reply(self, answer: bytes) -> None:
        if self._answers_late:
            self._kept_back.append(answer)
        else:
            self._write(answer)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program gets SIGWINCH."""
        self._display.screen.resize(rows, columns)
        self._program.setwinsize(rows, columns)

    def wait_for(self, what: str | Callable[[Terminal], object], seconds: float = 20) -> str:
        """Wait until a regular expression is on the screen, or a question about it is answered with yes.

        Returns the text of the screen at that moment; raises NotShown when it does not come to that.
        """
        until = time.monotonic() + seconds
        while True:
            if not self._display.is_updating or self._ended:
                text = self.text
                if re.search(what, text, re.MULTILINE) if isinstance(what, str) else what(self):
                    return text
            left = until - time.monotonic()
            if left <= 0 or self._ended:
                raise NotShown(self._complaint(what, seconds))
            self._read(min(left, 0.05))

    def settle(self, quiet: float = 0.3, seconds: float = 20) -> str:
        """Wait until the program has written nothing for `quiet` seconds; return the text of the screen."""
        until = time.monotonic() + seconds
        while self._read(quiet) and time.monotonic() < until:
            pass
        return self.text

    def kill(self) -> None:
        """End the program at once (SIGKILL), without a chance to clean up."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._program.kill(number)

    def wait(self, seconds: float = 20) -> int:
        """Wait until the program ends; return its exit status, or minus the signal that ended it.

        Raises NotShown when it goes on.
        """
        until = time.monotonic() + seconds
        while (status := self.status) is None:
            if time.monotonic() > until:
                raise NotShown(self._complaint("the program's end", seconds))
            if not self._read(0.05):
                time.sleep(0.01)
        return status

    @property
    def status(self) -> int | None:
        """The exit status of a program that has ended, or minus the signal that ended it."""
        if self._program.isalive():
            return None
        status, ended_by = self._program.exitstatus, self._program.signalstatus
        return int(status) if status is not None else -int(ended_by)

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._program.pid)

    def _code(self, key: str) -> str:
        if len(key) == 1:
            return key
        if key not in KEYS:
            raise ValueError(f"there is no key named {key!r}; a text is sent with type()")
        code = KEYS[key]
        is_cursor_key = re.fullmatch(r"\x1b\[[A-DFH]", code)
        return code.replace("[", "O") if is_cursor_key and 1 in self.display.modes else code

    def _write(self, data: bytes) -> None:
        try:
            self._program.send(data)
        except OSError:
            self._ended = True

    def _read(self, seconds: float) -> bool:
        """Show what the program writes, waiting for it at most so long; return whether it wrote anything."""
        wrote = False
        for data in self._pieces(seconds):
            self._display.feed(data)
            wrote = True
        return wrote

    def _pieces(self, seconds: float) -> Iterator[bytes]:
        """Yield what has been written by now, and what comes first within so many seconds."""
        limit = time.monotonic() + max(seconds, 1.0)
        while not self._ended and time.monotonic() < limit:
            try:
                yield self._program.read_nonblocking(65536, timeout=seconds)
            except pexpect.TIMEOUT:
                return
            except (pexpect.EOF, OSError):
                yield from self._last_words()
                self._ended = True
            seconds = 0

    def _last_words(self) -> Iterator[bytes]:
        """Yield what was written just before the end: pexpect may notice the end before it has read all."""
        terminal = self._program.child_fd
        while select.select([terminal], [], [], 0)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                return
            if not data:
                return
            yield data

    def _complaint(self, what: object, seconds: float) -> str:
        wanted = repr(what) if isinstance(what, str) else f"what {getattr(what, '__name__', what)} asks for"
        state = f"the program has ended (status {self.status})" if self._ended else f"in {seconds:g} s"
        edge = "+" + "-" * self._display.screen.columns + "+"
        rows = [f"|{row}|" for row in self._display.full_rows]
        return "\n".join([f"{wanted} did not come: {state}. On the screen:", edge, *rows, edge])


def environment_of(own: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a modern terminal, whatever the tests themselves run in."""
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_OTHER_TERMINALS}
    return inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"} | dict(own)


_OF_OTHER_TERMINALS = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "STY", "TERM_PROGRAM", "TMUX", "WT_SESSION"}
