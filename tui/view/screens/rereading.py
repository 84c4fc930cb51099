"""Reading lines again, with care, by the engine carried along, while the person goes on; what it reads is offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.knowledge import Question
from tui.model import Line, LineKey, Page, Polygon, Trouble, printable
from tui.review import Spot, line_at, verdict_on
from tui.view.screens.looking_back import LookingBackScreen
from tui.view.tools import Tools
from tui.view.wording import duration

NOTHING_READS = "Nothing here reads single lines: it takes the engine carried along, pip install 'handread[local]'."


class RereadingScreen(LookingBackScreen):
    """A review in which lines can be read again."""

    def __init__(self, tools: Tools, item_id: int, spot: Spot | None = None) -> None:
        super().__init__(tools, item_id, spot)
        self._read_since: dict[tuple[int, LineKey], Line] = {}
        self._reads_since = 0.0
        self._to_read_again = 0

    async def action_read_again(self) -> None:
        """Read the line again, with care; where that was done, take what was read."""
        spot = self._tree.spot
        if spot is None:
            return
        read = self._read_since.get((self._item.id, spot.key))
        if read is not None and read.text and read.text != self._text(spot.key):
            verdict, text = verdict_on(line_at(self._pages, spot.key), read.text)
            await self._decide(verdict, text)
        else:
            self._read_lines_again([spot.key])

    def action_read_page_again(self) -> None:
        """Read every line of the page again, with care, that is not sure and that nobody has decided."""
        sure = self._image.sure_on(self._page_number, self._threshold)
        unsure = [key for key in self._image.left_on(self._page_number) if key not in sure]
        if unsure:
            self._read_lines_again(unsure)
        else:
            self.notify("Every line of the page that is left is sure.", markup=False)

    def _read_box_again(self) -> None:
        """Have a box read that was just drawn."""
        spot = self._tree.spot
        if spot is not None and self._machine.read_again is not None:
            self._read_lines_again([spot.key])

    def _read_lines_again(self, keys: Sequence[LineKey]) -> None:
        page = self._unturned()
        boxed = [key for key in keys if page is not None and page.line(key.line).polygon is not None]
        if self._machine.read_again is None:
            self.notify(NOTHING_READS, severity="warning", timeout=6, markup=False)
        elif page is None or not boxed:
            self.notify("There is no box here that could be read again.", markup=False)
        else:
            self.work("again", self._read_them_again, page, boxed)

    async def _read_them_again(self, page: Page, keys: Sequence[LineKey]) -> None:
        """Read lines one after the other, and say what came of it."""
        assert self._machine.read_again is not None
        item, other = self._item, 0
        self._reads_since, self._to_read_again = self._clock(), len(keys)
        polygons: list[Polygon] = [box for key in keys if (box := page.line(key.line).polygon) is not None]
        try:
            answer = await self._desk.do(lambda store: store.answer(item.id))
            async for place, read in self._machine.read_again(item, page, polygons, answer):
                self._to_read_again = len(keys) - place - 1
                self._read_since[item.id, keys[place]] = read
                other += self._takes_in(item.id, keys[place], read)
        except Trouble as trouble:
            self.notify(str(trouble), severity="warning", timeout=8, markup=False)
            return
        finally:
            self._reads_since = 0.0
            self._show_heading()
        if len(keys) > 1:
            self.notify(f"{other} of {len(keys)} lines read otherwise: r on one takes that.", timeout=6, markup=False)

    def _takes_in(self, item_id: int, key: LineKey, read: Line) -> bool:
        """Show what was read again, if its line is under the cursor; returns whether it is another text."""
        is_other = self._item.id == item_id and key in self._keys and read.text not in {"", self._text(key)}
        spot = self._tree.spot
        if spot is not None and spot.key == key and self._item.id == item_id:
            said = f"Read again: {printable(read.text)}   r takes it." if is_other else "Read the same again."
            self.notify(said, timeout=6, markup=False)
            self.show_advice()
        self._show_heading()
        return is_other

    def _question(self, key: LineKey, place: int) -> Question | None:
        """Ask with what was read again in the same place."""
        question, read = super()._question(key, place), self._read_since.get((self._item.id, key))
        if question is None or read is None or question.polygon is None:
            return question
        left, _, right, _ = question.polygon.bounds
        found = [word for word in read.words if word.polygon is not None and _overlaps(word.polygon, left, right)]
        again = [text for word in found for text in (word.text, *word.alternatives)]
        return replace(question, alternatives=(*again, *question.alternatives))

    def _progress(self) -> str:
        words = super()._progress()
        if not self._reads_since:
            return words
        lines = "line" if self._to_read_again == 1 else "lines"
        return f"reading {self._to_read_again} {lines} again, {duration(self._clock() - self._reads_since)}   {words}"

    def pull(self) -> None:
        """Say for how long lines have been read again, too."""
        super().pull()
        if self._reads_since and self.app.screen is self:
            self._show_heading()


def _overlaps(polygon: Polygon, left: float, right: float) -> bool:
    """Whether a box covers most of a stretch of its line, or lies in it for the most part."""
    start, _, end, _ = polygon.bounds
    shared = min(right, end) - max(left, start)
    return shared > 0.5 * min(right - left, end - start)
