"""The review: the ink of a line, the text under it, and one key that decides and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from tui.model import Decision, Item, Line, LineKey, Page, State, Verdict, printable, text_of
from tui.pictures.glyphs import GLYPH_SETS
from tui.pictures.opening import Opener
from tui.review import (
    Decisions,
    Spot,
    first_look,
    line_at,
    line_keys,
    next_open,
    verdict_of,
    verdict_on,
    word_spans,
)
from tui.store import Store, StoreError
from tui.view import commands
from tui.view.darkroom import Darkroom
from tui.view.desk import Desk
from tui.view.easel import Easel
from tui.view.ink import Medium
from tui.view.looks import Remembered
from tui.view.machine import Machine
from tui.view.picture_desk import PictureDesk, Subject
from tui.view.screens.keys import KeysScreen
from tui.view.screens.pictures import PicturesScreen
from tui.view.screens.reason import ReasonScreen
from tui.view.screens.rows import GLANCE
from tui.view.widgets.heading import Heading
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.line_editor import LineEditor
from tui.view.widgets.page_map import PageMap
from tui.view.widgets.result_tree import ResultTree
from tui.view.wording import STATE_WORDS, details, short_name, state_mark

WIDE = 110
"""From this many columns on the page map stands beside the ink."""


COMMAND_NAMES = frozenset(command.name for command in commands.REVIEW)
NEEDS_A_LINE = frozenset({"accept", "edit", "flag", "skip", "reject", "picture", "order"})


class ReviewScreen(PicturesScreen[int]):
    """Reviews one item after the other; its result is the item that was shown last."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(commands.REVIEW)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 (as Textual declares it)

    def __init__(
        self,
        store: Store,
        desk: Desk,
        item_id: int,
        *,
        reviewer: str,
        glyphs: str,
        machine: Machine,
        opener: Opener | None = None,
        easel: Easel | None = None,
        has_colours: bool = True,
        remembered: Remembered | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._machine = machine
        self._reviewer = reviewer
        self._clock = clock
        self._remembered = remembered or Remembered()
        self._easel = easel
        medium = Medium(easel.cell if easel is not None else None, mono=not has_colours)
        darkroom = Darkroom(GLYPH_SETS[glyphs], opener, medium)
        self._pictures = PictureDesk(self, darkroom, self._remembered, clock)
        self._item = store.item(item_id)
        self._pages: tuple[Page, ...] = ()
        self._keys: tuple[LineKey, ...] = ()
        self._decisions: Decisions = {}
        self._page_number = 1
        self._edited = Spot(LineKey(1, 0))
        self._to_read = 0
        self._revision = -1

    def compose(self) -> ComposeResult:
        """Lay out the map on the left, ink above lines on the right."""
        yield Heading(id="heading")
        with Horizontal(id="body"):
            yield PageMap(id="map", easel=self._easel)
            with Vertical(id="desk"):
                yield InkPanel(id="ink", easel=self._easel)
                yield LineEditor(id="edit")
                yield ResultTree(id="lines")
        yield Footer(show_command_palette=False)

    @property
    def _tree(self) -> ResultTree:
        return self.query_one("#lines", ResultTree)

    @property
    def rows(self) -> ResultTree:
        """The lines and words."""
        return self._tree

    @property
    def _panel(self) -> InkPanel:
        return self.query_one("#ink", InkPanel)

    @property
    def _editor(self) -> LineEditor:
        return self.query_one("#edit", LineEditor)

    @property
    def _edits(self) -> bool:
        return self.is_mounted and bool(self._editor.display)

    def on_mount(self) -> None:
        """Show the item, and look for what moved from now on."""
        self._tree.focus()
        self._revision = self._store.revision()
        self._to_read = self._store.tally().unfinished
        self._show_item(self._item.id)
        self.set_interval(GLANCE, self.pull)

    def on_screen_suspend(self) -> None:
        """Show ink with glyphs while another screen covers it: that dims their colours, by which pixels are told."""
        self._repaint_pictures()

    def on_screen_resume(self) -> None:
        """Show ink pixel by pixel again, where that is how it is shown."""
        self._repaint_pictures()

    def _repaint_pictures(self) -> None:
        if self._easel is not None:
            for picture in (self._panel, self.query_one(PageMap)):
                picture.refresh()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_item(self, item_id: int, key: LineKey | None = None) -> None:
        """Show an item, with the cursor on a line, or on the first that is left to decide."""
        try:
            self._item = self._store.item(item_id)
            self._pages = self._store.pages(item_id)
            self._decisions = self._store.decisions(item_id)
        except StoreError as error:
            self.complain(error)
            return
        self._keys = line_keys(self._pages, down_the_page=self._looks.down_the_page)
        self._tree.show(self._pages, self._keys, self._decisions)
        start = key or self._first_open() or (self._keys[0] if self._keys else None)
        if start is not None:
            self._tree.go_to(Spot(start))
        self._page_number = start.page if start else 1
        self._show_pictures()
        self._show_heading()
        self.refresh_bindings()

    def _first_open(self) -> LineKey | None:
        """Return the line to begin with: the one after the last decision, where that was made on this item."""
        last = self._store.last_decision(self._reviewer)
        after = last.key if last and last.item_id == self._item.id else None
        return next_open(self._keys, self._decisions, after)

    def _show_pictures(self) -> None:
        """Show the map and the ink of what is under the cursor now."""
        blank = Page(self._page_number, 0, 0)
        page = next((page for page in self._pages if page.number == self._page_number), blank)
        self._pictures.show(
            Subject(
                self._item,
                page,
                self._tree.spot,
                self._decisions,
                self._why_no_lines,
                self._line_after,
                self._page_after,
            )
        )

    def _line_after(self, key: LineKey) -> LineKey | None:
        return next_open(self._keys, self._decisions, key)

    def _page_after(self) -> tuple[Item, int] | None:
        """Return the page that is likely to be reviewed after this one; raises StoreError."""
        later = next((key.page for key in self._keys if key.page > self._page_number), None)
        if later is not None:
            return self._item, later
        item = self._store.next_to_review(self._item.id)
        return (item, 1) if item is not None else None

    @property
    def _line(self) -> Line | None:
        spot = self._tree.spot
        return line_at(self._pages, spot.key) if spot else None

    def _why_no_lines(self) -> str:
        item = self._item
        if item.state is State.DONE:
            return "No text was found on this page. PgDn goes on."
        said = details(item, self._clock(), self._machine.service)
        return f"{STATE_WORDS[item.state]}: {said}" if said else STATE_WORDS[item.state]

    def _show_heading(self) -> None:
        spot, line = self._tree.spot, self._line
        words = [short_name(self._item)]
        if len(self._pages) > 1:
            words.append(f"page {self._page_number} of {len(self._pages)}")
        if spot is not None and line is not None:
            words.append(f"line {self._keys.index(spot.key) + 1} of {len(self._keys)}")
            decision = self._decisions.get(spot.key)
            if decision is not None:
                words.append(decision.verdict.value + (f": {decision.reason}" if decision.reason else ""))
        words.append(printable(f"{self._item.dialect} {self._item.model}").strip())
        self.query_one("#heading", Heading).show("   ".join(words), self._progress())

    def _progress(self) -> str:
        item = self._item
        words = [f"{state_mark(item)} {item.decided}/{item.lines} lines"]
        if item.doubtful:
            words.append(f"{item.doubtful} doubtful")
        if self._to_read:
            words.append(f"{self._to_read} to read")
        return "   ".join(words)

    def pull(self) -> None:
        """Ask the queue file what moved: an item that was just read is shown, progress is counted."""
        if self.app.screen is not self:  # `is_current` is also true of a screen that another one covers
            return
        try:
            changes = self._store.changes(self._revision)
            self._revision = changes.revision
            if self._item.id in changes.item_ids:
                self._follow()
            elif self._item.state in {State.SENDING, State.SENT, State.WAITING}:
                self._panel.say(self._why_no_lines())
            else:
                self._pictures.say_what_is_awaited()
            if changes.item_ids:
                self._to_read = self._store.tally().unfinished
                self._show_heading()
        except StoreError as error:
            self.complain(error)

    def _follow(self) -> None:
        before, self._item = self._item, self._store.item(self._item.id)
        if before.state is not self._item.state and self._item.state is State.DONE:
            self._show_item(self._item.id)
        elif not self._keys:
            self._panel.say(self._why_no_lines())
        else:
            decisions = self._store.decisions(self._item.id)
            if decisions != self._decisions:  # somebody else decided, in another program on this queue
                self._settle(decisions)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 (Textual's own shape)
        """Draw everything for the new size."""
        self.call_after_refresh(self._pictures.redraw)

    @on(ResultTree.Moved)
    def follow_cursor(self, event: ResultTree.Moved) -> None:
        """Show the ink of the line or word that the cursor came to."""
        if event.spot != self._tree.spot:
            return  # the cursor has moved on already
        if self._edits and event.spot.key != self._edited.key:
            self._tree.go_to(self._edited)  # a click beside the field
            return
        self._page_number = event.spot.key.page
        self._show_pictures()
        self._show_heading()

    @on(PageMap.Pointed)
    def go_to_line(self, event: PageMap.Pointed) -> None:
        """Go to the line that was clicked on the map."""
        if not self._edits:
            self._tree.go_to(Spot(event.key))

    # -- deciding -----------------------------------------------------------------------------------------------------

    async def action_accept(self) -> None:
        """Accept the line as it stands and go on."""
        spot = self._tree.spot
        if spot is not None:
            before = self._decisions.get(spot.key)
            if before is not None and before.text is not None:
                await self._decide(Verdict.CORRECTED, before.text)
            else:
                await self._decide(Verdict.ACCEPTED)

    async def action_skip(self) -> None:
        """Skip the line: it comes back last."""
        await self._decide(Verdict.SKIPPED)

    async def action_reject(self) -> None:
        """Reject the line: no text, or the wrong box."""
        await self._decide(Verdict.REJECTED)

    def action_flag(self) -> None:
        """Ask for a reason and flag the line."""
        if self._tree.spot is not None:
            self.app.push_screen(ReasonScreen(), self._flag)

    async def _flag(self, reason: str | None) -> None:
        if reason is not None:
            await self._decide(Verdict.FLAGGED, reason=reason)

    async def _decide(self, verdict: Verdict, text: str | None = None, *, reason: str = "", step: int = 1) -> None:
        """Put a decision on the disk, then show it and go on to the next line."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return
        before = self._decisions.get(spot.key)
        if text is None and before is not None and verdict is not Verdict.ACCEPTED:
            text = before.text
        decision = Decision(self._item.id, spot.key, verdict, text, reason, self._reviewer)
        try:
            made = await self._desk.decide(decision, line.text)
        except StoreError as error:
            self.complain(error)
            return
        self._settle({**self._decisions, spot.key: made})
        self._go_on(spot.key, step)

    def _settle(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._item = self._store.item(self._item.id)
        self._tree.settle(decisions)
        self._show_pictures()
        self._show_heading()

    def _go_on(self, key: LineKey, step: int) -> None:
        if step < 0:
            self._tree.go_to(Spot(self._keys[max(0, self._keys.index(key) - 1)]))
            return
        following = next_open(self._keys, self._decisions, key)
        if following is not None and verdict_of(self._decisions, following) is Verdict.UNDECIDED:
            self._tree.go_to(Spot(following))
            return
        item = self._store.next_to_review(self._item.id)
        if item is not None:
            self._say_page_done()
            self._show_item(item.id)
        elif following is not None:
            self._tree.go_to(Spot(following))
        else:
            self._say_all_decided()

    def _say_page_done(self) -> None:
        skipped = f", {self._item.skipped} skipped" if self._item.skipped else ""
        words = f"{short_name(self._item)}: {self._item.decided} of {self._item.lines} lines decided{skipped}."
        self.notify(words, timeout=2, markup=False)

    def _say_all_decided(self) -> None:
        left = self._store.tally().unfinished
        words = f"{left} images are still being read." if left else "Everything that was read is decided."
        self.notify(words, markup=False)

    async def action_undo(self) -> None:
        """Take back the last decision and go to its line."""
        await self._turn(self._desk.undo, "There is nothing to undo.")

    async def action_redo(self) -> None:
        """Make the decision again that was taken back and go to its line."""
        await self._turn(self._desk.redo, "There is nothing to redo.")

    async def _turn(self, turn: Callable[[str], object], nothing: str) -> None:
        try:
            decision = await turn(self._reviewer)  # type: ignore[misc]
        except StoreError as error:
            self.complain(error)
            return
        if not isinstance(decision, Decision):
            self.notify(nothing, markup=False)
        elif decision.item_id != self._item.id:
            self._show_item(decision.item_id, decision.key)
        else:
            self._settle(self._store.decisions(self._item.id))
            self._tree.go_to(Spot(decision.key))

    # -- editing ------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Edit the line in place, with the cursor at its least sure word, or at the word under the cursor."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return
        text = text_of(line, self._decisions.get(spot.key))
        spans = zip(line.words, word_spans(line, text), strict=True)
        doubtful = [span[0] for word, span in spans if word.is_doubtful and span is not None]
        self._edited = spot
        self._editor.open(text, line.text, first_look(line, text, spot.word), doubtful)
        self.refresh_bindings()

    @on(LineEditor.Kept)
    async def keep_text(self, event: LineEditor.Kept) -> None:
        """Keep the text as corrected, or as accepted where nothing was changed, and go on."""
        self._tree.go_to(Spot(self._edited.key))  # whatever was clicked meanwhile
        line = line_at(self._pages, self._edited.key)
        if event.text == "":
            self.notify("An empty line cannot be kept. esc leaves it, x then rejects it.", markup=False)
            return
        self._close_editor()
        verdict, text = verdict_on(line, self._text_now(line) if event.text is None else event.text)
        await self._decide(verdict, text, step=event.step)

    def _text_now(self, line: Line) -> str:
        return text_of(line, self._decisions.get(self._edited.key))

    @on(LineEditor.Left)
    def leave_text(self) -> None:
        """Leave the line as it was."""
        self._close_editor()

    def _close_editor(self) -> None:
        self._editor.close()
        self.set_focus(self._tree)
        self.refresh_bindings()

    # -- moving -------------------------------------------------------------------------------------------------------

    def action_next_page(self) -> None:
        """Go to the next page, or the next image."""
        self._turn_page(1)

    def action_previous_page(self) -> None:
        """Go to the page before, or the image before."""
        self._turn_page(-1)

    def _turn_page(self, step: int) -> None:
        numbers = [page.number for page in self._pages if page.lines]
        beyond = [number for number in numbers if (number - self._page_number) * step > 0]
        if beyond:
            number = min(beyond) if step > 0 else max(beyond)
            self._tree.go_to(Spot(next(key for key in self._keys if key.page == number)))
            return
        item = self._store.beside(self._item.id, step)
        if item is None:
            self.notify("This is the last image." if step > 0 else "This is the first image.", markup=False)
        else:
            self._show_item(item.id)

    def action_next_word(self) -> None:
        """Go to the next word of the line."""
        self._move_word(1)

    def action_previous_word(self) -> None:
        """Go to the word before."""
        self._move_word(-1)

    def _move_word(self, step: int) -> None:
        spot, line = self._tree.spot, self._line
        if spot is None or line is None or not line.words:
            return
        start = spot.word if spot.word is not None else (-1 if step > 0 else 0)
        word = start + step
        if 0 <= word < len(line.words):
            self._tree.go_to(Spot(spot.key, word))
        elif word < 0:
            self._tree.go_to(Spot(spot.key))

    def action_order(self) -> None:
        """Put the lines in the order in which they stand on the page, or in the service's own again."""
        self._look(down_the_page=not self._looks.down_the_page)
        self._keys = line_keys(self._pages, down_the_page=self._looks.down_the_page)
        self._tree.put_in_order(self._keys)
        self._show_heading()
        how = "as they stand on the page" if self._looks.down_the_page else "as the service gave them"
        self.notify(f"Lines {how}.", timeout=2, markup=False)

    def action_expand(self) -> None:
        """Show the words of the line."""
        self._tree.open_line()

    def action_collapse(self) -> None:
        """Hide the words of the line."""
        self._tree.close_line()

    def action_keys(self) -> None:
        """Show the keys that work here."""
        self.app.push_screen(KeysScreen(On_a_line=commands.REVIEW, While_editing=commands.EDIT))

    def action_editing_keys(self) -> None:
        """Show the keys that work while editing."""
        self.app.push_screen(KeysScreen(While_editing=commands.EDIT))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (Textual's shape)
        """Let a command run only where there is something for it to act on."""
        if action in COMMAND_NAMES and self._edits:
            return False  # a key typed into the field is text, whatever the order it arrives in
        if action in NEEDS_A_LINE:
            return bool(self._keys)
        if action == "retry":
            return self._item.state is State.FAILED
        return True

    async def action_retry(self) -> None:
        """Send an image that failed again."""
        try:
            await self._desk.retry(self._item.id)
        except StoreError as error:
            self.complain(error)
            return
        self._machine.wake()
        self.pull()

    def action_leave(self) -> None:
        """Go back to the queue."""
        self.dismiss(self._item.id)
