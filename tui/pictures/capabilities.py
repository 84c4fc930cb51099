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
_NAMED = re.compile(r"\x1bP>\|([^\x07\x1b]*)(?:\x1b\\|\x07)")
_GRAPHICS = re.compile(r"\x1b_G([^\x07\x1b]*)\x1b\\")
_ATTRIBUTES = re.compile(r"\x1b\[\?([\d;]*)c", re.ASCII)
_CELL = re.compile(r"\x1b\[6;(\d{1,4});(\d{1,4})t", re.ASCII)
_AREA = re.compile(r"\x1b\[4;(\d{1,5});(\d{1,5})t", re.ASCII)
_COUNT = re.compile(r"\x1b\[8;(\d{1,4});(\d{1,4})t", re.ASCII)
_ANSWER = re.compile(
    "|".join(pattern.pattern for pattern in (_NAMED, _GRAPHICS, _ATTRIBUTES, _CELL, _AREA, _COUNT)), re.ASCII
)
_BEGUN = re.compile(
    r"\x1b(?:P(?:>(?:\|[^\x07\x1b]*\x1b?)?)?|_(?:G[^\x07\x1b]*\x1b?)?|\[(?:\?[\d;]*|[468](?:;[\d;]*)?)?)?\Z", re.ASCII
)
_NO_KEY = re.compile(r"\x1b(?:P>\||_G|\[\?[\d;])", re.ASCII)
"""With this no key begins."""
_VERSIONED = re.compile(r"\s*([^\s(]*(?: [^\s(\d][^\s(]*)*)[\s(]*(.*?)\)?\s*", re.DOTALL)
_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9})*", re.ASCII)


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
    named, attributes = _NAMED.search(text), _ATTRIBUTES.search(text)
    name, version = _name_and_version(named[1][:_MOST] if named else "")
    return Answers(
        name,
        version,
        _numbers(attributes[1]) if attributes else (),
        any(_is_consent(graphics[1]) for graphics in _GRAPHICS.finditer(text)),
        _cell(text),
    )


def _cell(text: str) -> tuple[int, int] | None:
    """Return width and height of a cell, as it was told or as it follows from the size and the number of all cells."""
    cell, area, count = _CELL.search(text), _AREA.search(text), _COUNT.search(text)
    if cell:
        return likely_size(int(cell[2]), int(cell[1]))
    if area and count and int(count[1]) and int(count[2]):
        return likely_size(int(area[2]) // int(count[2]), int(area[1]) // int(count[1]))
    return None


def is_whole(said: bytes) -> bool:
    """Whether the last answer has come."""
    return bool(_ATTRIBUTES.search(said.decode("utf-8", "replace")))


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
        return not _NO_KEY.match(self._held)

    def typed(self, text: str) -> str:
        """Return what of a text was typed; what may be the beginning of an answer waits for the next one."""
        text, self._held = self._held + text, ""
        if self._is_done:
            return text
        self._is_done = bool(_ATTRIBUTES.search(text))
        text = _ANSWER.sub("", text)
        begun = _BEGUN.search(text)
        if begun and not self._is_done:
            text, self._held = text[: begun.start()], begun[0] if len(begun[0]) <= _MOST else ""
        return text

    def let_go(self) -> str:
        """Return what was held though it is no answer, such as a lone Esc; the beginning of an answer is dropped."""
        held, self._held = self._held, ""
        return "" if _NO_KEY.match(held) else held


def _name_and_version(text: str) -> tuple[str, tuple[int, ...]]:
    """Return name and version of such as `kitty(0.40.1)`, `VTE(7802)`, `WezTerm 20240203-110809-5046fc22`."""
    parts = _VERSIONED.fullmatch(text)
    if parts is None:
        return "", ()
    numbers = _NUMBERS.match(parts[2])
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
