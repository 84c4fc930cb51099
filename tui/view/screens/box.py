"""A box drawn with keys: moved with the arrows, sized with shift and the arrows, kept with enter."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.model import Polygon

STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""Which way a key goes; h, j, k and l go the same ways."""
LETTERS = {"h": "left", "j": "down", "k": "up", "l": "right"}
COARSE, FINE = 1.0, 0.15
"""How far one key goes, in heights of the box; f changes between them."""
SMALLEST = 4.0
"""How wide and high a box is at least, in pixels of the page."""

HELP = "arrows move   shift+arrows size (or H J K L)   f finer   enter keep   esc leave"


class BoxScreen(ModalScreen[Polygon | None]):
    """Changes a box; the result is None when it is left as it was."""

    def __init__(self, box: Polygon, size: tuple[float, float], preview: Callable[[Polygon], None]) -> None:
        super().__init__()
        self._box = box
        self._page_size = size
        self._preview = preview
        self._step = COARSE
        self._unit = max(SMALLEST, box.height)

    def compose(self) -> ComposeResult:
        """One row that names the keys, so that the page stays in sight."""
        yield Static(HELP, id="box", markup=False)

    def on_mount(self) -> None:
        """Show the box as it is."""
        self._preview(self._box)

    def on_key(self, event: events.Key) -> None:
        """Move or size the box, keep it, or leave."""
        event.stop()
        if event.key == "enter":
            self.dismiss(self._box)
        elif event.key in {"escape", "q"}:
            self.dismiss(None)
        elif event.key == "f":
            self._step = FINE if self._step == COARSE else COARSE
        else:
            self._change(event.key)

    def _change(self, key: str) -> None:
        sizes = key.startswith("shift+") or (key.isupper() and key.lower() in LETTERS)
        name = key.removeprefix("shift+").lower()
        way = STEPS.get(LETTERS.get(name, name))
        if way is None:
            return
        across, down = (part * self._step * self._unit for part in way)
        self._box = _sized(self._box, across, down) if sizes else _moved(self._box, across, down, self._page_size)
        self._preview(self._box)


def _moved(box: Polygon, across: float, down: float, size: tuple[float, float]) -> Polygon:
    """Return a box moved, as far as its middle stays on the page."""
    left, top, right, bottom = box.bounds
    across = min(max(across, -(left + right) / 2), size[0] - (left + right) / 2)
    down = min(max(down, -(top + bottom) / 2), size[1] - (top + bottom) / 2)
    a, b, c, d = ((x + across, y + down) for x, y in box.corners)
    return Polygon((a, b, c, d))


def _sized(box: Polygon, across: float, down: float) -> Polygon:
    """Return a box whose right and lower edges are moved along and across its text."""
    a, b, c, d = box.corners
    width, height = max(SMALLEST, box.width), max(SMALLEST, box.height)
    longer, higher = max(SMALLEST, width + across) / width, max(SMALLEST, height + down) / height
    top = ((b[0] - a[0]) * longer, (b[1] - a[1]) * longer)
    side = ((d[0] - a[0]) * higher, (d[1] - a[1]) * higher)
    base = ((c[0] - d[0]) * longer, (c[1] - d[1]) * longer)
    right = a[0] + top[0], a[1] + top[1]
    low = a[0] + side[0], a[1] + side[1]
    return Polygon((a, right, (low[0] + base[0], low[1] + base[1]), low))
