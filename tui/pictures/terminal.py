"""What the terminal at hand can draw, guessed from the environment.

The environment is hearsay: over SSH little more than TERM and the locale arrives. So every guess is one that looks
right on the plainest terminal of that description, and the person can overrule it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.pictures.ansi import Colours


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to draw."""

    glyphs: str
    """The name of a glyph set."""
    colours: Colours


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of terminal, and what of the environment gives it away."""

    variable: str
    pattern: str
    """A regular expression that the variable's whole value matches."""
    glyphs: str
    colours: Colours
    version: str = ""
    """The variable that holds its version; empty where the kind alone decides."""
    since: tuple[int, ...] = ()
    """The first version that it is true of."""


_KINDS: Final = (
    _Kind("TERM", "dumb", "ascii", "none"),
    _Kind("TERM", "linux.*", "halves", "16"),
    # Inside a multiplexer the other variables tell of the terminal it was started in, not of the one it is seen in.
    _Kind("TERM", "(screen|tmux).*", "sextants", "256"),
    _Kind("TERM", "xterm-kitty|foot.*|xterm-ghostty", "octants", "truecolor"),
    _Kind("KITTY_WINDOW_ID", ".+", "octants", "truecolor"),
    _Kind("TERM_PROGRAM", "ghostty", "octants", "truecolor", "TERM_PROGRAM_VERSION", (1, 2)),
    _Kind("GHOSTTY_RESOURCES_DIR", ".+", "octants", "truecolor"),
    _Kind("VTE_VERSION", ".+", "octants", "truecolor", "VTE_VERSION", (7800,)),
    _Kind("VTE_VERSION", ".+", "sextants", "truecolor"),
    # WezTerm counts by days; octants came after its release of February 2024.
    _Kind("TERM_PROGRAM", "WezTerm", "octants", "truecolor", "TERM_PROGRAM_VERSION", (20250201,)),
    _Kind("TERM_PROGRAM", "WezTerm|iTerm\\.app|ghostty", "sextants", "truecolor"),
    _Kind("TERM_PROGRAM", "vscode", "quadrants", "truecolor"),
    _Kind("TERM_PROGRAM", "Apple_Terminal", "quadrants", "256"),
    _Kind("TERM", "alacritty.*|wezterm|konsole.*|.*-direct", "sextants", "truecolor"),
    _Kind("ALACRITTY_WINDOW_ID", ".+", "sextants", "truecolor"),
    _Kind("KONSOLE_VERSION", ".+", "sextants", "truecolor"),
    _Kind("WT_SESSION", ".+", "sextants", "truecolor"),
    _Kind("TERM", ".*-256color|vte.*", "sextants", "256"),
    _Kind("TERM", "xterm.*|rxvt.*|putty.*|cygwin|.*-color|.*-16color", "quadrants", "16"),
    _Kind("TERM", "vt[0-9].*|ansi.*", "halves", "none"),
)
"""The first that matches counts."""
_ANY: Final = Terminal("ascii", "none")
_SAYS_NOTHING: Final = ("", "C", "POSIX")
_UTF_8: Final = re.compile(r".*utf-?8.*", re.IGNORECASE)


def guess(environment: Mapping[str, str]) -> Terminal:
    """Return how to draw on the terminal whose environment this is.

    `NO_COLOR` takes the colours away (no-color.org), and a locale of another charset than UTF-8 all but ASCII. A locale
    that is not set, or is the `C` of a bare server, says nothing: few terminals are left that do not take UTF-8.
    """
    kind = next((kind for kind in _KINDS if _is(kind, environment)), None)
    found = Terminal(kind.glyphs, kind.colours) if kind else _ANY
    glyphs = found.glyphs if _takes_utf_8(environment) else "ascii"
    return Terminal(glyphs, "none" if environment.get("NO_COLOR") else _colours(found.colours, environment))


def _is(kind: _Kind, environment: Mapping[str, str]) -> bool:
    if not re.fullmatch(kind.pattern, environment.get(kind.variable, "")):
        return False
    return not kind.since or _version(environment.get(kind.version, "")) >= kind.since


def _version(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version; it sorts before all others where there are none."""
    leading = re.match(r"\d{1,9}(\.\d{1,9})*", text)
    return tuple(map(int, leading[0].split("."))) if leading else ()


def _colours(colours: Colours, environment: Mapping[str, str]) -> Colours:
    """Greys look the same in 256 colours and take two thirds of the bytes, which counts over SSH."""
    if colours in ("256", "16") and environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        colours = "truecolor"
    is_remote = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return "256" if colours == "truecolor" and is_remote else colours


def _takes_utf_8(environment: Mapping[str, str]) -> bool:
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "")
    return locale in _SAYS_NOTHING or bool(_UTF_8.fullmatch(locale))
