"""Every family of protocols, from the document to the answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.engine import drawn
from tests.engine.served import ANALYSIS, BYTES, FORM, INTELLIGENCE, PAUSE, READ, RECOGNIZE_TEXT, ended, served
from tui.dialects import DIALECTS, Answer, Upload
from tui.engine.keeping import Folder
from tui.engine.reading import LITERAL

pytestmark = [pytest.mark.xdist_group("families"), pytest.mark.asyncio(loop_scope="module")]

LINES = (drawn.FIRST, drawn.SECOND)
IMAGE = drawn.as_file(drawn.page(LINES, size=(640, 220)))
"""No larger than its lines: most of the time lines are looked for, all over the page."""
SCANS = drawn.as_file(*(drawn.page([line], size=(640, 120)) for line in (*LINES, drawn.THIRD)), kind="TIFF")
EMPTY = drawn.as_file(drawn.page([], size=(60, 60)))
"""For those whose answer nobody waits for."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served() as http:
        yield http


@pytest.mark.parametrize("name", DIALECTS)
async def test_each_dialect_of_ours_finds_its_service(http: httpx.AsyncClient, name: str) -> None:
    dialect = DIALECTS[name]({})
    state = await dialect.submit(http, Upload(content=IMAGE))
    while not isinstance(state, Answer):
        await asyncio.sleep(PAUSE)
        state = await dialect.poll(http, state)
    (page,) = dialect.parse(json.loads(state.body))
    assert [line.text for line in page.lines] == list(LINES)
    assert [word.text for word in page.lines[0].words] == drawn.FIRST.split()


@pytest.mark.parametrize("path", ["/vision/v3.2/read/syncAnalyze", "/vision/v3.0/read/syncAnalyze"])
async def test_the_containers_sync_route_answers_at_once(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(path, content=IMAGE, headers=BYTES)
    assert answer.status_code == 200
    assert answer.json()["status"] == "succeeded"
    assert [line["text"] for line in answer.json()["analyzeResult"]["readResults"][0]["lines"]] == list(LINES)


async def test_the_old_containers_sync_route_answers_at_once(http: httpx.AsyncClient) -> None:
    answer = await http.post("/vision/v2.0/read/core/Analyze", content=IMAGE, headers=BYTES)
    assert answer.json()["status"] == "Succeeded"
    assert [line["text"] for line in answer.json()["recognitionResults"][0]["lines"]] == list(LINES)


async def test_a_sync_route_says_failed_with_a_capital_and_no_more() -> None:
    async with served(strict=False) as http:
        answer = await http.post("/vision/v3.2/read/syncAnalyze", content=b"no image", headers=BYTES)
    assert (answer.status_code, answer.json()) == (200, {"status": "Failed"})
    assert answer.headers["Handread-Reason"].startswith("The bytes cannot be decoded")


@pytest.mark.parametrize(
    ("pages", "numbers"), [("2", [2]), ("-2", [1, 2]), ("2-", [2, 3]), ("1,3", [1, 3]), ("3-9", [3])]
)
async def test_only_the_pages_asked_for_are_read(http: httpx.AsyncClient, pages: str, numbers: list[int]) -> None:
    taken = await http.post(f"{READ}?pages={pages}", content=SCANS, headers=BYTES)
    answer = await ended(http, taken.headers["Operation-Location"])
    read = answer.json()["analyzeResult"]["readResults"]
    assert [page["page"] for page in read] == numbers
    expected = [(*LINES, drawn.THIRD)[number - 1] for number in numbers]
    assert [page["lines"][0]["text"] for page in read] == expected


async def test_pages_that_are_not_there_fail_when_only_the_engine_can_tell() -> None:
    async with served(strict=False) as http:
        taken = await http.post(f"{INTELLIGENCE}&pages=7", content=SCANS, headers=BYTES)
        answer = await ended(http, taken.headers["Operation-Location"])
    error = answer.json()["error"]
    assert (error["code"], error["innererror"]["code"]) == ("InvalidArgument", "InvalidParameter")
    assert error["innererror"]["message"] == "The document has 3 pages, and none of those asked for."


async def test_the_language_asked_for_is_repeated(http: httpx.AsyncClient) -> None:
    taken = await http.post(f"{READ}?language=fr", content=IMAGE, headers=BYTES)
    answer = await ended(http, taken.headers["Operation-Location"])
    assert answer.json()["analyzeResult"]["readResults"][0]["language"] == "fr"


@pytest.mark.parametrize("query", ["handwriting=true", "detectHandwriting=True", "handwriting=false", ""])
async def test_1_0_is_asked_by_either_name(http: httpx.AsyncClient, query: str) -> None:
    taken = await http.post(f"/vision/v1.0/recognizeText?{query}", content=EMPTY, headers=BYTES)
    assert taken.status_code == 202
    assert taken.headers["Operation-Location"].startswith("http://some.host:5000/vision/v1.0/textOperations/")


async def test_an_operation_is_known_under_its_own_protocol_alone(http: httpx.AsyncClient) -> None:
    taken = await http.post(RECOGNIZE_TEXT, content=EMPTY, headers=BYTES)
    number = taken.headers["Operation-Location"].rpartition("/")[2]
    assert (await http.get(f"/vision/v2.0/textOperations/{number}")).status_code == 200
    assert (await http.get(f"/vision/v2.0/textOperations/{number.upper()}")).status_code == 200
    assert (await http.get(f"/vision/v2.1/textOperations/{number}")).status_code == 404
    assert (await http.get(f"/vision/v3.2/read/analyzeResults/{number}")).status_code == 404


@pytest.mark.parametrize("path", [RECOGNIZE_TEXT, ANALYSIS])
async def test_a_form_with_a_file_is_taken(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(path, files={"image": ("scan.png", EMPTY)}, data={"note": "hello"})
    assert answer.status_code in {200, 202}


async def test_document_intelligence_takes_base64_and_names_its_version(http: httpx.AsyncClient) -> None:
    body = {"base64Source": base64.b64encode(IMAGE).decode()}
    taken = await http.post(f"{INTELLIGENCE}&stringIndexType=utf16CodeUnit&locale=en-US", json=body)
    assert taken.status_code == 202
    assert taken.headers["Retry-After"] == "1"
    where = taken.headers["Operation-Location"]
    assert where.endswith("?api-version=2024-11-30")
    answer = (await ended(http, where)).json()["analyzeResult"]
    assert (answer["apiVersion"], answer["modelId"]) == ("2024-11-30", "prebuilt-read")
    assert (answer["stringIndexType"], answer["contentFormat"]) == ("utf16CodeUnit", "text")
    assert answer["content"] == "\n".join(LINES)


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "application/octet-stream"])
async def test_document_intelligence_takes_bytes_by_any_name(http: httpx.AsyncClient, kind: str) -> None:
    assert (await http.post(INTELLIGENCE, content=EMPTY, headers={"Content-Type": kind})).status_code == 202
    assert (await http.post(FORM, content=EMPTY, headers={"Content-Type": kind})).status_code == 202


