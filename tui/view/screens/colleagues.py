"""Colleagues on the same image: what they do is shown as it happens, and told where it is about one's own work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.arrangement import turned
from tui.model import Decision, LineKey, Verdict, printable
from tui.review import Decisions, Spot, line_at, line_keys
from tui.store import StoreError
from tui.view.company import named
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
            self._tell_of(before, now)

    def _take_over_shape(self) -> None:
        """Show the lines that there are now; the cursor stays on its line, or on one near its place."""
        self._behind = False
        before, spot = self._decisions, self._tree.spot
        place = self._keys.index(spot.key) if spot is not None and spot.key in self._keys else 0
        pages = tuple(turned(page, page.turn) for page in self._store.pages(self._item.id))
        keys = line_keys(pages, down_the_page=self._looks.down_the_page)
        if spot is None or spot.key not in keys:
            spot = Spot(keys[min(place, len(keys) - 1)]) if keys else None
        elif spot.word is not None and spot.word >= len(line_at(pages, spot.key).words):
            spot = Spot(spot.key)
        self._tell_of_shape()
        self._show_item(self._item.id, spot)
        self._tell_of(before, self._decisions)

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
            self._tell(f"{named((who,))} has changed the lines of this image.")

    def _tell_of(self, before: Decisions, now: Decisions) -> None:
        """Tell what others did to lines that one has decided, and to the one under the cursor."""
        spot = self._tree.spot
        told = [
            sentence
            for key in self._keys
            if (own := before.get(key)) != now.get(key)
            and ((spot is not None and key == spot.key) or (own is not None and own.reviewer == self._reviewer))
            and (sentence := self._told(key, own, now.get(key)))
        ]
        if told:
            more = f" And {len(told) - 1} more lines that you had decided." if len(told) > 1 else ""
            self._tell(f"{told[0]}{more}")

    def _told(self, key: LineKey, before: Decision | None, now: Decision | None) -> str:
        """Say what somebody else did to a line; empty where it was oneself, in another window."""
        line = self._line_named(key)
        if now is None or (before is not None and now.id < before.id):
            took_back = before is not None and before.reviewer != self._reviewer
            return f"{named((before.reviewer,))} took back {line}." if took_back and before is not None else ""
        if now.reviewer == self._reviewer:
            return ""
        differs = before is not None and before.reviewer == self._reviewer and _said(before) != _said(now)
        return f"{self._deed(now, line, differs=differs)}{self._where_told() if differs else ''}"

    def _deed(self, done: Decision, line: str, *, differs: bool = False, had: str = "") -> str:
        """Say in a sentence what a colleague decided."""
        who = f"{named((done.reviewer,))}{had}"
        if done.verdict is Verdict.CORRECTED or (done.verdict is Verdict.ACCEPTED and differs):
            how = " differently" if differs else ""
            return f"{who} read {line}{how}: “{printable(_said(done)[1])}”."
        reason = f" ({printable(done.reason)})" if done.reason else ""
        return f"{who} {done.verdict} {line}{reason}."

    def _line_named(self, key: LineKey) -> str:
        """Return which line is meant, by its place on its page."""
        beside = [other for other in self._keys if other.page == key.page]
        page = f" of page {key.page}" if len(self._pages) > 1 else ""
        return f"line {beside.index(key) + 1}{page}" if key in beside else "the line"

    def _where_told(self) -> str:
        return f" {self.key('history')} tells both."

    def _tell(self, sentence: str) -> None:
        self.notify(sentence, timeout=QUIET, markup=False)

    # -- what one does meanwhile --------------------------------------------------------------------------------------

    def _known(self, decisions: Sequence[Decision]) -> Mapping[LineKey, int]:
        """Return the numbers of the decisions that are known of some lines: of the one in the field, as it was opened.

        What is known of a line in the field is told of once; after that it is what stands on the screen.
        """
        known = {one.key: before.id for one in decisions if (before := self._decisions.get(one.key)) is not None}
        opened, self._known_when_opened = self._known_when_opened, None
        if opened is not None and opened[0] in {one.key for one in decisions}:
            known[opened[0]] = opened[1]
        return known

    def _tell_of_crossed(self, crossed: Sequence[Decision]) -> None:
        """Say what others had made of lines that one has just decided without knowing."""
        if not crossed:
            return
        first = crossed[0]
        line = self._line_named(first.key)
        more = f" So it was with {len(crossed) - 1} more." if len(crossed) > 1 else ""
        deed = self._deed(first, line, differs=first.verdict is Verdict.ACCEPTED, had=" had")
        self._tell(f"{deed} Yours counts.{more}{self._where_told()}")

    def _tell_if_gone(self, decisions: Sequence[Decision]) -> None:
        """Say so where a line was decided that a colleague has split or joined meanwhile."""
        gone = [one for one in decisions if one.key not in self._keys_in_file()]
        if gone:
            text = gone[0].text
            if text is not None:
                self.app.copy_to_clipboard(printable(text))
            who = named((self._store.shaped_by(self._item.id),))
            kept = "what you typed is kept and copied" if text is not None else "what you decided is kept"
            self._tell(f"{who} has split or joined this line meanwhile: {kept}, and counts if that is taken back.")

    def _keys_in_file(self) -> frozenset[LineKey]:
        if self._store.shape(self._item.id) == self._shape:
            return frozenset(self._keys)
        return frozenset(key for page in self._store.pages(self._item.id) for key in page.keys)

    def _tell_of_undone(self, key: LineKey) -> None:
        """Say so where one's own decision was taken back and a colleague's, made later, goes on to count."""
        now = self._decisions.get(key)
        if now is not None and now.reviewer != self._reviewer:
            line = self._line_named(key)
            self._tell(f"Taken back. What counts of {line} is what {named((now.reviewer,))} decided.")


def _said(decision: Decision) -> tuple[Verdict, str, str]:
    """Return what a decision comes to: accepting a text is the same as having typed it."""
    text = decision.text if decision.text is not None else decision.engine_text
    reads = decision.verdict in {Verdict.ACCEPTED, Verdict.CORRECTED}
    return Verdict.ACCEPTED if reads else decision.verdict, text if reads else "", decision.reason
