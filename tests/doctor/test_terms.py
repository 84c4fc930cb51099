"""What a service allows, costs, and for how long it goes on."""

from datetime import date

import pytest

from tui.doctor.check import Found
from tui.doctor.terms import budget_check, retirement_check, tier_check
from tui.settings import Service

TODAY = date(2026, 11, 22)


def cloud(dialect: str = "read-3.2", endpoint: str = "https://a.test", **more: object) -> Service:
    return Service("cloud", dialect, endpoint, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("service", "named", "state", "says"),
    [
        (
            cloud(tier="F0"),
            "",
            Found.OK,
            "F0, as the profile says: at most 20 calls a minute, posts and polls together",
        ),
        (cloud(tier="F0"), "", Found.OK, "a file may have 4 MB and 2 pages"),
        (cloud(tier="S1"), "", Found.OK, "at most 10 calls a second"),
        (cloud(), "", Found.UNKNOWN, "it is taken for a paid one"),
        (cloud(), "F0", Found.UNKNOWN, "F0, as the service says: at most 20 calls a minute"),
        (cloud(), "F0", Found.UNKNOWN, "4 MB and 2 pages"),
        (
            cloud("document-intelligence-2024-11-30", tier="S0"),
            "",
            Found.OK,
            "at most 15 calls a second to post and 50 calls a second to poll",
        ),
        (cloud(calls_per_minute=30, tier="S1"), "", Found.OK, "at most 30 calls a minute"),
        (cloud(endpoint="http://127.0.0.1:5000"), "", Found.OK, "on this machine: calls as fast as they go"),
        (cloud(on_premises=True), "", Found.UNKNOWN, "write tier = 'container'"),
        (
            cloud("recognize-text-2.0", tier="S1"),
            "",
            Found.OK,
            "a file may have 4 MB, a page up to 4,199 pixels a side",
        ),
    ],
)
def test_the_tier_says_how_fast_and_how_large(service: Service, named: str, state: Found, says: str) -> None:
    check = tier_check(service, named)
    assert check.state is state
    assert says in check.says


@pytest.mark.parametrize(
    ("service", "sent", "state", "says"),
    [
        (cloud(), 12, Found.OK, "12 images were sent from this queue; the profile sets no limit"),
        (cloud(max_calls=100, price_per_thousand=1.5), 20, Found.OK, "for 0.03 or more, of 100 that may be"),
        (cloud(max_calls=20), 20, Found.WRONG, "20 images were sent from this queue, of 20 that may be. --max-calls N"),
    ],
)
def test_the_budget_says_how_much_of_it_is_left(service: Service, sent: int, state: Found, says: str) -> None:
    check = budget_check(service, sent)
    assert check.state is state
    assert says in check.says


@pytest.mark.parametrize(
    ("service", "today", "state"),
    [
        (cloud("recognize-text-2.0"), TODAY, Found.WRONG),
        (cloud("recognize-text-2.0", "http://127.0.0.1:5000"), TODAY, Found.OK),
        (cloud("read-3.1", tier="container"), TODAY, Found.OK),
        (cloud("image-analysis-4.0"), TODAY, Found.OK),
        (cloud("image-analysis-4.0"), date(2028, 9, 1), Found.UNKNOWN),
        (cloud("read-3.2"), TODAY, Found.OK),
    ],
)
def test_a_service_that_ends_is_told_in_time(service: Service, today: date, state: Found) -> None:
    assert retirement_check(service, today).state is state
