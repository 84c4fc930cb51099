"""What may be sent, and how much of it: a budget that outlives a restart, and folders that nothing leaves."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.fake_service import RESET, Submission, answered, refused, reply, running, submission
from tests.runner.desk import ANSWER, DONE, KEY, Desk, OpenDesk, until, why
from tui.dialects import DIALECTS, open_client
from tui.model import State
from tui.quote import quote_of
from tui.runner import Closure
from tui.seclusion import MARK, marked_folder
from tui.settings import Pace


def add(desk: Desk, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        desk.add(f"{number}.png")


# -- the budget


async def test_no_more_images_are_sent_than_may_be(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), more={"max_calls": 3})
    add(desk, 5)
    outcome = await desk.run()
    assert (outcome.done, outcome.closure) == (3, Closure.BUDGET)
    assert outcome.trouble.startswith("3 sent to vision, as many as may be: the rest waits.")
    assert len(desk.service.posts) == 3
    assert [item.state for item in desk.items()] == [State.DONE] * 3 + [State.WAITING] * 2


async def test_the_count_survives_a_restart(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), more={"max_calls": 3})
    add(desk, 2)
    assert (await desk.run()).closure is None
    add(desk, 2, start=2)
    assert (await desk.run()).closure is Closure.BUDGET
    assert len(desk.service.posts) == 3


async def test_a_larger_budget_goes_on(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), more={"max_calls": 1})
    add(desk, 2)
    await desk.run()
    desk.more = {"max_calls": 2}
    outcome = await desk.run()
    assert (outcome.done, outcome.closure) == (1, None)


@pytest.mark.parametrize(
    "first",
    [
        refused({"error": {"code": "429", "message": "Try again in 2 seconds."}}, 429),
        refused({"error": {"code": "InternalServerError", "message": "Oops."}}, 500),
    ],
    ids=["too many calls", "a passing fault"],
)
async def test_what_the_service_did_not_take_is_not_counted(open_desk: OpenDesk, first: Submission) -> None:
    desk = open_desk(first, submission(DONE), more={"max_calls": 1})
    add(desk, 1)
    assert (await desk.run()).done == 1
    with desk.store() as store:
        assert store.calls("vision") == 1


async def test_what_the_service_may_have_taken_is_counted(open_desk: OpenDesk) -> None:
    desk = open_desk(Submission(RESET), more={"max_calls": 1})
    add(desk, 2)
    outcome = await desk.run()
    assert (outcome.failed, outcome.closure) == (1, Closure.BUDGET)
    assert len(desk.service.posts) == 1


async def test_a_picture_that_has_vanished_costs_no_call(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), more={"max_calls": 1})
    add(desk, 2)
    await asyncio.to_thread(Path(desk.item(1).source).unlink)
    outcome = await desk.run()
    assert (outcome.done, outcome.failed, outcome.closure) == (1, 1, None)


async def test_what_was_sent_is_still_asked_after_when_the_budget_is_used_up(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), more={"max_calls": 1})
    desk.left_behind(sent_to=desk.service.operation(DONE))
    desk.add("b.png")
    outcome = await desk.run()
    assert (outcome.done, outcome.closure) == (1, Closure.BUDGET)
    assert desk.service.posts == []


async def test_a_call_that_is_given_back_can_be_made_for_another_image(open_desk: OpenDesk) -> None:
    desk = open_desk(refused({"message": "Try again in 2 seconds."}, 429), submission(DONE), more={"max_calls": 1})
    add(desk, 2)
    outcome = await desk.run()
    assert (outcome.done, outcome.closure) == (1, Closure.BUDGET)
    with desk.store() as store:
        assert store.calls("vision") == 1


async def test_a_quote_counts_what_a_killed_process_had_only_taken_up(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.left_behind()
    with desk.store() as store:
        assert quote_of(store, desk.profile).images == 1
        store.posting(1)
        assert quote_of(store, desk.profile).images == 0


# -- what was paid for


async def test_what_was_given_up_is_asked_after_again_and_not_paid_again(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(*[running()] * 60, DONE), pace=Pace(deadline=300, longest_poll=10))
    desk.add()
    assert (await desk.run()).failed == 1
    assert why(desk).startswith("deadline: ")
    with desk.store() as store:
        assert store.retry(1)
        assert quote_of(store, desk.profile).images == 0
    while desk.item().state is not State.DONE:
        await desk.run()
        with desk.store() as store:
            store.retry(1)
    assert len(desk.service.posts) == 1


async def test_an_operation_elsewhere_is_collected_once_the_profile_says_it_is_the_same_service(
    open_desk: OpenDesk,
) -> None:
    accept = reply(status=202, Operation_Location="http://ocr.inside:5000/vision/v3.2/read/analyzeResults/00000001")
    desk = open_desk(submission(DONE, accept=accept))
    desk.add()
    assert (await desk.run()).failed == 1
    assert why(desk).startswith("foreign: ")
    with desk.store() as store:
        store.retry(1)
    rebuilding = desk.runner(client=lambda: open_client(desk.service.url, KEY, rebuild_location=True))
    assert (await rebuilding.run(until_idle=True)).done == 1
    assert len(desk.service.posts) == 1


@pytest.mark.parametrize("answer", [{"status": "running"}, {"nothing": 1}], ids=["no end", "nonsense"])
async def test_a_container_that_has_answered_is_not_sent_the_image_again(open_desk: OpenDesk, answer: object) -> None:
    desk = open_desk(answered(answer), more={"max_calls": 5})
    desk.add()
    dialect = DIALECTS["read-3.2"]({"sync": "true"})
    assert (await desk.runner(dialect=dialect).run(until_idle=True)).failed == 1
    assert why(desk).startswith("interrupted: ")
    assert len(desk.service.posts) == 1
    with desk.store() as store:
        assert store.calls("vision") == 1


@pytest.mark.parametrize("status", [502, 504])
async def test_a_gateway_that_heard_nothing_may_have_passed_the_image_on(open_desk: OpenDesk, status: int) -> None:
    desk = open_desk(refused(b"downstream duration timeout", status))
    desk.add()
    assert (await desk.run()).failed == 1
    assert why(desk).startswith("interrupted: ")
    assert len(desk.service.posts) == 1


async def test_stopping_keeps_an_answer_that_comes_with_the_submission(open_desk: OpenDesk) -> None:
    desk = open_desk(Submission(reply({"status": "succeeded", **ANSWER}, delay=0.3)))
    desk.add()
    runner = desk.runner(dialect=DIALECTS["read-3.2"]({"sync": "true"}))
    running_ = asyncio.create_task(runner.run())
    await until(lambda: bool(desk.service.posts))
    runner.stop()
    await running_
    assert desk.item().state is State.DONE


async def test_a_pause_holds_what_has_not_left_yet(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(DONE), more={"calls_per_minute": 6})
    add(desk, 3)

    async def pause(_: httpx.Request) -> None:
        runner.pause()

    def client() -> httpx.AsyncClient:
        http = desk.client()
        http.event_hooks = {"request": [pause]}
        return http

    async def sleep(seconds: float) -> None:
        if len(desk.time.slept) > 50:
            runner.stop()
        await desk.time.sleep(seconds)

    runner = desk.runner(client=client, sleep=sleep)
    await runner.run()
    assert len(desk.service.posts) == 1


# -- a version that is no more


async def test_a_retired_version_stops_the_sending_after_one_image(open_desk: OpenDesk) -> None:
    gone = {"error": {"code": "Gone", "message": "The requested API version has been retired."}}
    desk = open_desk(refused(gone, 410), dialect="recognize-text-2.0")
    add(desk, 5)
    outcome = await desk.run()
    assert (outcome.failed, outcome.closure) == (1, Closure.RETIRED)
    assert len(desk.service.posts) <= desk.pace.in_flight
    assert "use the dialect read-3.2" in outcome.trouble
    assert sorted(item.state for item in desk.items()) == [State.FAILED] + [State.WAITING] * 4


async def test_a_service_that_names_no_operations_is_sent_a_few_images_and_no_more(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(accept=reply(status=202, Operation_Location=None)), pace=Pace(in_flight=1))
    add(desk, 6)
    outcome = await desk.run()
    assert (outcome.failed, outcome.closure) == (3, Closure.LOST)
    assert len(desk.service.posts) == 3
    assert "named no operation to ask after" in outcome.trouble


# -- folders that nothing leaves


async def test_a_marked_folder_stays_in_the_house(open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = open_desk(submission(DONE))
    monkeypatch.setattr("tui.settings.is_loopback", lambda _: False)
    desk.add()
    (desk.folder / MARK).touch()
    assert (await desk.run()).failed == 1
    assert desk.service.requests == []
    assert why(desk).startswith(f"secluded: {desk.folder / 'a.png'} was not sent: {desk.folder / MARK} keeps")
    assert "--service local" in why(desk)


async def test_a_service_in_the_house_reads_a_marked_folder(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(submission(DONE), more={"on_premises": True})
    monkeypatch.setattr("tui.settings.is_loopback", lambda _: False)
    desk.add()
    (desk.folder / MARK).touch()
    assert (await desk.run()).done == 1


def test_a_mark_holds_for_all_that_lies_below(tmp_path: Path) -> None:
    inner = tmp_path / "box" / "folder"
    inner.mkdir(parents=True)
    (tmp_path / "box" / MARK).touch()
    assert marked_folder(inner / "a.png") == tmp_path / "box"
    assert marked_folder(tmp_path / "a.png") is None


def test_a_link_leads_out_of_no_marked_folder(tmp_path: Path) -> None:
    closed, open_ = tmp_path / "closed", tmp_path / "open"
    closed.mkdir()
    open_.mkdir()
    (closed / MARK).touch()
    (closed / "a.png").touch()
    (open_ / "a.png").symlink_to(closed / "a.png")
    assert marked_folder(open_ / "a.png") == closed
