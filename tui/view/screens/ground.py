"""What every part of the review stands on: what is under review, how it is shown, and where one goes from there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.arrangement import turned
from tui.model import Item, Line, LineKey, Page, State, Verdict, printable
from tui.pictures.glyphs import GLYPH_SETS
from tui.review import SURE, Decisions, Spot, is_left, line_at, line_keys, next_open, share_kept, verdict_of
from tui.store import StoreError
from tui.under_review import UnderReview
from tui.view.command_text import share
from tui.view.darkroom import Darkroom
from tui.view.ink import medium_of
from tui.view.picture_desk import PictureDesk, Subject
from tui.view.screens.rows import GLANCE
from tui.view.screens.writing import WritingScreen
from tui.view.tools import Tools
from tui.view.widgets.advice import Advice
from tui.view.widgets.heading import Heading
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.key_bar import KeyBar
from tui.view.widgets.line_editor import LineEditor
from tui.view.widgets.page_map import PageMap
from tui.view.widgets.result_tree import ResultTree
from tui.view.wording import STATE_WORDS, counted, details, doubtful_of, short_name, state_mark
from tui.view.work import begin_instead

INK_STEP = 0.08
"""Which share of the height the ink gains or loses with one key."""
LEAST_INK, MOST_INK = 0.2, 0.85
LEAST_MAP, MOST_MAP = 0.1, 0.7
WIDE = 110
"""From this many columns on the page map stands beside the ink."""


class ReviewGround(WritingScreen[int]):
    """Shows one item after the other; its result is the item that was shown last."""

    AUTO_FOCUS = "#lines"  # and not the field, which Textual would take although it is not shown

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 (as Textual declares it)

    def __init__(self, tools: Tools, item_id: int, spot: Spot | None = None) -> None:
        super().__init__()
        self._tools = tools
        self._store = tools.store
        self._desk = tools.desk
        self._company = tools.company
        self._adviser = tools.adviser
        self._machine = tools.machine
        self._reviewer = tools.reviewer
        self._easel = tools.easel
        self._clock = tools.clock
        medium = medium_of(tools.easel.cell if tools.easel is not None else None, tools.colours)
        darkroom = Darkroom(GLYPH_SETS[tools.glyphs], tools.opener(), medium)
        self._pictures = PictureDesk(self, darkroom, tools.remembered, tools.clock)
        self._begins_at = spot
        self._item = self._store.item(item_id)
        self._pages: tuple[Page, ...] = ()
        self._keys: tuple[LineKey, ...] = ()
        self._decisions: Decisions = {}
        self._page_number = 1
        self._edited = Spot(LineKey(1, 0))
        self._word_in_field: int | None = None
        self._seen: set[tuple[int, LineKey]] = set()
        self._preferences = self._store.preferences(self._reviewer)
        self._threshold = share_kept(self._preferences.get("threshold", ""), SURE)
        self._shape = (0, 0)
        self._sharing = ""
        self._to_read = 0
        self._doubtful_in_queue = 0
        self._revision = -1
        self._doubtful: dict[LineKey, int] = {}
        """How many doubtful words the lines have that have any."""
        self._shown_at: Spot | None = None
        self._is_behind = False

    def compose(self) -> ComposeResult:
        """Lay out the map on the left, ink above lines on the right."""
        yield Heading(id="heading")
        with Horizontal(id="body"):
            yield PageMap(id="map", easel=self._easel)
            with Vertical(id="desk"):
                yield InkPanel(id="ink", easel=self._easel)
                yield Advice(id="advice")
                yield LineEditor(id="edit", commands=self.controls.keymap.tables["edit"], known=self.known_word)
                yield ResultTree(id="lines")
        yield KeyBar(self.controls)

    async def _prefer(self, name: str, value: str) -> None:
        """Keep what the person has set, for the next time too."""
        self._preferences[name] = value
        try:
            await self._desk.do(lambda store: store.prefer(self._reviewer, name, value))
        except StoreError as error:
            self.complain(error)

    # -- panes --------------------------------------------------------------------------------------------------------

    def _size_panes(self) -> None:
        """Give the ink the rows that the person gave it, and the map its columns."""
        wide = share_kept(self._preferences.get("map", ""), 0.0) if self.app.size.width >= WIDE else 0.0
        the_map = self.query_one(PageMap).styles
        the_map.width = f"{100 * wide:.0f}%" if wide else None
        the_map.max_width = "100%" if wide else None
        high = share_kept(self._preferences.get("ink", ""), 0.0)
        if high:
            self._panel.styles.height = f"{100 * high:.0f}%"
            self._panel.styles.max_height = None

    async def command_set_map(self, wanted: str) -> None:
        """Give the map so many of the columns, where it stands beside the ink; raises Trouble for what is no share."""
        width = share(wanted, "set map 40%")
        await self._prefer("map", f"{min(max(width, LEAST_MAP), MOST_MAP):.2f}")
        self._size_panes()
        self.call_after_refresh(self._pictures.redraw)

    async def action_more_ink(self) -> None:
        """Give the ink more rows, and the list fewer."""
        await self._give_ink(INK_STEP)

    async def action_less_ink(self) -> None:
        """Give the ink fewer rows, and the list more."""
        await self._give_ink(-INK_STEP)

    async def _give_ink(self, step: float) -> None:
        now = self._panel.size.height / max(1, self.query_one("#desk").size.height)
        high = min(max(now + step, LEAST_INK), MOST_INK)
        await self._prefer("ink", f"{high:.2f}")
        self._size_panes()
        self.call_after_refresh(self._pictures.redraw)

    @property
    def _image(self) -> UnderReview:
        """What is under review, as it stands now."""
        return UnderReview(self._item, self._pages, self._keys, self._decisions)

    @property
    def _tree(self) -> ResultTree:
        return self.query_one("#lines", ResultTree)

    @property
    def item_id(self) -> int:
        """The item under review."""
        return self._item.id

    @property
    def rows(self) -> ResultTree:
        """The lines and words."""
        return self._tree

    @property
    def _panel(self) -> InkPanel:
        return self.query_one("#ink", InkPanel)

    @property
    def _edits(self) -> bool:
        return self.is_mounted and bool(self._editor.display)

    def on_mount(self) -> None:
        """Show the item, and look for what moved from now on."""
        self._tree.focus()
        self._size_panes()
        self._revision = self._store.revision()
        self._count_queue()
        self._show_item(self._item.id, self._begins_at)
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

    def _show_item(self, item_id: int, spot: Spot | None = None) -> None:
        """Show an item, with the cursor on a line or word, or on the first line that is left to decide."""
        try:
            self._item = self._store.item(item_id)
            self._shape = self._store.shape(item_id)
            self._pages = tuple(turned(page, page.turn) for page in self._store.pages(item_id))
            self._decisions = self._store.decisions(item_id)
            self._doubtful = {
                key: line.doubtful
                for page in self._pages
                for key, line in zip(page.keys, page.lines, strict=True)
                if line.doubtful
            }
        except StoreError as error:
            self.complain(error)
            return
        self._company.look_at(item_id)
        self._keys = line_keys(self._pages, down_the_page=self._looks.down_the_page)
        self._tree.show(self._pages, self._keys, self._decisions)
        start = spot if spot is not None and spot.key in self._keys else self._start()
        if start is not None:
            self._tree.go_to(start)
        self._page_number = start.key.page if start else 1
        self._show()
        self.refresh_bindings()

    def _start(self) -> Spot | None:
        """Return the line to begin with: the one after the last decision, where that was made on this item."""
        return self._image.start(self._store.last_decision(self._reviewer))

    def work(self, group: str, work: Callable[..., Coroutine[Any, Any, None]], *about: object) -> None:
        """Do something in place of what is still done for the same group."""
        begin_instead(self, group, work, *about)

    def known_word(self, begun: str) -> str:
        """Return a known word that begins so; empty where there is none."""
        return self._adviser.known(begun)

    def show_advice(self) -> None:
        """Show what the word under the cursor may be instead."""

    def _show_pictures(self, page: Page | None = None, spot: Spot | None = None) -> None:
        """Show the map and the ink of what is under the cursor now, or of another spot of the page as it might be."""
        self._pictures.show(
            Subject(
                self._item,
                page or self._page or Page(self._page_number, 0, 0),
                spot or self._tree.spot,
                self._decisions,
                self._why_no_lines,
                self._line_after,
                self._page_after,
                self._word,
            )
        )

    def _line_after(self, key: LineKey) -> LineKey | None:
        return next_open(self._keys, self._decisions, key)

    def _page_after(self) -> tuple[Item, int] | None:
        """Return the page that is likely to be reviewed after this one; raises StoreError."""
        later = next((key.page for key in self._keys if key.page > self._page_number), None)
        if later is not None:
            return self._item, later
        item = self._store.next_to_review(self._item.id, self._company.elsewhere(self._store))
        return (item, 1) if item is not None else None

    @property
    def _line(self) -> Line | None:
        """The line under the cursor, as it was read."""
        spot = self._tree.spot
        return line_at(self._pages, spot.key) if spot else None

    @property
    def _page(self) -> Page | None:
        """The page under the cursor."""
        return next((page for page in self._pages if page.number == self._page_number), None)

    @property
    def _word(self) -> int | None:
        """The word that keys about a word mean: the one under the cursor, else the line's least sure, if doubtful."""
        return self._word_in_field if self._edits else self._image.word_meant(self._tree.spot)

    def _text(self, key: LineKey) -> str:
        """Return a line's text as it now stands."""
        return self._image.text(key)

    def _page_keys(self) -> Sequence[LineKey]:
        """Return the lines of the page under the cursor, in the order they are shown."""
        return self._image.on_page(self._page_number)

    def _why_no_lines(self) -> str:
        item = self._item
        if item.state is State.DONE:
            return f"No text was found on this page. {self.key('next_page')} goes on."
        said = details(item, self._clock(), self._machine.service)
        return f"{STATE_WORDS[item.state]}: {said}" if said else STATE_WORDS[item.state]

    def _show_heading(self) -> None:
        spot, line = self._tree.spot, self._line
        place = []
        if len(self._pages) > 1:
            place.append(f"page {self._page_number} of {len(self._pages)}")
        if spot is not None and line is not None:
            keys = self._page_keys()
            word = f", word {spot.word + 1}" if spot.word is not None else ""
            place.append(f"line {keys.index(spot.key) + 1} of {len(keys)}{word}")
            decision = self._decisions.get(spot.key)
            if decision is not None:
                place.append(decision.verdict.value + (f": {decision.reason}" if decision.reason else ""))
        self._sharing = self._company.sharing(self._store, self._item.id)
        place += [self._sharing] if self._sharing else []
        read_by = printable(f"{self._item.dialect} {self._item.model}").strip()
        self.query_one("#heading", Heading).show(short_name(self._item), self._progress(), place, read_by)

    def _progress(self) -> str:
        item = self._item
        words = [f"{state_mark(item)} {item.decided}/{item.lines} lines"]
        doubtful = doubtful_of(self._doubtful_left(), self._doubtful_in_queue)
        words += [doubtful] if doubtful else []
        if self._to_read:
            words.append(f"{self._to_read} to read")
        return "   ".join(words)

    def _doubtful_left(self) -> int:
        """Return how many doubtful words this image has in lines that nobody has decided."""
        return sum(count for key, count in self._doubtful.items() if is_left(self._decisions, key))

    def _count_queue(self) -> None:
        tally = self._store.tally()
        self._to_read, self._doubtful_in_queue = tally.unfinished, tally.doubtful

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
                self._count_queue()
            if changes.item_ids or self._sharing != self._company.sharing(self._store, self._item.id):
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
            self._follow_others()

    def _follow_others(self) -> None:
        """Show what was decided in another program on this queue."""
        decisions = self._store.decisions(self._item.id)
        if decisions != self._decisions:
            self._settle(decisions)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 (Textual's own shape)
        """Draw everything for the new size."""
        self._size_panes()
        self.call_after_refresh(self._pictures.redraw)

    @on(ResultTree.Moved)
    def follow_cursor(self, event: ResultTree.Moved) -> None:
        """Show the ink of the line or word that the cursor came to."""
        if event.spot != self._tree.spot:
            return  # the cursor has moved on already
        if self._edits and event.spot.key != self._edited.key:
            self._tree.go_to(self._edited)  # a click beside the field
        elif event.spot != self._shown_at or self._is_behind:
            self._show()

    @on(PageMap.Pointed)
    def go_to_line(self, event: PageMap.Pointed) -> None:
        """Go to the line that was clicked on the map."""
        if not self._edits:
            self._tree.go_to(Spot(event.key))

    # -- moving -------------------------------------------------------------------------------------------------------

    def action_next_page(self) -> None:
        """Go to the next page, or the next image."""
        self._turn_page(1)

    def action_previous_page(self) -> None:
        """Go to the page before, or the image before."""
        self._turn_page(-1)

    def _turn_page(self, step: int) -> None:
        beyond = self._image.page_beside(self._page_number, step)
        if beyond is not None:
            self._tree.go_to(Spot(beyond))
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
        before_all = -1 if step > 0 else len(line.words)
        start = next((word for word in (spot.word, self._word) if word is not None), before_all)
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

    def action_step_back(self) -> None:
        """Go back from a word to its line, and from the page to the line; the review is left by another key."""
        spot = self._tree.spot
        if self.has_class("-page"):
            self.show_line()
        elif spot is not None and spot.word is not None:
            self._tree.go_to(Spot(spot.key))
        else:
            self.notify(f"{self.key('leave')} goes back to the queue.", timeout=2, markup=False)

    def action_expand(self) -> None:
        """Show the words of the line."""
        self._tree.open_line()

    def action_collapse(self) -> None:
        """Hide the words of the line."""
        self._tree.close_line()

    # -- going on -----------------------------------------------------------------------------------------------------

    def _settle(self, decisions: Decisions) -> None:
        """Show what is decided now."""
        self._decisions = decisions
        self._item = self._store.item(self._item.id)
        self._count_queue()
        self._tree.settle(decisions)
        self._is_behind = True
        self.call_later(self._catch_up)  # unless the cursor goes on at once, and all is shown for where it comes to

    def _catch_up(self) -> None:
        if self._is_behind:
            self._show()

    def _show(self) -> None:
        """Show what is under the cursor, and how it stands, all in one picture of the screen."""
        spot = self._tree.spot
        self._is_behind, self._shown_at = False, spot
        if spot is not None:
            self._page_number = spot.key.page
            self._seen.add((self._item.id, spot.key))
        self._show_pictures()
        self._show_heading()
        self.show_advice()

    def _go_to(self, spot: Spot) -> None:
        """Put the cursor on a line and show it, without the detour by the message that says so."""
        self._tree.go_to(spot)
        self._show()

    def _go_on(self, key: LineKey, step: int = 1) -> None:
        """Go to the next line that is left, on this image or another; a step of -1 goes to the line before."""
        if step < 0:
            # A colleague may just have joined the line with another.
            place = self._keys.index(key) if key in self._keys else 0
            self._go_to(Spot(self._keys[max(0, place - 1)]))
            return
        following = next_open(self._keys, self._decisions, key)
        if following is not None and verdict_of(self._decisions, following) is Verdict.UNDECIDED:
            self._say_if_from_the_top(key, following)
            self._go_to(Spot(following))
            return
        item = self._company.next_to_review(self._store, self._item.id)
        if item is not None:
            self._say_page_done()
            self._show_item(item.id)
        elif following is not None:
            self._go_to(Spot(following))
        else:
            self._go_to_shared(self._company.next_shared(self._store, self._item.id))

    def _say_if_from_the_top(self, key: LineKey, following: LineKey) -> None:
        """Say that what comes now stands above: at the end of an image one may not expect that."""
        if key in self._keys and self._keys.index(following) < self._keys.index(key):
            left = sum(verdict_of(self._decisions, key) is Verdict.UNDECIDED for key in self._keys)
            self.notify(f"From the top again: {counted(left, 'line')} left.", markup=False)

    def _go_to_shared(self, item: Item | None) -> None:
        """Go to an image that a colleague has open, as nothing else is left to review; say so where there is none."""
        if item is None:
            self._say_all_decided()
            return
        self._show_item(item.id)
        self._say_shared(item)

    def _say_shared(self, item: Item) -> None:
        self.notify(self._company.nothing_else(self._store, item.id), markup=False)

    def _say_page_done(self) -> None:
        skipped = f", {self._item.skipped} skipped" if self._item.skipped else ""
        words = f"{short_name(self._item)}: {self._item.decided} of {self._item.lines} lines decided{skipped}."
        self.notify(words, timeout=2, markup=False)

    def _say_all_decided(self) -> None:
        left = self._store.tally().unfinished
        words = f"{left} images are still being read." if left else "Everything that was read is decided."
        self.notify(words, markup=False)
