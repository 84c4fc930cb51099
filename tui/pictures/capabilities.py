"""What a terminal answers when it is asked what it is and what it can do.

The environment seldom crosses SSH; these questions do (xterm's "Control Sequences" and kitty's "Terminal graphics
protocol"): XTVERSION for name and version, a graphics query, the size of a cell in pixels, that of all cells in pixels
and their count for terminals that do not know the former, and last the primary device attributes (DA1), which every
terminal answers, so that its answer ends the waiting for the others. All here is pure: what an answer says, and which
bytes are an answer at all. They come from outside and may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

_NAME, _PICTURES, _LAST = b"\x1b[>0q", b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", b"\x1b[c"
_SIZES = b"\x1b[16t\x1b[14t\x1b[18t"
SIXEL: Final = 4
"""The device attribute of terminals that show sixels."""

_MOST: Final = 255
"""Characters of an answer at most; kitty's longest reason is shorter."""
_NAMED: Final = r"\x1bP>\|([^\x07\x1b]*)(?:\x1b\\|\x07)"
_GRAPHICS: Final = r"\x1b_G([^\x07\x1b]*)\x1b\\"
_ATTRIBUTES: Final = r"\x1b\[\?([0-9;]*)c"
_CELL: Final = r"\x1b\[6;([0-9]{1,4});([0-9]{1,4})t"
_AREA: Final = r"\x1b\[4;([0-9]{1,5});([0-9]{1,5})t"
_COUNT: Final = r"\x1b\[8;([0-9]{1,4});([0-9]{1,4})t"
_ANSWER: Final = f"{_NAMED}|{_GRAPHICS}|{_ATTRIBUTES}|{_CELL}|{_AREA}|{_COUNT}"
_BEGUN: Final = (
    r"\x1b(?:P(?:>(?:\|[^\x07\x1b]*\x1b?)?)?|_(?:G[^\x07\x1b]*\x1b?)?|\[(?:\?[0-9;]*|[468](?:;[0-9;]*)?)?)?\Z"
)
_NO_KEY: Final = r"\x1b(?:P>\||_G|\[\?[0-9;])"
"""With this no key begins. None of these is compiled before a terminal is asked, which is once a day."""
_VERSIONED: Final = r"\s*([^\s(]*(?: [^\s(\d][^\s(]*)*)[\s(]*((?s:.*?))\)?\s*"
_NUMBERS: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9})*"


def questions(*, of_multiplexer: bool = False) -> bytes:
    """Return all questions in one piece; DA1 is the last, for terminals answer in order.

    What a terminal prints that does not know them is wiped out again. tmux and GNU screen take the question about
    pictures for a title to show, so they are not asked it.
    """
    before, after = b"\x1b7", b"\x1b8\x1b[J"
    return before + _NAME + (b"" if of_multiplexer else _PICTURES) + _SIZES + after + _LAST


