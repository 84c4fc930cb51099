"""`handread serve` as a process: what it prints, answers, keeps, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests import warm
from tests.engine import drawn
from tests.engine.served import BYTES, READ, RECOGNIZE_TEXT

pytestmark = [
    pytest.mark.xdist_group("serving"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there"),
]

IMAGE = drawn.as_file(drawn.page([drawn.FIRST]))
KEY = "0123456789abcdef"
GENEROUS = 60


@dataclass
class Server:
    process: subprocess.Popen[str]
    greeting: list[str]
    http: httpx.Client

    def ended(self, operation: str) -> dict[str, object]:
        for _ in range(GENEROUS * 20):
            answer: dict[str, object] = self.http.get(operation).json()
            if str(answer["status"]).lower() in {"succeeded", "failed"}:
                return answer
            time.sleep(0.05)
        raise TimeoutError

    def stopped(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Stop it, and return what it ends with and has printed since the greeting."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=GENEROUS)
        return self.process.returncode, out, err


def long_document() -> bytes:
    """Return forty pages: 38 megabytes, which no process keeps that shares the tests but sends none."""
    return drawn.as_file(*(drawn.page([drawn.FIRST, drawn.SECOND, drawn.THIRD]) for _ in range(40)), kind="TIFF")


def command(*options: str | Path) -> list[str]:
    return [sys.executable, "-m", "tui", "serve", *map(str, options)]


@contextmanager
def serving(keep: Path, *options: str | Path, lines: int = 3, **environment: str) -> Iterator[Server]:
    wanted = command("--port", "0", "--keep", keep, *options)
    with warm.begin(wanted, {**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        greeting = [process.stdout.readline().rstrip() for _ in range(lines)]
        found = re.search(r"http://127\.0\.0\.1:\d+", greeting[0])
        try:
            assert found, process.stderr and process.stderr.read()
            with httpx.Client(base_url=found[0], timeout=GENEROUS, trust_env=False) as http:
                yield Server(process, greeting, http)
        finally:
            process.kill()


def refusal(options: Sequence[str | Path], **environment: str) -> str:
    done = warm.run_with_text(command(*options), {**os.environ, **environment})
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_says_where_it_listens_what_to_change_in_scripts_and_where_results_are(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        base = str(server.http.base_url).rstrip("/")
        assert server.greeting == [
            f"Listening at {base}. Ctrl-C stops.",
            f"Old scripts: make {base} their endpoint (base URL {base}/vision/v2.0/), with any key.",
            f"Results are kept for 48 hours (those of Document Intelligence for 24) in {tmp_path}",
        ]
        assert server.http.get("/ready").json()["ready"] is True
        assert server.stopped() == (0, "Stopped; nothing was left unread.\n", server_log("GET /ready 200"))


def server_log(*requests: str) -> object:
    """Return what is equal to a log of these requests."""

    class Log(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            lines = [re.sub(r"^\d\d:\d\d:\d\d (.*) \d+ ms$", r"\1", line) for line in str(other).splitlines()]
            return lines == list(requests)

        __hash__ = str.__hash__

    return Log("\n".join(requests))


def test_an_old_script_finds_its_service_and_results_outlive_the_server(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:  # as the oldest client library sends it
        yield IMAGE[:1000]
        yield IMAGE[1000:]

    with serving(tmp_path, "--quiet") as server:
        taken = server.http.post(RECOGNIZE_TEXT, content=chunks(), headers=BYTES)
        assert taken.request.headers["Transfer-Encoding"] == "chunked"
        operation = taken.headers["Operation-Location"]
        assert operation.startswith(str(server.http.base_url))
        first = server.ended(operation)
        assert server.stopped(signal.SIGINT)[::2] == (0, "")
    with serving(tmp_path) as server:
        assert server.http.get(httpx.URL(operation).path).json() == first
        forbidden = server.http.get("/health", headers={"Host": "evil.example"})
        assert forbidden.status_code == 400


def test_a_key_of_the_environment_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", lines=4, HANDREAD_SERVE_KEY=KEY) as server:
        assert "every other address" in server.greeting[0]
        assert "Without TLS" in server.greeting[3]
        assert server.http.get("/vision/v2.0/textOperations/x").status_code == 401
        given = {"Ocp-Apim-Subscription-Key": KEY}
        assert server.http.get(f"/vision/v2.0/textOperations/x?key={KEY}", headers=given).status_code == 404
        _, out, err = server.stopped()
        assert KEY not in out + err + "".join(server.greeting)


def test_a_document_handed_in_is_read_to_its_end_and_what_waits_is_said_to_be_left(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        locations = [
            server.http.post(READ, content=IMAGE, headers=BYTES).headers["Operation-Location"] for _ in range(3)
        ]
        code, out, _ = server.stopped()
    assert code == 0
    said = out.splitlines()
    assert said[0].startswith("Stopping: the document being read has 30 seconds to end.")
    assert said[1].startswith("Stopped; 2 documents were left unread")
    with serving(tmp_path) as server:
        statuses = [server.http.get(httpx.URL(location).path).json()["status"] for location in locations]
    assert statuses == ["succeeded", "failed", "failed"]


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, "--grace", "3000") as server:
        server.http.post(READ, content=long_document(), headers=BYTES)
        server.process.send_signal(signal.SIGINT)
        assert server.process.stdout
        assert server.process.stdout.readline().startswith("Stopping")
        assert server.http.post(READ, content=IMAGE, headers=BYTES).status_code == 503
        assert server.stopped(signal.SIGINT)[0] == 130


def test_what_has_not_ended_within_the_grace_is_left(tmp_path: Path) -> None:
    with serving(tmp_path, "--grace", "0.1") as server:
        where = server.http.post(READ, content=long_document(), headers=BYTES).headers["Operation-Location"]
        code, out, _ = server.stopped()
        assert code == 0
        assert "1 document was left unread" in out
    with serving(tmp_path) as server:
        assert server.http.get(httpx.URL(where).path).json()["status"] == "failed"


def test_results_past_their_time_are_deleted_though_nobody_asks(tmp_path: Path) -> None:
    old = tmp_path / "operations" / "3f0c3c0e-58a5-4b6e-9d3f-0c2f7a4c1b11.json"
    old.parent.mkdir()
    old.touch()
    os.utime(old, (0, 0))
    with serving(tmp_path):
        for _ in range(GENEROUS * 20):
            if not old.exists():
                break
            time.sleep(0.05)
    assert not old.exists()


def test_a_large_body_of_the_wrong_kind_is_answered_and_not_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path, HANDREAD_SERVE_KEY=KEY) as server:
        large = bytes(5 * 2**20)
        assert server.http.post(READ, content=large, headers=BYTES).status_code == 401
        server.http.headers["Ocp-Apim-Subscription-Key"] = KEY
        assert server.http.post(READ, content=large, headers={"Content-Type": "text/plain"}).status_code == 415
        assert server.http.post(RECOGNIZE_TEXT, content=large, headers=BYTES).status_code == 400


def test_nonsense_on_the_port_is_one_line_in_the_log(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        url = server.http.base_url
        with socket.create_connection((url.host, url.port or 0), timeout=GENEROUS) as raw:
            raw.sendall(b"\x1b]0;nonsense\x07\r\n\r\n")
            assert b"400" in raw.recv(1000)
        server.http.get("/\x1b[31m".replace("\x1b", "%1B"))
        _, _, err = server.stopped()
    assert "Invalid HTTP request received." in err
    assert "\x1b" not in err
    assert "/␛[31m 404" in err


def test_beyond_this_machine_a_key_is_required(tmp_path: Path) -> None:
    said = refusal(["--host", "0.0.0.0", "--port", "0", "--keep", tmp_path], HANDREAD_SERVE_KEY="")
    assert "needs a key" in said
    assert "HANDREAD_SERVE_KEY" in said


def test_a_language_without_words_and_a_list_that_cannot_be_read_are_sentences(tmp_path: Path) -> None:
    assert "'hu' is no language that the engine has words of" in refusal(["--language", "hu"])
    assert f"{tmp_path / 'none'} cannot be read: No such file" in refusal(["--words", tmp_path / "none"])


def test_the_language_is_that_of_the_command_unless_a_request_says_another(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Silas\n")
    with serving(tmp_path, "--language", "de", "--words", tmp_path / "names.txt", "--careful") as server:
        read_in = []
        for path in (READ, f"{READ}?language=en"):
            taken = server.http.post(path, content=IMAGE, headers=BYTES)
            (page,) = server.ended(taken.headers["Operation-Location"])["analyzeResult"]["readResults"]  # type: ignore[index]
            read_in.append(page["x-handread"]["language"])
        assert read_in == ["de", "en"]


def test_a_taken_port_and_a_folder_that_cannot_be_are_sentences(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is taken" in refusal(["--port", port, "--keep", tmp_path])
    file = tmp_path / "file"
    file.touch()
    assert "Results cannot be kept in" in refusal(["--port", "0", "--keep", file / "keep"])
    assert "no URL that clients could call" in refusal(["--port", "0", "--keep", tmp_path, "--public-url", "x"])
    assert "names no host" in refusal(["--port", "0", "--keep", tmp_path, "--allow-url", "http://a/"])


def test_urls_are_fetched_from_allowed_hosts_alone(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        said = server.http.post(READ, json={"url": "http://127.0.0.1:1/x"}).json()
        assert said["code"] == "InvalidImageUrl"
        assert "--allow-url" in said["message"]
    with serving(tmp_path, "--allow-url", "127.0.0.1") as server:
        said = server.http.post(READ, json={"url": "http://127.0.0.1:1/x"}).json()
        assert said["code"] == "FailedToDownloadImage"
        said = server.http.post(READ, json={"url": "http://127.0.0.2:1/x"}).json()
        assert said["code"] == "InvalidImageUrl"
