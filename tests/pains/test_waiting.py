"""What users run into while they wait: statuses, rates, faults that pass, and what never comes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.fake_service import (
    DROPPED,
    RESET,
    Step,
    Submission,
    answered,
    refused,
    reply,
    running,
    state,
    submission,
    succeeded,
)
from tests.pains.clocks import Overheard, StillTime
from tests.pains.playing import Detour, Tell, ended, run_until_polled, shown, watching
from tests.runner.desk import ANSWER, DONE, KEY, NOT_STARTED, OpenDesk, why
from tests.runner.test_rates import most_in
from tui.dialects import DIALECTS, open_client
from tui.model import State
from tui.settings import Pace

ONE_BY_ONE = Pace(in_flight=1)
SYNC = "/vision/v3.2/read/syncAnalyze"


async def test_pain_01_a_missing_result(open_desk: OpenDesk, tell: Tell) -> None:
    desk = open_desk(submission(NOT_STARTED, running(), state("Failed")), dialect="recognize-text-2.0")
    desk.add()
    assert (await desk.run()).failed == 1
    assert len(desk.service.polls) == 3
    assert shown(desk) == "failed: The service could not read this image and gave no reason."
    tell("a poll's answer without recognitionResult", "NotStarted, Running, Failed", shown(desk))


async def test_pain_02_running_for_ever(open_desk: OpenDesk, tell: Tell) -> None:
    left = [running(), running(), DONE]
    endless = [running()]
    desk = open_desk(submission(*left), Submission(Step(202), endless), pace=ONE_BY_ONE)
    desk.add("left.png")
    assert (await run_until_polled(desk, 1)).stopped
    assert (desk.item().state, desk.item().operation) == (State.SENT, f"{desk.service.url}{desk.service.polls[0].path}")
    assert (await desk.run()).done == len(desk.service.posts) == 1  # taken up again where it was left

    desk.add("endless.png")
    before = len(desk.polls_at)
    assert (await desk.run()).failed == 1
    waits = [later - earlier for earlier, later in pairwise(desk.polls_at[before:])]
    assert waits[0] < waits[3] < waits[5]
    assert max(waits) < 11
    assert desk.item(2).operation
    tell("Running never ends", "Running for ever", shown(desk, 2))

    endless.append(DONE)
    with desk.store() as store:
        assert store.retry(2)
    assert (await desk.run()).done == 1
    assert len(desk.service.posts) == 2, "the operation was known, and yet the image was paid for again"


async def test_pain_03_statuses_of_any_casing(open_desk: OpenDesk, tell: Tell) -> None:
    words = ("Not Started", "RUNNING", "SUCCEEDED"), ("notStarted", "succeeded"), ("NotStarted", "Failed")
    plays = [submission(*(state(word, **ANSWER) for word in play)) for play in words]
    desk = open_desk(*plays, pace=ONE_BY_ONE)
    for name in "abc":
        desk.add(name)
    assert (await desk.run()).done == 2
    assert len(desk.service.polls) == 3 + 2 + 2
    states = ", ".join(item.state.value for item in desk.items())
    tell("casing differs between versions", "Not Started, SUCCEEDED, succeeded, Failed", states)


async def test_pain_04_too_many_calls(open_desk: OpenDesk, tell: Tell) -> None:
    busy = reply({"error": {"code": "429", "message": "Rate limit is exceeded. Please retry after 12 seconds."}}, 429)
    desk = open_desk(submission(busy, running(), DONE), more={"tier": "F0"})
    for number in range(12):
        desk.add(f"{number}.png")
    notices: list[str] = []
    runner = desk.runner(sleep=watching(desk, lambda: notices.append(runner.trouble)))
    assert (await runner.run(until_idle=True)).done == 12
    assert (len(desk.service.posts), len(desk.service.polls)) == (12, 36)
    assert most_in(60, desk.calls) <= 20
    notice = next(filter(None, notices))
    assert "12 s" in notice
    assert "retry after 12 seconds" in notice
    tell("429, also from polling; F0 has 20 a minute", "12 images on F0, a 429 to each first poll", notice)


async def test_pain_05_a_poll_at_once(open_desk: OpenDesk, tell: Tell) -> None:
    asked = Step(202, headers={"Retry-After": "4"})
    answer = succeeded({"analyzeResult": {"pages": []}}, "succeeded")
    desk = open_desk(
        submission(answer), submission(answer, accept=asked),
        dialect="document-intelligence-2024-11-30", more={"tier": "F0"}, pace=Pace(in_flight=1, first_poll=0.0),
    )  # fmt: skip
    desk.add("a")
    desk.add("b")
    assert (await desk.run()).done == 2
    waits = [poll - post for post, poll in zip(desk.posts_at, desk.polls_at, strict=True)]
    assert waits[0] >= 1
    assert waits[1] >= 4
    did = f"first polled {waits[0]:.1f} s after the POST, and {waits[1]:.1f} s where Retry-After was 4"
    tell("polling at once trips F0's limit", "Document Intelligence, F0", did)


async def test_pain_06_retries_that_say_nothing(open_desk: OpenDesk, tell: Tell) -> None:
    words = "Requests have exceeded the call rate limit of your current tier."
    busy = refused({"error": {"code": "429", "message": words}}, 429, Retry_After="7")
    oops = refused({"error": {"code": "InternalServerError", "message": "An unexpected error occurred."}}, 500)
    desk = open_desk(busy, oops, submission(DONE))
    desk.add()
    seen: list[str] = []
    runner = desk.runner(sleep=watching(desk, lambda: seen.append(shown(desk))))
    assert (await runner.run(until_idle=True)).done == 1
    assert len(desk.service.posts) == 3
    assert any(words in one for one in seen)
    assert any("An unexpected error occurred." in one for one in seen)
    tell("does the client retry, and why?", "429, 500, then taken", next(one for one in seen if words in one))


async def test_pain_13_an_operation_that_has_expired(open_desk: OpenDesk, tell: Tell) -> None:
    gone = reply({"error": {"code": "NotFound", "message": "Resource not found."}}, 404)
    desk = open_desk(submission(DONE), submission(running(), gone), submission(DONE), pace=ONE_BY_ONE)
    desk.add("a")
    desk.add("b")
    assert (await run_until_polled(desk, 2)).done == 1
    with desk.store() as store:
        assert store.answer(1) == DONE.body  # kept at once: nobody has to ask for it again
    sent_at = desk.item(2).sent_at
    assert sent_at > 0
    desk.time.now += 3 * 86_400
    assert (await desk.run()).failed == 1
    assert len(desk.service.posts) == 2
    assert why(desk, 2).startswith("expired: ")
    assert "! sends the image again, which is paid for again" in shown(desk, 2)
    tell("an operation's id expires", "NotFound after three days", shown(desk, 2))
    with desk.store() as store:
        assert store.retry(2)
    assert (await desk.run()).done == 1


async def test_pain_23_answers_that_are_no_json(open_desk: OpenDesk, tell: Tell) -> None:
    nonsense = [reply(b""), reply(b"downstream duration timeout"), reply(b"<html>Bad gateway</html>")]
    desk = open_desk(submission(*nonsense, DONE), submission(nonsense[1]), pace=ONE_BY_ONE)
    desk.add("a")
    desk.add("b")
    seen: list[str] = []
    runner = desk.runner(sleep=watching(desk, lambda: seen.append(shown(desk))))
    outcome = await runner.run(until_idle=True)
    assert (outcome.done, outcome.failed, len(desk.service.posts)) == (1, 1, 2)
    assert any("downstream duration timeout" in one for one in seen)
    assert "downstream duration timeout" in shown(desk, 2)
    tell("answers that are no JSON", "nothing, plain text, HTML; then for ever", shown(desk, 2))


async def test_pain_28_a_slow_service(open_desk: OpenDesk, tell: Tell) -> None:
    answer = succeeded({"analyzeResult": {"pages": []}}, "succeeded")
    dialect = "document-intelligence-2024-11-30"
    desk = open_desk(submission(*[running()] * 22, answer), dialect=dialect, time=StillTime())
    for name in "abc":
        desk.add(name)
    seen: list[str] = []
    most = 0

    def look() -> None:
        nonlocal most
        most = max(most, sum(item.state is State.SENT for item in desk.items()))
        seen.append(shown(desk))

    started = desk.time.now
    runner = desk.runner(sleep=watching(desk, look), dialect=Overheard(DIALECTS[dialect]({}), desk.time))
    assert (await runner.run(until_idle=True)).done == 3
    assert desk.time.now - started > 180
    assert most == 3
    waited = next(one for one in seen if "2 min" in one)
    tell("the successor is slower", "3 images that take minutes each", f"{most} at once, {waited}; then {shown(desk)}")


async def test_pain_29_polling_in_the_background(open_desk: OpenDesk, tell: Tell) -> None:
    desk = open_desk(submission(running(), running(), DONE), pace=Pace(in_flight=6))
    for number in range(30):
        desk.add(f"{number}.png")
    most = 0

    def look() -> None:
        nonlocal most
        most = max(most, sum(item.state is State.SENT for item in desk.items()))

    assert (await desk.runner(sleep=watching(desk, look)).run(until_idle=True)).done == 30
    assert most == 6
    desk.service.script = [answered({"status": "succeeded", **ANSWER})]
    before = len(desk.service.polls)
    desk.add("at-once.png")
    at_once = DIALECTS["read-3.2"]({"sync": "true"})
    assert (await desk.runner(dialect=at_once).run(until_idle=True)).done == 1
    assert (desk.service.posts[-1].path, len(desk.service.polls)) == (SYNC, before)
    did = f"polled {most} at once in the background; then {desk.service.posts[-1].path}, no poll"
    tell("why poll at all?", "30 images of three polls; a container", did)


async def test_pain_31_a_network_that_fails_after_ninety_images(open_desk: OpenDesk, tell: Tell) -> None:
    desk = open_desk(submission(DONE))
    for number in range(100):
        desk.add(f"{number}.png")
    away_until = 0.0

    def leads_there() -> bool:
        nonlocal away_until
        if len(desk.service.posts) >= 90 and not away_until:
            away_until = desk.time.now + 12
        return not desk.service.posts[89:] or desk.time.now >= away_until

    notices: list[str] = []
    clients = []

    def client() -> object:
        clients.append(open_client(desk.service.url, KEY, Detour(desk.service.url, leads_there)))
        return clients[-1]

    runner = desk.runner(client=client, sleep=watching(desk, lambda: notices.append(runner.trouble)))
    outcome = await runner.run(until_idle=True)
    assert (outcome.done, len(desk.service.posts), len(clients)) == (100, 100, 1)
    notice = next(filter(None, notices))
    assert "127.0.0.1 cannot be reached" in notice
    tell("connection errors after 90 images", "no network for 12 s, then again", f"{notice} Then {outcome.done} done.")


@pytest.mark.parametrize("fault", [DROPPED, RESET])
async def test_what_was_perhaps_taken_is_left_to_the_person(open_desk: OpenDesk, fault: Step) -> None:
    desk = open_desk(submission(accept=fault))
    desk.add()
    assert (await desk.run()).failed == len(desk.service.accepted) == 1
    assert ended(desk)[0].complaint.endswith("in the queue, ! sends it again.")
