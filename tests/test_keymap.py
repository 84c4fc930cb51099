"""Keys in the settings: written as people write them, checked at start, refused with a sentence."""

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import _character_to_key

from tui.settings import Settings, SettingsError, load
from tui.view.bindings import key_names
from tui.view.commands import EDIT, TABLES, Command
from tui.view.key_names import is_text, key_of, shown, why_never
from tui.view.keymap import PRESETS, Keymap, keymap_of

ESSENTIAL = {
    "queue": (
        "open",
        "mark",
        "filter",
        "retry",
        "pause",
        "down",
        "up",
        "page_down",
        "first",
        "keys",
        "command",
        "leave",
    ),
    "review": (
        *("accept", "accept_page", "edit", "change", "take", "flag", "skip", "reject", "undo", "redo", "retry"),
        *("next_doubtful", "previous_doubtful", "search", "next_word", "previous_word", "next_page", "previous_page"),
        *("down", "up", "first", "last", "picture", "zoom_in", "zoom_out", "keys", "command", "palette", "leave"),
    ),
    "places": ("apply", "apply_all", "leave_place", "visit", "undo", "down", "up", "keys", "leave"),
    "hits": ("accept_here", "leave_place", "visit", "search", "undo", "down", "up", "keys", "leave"),
    "audit": ("say_right", "leave_place", "visit", "undo", "down", "up", "keys", "leave"),
    "second": ("accept", "edit", "flag", "reject", "leave_place", "undo", "down", "up", "keys", "leave"),
    "both": ("take_first", "take_second", "edit", "leave_place", "undo", "down", "up", "keys", "leave"),
    "edit": tuple(command.name for command in EDIT),
}


def keymap(tmp_path: Path, text: str) -> Keymap:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return keymap_of(load({}, file), file)


def keys(keymap: Keymap, table: str, name: str) -> tuple[str, ...]:
    return next(command.keys for command in keymap.tables[table] if command.name == name)


def clashes(commands: tuple[Command, ...]) -> list[str]:
    every = [key for command in commands for key in command.keys]
    return sorted(key for key in set(every) if every.count(key) > 1)


# -- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("preset", PRESETS)
def test_no_two_commands_of_a_screen_have_one_key(preset: str, table: str) -> None:
    assert not clashes(keymap_of(Settings(key_preset=preset)).tables[table])


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_done_all_day_has_a_key_in_every_preset(preset: str, table: str) -> None:
    effective = keymap_of(Settings(key_preset=preset))
    assert not [name for name in ESSENTIAL[table] if not keys(effective, table, name)]


@pytest.mark.parametrize("table", TABLES)
def test_the_arrows_need_no_letters(table: str) -> None:
    for command in keymap_of(Settings(key_preset="arrows")).tables[table]:
        letters = [key for key in command.keys if len(key.rpartition("+")[2]) == 1 and key[-1].isalpha()]
        assert not letters or command.name in {"palette", "quit"}, command


def test_prodigy_has_the_keys_of_that_program() -> None:
    effective = keymap_of(Settings(key_preset="prodigy"))
    first = {name: keys(effective, "review", name)[0] for name in ("accept", "reject", "skip", "flag", "undo", "edit")}
    assert first == {"accept": "a", "reject": "x", "skip": "space", "flag": "f", "undo": "backspace", "edit": "e"}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_the_table_is_one_that_a_person_could_write(table: str) -> None:
    for command in TABLES[table]:
        assert [key_of(shown(key)) for key in command.keys] == list(command.keys), command


@pytest.mark.parametrize("table", TABLES)
def test_the_table_itself_has_no_key_that_is_never_to_be_used(table: str) -> None:
    # These are what those keys are kept for.
    own = {"palette", "quit", "next_in_line", "previous_in_line", "undo_typing", "redo_typing"}
    assert not [command for command in TABLES[table] if command.name not in own and any(map(why_never, command.keys))]


def test_nothing_in_the_field_is_bound_to_what_can_be_typed() -> None:
    assert not [key for command in EDIT for key in command.keys if is_text(key)]


# -- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("a", "a"),
        ("A", "A"),
        ("shift+a", "A"),
        ("]", "right_square_bracket"),
        ("|", "vertical_line"),
        ("right_square_bracket", "right_square_bracket"),
        ("ctrl+r", "ctrl+r"),
        ("Ctrl+R", "ctrl+r"),
        ("PgDn", "pagedown"),
        ("page down", "pagedown"),
        ("Del", "delete"),
        ("Esc", "escape"),
        ("Return", "enter"),
        ("space", "space"),
        (" ", "space"),
        ("F2", "f2"),
        ("+", "plus"),
        ("-", "minus"),
        ("ü", "ü"),
        ("§", "section_sign"),
        ("shift+left", "shift+left"),
        ("ctrl+up", "ctrl+up"),
        ("↑", "up"),
    ],
)
def test_a_key_is_written_as_people_write_it(written: str, key: str) -> None:
    assert key_of(written) == key


@pytest.mark.parametrize(
    "written", ["", "enterr", "ctrl+", "f13", "hyper+a", "shift+1", "ctrl+]", "shift+f2", "aa", "\x07"]
)
def test_what_is_no_key_is_none(written: str) -> None:
    assert key_of(written) is None


