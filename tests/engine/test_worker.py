"""The engine's own process: cancelled, killed, idle and orphaned."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.engine import drawn, worn
from tui.engine import EngineClosed, EngineCrashed, ImageUnreadable, NoSuchPage
from tui.engine.process import EngineProcess
from tui.engine.reading import LITERAL, Box
from tui.engine.worker import Progress, Worker
from tui.model import Page, Polygon

pytestmark = pytest.mark.xdist_group("reading")

LINES = (drawn.FIRST, drawn.SECOND, drawn.THIRD)
SECOND_LINE = Polygon.from_bounds(20, 130, 620, 210)
GENEROUS = 60.0


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker()
    yield worker
    await worker.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reading_worker() -> AsyncIterator[Worker]:
    """A worker whose process goes on from one test to the next: for those that only have it read."""
    worker = Worker()
    yield worker
    await worker.close()


reads = pytest.mark.asyncio(loop_scope="module")
"""Marks the tests that share the loop of `reading_worker`."""


@pytest.fixture(scope="module")
def document() -> bytes:
    return drawn.as_file(drawn.page(LINES))


@pytest.fixture(scope="module")
def note() -> bytes:
    """One line, which is soon read: for those tests that are about the process."""
    return drawn.as_file(drawn.page([drawn.FIRST], size=(640, 120)))


def lines_of(pages: tuple[Page, ...]) -> list[list[str]]:
    return [[line.text for line in page.lines] for page in pages]


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(GENEROUS):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


@reads
async def test_a_tiff_becomes_pages_and_progress_tells_how_far_it_is(reading_worker: Worker) -> None:
    told: list[Progress] = []
    content = drawn.as_file(drawn.page(LINES[:2]), drawn.page(LINES[2:]), kind="TIFF")
    pages = await reading_worker.read(content, progress=told.append)
    assert [page.number for page in pages] == [1, 2]
    assert lines_of(pages) == [list(LINES[:2]), list(LINES[2:])]
    assert told == [
        Progress(1, 2, 0, 0), Progress(1, 2, 0, 2), Progress(1, 2, 1, 2), Progress(1, 2, 2, 2),
        Progress(2, 2, 0, 0), Progress(2, 2, 0, 1), Progress(2, 2, 1, 1),
    ]  # fmt: skip


async def test_the_process_starts_when_it_is_needed_and_stays(worker: Worker, note: bytes) -> None:
    assert worker.pid is None
    await worker.read(note, language=LITERAL)
    pid = worker.pid
    with pytest.raises(ImageUnreadable, match="cannot be decoded"):
        await worker.read(b"no image")
    assert pid == worker.pid is not None


@reads
async def test_the_process_gives_way_to_others_and_leaves_ctrl_c_to_the_program(
    reading_worker: Worker, document: bytes
) -> None:
    def interrupt(_: Progress) -> None:
        assert reading_worker.pid
        os.kill(reading_worker.pid, signal.SIGINT)

    assert lines_of(await reading_worker.read(document, progress=interrupt)) == [list(LINES)]
    assert reading_worker.pid
    assert os.getpriority(os.PRIO_PROCESS, reading_worker.pid) >= 10


@reads
async def test_a_language_and_a_persons_words_come_with_each_document(reading_worker: Worker) -> None:
    content = drawn.as_file(worn.page(("Kate Wrexon at Tarn Hows",), 2))
    (plain,) = await reading_worker.readings(content, language="en")
    pid = reading_worker.pid
    (taught,) = await reading_worker.readings(content, language="en", words=["Wrexon", "Tarn Hows"])
    (literal,) = await reading_worker.readings(content, language=LITERAL)
    assert (plain.language, taught.language, literal.language) == ("en", "en", "")
    assert reading_worker.pid == pid
    assert taught.alternatives != plain.alternatives
    shares = [
        {one.text: one.share for words in reading.alternatives for others in words for one in others}
        for reading in (plain, taught)
    ]
    assert shares[1]["Wrexon"] > shares[0].get("Wrexon", 0.0)


async def test_only_what_is_new_of_the_accepted_words_is_sent_and_a_new_process_hears_all(worker: Worker) -> None:
    content = drawn.as_file(worn.page(("Kate Wrexon at Tarn Hows",), 2))

    async def share(accepted: dict[str, int]) -> float:
        (reading,) = await worker.readings(content, language="en", accepted=accepted)
        words = (one for words in reading.alternatives for others in words for one in others)
        return next((one.share for one in words if one.text == "Wrexon"), 0.0)

    plain, taught = await share({}), await share({"Wrexon": 3})
    assert taught > plain
    assert worker._process
    sent: list[dict[str, int]] = []
    send = worker._process._documents.send
    worker._process._documents.send = lambda order: (sent.append(dict(order[1].accepted)), send(order))  # type: ignore[method-assign, assignment, func-returns-value]
    assert await share({"Wrexon": 3, "Hows": 1}) > plain
    assert await share({"Hows": 1}) == pytest.approx(plain, abs=0.01)
    assert sent == [{"Hows": 1}, {"Wrexon": -3}]
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    await until(lambda: worker.pid is None)
    assert await share({"Wrexon": 3}) == pytest.approx(taught)


@reads
async def test_a_box_is_read_amid_a_page_whose_reading_goes_on(reading_worker: Worker, document: bytes) -> None:
    begun, order = asyncio.Event(), list[str]()
    page = asyncio.create_task(reading_worker.read(document, progress=lambda told: begun.set() if told.line else None))
    page.add_done_callback(lambda _: order.append("page"))
    await begun.wait()
    pid = reading_worker.pid
    reading = await reading_worker.box(document, Box(SECOND_LINE), language="en")
    order.append("box")
    assert [line.text for line in reading.page.lines] == [drawn.SECOND]
    assert reading.whole[0].text == drawn.SECOND
    assert lines_of(await page) == [list(LINES)]
    assert reading_worker.pid == pid
    assert order == ["box", "page"]


@reads
async def test_a_box_that_nobody_wants_any_more_leaves_the_page_alone(reading_worker: Worker, document: bytes) -> None:
    begun = asyncio.Event()
    page = asyncio.create_task(reading_worker.read(document, progress=lambda _: begun.set()))
    await begun.wait()
    pid = reading_worker.pid
    box = asyncio.create_task(reading_worker.box(document, Box(SECOND_LINE)))
    await asyncio.sleep(0)
    box.cancel()
    with pytest.raises(asyncio.CancelledError):
        await box
    assert lines_of(await page) == [list(LINES)]
    assert reading_worker.pid == pid


@reads
async def test_boxes_may_be_asked_for_all_at_once_and_each_gets_its_own(
    reading_worker: Worker, document: bytes
) -> None:
    places = [Polygon.from_bounds(20, 30 + 100 * place, 620, 110 + 100 * place) for place in range(3)]
    readings = await asyncio.gather(*(reading_worker.box(document, Box(place), language="en") for place in places))
    assert [reading.page.lines[0].text for reading in readings] == list(LINES)


@reads
async def test_a_box_comes_in_the_pixels_that_it_was_asked_for_in(reading_worker: Worker, document: bytes) -> None:
    half = Box(SECOND_LINE.scaled(0.5, 0.5), width=320, height=176)
    (line,) = (await reading_worker.box(document, half, language="en")).page.lines
    assert line.text == drawn.SECOND
    assert line.polygon
    assert line.polygon.bounds == pytest.approx((10, 65, 310, 105), abs=1)


@reads
async def test_where_nothing_is_written_there_is_no_line(reading_worker: Worker, document: bytes) -> None:
    reading = await reading_worker.box(document, Box(Polygon.from_bounds(20, 305, 620, 350)))
    assert reading.page.lines == ()
    assert reading.whole == ()


@reads
async def test_a_box_of_a_page_that_is_not_there_says_so(reading_worker: Worker, document: bytes) -> None:
    with pytest.raises(NoSuchPage):
        await reading_worker.box(document, Box(SECOND_LINE, page=2))


async def test_a_box_survives_the_death_of_the_process_too(worker: Worker, document: bytes) -> None:
    await worker.box(document, Box(SECOND_LINE), language=LITERAL)
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    reading = await worker.box(document, Box(SECOND_LINE), language=LITERAL, is_careful=True)
    assert reading.page.lines[0].text == drawn.SECOND


@reads
async def test_pages_are_those_of_the_readings(reading_worker: Worker, document: bytes) -> None:
    readings = await reading_worker.readings(document)
    assert await reading_worker.read(document) == tuple(reading.page for reading in readings)
    assert [len(words) for words in readings[0].alternatives] == [4, 5, 4]


async def test_a_process_that_dies_is_replaced_and_the_document_read_again(worker: Worker, document: bytes) -> None:
    killed: list[int] = []

    def kill_once(_: Progress) -> None:
        if not killed and worker.pid:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    assert lines_of(await worker.read(document, language=LITERAL, progress=kill_once)) == [list(LINES)]
    assert worker.pid not in {None, *killed}


async def test_a_document_over_which_it_dies_twice_is_given_up(worker: Worker, document: bytes) -> None:
    killed = set()

    def kill(_: Progress) -> None:
        if worker.pid:
            killed.add(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(EngineCrashed, match="ended unexpectedly") as crash:
        await worker.read(document, language=LITERAL, progress=kill)
    assert crash.value.code == "InternalServerError"
    assert len(killed) == 2
    assert lines_of(await worker.read(document, language=LITERAL)) == [list(LINES)]


async def test_cancelling_ends_the_process_amid_the_page_and_the_next_read_works(
    worker: Worker, document: bytes
) -> None:
    begun = asyncio.Event()
    reading = asyncio.create_task(worker.read(document, progress=lambda _: begun.set()))
    await begun.wait()
    pid = worker.pid
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert pid
    await until(lambda: not runs(pid))
    assert lines_of(await worker.read(document, language=LITERAL)) == [list(LINES)]


async def test_cancelling_one_that_waits_leaves_the_other_alone(worker: Worker, note: bytes) -> None:
    reading = asyncio.create_task(worker.read(note, language=LITERAL))
    waiting = asyncio.create_task(worker.read(note, language=LITERAL))
    await until(lambda: worker.pid is not None)
    pid = worker.pid
    waiting.cancel()
    assert lines_of(await reading) == [[drawn.FIRST]]
    assert worker.pid == pid


async def test_an_idle_process_is_ended(note: bytes) -> None:
    worker = Worker(idle=0.05)
    await worker.read(note, language=LITERAL)
    pid = worker.pid or 0
    await until(lambda: worker.pid is None and not runs(pid))
    assert lines_of(await worker.read(note, language=LITERAL)) == [[drawn.FIRST]]
    await worker.close()


async def test_closing_ends_what_is_under_way_and_takes_nothing_more(worker: Worker, document: bytes) -> None:
    begun = asyncio.Event()
    reading = asyncio.create_task(worker.read(document, progress=lambda _: begun.set()))
    await begun.wait()
    await worker.close()
    with pytest.raises(EngineClosed, match="Read it again"):
        await reading
    with pytest.raises(EngineClosed):
        await worker.read(document)
    assert worker.pid is None


def test_it_works_in_a_thread_with_a_loop_of_its_own(note: bytes) -> None:
    worker, found = Worker(), []

    async def read() -> None:
        found.append(await worker.read(note, language=LITERAL))
        await worker.close()

    thread = threading.Thread(target=lambda: asyncio.run(read()))
    thread.start()
    thread.join()
    assert lines_of(found[0]) == [[drawn.FIRST]]


def started(script: str, tmp_path: Path, document: bytes) -> subprocess.Popen[str]:
    """Run a program that has `document` and `Worker`, as a file of its own."""
    scan = tmp_path / "scan.png"
    scan.write_bytes(document)
    program = tmp_path / "program.py"
    head = f"""
        import asyncio, os, sys
        from pathlib import Path
        from tui.engine.reading import LITERAL
        from tui.engine.worker import Worker
        document = Path({str(scan)!r}).read_bytes()
    """
    program.write_text(textwrap.dedent(head) + textwrap.dedent(script))
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, program], stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_the_process_writes_nothing_on_the_terminal(tmp_path: Path, note: bytes) -> None:
    script = """
        async def read():
            worker = Worker()
            await worker.read(document)
            await worker.close()

        if __name__ == "__main__":
            asyncio.run(read())
    """
    with started(script, tmp_path, note) as program:
        assert program.communicate() == ("", "")
        assert program.returncode == 0


def test_it_starts_under_a_full_screen_program_that_has_replaced_stderr(tmp_path: Path, note: bytes) -> None:
    script = """
        class Captured:
            def write(self, _): pass
            def flush(self): pass
            def fileno(self): return -1

        if __name__ == "__main__":
            terminal, sys.stderr = sys.stderr, Captured()
            lines = asyncio.run(Worker().read(document, language=LITERAL))[0].lines
            sys.stderr = terminal
            print(len(lines))
    """
    with started(script, tmp_path, note) as program:
        assert program.communicate() == ("1\n", "")


def test_a_program_that_ends_without_closing_does_not_wait_for_the_page(tmp_path: Path, document: bytes) -> None:
    script = """
        async def leave():
            worker = Worker()
            begun = asyncio.Event()
            reading = asyncio.create_task(worker.read(document, progress=lambda _: begun.set()))
            await begun.wait()
            print(worker.pid, flush=True)

        if __name__ == "__main__":
            asyncio.run(leave())
    """
    with started(script, tmp_path, document) as program:
        out, err = program.communicate()
    assert err == ""
    assert not runs(int(out))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes under /proc")
def test_the_process_goes_when_the_program_is_killed_also_amid_a_page(tmp_path: Path, document: bytes) -> None:
    script = """
        def tell(progress):
            if progress.lines:
                print(worker.pid, flush=True)
                os.kill(worker.pid, 19)  # SIGSTOP: amid the page until the test lets it go on

        if __name__ == "__main__":
            worker = Worker()
            asyncio.run(worker.read(document, progress=tell))
    """
    with started(script, tmp_path, document) as program:
        assert program.stdout
        pid = int(program.stdout.readline())
        assert runs(pid)
        program.kill()
        program.wait()
        os.kill(pid, signal.SIGCONT)
        deadline = time.monotonic() + GENEROUS
        while runs(pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_the_end_of_a_process_may_be_waited_for_from_several_threads() -> None:
    process = EngineProcess()
    process.kill()
    failures: list[BaseException] = []

    def reap() -> None:
        try:
            process.reap()
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=reap) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