async def test_an_answer_can_be_deleted_in_4_0_and_only_there(tmp_path: Path) -> None:
    async with served(keeper=Folder(tmp_path)) as http:
        taken = await http.post(INTELLIGENCE, content=IMAGE, headers=BYTES)
        where = taken.headers["Operation-Location"]
        await ended(http, where)
        assert (await http.delete(where)).status_code == 204
        assert (await http.get(where)).json()["error"]["innererror"]["code"] == "OperationNotFound"
        assert (await http.delete(where)).status_code == 404
        assert list((tmp_path / "operations").iterdir()) == []
        old = INTELLIGENCE.replace("documentintelligence", "formrecognizer").replace("2024-11-30", "2023-07-31")
        taken = await http.post(old, content=IMAGE, headers=BYTES)
        assert (await http.delete(taken.headers["Operation-Location"])).status_code == 404


async def test_deleting_what_is_being_read_stops_it() -> None:
    async with served() as http:
        taken = await http.post(INTELLIGENCE, content=IMAGE, headers=BYTES)
        assert (await http.delete(taken.headers["Operation-Location"])).status_code == 204
        assert (await http.get("/health")).json()["queue"] == 0


async def test_answers_outlive_the_server(tmp_path: Path) -> None:
    async with served(keeper=Folder(tmp_path)) as http:
        taken = await http.post(f"{READ}?language={LITERAL}", content=IMAGE, headers=BYTES)
        first = await ended(http, taken.headers["Operation-Location"])
    async with served(keeper=Folder(tmp_path)) as http:
        second = await http.get(taken.headers["Operation-Location"])
    assert first.json() == second.json()


async def test_who_hangs_up_on_a_sync_route_frees_the_engine() -> None:
    async with served() as http:
        asking = asyncio.create_task(http.post(ANALYSIS, content=IMAGE, headers=BYTES))
        while not (await http.get("/health")).json()["queue"]:  # noqa: ASYNC110 - as who watches over it would
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await http.get("/health")).json()["queue"] == 0
