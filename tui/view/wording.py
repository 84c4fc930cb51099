"""How things are said on the screens: states, waits and counts as short words, fitted to cells."""

from __future__ import annotations

from pathlib import PurePath

from rich.cells import cell_len, set_cell_size

from tui.model import Item, State, Verdict, printable

VERDICT_MARKS = {
    Verdict.UNDECIDED: "·",
    Verdict.ACCEPTED: "✓",
    Verdict.CORRECTED: "✎",
    Verdict.FLAGGED: "⚑",
    Verdict.SKIPPED: "↷",
    Verdict.REJECTED: "✗",
}
STATE_MARKS = {State.WAITING: "·", State.SENDING: "↑", State.SENT: "◌", State.DONE: "○", State.FAILED: "✗"}
STATE_WORDS = {
    State.WAITING: "waiting",
    State.SENDING: "sending",
    State.SENT: "running",
    State.DONE: "done",
    State.FAILED: "failed",
}


def fit(text: str, width: int, *, right: bool = False, from_left: bool = False) -> str:
    """Return a text in exactly `width` cells: cut with an ellipsis, or filled with spaces.

    `right` aligns it to the right; `from_left` keeps its end when it is cut, as a path wants.
    """
    if width <= 0:
        return ""
    if cell_len(text) > width:
        text = "…" + _tail(text, width - 1) if from_left else set_cell_size(text, width - 1) + "…"
    blank = " " * max(0, width - cell_len(text))
    return set_cell_size(blank + text if right else text + blank, width)


def counted(count: int, what: str) -> str:
    """Return a number and what is counted: 1 line, 2 lines."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def cut_amid(text: str, width: int) -> str:
    """Return a text in at most so many cells: of a long one the beginning and the end, which tells files apart."""
    if cell_len(text) <= width:
        return text
    end = _tail(text, max(0, width - 1) * 2 // 3) if width > 2 else ""
    return set_cell_size(text, max(0, width - 1 - cell_len(end))).rstrip() + "…" + end if width > 0 else ""


def _tail(text: str, width: int) -> str:
    cells = start = 0
    for start in range(len(text), 0, -1):
        cells += cell_len(text[start - 1])
        if cells > width:
            return text[start:]
    return text


def short_name(item: Item) -> str:
    """Return an item's name: its file and the folder it lies in, safe on a terminal."""
    if item.is_url:
        return printable(item.source)
    path = PurePath(item.source)
    return printable(str(PurePath(path.parent.name, path.name)))


NOTHING = "∅"
"""The mark of an image in which no text was found: it is done, and somebody may want to look why."""


def state_mark(item: Item) -> str:
    """Return one character for how far an item is: the machine's state, then the person's progress."""
    if item.state is not State.DONE:
        return STATE_MARKS[item.state]
    if not item.lines:
        return NOTHING
    if item.decided >= item.lines:
        return "✓"
    return "◐" if item.decided else "○"


def duration(seconds: float) -> str:
    """Return a time span as a person says it: `4.2 s`, `48 s`, `3 min 5 s`, `2 h 10 min`."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """Return a number of bytes as a person says it."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def details(item: Item, now: float, service: str) -> str:
    """Return what is to be said of an item: what is awaited and for how long, or why it failed.

    `service` is the profile that runs just now; empty when none does.
    """
    return printable(_DETAILS[item.state](item, now, service))


def _waiting(item: Item, now: float, service: str) -> str:
    if item.is_paused:
        return "held back: p lets it go"
    if item.not_before > now:
        return f"again in {duration(item.not_before - now)}" + (f": {item.waits_for}" if item.waits_for else "")
    if item.service != service:
        return f"for {item.service}: starts with --service {item.service}"
    return ""


def _sending(item: Item, now: float, service: str) -> str:  # noqa: ARG001 (one shape for every state)
    if not item.bytes:
        return "fetching"
    return size(item.bytes) if item.is_posted else f"next in turn, {size(item.bytes)}"


def _sent(item: Item, now: float, service: str) -> str:  # noqa: ARG001 (one shape for every state)
    words = ([item.said] if item.said else []) + _told(item)
    words += [f"poll {item.polls}" if item.polls else "sent", duration(now - item.sent_at)]
    if item.waits_for:
        words.append(item.waits_for)
    if item.not_before > now:
        words.append(f"next in {duration(item.not_before - now)}")
    return ", ".join(words)


def _done(item: Item, now: float, service: str) -> str:  # noqa: ARG001 (one shape for every state)
    took = f"read in {duration(item.ended_at - item.sent_at)}" if item.sent_at else "read"
    polls = f", {item.polls} polls" if item.polls > 1 else ", 1 poll" if item.polls else ""
    said = [item.said] if item.said.lower() not in {"", "succeeded"} else []
    return (
        took
        + polls
        + ("" if item.lines else ", no text found")
        + "".join(f", {words}" for words in [*said, *_told(item)])
    )


def _told(item: Item) -> list[str]:
    return [item.remark] if item.remark else []


def _failed(item: Item, now: float, service: str) -> str:  # noqa: ARG001 (one shape for every state)
    # The name stands before it on the screen already.
    return item.failure.sentence.removeprefix(printable(item.source)).lstrip() if item.failure else ""


_DETAILS = {
    State.WAITING: _waiting,
    State.SENDING: _sending,
    State.SENT: _sent,
    State.DONE: _done,
    State.FAILED: _failed,
}


def lines_decided(item: Item) -> str:
    """Return how many of an item's lines are decided; of a document's pages how many."""
    if item.state is State.DONE and item.pages_read > 1:
        return f"{item.pages_decided} of {item.pages_read} pages"
    return f"{item.decided}/{item.lines} lines" if item.state is State.DONE else ""


def doubtful_words(item: Item) -> str:
    """Return how many doubtful words of an item are left."""
    return f"{item.doubtful_left} doubtful" if item.state is State.DONE and item.lines else ""


def doubtful_of(here: int, in_queue: int) -> str:
    """Return how many doubtful words are left in this image, and in the whole queue where that has others."""
    if in_queue <= here:
        return f"{here:,} doubtful" if here else ""
    return f"{here:,} of {in_queue:,} doubtful"
