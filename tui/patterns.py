"""Which regular expressions a person may search with, and what must stand in a text for one to be found in it.

Python's `re` tries every way to match and cannot be interrupted, so that a pattern such as (a+)+b may take years over
one line. There is no sure test for that; the rules here leave what people look for in lines of text, and keep out what
multiplies: see `compiled`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST_PATTERN = 200
"""Characters of the longest pattern that is taken."""
LONGEST_TEXT = 500
"""A pattern is looked for in this many characters of a text, from its start."""
MOST_REPEATS = 8
"""How many marks like ? * + {2,3} a pattern may have."""
MOST_OPEN_REPEATS = 3
"""How many of them may go on without an end: * + {2,}."""
MOST_CHOICES = 6
"""How many groups of a pattern may hold a choice, (a|b)."""
_WIDE = 16
"""A repeat that may vary by more than this counts as one without an end."""

_PIECE = r"""(?P<comment>\(\?\#[^)]*\))
    |(?P<flags>\(\?[a-zA-Z]+\))
    |(?P<odd>\(\?(?:P=|\())
    |(?P<open>\((?:\?(?:P<\w+>|[:>=!]|<[=!]|[a-zA-Z]*(?:-[a-zA-Z]+)?:))?)
    |(?P<close>\))
    |(?P<choice>\|)
    |(?P<repeat>(?:[*+?]|\{(?:\d+,?\d*|,\d*)\})[?+]?)
    |(?P<set>\[\^?\]?(?:[^\]\\]|\\.)*\])
    |(?P<escape>\\.)
    |(?P<any>[.^$])
    |(?P<plain>.)"""


class PatternRefused(ValueError):
    """A pattern that is wrong, or might take for ever; its text says why, as a clause without a full stop."""


@lru_cache(maxsize=64)
def compiled(source: str) -> re.Pattern[str]:
    """Return a pattern ready for use; raises PatternRefused for a wrong one and for one that might take for ever.

    Refused are: a repeated group that holds a repeat or a choice, more repeats and choices than the limits above, more
    than 200 characters, the flag x, conditions and named references back.
    """
    if len(source) > LONGEST_PATTERN:
        raise PatternRefused(f"it has more than {LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what may mean something else in a future Python means this today
            pattern = re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(getattr(error, "msg", "") or "it is too large") from error
    _refuse_endless(source)
    return pattern


@dataclass(slots=True)
class _Group:
    """An open group of a pattern."""

    branches: bool = False
    """Whether it, or a group in it, holds a repeat or a choice."""
    has_choice: bool = False


def _refuse_endless(source: str) -> None:
    """Refuse what may be matched in so many ways that trying them takes for ever."""
    groups = [_Group()]
    closed = _Group()  # the group that has just been closed
    repeats = open_repeats = choices = 0
    for kind, text in _pieces(source):
        if kind == "odd" or (kind in {"flags", "open"} and _sets_flags(text) and "x" in text):
            raise PatternRefused("conditions, named references back and the flag x are not taken")
        if kind == "open":
            groups.append(_Group())
        elif kind == "repeat":
            if closed.branches and text != "?":
                raise PatternRefused("a group that is repeated may hold neither a repeat nor a choice of its own")
            repeats += _varies(text)
            open_repeats += _is_open(text)
        elif kind == "choice":
            choices += len(groups) > 1 and not groups[-1].has_choice
            groups[-1].has_choice = True
        groups[-1].branches |= kind in {"repeat", "choice"}
        closed = groups.pop() if kind == "close" else _Group()
        groups[-1].branches |= closed.branches
    if repeats > MOST_REPEATS or open_repeats > MOST_OPEN_REPEATS or choices > MOST_CHOICES:
        raise PatternRefused(
            f"it may have at most {MOST_REPEATS} repeats, {MOST_OPEN_REPEATS} of them without an end, "
            f"and {MOST_CHOICES} choices"
        )


def literals(source: str) -> tuple[str, ...]:
    """Return what must stand in every text in which a pattern is found; it may well be nothing.

    Capitals are as they stand in the pattern. A pattern with flags or with a choice at its top has none.
    """
    runs, depth, run = [], 0, ""
    for kind, text in _pieces(source):
        if kind == "flags" or (kind == "choice" and depth == 0) or _sets_flags(text):
            return ()
        depth += (kind == "open") - (kind == "close")
        letter = _letter(kind, text) if depth == 0 else ""
        if letter:
            run += letter
            continue
        runs.append(run[:-1] if kind == "repeat" else run)
        run = ""
    return tuple(found for found in (*runs, run) if found)


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(_PIECE, source, re.VERBOSE | re.DOTALL):
        yield match.lastgroup or "", match.group()


def _letter(kind: str, text: str) -> str:
    """Return the character a piece stands for; nothing when it stands for several or none."""
    if kind == "plain":
        return text
    if kind == "escape" and not (text[1].isalnum() or text[1] == "_"):
        return text[1]
    return ""


def _sets_flags(text: str) -> bool:
    return re.match(r"\(\?[a-zA-Z-]+[:)]", text) is not None


def _varies(repeat: str) -> bool:
    return re.fullmatch(r"\{\d+\}[?+]?", repeat) is None


def _is_open(repeat: str) -> bool:
    if not repeat.startswith("{"):
        return repeat[0] in "*+"
    least, comma, most = repeat.rstrip("?+")[1:-1].partition(",")
    if not comma:
        return False
    return not most or int(most) - int(least or 0) > _WIDE
