"""The runner: a real queue, a real server that does as it is told, and a clock that takes no time."""

import asyncio
import hashlib
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fake_service import (
    DROPPED,
    RESET,
    FakeService,
    Step,
    refused,
    reply,
    running,
    state,
    submission,
)
from tests.runner.desk import DONE, KEY, NOT_STARTED, PACE, OpenDesk, measured, until, why
from tui.dialects import DIALECTS, open_client
from tui.model import ImageFacts, Page, State
from tui.runner import Closure, Outcome, Runner
from tui.runner.loop import LOOK_AGAIN
from tui.settings import Pace
from tui.store import Store, StoreError

# -- the way of one item


async def test_an_item_is_read_and_its_pages_fit_the_picture(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add()
    assert await desk.run() == Outcome(done=1)
    item = desk.item()
    assert (item.state, item.lines, item.doubtful, item.polls) == (State.DONE, 1, 1, 3)
    [page] = desk.pages()
    assert (page.width, page.height) == (100, 50)
    assert page.lines[0].polygon
    assert page.lines[0].polygon.bounds == (2, 4, 20, 10)


async def test_the_answer_is_kept_as_it_came(open_desk: OpenDesk) -> None:
    body = b'{"status":  "succeeded", "analyzeResult": {"readResults": []}}'
    desk = open_desk(submission(reply(body)))
    desk.add()
    await desk.run()
    with desk.store() as store:
        assert store.answer(1) == body


async def test_every_status_is_in_the_queue_file_as_the_service_said_it(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add()
    said = []

    async def look(seconds: float) -> None:
        said.append((desk.item().state.value, desk.item().said))
        await desk.time.sleep(seconds)

    await desk.runner(sleep=look).run(until_idle=True)
    assert said == [("sent", ""), ("sent", "NotStarted"), ("sent", "Running")]
    assert desk.item().said == "succeeded"


async def test_an_item_is_sending_on_the_disk_before_it_is_posted(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add()
    seen = []

    class Watching(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen.append((request.method, desk.item().state.value, bool(desk.item().operation)))
            return await super().handle_async_request(request)

    await desk.runner(client=lambda: open_client(desk.service.url, KEY, Watching())).run(until_idle=True)
    assert seen[:2] == [("POST", "sending", False), ("GET", "sent", True)]


async def test_waits_between_polls_grow_to_the_longest(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(*[running()] * 12, DONE))
    desk.add()
    await desk.run()
    waits = [seconds for seconds in desk.time.slept if seconds > 0.5]
    assert waits[0] == 1.0
    assert all(1.3 < after / before < 1.5 for before, after in pairwise(waits[1:7]))
    assert waits[-1] == pytest.approx(10.0, rel=0.06)


async def test_the_service_may_ask_for_a_longer_wait(open_desk: OpenDesk) -> None:
    accept = Step(202, headers={"Retry-After": "5"})
    desk = open_desk(submission(reply({"status": "running"}, Retry_After="30"), DONE, accept=accept))
    desk.add()
    await desk.run()
    assert desk.time.slept == [5.0, 30.0]


async def test_no_more_items_are_under_way_than_the_pace_allows(open_desk: OpenDesk) -> None:
    desk = open_desk()
    for number in range(10):
        desk.add(f"{number}.png")
    most = 0

    async def look(seconds: float) -> None:
        nonlocal most
        with desk.store() as store:
            tally = store.tally().items
        most = max(most, tally[State.SENDING] + tally[State.SENT])
        await desk.time.sleep(seconds)

    assert (await desk.runner(sleep=look).run(until_idle=True)).done == 10
    assert most == 3


# -- what goes wrong


async def test_a_failed_operation_has_the_services_words(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running(), state("failed", error={"code": "Dark", "message": "Too dark."})))
    desk.add()
    assert await desk.run() == Outcome(failed=1)
    failure = desk.item().failure
    assert failure
    assert (failure.code, failure.sentence) == ("Dark", "Too dark.")


async def test_a_refused_image_fails_and_the_next_is_read(open_desk: OpenDesk) -> None:
    desk = open_desk(
        refused({"code": "InvalidImageSize", "message": "Too small."}, 400), submission(DONE), pace=Pace(in_flight=1)
    )
    desk.add("a.png")
    desk.add("b.png")
    assert await desk.run() == Outcome(done=1, failed=1)
    assert "Too small." in why(desk)


async def test_an_operation_that_never_ends_is_given_up_and_its_url_kept(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running()))
    desk.add()
    started = desk.time.now
    await desk.run()
    item = desk.item()
    assert (
        why(desk) == "deadline: The service still says 'Running' after 5 minutes, so it was given up. "
        "In the queue, ! asks again, for nothing."
    )
    assert item.operation == f"{desk.service.url}/vision/v3.2/read/analyzeResults/00000001"
    assert 300 <= desk.time.now - started < 311


async def test_an_item_of_the_carried_engine_is_not_late_while_another_moves(open_desk: OpenDesk) -> None:
    moving = [reply({"status": "running"}, Handread_Progress=f"1/1 {line}/90") for line in range(90)]
    desk = open_desk(submission(*moving, DONE), submission(*[NOT_STARTED] * 92, DONE), local=True)
    desk.add("a.png")
    desk.add("b.png")
    started = desk.time.now
    assert await desk.run() == Outcome(done=2)
    assert desk.time.now - started > 2 * PACE.deadline


async def test_the_carried_engine_is_given_up_when_nothing_moves(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(reply({"status": "running"}, Handread_Progress="1/1 3/9")), local=True)
    desk.add()
    await desk.run()
    assert why(desk).startswith("deadline: The service still says 'running, line 3 of 9' after 5 minutes")


async def test_too_many_polls_keep_the_operation(open_desk: OpenDesk) -> None:
    throttled = reply({"error": {"code": "429", "message": "Please retry after 12 seconds."}}, 429)
    desk = open_desk(submission(throttled, throttled, DONE))
    desk.add()
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 1
    assert desk.time.slept == [1.0, 12.0, 12.0]


async def test_too_many_submissions_wait_as_long_as_the_service_says(open_desk: OpenDesk) -> None:
    busy = refused({"error": {"code": "429", "message": "Slow down."}}, 429, Retry_After="40")
    desk = open_desk(busy, busy, submission(DONE), pace=Pace(in_flight=1))
    desk.add()
    started = desk.time.now
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 3
    assert desk.time.now - started >= 80


async def test_a_throttled_item_waits_with_its_reason(open_desk: OpenDesk) -> None:
    desk = open_desk(refused({"message": "Slow down."}, 429, Retry_After="40"))
    desk.add()
    runner = desk.runner(sleep=lambda seconds: asyncio.sleep(3600 if seconds >= 1 else 0))
    task = asyncio.create_task(runner.run())
    await until(lambda: desk.item().waits_for != "")
    runner.stop()
    assert (await task).stopped
    item = desk.item()
    assert (item.state, item.not_before) == (State.WAITING, desk.time.now + 40)
    assert "Slow down." in item.waits_for


async def test_too_many_calls_slow_the_whole_profile(open_desk: OpenDesk) -> None:
    busy = refused({"message": "Slow down."}, 429, Retry_After="40")
    desk = open_desk(busy, submission(DONE), pace=Pace(in_flight=1))
    for name in "abc":
        desk.add(name)
    first = desk.time.now
    sent: list[float] = []

    class Watching(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                sent.append(desk.time.now - first)
            return await super().handle_async_request(request)

    await desk.runner(client=lambda: open_client(desk.service.url, KEY, Watching())).run(until_idle=True)
    assert sent[0] == 0
    assert min(sent[1:]) >= 40


async def test_passing_faults_of_a_poll_pass(open_desk: OpenDesk) -> None:
    faults = [reply(status=503), reply(b""), reply(b"downstream duration timeout"), DROPPED]
    desk = open_desk(submission(*faults, running(), *faults, DONE))
    desk.add()
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 1
    assert desk.time.slept[:5] == [1.0, 1.0, 2.0, 4.0, 8.0]


async def test_a_poll_that_goes_wrong_for_ever_is_given_up(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(reply(b"<html>")))
    desk.add()
    await desk.run()
    assert why(desk) == (
        "given-up: 127.0.0.1 answered with something that is no status. It was asked 5 times; "
        "in the queue, ! asks it again, for nothing."
    )


async def test_a_service_in_trouble_is_sent_the_image_again(open_desk: OpenDesk) -> None:
    trouble = refused({"code": "InternalServerError", "message": "Oops."}, 500)
    desk = open_desk(trouble, trouble, submission(DONE))
    desk.add()
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 3


async def test_an_item_is_tried_so_often_and_then_fails(open_desk: OpenDesk) -> None:
    desk = open_desk(refused({"code": "InternalServerError", "message": "Oops."}, 500))
    desk.add()
    started = desk.time.now
    assert (await desk.run()).failed == 1
    assert len(desk.service.posts) == PACE.tries
    assert desk.time.now - started == pytest.approx(1 + 2 + 4 + 8, rel=0.06)
    assert why(desk).startswith("InternalServerError: 127.0.0.1 is in trouble (500: Oops.). It was tried 5 times")


async def test_a_network_that_is_away_for_long_is_no_busy_loop(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add("a.png")
    desk.add("b.png")
    calls = 0

    class Gone(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal calls
            calls += 1
            raise httpx.ConnectError("Name or service not known", request=request)

    runner = desk.runner(client=lambda: open_client(desk.service.url, KEY, Gone()))
    outcome = await runner.run(until_idle=True)
    assert outcome.failed == 2
    assert outcome.trouble.startswith("127.0.0.1 cannot be reached (Name or service not known).")
    assert calls == 2 * PACE.tries
    assert desk.service.requests == []


async def test_a_sent_item_outlives_a_network_that_is_away(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running(), DONE))
    desk.add()
    away = [0]

    class Flaky(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET" and away[0] < 8:
                away[0] += 1
                raise httpx.ConnectTimeout("")
            return await super().handle_async_request(request)

    runner = desk.runner(client=lambda: open_client(desk.service.url, KEY, Flaky()))
    assert await runner.run(until_idle=True) == Outcome(done=1)
    assert len(desk.service.posts) == 1


@pytest.mark.parametrize("fault", [DROPPED, RESET])
async def test_an_image_whose_fate_is_unknown_is_not_paid_twice(open_desk: OpenDesk, fault: Step) -> None:
    desk = open_desk(submission(accept=fault))
    desk.add()
    await desk.run()
    assert len(desk.service.posts) == 1
    assert why(desk).startswith("interrupted: 127.0.0.1 broke off before it had answered")
    assert "! sends it again" in why(desk)


async def test_the_carried_engine_is_simply_asked_again(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(accept=DROPPED), submission(DONE), local=True)
    desk.add()
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 2


async def test_an_operation_that_was_not_named_is_a_sentence(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(accept=Step(202, headers={"Operation-Location": None})))
    desk.add()
    await desk.run()
    assert why(desk).startswith("no-operation: 127.0.0.1 took the image (202) but named no operation")


async def test_an_operation_elsewhere_gets_no_key(open_desk: OpenDesk) -> None:
    with FakeService() as other:
        desk = open_desk(submission(accept=Step(202, headers={"Operation-Location": other.operation(DONE)})))
        desk.add()
        await desk.run()
        assert other.requests == []
    assert why(desk).startswith(f"foreign: The operation is kept at {other.url}")


async def test_an_answer_that_is_not_understood_is_kept(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(reply({"status": "succeeded", "pages": []})))
    desk.add()
    await desk.run()
    assert why(desk).startswith("not-understood: The answer of Read holds no analyzeResult.readResults.")
    with desk.store() as store:
        assert store.answer(1) == b'{"status": "succeeded", "pages": []}'


async def test_an_expired_operation_is_not_posted_again_by_itself(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(reply({"error": {"message": "Gone."}}, 404)))
    desk.add()
    await desk.run()
    assert len(desk.service.posts) == 1
    assert why(desk).startswith("expired: 127.0.0.1 no longer knows the operation (404: Gone.): it keeps a result for")


async def test_an_operation_the_carried_engine_forgot_is_begun_again(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(reply(status=404)), submission(DONE), local=True)
    desk.add()
    assert (await desk.run()).done == 1


async def test_an_error_of_our_own_takes_down_its_item_alone(
    open_desk: OpenDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk = open_desk(submission(DONE))
    desk.add("a.png")
    desk.add("b.png")
    real = DIALECTS["read-3.2"]({})

    class Broken:
        name = "broken"
        submit = real.submit
        poll = real.poll

        def __init__(self) -> None:
            self.parsed = 0

        def parse(self, answer: Mapping[str, Any]) -> tuple[Page, ...]:
            self.parsed += 1
            if self.parsed == 1:
                raise ZeroDivisionError("division by zero")
            return real.parse(answer)

    assert await desk.runner(dialect=Broken()).run(until_idle=True) == Outcome(done=1, failed=1)
    [failed] = [item for item in desk.items() if item.failure]
    assert failed.failure
    assert failed.failure.sentence.startswith("Handread met an error of its own (ZeroDivisionError: division by zero)")
    assert "met an error of our own" in caplog.text


# -- the key


async def test_a_refused_key_stops_the_sending_and_the_rest_waits(open_desk: OpenDesk) -> None:
    desk = open_desk()
    for number in range(20):
        desk.add(f"{number}.png")
    runner = desk.runner(client=lambda: open_client(desk.service.url, "wrong"))
    outcome = await runner.run(until_idle=True)
    assert outcome.closure is Closure.KEY
    assert "127.0.0.1 does not take the key" in outcome.trouble
    states = [item.state for item in desk.items()]
    assert states.count(State.FAILED) == outcome.failed == 1
    assert states.count(State.WAITING) == 19
    assert len(desk.service.posts) <= PACE.in_flight


async def test_a_key_refused_while_polling_loses_no_operation(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(reply({"error": {"code": "401", "message": "No."}}, 401)))
    desk.add()
    assert (await desk.run()).closure is Closure.KEY
    assert desk.item().state is State.SENT


async def test_a_key_that_may_not_be_sent_is_told_before_anything_is(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add()
    outcome = await desk.runner(client=lambda: open_client("http://vision.test", KEY)).run(until_idle=True)
    assert outcome.closure is Closure.KEY
    assert "is not sent to vision.test over plain http" in outcome.trouble
    assert desk.item().state is State.WAITING


async def test_the_key_is_in_no_log_error_or_file(open_desk: OpenDesk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = open_desk(
        refused({"error": {"message": f"Bad key {KEY}"}}, 400),
        submission(accept=RESET),
        submission(state("failed", error={"code": KEY, "message": f"Not with {KEY}"})),
        submission(DONE),
        files={"/scan.png": reply(b"picture")},
    )
    for number in range(5):
        desk.add(f"{number}.png")
    desk.add_url()
    outcome = await desk.run()
    assert (outcome.done, outcome.failed) == (3, 3)
    assert KEY not in caplog.text
    assert KEY not in repr(outcome)
    assert all(KEY not in repr(item) for item in desk.items())
    for file in desk.folder.rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes()


# -- pictures


async def test_a_file_is_sent_byte_by_byte(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add(content=b"picture \x00\xff")
    await desk.run()
    assert desk.service.posts[0].body == b"picture \x00\xff"


async def test_a_file_that_has_vanished_is_named(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add("gone.png")
    (desk.folder / "gone.png").unlink()
    await desk.run()
    assert (
        why(desk) == f"vanished: {desk.folder}/gone.png is no longer there. Put it back; in the queue, ! tries again."
    )
    assert desk.service.requests == []


async def test_a_file_that_became_another_is_not_sent(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add("a.png")
    (desk.folder / "a.png").write_bytes(b"picture of something else")
    await desk.run()
    assert why(desk) == f"changed: {desk.folder}/a.png has changed since it was added. Add it again."
    assert desk.service.requests == []


async def test_a_name_that_is_no_text_can_be_read(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add("a\udcff\x1b.png", content=b"picture")
    assert (await desk.run()).done == 1


async def test_a_url_goes_to_the_service_as_it_is_and_is_fetched_once(open_desk: OpenDesk) -> None:
    desk = open_desk(
        submission(state("failed")), submission(DONE), files={"/scan.png": reply(b"picture")}, pace=Pace(in_flight=1)
    )
    number = desk.add_url()
    await desk.run()
    with desk.store() as store:
        assert store.retry(number)
    await desk.run()
    item = desk.item()
    assert [json.loads(post.body) for post in desk.service.posts] == [{"url": item.source}] * 2
    [fetched] = [request for request in desk.service.requests if request.path == "/scan.png"]
    assert fetched.key is None
    assert item.copy == str(desk.folder / "cache" / f"{hashlib.sha256(item.source.encode()).hexdigest()}.img")
    assert measured(Path(item.copy)).bytes == len(b"picture")
    assert desk.pages()[0].width == 100


async def test_the_carried_engine_is_given_the_bytes_of_a_url(open_desk: OpenDesk) -> None:
    desk = open_desk(files={"/scan.png": reply(b"picture")}, local=True)
    desk.add_url()
    await desk.run()
    assert desk.service.posts[0].body == b"picture"


async def test_a_url_that_is_no_picture_fails_and_leaves_nothing(open_desk: OpenDesk) -> None:
    desk = open_desk(files={"/scan.png": reply(b"<html>")})
    desk.add_url()
    await desk.run()
    assert why(desk) == "picture: This is no picture."
    assert list((desk.folder / "cache").iterdir()) == []
    assert desk.service.posts == []


async def test_an_address_that_refuses_is_not_a_refused_key(open_desk: OpenDesk) -> None:
    desk = open_desk(files={"/scan.png": reply(status=403)})
    desk.add_url()
    assert await desk.run() == Outcome(failed=1)
    assert "127.0.0.1 does not hand this image out (403)" in why(desk)


async def test_an_address_in_trouble_is_tried_again(open_desk: OpenDesk) -> None:
    busy = reply(status=429, Retry_After="3")
    desk = open_desk(files={"/scan.png": [reply(status=503), busy, DROPPED, reply(b"picture")]})
    desk.add_url()
    assert (await desk.run()).done == 1


# -- restarts


async def test_a_sent_item_is_asked_after_and_not_posted_again(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.left_behind(sent_to=desk.service.operation(running(), DONE))
    assert (await desk.run()).done == 1
    assert (len(desk.service.posts), len(desk.service.polls)) == (0, 2)


KILLED = """
import asyncio, os, sys
from pathlib import Path
from tui.dialects import DIALECTS, open_client
from tui.runner import Runner
from tui.settings import Service

folder, url = Path(sys.argv[1]), sys.argv[2]

async def sleep(seconds):
    os.kill(os.getpid(), 9)

service = Service("vision", "read-3.2", url)
runner = Runner(folder / "queue.db", service, client=lambda: open_client(url, sys.argv[3]),
                dialect=DIALECTS["read-3.2"]({}), measure=None, cache=folder, sleep=sleep)
asyncio.run(runner.run(until_idle=True))
"""


async def test_a_process_killed_while_polling_costs_nothing_twice(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), pace=Pace(in_flight=1))
    desk.add()
    desk.time.now = time.time()
    command = [sys.executable, "-c", KILLED, str(desk.folder), desk.service.url, KEY]
    killed = await asyncio.to_thread(subprocess.run, command, check=False)
    assert killed.returncode == -9
    assert desk.item().state is State.SENT
    assert await desk.run() == Outcome(done=1)
    assert (len(desk.service.posts), len(desk.service.polls)) == (1, 1)


async def test_a_finished_operation_is_collected_after_a_day(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.left_behind(sent_to=desk.service.operation(DONE))
    desk.time.now += 86_400
    assert (await desk.run()).done == 1
    assert desk.service.posts == []


async def test_an_item_that_was_being_sent_is_left_to_the_person(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.left_behind(is_posted=True)
    assert await desk.run() == Outcome(failed=1)
    assert desk.service.requests == []
    assert why(desk).startswith("interrupted: Handread ended while the image was being sent.")


async def test_an_item_that_had_only_been_taken_up_is_sent_as_if_nothing_had_happened(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.left_behind()
    assert await desk.run() == Outcome(done=1)
    assert len(desk.service.posts) == 1


async def test_the_carried_engine_starts_over_for_free(open_desk: OpenDesk) -> None:
    desk = open_desk(local=True)
    desk.left_behind()
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 1


async def test_one_runner_at_a_time(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add()
    with desk.store() as store, store.lease() as is_mine:
        assert is_mine
        outcome = await desk.run()
        assert outcome.trouble == (
            f"Another Handread ({store.lease_holder()}) is running this queue, and only one can at a time."
        )
    assert desk.item().state is State.WAITING


# -- stop, pause, wake


def in_a_thread(runner: Runner) -> tuple[threading.Thread, list[Outcome]]:
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(asyncio.run(runner.run())))
    thread.start()
    return thread, outcomes


async def test_stopping_leaves_what_was_sent_and_what_waits(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running()), pace=Pace(in_flight=1))
    desk.add("a.png")
    desk.add("b.png")
    runner = desk.runner(clock=time.time, sleep=asyncio.sleep)
    thread, outcomes = in_a_thread(runner)
    await until(lambda: desk.item(1).state is State.SENT)
    runner.stop()
    await asyncio.to_thread(thread.join)
    assert outcomes == [Outcome(stopped=True)]
    assert [item.state for item in desk.items()] == [State.SENT, State.WAITING]


async def test_stopping_waits_for_the_answer_to_a_submission(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE, accept=Step(202, delay=0.2)))
    desk.add()
    runner = desk.runner(clock=time.time, sleep=asyncio.sleep)
    thread, _ = in_a_thread(runner)
    await until(lambda: len(desk.service.posts) == 1)
    runner.stop()
    await asyncio.to_thread(thread.join)
    assert desk.item().state is State.SENT
    assert desk.item().operation


async def test_stopping_before_the_start_does_nothing(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.add()
    runner = desk.runner()
    runner.stop()
    assert await runner.run() == Outcome(stopped=True)
    assert desk.item().state is State.WAITING


async def test_stopping_while_a_picture_is_fetched_puts_it_back(open_desk: OpenDesk) -> None:
    desk = open_desk(files={"/scan.png": Step(200, b"picture", delay=60)})
    desk.add_url()
    runner = desk.runner()
    task = asyncio.create_task(runner.run())
    await until(lambda: len(desk.service.requests) == 1)
    runner.stop()
    await task
    assert desk.item().state is State.WAITING


async def test_an_interrupt_leaves_no_item_half_done(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running()))
    desk.add()
    task = asyncio.create_task(desk.runner(clock=time.time, sleep=asyncio.sleep).run())
    await until(lambda: desk.item().state is State.SENT)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert desk.item().state is State.SENT


async def test_a_paused_runner_finishes_what_was_sent_and_sends_nothing_new(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), pace=Pace(in_flight=1, first_poll=0.05))
    desk.add("a.png")
    runner = desk.runner(clock=time.time, sleep=asyncio.sleep)
    task = asyncio.create_task(runner.run())
    await until(lambda: desk.item(1).state is State.SENT)
    runner.pause()
    desk.add("b.png")
    runner.wake()
    await until(lambda: desk.item(1).state is State.DONE)
    assert desk.item(2).state is State.WAITING
    runner.resume()
    await until(lambda: desk.item(2).state is State.DONE)
    runner.stop()
    assert (await task).done == 2


async def test_what_is_added_later_is_read_too(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), pace=Pace(first_poll=0.01))
    runner = desk.runner(
        clock=time.time, sleep=lambda seconds: asyncio.sleep(3600 if seconds == LOOK_AGAIN else seconds)
    )
    task = asyncio.create_task(runner.run())
    await asyncio.sleep(0.05)
    desk.add()
    runner.wake()
    await until(lambda: desk.item().state is State.DONE)
    runner.stop()
    await task


# -- the disk


async def test_what_cannot_be_written_is_written_later(open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = open_desk(submission(DONE))
    desk.add()
    real, tries, seen = Store.done, [0], []

    def full_at_first(self: Store, *args: Any, **more: Any) -> None:
        tries[0] += 1
        if tries[0] < 5:
            raise StoreError("The disk is full.")
        real(self, *args, **more)

    async def look(seconds: float) -> None:
        seen.append((seconds, runner.trouble))
        await desk.time.sleep(seconds)

    monkeypatch.setattr(Store, "done", full_at_first)
    runner = desk.runner(sleep=look)
    assert await runner.run(until_idle=True) == Outcome(done=1)
    assert seen[1:] == [
        (1, "The disk is full."),
        (2, "The disk is full."),
        (4, "The disk is full."),
        (8, "The disk is full."),
    ]
    assert len(desk.service.posts) == 1


async def test_a_queue_that_cannot_be_opened_is_a_sentence(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.queue.write_bytes(b"this is no queue at all" * 100)
    outcome = await desk.run()
    assert "queue.db" in outcome.trouble


async def test_a_day_of_back_off_passes_in_no_time(open_desk: OpenDesk) -> None:
    busy = refused({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 15 minutes."}, 429)
    desk = open_desk(*[busy] * 96, submission(DONE))
    desk.add()
    started = desk.time.now
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 97
    assert desk.time.now - started >= 86_400


def test_a_client_is_opened_once_a_run(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE))
    desk.add("a.png")
    desk.add("b.png")
    asyncio.run(desk.run())
    assert desk.clients == 1
    with closing(desk.store()) as store:
        assert store.tally().items[State.DONE] == 2


# -- what services were recorded with

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded"


def recorded(name: str) -> Step:
    file = RECORDED / f"{name}.json"
    if not file.exists():
        pytest.skip("the recorded answers are not here")
    return reply(file.read_bytes())


async def test_a_recorded_page_is_read_in_pixels_of_its_scan(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running(), recorded("v3.0__handprint-glaser-0029")))

    def glaser(path: Path) -> ImageFacts:
        return replace(measured(path), page_sizes=((2752, 3382),))

    desk.add(facts=glaser)
    assert await desk.run() == Outcome(done=1)
    [page] = desk.pages()
    assert (desk.item().lines, page.width, page.height) == (47, 2752, 3382)
    polygons = [word.polygon for line in page.lines for word in line.words]
    assert len(polygons) == 342
    assert max(polygon.bounds[2] for polygon in polygons if polygon) > 1459


async def test_recognize_text_goes_through_its_recorded_statuses(open_desk: OpenDesk) -> None:
    names = ("v2.x__status-NotStarted", "v2.x__status-Running", "v1.0__spec-GetTextOperationResult")
    desk = open_desk(submission(*map(recorded, names)), dialect="recognize-text-2.0")
    desk.add()
    assert await desk.run() == Outcome(done=1)
    assert [poll.path for poll in desk.service.polls] == ["/vision/v2.0/textOperations/00000001"] * 3
    assert desk.pages()[0].lines[0].text == "Our greatest glory is not"
    assert desk.item().doubtful == 0


async def test_a_recorded_failure_says_that_it_gave_no_reason(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(recorded("container-v3.2__docs-syncAnalyze-failed")))
    desk.add()
    await desk.run()
    assert why(desk) == "failed: The service could not read this image and gave no reason."
