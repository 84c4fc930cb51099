"""What is said of the queue file and the folders, and that looking changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.view.conftest import draw_page
from tui.doctor.check import Check, Found
from tui.doctor.disk import FAR_AWAY, Mount, _file_system, cache_check, calls_of, mount_of, queue_checks
from tui.intake import take_in
from tui.migrations import STEPS
from tui.store import Store

HOLDING = """
import sys
from pathlib import Path
from tui.store import Store
with Store(Path(sys.argv[1])) as store, store.lease() as mine:
    print(mine, flush=True)
    sys.stdin.readline()
"""


def found(name: str, queue: Path) -> Check:
    (check,) = (check for check in queue_checks(queue) if check.name == name)
    return check


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    draw_page(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    queue = tmp_path / "queue.db"
    list(take_in(queue, [str(tmp_path / "a.png"), str(tmp_path / "b.png")], "cloud"))
    return queue


def test_items_are_counted_by_state(queue: Path) -> None:
    check = found("queue", queue)
    assert check.state is Found.OK
    assert f"queue.db (form {len(STEPS)}, " in check.says
    assert check.says.endswith("1 waiting, 1 failed.")
    assert found("runner", queue).state is Found.OK
    assert found("disk", queue).state is not Found.WRONG


def test_a_queue_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    check = found("queue", tmp_path / "new" / "queue.db")
    assert check.state is Found.OK
    assert "The first image that is added makes it" in check.says
    assert list(tmp_path.iterdir()) == []
    assert calls_of(tmp_path / "queue.db", "cloud") == 0


def test_a_place_where_no_queue_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check = found("queue", tmp_path / "file" / "queue.db")
    assert check.state is Found.WRONG
    assert "cannot be" in check.says


@pytest.mark.parametrize("content", [b"", b"x", b"nonsense" * 1000])
def test_what_is_no_queue_is_told_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    queue = tmp_path / "notes"
    queue.write_bytes(content)
    check = found("queue", queue)
    assert check.state is Found.WRONG
    assert "notes" in check.says
    assert queue.read_bytes() == content
    assert calls_of(queue, "cloud") is None


def test_a_folder_is_no_queue(tmp_path: Path) -> None:
    assert found("queue", tmp_path).state is Found.WRONG


def with_version(queue: Path, version: int) -> bytes:
    """Write another version into a queue's header."""
    content = bytearray(queue.read_bytes())
    content[60:64] = version.to_bytes(4)
    queue.write_bytes(content)
    return bytes(content)


def test_an_older_queue_is_not_brought_up_to_date_by_looking(queue: Path) -> None:
    content = with_version(queue, len(STEPS) - 1)
    check = found("queue", queue)
    assert check.state is Found.UNKNOWN
    assert "Copy it first" in check.says
    assert calls_of(queue, "cloud") is None
    assert queue.read_bytes() == content


def test_a_newer_queue_asks_for_a_newer_handread(queue: Path) -> None:
    with_version(queue, len(STEPS) + 1)
    check = found("queue", queue)
    assert check.state is Found.WRONG
    assert "was written by a newer Handread" in check.says


def test_whoever_else_has_the_queue_read_is_named(queue: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(queue)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        check = found("runner", queue)
        other.communicate("\n")
    assert check.state is Found.UNKNOWN
    assert f"Another Handread, process {other.pid}," in check.says
    assert found("runner", queue).state is Found.OK


def test_images_sent_are_counted_by_service(queue: Path) -> None:
    with Store(queue) as store:
        item = store.claim("cloud")
        assert item is not None
        store.posting(item.id)
    assert (calls_of(queue, "cloud"), calls_of(queue, "other")) == (1, 0)


def test_a_cache_that_can_be_written_is_not_made(tmp_path: Path) -> None:
    assert cache_check(tmp_path / "cache" / "handread").state is Found.OK
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, and no folder")
    check = cache_check(tmp_path / "cache")
    assert check.state is Found.WRONG
    assert "Make it writable" in check.says


# -- file systems

MOUNTS = r"""sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/scans /srv/big\040scans nfs4 rw 0 0
me@host: /home/ada/remote fuse.sshfs rw 0 0
/dev/sdb1 /home/ada/remote/disk xfs rw 0 0
tmpfs /tmp tmpfs rw 0 0
overlay /tmp overlay rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/home/ada/queue.db", Mount("/", "ext4")),
        ("/srv/big scans/queue.db", Mount("/srv/big scans", "nfs4")),
        ("/srv/big scans", Mount("/srv/big scans", "nfs4")),
        ("/srv/big scansion/queue.db", Mount("/", "ext4")),
        ("/home/ada/remote/a", Mount("/home/ada/remote", "fuse.sshfs")),
        ("/home/ada/remote/disk/a", Mount("/home/ada/remote/disk", "xfs")),
        ("/tmp/a", Mount("/tmp", "overlay")),
    ],
)
def test_a_path_lies_on_the_innermost_file_system(path: str, mount: Mount) -> None:
    assert mount_of(path, MOUNTS) == mount


@pytest.mark.parametrize("kind", [*sorted(FAR_AWAY), "fuse.sshfs", "fuse.rclone"])
def test_a_network_drive_is_warned_of(tmp_path: Path, kind: str) -> None:
    (tmp_path / "mounts").write_text(f"there:/ {tmp_path} {kind} rw 0 0\n")
    check = _file_system(tmp_path / "queue.db", tmp_path / "mounts")
    assert check.state is Found.UNKNOWN
    assert f"is of the kind {kind}" in check.says


@pytest.mark.parametrize(("table", "state"), [("/dev/sda1 / ext4 rw 0 0\n", Found.OK), ("", Found.UNKNOWN)])
def test_a_disk_of_this_machine_is_well(tmp_path: Path, table: str, state: Found) -> None:
    (tmp_path / "mounts").write_text(table)
    assert _file_system(tmp_path / "queue.db", tmp_path / "mounts").state is state


def test_where_nothing_is_told_of_file_systems_nothing_is_claimed(tmp_path: Path) -> None:
    assert _file_system(tmp_path / "queue.db", tmp_path / "none").state is Found.UNKNOWN


@given(st.text(max_size=200), st.text(max_size=20))
def test_no_table_is_too_strange_to_be_read(table: str, path: str) -> None:
    mount = mount_of(f"/{path}", table)
    assert mount is None or f"/{path}".startswith(mount.place.rstrip("/"))
