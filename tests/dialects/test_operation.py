"""The asynchronous services: what is sent to them, what their answers mean, and where the key goes."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_service import DROPPED, RESET, FakeService, Step, refused, reply, running, state, submission, succeeded
from tui.dialects import (
    DIALECTS,
    Answer,
    CutOff,
    Dialect,
    KeyRefused,
    NotUnderstood,
    OperationFailed,
    OperationGone,
    Pending,
    Refused,
    Retired,
    ServiceError,
    Throttled,
    Transient,
    Unreachable,
    Upload,
    open_client,
)
from tui.dialects import call as module

KEY = "0123456789abcdef0123456789abcdef"
IMAGE = Upload(content=b"an image" * 100_000)
ANSWER: dict[str, Any] = {"analyzeResult": {"readResults": []}}
READ = DIALECTS["read-3.2"]({})
RECOGNIZE = DIALECTS["recognize-text-2.0"]({})

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(ANSWER, key=KEY) as running_service:
        yield running_service


@pytest.fixture
async def http(service: FakeService) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(service.url, KEY) as client:
        yield client


async def submitted(http: httpx.AsyncClient, dialect: Dialect = READ, upload: Upload = IMAGE) -> Pending:
    pending = await dialect.submit(http, upload)
    assert isinstance(pending, Pending)
    return pending


async def polled(http: httpx.AsyncClient, service: FakeService, *steps: Step) -> Pending | Answer:
    return await READ.poll(http, Pending(service.operation(*steps)))


def answering(response: httpx.Response) -> httpx.AsyncClient:
    return open_client("https://vision.test", KEY, httpx.MockTransport(lambda _: response))


# -- submitting


async def test_a_file_is_sent_as_its_bytes(service: FakeService, http: httpx.AsyncClient) -> None:
    await submitted(http)
    [post] = service.posts
    assert post.body == IMAGE.content
    assert post.headers["content-type"] == "application/octet-stream"
    assert post.headers["content-length"] == "800000"


async def test_a_url_is_sent_as_json(service: FakeService, http: httpx.AsyncClient) -> None:
    await submitted(http, upload=Upload(url="https://example.test/ä.png"))
    [post] = service.posts
    assert json.loads(post.body) == {"url": "https://example.test/ä.png"}
    assert post.headers["content-type"] == "application/json"


async def test_recognize_text_always_names_its_mode(service: FakeService, http: httpx.AsyncClient) -> None:
    await submitted(http, RECOGNIZE)
    await submitted(http, DIALECTS["recognize-text-2.0"]({"mode": "printed"}))
    assert [(post.path, post.query) for post in service.posts] == [
        ("/vision/v2.0/recognizeText", {"mode": "Handwritten"}),
        ("/vision/v2.0/recognizeText", {"mode": "Printed"}),
    ]


async def test_read_passes_its_options_through(service: FakeService, http: httpx.AsyncClient) -> None:
    options = {"language": "de", "pages": "1-4", "model-version": "latest", "readingOrder": "natural"}
    await submitted(http, DIALECTS["read-3.2"](options))
    assert service.posts[0].query == options


async def test_the_operation_is_where_the_service_says(service: FakeService, http: httpx.AsyncClient) -> None:
    pending = await submitted(http, RECOGNIZE)
    assert pending.operation == f"{service.url}/vision/v2.0/textOperations/00000001"


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/vision/v3.2/read/operations/7", "/vision/v3.2/read/operations/7"),
        ("operations/7?x=1", "/vision/v3.2/read/operations/7?x=1"),
        ("HTTPS://VISION.test:443/op", "/op"),
    ],
)
async def test_a_location_may_be_relative_or_spelt_differently(location: str, path: str) -> None:
    async with answering(httpx.Response(202, headers={"Operation-Location": location})) as http:
        assert (await submitted(http)).operation == f"https://vision.test{path}"


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.test/op",
        "http://vision.test/op",
        "https://vision.test:8443/op",
        "//elsewhere.test/op",
        "https://vision.test@elsewhere.test/op",
    ],
)
async def test_an_operation_elsewhere_is_refused_by_name(location: str) -> None:
    async with answering(httpx.Response(202, headers={"Operation-Location": location})) as http:
        with pytest.raises(NotUnderstood, match=r"but the key goes to https://vision\.test alone"):
            await READ.submit(http, IMAGE)


async def test_an_operation_elsewhere_is_never_asked_after(http: httpx.AsyncClient) -> None:
    with FakeService() as other, pytest.raises(NotUnderstood, match="the key goes to"):
        await READ.poll(http, Pending(other.operation(running())))
    assert other.requests == []


async def test_an_operation_elsewhere_names_the_setting_that_would_ask_after_it_here() -> None:
    location = {"Operation-Location": f"https://{KEY}.elsewhere.test/op"}
    async with answering(httpx.Response(202, headers=location)) as http:
        with pytest.raises(NotUnderstood, match=r"say so in the profile: rebuild_location = true$") as caught:
            await READ.submit(http, IMAGE)
    assert "kept at https://[key].elsewhere.test," in caught.value.sentence


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("http://vision.test/vision/v3.2/read/analyzeResults/7", "/vision/v3.2/read/analyzeResults/7"),
        ("http://10.1.2.3:5000/vision/v3.2/read/operations/7?x=1", "/vision/v3.2/read/operations/7?x=1"),
        ("http://vision-host/v3.2/read/analyzeResults/7", "/vision/v3.2/read/analyzeResults/7"),
        ("/v3.2/read/analyzeResults/7", "/vision/v3.2/read/analyzeResults/7"),
        ("https://elsewhere.test/results/7", "/results/7"),
        ("operations/7", "/vision/v3.2/read/operations/7"),
    ],
)
async def test_behind_a_proxy_an_operation_is_asked_after_at_the_endpoint(location: str, asked: str) -> None:
    def accept(_: httpx.Request) -> httpx.Response:
        return httpx.Response(202, headers={"Operation-Location": location})

    endpoint = "https://proxy.test:8443"
    async with open_client(endpoint, KEY, httpx.MockTransport(accept), rebuild_location=True) as http:
        assert (await submitted(http)).operation == endpoint + asked


async def test_a_container_that_loses_its_port_and_folder_is_asked_after_all_the_same() -> None:
    accept = reply(status=202, Operation_Location="http://vision-host/v3.2/read/analyzeResults/00000001")
    with FakeService([submission(succeeded(ANSWER), accept=accept)]) as service:
        async with open_client(service.url, "", rebuild_location=True) as http:
            assert isinstance(await READ.poll(http, await submitted(http)), Answer)


async def test_an_operation_of_before_a_move_is_asked_after_at_the_new_endpoint() -> None:
    with FakeService() as service:
        path = service.operation(succeeded(ANSWER)).removeprefix(service.url)
        async with open_client(service.url, "", rebuild_location=True) as http:
            assert isinstance(await READ.poll(http, Pending(f"http://old.test:5000{path}")), Answer)


async def test_an_operation_named_by_the_key_is_not_kept() -> None:
    location = {"Operation-Location": f"/vision/v3.2/read/analyzeResults/7?subscription-key={KEY}"}
    async with answering(httpx.Response(202, headers=location)) as http:
        with pytest.raises(NotUnderstood, match="by the key itself") as caught:
            await READ.submit(http, IMAGE)
    assert KEY not in caught.value.sentence


async def test_a_key_that_an_answer_repeats_is_not_kept(service: FakeService, http: httpx.AsyncClient) -> None:
    answer = await polled(http, service, state("succeeded", echo=f"<{KEY}>"))
    assert isinstance(answer, Answer)
    assert json.loads(answer.body) == {"status": "succeeded", "echo": "<[key]>"}
    pending = await polled(http, service, state(f"at {KEY}"))
    assert isinstance(pending, Pending)
    assert pending.said == "at [key]"
    with pytest.raises(Transient, match=r"no status: what of \[key\]\?"):
        await polled(http, service, reply(f"what of {KEY}?".encode()))


async def test_a_short_key_is_a_word_like_any_other() -> None:
    with FakeService(key="letter") as service:
        async with open_client(service.url, "letter") as http:
            body = b'{"status": "succeeded", "text": "a letter"}'
            assert await READ.poll(http, Pending(service.operation(reply(body)))) == Answer(body)


async def test_a_path_that_was_doubled_on_the_way_is_told(service: FakeService, http: httpx.AsyncClient) -> None:
    message = "No route for /vision/vision/v3.2/read/analyze."
    service.script = [refused({"error": {"code": "404", "message": message}}, 404)]
    with pytest.raises(Retired, match=r"does not know /vision/v3\.2/read/analyze \(404: .*\)\. The path came there"):
        await READ.submit(http, IMAGE)


async def test_an_accepted_image_without_an_operation_is_a_sentence() -> None:
    async with answering(httpx.Response(202)) as http:
        with pytest.raises(NotUnderstood, match=r"took the image \(202\) but named no operation"):
            await READ.submit(http, IMAGE)


LOCATIONS = st.text() | st.builds("{}:{}".format, st.sampled_from(["http", "https", "mailto", "data"]), st.text())


@given(LOCATIONS, st.booleans())
async def test_no_location_breaks_it(location: str, rebuilds: bool) -> None:
    response = httpx.Response(202, headers=[(b"Operation-Location", location.encode("utf-8", "replace"))])
    transport = httpx.MockTransport(lambda _: response)
    async with open_client("https://vision.test", KEY, transport, rebuild_location=rebuilds) as http:
        try:
            pending = await submitted(http)
        except NotUnderstood:
            return
        assert pending.operation.startswith("https://vision.test/")
        assert httpx.URL(pending.operation).host == "vision.test"


# -- what a refusal means


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, Refused),
        (400, Refused),
        (401, KeyRefused),
        (403, KeyRefused),
        (404, Retired),
        (408, Transient),
        (410, Retired),
        (413, Refused),
        (415, Refused),
        (429, Throttled),
        (500, Transient),
        (503, Transient),
    ],
)
async def test_a_status_decides_what_a_refusal_is(status: int, error: type[ServiceError]) -> None:
    async with answering(httpx.Response(status, json={"code": "Why", "message": "Because."})) as http:
        with pytest.raises(error) as caught:
            await READ.submit(http, IMAGE)
    assert type(caught.value) is error
    assert caught.value.code == "Why"


@pytest.mark.parametrize(
    "body",
    [
        {"code": "InvalidImageSize", "requestId": "1", "message": "Image is too small."},
        {"error": {"code": "InvalidImageSize", "message": "Image is too small."}},
        {"error": {"code": "InvalidImageSize", "message": "Bad.", "innererror": {"message": "Image is too small."}}},
        {"error": {"code": "InvalidImageSize", "message": "Bad.", "innerError": {"message": "Image is too small."}}},
        {"statusCode": "InvalidImageSize", "message": "Image is too small."},
    ],
)
async def test_a_refusal_has_the_services_own_words(body: Any) -> None:
    async with answering(httpx.Response(400, json=body)) as http:
        with pytest.raises(Refused, match=r"Image is too small\.") as caught:
            await READ.submit(http, IMAGE)
    assert caught.value.code == "InvalidImageSize"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"downstream duration timeout", "(500: downstream duration timeout)"),
        (b"<html><body>Bad gateway</body></html>", "(500)"),
        (b"\x1b[2Jboo\x07", "(500: ␛[2Jboo␇)"),
        (b"", "(500)"),
        (b"[" * 100_000, "(500: [[[["),
    ],
)
async def test_words_from_outside_are_shown_safely(body: bytes, shown: str) -> None:
    async with answering(httpx.Response(500, content=body)) as http:
        with pytest.raises(Transient) as caught:
            await READ.submit(http, IMAGE)
    assert shown in caught.value.sentence
    assert len(caught.value.sentence) < 350


async def test_a_retired_path_names_its_successor() -> None:
    async with answering(httpx.Response(404, json={"error": {"code": "404", "message": "Resource not found"}})) as http:
        with pytest.raises(Retired, match=r"Read 3\.2.*Document Intelligence"):
            await RECOGNIZE.submit(http, IMAGE)


@pytest.mark.parametrize(
    ("headers", "message", "after"),
    [
        ({"Retry-After": "7"}, "Please retry after 12 seconds.", 7),
        ({}, "Please retry after 12 seconds.", 12),
        ({}, "Rate limit is exceeded. Try again in 26 seconds.", 26),
        ({}, "Quota will be replenished in 2 minutes.", 120),
        ({}, "Too many.", 20),
        ({"Retry-After": "soon"}, "Too many.", 20),
        ({"Retry-After": "-5"}, "Too many.", 0),
        ({"Retry-After": "nan"}, "Too many.", 20),
        ({"Retry-After": "1e300"}, "Too many.", 86_400),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, "", 30),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", 0),
    ],
)
async def test_too_many_calls_say_how_long_to_wait(headers: dict[str, str], message: str, after: float) -> None:
    body = {"error": {"code": "429", "message": message}}
    async with answering(httpx.Response(429, headers=headers, json=body)) as http:
        with pytest.raises(Throttled) as caught:
            await READ.submit(http, IMAGE)
    assert caught.value.after == after


async def test_a_connection_cut_after_the_image_may_have_counted() -> None:
    with FakeService([submission(accept=RESET), submission(accept=DROPPED)]) as service:
        async with open_client(service.url, "") as http:
            for _ in range(2):
                with pytest.raises(CutOff, match="broke off before it had answered"):
                    await READ.submit(http, IMAGE)


async def test_a_connection_cut_within_the_image_did_not_count() -> None:
    class HalfWay(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.AsyncByteStream)
            async for _ in request.stream:
                raise httpx.WriteError("Broken pipe")
            raise AssertionError

    async with open_client("https://vision.test", KEY, HalfWay()) as http:
        with pytest.raises(Transient) as caught:
            await READ.submit(http, IMAGE)
    assert not isinstance(caught.value, CutOff)


async def test_a_service_that_is_not_there_is_unreachable() -> None:
    with FakeService() as service:
        url = service.url
    async with open_client(url, KEY) as http:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached"):
            await READ.submit(http, IMAGE)


# -- polling


@pytest.mark.parametrize("word", ["NotStarted", "Not Started", "notStarted", "running", "RUNNING", "anything else"])
async def test_any_other_status_is_under_way(service: FakeService, http: httpx.AsyncClient, word: str) -> None:
    pending = await polled(http, service, state(word))
    assert isinstance(pending, Pending)
    assert pending.said == word


@pytest.mark.parametrize("word", ["Succeeded", "succeeded", "SUCCEEDED", " succeeded "])
async def test_the_answer_is_kept_byte_by_byte(service: FakeService, http: httpx.AsyncClient, word: str) -> None:
    body = b'{ "status" : "%s",  "extra": 1e2, "analyzeResult": {} }' % word.encode()
    assert await polled(http, service, reply(body)) == Answer(body)


async def test_nothing_but_the_status_decides(service: FakeService, http: httpx.AsyncClient) -> None:
    assert isinstance(await polled(http, service, state("running", **ANSWER)), Pending)
    assert isinstance(await polled(http, service, state("succeeded")), Answer)


async def test_a_large_answer_is_read_as_well(service: FakeService, http: httpx.AsyncClient) -> None:
    body = json.dumps({"status": "succeeded", "text": "x" * 2**19}).encode()
    assert await polled(http, service, reply(body)) == Answer(body)


async def test_an_endless_answer_is_not(
    service: FakeService, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_ANSWER", 2**20)
    with pytest.raises(NotUnderstood, match="larger than 1 MB"):
        await polled(http, service, reply(b" " * (2**20 + 1)))


@pytest.mark.parametrize("word", ["Failed", "failed", "canceled", "Cancelled", "skipped"])
async def test_a_failure_without_a_reason_says_so(service: FakeService, http: httpx.AsyncClient, word: str) -> None:
    with pytest.raises(OperationFailed, match=r"could not read this image and gave no reason\."):
        await polled(http, service, state(word))


async def test_a_failure_has_the_services_words(service: FakeService, http: httpx.AsyncClient) -> None:
    error = {
        "code": "InvalidRequest",
        "message": "Two pages failed.",
        "details": [{"code": "A", "message": "Too dark.", "target": "2"}, {"message": "Blank."}, None],
    }
    with pytest.raises(OperationFailed, match=r"^Two pages failed\. Page 2: Too dark\. Blank\.$") as caught:
        await polled(http, service, state("failed", error=error))
    assert caught.value.code == "InvalidRequest"


async def test_the_carried_engines_reason_comes_in_a_header(service: FakeService, http: httpx.AsyncClient) -> None:
    step = reply({"status": "failed"}, Handread_Reason="Th%C3%AF%73 is no picture.%1B%5B2J")
    with pytest.raises(OperationFailed, match=r"^Thïs is no picture\.␛\[2J$"):
        await polled(http, service, step)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("1/1 12/39", "running, line 12 of 39"),
        ("1/2 12/39", "page 1 of 2, line 12 of 39"),
        ("nonsense", "running"),
    ],
)
async def test_the_carried_engine_says_how_far_it_is(
    service: FakeService, http: httpx.AsyncClient, header: str, said: str
) -> None:
    pending = await polled(http, service, reply({"status": "running"}, Handread_Progress=header, Retry_After="3"))
    assert isinstance(pending, Pending)
    assert (pending.said, pending.after) == (said, 3.0)


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (reply(b""), Transient),
        (reply(b"   "), Transient),
        (reply(b"<html>"), Transient),
        (reply(b"\xff\xfe"), Transient),
        (reply([]), Transient),
        (reply({}), Transient),
        (reply({"status": 3}), Transient),
        (reply(status=204), Transient),
        (reply(b"[" * 100_000), Transient),
        (reply(b'{"n": ' + b"9" * 5000 + b"}"), Transient),
        (reply(status=404), OperationGone),
        (reply(status=410), OperationGone),
        (reply(status=401), KeyRefused),
        (reply(status=429), Throttled),
        (reply(status=500), Transient),
        (Step(200, b'{"status": "succeeded"}', fault="truncate"), CutOff),
        (reply({"status": "running"}, Content_Encoding="gzip"), CutOff),
        (DROPPED, CutOff),
        (RESET, CutOff),
    ],
)
async def test_what_is_no_status_is_a_fault_by_name(
    service: FakeService, http: httpx.AsyncClient, step: Step, error: type[ServiceError]
) -> None:
    with pytest.raises(error):
        await polled(http, service, step)


async def test_an_operation_that_was_never_begun_is_gone(service: FakeService, http: httpx.AsyncClient) -> None:
    with pytest.raises(OperationGone, match=r"no longer knows the operation \(404: Resource not found\.\)"):
        await READ.poll(http, Pending(f"{service.url}/vision/v3.2/read/analyzeResults/none"))


async def test_a_key_that_the_service_repeats_is_struck_out() -> None:
    body = {"error": {"code": KEY, "message": f"The key {KEY} is wrong."}}
    async with answering(httpx.Response(401, json=body)) as http:
        with pytest.raises(KeyRefused, match=r"\(401: The key \[key\] is wrong\)") as caught:
            await READ.submit(http, IMAGE)
    assert KEY not in caught.value.code


@settings(max_examples=50)
@given(json_values)
async def test_any_json_is_a_status_an_answer_or_our_error(value: Any) -> None:
    for body in (value, {"status": value}, {"status": "failed", "error": value}):
        async with answering(httpx.Response(200, content=json.dumps(body).encode())) as http:
            with contextlib.suppress(ServiceError):
                await READ.poll(http, Pending("https://vision.test/op"))


@settings(max_examples=50)
@given(json_values, st.sampled_from([400, 401, 404, 429, 503]))
async def test_any_error_body_is_our_error(value: Any, status: int) -> None:
    for body in (value, {"error": value}, {"code": value, "message": value}):
        async with answering(httpx.Response(status, content=json.dumps(body).encode())) as http:
            with pytest.raises(ServiceError) as caught:
                await READ.submit(http, IMAGE)
            assert caught.value.sentence.isprintable()


async def test_an_operation_goes_from_not_started_to_its_answer(http: httpx.AsyncClient) -> None:
    pending: Pending | Answer = await submitted(http)
    said = []
    while isinstance(pending, Pending):
        pending = await READ.poll(http, pending)
        said.append(pending.said if isinstance(pending, Pending) else json.loads(pending.body)["status"])
    assert said == ["NotStarted", "Running", "Succeeded"]


async def test_a_redirection_is_not_followed(http: httpx.AsyncClient, service: FakeService) -> None:
    with FakeService() as other:
        step = reply(status=302, Location=other.url)
        with pytest.raises(Refused, match="sends the call elsewhere"):
            await polled(http, service, step)
        assert other.requests == []


async def test_a_refused_post_is_told_from_a_taken_one(http: httpx.AsyncClient, service: FakeService) -> None:
    service.script = [refused({"code": "InvalidImage", "message": "No."}, 400), submission(succeeded(ANSWER))]
    with pytest.raises(Refused):
        await READ.submit(http, IMAGE)
    assert isinstance(await READ.poll(http, await submitted(http)), Answer)


# -- errors that services were recorded with

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded"


async def recorded_refusal(name: str) -> ServiceError:
    file = RECORDED / f"{name}.json"
    if not file.exists():
        pytest.skip("the recorded answers are not here")
    record = json.loads(file.read_bytes())
    headers = {name: value for name, value in record["_http"]["headers"].items() if name == "Retry-After"}
    async with answering(httpx.Response(record["_http"]["status"], headers=headers, json=record["body"])) as http:
        with pytest.raises(ServiceError) as caught:
            await READ.submit(http, IMAGE)
    return caught.value


@pytest.mark.parametrize(
    ("name", "kind", "code", "words"),
    [
        ("fr-v2.1__HTTP400-frc_content-damaged_file_passed_as_bytes", Refused, "InvalidImage", "corrupted"),
        ("fr-v2.1__HTTP400-frc_content_from_url-content_url_pass_stream", Refused, "FailedToDownloadImage", "download"),
        ("fr-v2.1__HTTP401-frc_content-content_authentication_bad_key", KeyRefused, "401", "invalid subscription key"),
        ("di-3.x__HTTP410-version-retired", Retired, "Gone", "has been retired"),
        ("fr-v2.0__HTTP429-multiapi-v2_0_compatibility", Throttled, "429", "have exceeded rate limit"),
        ("fr-v2.1__HTTP429-ftc_copy_model-copy_model_with_composed_model_v21", Throttled, "429", "exceeded"),
    ],
)
async def test_recorded_refusals_are_told_in_their_own_words(
    name: str, kind: type[ServiceError], code: str, words: str
) -> None:
    error = await recorded_refusal(name)
    assert (type(error), error.code) == (kind, code)
    assert words in error.sentence


async def test_a_recorded_throttle_says_how_long() -> None:
    error = await recorded_refusal("fr-v2.0__HTTP429-multiapi-v2_0_compatibility")
    assert isinstance(error, Throttled)
    assert error.after == 58
