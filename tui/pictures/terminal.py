"""What the terminal at hand can draw: what it has answered, else what the environment lets one guess.

The environment is hearsay: over SSH little more than TERM and the locale arrives. So every guess is one that looks
right on the plainest terminal of that description. A terminal that has told its name and version is known better, and
the person, who can overrule both, best.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from tui.pictures.capabilities import Answers
from tui.pictures.glyphs import GLYPH_SETS

Colours = Literal["truecolor", "256", "16", "none"]
Graphics = Literal["kitty", "iterm2", "sixel", "none"]
"""Protocols by which a terminal shows pictures pixel by pixel."""
COLOURS: Final[tuple[Colours, ...]] = get_args(Colours)
GRAPHICS: Final[tuple[Graphics, ...]] = get_args(Graphics)


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to draw."""

    glyphs: str
    """The name of a glyph set."""
    colours: Colours
    graphics: Graphics = "none"
    """How pictures are shown pixel by pixel; `none` where glyphs alone are."""


@dataclass(frozen=True, slots=True)
class _Model:
    """A terminal by the name it gives itself, and what its versions draw (their changelogs)."""

    name: str
    glyphs: str
    since: tuple[int, ...] = ()
    """The first version that it is true of."""
    colours: Colours = "truecolor"


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
    _Kind("TERM", "mlterm.*", "quadrants", "truecolor"),
    _Kind("WT_SESSION", ".+", "sextants", "truecolor"),
    _Kind("TERM", ".*-256color|vte.*", "sextants", "256"),
    _Kind("TERM", "xterm.*|rxvt.*|putty.*|cygwin|.*-color|.*-16color", "quadrants", "16"),
    _Kind("TERM", "vt[0-9].*|ansi.*", "halves", "none"),
)
"""The first that matches counts."""
_MODELS: Final = (
    _Model("kitty", "octants", (0, 40)),
    _Model("kitty", "sextants"),
    _Model("foot", "octants", (1, 20)),
    _Model("foot", "sextants"),
    _Model("ghostty", "octants", (1, 2)),
    _Model("ghostty", "sextants"),
    _Model("vte", "octants", (7800,)),
    _Model("vte", "sextants"),
    _Model("wezterm", "octants", (20250201,)),
    _Model("wezterm", "sextants"),
    _Model("iterm2", "sextants"),
    _Model("konsole", "sextants"),
    _Model("alacritty", "sextants"),
    _Model("windows terminal", "sextants"),
    _Model("xterm.js", "quadrants"),
    _Model("xterm", "quadrants", (), "256"),
)
"""The first that matches counts; a terminal that is not here is judged by the environment."""
_SHOWS_PLACEHOLDERS: Final = {"kitty": (0, 28), "ghostty": (1, 0)}
"""From which version on a terminal shows a picture wherever kitty's placeholder characters stand."""
_TAKES_FILES: Final = {"iterm2": (3, 5), "wezterm": (20220319,)}
"""From which version on a terminal shows iTerm2's inline images and leaves the cursor where it was."""
_WINDOWS_TERMINAL: Final = (61, {28, 32, 42})
"""Windows Terminal long gave no name, but level 1 with rectangles, text macros and Latin-2, as nobody else does."""
_ANY: Final = Terminal("ascii", "none")
_MANY: Final = ("truecolor", "256")
"""Depths of colours that are enough to tell pictures by."""
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


def terminal_of(environment: Mapping[str, str], answers: Answers | None) -> Terminal:
    """Return how to draw on a terminal that was asked; `answers` is None where it was not, or has kept silent.

    Pixels are for the terminals that say they show them. A multiplexer answers for itself, passes glyphs, and swallows
    pixels or shows them as it likes; there the person has to ask for them.
    """
    found = guess(environment)
    if answers is None:
        return found
    model = next((model for model in _MODELS if _is_model(model, answers)), None)
    if model is not None:
        glyphs = model.glyphs if _takes_utf_8(environment) else "ascii"
        found = Terminal(glyphs, "none" if environment.get("NO_COLOR") else _colours(model.colours, environment))
    if found.glyphs == "ascii" or found.colours not in _MANY or _is_multiplexer(environment, answers):
        return found
    return replace(found, graphics=_graphics(answers))


def overruled(
    terminal: Terminal, glyphs: str = "", colours: str = "", graphics: str = "", *, in_tmux: bool = False
) -> Terminal:
    """Return how to draw when the person has said so; what is empty, unknown or `auto` is left as it was found.

    A picture is told by the colour that it is written in. So there are no pixels where there are few colours, and where
    there are kitty's in tmux, there are 256: true ones it may take for the nearest of them. What tmux hands on is shown
    where the terminal's own cursor happens to stand, so that iTerm2's pictures would go astray.
    """
    glyphs = glyphs if glyphs in GLYPH_SETS else terminal.glyphs
    depth = next((known for known in COLOURS if known == colours), terminal.colours)
    shown = next((known for known in GRAPHICS if known == graphics), terminal.graphics)
    if depth not in _MANY or (in_tmux and shown == "iterm2"):
        shown = "none"
    return Terminal(glyphs, "256" if in_tmux and shown == "kitty" else depth, shown)


def is_in_tmux(environment: Mapping[str, str], answers: Answers | None = None) -> bool:
    """Whether tmux lies between the program and the terminal."""
    return bool(environment.get("TMUX")) or (answers is not None and answers.name.startswith("tmux"))


def _is_model(model: _Model, answers: Answers) -> bool:
    return model.name == (answers.name or _name_by_attributes(answers)) and answers.version >= model.since


def _name_by_attributes(answers: Answers) -> str:
    level, *others = answers.attributes or (0,)
    return "windows terminal" if level == _WINDOWS_TERMINAL[0] and _WINDOWS_TERMINAL[1] <= {*others} else ""


def _graphics(answers: Answers) -> Graphics:
    """Return the best protocol that a terminal says it knows: the one that asks the fewest bytes of the line."""
    if answers.kitty_graphics and _is_since(answers, _SHOWS_PLACEHOLDERS):
        return "kitty"
    if _is_since(answers, _TAKES_FILES):
        return "iterm2"
    return "sixel" if answers.has_sixel else "none"


def _is_since(answers: Answers, versions: Mapping[str, tuple[int, ...]]) -> bool:
    since = versions.get(answers.name)
    return since is not None and answers.version >= since


def _is_multiplexer(environment: Mapping[str, str], answers: Answers) -> bool:
    """Whether it is tmux or GNU screen that has answered."""
    is_screen = environment.get("STY") or environment.get("TERM", "").startswith(("screen", "tmux"))
    return bool(is_screen) or is_in_tmux(environment, answers)


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
