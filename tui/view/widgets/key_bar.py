"""The lowest row: the keys that matter now, and for a moment what the program says to one.

It is looked at after every key, and drawn when the keys are others. A remark takes their place, so that it covers
nothing of what is worked on, and the next takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui.view.controls import Controls


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and what it does."""

    key: str
    """As a person knows it."""
    label: str
    action: str
    works: bool
    """Whether there is something here for it to act on."""

    @property
    def text(self) -> str:
        """Key and label with a blank on either side."""
        return f" {self.key} {self.label} "


class KeyBar(Widget):
    """Shows the bindings of a screen, and of what has the focus, that are meant to be shown."""

    DEFAULT_CSS = "KeyBar { height: 1; width: 100%; dock: bottom; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--idle", "key-bar--remark"}

    def __init__(self, controls: Controls) -> None:
        super().__init__()
        self._controls = controls
        self._shown = ""
        self._ends: Timer | None = None
        self._entries: tuple[Entry, ...] = ()

    @property
    def has_room(self) -> bool:
        """Whether all keys fit into the row."""
        return sum(cell_len(entry.text) for entry in self._entries) <= self.size.width

    def takes(self, remark: str) -> bool:
        """Whether a remark can be said here in full."""
        return "\n" not in remark and cell_len(remark) + 2 <= self.size.width

    def say_remark(self) -> None:
        """Show what was said last for as long as it stands, and the keys again then."""
        if self._ends is not None:
            self._ends.stop()
            self._ends = None
        remark = self._controls.remark
        said = remark.text if remark.left > 0 and self.takes(remark.text) else ""
        if said:
            self._ends = self.set_timer(remark.left, self.say_remark)
        if said != self._shown:
            self._shown = said
            self.refresh()

    def on_mount(self) -> None:
        """Follow what the keys are."""
        self.say_remark()
        self.screen.bindings_updated_signal.subscribe(self, self._look)
        self.call_after_refresh(self._look, self.screen)

    def _look(self, screen: Screen[object]) -> None:
        """Draw the keys anew if they are others than before, or work where they did not."""
        if screen is not self.screen:
            return
        entries: dict[str, Entry] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in entries:
                shown = self.app.get_key_display(binding)
                entries[binding.action] = Entry(shown, binding.description, binding.action, active.enabled)
        if tuple(entries.values()) != self._entries:
            self._entries = tuple(entries.values())
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (Textual's own shape; there is one row)
        """Draw the row."""
        base = self.rich_style
        if self._shown:
            said = Segment(f" {self._shown}", base + self.get_component_rich_style("key-bar--remark", partial=True))
            return Strip([said]).adjust_cell_length(self.size.width, base)
        bold = base + self.get_component_rich_style("key-bar--key", partial=True)
        idle = base + self.get_component_rich_style("key-bar--idle", partial=True)
        segments = []
        for entry in self._in_sight():
            segments.append(Segment(f" {entry.key}", bold if entry.works else idle))
            segments.append(Segment(f" {entry.label} ", base if entry.works else idle))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _in_sight(self) -> list[Entry]:
        """Return the keys that have room, whole: the last, which tells all of them, and as many before as may be."""
        *others, last = self._entries or (Entry("", "", "", works=False),)
        room = self.size.width - cell_len(last.text)
        shown = []
        for entry in others:
            room -= cell_len(entry.text)
            if room < 0:
                break
            shown.append(entry)
        return [*shown, last]

    async def on_click(self, event: events.Click) -> None:
        """Do what the key that was clicked does."""
        if self._shown:
            return
        end = 0
        for entry in self._in_sight():
            end += cell_len(entry.text)
            if event.x < end:
                await self.app.run_action(entry.action, self.app.focused or self.screen)
                return
