"""Completion in a shell: of commands, options, services, formats, filters, and names of files."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from tests.test_program import home
from tui.cli import COMPLETION
from tui.cli.completion import PROGRAM, SHELLS, teach
from tui.cli.group import handread as group

__all__ = ["home"]

teach(group)


@pytest.fixture
def settings(home: dict[str, str]) -> Mapping[str, str]:
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        '[services.vision]\ndialect = "read-3.2"\nendpoint = "https://x.example"\nkey_variable = "X"\n'
    )
    return home


@pytest.mark.parametrize(
    ("words", "begun", "some"),
    [
        ([], "", {"run", "decide", "watch", "export"}),
        ([], "ex", {"export"}),
        (["--queue", "x.db"], "stat", {"status"}),
        ([], "--serv", {"--service"}),
        (["run"], "--re", {"--retry"}),
        (["run", "--service"], "", {"local", "none", "vision"}),
        (["score", "--against"], "re", {"reviewed"}),
        (["export", "--format"], "al", {"alto"}),
        (["export", "--format"], "alto,tx", {"alto,txt"}),
        (["decide"], "un", {"undecide", "undo"}),
        (["decide", "accept", "--where"], "conf>=.95 & !fl", {"conf>=.95 & !flagged"}),
        (["export", "--where"], "state=", {"state=done", "state=failed"}),
        (["completion"], "z", {"zsh"}),
        (["show", "--glyphs"], "br", {"braille"}),
    ],
)
def test_what_is_begun_is_completed(
    settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, words: list[str], begun: str, some: set[str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    offered = [item.value for item in BashComplete(group, {}, PROGRAM, COMPLETION).get_completions(words, begun)]
    assert some <= set(offered)
    assert all(value.startswith(begun) for value in offered)


def test_a_format_that_is_named_is_not_offered_again() -> None:
    offered = BashComplete(group, {}, PROGRAM, COMPLETION).get_completions(["export", "--format"], "alto,")
    assert "alto,alto" not in {item.value for item in offered}


@pytest.mark.parametrize("words", [[], ["run"], ["add"], ["export", "--font"]])
def test_names_of_files_are_left_to_the_shell(words: list[str]) -> None:
    (item,) = BashComplete(group, {}, PROGRAM, COMPLETION).get_completions(words, "sca")
    assert item.type == "file"


def test_settings_that_are_wrong_keep_nothing_from_being_completed(
    settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (Path(settings["XDG_CONFIG_HOME"]) / "handread" / "config.toml").write_text("this is [no TOML")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    offered = BashComplete(group, {}, PROGRAM, COMPLETION).get_completions(["run", "--service"], "")
    assert [item.value for item in offered] == ["local", "none"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_the_program(shell: str) -> None:
    done = CliRunner().invoke(group, ["completion", shell])
    assert done.exit_code == 0
    assert f"{COMPLETION}={shell}_complete" in done.stdout
    assert PROGRAM in done.stdout


def test_a_shell_that_is_not_known_is_told_of() -> None:
    done = CliRunner().invoke(group, ["completion", "tcsh"])
    assert done.exit_code == 2
    assert "bash" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is asked")
def test_bash_completes_as_the_script_has_it(settings: Mapping[str, str], tmp_path: Path) -> None:
    program = tmp_path / "bin" / "handread"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui "$@"\n')
    program.chmod(0o755)
    script = CliRunner().invoke(group, ["completion", "bash"]).stdout
    asked = "\n".join(
        f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMPREPLY=(); _handread_completion handread\n"
        'echo "${COMPREPLY[*]}"'
        for words in ("handread wat", "handread run --service v", "handread export --format alto,jsonl")
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{asked}"],
        env={**settings, "PATH": f"{program.parent}:/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.split() == ["watch", "vision", "alto,jsonl"], done.stderr
