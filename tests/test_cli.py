"""The command line: what each command takes, prints and ends with."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests import warm
from tests.test_program import handread, home
from tests.view.conftest import draw_page
from tui.cli.group import command_first
from tui.cli.group import handread as group

__all__ = ["home"]

BOX = "30,40,400,40,400,84,30,84"


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ([], ["open"]),
        (["a.jpg", "demo"], ["open", "a.jpg", "demo"]),
        (["demo"], ["demo"]),
        (["--queue", "q.db", "demo"], ["demo", "--queue", "q.db"]),
        (["--queue", "demo", "a.jpg"], ["open", "--queue", "demo", "a.jpg"]),
        (["--queue=q.db", "status", "--json"], ["status", "--queue=q.db", "--json"]),
        (["./demo"], ["open", "./demo"]),
        (["--", "demo"], ["open", "--", "demo"]),
        (["--help"], ["--help"]),
    ],
)
def test_the_command_is_found_wherever_it_stands(given: list[str], first: list[str]) -> None:
    assert command_first(given, group.all_commands()) == first


def test_the_version_is_printed(home: dict[str, str]) -> None:
    assert handread(home, "--version").stdout.startswith("handread, version ")


@pytest.mark.parametrize("command", ["", "run", "add", "demo", "status", "show"])
def test_every_command_explains_itself(home: dict[str, str], command: str) -> None:
    done = handread(home, *([command] if command else []), "--help")
    assert done.returncode == 0
    assert "Usage: " in done.stdout


def test_status_counts_items_and_lines(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    handread(home, "add", str(tmp_path))
    assert json.loads(handread(home, "status", "--json").stdout) == {
        "schema": 1,
        "items": {"waiting": 1, "sending": 0, "sent": 0, "done": 0, "failed": 1},
        "lines": {"undecided": 0, "accepted": 0, "corrected": 0, "flagged": 0, "skipped": 0, "rejected": 0},
    }
    words = handread(home, "status").stdout
    assert "waiting 1" in words
    assert "b.png" in words


def test_names_are_taken_from_stdin(home: dict[str, str], tmp_path: Path) -> None:
    import os

    from tests.test_program import HANDREAD

    names = []
    for name in ("a b.png", "c.png"):
        draw_page(tmp_path / name, (name,))
        names.append(str(tmp_path / name))
    done = warm.run_with_text([*HANDREAD, "add", "-"], {**os.environ, **home}, "\n".join(names))
    assert "2 added" in done.stderr


def test_a_box_is_drawn_with_the_glyphs_asked_for(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    drawn = handread(
        home,
        "show",
        str(tmp_path / "a.png"),
        "--polygon",
        BOX,
        "--size",
        "60x6",
        "--glyphs",
        "quadrants",
        "--colours",
        "256",
    )
    assert drawn.returncode == 0
    assert any(glyph in drawn.stdout for glyph in "▘▝▖▗▌▐")
    assert "\x1b[38;5;" in drawn.stdout
    assert all(character < "🬀" or character > "🬻" for character in drawn.stdout)


def test_without_colours_no_escape_sequence_is_written(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    drawn = handread(home, "show", str(tmp_path / "a.png"), "--size", "60x6", "--colours", "none")
    assert "\x1b" not in drawn.stdout
    assert drawn.stdout.strip()


def test_pieces_come_as_json_within_the_size(home: dict[str, str], tmp_path: Path) -> None:
    Image.new("L", (2000, 80), 255).save(tmp_path / "line.png")
    done = handread(home, "show", str(tmp_path / "line.png"), "--size", "80x8", "--json", "--colours", "256")
    pieces = json.loads(done.stdout)["pieces"]
    assert len(pieces) > 1
    assert sum(piece["rows"] for piece in pieces) <= 8
    assert all(piece["columns"] <= 80 and piece["ansi"].count("\n") == piece["rows"] for piece in pieces)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--size", "80"), "is no size"),
        (("--size", "0x5"), "is no size"),
        (("--polygon", "1,2,3"), "is no box"),
        (("--polygon", "1,2,3,4,5,6,7,nan"), "is no box"),
        (("--glyphs", "crayons"), "Known are: octants"),
        (("--page", "9"), "page 9"),
        (("--polygon", "9000,40,9400,40,9400,84,9000,84"), "lies outside the page, which is 640 x 290 pixels"),
    ],
)
def test_a_wrong_argument_is_explained(
    home: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    draw_page(tmp_path / "a.png")
    done = handread(home, "show", str(tmp_path / "a.png"), *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_picture_that_is_none_is_explained(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    for name in ("a.png", "missing.png"):
        done = handread(home, "show", str(tmp_path / name))
        assert done.returncode == 2
        assert name in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", [None, b"", b"x"])
def test_asking_after_a_queue_makes_none(home: dict[str, str], tmp_path: Path, content: bytes | None) -> None:
    queue = tmp_path / "typo.db"
    if content is not None:
        queue.write_bytes(content)
    done = handread(home, "status", "--queue", str(queue))
    assert done.returncode == 2
    assert "typo.db" in done.stderr
    assert (queue.read_bytes() if queue.exists() else None) == content


def test_a_file_too_short_to_be_a_queue_is_not_written_over(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    (tmp_path / "notes").write_text("x")
    done = handread(home, "add", "--queue", str(tmp_path / "notes"), str(tmp_path / "a.png"))
    assert done.returncode == 2
    assert (tmp_path / "notes").read_text() == "x"


def test_an_image_that_cannot_be_read_is_complained_of_once(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    done = handread(home, "run", str(tmp_path / "empty.png"))
    assert done.returncode == 1
    assert done.stderr.count("empty.png") == 1
