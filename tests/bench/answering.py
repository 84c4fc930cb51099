"""A recognition service that answers every call after the same while, however many come at once.

    python -m tests.bench.answering [--delay 0.1] [--polls 1:20]

is a process of its own, so that what it does is not counted with what is measured. It speaks Read 3.2 on a free port of
this machine, which it prints, and holds any number of connections. An operation is `running` for some polls, between so
many and so many by its number; then there is a page of 30 lines. `GET /told` says what it has met so far.

tests/fake_service.py has a thread for each connection and scripts for its answers: it is for a few calls at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from tests.bench.queue_file import answer, made_up_pages

PATH = "/vision/v3.2/read"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Told:
    """What a service has met since it began."""

    posts: int = 0
    polls: int = 0
    ended: int = 0
    """Operations whose answer was given out."""
    connections: int = 0
    """How often somebody connected."""
    open: int = 0
    """How many connections there are now."""

    @property
    def calls(self) -> int:
        """All that a service counts that counts posts and polls together."""
        return self.posts + self.polls


class Service:
    """What all conversations share."""

    def __init__(self, delay: float, fewest: int, most: int) -> None:
        self.delay = delay
        self.told = Told()
        self._fewest, self._most = fewest, most
        self._asked: Counter[str] = Counter()
        pages = made_up_pages(random.Random(1), 20)
        self._answers = [json.dumps(answer(page)).encode() for page in pages]

    def reply(self, method: str, path: str, host: str) -> bytes:
        """Return what is answered to a call."""
        if method == "POST":
            self.told.posts += 1
            place = f"Operation-Location: http://{host}{PATH}/analyzeResults/{self.told.posts:08}\r\n"
            return _response("202 Accepted", b"", place)
        self.told.polls += 1
        number = int("0" + re.sub(r"\D", "", path.rpartition("/")[2]))
        self._asked[path] += 1
        if self._asked[path] < self._fewest + number * 7 % (self._most - self._fewest + 1):
            return _response("200 OK", b'{"status": "running"}')
        self.told.ended += 1
        return _response("200 OK", self._answers[number % len(self._answers)])


def _response(status: str, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


class Conversation(asyncio.Protocol):
    """One connection: whole calls come in, each is answered a while later."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._transport: asyncio.Transport | None = None
        self._come = bytearray()
        self._is_counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a conversation."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's own shape)
        """End it."""
        self._transport = None
        self._service.told.open -= self._is_counted

    def data_received(self, data: bytes) -> None:
        """Take in what comes, and obey what is whole."""
        self._come += data
        while (end := self._come.find(_END)) >= 0:
            head = bytes(self._come[: end + 2])
            length = _LENGTH.search(head)
            whole = end + len(_END) + (int(length[1]) if length else 0)
            if len(self._come) < whole:
                return
            del self._come[:whole]
            self._obey(head.decode("latin-1"))

    def _obey(self, head: str) -> None:
        method, address, _ = head.split(" ", 2)
        path, loop = address.partition("?")[0], asyncio.get_running_loop()
        if path == "/told":
            self._send(_response("200 OK", json.dumps(asdict(self._service.told)).encode()))
            return
        if not self._is_counted:
            self._is_counted = True
            self._service.told.connections += 1
            self._service.told.open += 1
        assert self._transport is not None
        host = "{}:{}".format(*self._transport.get_extra_info("sockname"))
        loop.call_later(self._service.delay, self._send, self._service.reply(method, path, host))

    def _send(self, response: bytes) -> None:
        if self._transport is not None:
            self._transport.write(response)


@dataclass(frozen=True, slots=True)
class Answering:
    """A service that runs in a process of its own."""

    url: str
    """Its endpoint."""

    def told(self) -> Told:
        """Return what it has met so far, questions like this one left out."""
        with urllib.request.urlopen(f"{self.url}/told", timeout=60) as response:
            return Told(**json.load(response))

    def operation(self, number: int) -> str:
        """Return the URL of an operation, as if it had been posted before."""
        return f"{self.url}{PATH}/analyzeResults/{number + 10_000_000}"


@contextmanager
def answering(delay: float = 0.1, polls: str = "1:20") -> Iterator[Answering]:
    """Start the service, and end it."""
    argv = [sys.executable, "-m", "tests.bench.answering", "--delay", str(delay), "--polls", polls]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Answering(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.terminate()


async def serve(service: Service) -> None:
    """Serve for ever; says first at which port."""
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(service), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.answering", description=__doc__.splitlines()[0])
    parser.add_argument("--delay", type=float, default=0.1, help="seconds before each answer")
    parser.add_argument("--polls", default="1:20", help="how often an operation is asked after: fewest:most")
    given = parser.parse_args()
    asyncio.run(serve(Service(given.delay, *map(int, given.polls.split(":")))))
