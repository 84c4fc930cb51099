"""Which key does what: a preset, and what the settings change about it. Mistakes are told before a screen opens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from tui.settings import Settings, SettingsError, settings_file
from tui.view.commands import EDIT, TABLES, Command
from tui.view.key_names import is_text, key_of, shown, why_never

Keys = tuple[str, ...]

ARROWS: Mapping[str, Keys] = {
    "accept": ("enter",),
    "accept_page": ("f5",),
    "edit": ("f2",),
    "change": ("f3",),
    "flag": ("f4",),
    "skip": ("space",),
    "reject": ("delete",),
    "undo": ("backspace",),
    "redo": ("f12",),
    "previous_doubtful": ("f7",),
    "next_doubtful": ("f8",),
    "previous_hit": ("ctrl+up",),
    "next_hit": ("ctrl+down",),
    "picture": ("f6",),
    "add_line": ("insert",),
    "command": ("f9",),
    "keys": ("f1",),
    "mark_range": ("f3",),
    "hold": ("f4",),
    "recognise": ("f5",),
    "pause": ("f6",),
    "mark_pattern": ("f7",),
    "next_failed": ("f8",),
    "apply": ("enter",),
    "say_right": ("enter",),
    "accept_here": ("enter",),
    "apply_all": ("f5",),
    "leave_place": ("space",),
    "visit": ("right",),
    "leave": ("f10",),
    "restore": ("f5",),
    "undo_typing": ("f7",),
    "redo_typing": ("f8",),
}
"""What the arrows preset puts in the place of letters. Other commands without a key can be typed after `:`."""
PRODIGY: Mapping[str, Keys] = {"skip": ("space",), "undo": ("backspace",), "leave_place": ("space",)}
"""Where the keys of Prodigy are not those of the table already."""
PRESETS = ("vim", "arrows", "prodigy")
"""`vim` is the table as it stands; `arrows` needs no letters; `prodigy` has the keys of that program."""

_PLACES = {
    "queue": "in the queue",
    "review": "in the review",
    "places": "among places to correct",
    "hits": "among lines found",
    "audit": "among lines accepted unseen",
    "second": "in a second reading",
    "both": "where readings are settled",
    "edit": "in the field",
}
_NEEDED = frozenset({"save", "leave_line", "leave", "keys"})
"""Commands without which nobody would get out of a screen or find out how."""


def _by_name() -> dict[str, list[Command]]:
    found: dict[str, list[Command]] = {}
    for table in TABLES.values():
        for command in table:
            found.setdefault(command.name, []).append(command)
    return found


_ALL = _by_name()
"""Every command by its name; one that several screens have stands there for each."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The commands of every screen with the keys that they have for this person."""

    tables: Mapping[str, tuple[Command, ...]] = field(default_factory=lambda: TABLES)
    """By the screen's name in `TABLES`."""

    def key(self, table: str, name: str) -> str:
        """Return the key of a command as a person knows it, or what is typed where it has none: `:accept page`."""
        command = next(command for command in self.tables[table] if command.name == name)
        return shown(command.keys[0]) if command.keys else f":{command.title}"


def keymap_of(settings: Settings, file: Path | None = None) -> Keymap:
    """Return the keys that the settings ask for; raises SettingsError, which names the entry and the file."""
    file = settings_file() if file is None else file
    preset = settings.key_preset or PRESETS[0]
    if preset not in PRESETS:
        raise SettingsError(f"{file}: keys.preset must be one of {', '.join(PRESETS)}, not {preset!r}.")
    wanted = {name.strip().replace("-", "_"): keys for name, keys in settings.keys.items()}
    changes = {name: _checked(name, keys, file) for name, keys in wanted.items()}
    tables = {}
    for place, table in TABLES.items():
        changed = [replace(command, keys=changes.get(command.name, command.keys)) for command in _preset(table, preset)]
        _refuse_clashes(changed, _PLACES[place], file)
        tables[place] = tuple(changed)
    return Keymap(tables)


def _preset(table: Iterable[Command], preset: str) -> list[Command]:
    """Return a screen's commands with the keys of a preset: a key that it gives to one it takes from the others."""
    table = list(table)
    given = {"arrows": ARROWS, "prodigy": PRODIGY}.get(preset, {})
    taken = {key: command.name for command in table for key in given.get(command.name, ())}
    commands = []
    for command in table:
        kept = [key for key in command.keys if taken.get(key, command.name) == command.name]
        if preset == "arrows":
            kept = [key for key in kept if not _has_letter(key, has_other=command.name in given)]
        commands.append(replace(command, keys=tuple(dict.fromkeys([*given.get(command.name, ()), *kept]))))
    return commands


def _has_letter(key: str, *, has_other: bool) -> bool:
    """Whether a key is a letter; those with ctrl that the whole program has are not meant, where there is no other."""
    modifiers, _, last = key.rpartition("+")
    return len(last) == 1 and last.isalpha() and (has_other or not modifiers or not why_never(key))


def _checked(name: str, written: Iterable[str], file: Path) -> Keys:
    """Return Textual's names of the keys that a command is given."""
    where = f"{file}: keys.{name}"
    if name not in _ALL:
        near = get_close_matches(name, _ALL, 1)
        meant = f" Is {near[0]} meant?" if near else " The list of keys (?) names those that there are."
        raise SettingsError(f"{where}: there is no command of that name.{meant}")
    commands = _ALL[name]
    if commands[0].takes_digit:
        raise SettingsError(f"{where}: this command has the digits, which cannot be changed. Leave the line out.")
    keys = tuple(dict.fromkeys(_key(where, commands, one) for one in written))
    if not keys and name in _NEEDED:
        raise SettingsError(f"{where}: this command needs a key, or nobody would find the way out. Give it one.")
    return keys


def _key(where: str, commands: list[Command], written: str) -> str:
    key = key_of(written)
    if key is None:
        raise SettingsError(
            f"{where}: there is no key {written!r}. Keys are written like a, A, ], ctrl+r, PgDn, space and f2."
        )
    if all(key in command.keys for command in commands):
        return key  # what a command has by itself it may be given
    why = why_never(key)
    if why:
        raise SettingsError(f"{where}: {shown(key)} cannot be used, for it {why}. Choose another key.")
    if is_text(key) and any(command in EDIT for command in commands):
        raise SettingsError(f"{where}: {shown(key)} is text while a line is edited. Choose a function or ctrl key.")
    return key


def _refuse_clashes(commands: Iterable[Command], place: str, file: Path) -> None:
    by_key: dict[str, Command] = {}
    for command in commands:
        for key in command.keys:
            other = by_key.setdefault(key, command)
            if other is not command:
                raise SettingsError(
                    f"{file}: keys: {other.name} and {command.name} are both on {shown(key)} {place}. Give one of "
                    f"them another key, or none: {command.name} = []."
                )
