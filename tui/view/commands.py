"""Everything a person can do on a screen, in one table: keys, `:`, palette, footer, help and tests all read it.

A command's name is the name of the screen's action (`accept` runs `action_accept`); it is what is typed after `:` and
what a key is given to in the settings. Its first key is the one that the footer shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


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
    group: str = ""
    """What it has to do with: the heading it stands under in the list of keys."""

    @property
    def title(self) -> str:
        """Its name as it is typed and read: `accept page`."""
        return self.name.replace("_", " ")

    @property
    def takes_digit(self) -> bool:
        """Whether its keys are digits, of which it is given the one that was pressed."""
        return self.keys in {DIGITS, COUNTS}


@dataclass(frozen=True, slots=True)
class ArgumentCommand:
    """Something that is typed after `:` together with what it is about; `goto` runs a screen's `command_goto`."""

    name: str
    usage: str
    """What is typed, with what varies in capitals: `goto N`."""
    help: str
    """A sentence for the list of commands."""

    @property
    def title(self) -> str:
        """Its name as it is typed: `set threshold`."""
        return self.name.replace("_", " ")


DECIDING = "deciding"
CORRECTING = "correcting"
BEING_LED = "being led"
SHAPING = "shaping lines"
PICTURE = "the picture"
LOOKING_BACK = "looking back"
IMAGES = "images"
MOVING_ABOUT = "moving"
PROGRAM = "the program"
SECOND_READING = "a second reading"
GROUPS = (
    IMAGES,
    DECIDING,
    CORRECTING,
    BEING_LED,
    SHAPING,
    PICTURE,
    LOOKING_BACK,
    SECOND_READING,
    MOVING_ABOUT,
    PROGRAM,
)
"""What commands have to do with, in the order in which they are listed."""


def _about(group: str, *commands: Command) -> Iterable[Command]:
    return (replace(command, group=group) for command in commands)


DIGITS = tuple("123456789")
"""The keys that take a suggestion; the command is given the digit."""
COUNTS = tuple("0123456789")
"""The keys of a count; the command is given the digit."""

MOVING = (
    *_about(
        MOVING_ABOUT,
        Command("down", ("j", "down"), "down", "Go to the next row."),
        Command("up", ("k", "up"), "up", "Go to the row before."),
        Command("first", ("g", "home"), "first", "Go to the first row."),
        Command("last", ("G", "end"), "last", "Go to the last row."),
        Command("half_down", ("ctrl+d",), "half a page down", "Go half a page of rows down."),
        Command("half_up", ("ctrl+u",), "half a page up", "Go half a page of rows up."),
    ),
)

PAGING = (
    *_about(
        MOVING_ABOUT,
        Command("page_down", ("pagedown",), "page down", "Go a page of rows down."),
        Command("page_up", ("pageup",), "page up", "Go a page of rows up."),
    ),
)

FINDING = (
    *_about(
        BEING_LED,
        Command("search", ("slash",), "search", "Find lines by words, a /regular expression/ or a filter."),
        Command("next_hit", ("n",), "next hit", "Go to the next line that was found."),
        Command("previous_hit", ("N",), "previous hit", "Go to the line found before."),
    ),
)

EVERYWHERE = (
    *_about(
        PROGRAM,
        Command("keys", ("question_mark", "f1"), "keys", "Show the keys that work here.", in_footer=True),
        Command("command", ("colon",), "command", "Type a command: its name, or goto, set and others."),
        Command("palette", ("ctrl+p",), "palette", "Look for a command by any part of its name."),
        Command("quit", ("ctrl+q",), "quit", "Quit from anywhere. Every decision is on the disk."),
    ),
)

