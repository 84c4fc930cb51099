"""The words that a person brings along: a list in a file, and those that were accepted in the queue so far.

Both weigh in from the next page on, without a restart. Neither is ever waited for by anything but a page: the file is
looked at, and whoever knows the accepted words is asked, in threads of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock

from tui.engine import EngineError
from tui.model import printable

LARGEST_FILE = 4 * 2**20
"""Bytes of a person's list."""
MOST_WORDS = 100_000
COMMENT = "#"

Accepted = Callable[[], Mapping[str, int]]
"""Returns which words were accepted since it was asked last, and how often each; below 0 where one was taken back.

It may block, and is called from a thread; what it raises is taken for no news.
"""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class WordsUnreadable(EngineError):
    """A person's list of words cannot be read."""

    code = "WordsUnreadable"


def words_in(text: str) -> Iterator[str]:
    """Yield the words of a text as they are written, but for the apostrophe, which is the plain one."""
    for word in _WORD.findall(text):
        yield word.replace("’", "'")


class WordFile:
    """A person's list: a text file in UTF-8, one word or phrase a line; what follows a # is a remark."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._words: tuple[str, ...] = ()

    @property
    def last(self) -> tuple[str, ...]:
        """What it held when it could be read last."""
        return self._words

    def words(self) -> tuple[str, ...]:
        """Return what the file holds now; it is read anew only where it has changed. Raises WordsUnreadable."""
        try:
            about = self.path.stat()
            seen = (about.st_mtime_ns, about.st_size, about.st_ino)
            if seen != self._seen:
                self._words = _parsed(self._content(about.st_size))
                self._seen = seen
        except OSError as error:
            raise self._unreadable(error.strerror or type(error).__name__) from error
        except UnicodeDecodeError as error:
            raise self._unreadable("it is not in UTF-8") from error
        return self._words

    def _content(self, size: int) -> str:
        if not self.path.is_file():
            raise self._unreadable("it is no file")
        if size > LARGEST_FILE:
            raise self._unreadable(f"it is larger than {LARGEST_FILE // 2**20} MB")
        return self.path.read_text("utf-8-sig")

    def _unreadable(self, reason: str) -> WordsUnreadable:
        return WordsUnreadable(
            f"The list of words {printable(str(self.path))} cannot be read: {reason}. It is a text file in UTF-8 with "
            f"one word or phrase a line. Correct it, or leave `words` out."
        )


def _parsed(text: str) -> tuple[str, ...]:
    lines = (line.partition(COMMENT)[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))[:MOST_WORDS]


class Vocabulary:
    """All that a service knows of a person's words: it is asked before each document.

    A file that cannot be read any more is complained of once, and leaves what it held last.
    """

    def __init__(
        self,
        file: WordFile | None = None,
        accepted: Accepted | None = None,
        complain: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._complain = complain
        self._complaint = ""
        self._file = file
        self._accepted = accepted
        self._counts: Counter[str] = Counter()
        self._asking = Lock()

    def now(self) -> tuple[tuple[str, ...], Mapping[str, int]]:
        """Return the person's list, and how often each word was accepted so far; may block."""
        with self._asking:
            return self._listed(), self._counted()

    def _listed(self) -> tuple[str, ...]:
        if self._file is None:
            return ()
        try:
            return self._file.words()
        except WordsUnreadable as error:
            if error.sentence != self._complaint:
                self._complaint = error.sentence
                self._complain(error.sentence)
            return self._file.last

    def _counted(self) -> Mapping[str, int]:
        if self._accepted is not None:
            try:
                news = self._accepted()
            except Exception:  # noqa: BLE001 - a queue file that is busy or broken is told of elsewhere
                news = {}
            for text, times in news.items():
                for word in words_in(text):
                    self._counts[word] += times
        return +self._counts
