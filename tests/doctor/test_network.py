"""The way to an endpoint: what lies on it is told step by step, and nothing on it holds the doctor up."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.dialects.test_client import secure_server
from tui.doctor import certificate
from tui.doctor.check import Check, Found
from tui.doctor.network import Way, proxy_for, way_to
from tui.settings import Service


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Archive")


@pytest.fixture
def authority_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return str(tmp_path / "authority.pem")


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def listener() -> Iterator[int]:
    """Take connections, and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def service(endpoint: str, **more: object) -> Service:
    return Service("cloud", "read-3.2", endpoint, **more)  # type: ignore[arg-type]


async def gone(endpoint: str, now: float | None = None, **more: object) -> Way:
    return await way_to(service(endpoint, **more), time.time if now is None else lambda: now)


def found(way: Way, name: str) -> Check:
    (check,) = (check for check in way.checks if check.name == name)
    return check


async def test_a_server_on_this_machine_needs_no_certificate() -> None:
    with listener() as port:
        way = await gone(f"http://127.0.0.1:{port}", key_variable="KEY")
    assert [check.state for check in way.checks] == [Found.OK] * 3
    assert found(way, "address").says == "127.0.0.1 is an address already."
    assert f"127.0.0.1 answers on port {port} (" in found(way, "connection").says
    assert way.is_open


async def test_a_name_is_looked_up() -> None:
    with listener() as port:
        way = await gone(f"http://localhost:{port}")
    assert "127.0.0.1" in found(way, "address").says
    assert way.is_open


@pytest.mark.parametrize("host", ["nobody.invalid", "x" * 70 + ".test"])
async def test_a_name_that_nobody_knows_ends_the_way(host: str) -> None:
    way = await gone(f"https://{host}")
    assert [(check.name, check.state) for check in way.checks] == [("address", Found.WRONG)]
    assert host in way.checks[0].says
    assert not way.is_open


async def test_a_port_where_nobody_listens_ends_the_way() -> None:
    way = await gone(f"https://127.0.0.1:{free_port()}")
    assert found(way, "connection").state is Found.WRONG
    assert "127.0.0.1 cannot be reached (" in found(way, "connection").says
    assert not way.is_open


# -- plain http


async def test_a_key_does_not_go_out_in_plain_text() -> None:
    check = certificate.in_plain_text(service("http://archive.test", key_variable="KEY"), "archive.test")
    assert check.check.state is Found.WRONG
    assert check.check.says.startswith("The key is not sent to archive.test over plain http")
    assert not check.leads_on


async def test_images_in_plain_text_are_worth_a_word() -> None:
    check = certificate.in_plain_text(service("http://archive.test", on_premises=True), "archive.test")
    assert check.check.state is Found.UNKNOWN
    assert check.leads_on


# -- certificates


async def test_who_vouches_for_an_endpoint_is_named(authority: trustme.CA, authority_file: str) -> None:
    with secure_server(authority) as url:
        way = await gone(url, certificates=authority_file)
    assert found(way, "certificate").state is Found.OK
    assert found(way, "certificate").says.startswith("Archive vouches for it, for ")
    assert way.is_open


async def test_a_certificate_near_its_end_is_worth_a_word(authority: trustme.CA, authority_file: str) -> None:
    with secure_server(authority) as url:
        host, port = url.removeprefix("https://").split(":")
        context = ssl.create_default_context(cafile=authority_file)
        with (
            socket.create_connection((host, int(port))) as plain,
            context.wrap_socket(plain, server_hostname=host) as s,
        ):
            shown = s.getpeercert()
        assert shown is not None
        ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
        way = await gone(url, now=ends - 3 * 86_400, certificates=authority_file)
    assert found(way, "certificate").state is Found.UNKNOWN
    assert "for 3 days yet" in found(way, "certificate").says
    assert "renew it" in found(way, "certificate").says
    assert way.is_open


async def test_an_untrusted_certificate_names_the_setting(authority: trustme.CA) -> None:
    with secure_server(authority) as url:
        way = await gone(url)
    assert found(way, "certificate").state is Found.WRONG
    assert found(way, "certificate").says.endswith("name its file in the profile: certificates = 'FILE.pem'")
    assert not way.is_open


async def test_a_certificate_for_another_host_is_told_from_an_untrusted_one(
    authority: trustme.CA, authority_file: str
) -> None:
    with secure_server(authority, "other.test") as url:
        way = await gone(url, certificates=authority_file)
    assert "Check the endpoint's name" in found(way, "certificate").says


async def test_a_file_of_authorities_that_is_none_is_explained(authority: trustme.CA, tmp_path: Path) -> None:
    with secure_server(authority) as url:
        way = await gone(url, certificates=str(tmp_path / "none.pem"))
    assert "Correct `certificates` in the profile." in found(way, "certificate").says


async def test_a_port_that_speaks_no_tls_is_told_from_a_bad_certificate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        way = await gone(f"https://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert "127.0.0.1 does not speak TLS on port" in found(way, "certificate").says
    assert "begins with http://" in found(way, "certificate").says


async def test_a_certificate_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "TLS_SECONDS", 0.1)
    with listener() as port:
        way = await gone(f"https://127.0.0.1:{port}")
    assert "has shown none" in found(way, "certificate").says
    assert not way.is_open


# -- proxies


async def test_a_proxy_of_the_environment_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with listener() as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@127.0.0.1:{port}")
        way = await gone("https://archive.test")
    assert found(way, "proxy").state is Found.OK
    assert f"127.0.0.1:{port} answers" in found(way, "proxy").says
    assert found(way, "certificate").state is Found.UNKNOWN
    assert "s3cret" not in str(way)
    assert way.is_open


@pytest.mark.parametrize(
    "proxy", ["http://127.0.0.1:{port}", "127.0.0.1:{port}", "http://nobody.invalid:1", "http://:x"]
)
async def test_a_proxy_that_is_not_there_ends_the_way(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(port=free_port()))
    way = await gone("https://archive.test")
    assert [(check.name, check.state) for check in way.checks] == [("proxy", Found.WRONG)]
    assert "HTTPS_PROXY" in way.checks[0].says
    assert not way.is_open


@pytest.mark.parametrize(
    ("endpoint", "used"), [("https://a.test", True), ("https://b.test", False), ("http://a.test", False)]
)
def test_a_proxy_is_used_where_httpx_would(monkeypatch: pytest.MonkeyPatch, endpoint: str, used: bool) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "b.test")
    assert bool(proxy_for(endpoint)) == used
