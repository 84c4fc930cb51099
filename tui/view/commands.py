"""Every key of every screen, in one table: bindings, footer, help and tests all read it.

A command's name is the name of the screen's action (`accept` runs `action_accept`), and the id by which its key can be
changed. The first key is the one that the footer shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do."""

    name: str
    keys: tuple[str, ...]
    """As Textual names them."""
    label: str
    """A word or two for the footer."""
    help: str
    """A sentence for the list of keys."""
    in_footer: bool = False


DIGITS = tuple("123456789")
"""The keys that take a suggestion; the command is given the digit."""

MOVING = (
    Command("down", ("j", "down"), "down", "Go to the next row."),
    Command("up", ("k", "up"), "up", "Go to the row before."),
    Command("first", ("g", "home"), "first", "Go to the first row."),
    Command("last", ("G", "end"), "last", "Go to the last row."),
    Command("half_down", ("ctrl+d",), "half a page down", "Go half a page of rows down."),
    Command("half_up", ("ctrl+u",), "half a page up", "Go half a page of rows up."),
)

QUEUE = (
    Command("open", ("enter",), "open", "Review this image.", in_footer=True),
    Command("retry", ("!",), "retry", "Send a failed image again.", in_footer=True),
    Command(
        "pause", ("p",), "pause", "Send nothing more, or go on. What was sent is still asked after.", in_footer=True
    ),
    Command("next_failed", ("f",), "next failed", "Go to the next image that failed."),
    Command("page_down", ("pagedown",), "page down", "Go a page of rows down."),
    Command("page_up", ("pageup",), "page up", "Go a page of rows up."),
    *MOVING,
    Command("keys", ("question_mark", "f1"), "keys", "Show the keys that work here.", in_footer=True),
    Command("leave", ("q",), "quit", "Quit. Nothing needs saving: every decision is on the disk.", in_footer=True),
)

REVIEW = (
    Command("accept", ("a", "enter"), "accept", "Accept the line as it stands and go to the next.", in_footer=True),
    Command(
        "accept_page", ("A",), "accept page", "Accept the lines of the page that are sure, and go to what is left."
    ),
    Command("edit", ("e", "i"), "edit", "Edit the line, at its least sure word.", in_footer=True),
    Command("change", ("c",), "change word", "Edit the line with its word chosen: what is typed replaces it."),
    Command("take", DIGITS, "take", "Put that suggestion in the place of the word and go on.", in_footer=True),
    Command("repeat", ("full_stop",), "repeat", "Correct this word as the last one was corrected."),
    Command("next_doubtful", ("right_square_bracket",), "doubtful", "Go to the next doubtful word, across images."),
    Command("previous_doubtful", ("left_square_bracket",), "doubtful", "Go to the doubtful word before."),
    Command("everywhere", ("asterisk",), "everywhere", "Go through all places with the same misreading."),
    Command("search", ("slash",), "search", "Find lines by words, a /regular expression/ or a filter."),
    Command("next_hit", ("n",), "next hit", "Go to the next line that was found."),
    Command("previous_hit", ("N",), "previous hit", "Go to the line found before."),
    Command("flag", ("f",), "flag", "Flag the line for later, with a reason.", in_footer=True),
    Command("flag_page", ("F",), "flag page", "Flag what is left of the page."),
    Command("skip", ("s",), "skip", "Skip the line: it comes back last."),
    Command("skip_page", ("S",), "skip page", "Skip what is left of the page: it comes back last."),
    Command("reject", ("x",), "reject", "Reject the line: no text, or the wrong box."),
    Command("reject_page", ("X",), "reject page", "Reject what is left of the page."),
    Command("undo", ("u", "backspace"), "undo", "Take back the last decision, wherever it was made.", in_footer=True),
    Command("redo", ("ctrl+r",), "redo", "Make the decision again that was taken back."),
    Command("retry", ("!",), "retry", "Send an image that failed again.", in_footer=True),
    Command("next_page", ("J", "pagedown"), "next", "Go to the next page or image."),
    Command("previous_page", ("K", "pageup"), "previous", "Go to the page or image before."),
    Command("next_word", ("w", "right"), "next word", "Go to the next word of the line."),
    Command("previous_word", ("b", "left"), "previous word", "Go to the word before."),
    Command("expand", ("l",), "open line", "Show the words of the line."),
    Command("collapse", ("h",), "close line", "Hide the words of the line."),
    Command("picture", ("z",), "picture", "Change the picture: line, word, page."),
    Command("zoom_in", ("plus", "equals_sign"), "zoom in", "Show the page larger: its width, and on to its pixels."),
    Command("zoom_out", ("minus",), "zoom out", "Show more of the page."),
    Command("zoom_page", ("0",), "whole page", "Show the whole page."),
    Command("zoom_box", ("Z",), "zoom to box", "Show the box under the cursor large, or the whole page again."),
    Command("pan_left", ("shift+left",), "left", "Move the page, when it is larger than its place."),
    Command("pan_right", ("shift+right",), "right", "Move it the other way."),
    Command("pan_up", ("shift+up",), "up the page", "Move it up."),
    Command("pan_down", ("shift+down",), "down the page", "Move it down."),
    Command("text", ("t",), "text", "Lay what was read over its place on the page, or take it away."),
    Command("boxes", ("v",), "boxes", "Show where the lines are on the page, or the bare page."),
    Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    Command("invert", ("I",), "invert", "Show light ink on dark paper, or dark on light."),
    Command("contrast_up", ("right_parenthesis",), "contrast", "Tell ink more sharply from paper."),
    Command("contrast_down", ("left_parenthesis",), "less contrast", "Tell ink less sharply from paper."),
    Command("colours", ("C",), "colours", "Show ink in its own colours, or in grey."),
    Command("merge", ("M",), "join", "Run the line together with the one below it."),
    Command("split", ("vertical_line",), "split", "Split the line before the word under the cursor."),
    Command("add_line", ("L",), "add line", "Add a line that was not found: draw its box with keys."),
    Command("box", ("B",), "box", "Change the line's box with keys."),
    Command("earlier", ("less_than_sign",), "move up", "Move the line up among the others."),
    Command("later", ("greater_than_sign",), "move down", "Move the line down."),
    Command("turn_page", ("T",), "turn page", "Show the page turned by a quarter, clockwise."),
    Command("order", ("O",), "order", "Put the lines in the order they stand on the page, or in the service's."),
    *MOVING,
    Command("keys", ("question_mark", "f1"), "keys", "Show the keys that work here.", in_footer=True),
    Command("leave", ("q", "escape"), "queue", "Go back to the queue."),
)

