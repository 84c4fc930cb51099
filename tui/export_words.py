"""An export as it is typed on a screen: `alto,txt out --lines settled --where conf<.6 & !flagged`.

The words are those of the command `handread export`. No shell has divided them here: the folder goes on up to the first
` --`, and so does what belongs to an option, so that nothing needs quotation marks (one pair round it is taken off).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, get_args

from tui.exporting import Request, formats_named
from tui.exports import EXPORTS, AltoVersion, ExportError, Options, PictureKind
from tui.exports.document import Lines, Which
from tui.filters import parse
from tui.model import printable

USAGE: Final = "export FORMATS DIR [--OPTION ...]"


@dataclass(frozen=True, slots=True)
class Option:
    """A word with two hyphens before it."""

    values: tuple[str, ...] = ()
    """What may stand after it; empty where it is anything."""
    is_flag: bool = False
    """Whether nothing stands after it."""


OPTIONS: Final[Mapping[str, Option]] = {
    "where": Option(),
    "text": Option(tuple(Which)),
    "lines": Option(tuple(Lines)),
    "each": Option(is_flag=True),
    "overwrite": Option(is_flag=True),
    "words": Option(is_flag=True),
    "head": Option(is_flag=True),
    "marks": Option(is_flag=True),
    "polygons": Option(is_flag=True),
    "plain-cells": Option(is_flag=True),
    "eval-share": Option(),
    "min-height": Option(),
    "picture": Option(get_args(PictureKind)),
    "font": Option(),
    "alto-version": Option(get_args(AltoVersion)),
    "language": Option(),
}
"""Those of the command, but for what a screen says in its own way."""


def request_typed(text: str) -> Request:
    """Return the export that was typed; raises ExportError and FilterError, whose texts say what to type."""
    (formats, folder), given = _divided(text)
    if not formats or not folder:
        raise ExportError("An export takes formats and a folder: export alto,txt out")
    return Request(
        formats_named(formats),
        Path(folder).expanduser(),
        where=parse(given["where"]) if "where" in given else None,
        which_text=Which(given.get("text", Which.REVIEWED)),
        which_lines=Lines(given.get("lines", Lines.ALL)),
        options=_options(given),
        overwrite="overwrite" in given,
        each="each" in given,
    )


def _options(given: Mapping[str, str]) -> Options:
    usual = Options()
    return Options(
        alto_version="4.2" if given.get("alto-version") == "4.2" else "4.4",
        spreadsheet_safe="plain-cells" not in given,
        with_marks="marks" in given,
        with_head="head" in given,
        words="words" in given,
        polygons="polygons" in given,
        language=given.get("language", ""),
        unreviewed_pairs=given.get("lines") == Lines.ALL,
        eval_share=_share("eval-share", given, usual.eval_share),
        shortest_pair=_pixels("min-height", given, usual.shortest_pair),
        picture_kind="jpg" if given.get("picture") == "jpg" else "png",
        font=str(Path(given["font"]).expanduser()) if "font" in given else "",
    )


def _divided(text: str) -> tuple[tuple[str, str], dict[str, str]]:
    """Return formats and folder, and what belongs to each option; raises ExportError."""
    head, *rest = re.split(r"(?:^|\s+)--(?=[A-Za-z]|$)", text.strip())
    formats, _, folder = head.strip().partition(" ")
    given = {}
    for part in rest:
        name, value = _named(part)
        given[name] = value
    return (formats, _bare(folder)), given


def _named(part: str) -> tuple[str, str]:
    """Return an option's name and what belongs to it; raises ExportError where it is none, or lacks what it needs."""
    name, _, value = re.sub(r"[=\s]+", " ", part, count=1).strip().partition(" ")
    option, value = OPTIONS.get(name), _bare(value)
    if option is None:
        meant = get_close_matches(name, OPTIONS, 1)
        known = f"Did you mean --{meant[0]}?" if meant else f"Known are: {', '.join(f'--{one}' for one in OPTIONS)}."
        raise ExportError(f"There is no option --{printable(name)}. {known}")
    if option.is_flag and value:
        raise ExportError(f"--{name} takes nothing after it.")
    if not option.is_flag and not value:
        raise ExportError(f"--{name} needs something after it{_of(option)}.")
    if option.values and value not in option.values:
        raise ExportError(f"--{name} cannot be {printable(value)}{_of(option)}.")
    return name, value


def _of(option: Option) -> str:
    return f": one of {', '.join(option.values)}" if option.values else ""


def _bare(text: str) -> str:
    """Return a text without the quotation marks round it."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _share(name: str, given: Mapping[str, str], usual: float) -> float:
    """Return a number from 0 to 1 that belongs to an option; raises ExportError."""
    if name not in given:
        return usual
    try:
        share = float(given[name])
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ExportError(f"--{name} is a number from 0 to 1, not {printable(given[name])}.")
    return share


def _pixels(name: str, given: Mapping[str, str], usual: int) -> int:
    """Return a whole number that belongs to an option; raises ExportError."""
    if name not in given:
        return usual
    if not re.fullmatch(r"[0-9]{1,6}", given[name]):
        raise ExportError(f"--{name} is a number of pixels, not {printable(given[name])}.")
    return int(given[name])


# -- completing -------------------------------------------------------------------------------------------------------


def continuations(text: str) -> list[str]:
    """Return what a text may become, whole: formats one after the other, then options, and what belongs to them."""
    before, begun = _last_word(text)
    if not before.strip():
        done, _, name = begun.rpartition(",")
        taken = done.split(",")
        return [f"{done}{',' * bool(done)}{one}" for one in EXPORTS if one.startswith(name) and one not in taken]
    words = before.split()
    option = OPTIONS.get(words[-1].removeprefix("--")) if words[-1].startswith("--") else None
    if option is not None and not option.is_flag:
        return [f"{before}{value}" for value in option.values if value.startswith(begun)]
    if len(words) < 2 or not (begun.startswith("-") or not begun):
        return []  # a folder comes now, or goes on
    given = {word.removeprefix("--") for word in words}
    return [f"{before}--{name}" for name in OPTIONS if f"--{name}".startswith(begun) and name not in given]


def _last_word(text: str) -> tuple[str, str]:
    """Return what stands before the last word, with its blank, and the word, which may be empty."""
    before, blank, begun = text.lstrip().rpartition(" ")
    return before + blank, begun
