"""The review as a conversation: from its beginning until the person leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.model import Trouble
from tui.plain.keyboard import Key, Keyboard, Left
from tui.plain.person import Command, Draft
from tui.plain.scripted import Script, typed
from tui.plain.sitting import Sitting
from tui.plain.talk import Talk


def review_by_keys(sitting: Sitting, commands: Sequence[Command], field_keys: Mapping[str, str]) -> None:
    """Review with one key a decision. `field_keys` says what keys do while a text is edited."""
    by_key = {key: command.name for command in commands for key in command.keys}
    with Keyboard(field_keys) as keyboard:
        talk = Talk(sitting, keyboard, commands)
        try:
            goes_on = talk.begin()
            while goes_on:
                goes_on = _pressed(keyboard.key(), by_key, talk, keyboard, commands)
        except Left:
            return  # the terminal was closed; every decision is on the disk


def _pressed(key: Key, by_key: Mapping[str, str], talk: Talk, keyboard: Keyboard, commands: Sequence[Command]) -> bool:
    name = by_key.get(key.name, "")
    if name == "command":
        line = keyboard.edited("command", Draft("", 0))
        if line:
            return _done(line, talk, keyboard, commands)
    elif name:
        return talk.do(name, key.name if name == "take" else None)
    elif key.name == "paste":
        keyboard.say("A paste decides nothing; e edits the line, and there it is taken.")
    else:
        keyboard.say(f"{key.name or 'This key'} does nothing here. ? says the keys.")
    talk.say_place()
    return True


def review_by_lines(sitting: Sitting, commands: Sequence[Command], script: Script) -> None:
    """Review with one command a line."""
    talk = Talk(sitting, script, commands)
    if talk.begin():
        for line in script.lines():
            if not _done(line, talk, script, commands):
                return


def _done(line: str, talk: Talk, person: Script | Keyboard, commands: Sequence[Command]) -> bool:
    try:
        command = typed(line, commands, talk.names)
    except Trouble as trouble:
        person.say(str(trouble))
        talk.say_place()
        return True
    return talk.do(command.name, command.argument or None)
