"""`handread watch`: what is put into a folder is queued once it lies still, and read, whoever runs the queue."""

import asyncio
import json
import os
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import warm
from tests.fake_service import WRONG_KEY, FakeService, refused, running, submission
from tests.test_pipeline import until
from tests.test_program import HANDREAD, READ, home, profile
from tests.view.conftest import draw_page
from tui.assembly import make_runner
from tui.cli.group import handread as group
from tui.exits import BUDGET_REACHED, DONE, INTERRUPTED, KEY_REFUSED, SOME_FAILED
from tui.intake import Arrived
from tui.settings import load
from tui.store import Store
from tui.watching import Finished, Folders, News, Plan, Remark, Watch, is_left_alone, known_in

__all__ = ["home"]

KEY = "s3cret"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


@pytest.fixture
def service(home: dict[str, str]) -> Iterator[FakeService]:
    with FakeService([submission(running(), READ)], key=KEY) as service:
        profile(home, service)
        home["CLOUD_KEY"] = KEY
        yield service


def page(scans: Path, name: str) -> Path:
    path = scans / name
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_page(path, (name,))
    return path


def watch(home: dict[str, str], *arguments: str) -> Result:
    """Run the command in this process until everything is done with."""
    given = ["watch", "--once", "--settle", "0.01", "--every", "0.05", *arguments]
    return CliRunner().invoke(group, given, env=home, catch_exceptions=False)


def events(done: Result) -> list[tuple[str, str]]:
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(one["schema"] == 1 for one in objects)
    return [(one["event"], Path(one.get("source") or "").name) for one in objects]


# -- what lies still


def test_a_file_is_taken_when_it_has_not_changed_for_a_while(scans: Path) -> None:
    clock = Clock()
    folders = Folders([scans], 5, clock=clock)
    (scans / "a.png").write_bytes(b"half")
    assert folders.look().unsettled == 1
    clock.now += 4
    (scans / "a.png").write_bytes(b"half and half")
    assert folders.look().unsettled == 1
    clock.now += 4
    assert folders.look().settled == ()
    clock.now += 1
    assert folders.look().settled == (str(scans / "a.png"),)
    clock.now += 10
    assert folders.look() == folders.look()
    assert folders.look().settled == ()


def test_a_file_that_gets_its_name_when_it_is_complete_is_taken_under_that(scans: Path) -> None:
    clock = Clock()
    folders = Folders([scans], 5, clock=clock)
    (scans / "a.png.part").write_bytes(b"half")
    (scans / ".b.png").write_bytes(b"half")
    for _ in range(3):
        clock.now += 5
        assert folders.look().settled == ()
    (scans / "a.png.part").rename(scans / "a.png")
    folders.look()
    clock.now += 5
    assert folders.look().settled == (str(scans / "a.png"),)


def test_one_that_is_replaced_is_taken_anew_and_an_empty_one_when_something_is_in_it(scans: Path) -> None:
    clock = Clock()
    folders = Folders([scans], 5, clock=clock)
    (scans / "a.png").write_bytes(b"one")
    (scans / "b.png").touch()
    folders.look()
    clock.now += 5
    assert folders.look().settled == (str(scans / "a.png"),)
    (scans / "new").write_bytes(b"two")
    (scans / "new").replace(scans / "a.png")
    (scans / "b.png").write_bytes(b"three")
    folders.look()
    clock.now += 5
    assert folders.look().settled == (str(scans / "a.png"), str(scans / "b.png"))


def test_new_folders_are_looked_into_and_links_and_pipes_are_not(scans: Path) -> None:
    clock = Clock()
    folders = Folders([scans, scans / "deep"], 1, clock=clock)
    assert "deep cannot be looked into: No such file or directory" in folders.look().troubles[0]
    assert folders.look().troubles == ()
    (scans / "deep" / "er").mkdir(parents=True)
    (scans / "deep" / "er" / "a.png").write_bytes(b"a")
    (scans / "deep" / "round").symlink_to(scans)
    os.mkfifo(scans / "pipe.png")
    (scans / "gone.png").symlink_to(scans / "nowhere.png")
    (scans / "notes.txt").write_bytes(b"a")
    folders.look()
    clock.now += 1
    assert folders.look().settled == (str(scans / "deep" / "er" / "a.png"),)


@pytest.mark.parametrize("name", ["scan 1.jpg", "#1.tif", "Vol.Part.2.jpg", "a.b.c.png", "tmp.jpg", "part"])
def test_names_that_are_taken(name: str) -> None:
    assert not is_left_alone(name)


@pytest.mark.parametrize("name", [".a.jpg", "~$a.tif", "a.jpg~", "a.jpg.part", "a.part.jpg", "A.TMP", "@eaDir", "#a#"])
def test_names_that_are_left_alone(name: str) -> None:
    assert is_left_alone(name)


def test_what_was_queued_and_not_touched_since_is_not_read_from_the_disk_again(
    home: dict[str, str], scans: Path
) -> None:
    path = page(scans, "a.png")
    assert watch(home, "--queue-only", str(scans)).exit_code == DONE
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        is_known = known_in(store, "local")
        clock = Clock()
        folders = Folders([scans], 1, is_known=is_known, clock=clock)
        assert folders.look().unsettled == 0
        path.touch()
        assert folders.look().unsettled == 1


# -- what becomes of it


