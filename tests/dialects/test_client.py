"""The way to a service: where the key goes, and how an image is got from a URL."""

import traceback
from pathlib import Path

import httpx
import pytest

from tests.fake_service import DROPPED, FakeService, Step, reply
from tui import __version__
from tui.dialects import KeyRefused, Refused, ServiceError, Throttled, Transient, Unreachable, fetch, open_client
from tui.dialects.client import KEY_HEADER, USER_AGENT, is_loopback

KEY = "0123456789abcdef0123456789abcdef"


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"key": request.headers.get(KEY_HEADER)})


async def key_sent(endpoint: str, url: str, key: str = KEY) -> str | None:
    async with open_client(endpoint, key, httpx.MockTransport(echo)) as http:
        answer: dict[str, str | None] = (await http.get(url)).json()
    return answer["key"]


# -- the key


@pytest.mark.parametrize("url", ["/op", "https://vision.test/op", "HTTPS://Vision.Test:443/op"])
async def test_the_key_goes_to_its_own_endpoint(url: str) -> None:
    assert await key_sent("https://vision.test", url) == KEY


@pytest.mark.parametrize(
    "url",
    ["http://vision.test/op", "https://vision.test:444/op", "https://vision.test.evil.test/op", "https://evil.test/op"],
)
async def test_the_key_goes_nowhere_else(url: str) -> None:
    assert await key_sent("https://vision.test", url) is None


async def test_without_a_key_no_key_header_is_sent() -> None:
    assert await key_sent("http://container.test:5000", "/op", key="") is None


async def test_a_redirection_takes_no_key_along() -> None:
    def elsewhere(request: httpx.Request) -> httpx.Response:
        if request.url.host == "evil.test":
            pytest.fail("it went there")
        return httpx.Response(307, headers={"Location": "https://evil.test/"})

    async with open_client("https://vision.test", KEY, httpx.MockTransport(elsewhere)) as http:
        assert (await http.post("/op", content=b"image")).status_code == 307


@pytest.mark.parametrize("endpoint", ["http://vision.test", "http://192.168.1.5:5000", "http://localhost.test"])
def test_a_key_does_not_travel_in_plain_text(endpoint: str) -> None:
    with pytest.raises(KeyRefused, match="over plain http") as caught:
        open_client(endpoint, KEY)
    assert KEY not in caught.value.sentence


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://[::1]:5000", "http://localhost:5000", "local:"])
async def test_a_key_may_stay_on_this_machine(endpoint: str) -> None:
    await open_client(endpoint, KEY).aclose()


@pytest.mark.parametrize("key", ["clé", "key\r\nHost: evil", "key\x00"])
def test_a_key_that_is_none_is_not_repeated(key: str) -> None:
    with pytest.raises(KeyRefused, match="Copy it again") as caught:
        open_client("https://vision.test", key)
    assert key not in "".join(traceback.format_exception(caught.value))


def test_an_endpoint_that_is_none_is_a_sentence() -> None:
    with pytest.raises(Refused, match="is no address"):
        open_client("https://vision.test:port", KEY)


def test_no_record_of_the_client_shows_the_key() -> None:
    http = open_client("http://127.0.0.1", KEY)
    assert KEY not in repr(http) + repr(http.auth) + repr(http.headers)


async def test_the_carried_engine_has_an_address_of_its_own() -> None:
    def engine(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"url": str(request.url), "agent": request.headers["User-Agent"]})

    async with open_client("local:", "", httpx.MockTransport(engine)) as http:
        assert (await http.get("/vision")).json() == {"url": "http://local.handread/vision", "agent": USER_AGENT}
    assert __version__ in USER_AGENT


async def test_a_proxy_of_the_environment_sees_no_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FakeService(files={"/op": reply(b"here")}) as service:
        async with open_client(service.url, KEY) as http:
            assert (await http.get("/op")).content == b"here"


@pytest.mark.parametrize(("host", "loopback"), [("127.8.9.1", True), ("::1", True), ("10.0.0.1", False), ("a", False)])
def test_what_never_leaves_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


# -- images from URLs


async def fetched(into: Path, *steps: Step, limit_bytes: int = 1000, seconds: float = 60) -> bytes:
    with FakeService(files={"/scan.png": steps}) as service:
        await fetch(f"{service.url}/scan.png", into / "cache" / "scan.img", limit_bytes=limit_bytes, seconds=seconds)
        assert service.requests[0].key is None
    return content_of(into / "cache" / "scan.img")


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def files_in(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file()]


async def test_an_image_is_fetched_whole(tmp_path: Path) -> None:
    assert await fetched(tmp_path, reply(b"picture")) == b"picture"
    assert files_in(tmp_path) == ["scan.img"]


async def test_a_few_redirections_are_followed(tmp_path: Path) -> None:
    assert await fetched(tmp_path, reply(status=302, Location="/scan.png"), reply(b"picture")) == b"picture"


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (reply(status=404), Refused, r"refused it \(404\)"),
        (reply(status=401), Refused, "does not hand this image out"),
        (reply(status=302, Location="/scan.png"), Refused, "TooManyRedirects"),
        (reply(status=302, Location="ftp://elsewhere/"), Refused, "UnsupportedProtocol"),
        (reply(status=302, Location="file:///etc/passwd"), Refused, "UnsupportedProtocol"),
        (reply(b"x" * 1001), Refused, "larger than"),
        (reply(b"x" * 1001, Content_Length=None, Connection="close"), Refused, "larger than"),
        (reply(status=503), Transient, "in trouble"),
        (reply(status=429), Throttled, "too many calls"),
        (Step(200, b"picture", fault="truncate"), Transient, "broke off"),
        (DROPPED, Transient, "broke off"),
    ],
)
async def test_what_goes_wrong_is_our_error_and_leaves_nothing(
    tmp_path: Path, step: Step, error: type[ServiceError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        await fetched(tmp_path, step)
    assert not isinstance(caught.value, KeyRefused)
    assert files_in(tmp_path) == []


async def test_a_slow_image_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Transient, match="no answer in time"):
        await fetched(tmp_path, Step(200, b"picture", delay=30), seconds=0.1)
    assert files_in(tmp_path) == []


async def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with FakeService() as service:
        url = service.url
    with pytest.raises(Unreachable, match="cannot be reached"):
        await fetch(f"{url}/scan.png", tmp_path / "scan.img")


async def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    def a_file_in_the_way(path: Path) -> None:
        path.write_bytes(b"")

    a_file_in_the_way(tmp_path / "cache")
    with pytest.raises(ServiceError, match="cannot be kept in"):
        await fetched(tmp_path, reply(b"picture"))


@pytest.mark.parametrize("url", ["http://", "http://[", "https://user:secret@127.0.0.1:1/x", "nonsense"])
async def test_an_address_that_leads_nowhere_is_our_error_without_secrets(tmp_path: Path, url: str) -> None:
    with pytest.raises(ServiceError) as caught:
        await fetch(url, tmp_path / "scan.img")
    assert "secret" not in caught.value.sentence
