"""What each command says of itself, and how it behaves in a pipeline: alike, so that who knows one knows all."""

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.test_decide_command import page, read
from tests.test_pipeline import until
from tests.test_program import HANDREAD, home
from tests.view.conftest import draw_page
from tui.cli.group import handread as group
from tui.cli.shared import Teller, names_from_stdin
from tui.store import Store

__all__ = ["home"]

COMMANDS = sorted(group.all_commands())
PIPED = {
    "run": ("run",),
    "add": ("add", "scans"),
    "status": ("status",),
    "export": ("export", "--format", "txt", "--out", "out"),
    "import": ("import", "answer.json"),
    "score": ("score",),
    "decide": ("decide", "accept", "--all"),
    "watch": ("watch", "--once", "--queue-only", "--settle", "0", "--every", "0.05", "scans"),
}
"""The commands of pipelines, each with something to do."""
OBJECTS_A_LINE = {"run", "add", "import", "watch"}


def help_of(name: str) -> str:
    done = CliRunner().invoke(group, [name, "--help"], terminal_width=200)
    assert done.exit_code == 0
    return done.output


def examples_of(name: str) -> Iterator[list[str]]:
    """Return the arguments of each call of the program that a command gives as an example of itself."""
    said = re.search(r"^  Example: (.*?)\n\n", help_of(name), re.DOTALL | re.MULTILINE)
    assert said is not None, f"{name} has no example"
    for row in said[1].splitlines():
        lexer = shlex.shlex(row, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)
        for start in (at for at, word in enumerate(words) if word == "handread"):
            ends = (at for at in range(start, len(words)) if re.fullmatch(r"[|&;<>()]+", words[at]))
            yield words[start + 1 : next(ends, len(words))]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example_and_says_what_it_writes_and_ends_with(name: str) -> None:
    said = help_of(name)
    assert "\n  Example: " in said
    assert "\n  Written: " in said
    assert re.search(r"\n  Exit codes: 0 \w(.|\n  )*\b2 \w", said)
    assert group.all_commands()[name].short_help


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_says_what_it_is_for(name: str) -> None:
    for parameter in group.all_commands()[name].params:
        if isinstance(parameter, click.Option):
            assert (parameter.help or "").endswith("."), parameter.opts


