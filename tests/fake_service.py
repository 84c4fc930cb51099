"""A recognition service on this machine that does as it is told: a real HTTP server with scripted answers and faults.

    with FakeService([submission(running(), succeeded(answer))], key="secret") as service:
        ...                      # service.url is its endpoint, service.requests what it was sent

Each POST uses the next entry of the script, and the last entry serves for all that follow; each poll of an operation
uses the next of its steps, and the last of them serves for ever. A script may be a function too, asked when the
head of a POST has come. Images for URL items are served from `files`.
"""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY_HEADER = "Ocp-Apim-Subscription-Key"
POLL_PATHS = {
    "/recognizeText": "/textOperations",
    "/read/core/asyncBatchAnalyze": "/read/operations",
    "/prebuilt-read:analyze": "/prebuilt-read/analyzeResults",
    "/analyze": "/analyzeResults",
}
"""Where the real services keep their operations, by what the path that is posted to ends in."""
WRONG_KEY = {
    "error": {"code": "401", "message": "Access denied due to invalid subscription key or wrong API endpoint."}
}


@dataclass(frozen=True)
class Step:
    """One answer, or what happens in its stead."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """Sent beside the usual ones; None leaves a usual one out."""
    delay: float = 0.0
    """Seconds before it comes."""
    fault: str = ""
    """`drop` closes the connection, `reset` breaks it, `truncate` breaks off in the middle of the body; `unread` breaks
    it before the body of the POST has been read."""


@dataclass(frozen=True)
class Submission:
    """What becomes of one POST: the answer to it, and those to the polls of its operation."""

    accept: Step
    polls: Sequence[Step] = ()


@dataclass(frozen=True)
class Request:
    """What the service was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    """Empty where it was not read."""
    time: float
    """When its head came, on the service's clock."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def key(self) -> str | None:
        return self.headers.get(KEY_HEADER.lower())


def reply(body: object = b"", status: int = 200, *, delay: float = 0.0, **headers: str | None) -> Step:
    """Answer with bytes as they are, or anything else as JSON; `Retry_After="3"` is the header Retry-After."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Step(status, raw, {name.replace("_", "-"): value for name, value in headers.items()}, delay)


def state(word: str, **more: Any) -> Step:
    """Answer a poll with a status word."""
    return reply({"status": word, **more})


def running() -> Step:
    return state("Running")


def succeeded(answer: Mapping[str, Any], word: str = "Succeeded") -> Step:
    """Answer a poll with a final answer."""
    return reply({"status": word, **answer})


def submission(*polls: Step, accept: Step | None = None) -> Submission:
    """Take an image and answer the polls."""
    return Submission(accept or Step(202), polls)


def refused(body: object, status: int, *, delay: float = 0.0, **headers: str | None) -> Submission:
    """Do not take an image."""
    return Submission(reply(body, status, delay=delay, **headers))


def answered(answer: object) -> Submission:
    """Answer the POST itself, as the services do that have no operations."""
    return Submission(reply(answer))


DROPPED = Step(fault="drop")
RESET = Step(fault="reset")
UNREAD = Step(fault="unread")
NO_LINES: Mapping[str, Any] = {
    "analyzeResult": {"readResults": [], "pages": []},
    "recognitionResult": {"lines": []},
    "recognitionResults": [],
}