@dataclass(frozen=True, slots=True)
class Answers:
    """What a terminal has said of itself."""

    name: str = ""
    """Its name in lower case; empty where it does not tell."""
    version: tuple[int, ...] = ()
    """The numbers its version begins with, such as (0, 40, 1)."""
    attributes: tuple[int, ...] = ()
    """Its primary device attributes; empty where it has not answered at all."""
    kitty_graphics: bool = False
    """Whether it takes pictures by kitty's protocol."""
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels."""

    @property
    def has_sixel(self) -> bool:
        """Whether it shows sixels."""
        return SIXEL in self.attributes[1:]


def understood(said: bytes) -> Answers:
    """Return what the answers among these bytes say; whatever else is there is passed over."""
    text = said.decode("utf-8", "replace")
    named, attributes = re.search(_NAMED, text), re.search(_ATTRIBUTES, text)
    name, version = _name_and_version(named[1][:_MOST] if named else "")
    return Answers(
        name,
        version,
        _numbers(attributes[1]) if attributes else (),
        any(_is_consent(graphics[1]) for graphics in re.finditer(_GRAPHICS, text)),
        _cell(text),
    )


def _cell(text: str) -> tuple[int, int] | None:
    """Return width and height of a cell, as it was told or as it follows from the size and the number of all cells."""
    cell, area, count = re.search(_CELL, text), re.search(_AREA, text), re.search(_COUNT, text)
    if cell:
        return likely_size(int(cell[2]), int(cell[1]))
    if area and count and int(count[1]) and int(count[2]):
        return likely_size(int(area[2]) // int(count[2]), int(area[1]) // int(count[1]))
    return None


def is_whole(said: bytes) -> bool:
    """Whether the last answer has come."""
    return bool(re.search(_ATTRIBUTES, said.decode("utf-8", "replace")))


def to_json(answers: Answers) -> dict[str, Any]:
    """Return answers as they are kept in a file."""
    return {
        "name": answers.name,
        "version": list(answers.version),
        "attributes": list(answers.attributes),
        "kitty_graphics": answers.kitty_graphics,
        "cell": list(answers.cell) if answers.cell else None,
    }


def from_json(kept: object) -> Answers | None:
    """Return answers that were kept; None where what was kept is anything else."""
    if not isinstance(kept, dict) or set(kept) != {"name", "version", "attributes", "kitty_graphics", "cell"}:
        return None
    name, cell = kept["name"], kept["cell"]
    if not (isinstance(name, str) and isinstance(kept["kitty_graphics"], bool)):
        return None
    if not (_are_numbers(kept["version"]) and _are_numbers(kept["attributes"])):
        return None
    if cell is not None and not (_are_numbers(cell) and len(cell) == 2 and likely_size(*cell)):
        return None
    return Answers(
        name[:_MOST], tuple(kept["version"]), tuple(kept["attributes"]), kept["kitty_graphics"], cell and tuple(cell)
    )


class Sieve:
    """Takes answers that come late out of what a person types, until the last one has come."""

    def __init__(self) -> None:
        self._held = ""
        self._is_done = False

    @property
    def is_done(self) -> bool:
        """Whether the last answer has been taken out, so that from now on everything was typed."""
        return self._is_done and not self._held

    @property
    def may_hold_a_key(self) -> bool:
        """Whether what waits for its end may as well be a key, such as a lone Esc."""
        return not re.match(_NO_KEY, self._held)

    def typed(self, text: str) -> str:
        """Return what of a text was typed; what may be the beginning of an answer waits for the next one."""
        text, self._held = self._held + text, ""
        if self._is_done:
            return text
        self._is_done = bool(re.search(_ATTRIBUTES, text))
        text = re.sub(_ANSWER, "", text)
        begun = re.search(_BEGUN, text)
        if begun and not self._is_done:
            text, self._held = text[: begun.start()], begun[0] if len(begun[0]) <= _MOST else ""
        return text

    def let_go(self) -> str:
        """Return what was held though it is no answer, such as a lone Esc; the beginning of an answer is dropped."""
        held, self._held = self._held, ""
        return "" if re.match(_NO_KEY, held) else held


def _name_and_version(text: str) -> tuple[str, tuple[int, ...]]:
    """Return name and version of such as `kitty(0.40.1)`, `VTE(7802)`, `WezTerm 20240203-110809-5046fc22`."""
    parts = re.fullmatch(_VERSIONED, text)
    if parts is None:
        return "", ()
    numbers = re.match(_NUMBERS, parts[2])
    return parts[1].lower(), tuple(map(int, numbers[0].split("."))) if numbers else ()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text[:_MOST].split(";") if number and len(number) < 10)


def _is_consent(reply: str) -> bool:
    control, _, said = reply.partition(";")
    return "i=31" in control.split(",") and said == "OK"


def likely_size(width: int, height: int) -> tuple[int, int] | None:
    """Return the size of a cell in pixels, if it can be one."""
    return (width, height) if 2 <= width <= 200 and 4 <= height <= 400 else None


def _are_numbers(kept: object) -> bool:
    return isinstance(kept, list) and len(kept) <= _MOST and all(type(number) is int and number >= 0 for number in kept)
