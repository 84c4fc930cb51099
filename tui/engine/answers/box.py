"""What is said of one box that was asked for: a line as Read 3.2 writes it, and the ways to read it as a whole."""

from __future__ import annotations

from tui.engine.answers.common import MODEL, OUR_KEY, PIXELS, Beside, Json, alternatives
from tui.engine.answers.read import read_line
from tui.engine.reading import LITERAL, Reading
from tui.model import Line, Polygon


def box_read(reading: Reading, asked_for: Polygon) -> Json:
    """Return what was read in a box; where there is nothing, an empty line in that place."""
    line = next(iter(reading.page.lines), Line("", asked_for))
    said = read_line(line, PIXELS, Beside((reading,)))
    ours = {
        **said.pop(OUR_KEY, {}),
        "alternatives": alternatives(reading.whole),
        "language": reading.language or LITERAL,
        "page": reading.page.number,
    }
    return {"modelVersion": MODEL, **said, OUR_KEY: ours}
