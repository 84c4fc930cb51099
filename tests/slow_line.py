"""A slow line for tests: `python -m tests.slow_line --rate 300000 --delay 75 --loss 0.05 -- program arguments...`.

Runs a program in a terminal of its own, and hands on what is typed and what the program writes as a line of so many
bits a second, so many milliseconds each way and such a share of lost packets would. A lost packet, and with it all that
is behind it, comes later by the time that TCP takes to send it again: a round trip, and what it waits at least before
that (RFC 6298, as Linux has it). Between the program and the line lies as much as sshd keeps. With --compress what
is written at a time is as long as `ssh -C` makes it.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import select
import sys
import termios
import time
import tty
import zlib
from collections import deque
from collections.abc import Sequence

PACKET = 1400
HEAD = 40 + 36
"""Bytes of a packet that IP, TCP and SSH add."""
KEPT = 16384
"""Bytes that lie between the program and the line."""
LEAST_WAIT = 0.2
"""Seconds that TCP waits at least for an answer, beside a round trip."""


class Way:
    """One direction of the line."""

    def __init__(self, rate: float, delay: float, loss: float, chance: random.Random, *, compress: bool) -> None:
        self._rate, self._delay, self._loss, self._chance = rate, delay, loss, chance
        self._deflate = zlib.compressobj(6) if compress else None
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._free = self._last = 0.0
        self.waiting = 0

    def send(self, data: bytes, now: float) -> None:
        """Put data on its way."""
        length = self._length(data)
        packets = max(1, -(-length // PACKET))
        for number in range(packets):
            share = length * (number + 1) // packets - length * number // packets
            self._free = max(now, self._free) + 8 * (HEAD + share) / self._rate
            arrives = self._free + self._delay
            while self._chance.random() < self._loss:
                arrives += 2 * self._delay + LEAST_WAIT
            self._last = max(self._last, arrives)
            piece = data[len(data) * number // packets : len(data) * (number + 1) // packets]
            self._under_way.append((self._last, piece))
            self.waiting += len(piece)

    def arrived(self, now: float) -> bytes:
        """Return what has come to the other end."""
        found = b""
        while self._under_way and self._under_way[0][0] <= now:
            found += self._under_way.popleft()[1]
        self.waiting -= len(found)
        return found

    @property
    def next_at(self) -> float:
        """When something will come."""
        return self._under_way[0][0] if self._under_way else float("inf")

    def _length(self, data: bytes) -> int:
        if self._deflate is None:
            return len(data)
        return len(self._deflate.compress(data) + self._deflate.flush(zlib.Z_PARTIAL_FLUSH))


def hand_on(program: int, up: Way, down: Way) -> None:
    """Hand on in both directions until the program has ended."""
    ended = False
    while not ended or down.waiting:
        now = time.monotonic()
        readers = [0] if ended else [0, program] if down.waiting < KEPT else [0]
        patience = min(up.next_at, down.next_at, now + 1) - now
        ready = select.select(readers, [], [], max(0, patience))[0]
        now = time.monotonic()
        if 0 in ready:
            up.send(os.read(0, 65536), now)
        if program in ready:
            data = read(program)
            ended = not data
            down.send(data, now)
        write(1, down.arrived(now))
        if not ended:
            write(program, up.arrived(now))


def read(terminal: int) -> bytes:
    """Return what a program has written; nothing when it has ended."""
    try:
        return os.read(terminal, KEPT)
    except OSError:
        return b""


def write(where: int, data: bytes) -> None:
    """Write all of something."""
    while data:
        data = data[os.write(where, data) :]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a program behind a slow line."""
    parser = argparse.ArgumentParser(prog="python -m tests.slow_line")
    parser.add_argument("--rate", type=float, default=300_000, help="bits a second")
    parser.add_argument("--delay", type=float, default=75, help="milliseconds each way")
    parser.add_argument("--loss", type=float, default=0.05, help="the share of packets that are lost")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compress", action="store_true")
    parser.add_argument("program", nargs="+")
    given = parser.parse_args(arguments)
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))
    process, program = pty.fork()
    if not process:
        os.execvp(given.program[0], given.program)
    fcntl.ioctl(program, termios.TIOCSWINSZ, size)
    tty.setraw(0)
    chance = random.Random(given.seed)
    ways = [Way(given.rate, given.delay / 1000, given.loss, chance, compress=given.compress) for _ in range(2)]
    hand_on(program, *ways)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


if __name__ == "__main__":
    main()
