"""How often a service is called: by what its tier allows, and never more often."""

import asyncio
from collections.abc import Sequence
from itertools import cycle, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_service import refused, running, state, submission
from tests.runner.desk import DONE, OpenDesk, Time
from tui.model import State
from tui.runner import Closure
from tui.runner.rates import HURRY, MARGIN, MINUTE, MOST_AT_ONCE, SECOND, UNLIMITED, Lane, rates_of
from tui.settings import Pace, Service

CLOUD = "https://archive.cognitiveservices.azure.com"


def most_in(window: float, times: list[float]) -> int:
    """Return how many of these times lie in any window of so many seconds."""
    return max(sum(start <= time < start + window for time in times) for start in times)


@pytest.mark.parametrize(
    ("dialect", "tier", "posts", "polls", "together"),
    [
        ("read-3.2", "F0", 20 / 60, 20 / 60, True),
        ("recognize-text-2.0", "F0", 20 / 60, 20 / 60, True),
        ("image-analysis-4.0", "S1", 10, 10, True),
        ("read-3.2", "", 10, 10, True),
        ("document-intelligence-2024-11-30", "F0", 1, 1, False),
        ("document-intelligence-2023-07-31", "S0", 15, 50, False),
        ("form-recognizer-2.1", "", 15, 50, False),
    ],
)
def test_rates_go_by_the_kind_of_service_and_its_tier(
    dialect: str, tier: str, posts: float, polls: float, together: bool
) -> None:
    rates = rates_of(Service("s", dialect, CLOUD, tier=tier))
    assert (rates.posts, rates.polls, rates.together) == (posts, polls, together)


def test_nobody_counts_the_calls_of_a_container_or_of_this_machine() -> None:
    assert rates_of(Service("s", "read-3.2", "http://ocr.archive.example:5000", tier="container")) == UNLIMITED
    assert rates_of(Service("s", "read-3.2", "http://127.0.0.1:5000")) == UNLIMITED
    assert rates_of(Service("s", "read-3.2", "local:")) == UNLIMITED


def test_a_profile_may_say_how_often_it_may_be_called() -> None:
    rates = rates_of(Service("s", "read-3.2", CLOUD, tier="F0", calls_per_minute=120))
    assert (rates.posts, rates.polls, rates.together) == (2, 2, True)


async def test_a_lane_lets_calls_through_one_by_one_in_the_order_of_coming() -> None:
    time = Time()
    lane = Lane(2.0, time, time.sleep)
    passed: list[tuple[int, float]] = []

    async def call(number: int) -> None:
        await lane.wait(lambda: 0.0)
        passed.append((number, time.now))

    await asyncio.gather(*map(call, range(20)))
    assert [number for number, _ in passed] == list(range(20))
    assert all(b - a >= 0.5 * MARGIN - 1e-6 for (_, a), (_, b) in pairwise(passed))


class BusyTime(Time):
    """A clock of a busy machine: whoever sleeps wakes late, by each of some times in turn."""

    def __init__(self, late: Sequence[float]) -> None:
        super().__init__()
        self._late = cycle(late)

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds + next(self._late))


async def passed(count: int, rate: float, window: float, late: Sequence[float]) -> list[float]:
    """Return when so many calls that all wait were let through."""
    time = BusyTime(late)
    lane, times = Lane(rate, time, time.sleep, window), []

    async def call() -> None:
        async with lane.turn(lambda: 0.0):
            times.append(time.now)

    await asyncio.gather(*(call() for _ in range(count)))
    return times


async def test_calls_that_come_a_little_late_are_made_up_for() -> None:
    times = await passed(500, 50.0, SECOND, [0.004])
    assert 499 / (times[-1] - times[0]) == pytest.approx(50 / MARGIN, rel=0.01)


async def test_what_is_counted_by_the_minute_may_be_made_up_for_after_longer() -> None:
    times = await passed(500, 50.0, MINUTE, [0.0] * 60 + [0.3])
    assert 499 / (times[-1] - times[0]) == pytest.approx(50 / MARGIN, rel=0.04)  # else a quarter would be lost
    assert min(b - a for a, b in pairwise(times)) >= HURRY * MARGIN / 50 - 1e-6


@given(
    st.sampled_from([(10.0, SECOND), (2.0, MINUTE), (1 / 3, SECOND)]),
    st.lists(st.floats(0, 5) | st.floats(0, 0.1), min_size=1, max_size=20),
)
def test_however_late_calls_come_no_window_holds_more_than_the_service_takes(
    counted: tuple[float, float], late: list[float]
) -> None:
    rate, window = counted
    times = asyncio.run(passed(150, rate, window, late))
    assert most_in(window - 1e-6, times) <= max(1, rate * window)


