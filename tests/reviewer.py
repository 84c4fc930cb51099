"""A reviewer for tests: looks at the screen of the real program in a terminal, and presses what a good one would.

It knows what is written on each line and what was read there, as a person knows who looks at the ink. Where it is, what
is offered and whether the screen has come to rest it reads from the screen alone. It presses

    a                     where the line is right
    x                     where nothing is written
    a digit               where the row of advice offers the right word; before it `w` or `]` to the word, where need be
    c, a word, enter      where one word is wrong and the cursor is at it
    e, ..., enter         where more is wrong, with as few keys as it can

and notes for each line the keys, the bytes that the program wrote and how long each key took until the screen was at
rest: until the last byte before a pause, with nothing on the screen still being made ready.
"""

from __future__ import annotations

import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from tests.terminal import KEYS, NotShown, Terminal
from tests.view.conftest import draw_page
from tui.alignment import Step, aligned
from tui.model import Line, Page
from tui.pictures.source import measure
from tui.review import first_look, least_sure_word, words_under
from tui.store import NewItem, Store

PAUSE = 0.1
"""So many seconds without a byte are rest."""
PATIENCE = 60.0
"""So many seconds a key may take: the machine may be busy."""
_HEADING = re.compile(
    r"^ (?P<name>\S.*?)   (?:page (?P<page>\d+) of \d+   )?"
    r"line (?P<line>\d+) of (?P<lines>\d+)(?:, word (?P<word>\d+))?\b.*?"
    r" (?P<decided>\d+)/\d+ lines"
)
_LINE = re.compile(
    r"^[▌ ](?P<mark>[·✓✎⚑↷✗]) +(?P<number>\d+) [▸▾ ] (?P<text>.*?) +\??"
    r" *(?:\d?\.\d\d|low)? +(?:no box|-?\d+,-?\d+)(?: -?\d+,-?\d+)? ?[▁-█▔]?$"
)
_OFFER = re.compile(r"^[1-9]\D(?P<text>.+)$")
MOVES = {
    "left": KEYS["left"],
    "right": KEYS["right"],
    "home": KEYS["home"],
    "end": KEYS["end"],
    "ctrl+left": "\x1b[1;5D",
    "ctrl+right": "\x1b[1;5C",
}
"""The keys that move the cursor within the field, as xterm sends them."""


# -- what is on the screen --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list that is in sight."""

    number: int
    """From 1, as it is shown."""
    mark: str
    text: str
    """What is shown of its text; it ends with an ellipsis where that is not all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reviewer sees of the review."""

    name: str
    """The image's file, without its folder."""
    line: int
    """Which line of the image the cursor is on, or on a word of it; from 1."""
    lines: int
    decided: int
    """How many lines of the image are decided."""
    rows: tuple[Row, ...]
    cursor: str
    """The row under the cursor."""
    word: str
    """The word that the advice is about; empty where there is none."""
    offers: tuple[str, ...]
    """What a digit would put in its place, from 1."""
    at: int | None
    """Which word of the line the cursor is on, from 0; None where it is on the line."""
    edits: bool
    """Whether a field is open in which the line is edited."""
    waits: bool
    """Whether the program is still making something ready that it shows."""

    @property
    def place(self) -> tuple[str, int]:
        """The image and the line."""
        return self.name, self.line


def seen(rows: Sequence[str]) -> Seen | None:
    """Return what the rows of a screen show; None where that is not a review at rest."""
    heading = _HEADING.match(rows[0])
    edits = rows[-1].startswith(" enter save")
    above = (
        _above_the_list(rows)
        if edits
        else max((number for number, row in enumerate(rows) if row.startswith("─" * 20)), default=0)
    )
    cursor = next((row for row in rows[above + 1 :] if row.startswith("▌")), "")
    if heading is None or not above or not cursor:
        return None
    advice = rows[above - 1].strip()
    parts = re.split(r"  +", advice)
    return Seen(
        heading["name"].rpartition("/")[2],
        int(heading["line"]),
        int(heading["lines"]),
        int(heading["decided"]),
        tuple(rows_in(rows[above + 1 : -1])),
        cursor.rstrip(),
        parts[0],
        tuple(found["text"] for part in parts[1:] if (found := _OFFER.match(part))),
        None if heading["word"] is None else int(heading["word"]) - 1,
        edits,
        advice.endswith("...") or any(" Opening " in row for row in rows),
    )


