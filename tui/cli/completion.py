"""`handread completion`: what a shell needs to complete commands, options and their values.

The work is click's own: the shell asks `handread` itself, with _HANDREAD_COMPLETE set. What click cannot know is said
here: the profiles of the settings, formats (several with commas), the words of filters, and that a command may stand
where names of files may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

import click
from click.shell_completion import CompletionItem, get_completion_class

from tui.cli import COMPLETION
from tui.cli.group import Commands, handread

PROGRAM = "handread"
SHELLS = ("bash", "zsh", "fish")

Completes = Callable[[click.Context, str], list[CompletionItem[str]]]


@handread.command(short_help="Print the script by which bash, zsh or fish complete.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script by which a shell completes commands, options, services, formats, filters and files.

    \b
    bash:  handread completion bash > ~/.local/share/bash-completion/completions/handread
    zsh:   handread completion zsh > "${fpath[1]}/_handread"
    fish:  handread completion fish > ~/.config/fish/completions/handread.fish

    \b
    Example: handread completion bash > ~/.local/share/bash-completion/completions/handread
             source <(handread completion bash)

    Written: nothing but the script, on stdout.

    Exit codes: 0 it was printed, 2 wrong usage.
    """
    found = get_completion_class(shell)
    assert found is not None  # click brings each of them along
    click.echo(found(handread, {}, PROGRAM, COMPLETION).source())


def teach(group: Commands) -> None:
    """Have the parameters of all commands complete what click cannot know."""
    for command in group.all_commands().values():
        for parameter in command.params:
            completes = _COMPLETES.get((command.name or "", parameter.name or "")) or _COMPLETES.get(
                ("", parameter.name or "")
            )
            if completes is not None:  # given to it here, and not where it is made: no command need know of this file
                parameter.shell_complete = completes  # type: ignore[method-assign, assignment]


def _services(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    from tui.model import Trouble
    from tui.settings import LOCAL, NO_SERVICE, load

    names = {LOCAL: "the engine carried along", NO_SERVICE: "only look and review"}
    with suppress(Trouble):  # what is wrong with the settings is said when they are used
        names = {name: service.dialect for name, service in load().services.items()} | names
    return _items(names, begun)


def _scored(context: click.Context, begun: str) -> list[CompletionItem[str]]:
    return [*_items({"reviewed": "what reviewers made of it"}, begun), *_services(context, begun)]


def _formats(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    """Complete the last of some names with commas between them."""
    from tui.exports import EXPORTS

    before, comma, last = begun.rpartition(",")
    named = before.split(",")
    return [
        CompletionItem(before + comma + name, help=one.help)
        for name, one in EXPORTS.items()
        if name.startswith(last) and name not in named
    ]


def _filters(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    """Complete the last word of a filter; the shell is given the whole, for that is one word to it."""
    from tui.filters import completions, known_fields

    last = len(begun) - len(begun.rstrip("abcdefghijklmnopqrstuvwxyz_"))
    before = begun[: len(begun) - last]
    help_of = {field.name: field.help for field in known_fields()}
    return [CompletionItem(before + word, help=help_of.get(word)) for word in completions(begun, len(begun))]


def _themes(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    return _items(dict.fromkeys(("textual-dark", "textual-light", "ansi-dark", "ansi-light")), begun)


def _glyphs(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    from tui.pictures.glyphs import GLYPH_SETS

    return _items(dict.fromkeys(GLYPH_SETS), begun)


def _colours(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    from tui.pictures.terminal import COLOURS

    return _items(dict.fromkeys(COLOURS), begun)


def _graphics(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    from tui.pictures.terminal import GRAPHICS

    return _items(dict.fromkeys(("auto", *GRAPHICS)), begun)


def _commands_and_files(_context: click.Context, begun: str) -> list[CompletionItem[str]]:
    """Complete what may stand first: a command, or the name of a file; the shell completes the latter itself."""
    shown = {name: command.get_short_help_str() for name, command in handread.all_commands().items()}
    return _items(shown, begun) or [CompletionItem(begun, type="file")]


def _items(names: Mapping[str, str | None] | Iterable[str], begun: str) -> list[CompletionItem[str]]:
    helps = names if isinstance(names, Mapping) else dict.fromkeys(names)
    return [CompletionItem(name, help=said) for name, said in helps.items() if name.startswith(begun)]


_COMPLETES: Mapping[tuple[str, str], Completes] = {
    ("", "service"): _services,
    ("", "against"): _scored,
    ("", "where"): _filters,
    ("", "theme"): _themes,
    ("", "glyphs"): _glyphs,
    ("", "colours"): _colours,
    ("", "graphics"): _graphics,
    ("export", "names"): _formats,
    ("open", "names"): _commands_and_files,
}
"""What completes a parameter, by its name, of one command or of all."""
