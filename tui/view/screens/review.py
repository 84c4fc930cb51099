"""The review: the ink of a line, the text under it, and one key that decides and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from tui.model import Decision, Item, Line, LineKey, Page, Polygon, State, Verdict, printable, text_of
from tui.pictures.glyphs import GLYPH_SETS
from tui.pictures.source import PageImage, PictureError
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
    words_under,
)
from tui.store import Store, StoreError
from tui.view import commands
from tui.view.darkroom import Darkroom, Frame
from tui.view.desk import Desk
from tui.view.machine import Machine
from tui.view.screens.keys import KeysScreen
from tui.view.screens.reason import ReasonScreen
from tui.view.screens.rows import GLANCE, RowsScreen
from tui.view.widgets.heading import Heading
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.line_editor import LineEditor
from tui.view.widgets.page_map import PageMap
from tui.view.widgets.result_tree import ResultTree
from tui.view.wording import STATE_WORDS, details, duration, short_name, state_mark

WIDE = 110
"""From this many columns on the page map stands beside the ink."""


COMMAND_NAMES = frozenset(command.name for command in commands.REVIEW)
NEEDS_A_LINE = frozenset({"accept", "edit", "flag", "skip", "reject", "picture", "order"})


class ReviewScreen(RowsScreen[int]):
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
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._machine = machine
        self._reviewer = reviewer
        self._darkroom = Darkroom(GLYPH_SETS[glyphs])
        self._clock = clock
        self._item = store.item(item_id)
        self._pages: tuple[Page, ...] = ()
        self._keys: tuple[LineKey, ...] = ()
        self._decisions: Decisions = {}
        self._page_number = 1
        self._edited = Spot(LineKey(1, 0))
        self._to_read = 0
        self._shows_word = False
        self._down_the_page = False
        self._opening_since = 0.0
        self._revision = -1

    def compose(self) -> ComposeResult:
        """Lay out the map on the left, ink above lines on the right."""
        yield Heading(id="heading")
        with Horizontal(id="body"):
            yield PageMap(id="map")
            with Vertical(id="desk"):
                yield InkPanel(id="ink")
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
    def _map(self) -> PageMap:
        return self.query_one("#map", PageMap)

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
        self._keys = line_keys(self._pages, down_the_page=self._down_the_page)
        self._tree.show(self._pages, self._keys, self._decisions)
        start = key or self._first_open() or (self._keys[0] if self._keys else None)
        if start is not None:
            self._tree.go_to(Spot(start))
        self._show_page(start.page if start else 1)
        self._show_heading()
        self.refresh_bindings()

    def _first_open(self) -> LineKey | None:
        """Return the line to begin with: the one after the last decision, where that was made on this item."""
        last = self._store.last_decision(self._reviewer)
        after = last.key if last and last.item_id == self._item.id else None
        return next_open(self._keys, self._decisions, after)

    def _show_page(self, number: int) -> None:
        self._page_number = number
        self._opening_since = 0.0
        if self._image is None:
            self._open_page(self._item, number)
        else:
            self._show_map()
            self._show_ink()

    @work(group="page", exclusive=True, exit_on_error=False)
    async def _open_page(self, item: Item, number: int) -> None:
        """Have a page decoded, and show it if it is still wanted."""
        self._opening_since = self._clock()
        self._panel.say(self._opening())
        try:
            await self._darkroom.open(item, number)
        except PictureError as error:
            if (item.id, number) == (self._item.id, self._page_number):
                self._panel.say(f"{error}\n\nThe text can be reviewed all the same.")
                self._map.say("no picture")
            return
        finally:
            if (item.id, number) == (self._item.id, self._page_number):
                self._opening_since = 0.0
        if (item.id, number) == (self._item.id, self._page_number):
            self._show_map()
            self._show_ink()

    def _opening(self) -> str:
        waited = self._clock() - self._opening_since
        return f"Opening {short_name(self._item)} ..." + (f" {duration(waited)}" if waited >= 1 else "")

    @property
    def _image(self) -> PageImage | None:
        return self._darkroom.page(self._item.id, self._page_number)

    @work(group="map", exclusive=True, exit_on_error=False)
    async def _show_map(self) -> None:
        image = self._image
        if image is not None and self._map.display:
            self._map.show(await self._darkroom.map(image, *self._map.room))
            self._mark_map()

    def _mark_map(self) -> None:
        verdicts = [
            (other.polygon, decision.verdict)
            for key, decision in self._decisions.items()
            if key.page == self._page_number and (other := line_at(self._pages, key)).polygon
        ]
        self._map.mark(self._box, verdicts)

    @property
    def _box(self) -> Polygon | None:
        """The box under the cursor: the word's, or its line's."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return None
        return (line.words[spot.word].polygon if spot.word is not None else None) or line.polygon

    @property
    def _line(self) -> Line | None:
        spot = self._tree.spot
        return line_at(self._pages, spot.key) if spot else None

    def _show_ink(self) -> None:
        """Show the ink under the cursor: at once when it was made ahead, else as soon as it is drawn."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            self._panel.say(self._why_no_lines())
        elif self._darkroom.ink(self._frame(spot)) is not None:
            self._present(spot, line)
            self._draw_ahead(spot)
        elif self._image is not None:
            self._draw_ink(spot)

    def _frame(self, spot: Spot) -> Frame:
        word = spot.word if self._shows_word else None
        return Frame(self._item.id, spot.key, word, self._panel.size.width, self._panel.size.height)

    @work(group="ink", exclusive=True, exit_on_error=False)
    async def _draw_ink(self, spot: Spot) -> None:
        await self._draw(spot)
        line = self._line
        if line is not None and self._tree.spot == spot:
            self._present(spot, line)
        self._draw_ahead(spot)

    @work(group="ahead", exclusive=True, exit_on_error=False)
    async def _draw_ahead(self, spot: Spot) -> None:
        """Draw the line that comes next while the person looks at this one."""
        following = next_open(self._keys, self._decisions, spot.key)
        if following is not None and following.page == self._page_number:
            await self._draw(Spot(following))

    async def _draw(self, spot: Spot) -> None:
        image, frame = self._image, self._frame(spot)
        if image is not None and not frame.is_too_small:
            await self._darkroom.draw(frame, line_at(self._pages, spot.key), image)
        elif image is not None and spot == self._tree.spot:
            self._panel.say(printable(text_of(line_at(self._pages, spot.key), self._decisions.get(spot.key))))

    def _present(self, spot: Spot, line: Line) -> None:
        ink = self._darkroom.ink(self._frame(spot))
        if ink is None:
            return
        text = text_of(line, self._decisions.get(spot.key))
        if not ink.pieces:
            what = "word" if self._shows_word and spot.word is not None else "line"
            self._panel.say(f"{printable(text)}\n\nThe service gave no box for this {what}.")
            return
        words = [printable(word) for word in words_under(line, text)]
        self._panel.show(ink, words or [printable(text)], [word.is_doubtful for word in line.words], spot.word)

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
        if self._item.model:
            words.append(printable(self._item.model))
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
            elif self._opening_since:
                self._panel.say(self._opening())
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
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if self._pages or self._image is not None:
            self._show_map()
            self._show_ink()

    @on(ResultTree.Moved)
    def follow_cursor(self, event: ResultTree.Moved) -> None:
        """Show the ink of the line or word that the cursor came to."""
        if event.spot != self._tree.spot:
            return  # the cursor has moved on already
        if self._edits and event.spot.key != self._edited.key:
            self._tree.go_to(self._edited)  # a click beside the field
            return
        if event.spot.key.page != self._page_number:
            self._show_page(event.spot.key.page)
        else:
            self._show_ink()
            self._mark_map()
        self._show_heading()

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
        self._mark_map()
        self._show_ink()
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
            self._show_ink()

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

    def action_picture(self) -> None:
        """Change the picture: the line, the word under the cursor, and, where it has no place of its own, the page."""
        if self.has_class("-page"):
            self.remove_class("-page")
        elif not self._shows_word and self._tree.spot is not None and self._tree.spot.word is not None:
            self._shows_word = True
        else:
            self._shows_word = False
            self.set_class(self.has_class("-narrow"), "-page")
        self.call_after_refresh(self._redraw)

    def action_order(self) -> None:
        """Put the lines in the order in which they stand on the page, or in the service's own again."""
        self._down_the_page = not self._down_the_page
        self._keys = line_keys(self._pages, down_the_page=self._down_the_page)
        self._tree.put_in_order(self._keys)
        self._show_heading()
        how = "as they stand on the page" if self._down_the_page else "as the service gave them"
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
