"""The keys that change how pictures look, for a screen that shows a page's map and a line's ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.screen import ScreenResultType

from tui.view.looks import CONTRASTS, MOST_CONTEXT, THE_BOX, THE_PAGE, Looks
from tui.view.picture_desk import PictureDesk
from tui.view.screens.rows import RowsScreen

STEP = 0.5
"""By how much of what is in sight the map moves."""


class PicturesScreen(RowsScreen[ScreenResultType]):
    """A screen with pictures; the keys that change them are the same wherever there are some."""

    _pictures: PictureDesk

    # -- the map ------------------------------------------------------------------------------------------------------

    def action_picture(self) -> None:
        """Change the picture: the line, the word under the cursor, and, where it has no place of its own, the page."""
        if self.has_class("-page"):
            self.show_line()
            return
        if not self._pictures.turn_to_word():
            self.set_class(self.has_class("-narrow"), "-page")
        self.call_after_refresh(self._pictures.redraw)

    def show_line(self) -> None:
        """Show the line again where the page has taken its place on a narrow screen."""
        if self.has_class("-page"):
            self.remove_class("-page")
            self.call_after_refresh(self._pictures.redraw)

    def action_zoom_in(self) -> None:
        """Show the page larger on the map."""
        self._on_the_map(lambda: self._pictures.zoom(1))

    def action_zoom_out(self) -> None:
        """Show more of the page."""
        self._on_the_map(lambda: self._pictures.zoom(-1))

    def action_zoom_pixels(self) -> None:
        """Show the page pixel by pixel on the map."""
        self._on_the_map(self._pictures.zoom_to_pixels)

    def action_zoom_page(self) -> None:
        """Show the whole page on the map."""
        self._on_the_map(lambda: self._look(zoom=THE_PAGE))

    def action_zoom_box(self) -> None:
        """Show the box under the cursor on the map, as large as it goes; again shows the whole page."""
        zoom = THE_PAGE if self._looks.zoom == THE_BOX else THE_BOX
        self._on_the_map(lambda: self._look(zoom=zoom))

    def action_pan_left(self) -> None:
        """Show what lies to the left on the page."""
        self._on_the_map(lambda: self._pictures.move_sight(-STEP, 0))

    def action_pan_right(self) -> None:
        """Show what lies to the right on the page."""
        self._on_the_map(lambda: self._pictures.move_sight(STEP, 0))

    def action_pan_up(self) -> None:
        """Show what lies above on the page."""
        self._on_the_map(lambda: self._pictures.move_sight(0, -STEP))

    def action_pan_down(self) -> None:
        """Show what lies below on the page."""
        self._on_the_map(lambda: self._pictures.move_sight(0, STEP))

    def action_text(self) -> None:
        """Lay what was read over its place on the map, or take it away."""
        with_text = not self._looks.with_text
        self._on_the_map(lambda: self._look(with_text=with_text))

    def action_boxes(self) -> None:
        """Show where the lines are on the map, or the bare page."""
        with_boxes = not self._looks.with_boxes
        self._on_the_map(lambda: self._look(with_boxes=with_boxes))

    def _on_the_map(self, change: Callable[[], None]) -> None:
        """Change something about the map; on a narrow screen it is brought up for it."""
        self.set_class(self.has_class("-narrow"), "-page")
        self.call_after_refresh(change)

    # -- the ink ------------------------------------------------------------------------------------------------------

    def action_context(self) -> None:
        """Show one line more above and below, or none again."""
        count = (self._looks.context + 1) % (MOST_CONTEXT + 1)
        self._look(context=count)
        lines = {0: "The line alone.", 1: "With a line above and below."}
        self._tell(lines.get(count, f"With {count} lines above and below."))

    def action_invert(self) -> None:
        """Show light ink on dark paper, or dark ink on light paper again."""
        self._tone(inverted=not self._looks.tones.inverted)

    def action_contrast_up(self) -> None:
        """Tell ink more sharply from paper."""
        self._contrast(1)

    def action_contrast_down(self) -> None:
        """Tell ink less sharply from paper."""
        self._contrast(-1)

    def _contrast(self, step: int) -> None:
        contrast = min(max(self._looks.tones.contrast + step, 0), len(CONTRASTS) - 1)
        self._tone(contrast=contrast)
        self._tell(f"Contrast: {CONTRASTS[contrast]}.")

    def action_colours(self) -> None:
        """Show ink in its own colours, or in grey again."""
        self._look(in_colour=not self._looks.in_colour)
        self._tell("Ink in its own colours." if self._looks.in_colour else "Ink in grey.")

    # -- what is remembered -------------------------------------------------------------------------------------------

    @property
    def _looks(self) -> Looks:
        return self._pictures.looks

    def _look(self, **changes: Any) -> None:
        self._pictures.wear(replace(self._looks, **changes))

    def _tone(self, **changes: Any) -> None:
        self._look(tones=replace(self._looks.tones, **changes))

    def _tell(self, words: str) -> None:
        self.notify(words, timeout=2, markup=False)
