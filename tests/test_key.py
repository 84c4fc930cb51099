"""The key is where it was put and at the service, and nowhere else: the whole program is run, and then searched."""

import io
import os
import re
import sqlite3
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests import warm
from tests.fake_service import FakeService, Submission, refused, reply, running, state, submission, succeeded
from tests.terminal import Terminal
from tests.test_program import ANSWER, HANDREAD, home
from tests.view.conftest import draw_page

__all__ = ["home"]

KEY = "5ec4e70123456789abcdef0123456789"
READ = succeeded({"analyzeResult": ANSWER}, "succeeded")
TOLD = {"error": {"code": KEY, "message": f"The key {KEY} is wrong.", "innererror": {"code": KEY, "message": KEY}}}

NOISY = """
import logging
logging.basicConfig(level=logging.DEBUG)
from tui.cli import main
main()
"""
"""The program with every log of every library on stderr."""

CRASHING = """
import h11
def crash(connection, event):
    assert any(len(value) == 32 for _, value in list(event.headers))
    raise RuntimeError("provoked")
h11.Connection.send = crash
from tui.cli import main
main()
"""
"""The program with a bug where the key is text that lies ready to be sent."""

CRASHING_SCREEN = """
from tui.view.app import HandreadApp
def crash(app):
    runner, service = app._runner, app._service
    names, cells = runner._client.__code__.co_freevars, runner._client.__closure__
    held = {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}
    raise RuntimeError("provoked")
HandreadApp.action_help_quit = crash
from tui.cli import main
main()
"""
"""The program whose screen crashes at ctrl+c, in a frame that has got hold of all there is."""


def profile(home: Mapping[str, str], service: FakeService, source: str = 'key_variable = "CLOUD_KEY"') -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'service = "cloud"\n[services.cloud]\ndialect = "read-3.2"\nendpoint = "{service.url}"\n{source}\n'
        "first_poll = 0.1\nlongest_poll = 0.2\ntries = 2\n"
    )


def output_of(home: Mapping[str, str], *command: str) -> bytes:
    """Return everything that a command prints, on stdout and stderr."""
    environment = {**os.environ, **home, "CLOUD_KEY": KEY}
    return warm.run(command, environment, together=True).stdout


def everything_in(folder: Path) -> Iterator[bytes]:
    """Return every file below a folder, and what lies packed in the tables of those that are databases."""
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            yield content
            if content.startswith(b"SQLite format 3"):
                yield from unpacked(file)


def unpacked(queue: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(queue)) as connection:
        stored = "select name from sqlite_master where type = 'table' and sql not like 'create virtual%'"
        tables = [name for (name,) in connection.execute(stored)]
        for table in tables:
            for row in connection.execute(f'select * from "{table}"'):
                yield repr(row).encode()
                for value in row:
                    if isinstance(value, bytes) and value.startswith(b"\x78"):
                        yield zlib.decompress(value)


def unwrapped(printed: bytes) -> str:
    """Return what was printed without colours, frames and line breaks, any of which may lie within a word."""
    return re.sub(r"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|[│\s]", "", printed.decode("utf-8", "replace"))


def assert_it_is_nowhere(home: Mapping[str, str], printed: bytes) -> None:
    assert KEY.encode() not in printed
    assert KEY not in unwrapped(printed)
    for content in everything_in(Path(home["HOME"])):
        assert KEY.encode() not in content


SCRIPTS: dict[str, Submission] = {
    "read": submission(running(), READ),
    "read, and repeated in the answer": submission(
        state(f"running {KEY}"), succeeded({"analyzeResult": ANSWER, "for": KEY}, "succeeded")
    ),
    "refused, and repeated": refused(TOLD, 401),
    "forbidden, and repeated": refused({"code": KEY, "message": KEY}, 403),
    "throttled, and repeated": refused(TOLD, 429, Retry_After="600"),
    "in trouble, and repeated": refused(f"key={KEY}".encode(), 503),
    "redirected": refused({}, 307, Location=f"https://elsewhere.test/?key={KEY}"),
    "kept elsewhere": submission(accept=reply(status=202, Operation_Location=f"https://{KEY}.test/{KEY}")),
    "kept under the key": submission(accept=reply(status=202, Operation_Location=f"/op?subscription-key={KEY}")),
    "not there": refused(TOLD, 404),
    "failed, and repeated": submission(state("failed", error=TOLD["error"])),
    "refused when asked after": submission(reply(TOLD, 401)),
    "no status": submission(reply(f"for {KEY}".encode())),
}


