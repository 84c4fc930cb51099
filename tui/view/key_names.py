"""What keys are called by people, in the settings and on the screen, and by Textual; and which are never to be used."""

from __future__ import annotations

import string
import unicodedata

_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Where Textual's name of a sign is not the one of Unicode."""
_NAMED = (
    *("space", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 13)),
)
"""Keys that have a name and no sign."""
_ALIASES = {
    "return": "enter", "esc": "escape", "bksp": "backspace", "del": "delete", "ins": "insert", "spacebar": "space",
    "pgup": "pageup", "pgdn": "pagedown", "pgdown": "pagedown", "page_up": "pageup", "page_down": "pagedown",
    "↑": "up", "↓": "down", "←": "left", "→": "right",
}  # fmt: skip
"""What people call them, in small letters."""
_SHOWN = {
    "pageup": "PgUp", "pagedown": "PgDn", "escape": "esc", "backspace": "bksp", "delete": "del", "insert": "ins",
    "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip
_MODIFIERS = {"ctrl": "ctrl", "control": "ctrl", "shift": "shift", "alt": "alt", "meta": "alt", "option": "alt"}
_WITH_CTRL = frozenset({*string.ascii_lowercase, *_NAMED[1:15], "left_square_bracket"})
_WITH_SHIFT = frozenset({*_NAMED[5:15], "tab", "enter"})


def _of_sign(sign: str) -> str:
    """Return Textual's name of a sign: letters and digits are their own."""
    if sign.isalnum():
        return sign
    name = unicodedata.name(sign, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_SIGNS = {_of_sign(sign): sign for sign in string.punctuation}
"""The signs of the common keyboard by Textual's names."""


def key_of(written: str) -> str | None:
    """Return Textual's name of a key as a person writes it (`]`, `ctrl+r`, `PgDn`, `space`); None when there is none.

    A capital is the letter with shift. Textual's own names are known as well.
    """
    if len(written) == 1 and written.isprintable():
        sign = "space" if written == " " else _ALIASES.get(written) or _of_sign(written)
        return sign or None
    *before, last = written.strip().split("+")
    modifiers = {_MODIFIERS.get(modifier.strip().lower(), "") for modifier in before}
    return None if "" in modifiers else _with(modifiers, _plain(last.strip()))


def _plain(name: str) -> str:
    """Return Textual's name of a key without modifiers; empty when there is none."""
    if len(name) == 1:
        return _ALIASES.get(name) or _of_sign(name)
    small = name.lower().replace(" ", "_")
    small = _ALIASES.get(small, small)
    return small if small in _NAMED or small in _SIGNS else ""


def _with(modifiers: set[str], key: str) -> str | None:
    if not key or not modifiers:
        return key or None
    if modifiers == {"shift"} and len(key) == 1 and key.isalpha():
        return key.upper()
    key = key.lower() if len(key) == 1 else key
    if "alt" not in modifiers and not (
        ("ctrl" not in modifiers or key in _WITH_CTRL) and ("shift" not in modifiers or key in _WITH_SHIFT)
    ):
        return None
    return "+".join([*sorted(modifiers), key])


def shown(key: str) -> str:
    """Return a key as a person knows it."""
    *before, last = key.split("+")
    return "+".join([*before, _SHOWN.get(last) or _SIGNS.get(last) or last])


def is_text(key: str) -> bool:
    """Whether a key puts something into a field."""
    return key == "space" or ("+" not in key and (len(key) == 1 or key not in _NAMED))


_NEVER = {
    "ctrl+p": "opens the palette",
    "ctrl+q": "quits from anywhere",
    "ctrl+c": "copies, and says how to quit",
    "tab": "moves between fields",
    "shift+tab": "moves between fields",
    "ctrl+enter": "is enter in most terminals",
    "shift+enter": "is enter in most terminals",
    "ctrl+i": "is tab",
    "ctrl+m": "is enter",
    "ctrl+left_square_bracket": "is esc",
    "ctrl+h": "is backspace",
    "ctrl+j": "is a new line",
    "ctrl+left": "is shift+left in some terminals",
    "ctrl+right": "is shift+right in some terminals",
    "ctrl+a": "is kept by screen",
    "ctrl+b": "is kept by tmux",
    "ctrl+s": "stops some terminals",
    "ctrl+z": "suspends programs",
}


def why_never(key: str) -> str:
    """Return why a key is not to be given to a command, in a few words after the key; empty when it may be."""
    if key.startswith("alt+"):
        return "looks like esc and a key on a slow line"
    return _NEVER.get(key, "")
