"""What cannot be read: each gets one clear sentence, the others go on, nothing is lost, and the exit code tells."""

import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests import warm
from tests.fake_service import FakeService, refused, running, submission
from tests.terminal import Terminal
from tests.test_program import HANDREAD, READ, handread, home, profile, wait_until
from tests.view.conftest import draw_page
from tui.store import Store

__all__ = ["home"]


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 10)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


@pytest.mark.xdist_group("program")
def test_every_bad_file_gets_a_sentence_and_the_good_ones_are_read(home: dict[str, str], tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    draw_page(scans / "good.png", ("jumps over",))
    good = Image.open(scans / "good.png")
    (scans / "empty.png").touch()
    (scans / "text.jpg").write_text("Dear Sir, this is no picture.")
    (scans / "truncated.png").write_bytes((scans / "good.png").read_bytes()[:400])
    (scans / "bomb.png").write_bytes(png_header(30_000, 30_000))
    good.convert("1").save(scans / "one-bit.tif", compression="group4")
    good.convert("I;16").point(lambda value: value * 256).save(scans / "sixteen-bit.png")
    good.convert("CMYK").save(scans / "cmyk.jpg")
    (scans / "no-image.txt").write_text("left alone")
    done = handread(home, "run", "--json", str(scans))
    words = done.stderr
    assert done.returncode == 1
    for name in ("empty.png", "text.jpg", "truncated.png", "bomb.png"):
        assert sum(name in line for line in words.splitlines()) >= 1, f"{name}: {words}"
    assert "no-image.txt" not in words
    objects = {Path(entry["source"]).name: entry for entry in map(json.loads, done.stdout.splitlines())}
    for name in ("good.png", "one-bit.tif", "sixteen-bit.png", "cmyk.jpg"):
        (line,) = objects[name]["pages"][0]["lines"]
        assert line["text"].replace(" ", "") == "jumpsover", name
    assert {name for name, entry in objects.items() if entry["state"] == "failed"} == {
        "empty.png",
        "text.jpg",
        "truncated.png",
        "bomb.png",
    }


def test_names_that_stand_for_nothing_are_named(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    done = handread(home, "add", str(tmp_path / "hollow"), str(tmp_path / "no.png"), str(tmp_path / "*.tif"))
    assert done.returncode == 1
    assert "hollow holds no images" in done.stderr
    assert "There is no file" in done.stderr
    assert "No file matches" in done.stderr


@pytest.mark.parametrize(
    "name",
    [b"a b\nc.png", b"[bold]x[red].png", b"\x1b[31mred\x07.png", b"caf\xe9.png"],
    ids=["blank", "markup", "escape", "bytes"],
)
def test_a_strange_name_is_kept_and_shown_without_harm(home: dict[str, str], tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 (a name that is no text)
    draw_page(tmp_path / "plain.png")
    os.rename(tmp_path / "plain.png", path)  # noqa: PTH104
    source = os.fsdecode(path)
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**os.environ, **home, "CLOUD_KEY": "s3cret"}
        done = warm.run([*HANDREAD, "run", "--json", path], environment)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["source"] == source
        assert b"\x1b" not in done.stderr
        with Terminal([*HANDREAD], size=(120, 24), env={**home, "CLOUD_KEY": "s3cret"}) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.send("enter")
            terminal.wait_for("jumps over")
            terminal.send("q")
            terminal.wait_for(r"done 1\b")


def test_the_same_file_twice_is_added_once(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    (tmp_path / "copy.png").write_bytes((tmp_path / "a.png").read_bytes())
    done = handread(home, "add", str(tmp_path / "a.png"), str(tmp_path / "a.png"), str(tmp_path / "copy.png"))
    assert done.returncode == 0
    assert "1 added" in done.stderr
    assert "is in the queue already" in done.stderr
    assert "has the same bytes as" in done.stderr


def test_a_file_that_vanished_fails_alone_and_can_be_sent_when_it_is_back(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png", ("one",))
    draw_page(tmp_path / "b.png", ("two",))
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        handread(environment, "add", str(tmp_path / "a.png"), str(tmp_path / "b.png"))
        (tmp_path / "a.png").rename(tmp_path / "elsewhere.png")
        done = handread(environment, "run")
        assert done.returncode == 1
        assert "a.png" in done.stderr
        assert done.stdout.endswith("b.png <==\njumps over\n")
        (tmp_path / "elsewhere.png").rename(tmp_path / "a.png")
        with Terminal([*HANDREAD], size=(110, 24), env=environment) as terminal:
            terminal.wait_for(r"failed 1\b")
            terminal.send("g", "f", "!")
            terminal.wait_for(r"done 2\b.*failed 0\b")


@pytest.mark.parametrize("command", [(), ("status",), ("run",), ("demo",)])
def test_a_queue_file_that_is_none_is_refused_and_left_alone(
    home: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    queue = tmp_path / "notes.txt"
    queue.write_text("a shopping list " * 100)
    with Terminal([*HANDREAD, *command, "--queue", str(queue)], env=home) as terminal:
        terminal.wait_for("is not a Handread queue")
        assert terminal.wait() == 2
    assert queue.read_text() == "a shopping list " * 100


def test_a_newer_queue_is_refused(home: dict[str, str], tmp_path: Path) -> None:
    queue = tmp_path / "queue.db"
    Store(queue).close()
    with sqlite3.connect(queue) as connection:
        connection.execute("pragma user_version = 99")
    done = handread(home, "status")
    assert done.returncode == 2
    assert "newer Handread" in done.stderr


def test_a_second_program_on_a_running_queue_only_reviews(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(running())], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        with Terminal([*HANDREAD, str(tmp_path / "a.png")], size=(110, 24), env=environment) as terminal:
            terminal.wait_for(r"running 1\b")
            wait_until(lambda: len(service.polls) > 0)
            done = handread(environment, "run")
            assert "is running this queue" in done.stderr
            assert done.returncode == 1
        assert len(service.posts) == 1


def test_without_a_terminal_the_screens_say_what_to_do_instead(home: dict[str, str], tmp_path: Path) -> None:
    done = handread(home, str(tmp_path))
    assert done.returncode == 2
    assert "handread run PATH" in done.stderr


def test_without_the_engine_its_install_command_is_named(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    hidden = "import sys, importlib.util as u; find = u.find_spec\n"
    hidden += "u.find_spec = lambda name, *more: None if name in ('onnxruntime', 'rapidocr') else find(name, *more)\n"
    hidden += "from tui.cli import main; main()"
    environment = {**os.environ, **home}
    for arguments in (("run", str(tmp_path)), ("demo",)):
        done = subprocess.run(
            [sys.executable, "-c", hidden, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "pip install 'handread[local]'" in done.stderr


def test_a_missing_key_is_said_before_anything_is_sent(home: dict[str, str], tmp_path: Path) -> None:
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        done = handread(home, "run", str(tmp_path))
        assert done.returncode == 2
        assert "CLOUD_KEY" in done.stderr
        assert service.requests == []


def test_an_unknown_service_names_the_known_ones(home: dict[str, str]) -> None:
    done = handread(home, "run", "--service", "azure")
    assert done.returncode == 2
    assert "Known are: local, none" in done.stderr


def test_the_service_none_runs_nothing(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    handread(home, "add", str(tmp_path / "a.png"))
    with Terminal([*HANDREAD, "--service", "none"], size=(100, 24), env=home) as terminal:
        terminal.wait_for("look and review only")
        terminal.wait_for(r"waiting 1\b")
        terminal.send("q")
        assert terminal.wait() == 0


def test_what_a_library_prints_about_a_broken_file_stays_off_the_screen(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    Image.open(tmp_path / "a.png").save(tmp_path / "a.tif", compression="tiff_lzw")
    whole = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[:200] + b"\xff" * 2000 + whole[2200:])
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        with Terminal(
            [*HANDREAD, str(tmp_path / "a.tif")], size=(110, 24), env={**home, "CLOUD_KEY": "s3cret"}
        ) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.send("enter")
            terminal.wait_for("The text can be reviewed all the same")
            terminal.settle()
            assert "LZW" not in terminal.text
            assert "TIFF" not in terminal.text


def test_a_pattern_does_not_follow_links_in_circles(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "b" / "up").symlink_to("../..")
    draw_page(tmp_path / "a" / "b" / "x.png")
    done = handread(home, "add", str(tmp_path / "**" / "*.png"))
    assert done.returncode == 0
    assert "1 added" in done.stderr


def test_a_file_that_moved_is_found_under_its_new_name(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    handread(home, "add", str(tmp_path / "a.png"))
    (tmp_path / "a.png").rename(tmp_path / "b.png")
    done = handread(home, "add", str(tmp_path / "b.png"))
    assert "it has moved" in done.stderr
    assert json.loads(handread(home, "status", "--json").stdout)["items"]["waiting"] == 1


def test_a_file_that_was_read_and_is_garbage_now_says_so(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        handread(environment, "run", str(tmp_path / "a.png"))
        (tmp_path / "a.png").write_text("garbage")
        done = handread(environment, "run", str(tmp_path / "a.png"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "a.png is not an image" in done.stderr


def test_what_failed_is_sent_again_only_when_that_is_asked_for(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    no = refused({"code": "InvalidImageSize", "message": "Too large."}, 400)
    with FakeService([no, submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        assert handread(environment, "run", str(tmp_path / "a.png")).returncode == 1
        assert handread(environment, "run", str(tmp_path / "a.png")).returncode == 1
        assert len(service.posts) == 1
        again = handread(environment, "run", "--retry", str(tmp_path / "a.png"))
        assert (again.returncode, again.stdout) == (0, "jumps over\n")


def test_no_names_on_stdin_mean_nothing_and_not_everything(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**os.environ, **home, "CLOUD_KEY": "s3cret"}
        handread(environment, "add", str(tmp_path / "a.png"))
        done = warm.run([*HANDREAD, "run", "-"], environment)
        assert (done.returncode, service.posts) == (0, [])


def test_output_that_cannot_be_written_is_a_sentence(home: dict[str, str], tmp_path: Path) -> None:
    Store(Path(home["HANDREAD_QUEUE"])).close()
    draw_page(tmp_path / "a.png")
    handread(home, "add", str(tmp_path / "a.png"))
    with Path("/dev/full").open("w") as full:
        program = warm.begin(
            [*HANDREAD, "status"], {**os.environ, **home}, stdout=full.fileno(), stderr=subprocess.PIPE
        )
        _, words = program.communicate()
    assert program.returncode == 1
    assert "cannot be written" in words


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was_found(
    home: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    draw_page(tmp_path / "a.png")
    handread(home, "add", str(tmp_path / "a.png"))
    with Terminal([*HANDREAD, "--service", "none"], size=(100, 24), env=home) as terminal:
        terminal.wait_for(r"waiting 1\b")
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        assert not terminal.display.modes & {1000, 1003, 1006, 1049, 2004}