@pytest.mark.parametrize("script", [name for name in SCRIPTS if "throttled" not in name])
def test_whatever_the_service_answers_the_key_is_kept_nowhere(
    home: dict[str, str], tmp_path: Path, script: str
) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([SCRIPTS[script]]) as service:
        profile(home, service)
        printed = output_of(home, *HANDREAD, "run", "--json", str(tmp_path / "a.png"))
        assert service.requests[0].key == KEY
    status = output_of(home, *HANDREAD, "status")
    assert b"waiting 0" in status or "asked after" in script
    assert_it_is_nowhere(home, printed + status + output_of(home, *HANDREAD, "status", "--json"))


@pytest.mark.parametrize("script", ["read", "refused, and repeated", "kept elsewhere", "throttled, and repeated"])
def test_no_screen_shows_it(home: dict[str, str], tmp_path: Path, script: str) -> None:
    draw_page(tmp_path / "a.png")
    written = io.BytesIO()
    with FakeService([SCRIPTS[script]]) as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": KEY}
        with Terminal((*HANDREAD, str(tmp_path / "a.png")), size=(200, 40), env=environment) as terminal:
            terminal._program.logfile_read = written
            terminal.wait_for(r"too many calls" if "throttled" in script else r"(done|failed) 1\b")
            for keys in (("enter",), ("?",), ("escape", "q"), ("f",)):
                terminal.send(*keys)
                terminal.settle()
            terminal.send("ctrl+q")
            terminal.wait()
        assert service.requests[0].key == KEY
    assert b"a.png" in written.getvalue()
    assert_it_is_nowhere(home, written.getvalue())


def test_no_log_of_the_libraries_holds_it(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(running(), READ)], key=KEY) as service:
        profile(home, service)
        printed = output_of(home, sys.executable, "-c", NOISY, "run", str(tmp_path / "a.png"))
    assert b"DEBUG:httpcore.http11:send_request_headers" in printed
    assert b"jumps over" in printed
    assert_it_is_nowhere(home, printed)


def test_no_crash_of_the_machine_shows_it(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService() as service:
        profile(home, service)
        printed = output_of(home, sys.executable, "-c", CRASHING, "run", str(tmp_path / "a.png"))
    assert b"provoked" in printed
    assert_it_is_nowhere(home, printed + output_of(home, *HANDREAD, "status"))


def test_no_crash_of_the_screen_shows_it(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    written = io.BytesIO()
    with FakeService([submission(running())], key=KEY) as service:
        profile(home, service)
        argv = (sys.executable, "-c", CRASHING_SCREEN, str(tmp_path / "a.png"))
        with Terminal(argv, size=(200, 60), env={**home, "CLOUD_KEY": KEY}) as terminal:
            terminal._program.logfile_read = written
            terminal.wait_for(r"running +Running, poll")
            terminal.send("ctrl+c")
            assert terminal.wait() != 0
    assert b"provoked" in written.getvalue()
    assert "'key':Key(...)" in unwrapped(written.getvalue())
    assert_it_is_nowhere(home, written.getvalue())


def test_a_key_in_a_file_stays_there(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    file.chmod(0o600)
    with FakeService([submission(READ)], key=KEY) as service:
        profile(home, service, f'key_file = "{file}"')
        printed = output_of(home, *HANDREAD, "run", str(tmp_path / "a.png"))
        assert b"jumps over" in printed
        file.chmod(0o644)
        refusal = output_of(home, *HANDREAD, "run", str(tmp_path / "a.png"))
        assert f"Run: chmod 600 {file}".encode() in refusal
    file.unlink()
    assert_it_is_nowhere(home, printed + refusal)


@pytest.mark.parametrize(
    "source",
    [
        f'key = "{KEY}"',
        f'keyring = true\nkey_variable = "CLOUD_KEY"\nlanguage = "{KEY}"',
        f'tier = "S9"\nlanguage = "{KEY}"',
        f'certificates = 3\nlanguage = "{KEY}"',
    ],
)
def test_no_complaint_about_the_settings_repeats_it(home: dict[str, str], tmp_path: Path, source: str) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService() as service:
        profile(home, service, source)
        printed = output_of(home, *HANDREAD, "run", str(tmp_path / "a.png"))
    assert b"services.cloud" in printed
    assert KEY.encode() not in printed
