"""An export as it is typed on a screen, with the options of the command."""

from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.group import handread
from tui.export_words import OPTIONS, continuations, request_typed
from tui.exports import EXPORTS, ExportError
from tui.exports.document import Lines, Which
from tui.filters import FilterError, parse
from tui.model import Trouble


def test_formats_and_a_folder_suffice() -> None:
    request = request_typed("alto,txt out")
    assert [one.name for one in request.formats] == ["alto", "txt"]
    assert request.out == Path("out")
    assert (request.which_text, request.which_lines, request.where) == (Which.REVIEWED, Lines.ALL, None)
    assert (request.overwrite, request.each, request.options.unreviewed_pairs) == (False, False, False)


def test_nothing_needs_quotation_marks_and_they_do_no_harm() -> None:
    for typed in (
        "txt my pages/of 1911 --where conf<.6 & !flagged --text both --overwrite",
        "txt 'my pages/of 1911' --overwrite --where='conf<.6 & !flagged' --text=both",
    ):
        request = request_typed(typed)
        assert request.out == Path("my pages/of 1911")
        assert request.where == parse("conf<.6 & !flagged")
        assert request.which_text is Which.BOTH
        assert request.overwrite


def test_every_option_reaches_the_export() -> None:
    request = request_typed(
        "pairs,csv ~/out --lines all --each --words --head --marks --polygons --plain-cells --eval-share .25"
        " --min-height 20 --picture jpg --font ~/a b.ttf --alto-version 4.2 --language de"
    )
    options = request.options
    assert request.out == Path.home() / "out"
    assert (request.which_lines, request.each) == (Lines.ALL, True)
    assert options.unreviewed_pairs
    assert options.words
    assert options.with_head
    assert options.with_marks
    assert options.polygons
    assert not options.spreadsheet_safe
    assert (options.eval_share, options.shortest_pair) == (0.25, 20)
    assert (options.picture_kind, options.alto_version, options.language) == ("jpg", "4.2", "de")
    assert options.font == str(Path.home() / "a b.ttf")


def test_the_words_are_those_of_the_command() -> None:
    """All but what a screen says in its own way: where the result is told, and the two that need no name here."""
    command = handread.all_commands()["export"]
    named = {word.removeprefix("--"): one for one in command.params for word in one.opts if word.startswith("--")}
    assert set(named) - set(OPTIONS) == {"format", "out", "json", "quiet", "list", "queue"}
    assert set(OPTIONS) <= set(named)
    for name, option in OPTIONS.items():
        kind = named[name].type
        assert option.values == (tuple(kind.choices) if isinstance(kind, click.Choice) else ())
        assert option.is_flag is bool(getattr(named[name], "is_flag", False))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("txt", "An export takes formats and a folder: export alto,txt out"),
        ("", "An export takes formats and a folder"),
        ("--overwrite", "An export takes formats and a folder"),
        ("atlo out", "Did you mean alto?"),
        ("txt out --lnes all", "There is no option --lnes. Did you mean --lines?"),
        ("txt out --zzz", "Known are: --where, --text"),
        ("txt out --lines some", "--lines cannot be some: one of all, decided, settled."),
        ("txt out --text", "--text needs something after it: one of reviewed, engine, both."),
        ("txt out --overwrite now", "--overwrite takes nothing after it."),
        ("txt out --eval-share 2", "--eval-share is a number from 0 to 1, not 2."),
        ("txt out --min-height low", "--min-height is a number of pixels, not low."),
        ("txt out --language no language", "is no tag of a language"),
        ("txt out --", "There is no option --."),
    ],
)
def test_what_is_not_understood_is_told_with_what_to_type(typed: str, sentence: str) -> None:
    with pytest.raises(ExportError) as told:
        request_typed(typed)
    assert sentence in str(told.value)


def test_a_filter_that_is_wrong_is_told_as_everywhere() -> None:
    with pytest.raises(FilterError, match="The filter is wrong at character"):
        request_typed("txt out --where conf<")


@given(st.text(st.sampled_from("atx, -=<'\"/\x1b") | st.characters(), max_size=40))
def test_whatever_is_typed_it_is_an_export_or_told(text: str) -> None:
    told = ""
    try:
        request_typed(text)
    except Trouble as why:
        told = str(why)
    assert not told or told.isprintable()
    assert all(len(whole) >= len(text.strip()) for whole in continuations(text))


# Completing


def test_formats_are_completed_one_after_the_other() -> None:
    assert continuations("") == list(EXPORTS)
    assert continuations("p") == ["page", "pdf", "picture", "pairs"]
    assert continuations("alto,t") == ["alto,txt", "alto,tsv"]
    assert "txt,txt" not in continuations("txt,")


def test_a_folder_is_nobodys_to_guess() -> None:
    assert continuations("txt ") == []
    assert continuations("txt ou") == []


def test_options_and_what_belongs_to_them_are_completed() -> None:
    assert continuations("txt out ")[:3] == ["txt out --where", "txt out --text", "txt out --lines"]
    assert continuations("txt Out --ov") == ["txt Out --overwrite"]
    assert continuations("txt out --lines ") == [f"txt out --lines {one}" for one in ("all", "decided", "settled")]
    assert continuations("txt out --lines s") == ["txt out --lines settled"]
    assert continuations("txt out --where ") == []
    assert "txt out --each --each" not in continuations("txt out --each ")


@pytest.mark.parametrize("name", OPTIONS)
def test_whatever_is_completed_is_understood(name: str) -> None:
    begun = f"txt out --{name}"
    assert begun in continuations(begun[:-1])
    for whole in continuations(f"{begun} ") if OPTIONS[name].values else [begun] * OPTIONS[name].is_flag:
        assert request_typed(whole).out == Path("out")
