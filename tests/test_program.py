"""The real program in a terminal: what a person sees and does, and what is left when it is killed."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import warm
from tests.fake_service import FakeService, Submission, running, state, submission, succeeded
from tests.terminal import Terminal
from tests.view.conftest import draw_page
from tui.demo import pages
from tui.model import LineKey, State, Verdict
from tui.store import Store

HANDREAD = (sys.executable, "-m", "tui")
BLOCKS = set("▘▝▀▖▌▞▛▗▚▐▜▄▙▟█") | {chr(code) for code in range(0x1FB00, 0x1FB3C)}
ANSWER: dict[str, Any] = {
    "version": "3.2.0",
    "readResults": [
        {
            "page": 1,
            "angle": 0,
            "width": 640,
            "height": 290,
            "unit": "pixel",
            "lines": [
                {
                    "text": "jumps over",
                    "boundingBox": [30, 110, 240, 110, 240, 154, 30, 154],
                    "words": [
                        {"text": "jumps", "boundingBox": [30, 110, 130, 110, 130, 154, 30, 154], "confidence": 0.9},
                        {"text": "over", "boundingBox": [145, 110, 240, 110, 240, 154, 145, 154], "confidence": 0.4},
                    ],
                }
            ],
        }
    ],
}

READ = succeeded({"analyzeResult": ANSWER}, "succeeded")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is seen or changed."""
    return home_in(tmp_path)


def home_in(folder: Path) -> dict[str, str]:
    folders = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    return {"HOME": str(folder), "USER": "ada", "HANDREAD_QUEUE": str(folder / "queue.db"), **folders}