def _above_the_list(rows: Sequence[str]) -> int:
    """Return the row of the field, which stands above the list while a line is edited."""
    number = len(rows) - 2
    while number > 0 and (not rows[number].strip() or _LINE.match(rows[number])):
        number -= 1
    return number


def rows_in(rows: Sequence[str]) -> Iterator[Row]:
    """Yield the lines among the rows of the list; those of words, and what a notice covers, are passed over."""
    for row in rows:
        found = _LINE.match(row)
        if found is not None:
            yield Row(int(found["number"]), found["mark"], found["text"].rstrip())


class MeasuredTerminal(Terminal):
    """A terminal that says how many bytes came, and when the last of them did."""

    received = 0
    last_at = 0.0

    def _pieces(self, seconds: float) -> Iterator[bytes]:
        for data in super()._pieces(seconds):
            self.received += len(data)
            self.last_at = time.perf_counter()
            yield data

    def rest(self, pause: float = PAUSE) -> None:
        """Take in what comes until nothing has come for a while; it is shown then, so that it is timed as it comes."""
        came = []
        while pieces := list(self._pieces(pause)):
            came += pieces
        for data in came:
            self._display.feed(data)


# -- what is pressed --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """A line as it was read, and what is written there."""

    read: Line
    right: str | None
    """None where nothing is."""


@dataclass(slots=True)
class Deed:
    """What a reviewer did about a line."""

    place: tuple[str, int]
    kind: str = ""
    """`accepted`, `rejected`, `suggested`, `word` for one that was typed, `edited`."""
    keys: int = 0
    letters: int = 0
    """How many of the keys are letters that were typed into the field."""
    taken: int = 0
    """How many words were taken from the advice."""
    bytes: int = 0
    seconds: list[float] = field(default_factory=list)
    """How long the keys took that were not typed into the field."""

    @property
    def most(self) -> int:
        """How many keys the line may take: one where it is right, two a suggested word, three and what is typed."""
        if self.kind in {"accepted", "rejected"}:
            return 1
        return 2 * self.taken + (0 if self.kind == "suggested" else 3 + self.letters)


