"""The local service on the wire, as a client of the cloud service would meet it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette

from tests.engine import drawn
from tui.engine.operations import KEPT_SECONDS, MOST_UNFINISHED
from tui.engine.service import local_service
from tui.engine.worker import Worker

pytestmark = pytest.mark.xdist_group("engine")

RECOGNIZE_TEXT = "/vision/v2.0/recognizeText?mode=Handwritten"
READ = "/vision/v3.2/read/analyze"
BYTES = {"Content-Type": "application/octet-stream"}
LINES = (drawn.FIRST, drawn.SECOND, drawn.THIRD)


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(clock: Clock) -> AsyncIterator[Starlette]:
    app = local_service(clock=clock)
    yield app
    await app.state.close()


@pytest.fixture
async def http(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://some.host:5000") as http:
        yield http


async def submitted(http: httpx.AsyncClient, path: str, content: bytes) -> str:
    response = await http.post(path, content=content, headers=BYTES)
    assert response.status_code == 202
    assert response.content == b""
    return response.headers["Operation-Location"]


async def polls(http: httpx.AsyncClient, operation: str) -> list[httpx.Response]:
    """Return the answers that differ from the one before, until the operation has ended."""
    answers: list[httpx.Response] = []
    while not answers or answers[-1].json()["status"].lower() not in {"succeeded", "failed"}:
        answer = await http.get(operation)
        if not answers or (answer.text, answer.headers) != (answers[-1].text, answers[-1].headers):
            answers.append(answer)
        await asyncio.sleep(0.01)  # each question takes from the processor what the reading needs
    return answers


async def test_recognize_text_2_0_on_the_wire(http: httpx.AsyncClient) -> None:
    operation = await submitted(http, RECOGNIZE_TEXT, drawn.as_file(drawn.page(LINES)))
    assert operation.startswith("http://some.host:5000/vision/v2.0/textOperations/")
    first, *between, last = await polls(http, operation)
    assert first.json() == {"status": "NotStarted"}
    assert {answer.text for answer in between} == {'{"status":"Running"}'}
    progress = [answer.headers["Handread-Progress"] for answer in between]
    assert progress[0] == "1/1 0/0"
    assert progress == sorted(progress)
    assert last.json()["status"] == "Succeeded"
    assert set(last.json()) == {"status", "recognitionResult"}
    lines = last.json()["recognitionResult"]["lines"]
    assert [line["text"] for line in lines] == list(LINES)
    assert [word["text"] for word in lines[0]["words"]] == drawn.FIRST.split()
    boxes = [item["boundingBox"] for line in lines for item in (line, *line["words"])]
    assert all(len(box) == 8 and all(type(number) is int for number in box) for box in boxes)


async def test_read_3_2_on_the_wire(http: httpx.AsyncClient) -> None:
    scans = drawn.as_file(drawn.page(LINES[:1]), drawn.page(LINES[1:]), kind="TIFF")
    operation = await submitted(http, READ, scans)
    assert operation.startswith("http://some.host:5000/vision/v3.2/read/analyzeResults/")
    first, *between, last = await polls(http, operation)
    assert first.json()["status"] == "notStarted"
    assert {answer.json()["status"] for answer in between} == {"running"}
    assert all("analyzeResult" not in answer.json() for answer in (first, *between))
    body = last.json()
    assert body["status"] == "succeeded"
    assert body["createdDateTime"] == body["lastUpdatedDateTime"] == "2023-11-14T22:13:20Z"
    pages = body["analyzeResult"]["readResults"]
    assert [(page["page"], page["width"], page["height"], page["unit"]) for page in pages] == [
        (1, *drawn.SIZE, "pixel"),
        (2, *drawn.SIZE, "pixel"),
    ]
    assert [line["text"] for page in pages for line in page["lines"]] == list(LINES)
    word = pages[0]["lines"][0]["words"][0]
    assert set(word) == {"text", "boundingBox", "confidence"}
    assert 0 < word["confidence"] <= 1


async def test_a_chunked_upload_is_taken(http: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"no "
        yield b"image"

    response = await http.post(READ, content=chunks(), headers=BYTES)
    assert response.request.headers["Transfer-Encoding"] == "chunked"
    assert response.status_code == 202


async def test_a_failed_operation_says_why_in_a_header_of_ours(http: httpx.AsyncClient) -> None:
    *_, last = await polls(http, await submitted(http, RECOGNIZE_TEXT, b"no image"))
    assert last.json() == {"status": "Failed"}
    assert unquote(last.headers["Handread-Reason"]).startswith("The bytes cannot be decoded as an image")
    *_, last = await polls(http, await submitted(http, READ, b"no image"))
    assert set(last.json()) == {"status", "createdDateTime", "lastUpdatedDateTime"}
    assert last.json()["status"] == "failed"
    assert last.headers["Handread-Reason"].isascii()


@pytest.mark.parametrize("query", ["", "?mode=handwritten", "?mode=Cursive", "?handwriting=true"])
async def test_the_mode_is_required_to_the_letter(http: httpx.AsyncClient, query: str) -> None:
    response = await http.post(f"/vision/v2.0/recognizeText{query}", content=b"x", headers=BYTES)
    assert_flat(response, 400, "BadArgument")
    assert "Handwritten or Printed" in response.json()["message"]


async def test_an_unknown_reading_order_is_refused(http: httpx.AsyncClient) -> None:
    assert_flat(await http.post(f"{READ}?readingOrder=odd", content=b"x", headers=BYTES), 400, "InvalidReadingOrder")


@pytest.mark.parametrize("path", [RECOGNIZE_TEXT, READ])
async def test_a_url_is_refused_because_only_bytes_are_taken(http: httpx.AsyncClient, path: str) -> None:
    response = await http.post(path, json={"url": "http://elsewhere/scan.jpg"})
    assert_flat(response, 400, "InvalidImageUrl")
    assert "application/octet-stream" in response.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"url": 3}', b"[" * 50_000])
async def test_json_that_is_no_url_is_a_bad_argument(http: httpx.AsyncClient, body: bytes) -> None:
    response = await http.post(READ, content=body, headers={"Content-Type": "application/json"})
    assert_flat(response, 400, "BadArgument")


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data"}])
async def test_another_content_type_is_unsupported(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert_flat(await http.post(READ, content=b"x", headers=headers), 415, "UnsupportedMediaType")


async def test_an_empty_body_is_no_image(http: httpx.AsyncClient) -> None:
    assert_flat(await http.post(READ, content=b"", headers=BYTES), 400, "InvalidImage")


@pytest.mark.parametrize("path", ["/vision/v2.0/textOperations/x", "/vision/v3.2/read/analyzeResults/x"])
async def test_an_unknown_operation_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    assert_flat(await http.get(path), 404, "NotFound")


async def test_an_unknown_path_is_answered_as_by_the_gateway(http: httpx.AsyncClient) -> None:
    response = await http.get("/vision/v9.9/anything")
    assert response.status_code == 404
    assert response.json() == {"error": {"code": "404", "message": "Resource not found"}}


async def test_an_ended_operation_is_kept_for_48_hours(http: httpx.AsyncClient, clock: Clock) -> None:
    operation = await submitted(http, READ, b"no image")
    await polls(http, operation)
    clock.now += KEPT_SECONDS - 1
    assert (await http.get(operation)).status_code == 200
    clock.now += 1
    assert_flat(await http.get(operation), 404, "NotFound")


async def test_that_of_document_intelligence_for_24(http: httpx.AsyncClient, clock: Clock) -> None:
    path = "/formrecognizer/documentModels/prebuilt-read:analyze?api-version=2023-07-31"
    operation = await submitted(http, path, b"no image")
    await polls(http, operation)
    clock.now += 24 * 3600 - 1
    assert (await http.get(operation)).status_code == 200
    clock.now += 1
    gone = await http.get(operation)
    assert gone.status_code == 404
    assert "24 hours" in gone.json()["error"]["innererror"]["message"]


async def test_too_many_waiting_documents_are_throttled(http: httpx.AsyncClient) -> None:
    for _ in range(MOST_UNFINISHED):
        await submitted(http, READ, b"no image")
    response = await http.post(READ, content=b"no image", headers=BYTES)
    assert response.status_code == 429
    assert response.json()["error"]["code"] == "429"
    assert response.json()["error"]["message"].endswith("Please retry after 10 seconds.")
    assert response.headers["Retry-After"] == "10"


async def test_closing_fails_what_is_under_way_and_ends_the_process() -> None:
    worker = Worker()
    app = local_service(worker)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://local") as http:
        operation = await submitted(http, READ, drawn.as_file(drawn.page(LINES)))
        while (await http.get(operation)).json()["status"] != "running":  # noqa: ASYNC110 - as a client would
            await asyncio.sleep(0.01)
        await app.state.close()
        ended = await http.get(operation)
    assert ended.json()["status"] == "failed"
    assert "stopped" in ended.headers["Handread-Reason"]
    assert worker.pid is None


def assert_flat(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert set(response.json()) == {"code", "message", "requestId"}
    assert response.json()["code"] == code
    assert response.json()["message"].endswith(".")
