"""Searches in a thread of their own: the first hits are shown, and keys obeyed, while the rest are still being found.

A search opens the queue file for itself and closes it at its end. What it has found so far can be read at any time by
the thread that began it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from tui.filters import Filter
from tui.line_index import Order
from tui.store import Store, StoreError

if TYPE_CHECKING:
    from tui.line_index import Hit, ItemsMatching
    from tui.view.widgets.place_list import Place

SCREENFUL = 60
"""So many hits are worth being shown, though there may be more."""
SOON = 0.03
"""After so many seconds any hit is."""
REST = 0.15
"""So many seconds are left to the screen for showing the first hits, before the rest are looked for."""
SLICE, BREATH = 0.02, 0.005
"""For so many seconds at a time the rest are looked for, and for so many not: the screens wait for Python's lock."""


class _Search:
    """Something that is looked for; it begins at once."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue
        self._stopped = Event()
        self._is_worth_showing = Event()
        self._began = time.monotonic()
        self._ended = 0.0
        self.trouble = ""
        """Why it could not be searched, as a sentence."""
        self.thread = Thread(target=self._run, name="search", daemon=True)
        self.thread.start()

    @property
    def is_complete(self) -> bool:
        """Whether everything has been looked at, or nothing more will be."""
        return self._ended > 0

    @property
    def seconds(self) -> float:
        """How long it took, or takes."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def rested(self) -> float:
        """How many seconds ago it came to its end; 0 while it has not."""
        return time.monotonic() - self._ended if self._ended else 0.0

    def wait(self, seconds: float) -> bool:
        """Wait for the first hits, at most so long; returns whether there are any, or will be none."""
        return self._is_worth_showing.wait(seconds)

    def stop(self) -> None:
        """Look no further."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            with Store(self._queue, create=False) as store:
                store.stop_when(self._stopped.is_set)
                self._look(store)
        except StoreError as error:
            self.trouble = "" if self._stopped.is_set() else str(error)
        except sqlite3.Error as error:
            self.trouble = "" if self._stopped.is_set() else f"The queue file could not be searched: {error}."
        finally:
            self._ended = time.monotonic()
            self._is_worth_showing.set()

    def _look(self, store: Store) -> None:
        raise NotImplementedError

    def _say(self, found: int) -> None:
        """Have what was found so far shown, once it is worth it, and leave the screen the time for that."""
        if self._is_worth_showing.is_set() or not self._is_enough(found):
            return
        self._is_worth_showing.set()
        self._stopped.wait(REST)

    def _is_enough(self, found: int) -> bool:
        return found >= SCREENFUL or (found > 0 and time.monotonic() - self._began > SOON)


class ImageSearch(_Search):
    """The images that a filter lets through, in an order."""

    def __init__(self, queue: Path, wanted: Filter, order: Order) -> None:
        self.wanted = wanted
        self.order = order
        self._matching: ItemsMatching | None = None
        super().__init__(queue)

    @property
    def found(self) -> int:
        """How many were found so far."""
        return self._matching.found if self._matching is not None else 0

    @property
    def revision(self) -> int:
        """The revision of the queue file when the search began; -1 while it has not."""
        return self._matching.revision if self._matching is not None else -1

    def window(self, start: int, count: int) -> list[int]:
        """Return the numbers of the images from a place on, of those found so far."""
        return self._matching.window_so_far(start, count) if self._matching is not None else []

    def place(self, item_id: int) -> int | None:
        """Return the place of an image among those found so far."""
        return self._matching.place_so_far(item_id) if self._matching is not None else None

    def _look(self, store: Store) -> None:
        self._matching = matching = store.items_matching(self.wanted, self.order)
        matching.look_until(lambda: self._is_enough(matching.found) or self._stopped.is_set())
        self._say(matching.found)
        while not (self._stopped.is_set() or matching.look_for(SLICE)):
            self._stopped.wait(BREATH)


class LineSearch(_Search):
    """The first lines that a filter lets through, in the order of the queue."""

    def __init__(self, queue: Path, wanted: Filter, most: int, revision: int) -> None:
        """Look for so many; `revision` is the newest of the queue file."""
        self.wanted = wanted
        self.revision = revision
        self._most = most
        self._hits: list[Hit] = []
        super().__init__(queue)

    @property
    def found(self) -> int:
        """How many were found so far."""
        return len(self._hits)

    def hits(self, start: int = 0) -> Sequence[Hit]:
        """Return what was found so far, from the hit of that place on."""
        return self._hits[start:]

    def _look(self, store: Store) -> None:
        for hit in store.each_line_matching(self.wanted):
            self._hits.append(hit)
            self._say(len(self._hits))
            if len(self._hits) >= self._most or self._stopped.is_set():
                return


@dataclass(frozen=True, slots=True)
class Growth:
    """What a search has found by now."""

    title: str
    places: tuple[Place, ...]
    is_complete: bool
    """Whether there will be no more."""


Follows = Callable[[str], Callable[[], str] | None]
"""Takes up what is being typed; returns what says, whenever it is asked, how much was found of it so far."""
