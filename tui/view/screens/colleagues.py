"""Colleagues on the same image: what they do is shown as it happens, and told where it is about one's own work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.arrangement import turned
from tui.colleagues import crossed, gone, known, reshaped, told_of, undone
from tui.model import Decision, LineKey, printable
from tui.review import Decisions, line_keys
from tui.store import StoreError
from tui.under_review import UnderReview
from tui.view.screens.ground import ReviewGround

QUIET = 4
"""For so many seconds it is told what a colleague did."""


class SharedScreen(ReviewGround):
    """A review that says what colleagues do to the image under review."""

    _known_when_opened: tuple[LineKey, int] | None = None
    """The line in the field, and the number of the decision on it that was known when the field was opened."""

    _behind = False
    """Whether somebody has reshaped a page since it was shown."""
    _told_of: tuple[int, ...] = ()
    """The image, and the shape of it that was told of last."""

    # -- what they do -------------------------------------------------------------------------------------------------

    def pull(self) -> None:
        """Show lines that a colleague has reshaped, once no line is being edited any more."""
        super().pull()
        try:
            if self.app.screen is self and not self._edits and self._is_reshaped():
                self._take_over_shape()
        except StoreError as error:
            self.complain(error)

    def _is_reshaped(self) -> bool:
        """Whether the pages have other lines in the file than on the screen."""
        return self._behind and self._store.shape(self._item.id) != self._shape

    def _follow_others(self) -> None:
        """Show what others have decided and reshaped; tell what is about one's own work."""
        before, now = self._decisions, self._store.decisions(self._item.id)
        if self._store.shape(self._item.id) != self._shape:
            self._behind = True
            self._tell_of_shape()
            return  # the decisions are shown with the lines that they are about
        if now != before:
            self._settle(now)
            self._tell_of(before)

    def _take_over_shape(self) -> None:
        """Show the lines that there are now; the cursor stays on its line, or on one near its place."""
        self._behind = False
        before, spot = self._decisions, self._tree.spot
        place = self._keys.index(spot.key) if spot is not None and spot.key in self._keys else 0
        pages = tuple(turned(page, page.turn) for page in self._store.pages(self._item.id))
        now = UnderReview(self._item, pages, line_keys(pages, down_the_page=self._looks.down_the_page))
        self._tell_of_shape()
        self._show_item(self._item.id, now.still_at(spot, place))
        self._tell_of(before)

    def _is_left_behind(self) -> bool:
        """Show what lines there are now where a colleague has just changed them, and say whether it was so."""
        if self._store.shape(self._item.id) == self._shape:
            return False
        self._take_over_shape()
        return True

    def _tell_of_shape(self) -> None:
        """Say once who has given the image the lines that it has."""
        shape, who = (self._item.id, *self._store.shape(self._item.id)), self._store.shaped_by(self._item.id)
        if shape != self._told_of and who != self._reviewer:
            self._told_of = shape
            self._tell(reshaped(who))

    def _tell_of(self, before: Decisions) -> None:
        """Tell what others did to lines that one has decided, and to the one under the cursor."""
        spot = self._tree.spot
        told = told_of(self._image, before, self._reviewer, spot.key if spot is not None else None, self._where_told())
        if told:
            self._tell(told)

    def _where_told(self) -> str:
        return f" {self.key('history')} tells both."

    def _tell(self, sentence: str) -> None:
        self.notify(sentence, timeout=QUIET, markup=False)

    # -- what one does meanwhile --------------------------------------------------------------------------------------

    def _known(self, decisions: Sequence[Decision]) -> Mapping[LineKey, int]:
        """Return the numbers of the decisions that are known of some lines: of the one in the field, as it was opened.

        What is known of a line in the field is told of once; after that it is what stands on the screen.
        """
        numbers = dict(known(decisions, self._decisions))
        opened, self._known_when_opened = self._known_when_opened, None
        if opened is not None and opened[0] in {one.key for one in decisions}:
            numbers[opened[0]] = opened[1]
        return numbers

    def _tell_of_crossed(self, others: Sequence[Decision]) -> None:
        """Say what others had made of lines that one has just decided without knowing."""
        sentence = crossed(self._image, others, self._where_told())
        if sentence:
            self._tell(sentence)

    def _tell_if_gone(self, decisions: Sequence[Decision]) -> None:
        """Say so where a line was decided that a colleague has split or joined meanwhile."""
        missing = [one for one in decisions if one.key not in self._keys_in_file()]
        if missing:
            text = missing[0].text
            if text is not None:
                self.app.copy_to_clipboard(printable(text))
            self._tell(gone(self._store.shaped_by(self._item.id), missing[0], copied=True))

    def _keys_in_file(self) -> frozenset[LineKey]:
        if self._store.shape(self._item.id) == self._shape:
            return frozenset(self._keys)
        return frozenset(key for page in self._store.pages(self._item.id) for key in page.keys)

    def _tell_of_undone(self, key: LineKey) -> None:
        """Say so where one's own decision was taken back and a colleague's, made later, goes on to count."""
        sentence = undone(self._image, key, self._reviewer)
        if sentence:
            self._tell(f"Taken back. {sentence}")
