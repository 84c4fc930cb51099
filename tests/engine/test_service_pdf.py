"""PDF documents: read page by page where the service takes them, with boxes in inches."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from tests.engine import drawn
from tests.engine.served import ANALYSIS, BYTES, FORM, INTELLIGENCE, READ, RECOGNIZE_TEXT, ended, served
from tui.dialects import DIALECTS
from tui.engine.keeping import Folder
from tui.engine.reading import LITERAL

pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
pytestmark = [pytest.mark.xdist_group("families"), pytest.mark.asyncio(loop_scope="module")]

BATCH = "/vision/v2.1/read/core/asyncBatchAnalyze"
PAGES = [drawn.page([line], size=(640, 120)) for line in (drawn.FIRST, drawn.SECOND)]
LETTER = drawn.as_file(*PAGES, kind="PDF", resolution=100)
"""Two pages of 6.4 x 1.2 inches: no larger than their lines, for lines are looked for all over a page."""
POSTER = drawn.as_file(drawn.page([drawn.FIRST], size=(800, 400)), kind="PDF", resolution=25)
"""32 x 16 inches, which are drawn with fewer pixels an inch."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served() as http:
        yield http


async def answer_to(http: httpx.AsyncClient, path: str, content: bytes) -> Any:
    taken = await http.post(path, content=content, headers=BYTES)
    assert taken.status_code == 202, taken.text
    return (await ended(http, taken.headers["Operation-Location"])).json()


def is_in_inches(numbers: list[float], top: float, left: float = 0.4) -> bool:
    """Whether a box is where the first line was drawn, which begins 40 pixels from the left of 100 an inch."""
    x, y = numbers[:2]
    return abs(x - left) < 0.1 and abs(y - top) < 0.2 and x != int(x)


@pytest.mark.parametrize("path", [READ, FORM, "/vision/v3.0/read/analyze"])
async def test_read_tells_each_page_in_inches(http: httpx.AsyncClient, path: str) -> None:
    first, second = (await answer_to(http, path, LETTER))["analyzeResult"]["readResults"]
    assert [(page["page"], page["width"], page["height"], page["unit"]) for page in (first, second)] == [
        (1, 6.4, 1.2, "inch"),
        (2, 6.4, 1.2, "inch"),
    ]
    assert (first["lines"][0]["text"], second["lines"][0]["text"]) == (drawn.FIRST, drawn.SECOND)
    assert is_in_inches(first["lines"][0]["boundingBox"], top=0.5)
    assert is_in_inches(first["lines"][0]["words"][0]["boundingBox"], top=0.5)


async def test_batch_read_tells_inches_too(http: httpx.AsyncClient) -> None:
    page = (await answer_to(http, BATCH, LETTER))["recognitionResults"][0]
    assert (page["width"], page["height"], page["unit"]) == (6.4, 1.2, "inch")
    assert is_in_inches(page["lines"][0]["boundingBox"], top=0.5)


async def test_document_intelligence_tells_inches_too(http: httpx.AsyncClient) -> None:
    result = (await answer_to(http, INTELLIGENCE, LETTER))["analyzeResult"]
    page = result["pages"][0]
    assert (page["width"], page["height"], page["unit"]) == (6.4, 1.2, "inch")
    assert is_in_inches(page["lines"][0]["polygon"], top=0.5)
    assert is_in_inches(page["words"][0]["polygon"], top=0.5)
    assert is_in_inches(result["paragraphs"][0]["boundingRegions"][0]["polygon"], top=0.5)


async def test_a_large_sheet_keeps_its_inches(http: httpx.AsyncClient) -> None:
    (page,) = (await answer_to(http, READ, POSTER))["analyzeResult"]["readResults"]
    assert (page["width"], page["height"]) == (32.0, 16.0)
    assert abs(page["lines"][0]["boundingBox"][0] - 1.6) < 0.3


async def test_only_the_pages_asked_for_are_read(http: httpx.AsyncClient) -> None:
    answer = await answer_to(http, f"{READ}?pages=2", LETTER)
    assert [page["page"] for page in answer["analyzeResult"]["readResults"]] == [2]
    refused = await http.post(f"{READ}?pages=3", content=LETTER, headers=BYTES)
    assert (refused.status_code, refused.json()["code"]) == (400, "InvalidPageRange")


async def test_an_answer_that_is_kept_stays_in_inches(tmp_path: Path) -> None:
    async with served(keeper=Folder(tmp_path)) as http:
        taken = await http.post(f"{READ}?language={LITERAL}", content=LETTER, headers=BYTES)
        first = (await ended(http, taken.headers["Operation-Location"])).json()
    async with served(keeper=Folder(tmp_path)) as http:
        again = (await http.get(taken.headers["Operation-Location"])).json()
    assert again["analyzeResult"] == first["analyzeResult"]
    assert again["analyzeResult"]["readResults"][0]["unit"] == "inch"


async def test_our_dialect_lays_the_boxes_on_the_pixels_of_the_page(http: httpx.AsyncClient) -> None:
    answer = await answer_to(http, READ, LETTER)
    page = DIALECTS["read-3.2"]({}).parse(json.loads(json.dumps(answer)))[0].fitted(1920, 360)
    assert page.lines[0].polygon is not None
    left, top, _, _ = page.lines[0].polygon.bounds
    assert abs(left - 120) < 30
    assert abs(top - 150) < 60


@pytest.mark.parametrize("path", [RECOGNIZE_TEXT, ANALYSIS])
async def test_a_service_for_images_takes_none(http: httpx.AsyncClient, path: str) -> None:
    refused = await http.post(path, content=LETTER, headers=BYTES)
    assert refused.status_code == 400
    assert "PDF documents are not taken" in refused.text


async def test_a_broken_one_is_refused_with_the_reason(http: httpx.AsyncClient) -> None:
    refused = await http.post(READ, content=LETTER[:300], headers=BYTES)
    assert refused.status_code == 400
    assert "is damaged or cut short" in refused.json()["message"]


async def test_an_image_is_told_in_pixels_as_before(http: httpx.AsyncClient) -> None:
    answer = await answer_to(http, READ, drawn.as_file(Image.new("RGB", (800, 400), "white")))
    (page,) = answer["analyzeResult"]["readResults"]
    assert (page["width"], page["height"], page["unit"]) == (800, 400, "pixel")
    assert isinstance(page["width"], int)