async def test_no_more_calls_are_under_way_at_once_than_connections_are_good_for() -> None:
    time = Time()
    lane, under_way, most = Lane(0.0, time, time.sleep), 0, 0

    async def call() -> None:
        nonlocal under_way, most
        async with lane.turn(lambda: 0.0):
            under_way += 1
            most = max(most, under_way)
            for _ in range(5):
                await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(call() for _ in range(500)))
    assert most == MOST_AT_ONCE


async def test_who_waits_in_a_lane_heeds_a_complaint_that_comes_meanwhile() -> None:
    time = Time()
    lane = Lane(0.0, time, time.sleep)
    closed_until = time.now + 30
    await lane.wait(lambda: closed_until)
    assert time.now == closed_until


async def test_the_free_tier_is_called_twenty_times_a_minute_polls_included(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running(), running(), DONE), more={"tier": "F0"}, pace=Pace(in_flight=6))
    for number in range(12):
        desk.add(f"{number}.png")
    assert (await desk.run()).done == 12
    assert len(desk.calls) == 12 * 4
    assert most_in(60, desk.calls) <= 20
    assert most_in(3, desk.calls) == 1


async def test_document_intelligence_counts_posts_and_polls_apart(open_desk: OpenDesk) -> None:
    desk = open_desk(
        submission(running(), state("succeeded", analyzeResult={"pages": []})),
        dialect="document-intelligence-2024-11-30",
        more={"tier": "F0"},
    )
    for number in range(8):
        desk.add(f"{number}.png")
    assert (await desk.run()).done == 8
    assert most_in(1, desk.posts_at) == 1
    assert most_in(1, desk.polls_at) == 1


async def test_a_tier_that_only_the_service_names_is_heeded_from_then_on(open_desk: OpenDesk) -> None:
    words = "Requests have exceeded rate limit of your current F0 pricing tier. Please retry after 5 seconds."
    desk = open_desk(refused({"error": {"code": "429", "message": words}}, 429), submission(DONE))
    for number in range(5):
        desk.add(f"{number}.png")
    assert (await desk.run()).done == 5
    later = [time for time in desk.calls if time > desk.calls[0] + 5]
    assert most_in(3, later) == 1


async def test_the_first_poll_of_a_counted_service_is_no_sooner_than_a_second_after_the_post(
    open_desk: OpenDesk,
) -> None:
    desk = open_desk(submission(DONE), more={"tier": "S1"}, pace=Pace(first_poll=0.01))
    desk.add()
    assert (await desk.run()).done == 1
    assert desk.polls_at[0] - desk.posts_at[0] >= 1


async def test_a_countdown_tells_when_the_whole_profile_is_called_again(open_desk: OpenDesk) -> None:
    desk = open_desk(refused({"error": {"code": "429", "message": "Slow down."}}, 429, Retry_After="12"))
    desk.add()
    seen: list[str] = []

    async def look(seconds: float) -> None:
        seen.append(runner.trouble)
        if len(seen) > 3:
            runner.stop()
        await desk.time.sleep(min(seconds, 5.0))

    runner = desk.runner(sleep=look)
    await runner.run(until_idle=True)
    assert "Called again in 12 s: 127.0.0.1 has had too many calls: Slow down." in seen
    assert any(trouble.startswith("Called again in 7 s") for trouble in seen)


async def test_a_run_does_not_sit_for_days_until_a_quota_is_filled_up(open_desk: OpenDesk) -> None:
    words = "Out of call volume quota. Quota will be replenished in 2.12 days."
    desk = open_desk(refused({"statusCode": 403, "message": words}, 403))
    desk.add()
    outcome = await desk.run()
    assert outcome.closure is Closure.QUOTA
    assert outcome.trouble.startswith("Called again in 2 days 3 h: ")
    assert desk.item().state is State.WAITING
    assert desk.item().not_before > desk.time.now + 2 * 86_400


async def test_nor_where_other_images_wait_in_the_lane(open_desk: OpenDesk) -> None:
    words = "Out of call volume quota. Quota will be replenished in 2.12 days."
    desk = open_desk(refused({"statusCode": 403, "message": words}, 403), more={"tier": "F0"})
    for number in range(3):
        desk.add(f"{number}.png")
    assert (await desk.run()).closure is Closure.QUOTA
    assert [item.state for item in desk.items()] == [State.WAITING] * 3


async def test_a_clock_that_is_set_back_holds_nobody_up_for_long() -> None:
    time = Time()
    lane = Lane(1.0, time, time.sleep)
    await lane.wait(lambda: 0.0)
    time.now -= 86_400
    back = time.now
    await lane.wait(lambda: 0.0)
    assert time.now - back < 2


async def test_time_in_which_nobody_asked_does_not_count_as_the_services(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(running(), running(), DONE))
    desk.add()
    nights = [8 * 3600.0]

    async def sleep(seconds: float) -> None:
        if desk.service.polls and nights:
            desk.time.now += nights.pop()
        await desk.time.sleep(seconds)

    assert (await desk.runner(sleep=sleep).run(until_idle=True)).done == 1
