"""A table's commands as Textual's bindings, given to one screen or field as it is made: keys differ between people.

Textual's own `set_keymap` changes bindings of a class afterwards, loses one of two commands that swap their keys and
drops what clashes without a word; a screen that is bound once with the keys it has needs none of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.binding import Binding
from textual.dom import DOMNode

from tui.view.commands import Command
from tui.view.key_names import shown


def bind(node: DOMNode, commands: Iterable[Command]) -> None:
    """Give a screen or a field the keys of its commands; they come before those that its class has."""
    for command in commands:
        for binding in _bindings(command):
            node._bindings.key_to_bindings[binding.key] = [binding]  # noqa: SLF001 (Textual binds by class otherwise)


def _bindings(command: Command) -> Iterator[Binding]:
    for key in command.keys:
        is_digit = command.takes_digit  # the footer shows the first of them, for all
        yield Binding(
            key,
            f"{command.name}({key})" if is_digit else command.name,
            command.label,
            show=command.in_footer and (key == command.keys[0] or not is_digit),
            id=f"{command.name}.{key}",
            tooltip=command.help,
            key_display=key_names(command)[0],
        )


def key_names(command: Command) -> tuple[str, ...]:
    """Return a command's keys as a person knows them; digits are one name."""
    if command.takes_digit:
        return (f"{command.keys[0]}-{command.keys[-1]}",)
    return tuple(shown(key) for key in command.keys)
