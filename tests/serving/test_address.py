"""Where the server listens, and by what name it knows itself."""

from __future__ import annotations

import socket

import pytest

from tui.serving.address import is_own_name, listen, own_names, place_of, public_url_from, url_of
from tui.serving.trouble import ServingError


@pytest.mark.parametrize(
    ("host", "wider"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True)]
)
def test_this_machine_alone_or_wider(host: str, wider: bool) -> None:
    assert place_of(host, 0).is_wider == wider


def test_a_name_with_both_kinds_of_address_is_an_old_one() -> None:
    assert place_of("localhost", 0).address == "127.0.0.1"


def test_an_unknown_name_is_a_sentence() -> None:
    with pytest.raises(ServingError, match="no address of this machine"):
        place_of("no such host", 0)


def test_an_address_of_another_machine_is_a_sentence() -> None:
    with pytest.raises(ServingError, match="no address of this machine"):
        listen(place_of("192.0.2.1", 0))


def test_a_taken_port_is_a_sentence() -> None:
    with listen(place_of("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServingError, match=f"Port {port} is taken"):
            listen(place_of("127.0.0.1", port))


def test_the_url_is_one_that_a_client_here_can_call() -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        place = place_of(host, 0)
        with listen(place) as listening:
            port = listening.getsockname()[1]
            assert url_of(place, listening) == f"http://127.0.0.1:{port}"
            socket.create_connection(("127.0.0.1", port)).close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "a.localhost"])
def test_own_names(host: str) -> None:
    assert is_own_name(host)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil", "10.0.0.1", "", "0x7f.1"])
def test_names_that_others_may_give(host: str) -> None:
    assert not is_own_name(host)


def test_the_public_name_is_one_of_its_own() -> None:
    assert own_names("https://ocr.example.org/x")("ocr.example.org")
    assert not own_names("https://ocr.example.org")("evil.example")
    assert not own_names("")("evil.example")


def test_a_public_url_loses_its_slash() -> None:
    assert public_url_from("https://ocr.example.org/") == "https://ocr.example.org"
    assert public_url_from("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "ocr.example.org",
        "ftp://a",
        "https://",
        "https://a b",
        "https://u@a",
        "https://a?x=1",
        "https://[",
        "https://a\n",
    ],
)
def test_what_is_no_public_url_is_a_sentence(text: str) -> None:
    with pytest.raises(ServingError, match="no URL"):
        public_url_from(text)
