"""Files that are there whole or not at all."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.exports.writing import UNFINISHED, Fate, Folder, WriteError


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_is_written_into_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert Folder(folder).write("x.txt", [b"one ", b"two"]) is Fate.WRITTEN
    assert contents(folder) == {"x.txt": b"one two"}


def test_a_file_has_the_rights_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    Folder(tmp_path).write("x.txt", [b"one"])
    assert (tmp_path / "x.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_is_there_is_not_replaced_unless_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"mine")
    assert Folder(tmp_path).write("x.txt", [b"new"]) is Fate.KEPT
    assert contents(tmp_path) == {"x.txt": b"mine"}
    assert Folder(tmp_path, overwrite=True).write("x.txt", [b"new"]) is Fate.WRITTEN
    assert contents(tmp_path) == {"x.txt": b"new"}


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_there_with_the_same_bytes_is_left_alone(tmp_path: Path, overwrite: bool) -> None:
    folder = Folder(tmp_path, overwrite=overwrite)
    folder.write("x.txt", [b"one"])
    before = (tmp_path / "x.txt").stat()
    assert folder.write("x.txt", [b"o", b"ne"]) is Fate.SAME
    assert (tmp_path / "x.txt").stat() == before


def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.txt").symlink_to(tmp_path / "precious")
    assert Folder(tmp_path / "out").write("x.txt", [b"new"]) is Fate.KEPT
    assert Folder(tmp_path / "out", overwrite=True).write("x.txt", [b"new"]) is Fate.WRITTEN
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "out" / "x.txt").is_symlink()


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "x.txt").symlink_to(tmp_path / "elsewhere")
    assert Folder(tmp_path).write("x.txt", [b"new"]) is Fate.KEPT
    assert not (tmp_path / "elsewhere").exists()


def test_of_a_content_that_fails_nothing_is_left(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"one"
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        Folder(tmp_path).write("x.txt", failing())
    assert contents(tmp_path) == {}


def test_a_draft_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    with Folder(tmp_path).draft("x.txt") as draft:
        draft.add(b"one")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc/x"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WriteError):
        Folder(tmp_path / "out").write(name, [b"one"])


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(WriteError, match=r"is no folder\. Name another one with --out"):
        Folder(tmp_path / "out")


def test_a_folder_in_place_of_a_file_is_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "x.txt").mkdir()
    assert Folder(tmp_path).write("x.txt", [b"one"]) is Fate.KEPT
    with pytest.raises(WriteError, match="is a folder"):
        Folder(tmp_path, overwrite=True).write("x.txt", [b"one"])
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open
    monkeypatch.setattr(
        Path,
        "open",
        lambda path, mode: opened(
            Path("/dev/full") if UNFINISHED in path.name else path, mode[0].replace("x", "w") + "b"
        ),
    )
    with pytest.raises(WriteError, match=r"The disk is full: .*x\.txt could not be written\. Make room"):
        Folder(tmp_path).write("x.txt", [b"one" * 100_000])


def test_killed_in_the_midst_no_file_of_that_name_is_there(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom tui.exports.writing import Folder\n"
        "def slow():\n    yield b'x' * 100_000\n    print('half', flush=True)\n    time.sleep(60)\n"
        "Folder(Path(sys.argv[1])).write('x.txt', slow())"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    assert all(path.name.startswith(".") and path.name.endswith(UNFINISHED) for path in tmp_path.iterdir())


# What was begun and never finished

SLOW = (
    "import sys\nfrom pathlib import Path\nfrom tui.exports.writing import Folder\n"
    "def slow():\n    yield b'x' * 100_000\n    print('half', flush=True)\n    sys.stdin.read()\n"
    "Folder(Path(sys.argv[1])).write('x.txt', slow())"
)


def begun(folder: Path) -> subprocess.Popen[bytes]:
    """A program that is writing a file, half of which it has, until its input ends."""
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"half\n"
    return process


def test_what_a_killed_program_has_begun_is_swept_away_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    with begun(tmp_path) as living, begun(tmp_path) as dead:
        dead.kill()
        dead.wait()
        assert len(contents(tmp_path)) == 2
        assert Folder(tmp_path).sweep() == 1
        (left,) = contents(tmp_path)
        assert left.endswith(UNFINISHED)
        assert Folder(tmp_path).sweep() == 0
        living.communicate()
    assert contents(tmp_path) == {"x.txt": b"x" * 100_000}


def test_a_draft_of_this_very_program_is_not_swept_away(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.draft("x.txt") as draft:
        draft.add(b"one")
        assert folder.sweep() == 0
        assert draft.keep() is Fate.WRITTEN
    assert contents(tmp_path) == {"x.txt": b"one"}


def test_nothing_that_somebody_else_has_put_there_is_swept_away(tmp_path: Path) -> None:
    """Another machine's, another program's, a link or a folder of such a name."""
    with begun(tmp_path) as process:
        process.kill()
    (ours,) = contents(tmp_path)
    machine, _, number = ours.partition("-")
    (tmp_path / ours).rename(tmp_path / "precious")
    mine = {
        f"{machine[:-1]}{'0' if machine[-1] != '0' else '1'}-{number}": "a file of another machine",
        f".{number}": "of another program",
        f"{machine}-{number}.txt": "and another",
        f"mine{ours}": "and one more",
    }
    for name, text in mine.items():
        (tmp_path / name).write_text(text)
    (tmp_path / ours).symlink_to(tmp_path / "precious")
    (tmp_path / f"{machine}-{'0' * 16}{UNFINISHED}").mkdir()
    before = set(tmp_path.iterdir())
    assert Folder(tmp_path).sweep() == 0
    assert set(tmp_path.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_has_begun_is_left_to_them(tmp_path: Path) -> None:
    with begun(tmp_path) as process:
        process.kill()
    (ours,) = tmp_path.iterdir()
    os.chown(ours, 12345, -1)
    assert Folder(tmp_path).sweep() == 0
    assert ours.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there the system itself removes no file that is open")
def test_a_file_that_is_swept_away_before_it_could_be_locked_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    locked = fcntl.flock
    swept: list[Path] = []

    def late(file: int, how: int) -> None:
        if not swept:
            (path,) = tmp_path.iterdir()
            path.unlink()
            swept.append(path)
        locked(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    assert Folder(tmp_path).write("x.txt", [b"one"]) is Fate.WRITTEN
    assert contents(tmp_path) == {"x.txt": b"one"}
    assert swept