@pytest.fixture(scope="module")
def demo_queue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A queue for the demo: what one test has had read of its pages, the next need not have read again."""
    return tmp_path_factory.mktemp("demo") / "demo.db"


def profile(home: Mapping[str, str], service: FakeService, more: str = "") -> None:
    """Put a profile named `cloud` into the settings, polled without patience."""
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'service = "cloud"\n[services.cloud]\ndialect = "read-3.2"\nendpoint = "{service.url}"\n'
        f'key_variable = "CLOUD_KEY"\nfirst_poll = 0.2\nlongest_poll = 0.3\n{more}\n'
    )


def handread(home: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    return warm.run_with_text([*HANDREAD, *arguments], {**os.environ, **home})


@pytest.mark.xdist_group("program")
def test_the_demo_is_read_reviewed_left_and_found_again(home: dict[str, str], demo_queue: Path) -> None:
    argv = (*HANDREAD, "demo", "--queue", str(demo_queue), "--glyphs", "sextants")
    with Terminal(argv, size=(100, 30), env=home) as terminal:
        terminal.wait_for(r"waiting [1-9]")
        terminal.wait_for(r"running +(running|notStarted).*poll \d+", 60)
        first = terminal.wait_for(r"jpg   line 1 of 6", 60)
        assert "01-quick-fox.jpg" in first
        terminal.wait_for(lambda terminal: len(BLOCKS & set(terminal.text)) > 10)
        terminal.wait_for(r"▌·   1 ▸ The quick")
        terminal.send("l")
        terminal.wait_for(r"▾ The quick(.|\n)*quick +1?\.\d\d +\d+,\d+")
        terminal.send("h", "a")
        terminal.wait_for(r"line 2 of 6(.|\n)*✓   1")
        terminal.send("e", "end")
        terminal.type(" indeed\r")
        terminal.wait_for(r"line 3 of 6(.|\n)*✎   2 ▸ the lazy .* indeed")
        terminal.send("q")
        terminal.wait_for(r"done [1-9]")
        terminal.send("q")
        assert terminal.wait() == 0
    with Terminal(argv, size=(100, 30), env=home) as terminal:
        terminal.wait_for(r"line 3 of 6(.|\n)*✎   2 ▸ the lazy .* indeed")
    with Store(demo_queue) as store:
        (first_item,) = store.window(0, 1)
        decisions = store.decisions(first_item.id)
    assert decisions[LineKey(1, 0)].verdict is Verdict.ACCEPTED
    assert (decisions[LineKey(1, 1)].text or "").endswith(" indeed")
    assert {decision.reviewer for decision in decisions.values()} == {"ada"}


@pytest.mark.xdist_group("program")
def test_without_a_terminal_the_demo_prints_its_text_as_a_tree(home: dict[str, str], demo_queue: Path) -> None:
    place = Path(home["XDG_DATA_HOME"]) / "handread"
    place.mkdir(parents=True)
    for file in demo_queue.parent.glob(f"{demo_queue.name}*"):  # there is none where this test runs alone
        shutil.copy(file, place)
    done = handread(home, "demo")
    assert done.returncode == 0, done.stderr
    assert "├─ page 1" in done.stdout
    assert "five dozen liquor jugs" in done.stdout
    assert done.stdout.count("├─ page") == len(pages())  # one image has two pages, and one no text
    assert "08-leaf.jpg: no text found" in done.stdout


def test_polling_is_seen_as_it_goes_on(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    slow = submission(state("notStarted"), *[running()] * 8, READ)
    with FakeService([slow], key="s3cret") as service:
        profile(home, service)
        with Terminal(
            (*HANDREAD, str(tmp_path / "a.png")), size=(110, 24), env={**home, "CLOUD_KEY": "s3cret"}
        ) as terminal:
            terminal.wait_for(r"running +notStarted, poll 1")
            terminal.wait_for(r"running +Running, poll [3-9], \d\.\d s")
            terminal.wait_for(r"done +1 doubtful, read in .*0/1 lines")
            terminal.send("enter")
            terminal.wait_for(r"jumps over +\? \.68 +30,110")
            assert "s3cret" not in terminal.text


def test_every_decision_outlives_a_kill(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    lines = [{**ANSWER["readResults"][0]["lines"][0], "text": f"line number {number}"} for number in range(1, 9)]
    answer = {**ANSWER, "readResults": [{**ANSWER["readResults"][0], "lines": lines}]}
    with FakeService([submission(succeeded({"analyzeResult": answer}, "succeeded"))], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        argv = (*HANDREAD, str(tmp_path / "a.png"))
        for decided in range(4):
            with Terminal(argv, size=(110, 24), env=environment) as terminal:
                terminal.wait_for(r"done 1\b")
                terminal.send("enter")
                terminal.wait_for(rf"line {decided + 1} of 8")
                terminal.send("a")
                terminal.wait_for(rf"line {decided + 2} of 8")
                terminal.kill()
                terminal.wait()
        assert len(service.posts) == 1
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        assert len(store.decisions(1)) == 4


def test_keys_that_arrive_at_once_are_done_in_their_order(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    lines = [{**ANSWER["readResults"][0]["lines"][0], "text": f"line number {number}"} for number in range(1, 9)]
    answer = {**ANSWER, "readResults": [{**ANSWER["readResults"][0], "lines": lines}]}
    with FakeService([submission(succeeded({"analyzeResult": answer}, "succeeded"))], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        with Terminal((*HANDREAD, str(tmp_path / "a.png")), size=(110, 24), env=environment) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.type("\raaexs\rsxfiu")
            terminal.wait_for(r"line 6 of 8")
            terminal.settle()
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        decided = store.decisions(1)
    assert [(decision.verdict.value, decision.text) for _, decision in sorted(decided.items())] == [
        ("accepted", None),
        ("accepted", None),
        ("corrected", "line xsnumber 3"),  # the least sure word is the second
        ("skipped", None),
        ("rejected", None),
    ]


@pytest.mark.parametrize("moment", ["sent", "polled"])
def test_killed_while_the_service_reads_nothing_is_sent_twice(
    home: dict[str, str], tmp_path: Path, moment: str
) -> None:
    for name in "abcd":
        draw_page(tmp_path / f"{name}.png", (f"page {name}",))
    slow: Submission = submission(*[running()] * 6, READ)
    with FakeService([slow], key="s3cret") as service:
        profile(home, service)
        environment = {**os.environ, **home, "CLOUD_KEY": "s3cret"}
        first = warm.begin([*HANDREAD, "run", str(tmp_path)], environment, stdout=subprocess.DEVNULL)
        wait_until_stored(Path(home["HANDREAD_QUEUE"]), moment)
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = handread(environment, "run")
        assert second.returncode == 0, second.stderr
        assert second.stdout.count("jumps over\n") == 4
        assert len(service.posts) == 4


def wait_until_stored(queue: Path, moment: str) -> None:
    """Wait until every item has been sent, or polled twice too."""
    import time

    for _ in range(600):
        time.sleep(0.02)
        if not queue.exists():
            continue
        with Store(queue) as store:
            items = store.window(0, 10)
        if len(items) == 4 and all(
            item.state is State.SENT and item.polls >= 2 * (moment == "polled") for item in items
        ):
            return
    raise AssertionError("the items were not sent")


def test_interrupted_it_says_how_to_go_on(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(running())], key="s3cret") as service:
        profile(home, service)
        environment = {**os.environ, **home, "CLOUD_KEY": "s3cret"}
        process = warm.begin([*HANDREAD, "run", str(tmp_path / "a.png")], environment, stderr=subprocess.PIPE)
        wait_until(lambda: len(service.polls) > 1)
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted with 1 image left. `handread run` goes on with it." in words


def wait_until(condition: Any) -> None:
    import time

    for _ in range(1000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def test_a_key_that_is_refused_stops_with_an_exit_code_of_its_own(home: dict[str, str], tmp_path: Path) -> None:
    for name in "ab":
        draw_page(tmp_path / f"{name}.png", (f"page {name}",))
    with FakeService([submission(READ)], key="another") as service:
        profile(home, service)
        home["CLOUD_KEY"] = "s3cret"
        done = handread(home, "run", str(tmp_path))
        assert done.returncode == 4
        assert "key" in done.stderr
        assert "s3cret" not in done.stdout + done.stderr
        assert b"s3cret" not in Path(home["HANDREAD_QUEUE"]).read_bytes()
    status = json.loads(handread(home, "status", "--json").stdout)
    assert status["items"]["waiting"] + status["items"]["failed"] == 2


def test_json_lines_follow_the_order_of_the_arguments(home: dict[str, str], tmp_path: Path) -> None:
    names = [str(tmp_path / f"{name}.png") for name in "cab"]
    for name in names:
        draw_page(Path(name), ("one", "two", name[-5:]))
    with FakeService([submission(running(), READ)], key="s3cret") as service:
        profile(home, service)
        done = handread({**home, "CLOUD_KEY": "s3cret"}, "run", "--json", *names)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [entry["source"] for entry in objects] == names
    assert objects[0]["schema"] == 1
    assert objects[0]["dialect"] == "read-3.2"
    assert objects[0]["pages"][0]["lines"][0]["words"][1] == {
        "text": "over",
        "confidence": 0.4,
        "low": False,
        "polygon": [[145, 110], [240, 110], [240, 154], [145, 154]],
    }


def test_progress_is_shown_above_a_terminal_and_leaves_the_text_whole(home: dict[str, str], tmp_path: Path) -> None:
    for name in "ab":
        draw_page(tmp_path / f"{name}.png", ("one", "two", name))
    slow = submission(*[running()] * 6, READ)
    with FakeService([slow], key="s3cret") as service:
        profile(home, service)
        with Terminal(
            (*HANDREAD, "run", str(tmp_path)), size=(100, 24), env={**home, "CLOUD_KEY": "s3cret"}
        ) as terminal:
            terminal.wait_for(r"recognising, [12] under way")
            assert terminal.wait() == 0
            terminal.settle()
            assert (
                re.sub(r"/\S+/", "", terminal.text.strip()) == "==> a.png <==\njumps over\n\n==> b.png <==\njumps over"
            )


def test_only_what_is_named_is_sent(home: dict[str, str], tmp_path: Path) -> None:
    for name in "ab":
        draw_page(tmp_path / f"{name}.png", ("one", "two", name))
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        handread(environment, "add", str(tmp_path / "a.png"))
        named = handread(environment, "run", str(tmp_path / "b.png"))
        assert (named.returncode, named.stdout, len(service.posts)) == (0, "jumps over\n", 1)
        rest = handread(environment, "run")
        assert (rest.returncode, rest.stdout, len(service.posts)) == (0, "jumps over\n", 2)


def test_a_screen_on_which_nothing_happens_writes_nothing(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        with Terminal((*HANDREAD, str(tmp_path / "a.png")), size=(110, 24), env=environment) as terminal:
            terminal.wait_for(r"done 1\b")
            for keys in ((), ("enter",), ("?",), ("escape", "q")):
                terminal.send(*keys)
                terminal.settle(0.6)
                assert not terminal._read(1.0), f"after {keys}: {terminal.text}"


def test_a_turned_photo_is_sent_upright_so_that_its_boxes_are(home: dict[str, str]) -> None:
    photo = next(page for page in pages() if "phone" in page.name)
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        handread({**home, "CLOUD_KEY": "s3cret"}, "run", str(photo))
        (post,) = service.posts
    with Image.open(photo) as stored, Image.open(io.BytesIO(post.body)) as sent:
        assert sent.size == stored.size[::-1]


def test_where_there_is_only_ascii_every_mark_has_a_twin(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        argv = (*HANDREAD, str(tmp_path / "a.png"), "--glyphs", "ascii")
        with Terminal(argv, size=(110, 24), env=environment) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.send("enter")
            terminal.wait_for(r"\|\.   1 \+ jumps over")
            terminal.settle()
            assert terminal.text.isascii()
            terminal.send("?")
            terminal.wait_for("Take back the last decision")
            terminal.settle()
            assert terminal.text.isascii()


def test_escape_and_a_key_that_arrive_together_are_two_keys(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        with Terminal((*HANDREAD, str(tmp_path / "a.png")), size=(110, 24), env=environment) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.send("enter", "e")
            terminal.wait_for(r"enter save")
            terminal.type("Z\x1bx")
            terminal.wait_for(r"✗   1 ▸ jumps over")


def test_what_was_read_is_not_sent_again(home: dict[str, str], tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret"}
        first = handread(environment, "run", str(tmp_path / "a.png"))
        again = handread(environment, "run", str(tmp_path / "a.png"))
        assert (again.returncode, again.stdout) == (0, first.stdout)
        assert len(service.posts) == 1
