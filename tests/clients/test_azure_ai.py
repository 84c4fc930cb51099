"""The libraries of today: Document Intelligence, its predecessor Form Recognizer, and Image Analysis 4.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import LINES, Clients
from tests.clients.expected import assert_lines
from tests.engine import drawn

pytestmark = pytest.mark.xdist_group("clients")

LIBRARIES = "azure-ai-2025"
DOCUMENTS = [("document_intelligence.py", "2024-11-30"), ("form_recognizer.py", "2023-07-31")]
SCRIPTS = ["document_intelligence.py", "form_recognizer.py", "image_analysis.py"]


def read(clients: Clients, script: str, *arguments: str | Path, **options: str) -> Any:
    return clients.ask(script, LIBRARIES, *arguments, **options)


@pytest.fixture(scope="module", params=DOCUMENTS, ids=[script for script, _ in DOCUMENTS])
def document(request: pytest.FixtureRequest, clients: Clients, pages: Path) -> Any:
    """What a script tells of the two pages, and the version of the API that its library speaks."""
    script, version = request.param
    return {"expected_version": version, **read(clients, script, pages)}


def test_a_document_is_told_page_by_page(document: Any) -> None:
    assert document["statuses"] == ["InProgress", "succeeded"]
    assert (document["model"], document["version"]) == ("prebuilt-read", document["expected_version"])
    first, second = document["pages"]
    assert (first["number"], first["width"], first["height"], first["unit"]) == (1, *drawn.SIZE, "pixel")
    assert (second["number"], second["width"], second["height"], second["unit"]) == (2, *drawn.SIZE, "pixel")
    assert_lines(first["lines"], LINES[:1])
    assert_lines(second["lines"], LINES[1:])


def test_spans_cut_each_line_out_of_the_content(document: Any) -> None:
    assert document["content"] == "\n".join(LINES)
    assert [line["in_content"] for line in lines_of(document)] == [[line] for line in LINES]


def test_words_say_how_sure_they_are_and_no_line_is_called_handwritten_unasked(document: Any) -> None:
    assert all(0 < word["confidence"] <= 1 for line in lines_of(document) for word in line["words"])
    assert not any(line["handwritten"] for line in lines_of(document))


def lines_of(document: Any) -> list[Any]:
    return [line for page in document["pages"] for line in page["lines"]]


def test_a_document_may_travel_within_json(clients: Clients, page: Path) -> None:
    told = read(clients, "document_intelligence.py", page, "--as-json")
    assert_lines(told["pages"][0]["lines"], LINES)


def test_image_analysis_tells_lines_and_words_at_once(clients: Clients, page: Path) -> None:
    told = read(clients, "image_analysis.py", page)
    assert (told["width"], told["height"]) == drawn.SIZE
    assert told["model"]
    assert_lines(told["lines"], LINES)
    assert all(0 < word["confidence"] <= 1 for line in told["lines"] for word in line["words"])


def test_image_analysis_says_that_it_makes_no_captions(clients: Clients, page: Path) -> None:
    error = read(clients, "image_analysis.py", page, "--caption")["error"]
    assert (error["class"], error["status"]) == ("HttpResponseError", 400)
    assert "NotSupportedVisualFeature" in error["message"]
    assert "features=read" in error["message"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_image_is_fetched_from_an_allowed_url(clients: Clients, page_url: str, script: str) -> None:
    told = read(clients, script, page_url)
    (page,) = told.get("pages", [told])
    assert_lines(page["lines"], LINES)


@pytest.mark.parametrize("script", SCRIPTS)
def test_another_url_is_refused_with_the_way_to_allow_it(clients: Clients, script: str) -> None:
    error = read(clients, script, "http://elsewhere.invalid/page.png")["error"]
    assert (error["class"], error["status"]) == ("HttpResponseError", 400)
    assert "--allow-url elsewhere.invalid" in error["message"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_wrong_key_is_an_authentication_error(clients: Clients, page: Path, script: str) -> None:
    error = read(clients, script, page, key="a-wrong-key")["error"]
    assert (error["class"], error["status"], error["code"]) == ("ClientAuthenticationError", 401, "401")
    assert "Access denied due to invalid subscription key" in error["message"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_no_image_is_an_invalid_request(clients: Clients, broken: Path, script: str) -> None:
    error = read(clients, script, broken)["error"]
    assert (error["class"], error["status"], error["code"]) == ("HttpResponseError", 400, "InvalidRequest")
    assert "not a valid image" in error["message"]


@pytest.mark.parametrize(
    ("script", "status"), [*((script, 200) for script, _ in DOCUMENTS), ("image_analysis.py", 400)]
)
def test_half_an_image_fails_with_its_reason(clients: Clients, cut: Path, script: str, status: int) -> None:
    error = read(clients, script, cut)["error"]
    assert (error["class"], error["status"], error["code"]) == ("HttpResponseError", status, "InvalidRequest")
    assert "the file is damaged" in error["message"]


def test_a_result_can_be_deleted_once(clients: Clients, page: Path) -> None:
    told = read(clients, "document_intelligence.py", page)
    again = ("document_intelligence.py", page, "--delete", told["operation"])
    assert read(clients, *again) == {"deleted": told["operation"]}
    error = read(clients, *again)["error"]
    assert (error["class"], error["status"]) == ("ResourceNotFoundError", 404)
    assert "no such operation" in error["message"]
