"""The call that costs nothing: what each answer tells of the key and of the dialect, and what it does not."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_service import DROPPED, FakeService, Step, Submission, refused, reply
from tui.dialects import DIALECTS
from tui.dialects.call import Counter
from tui.dialects.faults import fault_of, words_in
from tui.dialects.operation import OperationDialect
from tui.doctor import call
from tui.doctor.call import Heard, Verdict, judged, operation_path, verdict_of
from tui.doctor.check import Found
from tui.key import Key
from tui.settings import Service

KEY = "0123456789abcdef0123456789abcdef"
GATEWAY = {"error": {"code": "404", "message": "Resource not found"}}
NO_IMAGE = {"error": {"code": "InvalidRequest", "message": "Image format is not valid."}}
TOO_MANY = {
    "error": {
        "code": "429",
        "message": "Requests have exceeded rate limit of your current ComputerVision F0 pricing tier. "
        "Please retry after 12 seconds.",
    }
}
ASYNCHRONOUS = [name for name in DIALECTS if isinstance(DIALECTS[name]({}), OperationDialect)]


def counter_of(dialect: str) -> Counter:
    counter: Counter = DIALECTS[dialect]({}).counter  # type: ignore[attr-defined]
    return counter


def poll_path(dialect: str) -> str:
    return operation_path(counter_of(dialect).path)


async def asked(server: FakeService, dialect: str = "read-3.2", key: str = KEY) -> Verdict:
    return await verdict_of(Service("cloud", dialect, server.url), counter_of(dialect), Key(key))


async def answered(*steps: Step, script: Sequence[Submission] = (), dialect: str = "read-3.2") -> Verdict:
    """Ask a server that answers the question after an operation so."""
    with FakeService(script or [refused(GATEWAY, 404)], files={poll_path(dialect): list(steps)}) as server:
        return await asked(server, dialect)


def states(verdict: Verdict) -> tuple[Found, Found]:
    return verdict.key.state, verdict.dialect.state


@pytest.mark.parametrize("dialect", ASYNCHRONOUS)
async def test_a_service_that_knows_no_such_operation_has_taken_the_key(dialect: str) -> None:
    with FakeService(key=KEY) as server:
        verdict = await asked(server, dialect)
    assert states(verdict) == (Found.OK, Found.OK)
    (request,) = server.requests
    assert (request.method, request.body) == ("GET", b"")
    assert "00000000-0000-0000-0000-000000000000" in request.path
    assert request.query.get("api-version") == counter_of(dialect).query.get("api-version")


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/vision/v2.0/recognizeText", "/vision/v2.0/textOperations/"),
        ("/vision/v2.1/read/core/asyncBatchAnalyze", "/vision/v2.1/read/operations/"),
        ("/vision/v3.2/read/analyze", "/vision/v3.2/read/analyzeResults/"),
        ("/formrecognizer/v2.1/layout/analyze", "/formrecognizer/v2.1/layout/analyzeResults/"),
        (
            "/documentintelligence/documentModels/prebuilt-read:analyze",
            "/documentintelligence/documentModels/prebuilt-read/analyzeResults/",
        ),
    ],
)
def test_each_service_keeps_its_operations_elsewhere(path: str, operation: str) -> None:
    assert operation_path(path).startswith(operation)


async def test_where_there_are_no_operations_an_empty_body_is_posted() -> None:
    with FakeService([refused(NO_IMAGE, 400)], key=KEY) as server:
        verdict = await asked(server, "image-analysis-4.0")
    assert states(verdict) == (Found.OK, Found.OK)
    (request,) = server.requests
    assert (request.method, request.body, request.headers["content-length"]) == ("POST", b"", "0")
    assert request.query["features"] == "read"


@pytest.mark.parametrize("dialect", ["read-3.2", "image-analysis-4.0"])
async def test_a_wrong_key_is_told_as_a_run_would(dialect: str) -> None:
    with FakeService(key=KEY) as server:
        verdict = await asked(server, dialect, "f" * 32)
    assert states(verdict) == (Found.WRONG, Found.UNKNOWN)
    assert "does not take the key (401" in verdict.key.says
    assert "f" * 32 not in str(verdict)


async def test_a_missing_key_is_told_from_a_wrong_one() -> None:
    with FakeService(key=KEY) as server:
        verdict = await asked(server, key="")
    assert "asks for a key" in verdict.key.says


async def test_a_service_without_keys_is_said_to_be_one() -> None:
    with FakeService() as server:
        verdict = await asked(server, key="")
    assert "answers without one" in verdict.key.says


async def test_a_gateway_that_knows_neither_path_names_the_successor() -> None:
    verdict = await answered(reply(GATEWAY, 404), dialect="recognize-text-2.0")
    assert states(verdict) == (Found.UNKNOWN, Found.WRONG)
    assert "does not know /vision/v2.0/recognizeText (404: Resource not found)" in verdict.dialect.says
    assert "13 September 2026: use the dialect read-3.2" in verdict.dialect.says


@pytest.mark.parametrize("message", ["The requested API version has been retired.", "Gone."])
async def test_a_retired_version_names_the_successor(message: str) -> None:
    gone = {"error": {"code": "Gone", "message": message}}
    verdict = await answered(reply(gone, 410), script=[refused(gone, 410)], dialect="document-intelligence-2023-07-31")
    assert verdict.dialect.state is Found.WRONG
    assert "document-intelligence-2024-11-30" in verdict.dialect.says


@pytest.mark.parametrize("answer", [reply(GATEWAY, 404), Step(404), reply(b"<html>Not found</html>", 404)])
async def test_a_404_that_may_be_anybodys_is_settled_by_an_empty_body(answer: Step) -> None:
    with FakeService([refused(NO_IMAGE, 400)], files={poll_path("read-3.2"): answer}) as server:
        verdict = await asked(server)
    assert states(verdict) == (Found.OK, Found.OK)
    assert [(request.method, request.body) for request in server.requests] == [("GET", b""), ("POST", b"")]


async def test_a_version_of_another_path_is_not_taken() -> None:
    body = {"error": {"code": "InvalidArgument", "message": "The parameter api-version is invalid."}}
    verdict = await answered(reply(body, 400), dialect="document-intelligence-2024-11-30")
    assert verdict.dialect.state is Found.WRONG


async def test_too_many_calls_say_when_to_ask_again_and_name_the_tier() -> None:
    verdict = await answered(reply(TOO_MANY, 429, Retry_After="12"))
    assert states(verdict) == (Found.UNKNOWN, Found.UNKNOWN)
    assert verdict.key.says.endswith("Ask again in 12 seconds.")
    assert verdict.tier == "F0"


async def test_calls_that_are_used_up_say_nothing_against_the_key() -> None:
    body = {"statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2 hours."}
    verdict = await answered(reply(body, 403))
    assert states(verdict) == (Found.UNKNOWN, Found.UNKNOWN)
    assert "Ask again in 7200 seconds" in verdict.key.says


@pytest.mark.parametrize(
    "answer",
    [
        reply({"error": {"code": "InternalServerError", "message": "Oh."}}, 500),
        reply(b"downstream duration timeout", 503),
        reply(b"<html>Welcome to the hotel's network</html>", 200),
        reply({"status": "ok"}, 200),
        reply(b"Bad Request", 400),
    ],
)
async def test_an_answer_that_tells_nothing_is_not_taken_for_one_that_does(answer: Step) -> None:
    assert states(await answered(answer)) == (Found.UNKNOWN, Found.UNKNOWN)


async def test_a_call_that_is_sent_elsewhere_is_not_followed() -> None:
    verdict = await answered(Step(302, headers={"Location": "https://elsewhere.test"}))
    assert verdict.dialect.state is Found.WRONG
    assert "where the key does not go" in verdict.dialect.says


async def test_a_server_that_takes_an_empty_body_is_no_service() -> None:
    with FakeService() as server:
        verdict = await asked(server, "image-analysis-4.0")
    assert states(verdict) == (Found.UNKNOWN, Found.UNKNOWN)


async def test_a_connection_that_is_dropped_is_told() -> None:
    verdict = await answered(DROPPED)
    assert verdict.key.state is Found.WRONG
    assert "broke off before it had answered" in verdict.key.says


async def test_an_answer_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "CALL_SECONDS", 0.2)
    verdict = await answered(reply(GATEWAY, 404, delay=60))
    assert verdict.key.state is Found.WRONG
    assert "has not answered in" in verdict.key.says


async def test_a_key_is_not_sent_in_plain_text() -> None:
    service = Service("cloud", "read-3.2", "http://archive.test")
    verdict = await verdict_of(service, counter_of("read-3.2"), Key(KEY))
    assert "is not sent to archive.test over plain http" in verdict.key.says


ERRORS = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.dictionaries(
            st.sampled_from(["error", "code", "message", "innererror", "statusCode", "details"]), inner, max_size=4
        )
        | st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.integers(100, 599), ERRORS, st.booleans())
def test_a_key_is_said_to_be_taken_only_when_the_service_itself_has_answered(
    status: int, body: Any, is_posted: bool
) -> None:
    content = json.dumps(body).encode()
    response = httpx.Response(status, content=content, request=httpx.Request("GET", "https://a.test/x"))
    words = words_in(content)
    heard = Heard("a.test", "/x", status, words, fault_of(response, words, Key(KEY)), 1.0, is_posted=is_posted)
    verdict = judged(heard, counter_of("read-3.2"), has_key=True)
    if verdict.key.state is Found.OK:
        assert words.code or "version" in words.text
        assert status not in {401, 403, 429}
    if verdict.dialect.state is Found.OK:
        assert verdict.key.state is Found.OK
        assert 400 <= status < 500
