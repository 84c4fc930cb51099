"""What is not taken, and how each service says so."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.engine import drawn
from tests.engine.served import ANALYSIS, BYTES, FORM, INTELLIGENCE, READ, RECOGNIZE_TEXT, ended, served
from tui.engine.service import DownloadFailed, UrlRefused

pytestmark = pytest.mark.xdist_group("engine")

SMALL = drawn.as_file(Image.new("L", (49, 100), 255))
WIDE = drawn.as_file(Image.new("L", (4201, 50), 255))
WIDER = drawn.as_file(Image.new("L", (10_001, 50), 255))
WIDEST = drawn.as_file(Image.new("L", (16_001, 50), 255))
WEBP = drawn.as_file(Image.new("RGB", (60, 60)), kind="WEBP")
FRAMES = drawn.as_file(*(Image.new("L", (60, 60)) for _ in range(3)), kind="TIFF")
PNG = drawn.as_file(Image.new("L", (60, 60)))
PDF = b"%PDF-1.7\n..."
JUNK = b"no image"
MEGABYTE = 2**20


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served() as http:
        yield http


def codes(answer: httpx.Response) -> tuple[str, ...]:
    """Return the codes of an error, the outer one first; its shape and sentence are right or this fails."""
    body = answer.json()
    if "statusCode" in body:  # the gateway says it in both shapes, so that old clients find it too
        assert (body["statusCode"], body["code"]) == (answer.status_code, str(answer.status_code))
        assert body["error"] == {"code": body["code"], "message": body["message"]}
        return (body["code"],)
    if "code" in body:
        assert set(body) == {"code", "requestId", "message"}
        uuid.UUID(body["requestId"])
        assert body["requestId"] == answer.headers["apim-request-id"]
        return (body["code"],)
    assert set(body) == {"error"}
    inner = body["error"].get("innererror")
    assert (inner or body["error"])["message"].endswith(".")
    return (body["error"]["code"], *([inner["code"]] if inner else []))


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        (RECOGNIZE_TEXT, JUNK, ("InvalidImageFormat",)),
        (RECOGNIZE_TEXT, FRAMES, ("InvalidImageFormat",)),
        (RECOGNIZE_TEXT, PDF, ("InvalidImageFormat",)),
        (RECOGNIZE_TEXT, SMALL, ("InvalidImageSize",)),
        (RECOGNIZE_TEXT, WIDE, ("InvalidImageSize",)),
        (RECOGNIZE_TEXT, b"", ("InvalidImageFormat",)),
        (RECOGNIZE_TEXT, bytes(4 * MEGABYTE + 1), ("InvalidImageSize",)),
        (READ, JUNK, ("InvalidImage",)),
        (READ, WEBP, ("UnsupportedImageFormat",)),
        (READ, PDF, ("InvalidImage",)),
        (READ, SMALL, ("InvalidImageDimension",)),
        (READ, WIDER, ("InvalidImageDimension",)),
        (READ, b"", ("InvalidImage",)),
        (ANALYSIS, JUNK, ("InvalidRequest", "InvalidImageFormat")),
        (ANALYSIS, WIDEST, ("InvalidRequest", "InvalidImageSize")),
        (ANALYSIS, bytes(20 * MEGABYTE + 1), ("InvalidRequest",)),
        (INTELLIGENCE, JUNK, ("InvalidRequest", "InvalidContent")),
        (INTELLIGENCE, WEBP, ("InvalidRequest", "UnsupportedContent")),
        (INTELLIGENCE, PDF, ("InvalidRequest", "InvalidContent")),
        (INTELLIGENCE, WIDER, ("InvalidRequest", "InvalidContentDimensions")),
        (FORM, JUNK, ("InvalidImage",)),
        (FORM, WIDER, ("InvalidImageDimension",)),
    ],
)
async def test_an_image_that_the_service_would_not_take_is_refused_at_once(
    http: httpx.AsyncClient, path: str, content: bytes, said: tuple[str, ...]
) -> None:
    answer = await http.post(path, content=content, headers=BYTES)
    assert answer.status_code == 400
    assert codes(answer) == said


@pytest.mark.parametrize(("path", "content"), [(READ, WIDE), (ANALYSIS, WIDER), (INTELLIGENCE, WIDE)])
async def test_what_one_service_refuses_another_takes(http: httpx.AsyncClient, path: str, content: bytes) -> None:
    assert (await http.post(path, content=content, headers=BYTES)).status_code in {200, 202}


async def test_inside_the_program_the_engines_own_limits_hold() -> None:
    async with served(strict=False) as http:
        for content in (SMALL, WIDER, WEBP):
            taken = await http.post(READ, content=content, headers=BYTES)
            assert (await ended(http, taken.headers["Operation-Location"])).json()["status"] == "succeeded"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("pages=0", "InvalidPageRange"),
        ("pages=", "InvalidPageRange"),
        ("pages=4-2", "InvalidPageRange"),
        ("pages=4", "InvalidPageRange"),
        ("pages=99999", "InvalidPageRange"),
        ("readingOrder=Basic", "InvalidReadingOrder"),
        ("language=ja", "NotSupportedLanguage"),
        ("language=zh-Hans", "NotSupportedLanguage"),
        ("language=%00", "NotSupportedLanguage"),
        ("model-version=best", "BadArgument"),
    ],
)
async def test_a_parameter_of_read_that_cannot_be_honoured_is_refused(
    http: httpx.AsyncClient, query: str, code: str
) -> None:
    answer = await http.post(f"{READ}?{query}", content=FRAMES, headers=BYTES)
    assert answer.status_code == 400
    assert codes(answer) == (code,)


async def test_a_page_beyond_the_first_of_a_plain_image_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{INTELLIGENCE}&pages=2", content=PNG, headers=BYTES)
    assert codes(answer) == ("InvalidArgument", "InvalidParameter")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/computervision/imageanalysis:analyze?api-version=2024-02-01", 400, "NotSupportedVisualFeature"),
        (f"{ANALYSIS},caption", 400, "NotSupportedVisualFeature"),
        (ANALYSIS.replace("2024-02-01", "2030-01-01"), 400, "BadArgument"),
        (INTELLIGENCE.replace("?api-version=2024-11-30", ""), 400, "ParameterMissing"),
        (INTELLIGENCE.replace("documentintelligence", "formrecognizer"), 400, "InvalidParameter"),
        (INTELLIGENCE.replace("prebuilt-read", "prebuilt-layout"), 404, "ModelNotFound"),
        (f"{INTELLIGENCE}&stringIndexType=bytes", 400, "InvalidParameter"),
        (f"{INTELLIGENCE}&features=barcodes", 400, "InvalidParameter"),
        (f"{INTELLIGENCE}&output=pdf", 400, "InvalidParameter"),
        (f"{INTELLIGENCE}&outputContentFormat=markdown", 400, "InvalidParameter"),
        (f"{INTELLIGENCE}&locale=ja-JP", 400, "InvalidParameter"),
    ],
)
async def test_what_the_engine_has_not_is_refused_and_not_left_out(
    http: httpx.AsyncClient, path: str, status: int, said: str
) -> None:
    answer = await http.post(path, content=PNG, headers=BYTES)
    assert answer.status_code == status
    assert codes(answer)[-1] == said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (READ, ("UnsupportedMediaType",)),
        (ANALYSIS, ("UnsupportedMediaType",)),
        (INTELLIGENCE, ("UnsupportedMediaType",)),
    ],
)
async def test_another_media_type_is_unsupported(http: httpx.AsyncClient, path: str, said: tuple[str, ...]) -> None:
    answer = await http.post(path, content=PNG, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, codes(answer)) == (415, said)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"urlSource": "http://a/b", "base64Source": "eA=="},
        {"base64Source": ""},
        {"base64Source": 3},
        {"base64Source": "no base64!"},
        {"url": "http://a/b"},
        [],
    ],
)
async def test_json_must_name_exactly_one_source(http: httpx.AsyncClient, body: object) -> None:
    answer = await http.post(INTELLIGENCE, json=body)
    assert (answer.status_code, codes(answer)) == (400, ("InvalidRequest", "InvalidContent"))


@pytest.mark.parametrize(
    "form",
    [
        b"",
        b"--x\r\n",
        b"no form",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ntext\r\n--x--\r\n',
        b"--x\r\n\r\nnothing\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n--x--\r\n',
    ],
)
@pytest.mark.parametrize("boundary", ["; boundary=x", "", "; boundary="])
async def test_a_form_without_a_file_is_refused(http: httpx.AsyncClient, form: bytes, boundary: str) -> None:
    answer = await http.post(RECOGNIZE_TEXT, content=form, headers={"Content-Type": f"multipart/form-data{boundary}"})
    assert answer.status_code == 400
    assert codes(answer)[0] in {"BadArgument", "InvalidImageFormat"}


async def test_urls_are_fetched_by_whoever_is_given_and_in_the_services_words() -> None:
    asked: list[tuple[str, int]] = []

    async def fetch(url: str, most: int, grown: Callable[[int], None]) -> bytes:
        asked.append((url, most))
        grown(len(PNG))
        if url.endswith("refused"):
            raise UrlRefused("Not from there.")
        if url.endswith("gone"):
            raise DownloadFailed("It is gone.")
        return PNG

    async with served(fetch=fetch) as http:
        for path, name, refused, gone in (
            (RECOGNIZE_TEXT, "url", "InvalidImageUrl", "InvalidImageUrl"),
            (READ, "url", "InvalidImageUrl", "FailedToDownloadImage"),
            (ANALYSIS, "url", "InvalidImageUrl", "InvalidImageUrl"),
            (INTELLIGENCE, "urlSource", "InvalidContentSourceFormat", "ContentSourceNotAccessible"),
            (FORM, "source", "InvalidImageUrl", "FailedToDownloadImage"),
        ):
            assert (await http.post(path, json={name: "http://a/b.png"})).status_code in {200, 202}
            assert codes(await http.post(path, json={name: "http://a/refused"}))[-1] == refused
            assert codes(await http.post(path, json={name: "http://a/gone"}))[-1] == gone
    assert asked[0] == ("http://a/b.png", 4 * MEGABYTE)


async def test_a_key_is_asked_for_before_anything_else() -> None:
    async with served(key="right") as http:
        for headers in ({}, {"Ocp-Apim-Subscription-Key": "wrong"}, {"Authorization": "Bearer right"}):
            for answer in (
                await http.post(READ, content=PNG, headers={**BYTES, **headers}),
                await http.get("/vision/v3.2/read/analyzeResults/x", headers=headers),
                await http.get("/nowhere", headers=headers),
            ):
                assert (answer.status_code, codes(answer)) == (401, ("401",))
                assert "right" not in answer.text.split()
        good = {"Ocp-Apim-Subscription-Key": "right"}
        assert (await http.post(READ, content=PNG, headers={**BYTES, **good})).status_code == 202
        assert (await http.get("/health")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1@evil", "a b", "", "x/../y", "[::1", "h:123456", "a\nb"])
async def test_a_host_that_is_no_name_of_this_machine_is_refused(host: str) -> None:
    async with served(knows_host=lambda name: name in {"127.0.0.1", "::1"}) as http:
        answer = await http.get("/health", headers=[(b"Host", host.encode())])
        assert (answer.status_code, codes(answer)) == (400, ("400",))
        assert (await http.get("/health", headers={"Host": "127.0.0.1:5000"})).status_code == 200
        assert (await http.get("/health", headers={"Host": "[::1]:5000"})).status_code == 200


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
async def test_pages_of_other_sites_may_not_call_it(http: httpx.AsyncClient, site: str, status: int) -> None:
    assert (await http.get("/health", headers={"Sec-Fetch-Site": site})).status_code == status


@given(st.binary(max_size=200), st.sampled_from(["multipart/form-data; boundary=x", "application/json", "image/png"]))
def test_no_body_breaks_the_service(body: bytes, kind: str) -> None:
    async def post() -> None:
        async with served() as http:
            for path in (RECOGNIZE_TEXT, READ, ANALYSIS, INTELLIGENCE, FORM):
                for content in (body, b"--x\r\nContent-Disposition: form-data; " + body):
                    answer = await http.post(path, content=content, headers={"Content-Type": kind})
                    assert answer.status_code in {400, 415}
                    assert codes(answer)

    asyncio.run(post())


async def test_forwarding_headers_are_not_believed_but_the_public_url_is() -> None:
    forwarded = {"X-Forwarded-Host": "evil", "X-Forwarded-Proto": "https", "Forwarded": "host=evil"}
    async with served() as http:
        taken = await http.post(READ, content=PNG, headers={**BYTES, **forwarded})
        assert taken.headers["Operation-Location"].startswith("http://some.host:5000/vision/")
    async with served(public_url="https://ocr.example.org/x") as http:
        taken = await http.post(READ, content=PNG, headers=BYTES)
        assert taken.headers["Operation-Location"].startswith("https://ocr.example.org/x/vision/v3.2/")


async def test_a_server_that_stops_takes_nothing_more_and_still_answers() -> None:
    from tui.engine.service import Terms, local_service

    app = local_service(terms=Terms(is_strict=True))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://some.host") as http:
        page = drawn.as_file(drawn.page([drawn.FIRST]))
        locations = [
            (await http.post(READ, content=page, headers=BYTES)).headers["Operation-Location"] for _ in range(3)
        ]
        while (await http.get(locations[0])).json()["status"] == "notStarted":  # noqa: ASYNC110 - as a client would
            await asyncio.sleep(0.01)
        stopping = asyncio.create_task(app.state.finish(60))
        await asyncio.sleep(0)
        refused = await http.post(READ, content=page, headers=BYTES)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
        assert codes(refused) == ("503",)
        assert (await http.get("/ready")).status_code == 503
        assert (await http.get("/health")).json()["stopping"] is True
        assert await stopping == 2
        statuses = [(await http.get(location)).json()["status"] for location in locations]
        assert statuses == ["succeeded", "failed", "failed"]
    await app.state.close()


async def test_what_does_not_end_in_time_is_left() -> None:
    from tui.engine.service import local_service

    app = local_service()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://some.host") as http:
        taken = await http.post(READ, content=drawn.as_file(drawn.page([drawn.FIRST])), headers=BYTES)
        waiting = asyncio.create_task(http.post(ANALYSIS, content=PNG, headers=BYTES))
        while (await http.get("/health")).json()["queue"] < 2:  # noqa: ASYNC110 - as a client would
            await asyncio.sleep(0.01)
        assert await app.state.finish(0) == 2
        assert (await http.get(taken.headers["Operation-Location"])).json()["status"] == "failed"
        assert (await waiting).status_code == 503
    await app.state.close()


async def test_more_bytes_than_memory_holds_are_throttled(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.operations.MOST_BYTES", 2 * len(FRAMES))
    for expected in (202, 202, 429):
        answer = await http.post(READ, content=FRAMES, headers=BYTES)
        assert answer.status_code == expected
    assert codes(answer) == ("429",)
    assert answer.headers["Retry-After"] == "10"


async def test_a_document_alone_may_have_more_bytes_than_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.operations.MOST_BYTES", 1)
    async with served() as http:
        assert (await http.post(READ, content=FRAMES, headers=BYTES)).status_code == 202