class ScriptedReviewer:
    """Works through a queue, of which it knows what is written in every line, by file name and line from 1."""

    def __init__(self, terminal: MeasuredTerminal, tasks: Mapping[tuple[str, int], Task]) -> None:
        self._terminal = terminal
        self._tasks = tasks
        self._seen = self._look(lambda _: True)
        self.deeds: dict[tuple[str, int], Deed] = {}

    def work(self, most: int | None = None) -> list[Deed]:
        """Decide every line, or so many of them; returns what was done, in order.

        Raises NotShown when the program does not go on.
        """
        while len(self.deeds) < min(len(self._tasks), most or len(self._tasks)):
            deed = self.deeds.setdefault(self._seen.place, Deed(self._seen.place))
            assert not deed.kind, f"line {deed.place} came back:\n{self._terminal.text}"
            self._decide(deed, self._tasks[deed.place])
        return list(self.deeds.values())

    def _decide(self, deed: Deed, task: Task) -> None:
        if task.right is None:
            deed.kind = "rejected"
            self._press(deed, "x")
        elif same(task.read.text, task.right):
            deed.kind = "accepted"
            self._press(deed, "a")
        else:
            self._correct(deed, task.read, task.right)

    # -- a line that is wrong -----------------------------------------------------------------------------------------

    def _correct(self, deed: Deed, line: Line, right: str) -> None:
        """Correct a line word by word while that is the shortest way, and the rest of it in the field."""
        text, at = line.text, None
        while wrong := wrong_words(line, text, right):
            place = at if at is not None else asked_about(line)
            first, in_field = min(wrong), keys_for(text, right, first_look(line, text, at))
            way = self._way_to(line, first, at)
            if self._can_take(line, wrong, place):
                text, at = self._take(deed, line, text, wrong)
            elif not _can_leave(line, wrong) or _words_cost(wrong, way) > effort(*_counts(in_field)) + 2:
                break
            elif place != first:
                for key in way:
                    self._press(deed, key, until=_moved)
                at = first
            else:
                text, at = self._change(deed, line, text, wrong)
        if not same(text, right):
            deed.kind = "edited"
            self._press(deed, "e", until=_opened)
            self._type(deed, *keys_for(text, right, first_look(line, text, at)))
            self._press(deed, "enter")
            return
        deed.kind = deed.kind or "suggested"
        if at is not None:  # the cursor went on to a doubtful word that is right
            self._press(deed, "a")

    def _can_take(self, line: Line, wrong: Mapping[int, str], place: int | None) -> bool:
        """Whether a digit puts the word right, and the cursor does not leave the line with others that are wrong."""
        if place is None or wrong.get(place) not in self._seen.offers:
            return False
        goes_on = any(word.is_doubtful for word in line.words[place + 1 :])
        return len(wrong) == 1 or (goes_on and min(wrong) == place)

    def _take(self, deed: Deed, line: Line, text: str, wrong: Mapping[int, str]) -> tuple[str, int | None]:
        """Take the suggestion for the first wrong word; returns the text then, and the word the cursor went on to."""
        place = min(wrong)
        words = list(words_under(line, text))
        words[place] = wrong[place]
        deed.taken += 1
        later = _later(line, place)
        self._press(deed, str(self._seen.offers.index(wrong[place]) + 1), until=_left if later is None else _moved)
        return " ".join(filter(None, words)), later

    def _change(self, deed: Deed, line: Line, text: str, wrong: Mapping[int, str]) -> tuple[str, int | None]:
        """Type the first wrong word anew; returns the text then, and the word the cursor went on to."""
        place = min(wrong)
        words = list(words_under(line, text))
        words[place] = wrong[place]
        deed.kind = "edited" if deed.kind else "word"
        self._press(deed, "c", until=_opened)
        self._type(deed, wrong[place])
        later = _later(line, place)
        self._press(deed, "enter", until=_left if later is None else _moved)
        return " ".join(filter(None, words)), later

    @staticmethod
    def _way_to(line: Line, place: int, at: int | None) -> list[str]:
        """Return the keys that lead to a word from another, or from the line."""
        meant = at if at is not None else asked_about(line)
        start = -1 if meant is None else meant
        if meant is not None and meant >= place:
            return ["b"] * (meant - place)
        led_from = -1 if at is None else at
        doubtful = [number for number, word in enumerate(line.words) if number > led_from and word.is_doubtful]
        led = ["]"] * (doubtful.index(place) + 1) if place in doubtful else []
        walked = ["w"] * (place - start)
        return min(filter(None, (led, walked)), key=len)

    # -- keys ---------------------------------------------------------------------------------------------------------

    def _press(self, deed: Deed, key: str, *, until: Until | None = None) -> None:
        """Press a key and wait until the screen shows what came of it, and is at rest."""
        before, received, at = self._seen, self._terminal.received, time.perf_counter()
        self._terminal.type(KEYS.get(key, key))
        self._seen = self._look(lambda now: (until or _left)(before, now), f"after {key} for {deed}, seen: {before}")
        deed.keys += 1
        deed.bytes += self._terminal.received - received
        deed.seconds.append(max(0.0, self._terminal.last_at - at))

    def _type(self, deed: Deed, *keys: str) -> None:
        """Type texts and keys into the field, as fast as may be."""
        received = self._terminal.received
        self._terminal.type("".join(FIELD.get(key, key) for key in keys))
        self._terminal.rest()
        commands, letters = _counts(keys)
        deed.keys += commands + letters
        deed.letters += letters
        deed.bytes += self._terminal.received - received

    def _look(self, wanted: Callable[[Seen], bool], when: str = "at first") -> Seen:
        """Return what is seen once that is what is wanted and nothing moves any more."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._terminal.rest()
            now = seen(self._terminal.rows)
            if now is not None and not now.waits and wanted(now):
                return now
        raise NotShown(f"The screen did not come to what was wanted {when}:\n{self._terminal.text}")


Until = Callable[[Seen, Seen], bool]
"""Whether a key has done what it does, by what was seen before and what is seen now."""


def _left(before: Seen, now: Seen) -> bool:
    """Whether the program has gone on to another line, or everything is decided."""
    return not now.edits and (now.place != before.place or now.decided == now.lines)


def _moved(before: Seen, now: Seen) -> bool:
    """Whether the cursor is elsewhere within the line."""
    return not now.edits and now.place == before.place and (now.at, now.cursor) != (before.at, before.cursor)


def _opened(before: Seen, now: Seen) -> bool:  # noqa: ARG001 (one shape for all)
    """Whether the field is open."""
    return now.edits


def _later(line: Line, place: int) -> int | None:
    """Return the next doubtful word of a line after one, to which the cursor goes on."""
    return next((at for at, word in enumerate(line.words) if at > place and word.is_doubtful), None)


def _can_leave(line: Line, wrong: Mapping[int, str]) -> bool:
    """Whether the first wrong word may be put right alone: the cursor stays on the line while others are wrong."""
    return len(wrong) == 1 or _later(line, min(wrong)) is not None


def _words_cost(wrong: Mapping[int, str], way: Sequence[str]) -> int:
    """Return how many keys it takes to type each wrong word anew: the way there, two keys and the letters."""
    return len(way) * len(wrong) + sum(2 + len(word) for word in wrong.values())


def same(one: str, other: str) -> bool:
    """Whether two texts are the same but for the width of their blanks."""
    return one.split() == other.split()


def asked_about(line: Line) -> int | None:
    """Return the word of a line that advice is about when the cursor is on the line itself."""
    place = least_sure_word(line)
    return place if place is not None and line.words[place].is_doubtful else None


def wrong_words(line: Line, text: str, right: str) -> dict[int, str]:
    """Return what is to stand in the place of each wrong word, where that is all that is wrong; else nothing."""
    now, wanted = words_under(line, text), right.split()
    if not all(now) or any(" " in word for word in now):
        return {}
    steps = aligned(now, wanted)
    if all(step.is_pair for step in steps):
        return {step.read: wanted[step.said] for step in steps if _differs(step, now, wanted)}  # type: ignore[misc, index]
    return {}


def _differs(step: Step, now: Sequence[str], wanted: Sequence[str]) -> bool:
    return step.read is not None and step.said is not None and now[step.read] != wanted[step.said]


# -- the field --------------------------------------------------------------------------------------------------------

FIELD = MOVES | {
    "delete": KEYS["delete"],
    "backspace": KEYS["backspace"],
    "ctrl+w": KEYS["ctrl+w"],
    "ctrl+u": KEYS["ctrl+u"],
    "ctrl+k": KEYS["ctrl+k"],
}
"""The keys that are used in the field beside letters; what they do is Textual's (see its Input)."""
LETTERS_FOR_A_COMMAND = 5
_WORD_START = re.compile(r"(?<=\W)\w")


