"""Looking back: what was done about a line, what was accepted unseen, and how fast one is."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tui.calibration import audit_result, is_audited
from tui.model import Decision, Trouble, printable
from tui.pace import Pace
from tui.review import share_kept
from tui.store import StoreError
from tui.view.command_text import share
from tui.view.screens.history import HistoryScreen
from tui.view.screens.hits import AuditScreen
from tui.view.screens.searching import SearchingScreen
from tui.view.widgets.place_list import Place
from tui.view.wording import counted, short_name

AUDITED = 0.05
"""Which share of the lines that were accepted unseen comes back to be looked at, until the person says otherwise."""


ROOMY = 150
"""From this many columns on there is room for the pace beside the line's place, which matters more."""


class LookingBackScreen(SearchingScreen):
    """A review that says what was done."""

    _pace: Pace | None = None

    def action_history(self) -> None:
        """Show what was done about the line, by whom and when."""
        spot, line = self._tree.spot, self._line
        if spot is not None and line is not None:
            acts = self._store.history(self._item.id, spot.key)
            self.app.push_screen(HistoryScreen(line.text, acts))

    def action_copy(self) -> None:
        """Copy the line's text to the clipboard of the terminal."""
        spot = self._tree.spot
        if spot is not None:
            self.app.copy_to_clipboard(printable(self._text(spot.key)))
            self.notify("Copied, where the terminal takes it (OSC 52).", timeout=2, markup=False)

    def action_path(self) -> None:
        """Show where the picture is, and copy that."""
        path = printable(self._item.source)
        self.app.copy_to_clipboard(path)
        self.notify(path, timeout=6, markup=False)

    # -- lines that nobody looked at ----------------------------------------------------------------------------------

    def action_audit(self) -> None:
        """Go through a share of the lines that were accepted with their page and that nobody looked at."""
        drawn = [
            (item_id, key, text)
            for item_id, key, text in self._store.unseen()
            if is_audited(item_id, key, self._audited, self._store.path.name)
        ]
        if not drawn:
            self._say_audit()
            return
        names = {item.id: short_name(item) for item in self._store.items([item_id for item_id, _, _ in drawn])}
        places = tuple(Place(item_id, key, names.get(item_id, ""), text) for item_id, key, text in drawn)
        keymap = self.controls.keymap
        right, visit = keymap.key("audit", "say_right"), keymap.key("audit", "visit")
        title = f"{counted(len(places), 'line')} accepted unseen: {right} right, {visit} goes there to correct"
        self.app.push_screen(AuditScreen(self._tools, title, places), self._after_audit)

    @property
    def _audited(self) -> float:
        return share_kept(self._preferences.get("audit", ""), AUDITED)

    async def command_set_audit(self, wanted: str) -> None:
        """Have another share of the lines accepted unseen come back; raises Trouble for what is no share."""
        audited = share(wanted, "set audit 5%")
        if not audited:
            raise Trouble("A share is above 0: set audit 5%.")
        await self._prefer("audit", str(audited))
        self.notify(f"{100 * audited:.3g} % of the lines accepted unseen come back.", markup=False)

    def _after_audit(self, place: Place | None) -> None:
        self._say_audit()
        self.visit(place)

    def _say_audit(self) -> None:
        audited = self._store.audited()
        right = sum(one.was_right for one in audited)
        self.notify(audit_result(right, len(audited) - right), timeout=8, markup=False)

    # -- pace ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Count what was decided today, too."""
        midnight = time.mktime((*time.localtime(self._clock())[:3], 0, 0, 0, 0, 0, -1))
        self.work("pace", self._count_today, midnight)

    async def _count_today(self, since: float) -> None:
        try:
            decided = await self._desk.do(lambda store: store.decided_at(self._reviewer, since))
        except StoreError:
            return  # it is told of when something is decided
        self._pace = Pace.of(decided)
        self._show_heading()

    async def _put_down(self, decisions: Sequence[Decision]) -> bool:
        """Count what is decided."""
        done = await super()._put_down(decisions)
        if done and self._pace is not None and decisions:
            self._pace.take(self._clock(), len(decisions))
            self._show_heading()
        return done

    def _progress(self) -> str:
        words = super()._progress()
        shows = self._pace is not None and self._pace.lines and self._shows_pace
        return f"{self._pace.sentence}   {words}" if shows and self._pace is not None else words

    @property
    def _shows_pace(self) -> bool:
        """Whether there is room for the pace, and the person wants to see it."""
        return self.size.width >= ROOMY and self._preferences.get("pace") != "off"

    async def command_set_pace(self, wanted: str) -> None:
        """Show how fast one is, or do not; raises Trouble for anything but on and off."""
        if wanted not in {"on", "off"}:
            raise Trouble("The pace is shown or not: set pace on, or set pace off.")
        await self._prefer("pace", wanted)
        self._show_heading()