QUEUE = (
    *_about(
        IMAGES,
        Command("open", ("enter",), "open", "Review this image.", in_footer=True),
        Command("mark", ("space",), "mark", "Mark this image, or unmark it, and go down.", in_footer=True),
        Command("filter", ("backslash",), "filter", "List the images that a filter lets through.", in_footer=True),
        Command("retry", ("exclamation_mark",), "retry", "Send again what failed.", in_footer=True),
        Command("recognise", ("r",), "recognise", "Have the service that runs read what waits for another, or failed."),
        Command("hold", ("p",), "hold back", "Hold back what waits to be sent, or let it go."),
        Command("pause", ("P",), "pause all", "Send nothing more, or go on. What was sent is still asked after."),
        Command("sooner", ("less_than_sign",), "sooner", "Have it read before the others."),
        Command("later", ("greater_than_sign",), "later", "Have it read after the others."),
        Command("remove", ("d", "delete"), "take out", "Take it out of the queue; its file stays where it is."),
        Command("put_back", ("u", "backspace"), "put back", "Put back what was taken out last."),
        Command("mark_range", ("V",), "mark range", "Mark all from the last mark to here."),
        Command("mark_pattern", ("t",), "mark by name", "Mark the images whose names match a pattern."),
        Command("mark_others", ("tilde",), "mark others", "Mark what is not marked, and unmark the others."),
        Command("clear", ("escape",), "clear", "Forget the count; else the marks; else the filter."),
        Command("order", ("comma",), "order", "List in another order: by file, name, time or doubt."),
        Command("next_view", ("right_square_bracket",), "next view", "List by the next saved view."),
        Command("previous_view", ("left_square_bracket",), "view before", "List by the saved view before."),
    ),
    *FINDING,
    *_about(
        SECOND_READING,
        Command("second", ("b",), "second reading", "Read a sample of the decided lines a second time, blind."),
        Command("both", ("B",), "both readings", "Settle the lines of the sample that two people read differently."),
    ),
    *_about(
        MOVING_ABOUT,
        Command("next_failed", ("f",), "next failed", "Go to the next image that failed."),
        Command("count", COUNTS, "count", "Say how often the next of down, up and mark is to be done."),
    ),
    *PAGING,
    *MOVING,
    *EVERYWHERE,
    Command(
        "leave",
        ("q",),
        "quit",
        "Quit. Nothing needs saving: every decision is on the disk.",
        in_footer=True,
        group=PROGRAM,
    ),
)

REVIEW = (
    *_about(
        DECIDING,
        Command("accept", ("a", "enter"), "accept", "Accept the line as it stands and go to the next.", in_footer=True),
        Command(
            "accept_page", ("A",), "accept page", "Accept the lines of the page that are sure, and go to what is left."
        ),
    ),
    *_about(
        CORRECTING,
        Command("edit", ("e", "i"), "edit", "Edit the line, at its least sure word.", in_footer=True),
        Command("change", ("c",), "change word", "Edit the line with its word chosen: what is typed replaces it."),
        Command("take", DIGITS, "take", "Put that suggestion in the place of the word and go on.", in_footer=True),
        Command("read_again", ("r",), "read again", "Read the line again, with care; then take what was read."),
        Command("read_page_again", ("R",), "read page again", "Read every line of the page again that is not sure."),
        Command("repeat", ("full_stop",), "repeat", "Correct this word as the last one was corrected."),
    ),
    *_about(
        BEING_LED,
        Command("next_doubtful", ("right_square_bracket",), "doubtful", "Go to the next doubtful word, across images."),
        Command("previous_doubtful", ("left_square_bracket",), "doubtful", "Go to the doubtful word before."),
        Command("everywhere", ("asterisk",), "everywhere", "Go through all places with the same misreading."),
    ),
    *FINDING,
    *_about(
        DECIDING,
        Command("flag", ("f",), "flag", "Flag the line for later, with a reason.", in_footer=True),
        Command("flag_page", ("F",), "flag page", "Flag what is left of the page."),
        Command("skip", ("s",), "skip", "Skip the line: it comes back last."),
        Command("skip_page", ("S",), "skip page", "Skip what is left of the page: it comes back last."),
        Command("reject", ("x",), "reject", "Reject the line: no text, or the wrong box."),
        Command("reject_page", ("X",), "reject page", "Reject what is left of the page."),
        Command(
            "undo", ("u", "backspace"), "undo", "Take back the last decision, wherever it was made.", in_footer=True
        ),
        Command("redo", ("ctrl+r",), "redo", "Make the decision again that was taken back."),
        Command("retry", ("exclamation_mark",), "retry", "Send an image that failed again.", in_footer=True),
    ),
    *_about(
        MOVING_ABOUT,
        Command("next_page", ("J", "pagedown"), "next", "Go to the next page or image."),
        Command("previous_page", ("K", "pageup"), "previous", "Go to the page or image before."),
        Command("next_word", ("w", "right"), "next word", "Go to the next word of the line."),
        Command("previous_word", ("b", "left"), "previous word", "Go to the word before."),
        Command("expand", ("l",), "open line", "Show the words of the line."),
        Command("collapse", ("h",), "close line", "Hide the words of the line."),
    ),
    *_about(
        PICTURE,
        Command("picture", ("z",), "picture", "Change the picture: line, word, page."),
        Command("zoom_in", ("plus",), "zoom in", "Show the page larger: its width, and on to its pixels."),
        Command("zoom_pixels", ("equals_sign",), "its pixels", "Show the page pixel by pixel."),
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
        Command("more_ink", ("right_curly_bracket",), "more ink", "Give the ink more rows, and the list fewer."),
        Command("less_ink", ("left_curly_bracket",), "less ink", "Give the ink fewer rows, and the list more."),
    ),
    *_about(
        LOOKING_BACK,
        Command("history", ("H",), "history", "Show what was done about the line, by whom and when."),
        Command("audit", ("Q",), "audit", "Look at a share of the lines that were accepted unseen with their page."),
        Command("copy", ("y",), "copy", "Copy the line's text to the clipboard of the terminal."),
        Command("path", ("o",), "path", "Show where the picture is, and copy that."),
    ),
    *_about(
        SHAPING,
        Command("merge", ("M",), "join", "Run the line together with the one below it."),
        Command("split", ("vertical_line",), "split", "Split the line before the word under the cursor."),
        Command("add_line", ("L",), "add line", "Add a line that was not found: draw its box with keys."),
        Command("box", ("B",), "box", "Change the line's box with keys."),
        Command("earlier", ("less_than_sign",), "move up", "Move the line up among the others."),
        Command("later", ("greater_than_sign",), "move down", "Move the line down."),
        Command("turn_page", ("T",), "turn page", "Show the page turned by a quarter, clockwise."),
        Command("order", ("O",), "order", "Put the lines in the order they stand on the page, or in the service's."),
    ),
    *MOVING,
    *EVERYWHERE,
    Command("leave", ("q",), "queue", "Go back to the queue.", group=PROGRAM),
    Command("step_back", ("escape",), "line", "Go back from a word or the page to the line.", group=MOVING_ABOUT),
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
    *_about(
        CORRECTING,
        Command("apply", ("a", "enter"), "correct", "Correct the word here and go on.", in_footer=True),
        Command("leave_place", ("s", "space"), "leave", "Leave this place as it is and go on.", in_footer=True),
        Command("apply_all", ("A",), "correct all", "Correct the word at every place that is left.", in_footer=True),
        Command("visit", ("o", "l"), "go there", "Go to this place in the review.", in_footer=True),
        Command("undo", ("u", "backspace"), "undo", "Take back the last thing done.", in_footer=True),
    ),
    *_about(
        PICTURE,
        Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    ),
    *PAGING,
    *MOVING,
    *EVERYWHERE,
    Command("leave", ("q", "escape"), "back", "Go back.", group=PROGRAM),
)
"""What keys do among the places of a misreading."""