def keys_for(text: str, right: str, cursor: int) -> list[str]:
    """Return the keys, and texts to be typed, that make one text of another in the field, in the shortest way known."""
    right = " ".join(right.split())
    ways = [_Typing(text, cursor).change(changes) for changes in _ways(text, right)]
    return min(ways, key=lambda keys: effort(*_counts(keys)))


def effort(commands: int, letters: int) -> int:
    """Return what a correction takes beside the keys that begin and end it.

    A reviewer rather types a few letters more than press a second key that moves or deletes.
    """
    return commands + letters + (LETTERS_FOR_A_COMMAND if commands > 1 else 0)


def _counts(keys: Sequence[str]) -> tuple[int, int]:
    commands = sum(key in FIELD for key in keys)
    return commands, sum(map(len, keys)) - sum(len(key) for key in keys if key in FIELD)


Change = tuple[int, int, str]
"""Start and end of what is to be replaced in the old text, and by what."""


def _ways(text: str, right: str) -> Iterator[list[Change]]:
    """Yield ways to change a text: letter by letter, word by word, all from the first change on, or up to the last."""
    letters = _changes(text, right)
    words = _word_changes(text, right)
    first, last = letters[0][0], letters[-1][1]
    whole = [(first, last, right[first : len(right) - (len(text) - last)])]
    tail, head = [(first, len(text), right[first:])], [(0, last, right[: len(right) - (len(text) - last)])]
    for changes in (letters, words, whole, tail, head, [(0, len(text), right)]):
        yield changes
        yield changes[::-1]


