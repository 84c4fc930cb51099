"""Images named by a URL: from which hosts they come, and where a name may lead."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.service import DownloadFailed, UrlRefused
from tui.serving.fetching import Fetcher, is_public
from tui.serving.trouble import ServingError

IMAGE = b"an image"


class Site(ThreadingHTTPServer):
    """A web server on this machine that notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.location = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", self.server.location)
            self.end_headers()
        elif self.path == "/gone":
            self.send_error(410)
        elif self.path == "/zipped":
            self.answer(b"x", "gzip")
        elif self.path == "/hung":
            threading.Event().wait(2)
        else:
            self.answer(IMAGE, "")

    def answer(self, body: bytes, encoding: str) -> None:
        self.send_response(200)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        site.shutdown()
        thread.join()


async def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_a_named_host_may_be_on_this_machine(site: Site) -> None:
    fetch = Fetcher.for_hosts(["127.0.0.1"])
    assert await fetch(f"http://127.0.0.1:{site.port}/scan.png?a=b", 100) == IMAGE
    path, headers = site.asked[0]
    assert path == "/scan.png?a=b"
    assert headers["host"] == f"127.0.0.1:{site.port}"
    assert not {"ocp-apim-subscription-key", "authorization", "cookie"} & set(headers)


async def test_a_name_is_resolved_once_and_the_connection_goes_where_was_looked(site: Site) -> None:
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    fetch = Fetcher(frozenset({"scans.example"}), resolve)
    assert await fetch(f"http://Scans.Example:{site.port}/", 100) == IMAGE
    assert asked == [("scans.example", site.port)]
    assert site.asked[0][1]["host"] == f"scans.example:{site.port}"


@pytest.mark.parametrize("hosts", [[], ["elsewhere.example"], ["*"]])
async def test_a_host_that_is_not_allowed_is_never_called(site: Site, hosts: list[str]) -> None:
    with pytest.raises(UrlRefused, match=r"--allow-url scans\.example"):
        await Fetcher(frozenset(hosts), here)(f"http://scans.example:{site.port}/", 100)
    assert site.asked == []


async def test_one_private_address_among_public_ones_is_enough_to_refuse(site: Site) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    with pytest.raises(UrlRefused, match="not public"):
        await Fetcher(frozenset({"*"}), resolve)(f"http://scans.example:{site.port}/", 100)


async def test_a_redirection_is_looked_at_like_any_url(site: Site) -> None:
    site.location = f"http://inside.example:{site.port}/secret"
    with pytest.raises(UrlRefused, match=r"inside\.example"):
        await Fetcher(frozenset({"scans.example"}), here)(f"http://scans.example:{site.port}/redirect", 100)
    assert [path for path, _ in site.asked] == ["/redirect"]
    site.location = "file:///etc/passwd"
    with pytest.raises(UrlRefused, match="http"):
        await Fetcher(frozenset({"scans.example"}), here)(f"http://scans.example:{site.port}/redirect", 100)
    site.location = "/scan.png"
    assert await Fetcher(frozenset({"a"}), here)(f"http://a:{site.port}/redirect", 100) == IMAGE


async def test_redirections_that_never_end_are_given_up(site: Site) -> None:
    site.location = "/redirect"
    with pytest.raises(DownloadFailed, match="more than 5 times"):
        await Fetcher(frozenset({"a"}), here)(f"http://a:{site.port}/redirect", 100)
    assert len(site.asked) == 6


@pytest.mark.parametrize(("path", "match"), [("/gone", "410"), ("/zipped", "compressed"), ("/", "more than 3 bytes")])
async def test_what_is_no_image_of_the_right_size_is_told(site: Site, path: str, match: str) -> None:
    with pytest.raises(DownloadFailed, match=match):
        await Fetcher.for_hosts(["127.0.0.1"])(f"http://127.0.0.1:{site.port}{path}", 3)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70, "a..b"])
async def test_a_host_that_is_nowhere_is_a_failed_download(host: str) -> None:
    with pytest.raises(DownloadFailed, match="is not known"):
        await Fetcher(frozenset({host}))(f"http://{host}/", 100)


async def test_what_does_not_come_in_time_is_given_up(site: Site) -> None:
    with pytest.raises(DownloadFailed, match="seconds"):
        await Fetcher(frozenset({"a"}), here, seconds=0.2)(f"http://a:{site.port}/hung", 100)


async def test_nobody_at_home_is_a_failed_download() -> None:
    with pytest.raises(DownloadFailed, match="ConnectError"):
        await Fetcher.for_hosts(["127.0.0.1"])("http://127.0.0.1:1/", 100)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "scan.jpg",
        "file:///etc/passwd",
        "ftp://a/b",
        "http://",
        "http:///x",
        "http://user:secret@a/b",
        "http://[::1",
        "//a",
    ],
)
async def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused, match="badly formatted") as refusal:
        await Fetcher(frozenset({"*", "a"}), here)(url, 100)
    assert "secret" not in str(refusal.value)


@given(st.text(max_size=40))
def test_no_text_breaks_the_look_at_an_url(text: str) -> None:
    with pytest.raises((UrlRefused, DownloadFailed)):
        asyncio.run(Fetcher(frozenset({"*"}), here)(f"http://{text}", 100))


async def test_the_certificate_must_be_the_named_hosts_though_the_address_is_called() -> None:
    authority = trustme.CA()
    trusted, offered = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(trusted)
    authority.issue_cert("scans.example").configure_cert(offered)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nan image")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=offered) as server:
        port = server.sockets[0].getsockname()[1]
        fetch = Fetcher(frozenset({"scans.example", "other.example"}), here, trusted=trusted)
        assert await fetch(f"https://scans.example:{port}/", 100) == IMAGE
        with pytest.raises(DownloadFailed):
            await fetch(f"https://other.example:{port}/", 100)


@pytest.mark.parametrize("name", ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example"])
async def test_a_host_is_the_same_in_every_spelling(site: Site, name: str) -> None:
    fetch = replace(Fetcher.for_hosts([name]), resolve=here)
    assert await fetch(f"http://bücher.EXAMPLE:{site.port}/", 100) == IMAGE
    assert site.asked[0][1]["host"] == f"xn--bcher-kva.example:{site.port}"


def test_hosts_are_named_without_anything_round_them() -> None:
    assert Fetcher.for_hosts(["Scans.Example", "[::1]", "::1", "*"]).allowed == {"scans.example", "::1", "*"}


@pytest.mark.parametrize(
    "host", ["", "https://scans.example", "scans.example/x", "scans.example:80", "u@h", "a b", "[", "h?x=1"]
)
def test_what_names_no_host_is_a_sentence(host: str) -> None:
    with pytest.raises(ServingError, match="names no host"):
        Fetcher.for_hosts([host])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_of_this_house_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_network_is_public(address: str) -> None:
    assert is_public(address)
