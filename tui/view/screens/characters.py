"""A table of letters and signs that no key has: opened while a line is edited, at the letter before the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.view.alphabet import name_of, named, offered, rows, standing, variants

COLUMNS = 9
"""So many stand in a row: the digits take those of the first."""
ROWS_SHOWN = 8
_STEPS = {"left": -1, "right": 1, "up": -COLUMNS, "down": COLUMNS, "pageup": -COLUMNS * 4, "pagedown": COLUMNS * 4}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A character that was chosen."""

    character: str
    takes_its_place: bool
    """Whether it is a variant of the letter before the cursor, which goes then."""


class CharactersScreen(ModalScreen[Chosen | None]):
    """Arrows and enter choose, a digit takes one of the first nine, what is typed looks for names; esc leaves."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self._letter = letter
        self._wanted = ""
        self._shown = offered(letter)
        self._at = 0

    def compose(self) -> ComposeResult:
        """Show what is looked for, the table, and the name of what is chosen."""
        with Vertical(id="characters") as frame:
            frame.border_title = "Characters"
            frame.border_subtitle = "arrows, enter or 1-9   type a name   esc leaves"
            yield Static(id="wanted", markup=False)
            yield Static(id="table", markup=False)
            yield Static(id="called", markup=False)

    def on_mount(self) -> None:
        """Show what is offered for the letter."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Move, choose, or look for a name."""
        event.stop()
        event.prevent_default()
        if event.key in _STEPS:
            self._move(_STEPS[event.key])
        elif event.key in {"home", "end"}:
            self._move(-len(self._shown) if event.key == "home" else len(self._shown))
        elif event.key == "enter":
            self._take(self._at)
        elif event.key == "escape":
            self._leave()
        elif event.key == "backspace":
            self._look_for(self._wanted[:-1])
        elif event.character and event.character in "123456789":
            self._take(int(event.character) - 1)
        elif event.character and event.character.isprintable():
            self._look_for(self._wanted + event.character)

    def _move(self, step: int) -> None:
        self._at = max(0, min(self._at + step, len(self._shown) - 1))
        self._show()

    def _take(self, at: int) -> None:
        if at < len(self._shown):
            character = self._shown[at]
            self.dismiss(Chosen(character, character in variants(self._letter) and not self._wanted))

    def _leave(self) -> None:
        if self._wanted:
            self._look_for("")
        else:
            self.dismiss(None)

    def _look_for(self, wanted: str) -> None:
        self._wanted, self._at = wanted.lstrip(), 0
        self._shown = named(self._wanted) if self._wanted else offered(self._letter)
        self._show()

    # -- what it shows ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        looked_for = f"named {self._wanted}▏" if self._wanted else self._origin()
        self.query_one("#wanted", Static).update(Content(looked_for))
        self.query_one("#table", Static).update(self._table())
        self.query_one("#called", Static).update(Content(self._called()))

    def _origin(self) -> str:
        return f"for {self._letter}, then what old pages want" if variants(self._letter) else "what old pages want"

    def _called(self) -> str:
        if not self._shown:
            return "No character has such a name."
        character = self._shown[self._at]
        takes = not self._wanted and character in variants(self._letter)
        return name_of(character) + (f", in the place of {self._letter}" if takes else "")

    def _table(self) -> Content:
        chosen, lines = self._at // COLUMNS, []
        first = max(0, chosen - ROWS_SHOWN + 1)
        for number, row in enumerate(rows(self._shown, COLUMNS)):
            if first <= number < first + ROWS_SHOWN:
                lines.append(Content.assemble(*(self._cell(number, at, sign) for at, sign in enumerate(row))))
        return Content("\n").join(lines)

    def _cell(self, row: int, column: int, character: str) -> tuple[str, str]:
        """Return one character in its column, after its digit in the first row."""
        place = row * COLUMNS + column
        digit = str(place + 1) if place < COLUMNS else " "
        sign = standing(character)
        style = "reverse bold" if place == self._at else ""
        return f" {digit} {sign}{' ' * max(0, 3 - cell_len(sign))}", style