class FakeService:
    """The server; it runs in threads of this process from `with` to its end."""

    def __init__(
        self,
        script: Sequence[Submission] | Callable[[Request], Submission] | Mapping[str, Any] = NO_LINES,
        *,
        key: str = "",
        files: Mapping[str, Step | Sequence[Step]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if isinstance(script, Mapping):
            script = [submission(state("NotStarted"), running(), succeeded(script))]
        self.script: Sequence[Submission] | Callable[[Request], Submission] = script
        self.key = key
        self.clock = clock
        self.files = {path: [step] if isinstance(step, Step) else list(step) for path, step in (files or {}).items()}
        self.requests: list[Request] = []
        self.accepted: list[str] = []
        """The sha256 of each body that was read to its end and not refused, whatever became of the answer."""
        self._posted = 0
        self._operations: dict[str, Submission] = {}
        self._asked: dict[str, int] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.service = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The endpoint: scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def sent(self, method: str) -> list[Request]:
        """Return the requests of one method."""
        return [request for request in self.requests if request.method == method]

    @property
    def posts(self) -> list[Request]:
        return self.sent("POST")

    @property
    def polls(self) -> list[Request]:
        return [request for request in self.sent("GET") if request.path not in self.files]

    def operation(self, *polls: Step, posted_to: str = "/vision/v3.2/read/analyze") -> str:
        """Begin an operation that was never posted, as if before a restart, and return its URL."""
        with self._lock:
            return self._begin(posted_to, submission(*polls))

    def asked_after(self) -> list[tuple[Submission, int]]:
        """Return every operation's submission, with how often it was asked after."""
        with self._lock:
            return [(script, self._asked.get(path, 0)) for path, script in self._operations.items()]

    def part(self, head: Request) -> Submission | None:
        """Return the entry of the script that a POST gets, when no more of it than its head has come."""
        if head.method != "POST":
            return None
        with self._lock:
            self._posted += 1
            script = self.script
            return script(head) if callable(script) else script[min(self._posted, len(script)) - 1]

    def step(self, request: Request, part: Submission | None) -> tuple[Step, Mapping[str, str]]:
        """Return what to answer, and the usual headers that go with it."""
        with self._lock:
            self.requests.append(request)
            if request.path in self.files:
                return self._next(request.path, self.files[request.path]), {}
            if self.key and request.key != self.key:
                return reply(WRONG_KEY, 401), {}
            return (self._polled(request.path), {}) if part is None else self._taken(request, part)

    def wait(self, seconds: float) -> None:
        """Let time pass, but not beyond the end of the service."""
        if seconds:
            self._closing.wait(seconds)

    def _taken(self, request: Request, script: Submission) -> tuple[Step, Mapping[str, str]]:
        if script.accept.status < 300 and script.accept.fault != "unread":
            self.accepted.append(request.sha256)
        if script.accept.status != 202:
            return script.accept, {}
        version = request.query.get("api-version")
        operation = self._begin(request.path, script)
        return script.accept, {"Operation-Location": f"{operation}?api-version={version}" if version else operation}

    def _begin(self, path: str, script: Submission) -> str:
        ends = [end for end in POLL_PATHS if path.endswith(end)]
        folder = path.removesuffix(ends[0]) + POLL_PATHS[ends[0]] if ends else f"{path}/operations"
        operation = f"{folder}/{len(self._operations) + 1:08x}"
        self._operations[operation] = script
        return self.url + operation

    def _polled(self, path: str) -> Step:
        if path not in self._operations:
            return reply({"error": {"code": "NotFound", "message": "Resource not found."}}, 404)
        return self._next(path, self._operations[path].polls or [running()])

    def _next(self, path: str, steps: Sequence[Step]) -> Step:
        asked = self._asked[path] = self._asked.get(path, 0) + 1
        return steps[min(asked, len(steps)) - 1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    service: FakeService

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is part of the play."""

    def hang_up(self) -> None:
        """End the conversations that are still open, so that their threads do."""
        for one in tuple(self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement
    wbufsize = -1  # an answer leaves in one piece
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def answer(self) -> None:
        address = urlsplit(self.path)
        service = self.server.service
        head = Request(
            method=self.command,
            path=address.path,
            query={name: values[-1] for name, values in parse_qs(address.query, keep_blank_values=True).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=b"",
            time=service.clock(),
        )
        part = service.part(head)
        is_read = part is None or part.accept.fault != "unread"
        step, usual = service.step(replace(head, body=self._body()) if is_read else head, part)
        service.wait(step.delay)
        if step.fault in {"drop", "reset", "unread"}:
            self._break_off(reset=step.fault != "drop")
            return
        self._send(step, usual)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names are http.server's

    def _body(self) -> bytes:
        """Read a body of either form: of a said length, or in chunks as the old client libraries send it."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionAbortedError("whoever was sending it is gone, and no service takes half a picture")
            return body
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, step: Step, usual: Mapping[str, str]) -> None:
        headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Content-Length": str(len(step.body)),
            **usual,
            **step.headers,
        }
        self.send_response(step.status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if step.fault == "truncate":
            self.wfile.write(step.body[: len(step.body) // 2])
            self.wfile.flush()
            self._break_off()
        else:
            self.wfile.write(step.body)

    def _break_off(self, *, reset: bool = False) -> None:
        self.close_connection = True
        if reset:  # closing with nothing left to linger over sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
