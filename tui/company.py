"""Who else is at this queue, and telling them what one has open: no key waits for either.

What one has open is written by a thread of its own, which may wait for other writers as long as it must. What others
have open is read where it is asked for: in this kind of file reading waits for nobody.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread

from tui.model import Item, printable
from tui.presence import BEAT, Program, this_program
from tui.store import Store, StoreError

FRESH = 1.0
"""For so many seconds what was read is good enough."""
LAST_WORD = 0.3
"""So many seconds the program may take, when it is left, to say that nothing is open any more."""


class Company:
    """The colleagues at a queue file; without one there are none."""

    def __init__(self, queue: Path | None = None, reviewer: str = "") -> None:
        self._queue = queue
        self._reviewer = reviewer
        self._program: Program | None = None
        self._thread: Thread | None = None
        self._told = Condition()
        self._open: int | None = None
        self._said: int | None = None
        self._leaves = False
        self._elsewhere: Mapping[int, tuple[str, ...]] = {}
        self._read_at = float("-inf")

    # -- others -------------------------------------------------------------------------------------------------------

    def elsewhere(self, store: Store, *, now: bool = False) -> Mapping[int, tuple[str, ...]]:
        """Return the images that colleagues have open, with their names; as of a moment ago unless `now` is said."""
        if self._queue is not None and (now or time.monotonic() - self._read_at > FRESH):
            self._read_at = time.monotonic()
            with suppress(StoreError):  # the file is asked for much else, and what is wrong with it is told there
                self._elsewhere = store.open_elsewhere(self._reviewer)
        return self._elsewhere

    def sharing(self, store: Store, item_id: int, *, now: bool = False) -> str:
        """Say which colleagues have an image open; empty where none has."""
        names = self.elsewhere(store, now=now).get(item_id, ())
        return f"{named(names)} {'has' if len(names) == 1 else 'have'} it open too" if names else ""

    # -- where one goes, past them ------------------------------------------------------------------------------------

    def where_review_stood(self, store: Store, reviewer: str) -> Item | None:
        """Return the image the last decision was made on, or the next with something left; None where nothing is.

        That one stands on, whoever else does; the others are passed over that colleagues have open, unless nothing
        else is left. Raises StoreError, like whatever asks the queue file here.
        """
        last = store.last_decision(reviewer)
        item = store.item(last.item_id) if last is not None else None
        if item is not None and item.is_open:
            return item
        after = item.id if item is not None else 0
        following = store.next_to_review(after, self.elsewhere(store)) or store.next_to_review(after)
        return following or (item if item is not None and item.decided < item.lines else None)

    def next_to_review(self, store: Store, item_id: int) -> Item | None:
        """Return the next image with something left to decide that no colleague has open."""
        return store.next_to_review(item_id, self.elsewhere(store, now=True))

    def next_shared(self, store: Store, item_id: int) -> Item | None:
        """Return the next image with something left that a colleague has open: to go to where nothing else is left."""
        return store.next_to_review(item_id) if self.elsewhere(store) else None

    def next_doubtful(self, store: Store, item_id: int, step: int) -> tuple[int | None, bool]:
        """Return the next image with a doubtful word that no colleague has open, or the one before (step -1).

        Where there is none it is one that a colleague has open, and True stands behind it. None where nothing is left.
        """
        elsewhere = self.elsewhere(store, now=True).keys() - {item_id}
        found = store.next_doubtful(item_id, step, elsewhere)
        if found is not None or not elsewhere:
            return found, False
        return store.next_doubtful(item_id, step), True

    def nothing_else(self, store: Store, item_id: int) -> str:
        """Say why one goes to an image that a colleague has open."""
        sharing = self.sharing(store, item_id) or "a colleague has it open too"
        return f"Nothing else is left to review: {sharing}."

    # -- oneself ------------------------------------------------------------------------------------------------------

    def look_at(self, item_id: int | None) -> None:
        """Say which image one has open from now on, if any; returns at once."""
        if self._queue is None:
            return
        with self._told:
            self._open = item_id
            self._told.notify()
        if self._thread is None and item_id is not None:
            self._program = this_program()
            self._thread = Thread(target=self._tell, args=(self._queue, self._program), name="presence", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Say that nothing is open any more; where that takes too long the others find out by themselves."""
        with self._told:
            self._leaves, self._open = True, None
            self._told.notify()
        if self._thread is not None:
            self._thread.join(LAST_WORD)

    def _tell(self, queue: Path, program: Program) -> None:
        """Write what is open whenever that changes, and now and then that it still is."""
        with suppress(StoreError), Store(queue, create=False) as store:
            while True:
                item_id, leaves = self._open, self._leaves
                with suppress(StoreError):  # what is wrong with the queue file is told when something is decided
                    self._write(store, program, item_id)
                if leaves:
                    return
                with self._told:
                    if (self._open, self._leaves) == (item_id, False):
                        self._told.wait(BEAT if item_id is not None else None)

    def _write(self, store: Store, program: Program, item_id: int | None) -> None:
        if item_id is not None:
            store.keep_open(item_id, self._reviewer, program)
        elif self._said is not None:
            store.keep_closed(program)
        self._said = item_id


def named(names: tuple[str, ...]) -> str:
    """Return the names of some people as one says them, safe on a terminal; empty for none."""
    *others, last = [printable(name) or "somebody" for name in names] or [""]
    return f"{', '.join(others)} and {last}" if others else last
