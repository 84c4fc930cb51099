"""Every version of the computervision library that Recognize Text and Read were spoken to with."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import LINES, Clients
from tests.clients.expected import assert_lines
from tests.engine import drawn
from tui import demo

pytestmark = pytest.mark.xdist_group("clients")

UNKNOWN = "00000000-0000-4000-8000-000000000000"

OLD = [
    ("recognize_text_1_0.py", "computervision-0.1.0"),
    ("recognize_text_2_0.py", "computervision-0.2.0"),
    ("recognize_text.py", "computervision-0.3.0"),
    ("recognize_text.py", "computervision-0.5.0"),
]
BATCH = [("computervision-0.3.0", ["--mode", "Handwritten"]), ("computervision-0.5.0", [])]
ALL = [*OLD, ("batch_read.py", "computervision-0.5.0"), ("read_3_2.py", "computervision-0.9.1")]
EACH_API = [OLD[0], OLD[2], *ALL[-2:]]
"""One library for each: 1.0, 2.0, 2.1 and 3.2."""
ERRORS = {"read_3_2.py": "ComputerVisionOcrErrorException"}
"""The error of each library; where nothing is said here it is ComputerVisionErrorException."""
NO_IMAGE = {"batch_read.py": "InvalidImage", "read_3_2.py": "InvalidImage"}
"""How each API calls what is no image; where nothing is said here it is InvalidImageFormat."""


@pytest.mark.parametrize(("script", "library"), OLD)
def test_recognize_text_tells_what_is_written_and_where(
    clients: Clients, page: Path, script: str, library: str
) -> None:
    told = clients.ask(script, library, page)
    assert told["statuses"][-1] == "Succeeded"
    assert set(told["statuses"]) <= {"NotStarted", "Running", "Succeeded"}
    assert told["ended_in_enum"]
    assert_lines(told["lines"], LINES)
    boxes = [part["box"] for line in told["lines"] for part in (line, *line["words"])]
    assert all(number == int(number) for box in boxes for number in box)


def test_recognize_text_marks_doubtful_words_of_handwriting_as_the_library_knows_them(clients: Clients) -> None:
    file = next(file for file in demo.pages() if file.name == "01-quick-fox.jpg")
    truth = json.loads(demo.truth_file().read_text("utf-8"))[file.name][0]
    told = clients.ask("recognize_text.py", "computervision-0.5.0", file)["lines"]
    assert SequenceMatcher(None, " ".join(line["text"] for line in told), " ".join(truth)).ratio() > 0.9
    words = [word for line in told for word in line["words"]]
    assert {word["confidence"] for word in words} == {None, "Low"}
    assert all(word["confidence_known"] for word in words)


@pytest.mark.parametrize(("library", "mode"), BATCH)
def test_batch_read_tells_every_page(clients: Clients, pages: Path, library: str, mode: list[str]) -> None:
    told = clients.ask("batch_read.py", library, pages, *mode)
    assert told["statuses"][-1] == "Succeeded"
    assert told["ended_in_enum"]
    assert [page["number"] for page in told["pages"]] == [1, 2]
    assert {(page["width"], page["height"], page["unit"]) for page in told["pages"]} == {(*drawn.SIZE, "pixel")}
    assert all(0 <= page["orientation"] < 360 for page in told["pages"])
    assert_lines(told["pages"][0]["lines"], LINES[:1])
    assert_lines(told["pages"][1]["lines"], LINES[1:])


@pytest.fixture(scope="module")
def read_3_2(clients: Clients, pages: Path) -> Any:
    """What Read 3.2 tells of the two pages."""
    return clients.ask("read_3_2.py", "computervision-0.9.1", pages)


def test_read_3_2_tells_every_page_with_confidences(read_3_2: Any) -> None:
    assert read_3_2["statuses"][-1] == "succeeded"
    assert read_3_2["ended_in_enum"]
    first, second = read_3_2["pages"]
    assert (first["number"], first["unit"], second["number"], second["unit"]) == (1, "pixel", 2, "pixel")
    assert all(-180 <= page["angle"] < 180 for page in (first, second))
    assert_lines(first["lines"], LINES[:1])
    assert_lines(second["lines"], LINES[1:])
    words = [word for page in (first, second) for line in page["lines"] for word in line["words"]]
    assert all(0 < word["confidence"] <= 1 for word in words)


def test_read_3_2_claims_no_hand_for_what_the_engine_does_not_tell_apart(read_3_2: Any) -> None:
    assert [line["style"] for page in read_3_2["pages"] for line in page["lines"]] == [None] * len(LINES)


def test_read_3_2_fetches_the_image_from_an_allowed_url(clients: Clients, page_url: str) -> None:
    told = clients.ask("read_3_2.py", "computervision-0.9.1", page_url)
    assert_lines(told["pages"][0]["lines"], LINES)


def test_read_3_2_says_why_another_url_is_not_fetched(clients: Clients) -> None:
    error = clients.ask("read_3_2.py", "computervision-0.9.1", "http://elsewhere.invalid/page.png")["error"]
    assert (error["class"], error["code"]) == ("ComputerVisionOcrErrorException", "InvalidImageUrl")
    assert "--allow-url elsewhere.invalid" in error["message"]


@pytest.mark.parametrize(("script", "library"), ALL)
def test_a_wrong_key_is_the_librarys_own_error_which_carries_the_answer(
    clients: Clients, page: Path, script: str, library: str
) -> None:
    error = clients.ask(script, library, page, key="a-wrong-key")["error"]
    assert error["class"] == ERRORS.get(script, "ComputerVisionErrorException")
    assert error["status"] == 401
    assert "Access denied due to invalid subscription key" in error["message"]


@pytest.mark.parametrize(("script", "library"), EACH_API)
def test_an_unknown_operation_is_the_librarys_own_error(
    clients: Clients, page: Path, script: str, library: str
) -> None:
    error = clients.ask(script, library, page, "--operation", UNKNOWN)["error"]
    assert error["class"] == ERRORS.get(script, "ComputerVisionErrorException")
    assert (error["status"], error["code"]) == (404, "NotFound")
    assert "no such operation" in error["message"]


@pytest.mark.parametrize(("script", "library"), EACH_API)
def test_what_is_no_image_is_the_librarys_own_error(clients: Clients, broken: Path, script: str, library: str) -> None:
    error = clients.ask(script, library, broken)["error"]
    assert error["class"] == ERRORS.get(script, "ComputerVisionErrorException")
    assert (error["status"], error["code"]) == (400, NO_IMAGE.get(script, "InvalidImageFormat"))
    assert "not a valid image" in error["message"]


@pytest.mark.parametrize(("script", "library"), EACH_API)
def test_half_an_image_ends_as_failed(clients: Clients, cut: Path, script: str, library: str) -> None:
    told = clients.ask(script, library, cut)
    assert told["statuses"][-1].lower() == "failed"
    assert told["ended_in_enum"]
    assert told.get("pages", told.get("lines")) == []