def _changes(text: str, right: str) -> list[Change]:
    from rapidfuzz.distance import Levenshtein

    found = [op for op in Levenshtein.opcodes(text, right) if op.tag != "equal"]
    return [(op.src_start, op.src_end, right[op.dest_start : op.dest_end]) for op in found]


def _word_changes(text: str, right: str) -> list[Change]:
    from rapidfuzz.distance import Levenshtein

    ours, theirs = re.findall(r"\s+|\S+", text), re.findall(r"\s+|\S+", right)
    starts = [0]
    for piece in ours:
        starts.append(starts[-1] + len(piece))
    found = [op for op in Levenshtein.opcodes(ours, theirs) if op.tag != "equal"]
    return [(starts[op.src_start], starts[op.src_end], "".join(theirs[op.dest_start : op.dest_end])) for op in found]


class _Typing:
    """The field while it is typed into, and the keys that were pressed."""

    def __init__(self, text: str, cursor: int) -> None:
        self._text, self._cursor = text, cursor
        self._keys: list[str] = []

    def change(self, changes: Sequence[Change]) -> list[str]:
        """Make changes, each given in places of the old text; returns the keys."""
        moved: list[Change] = []
        for start, end, new in changes:
            by = sum(len(text) - (stop - begin) for begin, stop, text in moved if begin < start or stop <= start)
            self._replace(start + by, end + by, new)
            moved.append((start, end, new))
        return self._keys

    def _replace(self, start: int, end: int, new: str) -> None:
        fewest: list[str] = min(self._ways_to_delete(start, end), key=len)
        self._keys += fewest
        self._text = self._text[:start] + new + self._text[end:]
        self._cursor = start + len(new)
        self._keys += [new] if new else []

    def _ways_to_delete(self, start: int, end: int) -> Iterator[list[str]]:
        to_start, to_end = self._moves(start), self._moves(end)
        yield to_start + ["delete"] * (end - start)
        yield to_end + ["backspace"] * (end - start)
        if end == len(self._text) and end > start:
            yield [*to_start, "ctrl+k"]
        if start == 0 and end:
            yield [*to_end, "ctrl+u"]
        if end > start and _word_left(self._text, end) == start:
            yield [*to_end, "ctrl+w"]

    def _moves(self, place: int) -> list[str]:
        """Return the fewest keys from where the cursor is to a place."""
        ways: dict[int, list[str]] = {self._cursor: []}
        left = deque(ways)
        while place not in ways:
            at = left.popleft()
            for key, there in _reached(self._text, at):
                if there not in ways:
                    ways[there] = [*ways[at], key]
                    left.append(there)
        return ways[place]


def _reached(text: str, at: int) -> Iterator[tuple[str, int]]:
    yield "left", max(0, at - 1)
    yield "right", min(len(text), at + 1)
    yield "home", 0
    yield "end", len(text)
    yield "ctrl+left", _word_left(text, at)
    found = _WORD_START.search(text[at:])
    yield "ctrl+right", len(text) if found is None else at + found.start()


def _word_left(text: str, at: int) -> int:
    return max((found.start() for found in _WORD_START.finditer(text[:at])), default=0)


