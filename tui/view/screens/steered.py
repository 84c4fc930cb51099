"""What can be typed with an argument in the queue and in the review: where to go, and from where on a line is sure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from textual.screen import ScreenResultType

from tui.model import Trouble, printable
from tui.store import Store
from tui.view.command_text import best_name, place, share
from tui.view.screens.rows import RowsScreen
from tui.view.tools import Tools

AT_A_TIME = 1000
"""So many images are asked for at once while a name is looked for."""


class SteeredScreen(RowsScreen[ScreenResultType]):
    """A screen that is told where to go and what to take for sure."""

    _tools: Tools

    # -- what a screen does about it ----------------------------------------------------------------------------------

    @property
    def numbered(self) -> tuple[int, str]:
        """How many things `goto` counts here, and what they are called."""
        return self.rows.count, "rows"

    def go_to_number(self, at: int) -> None:
        """Go to one of these things, from 0."""
        self.rows.move_to(at)

    def go_to_image(self, item_id: int) -> None:
        """Go to an image; raises Trouble where that cannot be."""
        raise NotImplementedError

    def use_threshold(self, threshold: float) -> None:
        """Take lines for sure from here on, 0..1; what is kept for later is kept already."""

    # -- commands -----------------------------------------------------------------------------------------------------

    async def command_goto(self, wanted: str) -> None:
        """Go to a number, or to an image by its name."""
        at = place(wanted, *self.numbered)
        if at is not None:
            self.go_to_number(at)
            return
        item_id = await self._tools.desk.do(lambda store: best_name(wanted, _sources(store)))
        if item_id is None:
            raise Trouble(f"No image in the queue has “{printable(wanted)}” in its name.")
        self.go_to_image(item_id)

    async def command_set_threshold(self, wanted: str) -> None:
        """Take lines for sure when each of their words is at least so sure."""
        threshold = share(wanted, "set threshold .85")
        if not threshold:
            raise Trouble("A threshold is above 0: with 0 every line would be sure.")
        await self._set_threshold(threshold)

    async def command_set_error(self, wanted: str) -> None:
        """Set the threshold from which on so large a share of words is wrong, told by what was decided here."""
        from tui.calibration import FEWEST

        error = share(wanted, "set error 2%")
        judged = await self._tools.adviser.judge()
        calibration = self._tools.adviser.calibration
        if calibration is None:
            raise Trouble(
                f"Nobody knows yet what a confidence is worth here: {FEWEST - judged} more words that are sure to some "
                f"degree must be decided. `set threshold .85` sets the threshold itself."
            )
        threshold = calibration.threshold_for(error)
        if math.isinf(threshold):
            raise Trouble(
                f"No confidence is high enough for {100 * error:g} %, by the {calibration.judged} words decided here. "
                f"A larger share may do."
            )
        await self._set_threshold(threshold)

    async def _set_threshold(self, threshold: float) -> None:
        await self._tools.desk.do(lambda store: store.prefer(self._tools.reviewer, "threshold", str(threshold)))
        self.use_threshold(threshold)
        self.notify(f"A line is sure when each of its words is at least {100 * threshold:.3g} % sure.", markup=False)


def _sources(store: Store) -> Iterator[tuple[int, str]]:
    """Yield every image's number and name, in the order of the queue."""
    start = 0
    while items := store.window(start, AT_A_TIME):
        yield from ((item.id, item.source) for item in items)
        start += len(items)