@pytest.mark.parametrize("name", COMMANDS)
def test_each_example_is_understood(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scanner").mkdir()
    own = 0
    for arguments in examples_of(name):
        given = [word.replace("/scanner/out", "scanner") for word in arguments]
        command = group.all_commands().get(given[0], group.all_commands()["open"])
        rest = given[1:] if given[0] in group.all_commands() else given
        command.make_context(given[0], list(rest))
        own += command.name == name
    assert own


def test_every_command_stands_in_the_list() -> None:
    context = click.Context(group)
    assert sorted(group.list_commands(context)) == COMMANDS


# -- in a pipeline


@pytest.fixture
def folder(home: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scan and a saved answer, and a queue with an image that was read and decided."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    draw_page(tmp_path / "scans" / "a.png", legible=False)
    line = {"text": "one two", "boundingBox": [0, 0, 9, 0, 9, 9, 0, 9], "words": []}
    answer = {"status": "Succeeded", "recognitionResult": {"lines": [line]}}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        read(store, "/scans/b.png", page(1, ("Dear Silas", 0.97)))
    said = json.dumps({"item": 1, "line": 1, "verdict": "accepted"})
    CliRunner().invoke(group, ["decide", "-"], input=said, env=home)
    return tmp_path


@pytest.mark.parametrize("name", PIPED)
def test_in_a_pipeline_all_goes_well_and_json_is_all_that_is_on_stdout(
    home: Mapping[str, str], folder: Path, name: str
) -> None:
    done = CliRunner().invoke(group, [*PIPED[name], "--json"], env=home, catch_exceptions=False)
    assert (done.exit_code, folder.exists()) == (0, True), done.output
    rows = done.stdout.splitlines()
    assert len(rows) <= 1 or name in OBJECTS_A_LINE
    assert all(json.loads(row)["schema"] == 1 for row in rows)


@pytest.mark.parametrize("name", sorted(PIPED.keys() - {"score"}))
def test_where_all_goes_well_quiet_says_nothing_on_stderr(home: Mapping[str, str], folder: Path, name: str) -> None:
    done = CliRunner().invoke(group, [*PIPED[name], "--quiet"], env=home, catch_exceptions=False)
    assert (done.exit_code, done.stderr, folder.exists()) == (0, "", True)


@pytest.mark.parametrize("name", PIPED)
def test_wrong_usage_is_told_and_ends_with_two(home: Mapping[str, str], folder: Path, name: str) -> None:
    done = CliRunner().invoke(group, [*PIPED[name], "--no-such-option"], env=home)
    assert (done.exit_code, done.stdout, folder.exists()) == (2, "", True)
    assert "--no-such-option" in done.stderr


def test_quiet_status_tells_by_its_exit_code_whether_all_is_read(home: Mapping[str, str], folder: Path) -> None:
    assert CliRunner().invoke(group, ["status", "--quiet"], env=home).exit_code == 0
    CliRunner().invoke(group, ["add", str(folder / "scans")], env=home)
    done = CliRunner().invoke(group, ["status", "--quiet"], env=home)
    assert (done.exit_code, done.output) == (1, "")


@pytest.mark.parametrize(
    ("command", "number"),
    [("add", signal.SIGTERM), ("decide", signal.SIGINT), ("import", signal.SIGINT), ("score", signal.SIGTERM)],
)
def test_a_signal_ends_what_waits_for_stdin_and_it_says_how_to_go_on(
    home: Mapping[str, str], folder: Path, command: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [*HANDREAD, command, "-"],
        env={**os.environ, **home},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    )
    assert process.stdin is not None
    _wait_until_it_heeds_signals(process)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    # Python dies of a SIGINT that comes while a dataclass is made, however it is handled; a shell says 130 of that too.
    assert process.returncode in {130, -signal.SIGINT}, said
    assert re.search(
        rb"handread: interrupted\. (What was|Nothing was) .*: the same command (goes on|begins anew)", said
    )
    assert b"Traceback" not in said


def _wait_until_it_heeds_signals(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process does with SIGTERM what a command for pipelines does with it."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        pytest.skip("here it cannot be told which signals a process catches")

    def does() -> bool:
        caught = re.search(r"^SigCgt:\s*(\w+)", status.read_text(), re.MULTILINE)
        return caught is not None and bool(int(caught[1], 16) & 1 << signal.SIGTERM - 1)

    until(does)


@pytest.mark.parametrize(
    ("given", "nul", "names"),
    [
        (b"a b\nc\n", False, ("a b", "c")),
        (b"a\nb\0c\0", True, ("a\nb", "c")),
        (b"caf\xe9\0", True, (os.fsdecode(b"caf\xe9"),)),
        (b"", True, ()),
    ],
)
def test_names_come_from_stdin_by_lines_or_with_nul(
    given: bytes, nul: bool, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.cli.shared.stdin_bytes", lambda: BytesIO(given))
    assert names_from_stdin(["x", "-"], nul=nul) == ("x", *names)


@pytest.mark.parametrize("command", [("add", "a.png"), ("run",), ("import", "a.json")], ids=lambda command: command[0])
def test_nul_without_a_dash_is_refused_rather_than_taken_for_everything(
    home: Mapping[str, str], command: tuple[str, ...]
) -> None:
    done = CliRunner().invoke(group, [*command, "-0"], env=home)
    assert done.exit_code == 2
    assert "-0 is about names from stdin: write `-` too" in done.stderr


def test_names_with_line_ends_are_taken_as_find_prints_them(home: Mapping[str, str], folder: Path) -> None:
    name = folder / "two\nlines.png"
    (folder / "scans" / "a.png").rename(name)
    done = CliRunner().invoke(group, ["add", "-0", "--json", "-"], input=os.fsencode(name) + b"\0", env=home)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["source"] == str(name)


def test_how_far_it_is_stands_in_a_row_that_makes_room_for_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal, os.fdopen(theirs, "w") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        with Teller() as teller:
            teller.progress("adding: 3 looked at")
            teller.say("a.png is in the queue already.")
        with Teller(quiet=True) as teller:
            teller.progress("adding: 4 looked at")
            teller.say("left unsaid")
            teller.complain("b.png\x1b is no picture.")
        stderr.flush()
        seen = b""
        while b"picture" not in seen:
            seen += terminal.read(1000)
    assert seen.decode().split("\r\x1b[K") == [
        "adding: 3 looked at",
        "a.png is in the queue already.\r\nb.png␛ is no picture.\r\n",
    ]