@given(st.characters(categories=["L", "N", "P", "S"]))
def test_every_sign_has_the_name_that_arrives_when_it_is_typed(sign: str) -> None:
    alias = sign in "↑↓←→"  # a person who writes these means the arrows
    has_name = sign.isalnum() or bool(unicodedata.name(sign, ""))
    assert alias or key_of(sign) == (_character_to_key(sign) if has_name else None)


@given(st.text(max_size=12))
def test_nothing_that_is_written_breaks_the_check(written: str) -> None:
    key = key_of(written)
    assert key is None or key == key_of(shown(key)) or len(written) == 1


def test_the_settings_give_a_command_other_keys(tmp_path: Path) -> None:
    changed = keymap(tmp_path, '[keys]\naccept = ["y", "enter"]\ncopy = []\nreject = "delete"')
    assert keys(changed, "review", "accept") == ("y", "enter")
    assert keys(changed, "review", "reject") == ("delete",)
    assert keys(changed, "review", "copy") == ()
    assert changed.key("review", "copy") == ":copy"
    assert changed.key("review", "next_doubtful") == "]"


def test_two_commands_may_swap_their_keys(tmp_path: Path) -> None:
    changed = keymap(tmp_path, '[keys]\naccept = "x"\nreject = "a"')
    assert (keys(changed, "review", "accept"), keys(changed, "review", "reject")) == (("x",), ("a",))


def test_a_command_of_several_screens_changes_on_each(tmp_path: Path) -> None:
    changed = keymap(tmp_path, '[keys]\nkeys = "f12"')
    assert {keys(changed, table, "keys") for table in ("queue", "review", "places")} == {("f12",)}


def test_changes_come_on_top_of_a_preset(tmp_path: Path) -> None:
    changed = keymap(tmp_path, '[keys]\npreset = "arrows"\naccept-page = "f12"\nredo = "f5"')
    assert keys(changed, "review", "accept_page") == ("f12",)
    assert keys(changed, "review", "redo") == ("f5",)
    assert keys(changed, "review", "flag") == ("f4",)


def test_digits_are_shown_as_one(tmp_path: Path) -> None:
    take = next(command for command in keymap(tmp_path, "").tables["review"] if command.name == "take")
    assert key_names(take) == ("1-9",)


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('acept = "y"', r"keys\.acept: there is no command of that name\. Is accept meant\?"),
        ('zzzzzz = "y"', r"keys\.zzzzzz: there is no command of that name\. The list of keys"),
        ('accept = "yy"', r"keys\.accept: there is no key 'yy'"),
        ('accept = ""', r"keys\.accept: there is no key ''"),
        ('accept = "f"', r"keys: accept and flag are both on f in the review.*flag = \[\]"),
        ('open = "\\\\"', r"keys: open and filter are both on \\ in the queue"),
        ('preset = "emacs"', r"keys\.preset must be one of vim, arrows, prodigy, not 'emacs'"),
        ("preset = 3", r"keys\.preset must be a text"),
        ("accept = 3", r"keys\.accept must be a text"),
        ('accept = ["y", 3]', r"keys\.accept must be a text"),
        ('take = "t"', r"keys\.take: this command has the digits"),
        ('flag = "3"', r"keys: take and flag are both on 3"),
        ('save = "s"', r"keys\.save: s is text while a line is edited"),
        ("leave = []", r"keys\.leave: this command needs a key"),
    ],
)
def test_a_mistake_is_named_with_its_entry_and_its_file(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        keymap(tmp_path, f"[keys]\n{text}")
    assert str(tmp_path / "config.toml") in str(refused.value)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("ctrl+p", "opens the palette"),
        ("ctrl+q", "quits from anywhere"),
        ("ctrl+c", "copies"),
        ("tab", "moves between fields"),
        ("shift+tab", "moves between fields"),
        ("ctrl+enter", "is enter"),
        ("shift+enter", "is enter"),
        ("ctrl+i", "is tab"),
        ("ctrl+m", "is enter"),
        ("ctrl+[", "is esc"),
        ("ctrl+h", "is backspace"),
        ("ctrl+j", "is a new line"),
        ("ctrl+left", "is shift"),
        ("alt+x", "looks like esc"),
        ("ctrl+a", "is kept by screen"),
        ("ctrl+b", "is kept by tmux"),
        ("ctrl+s", "stops some terminals"),
        ("ctrl+z", "suspends"),
    ],
)
def test_a_key_that_terminals_keep_is_refused_and_why_is_said(tmp_path: Path, key: str, why: str) -> None:
    with pytest.raises(SettingsError, match=f"cannot be used, for it {why}"):
        keymap(tmp_path, f'[keys]\naccept = "{key}"')


def test_keys_must_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="keys must be a table"):
        keymap(tmp_path, 'keys = "vim"')


def test_the_program_refuses_a_clash_before_a_screen_opens(tmp_path: Path) -> None:
    folder = tmp_path / "handread"
    folder.mkdir()
    (folder / "config.toml").write_text('[keys]\naccept = "f"')
    program = (
        "from tui.cli.screens import show_screens; from tui.settings import load;"
        "from pathlib import Path; from tui.cli.shared import settings_for;"
        "show_screens(settings_for(queue=Path('q.db')), None, ())"
    )
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert "accept and flag are both on f" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "q.db").exists()