ABOUT_LINES = frozenset(
    {
        "accept",
        "accept_page",
        "edit",
        "flag",
        "flag_page",
        "skip",
        "skip_page",
        "reject",
        "reject_page",
        "picture",
        "order",
    }
)
"""Commands that need a line to act on."""

PLACES = (
    Command("apply", ("a", "enter"), "correct", "Correct the word here and go on; or go to the place.", in_footer=True),
    Command("leave_place", ("s", "space"), "leave", "Leave this place as it is and go on.", in_footer=True),
    Command("apply_all", ("A",), "correct all", "Correct the word at every place that is left.", in_footer=True),
    Command("visit", ("o", "l"), "go there", "Go to this place in the review.", in_footer=True),
    Command("undo", ("u", "backspace"), "undo", "Take back the last thing done.", in_footer=True),
    Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    Command("page_down", ("pagedown",), "page down", "Go a page of rows down."),
    Command("page_up", ("pageup",), "page up", "Go a page of rows up."),
    *MOVING,
    Command("keys", ("question_mark", "f1"), "keys", "Show the keys that work here.", in_footer=True),
    Command("leave", ("q", "escape"), "back", "Go back."),
)

EDIT = (
    Command("save", ("enter", "down"), "save", "Keep the text and go to the next line; unchanged text is accepted."),
    Command("save_back", ("up",), "save", "Keep the text and go to the line before."),
    Command("next_doubtful", ("tab", "shift+tab"), "doubtful", "Go to the next doubtful word of the line, or back."),
    Command("restore", ("ctrl+o",), "engine's text", "Bring back the text as it was read."),
    Command("split", ("f4",), "split", "Split the line where the cursor stands."),
    Command("cancel", ("escape",), "leave", "Leave the line as it was."),
)


def bindings(commands: tuple[Command, ...]) -> list[Binding]:
    """Return Textual's bindings for a screen's commands."""
    return [binding for command in commands for binding in _bindings(command)]


def _bindings(command: Command) -> Iterator[Binding]:
    if command.keys != DIGITS:
        yield _binding(command, ",".join(command.keys), command.name, _KEY_NAMES.get(command.keys[0]))
        return
    for digit in command.keys:  # the footer shows the first, for all of them
        binding = _binding(command, digit, f"{command.name}({digit})", f"{DIGITS[0]}-{DIGITS[-1]}")
        yield binding if digit == DIGITS[0] else replace(binding, show=False)


def _binding(command: Command, keys: str, action: str, shown: str | None) -> Binding:
    return Binding(
        keys,
        action,
        command.label,
        show=command.in_footer,
        id=command.name if action == command.name else action,
        tooltip=command.help,
        key_display=shown,
    )


def key_names(command: Command) -> str:
    """Return a command's keys as a person knows them."""
    if command.keys == DIGITS:
        return f"{DIGITS[0]}-{DIGITS[-1]}"
    return "  ".join(_KEY_NAMES.get(key, key) for key in command.keys)


_KEY_NAMES = {
    "question_mark": "?",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "escape": "esc",
    "backspace": "bksp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "comma": ",",
    "asterisk": "*",
    "slash": "/",
    "full_stop": ".",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "vertical_line": "|",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "shift+left": "shift+←",
    "shift+right": "shift+→",
    "shift+up": "shift+↑",
    "shift+down": "shift+↓",
}
