"""What the lists of rows have in common: what all rows of a picture share is found out once, and not for each of them.

Textual works out a widget's style from all that it lies in, and its width from its frame, whenever it is asked; for a
screenful of rows that takes longer than drawing them.
"""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip


class RowView(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws rows one by one."""

    base: Style = Style()
    """The style of a row, as of the picture that is being drawn."""
    columns: int = 0
    """The width of a row, as of the picture that is being drawn."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some of the rows in sight."""
        self.base, self.columns = self.rich_style, self.width_now
        return super().render_lines(crop)

    @property
    def width_now(self) -> int:
        """How many columns a row has."""
        return self.scrollable_content_region.width