# -- a queue to work through -------------------------------------------------------------------------------------------

DRAWN: Mapping[str, Mapping[str, str]] = {
    "a.png": {
        "The qvick brown fox": "The quick brown fox",  # `qvick` is the one doubtful word, and nothing is known of it
        "jumps over": "jumps over",
        "the lazy dog": "the lazy dog",
        "a qvick cat": "a quick cat",  # what it was corrected to is known now
        "srue, but wrong": "sure, but wrong",
    },
    "b.png": {
        "packed with": "packed with",
        "five qvick jugs": "five quick jugs",
        "qvick and qvick": "quick and quick",
        "the qvick": "the quack",  # what is offered is not what is written
        "qvick jg": "quick jug",
        "~~~~": "",
        "sphinx of black quartz": "sphinx of black quartz",
    },
}
"""A small queue: what was read on each page, line by line, and what is written there; nothing where no ink is."""


def read_into(queue: Path, folder: Path, pages: Mapping[str, Iterable[str]]) -> dict[str, Page]:
    """Put pages into a queue file that were read already, in a folder with a short name: a heading has little room."""
    found, folder = {}, folder / "p"
    folder.mkdir()
    with Store(queue) as store:
        for name, texts in pages.items():
            found[name] = draw_page(folder / name, tuple(texts), legible=False)
            item = store.add([NewItem(str(folder / name), "local", measure(folder / name))])[0].item_id
            store.claim("local")
            store.sent(item, "local:1")
            store.done(item, b"{}", [found[name]])
    return found


@contextmanager
def review(queue: Path, folder: Path, kind: type[MeasuredTerminal] = MeasuredTerminal) -> Iterator[MeasuredTerminal]:
    """Open the program on a queue, at the line to begin with, in 80x24 and 256 colours."""
    home = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    argv = (sys.executable, "-m", "tui", "--queue", str(queue), "--glyphs", "quadrants", "--colours", "256")
    with kind(argv, env={"HOME": str(folder), "USER": "ada", **home}) as terminal:
        terminal.wait_for(r"lines decided", 60)
        terminal.send("enter")
        terminal.wait_for(r"line \d+ of \d+", 60)
        yield terminal
        terminal.kill()
        terminal.wait(60)


def tasks_of(pages: Mapping[str, Page], written: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, int], Task]:
    """Return what is known of each line of pages, by what is written where a text was read."""
    return {
        (name, number): Task(line, written[name][line.text] or None)
        for name, page in pages.items()
        for number, line in enumerate(page.lines, 1)
    }


# -- what came of it --------------------------------------------------------------------------------------------------

KINDS = {
    "accepted": "accepted",
    "suggested": "suggested words",
    "word": "a word typed",
    "edited": "edited in the field",
    "rejected": "rejected",
}


def table(deeds: Sequence[Deed]) -> Iterator[str]:
    """Tell what decisions of each kind took."""
    yield (
        f"{'':22}{'lines':>6}{'keys':>7}{'letters':>9}{'keys a line':>13}{'within':>8}{'bytes a line':>14}"
        f"{'key p50 ms':>12}{'p95 ms':>8}"
    )
    for kind, name in {**KINDS, "": "all"}.items():
        some = [deed for deed in deeds if kind in {deed.kind, ""}]
        if some:
            yield f"{name:22}{_figures(some)}"


def _figures(deeds: Sequence[Deed]) -> str:
    keys, letters = sum(deed.keys for deed in deeds), sum(deed.letters for deed in deeds)
    within = sum(deed.keys <= deed.most for deed in deeds) / len(deeds)
    times = sorted(1000 * second for deed in deeds for second in deed.seconds)
    cuts = quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 19
    return (
        f"{len(deeds):6}{keys:7}{letters:9}{(keys - letters) / len(deeds):13.2f}{100 * within:7.0f}%"
        f"{sum(deed.bytes for deed in deeds) / len(deeds):14,.0f}{cuts[9]:12.0f}{cuts[18]:8.0f}"
    )
