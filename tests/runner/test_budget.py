"""What may be sent, and how much of it: a budget that outlives a restart, and folders that nothing leaves."""

import asyncio
from pathlib import Path

import pytest

from tests.fake_service import RESET, Submission, refused, submission
from tests.runner.desk import DONE, Desk, OpenDesk, why
from tui.model import State
from tui.runner import Closure
from tui.runner.seclusion import MARK, marked_folder


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