HITS = (
    *_about(
        DECIDING,
        Command("visit", ("enter", "o", "l"), "go there", "Go to this line in the review.", in_footer=True),
        Command("accept_here", ("a",), "accept", "Accept the line as it stands and go on.", in_footer=True),
        Command("leave_place", ("s", "space"), "leave", "Leave this line as it is and go on.", in_footer=True),
        Command("undo", ("u", "backspace"), "undo", "Take back the last thing done.", in_footer=True),
    ),
    *_about(
        BEING_LED,
        Command("search", ("slash",), "search", "Look for something else.", in_footer=True),
        Command("next_hit", ("n",), "next hit", "Go to the next line that was found."),
        Command("previous_hit", ("N",), "hit before", "Go to the line found before."),
    ),
    *_about(
        PICTURE,
        Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    ),
    *PAGING,
    *MOVING,
    *EVERYWHERE,
    Command("leave", ("q", "escape"), "back", "Go back.", group=PROGRAM),
)
"""What keys do among the lines that a search found."""

AUDIT = (
    *_about(
        DECIDING,
        Command("say_right", ("a", "enter"), "right", "Say that the line is right and go on.", in_footer=True),
        Command("visit", ("o", "l"), "go there", "Go to this line in the review, to correct it.", in_footer=True),
        Command("leave_place", ("s", "space"), "leave", "Leave this line for another time and go on.", in_footer=True),
        Command("undo", ("u", "backspace"), "undo", "Take back the last thing done.", in_footer=True),
    ),
    *_about(
        PICTURE,
        Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    ),
    *PAGING,
    *MOVING,
    *EVERYWHERE,
    Command("leave", ("q", "escape"), "back", "Go back.", group=PROGRAM),
)
"""What keys do among lines that were accepted unseen."""

