"""Containers that answer at once: the answer to the POST is what an operation would have ended with."""

import pytest

from tests.fake_service import FakeService, Submission, reply
from tui.dialects import (
    DIALECTS,
    Answer,
    OperationFailed,
    OperationGone,
    Pending,
    Refused,
    Transient,
    Upload,
    open_client,
)

LINE = {"text": "fox", "boundingBox": [1, 2, 10, 2, 10, 5, 1, 5], "words": []}
READ = {
    "status": "succeeded",
    "analyzeResult": {"readResults": [{"page": 1, "width": 50, "height": 25, "lines": [LINE]}]},
}
BATCH = {"status": "Succeeded", "recognitionResults": [{"page": 1, "width": 50, "height": 25, "lines": [LINE]}]}
SYNC = {"sync": "true"}


async def sent(dialect: str, answer: object, status: int = 200) -> tuple[Pending | Answer, FakeService]:
    with FakeService([Submission(reply(answer, status))]) as service:
        async with open_client(service.url) as http:
            return await DIALECTS[dialect](SYNC).submit(http, Upload(content=b"a picture")), service


@pytest.mark.parametrize(
    ("dialect", "answer", "path"),
    [
        ("read-3.2", READ, "/vision/v3.2/read/syncAnalyze"),
        ("read-2.0", BATCH, "/vision/v2.0/read/core/Analyze"),
    ],
)
async def test_a_container_may_be_asked_for_an_answer_at_once(dialect: str, answer: object, path: str) -> None:
    got, service = await sent(dialect, answer)
    assert isinstance(got, Answer)
    assert [request.path for request in service.requests] == [path]
    [page] = DIALECTS[dialect](SYNC).parse(answer)  # type: ignore[arg-type]
    assert page.lines[0].text == "fox"


async def test_its_failure_begins_with_a_capital() -> None:
    with pytest.raises(OperationFailed, match="gave no reason"):
        await sent("read-3.2", {"status": "Failed"})


async def test_a_status_that_is_no_end_is_nonsense_here() -> None:
    with pytest.raises(Transient, match="answered at once, but with the status 'running'"):
        await sent("read-3.2", {"status": "running"})


async def test_a_cloud_that_has_no_such_route_is_told_of() -> None:
    with pytest.raises(Refused, match="Only containers answer at once: leave sync out of the profile"):
        await sent("read-3.2", {"error": {"code": "404", "message": "Resource not found"}}, 404)


async def test_there_is_no_operation_to_ask_after() -> None:
    with FakeService() as service:
        async with open_client(service.url) as http:
            with pytest.raises(OperationGone):
                await DIALECTS["read-3.2"](SYNC).poll(http, Pending(f"{service.url}/x"))


async def test_a_gateway_may_have_a_path_of_its_own() -> None:
    with FakeService([Submission(reply(READ))]) as service:
        async with open_client(f"{service.url}/archive/ocr") as http:
            await DIALECTS["read-3.2"](SYNC).submit(http, Upload(content=b"a picture"))
    assert service.requests[0].path == "/archive/ocr/vision/v3.2/read/syncAnalyze"