def test_what_is_there_is_queued_and_read(home: dict[str, str], scans: Path, service: FakeService) -> None:
    page(scans, "a.png")
    page(scans, "deep/b.png")
    (scans / "c.png").write_text("no picture")
    done = watch(home, "--json", str(scans))
    assert done.exit_code == SOME_FAILED
    told = events(done)
    assert sorted(told) == [
        ("ended", ""),
        ("problem", "c.png"),
        ("queued", "a.png"),
        ("queued", "b.png"),
        ("read", "a.png"),
        ("read", "b.png"),
    ]
    assert told[-1] == ("ended", "")
    assert "2 read, 1 failed." in done.stderr
    assert len(service.posts) == 2
    again = watch(home, "--json", "--quiet", str(scans))
    assert [event for event, _ in events(again)] == ["problem", "ended"]
    assert len(service.posts) == 2


def test_only_queued_it_waits_for_another_to_read_it(home: dict[str, str], scans: Path, service: FakeService) -> None:
    page(scans, "a.png")
    done = watch(home, "--queue-only", str(scans))
    assert (done.exit_code, done.stdout) == (DONE, "")
    assert "1 queued, 0 read, 0 failed." in done.stderr
    assert service.posts == []
    assert watch(home, str(scans)).exit_code == DONE
    assert len(service.posts) == 1


def test_a_file_that_was_moved_keeps_its_place(home: dict[str, str], scans: Path, service: FakeService) -> None:
    path = page(scans, "a.png")
    watch(home, str(scans))
    path.rename(scans / "better.png")
    done = watch(home, str(scans))
    assert "it has moved, and keeps its place in the queue" in done.stderr
    assert len(service.posts) == 1
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        (item,) = store.window(0, 10)
    assert item.source == str(scans / "better.png")


def test_it_ends_when_as_many_were_sent_as_may_be(home: dict[str, str], scans: Path, service: FakeService) -> None:
    for name in "ab":
        page(scans, f"{name}.png")
    done = watch(home, "--max-calls", "1", str(scans))
    assert done.exit_code == BUDGET_REACHED
    assert len(service.posts) == 1
    assert "Ended with 1 image left." in done.stderr


def test_it_ends_when_the_key_is_refused(home: dict[str, str], scans: Path, service: FakeService) -> None:
    page(scans, "a.png")
    service.script = [refused(WRONG_KEY, 401)]
    done = watch(home, str(scans))
    assert done.exit_code == KEY_REFUSED
    assert KEY not in done.stdout + done.stderr


def test_what_a_paid_service_will_cost_is_said(home: dict[str, str], scans: Path, service: FakeService) -> None:
    profile(home, service, "price_per_thousand = 1.5")
    page(scans, "a.png")
    watch(home, "--queue-only", str(scans))
    done = watch(home, "--max-calls", "5", str(scans))
    assert "cloud: 1 image, at most 1 paid call, below 0.01 wait; every image that comes is a paid call" in done.stderr
    assert "up to 5 calls in all" in done.stderr


def test_a_folder_that_is_none_is_told(home: dict[str, str], scans: Path) -> None:
    done = watch(home, str(scans / "none"))
    assert done.exit_code == 2
    assert "does not exist" in done.stderr


async def test_while_another_runs_the_queue_it_queues_and_goes_on_afterwards(
    home: dict[str, str], scans: Path, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in home.items():
        monkeypatch.setenv(name, value)
    settings = load()
    told: list[News] = []
    heard: defaultdict[type[Any], asyncio.Event] = defaultdict(asyncio.Event)

    def tell(news: News) -> None:
        told.append(news)
        heard[type(news)].set()

    plan = Plan(
        (scans,),
        settings.queue,
        "cloud",
        lambda: make_runner(settings, settings.named("cloud")),
        0.01,
        0.05,
        False,
        0.1,
    )
    watching = Watch(plan, tell)

    with Store(settings.queue) as store:
        going = asyncio.create_task(watching.run())
        with store.lease() as is_mine:
            assert is_mine
            page(scans, "a.png")
            await asyncio.wait_for(heard[Arrived].wait(), 60)
            await asyncio.wait_for(heard[Remark].wait(), 60)
            assert service.posts == []
        await asyncio.wait_for(heard[Finished].wait(), 60)
    watching.stop()
    ending = await going
    assert (ending.code, ending.new, ending.read, ending.left) == (DONE, 1, 1, 0)
    assert [type(news) for news in told] == [Arrived, Remark, Finished]
    assert "is running this queue" in str(told[1])


def test_a_signal_ends_it_and_the_same_command_goes_on(home: dict[str, str], scans: Path, service: FakeService) -> None:
    service.script = [submission(*[running()] * 10_000)]
    command = [*HANDREAD, "watch", "--settle", "0.01", "--every", "0.05", "--json", str(scans)]
    process = warm.begin(command, {**os.environ, **home}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    page(scans, "new.png")
    until(lambda: service.polls)
    process.send_signal(signal.SIGTERM)
    said, words = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, words
    assert "Ended with 1 image left. `handread watch" in words
    assert json.loads(said.splitlines()[-1])["left"] == 1
    with service._lock:
        for operation in service._operations:
            service._operations[operation] = submission(READ)
    assert watch(home, str(scans)).exit_code == DONE
    assert len(service.posts) == 1