SECOND = (
    *_about(
        DECIDING,
        Command("accept", ("a", "enter"), "as read", "Say that it is as the service read it.", in_footer=True),
        Command("edit", ("e", "i"), "edit", "Say what it is, at its least sure word.", in_footer=True),
        Command("flag", ("f",), "flag", "Flag the line, with a reason.", in_footer=True),
        Command("reject", ("x",), "reject", "Reject the line: no text, or the wrong box.", in_footer=True),
        Command("leave_place", ("s", "space"), "leave", "Leave this line for another time and go on."),
        Command("undo", ("u", "backspace"), "undo", "Take back the last reading.", in_footer=True),
    ),
    *_about(
        PICTURE,
        Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    ),
    *PAGING,
    *MOVING,
    *EVERYWHERE,
    Command("leave", ("q", "escape"), "back", "Go back.", group=PROGRAM),
)
"""What keys do while a sample is read a second time."""

BOTH = (
    *_about(
        DECIDING,
        Command("take_first", ("1",), "the first", "Decide as the first person did.", in_footer=True),
        Command("take_second", ("2",), "the second", "Decide as the second person did.", in_footer=True),
        Command("edit", ("e", "i"), "neither", "Say yourself what it is.", in_footer=True),
        Command("leave_place", ("s", "space"), "leave", "Leave this line for another time and go on.", in_footer=True),
        Command("undo", ("u", "backspace"), "undo", "Take back the last decision.", in_footer=True),
    ),
    *_about(
        LOOKING_BACK,
        Command("history", ("H",), "history", "Show what was done about the line, by whom and when."),
        Command("visit", ("o", "l"), "go there", "Go to this line in the review."),
    ),
    *_about(
        PICTURE,
        Command("context", ("comma",), "context", "Show one line more above and below, up to two, or none again."),
    ),
    *PAGING,
    *MOVING,
    *EVERYWHERE,
    Command("leave", ("q", "escape"), "back", "Go back.", group=PROGRAM),
)
"""What keys do where two readings of a line stand one above the other."""

EDIT = (
    *_about(
        CORRECTING,
        Command(
            "save", ("enter", "down"), "save", "Keep the text and go to the next line; unchanged text is accepted.",
            in_footer=True,
        ),
        Command("save_back", ("up",), "save", "Keep the text and go to the line before."),
        Command(
            "next_in_line", ("tab",), "doubtful",
            "Go to the next doubtful word of the line; where there is none, complete the word that is begun.",
            in_footer=True,
        ),
        Command("previous_in_line", ("shift+tab",), "doubtful", "Go to the doubtful word before."),
        Command("undo_typing", ("ctrl+z",), "undo", "Take back what was typed last."),
        Command("redo_typing", ("ctrl+y",), "redo", "Type again what was taken back."),
        Command("restore", ("ctrl+o",), "as read", "Bring back the text as it was read.", in_footer=True),
        Command("characters", ("f2",), "characters", "Choose a letter or sign that has no key.", in_footer=True),
        Command("split_here", ("f4",), "split", "Split the line where the cursor stands."),
        Command("leave_line", ("escape",), "leave", "Leave the line as it was.", in_footer=True),
        Command("field_keys", ("f1",), "keys", "Show the keys that work here.", in_footer=True),
    ),
)  # fmt: skip
"""What keys do in the field in which a line is corrected; all others are text."""

TABLES = {
    "queue": QUEUE,
    "review": REVIEW,
    "places": PLACES,
    "hits": HITS,
    "audit": AUDIT,
    "second": SECOND,
    "both": BOTH,
    "edit": EDIT,
}
"""The commands of each screen, and of the field."""

WITH_ARGUMENTS = (
    ArgumentCommand("goto", "goto N or NAME", "Go to a line or a row by its number, or to an image by its name."),
    ArgumentCommand("set_threshold", "set threshold .85", "A line is sure when each of its words is at least so sure."),
    ArgumentCommand("set_error", "set error 2%", "Set the threshold from which on so many words are wrong here."),
    ArgumentCommand("set_audit", "set audit 5%", "Have so many of the lines accepted unseen come back."),
    ArgumentCommand("set_map", "set map 40%", "Give the map so many of the columns, where it stands beside the ink."),
    ArgumentCommand("set_pace", "set pace on|off", "Show how fast you are, or do not."),
    ArgumentCommand("view", "view FILTER", "List the images that a filter lets through."),
    ArgumentCommand("save_view", "save view NAME", "Keep the filter under a name, for [ and ]."),
    ArgumentCommand("mark", "mark PATTERN", "Mark the images whose names match a pattern; all marks every one."),
    ArgumentCommand("draw", "draw 5% FILTER", "Draw decided lines to be read a second time, blind; all may be drawn."),
    ArgumentCommand(
        "export", "export FORMATS DIR [--OPTION ...]", "Export what was read: export alto,txt out --lines settled."
    ),
    ArgumentCommand("set_theme", "set theme NAME", "Wear other colours."),
)
"""What is typed with an argument. A screen that has no `command_NAME` says that it does not know it."""
