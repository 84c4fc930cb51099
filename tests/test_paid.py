"""What costs money: it is said before, asked for where a person is, and ends where it was to end."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.fake_service import FakeService, submission
from tests.terminal import Terminal
from tests.test_program import HANDREAD, READ, handread, home, profile
from tests.view.conftest import draw_page
from tui.assembly import notice_for
from tui.exits import BUDGET_REACHED, DONE, INTERRUPTED
from tui.model import Failure, ImageFacts
from tui.quote import quote_of
from tui.settings import Service
from tui.store import NewItem, Store

__all__ = ["home"]

PAID = "price_per_thousand = 1.5"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def service(home: dict[str, str]) -> Iterator[FakeService]:
    with FakeService([submission(READ)], key=KEY) as service:
        profile(home, service, PAID)
        home["CLOUD_KEY"] = KEY
        yield service


@pytest.fixture
def scans(tmp_path: Path) -> list[str]:
    names = [str(tmp_path / f"{number}.png") for number in range(3)]
    for number, name in enumerate(names):
        draw_page(Path(name), (f"page {number}",))
    return names


# -- the words


def waiting(store: Store, name: str, pages: int = 1) -> None:
    store.add([NewItem(f"/scans/{name}", "cloud", ImageFacts(name, 1, "TIFF", ((10, 10),) * pages))])


def test_a_quote_names_images_calls_and_cost(tmp_path: Path) -> None:
    service = Service("cloud", "read-3.2", "https://x.example", price_per_thousand=1.5)
    with Store(tmp_path / "queue.db") as store:
        for number in range(342):
            waiting(store, f"{number}")
        assert quote_of(store, service).sentence == "342 images, at most 342 paid calls, about 0.51"


def test_a_quote_counts_pages_because_services_charge_by_them(tmp_path: Path) -> None:
    service = Service("cloud", "read-3.2", "https://x.example", price_per_thousand=10)
    with Store(tmp_path / "queue.db") as store:
        waiting(store, "a", pages=99)
        waiting(store, "b")
        store.add([NewItem("/scans/c", "cloud", failure=Failure("unreadable", "It is empty."))])
        assert quote_of(store, service).sentence == "2 images (100 pages), at most 2 paid calls, about 1.00"


def test_a_quote_stays_within_the_budget(tmp_path: Path) -> None:
    service = Service("cloud", "read-3.2", "https://x.example", max_calls=3)
    with Store(tmp_path / "queue.db") as store:
        for number in range(5):
            waiting(store, f"{number}")
        store.posting(1)
        quote = quote_of(store, service, only=[1, 2, 3, 4])
    assert quote.sentence == "4 images, at most 2 paid calls (1 made before)"


def test_a_service_that_has_ended_is_told_of_where_it_is_microsofts() -> None:
    cloud = Service("cloud", "recognize-text-2.0", "https://x.cognitiveservices.azure.com")
    assert "Microsoft retired Recognize Text 2.0 on 13 September 2026" in notice_for(cloud, date(2026, 11, 22))
    assert notice_for(cloud, date(2020, 1, 1)) == ""
    assert notice_for(replace(cloud, tier="container"), date(2026, 11, 22)) == ""
    assert notice_for(replace(cloud, endpoint="http://127.0.0.1:5000"), date(2026, 11, 22)) == ""


# -- without a screen


def test_a_script_is_told_and_not_asked(home: dict[str, str], service: FakeService, scans: list[str]) -> None:
    done = handread(home, "run", *scans)
    assert done.returncode == DONE
    assert "cloud: 3 images, at most 3 paid calls, below 0.01." in done.stderr
    assert len(service.posts) == 3


def test_a_run_ends_at_its_budget_and_counts_on_at_the_next(
    home: dict[str, str], service: FakeService, scans: list[str]
) -> None:
    assert handread(home, "run", "--max-calls", "1", scans[0]).returncode == DONE
    again = handread(home, "run", "--max-calls", "2", *scans)
    assert again.returncode == BUDGET_REACHED
    assert "2 images, at most 1 paid call (1 made before)" in again.stderr
    assert "2 sent to cloud, as many as may be: the rest waits." in again.stderr
    assert len(service.posts) == 2
    assert json.loads(handread(home, "status", "--json").stdout)["calls"] == {"cloud": 2}
    assert "sent    to cloud 2" in handread(home, "status").stdout


def test_what_has_been_read_is_not_paid_for_again(home: dict[str, str], service: FakeService, scans: list[str]) -> None:
    first, second = handread(home, "run", *scans), handread(home, "run", *scans)
    assert first.stdout == second.stdout
    assert len(service.posts) == 3


def test_a_person_is_asked_first(home: dict[str, str], service: FakeService, scans: list[str]) -> None:
    with Terminal((*HANDREAD, "run", scans[0]), size=(100, 20), env=home) as terminal:
        terminal.wait_for(r"cloud: 1 image, at most 1 paid call, below 0.01; start\? \[y/N\]")
        terminal.type("n\r")
        assert terminal.wait() == INTERRUPTED
        assert "Nothing was sent." in terminal.text
    assert service.requests == []


# -- on the screen


def test_the_screen_asks_before_it_sends(home: dict[str, str], service: FakeService, scans: list[str]) -> None:
    with Terminal((*HANDREAD, *scans), size=(100, 24), env=home) as terminal:
        terminal.wait_for(r"3 images, at most 3 paid calls, below 0.01; start\?")
        terminal.send("enter", "n")
        terminal.wait_for(lambda terminal: "start?" not in terminal.text)
        terminal.wait_for(r"Not started, P asks again: 3 images")
        assert service.requests == []
        terminal.send("P")
        terminal.wait_for(r"3 images, .*; start\?")
        terminal.send("y")
        terminal.wait_for(r"done 3")
        terminal.send("q")
        assert terminal.wait() == DONE
    assert len(service.posts) == 3


def test_the_screen_says_when_the_budget_is_used_up(
    home: dict[str, str], service: FakeService, scans: list[str]
) -> None:
    with Terminal((*HANDREAD, "--max-calls", "2", *scans), size=(140, 24), env=home) as terminal:
        terminal.wait_for(r"3 images, at most 2 paid calls")
        terminal.send("y")
        terminal.wait_for(r"done 2(.|\n)*2 sent to cloud, as many as may be")
    assert len(service.posts) == 2
