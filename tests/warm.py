"""The real program without the second that Python takes to import it: forked from a process that has done so.

From there on it is `python -m tui`: a process of its own, with the arguments, the environment, the folder and the
streams or the terminal it is given, that ends with its own exit status. What it reads when it is imported it reads
when it would import it: Textual's constants are made anew. Where the environment says something that Python itself or
the locale obeys, another process stands ready for that; where there is no Linux, nothing is forked.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import re
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pexpect
from pexpect.fdpexpect import fdspawn

PROGRAM = (sys.executable, "-m", "tui")
SOON = (
    "tui.assembly",
    "tui.batch",
    "tui.cli",
    "tui.cli.run",
    "tui.cli.screens",
    "tui.doctor",
    "tui.export_run",
    "tui.intake",
    "tui.plain",
    "tui.scoring",
    "tui.store",
    "tui.terminal_query",
    "tui.view.keymap",
    *("anyio._backends._asyncio", "certifi", "encodings.idna", "httpcore", "tomllib"),
    *("starlette.applications", "starlette.formparsers", "uvicorn.lifespan.on", "uvicorn.protocols.http.h11_impl"),
    *("PIL.ImageOps", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.TiffImagePlugin"),
)
"""What its commands import, and what libraries import for them when they are used; nothing of it imports Textual."""
SCREENS = "tui.view.app"
"""What it imports as soon as it knows the terminal, and has told Textual of it in the environment."""
DRAWN = ("textual.drivers.linux_driver", "textual.layouts.horizontal", "textual.scrollbar", "tui.view.line")
"""What Textual, and the way to the terminal, import when there is something to be drawn."""
OBEYED_BY_PYTHON = ("LANG", "LC_", "LD_", "PYTHON", "TEXTUAL")
"""How the names of variables begin that count before a program can read them."""
LONGEST = 1 << 17
"""Bytes of a request."""
CAN_FORK = sys.platform == "linux"

Argv = Sequence[str | bytes | Path]
"""A program and its arguments, as subprocess.run takes them."""


@dataclass(frozen=True, slots=True)
class Request:
    """A program to be started; its three streams come along as file descriptors, and a pipe to tell of it."""

    arguments: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    has_terminal: bool
    """Whether its streams are the terminal that it is to be the first process of."""


# -- here, among the tests --------------------------------------------------------------------------------------------


class Forge:
    """A process that has imported the program, and forks it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from tests.warm import stand_ready; stand_ready({theirs.fileno()})"],
                cwd=Path(__file__).parents[1],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def start(self, request: Request, streams: Sequence[int]) -> Started:
        """Start a program with stdin, stdout and stderr."""
        told, tells = os.pipe()
        try:
            socket.send_fds(self._channel, [json.dumps(asdict(request)).encode()], [*streams, tells])
        finally:
            os.close(tells)
        return Started(told)

    def close(self) -> None:
        """End the process; the programs that it has forked go on."""
        self._channel.close()
        self._process.wait()


class Started:
    """A program that was forked."""

    def __init__(self, told: int) -> None:
        self._told = os.fdopen(told, "rb", buffering=0)
        self.status: int | None = None
        """As waitpid tells it; None as long as the program has not ended."""
        self.pid = int(self._told.readline())

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it ends, at most so long; return its status."""
        if self.status is None and select.select([self._told], [], [], seconds)[0]:
            self.status = int(self._told.readline())
            self._told.close()
        return self.status

    def kill(self, number: int) -> None:
        """Send it a signal, as long as it is there."""
        if self.wait(0) is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


_GROUNDS: dict[tuple[tuple[str, str], ...], Forge | None] = {}
"""The processes that stand ready, by what Python obeys in their environments; none yet where it was asked for once."""


def can_start(argv: Argv, env: Mapping[str, str]) -> bool:
    """Whether this is the program, and it can be forked here.

    The first program in each environment that is another to Python cannot: it is really started, by whoever asks.
    """
    if not CAN_FORK or tuple(argv[: len(PROGRAM)]) != PROGRAM:
        return False
    ground = _ground(env)
    if ground not in _GROUNDS:
        _GROUNDS[ground] = None
        return False
    _GROUNDS[ground] = _GROUNDS[ground] or Forge(env)
    return True


def _ground(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what Python obeys; of the locale that is the signs, which have one name under several variables."""
    obeyed = {name: value for name, value in env.items() if name.startswith(OBEYED_BY_PYTHON)}
    signs = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    if signs.endswith("UTF-8"):  # otherwise Python makes something of it that depends on which variable says so
        obeyed = {name: value for name, value in obeyed.items() if not name.startswith(("LANG", "LC_"))}
        obeyed["LC_CTYPE"] = signs
    return tuple(sorted(obeyed.items()))


def start(
    argv: Argv,
    env: Mapping[str, str],
    streams: Sequence[int],
    cwd: str | None = None,
    *,
    has_terminal: bool,
) -> Started:
    """Start the program that `argv` would start, which can be."""
    forge = _GROUNDS[_ground(env)]
    assert forge, "it is asked whether it can be started before it is"
    arguments = [os.fsdecode(argument) for argument in argv[len(PROGRAM) :]]
    return forge.start(Request(arguments, dict(env), cwd or str(Path.cwd()), has_terminal), streams)


def run(
    argv: Argv, env: Mapping[str, str], given: bytes = b"", *, cwd: Path | None = None, together: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end without a terminal, as subprocess.run does; `given` is what it finds on stdin.

    What it prints on stderr comes with what it prints on stdout, `together` where that is wanted.
    """
    if not can_start(argv, env):
        errors = subprocess.STDOUT if together else subprocess.PIPE
        return subprocess.run(argv, env=env, input=given, cwd=cwd, stdout=subprocess.PIPE, stderr=errors, check=False)
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        streams = [stdin, stdout, stdout if together else stderr]
        numbers = [stream.fileno() for stream in streams]
        status = start(argv, env, numbers, str(cwd) if cwd else None, has_terminal=False).wait()
        assert status is not None
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(argv, os.waitstatus_to_exitcode(status), stdout.read(), stderr.read())


def run_with_text(
    argv: Argv, env: Mapping[str, str], given: str = "", *, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end without a terminal, with text on its streams."""
    done = run(argv, env, given.encode(), cwd=cwd)
    said, complained = (re.sub("\r\n?", "\n", stream.decode()) for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, said, complained)


def begin(
    argv: Argv, env: Mapping[str, str], *, stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[str]:
    """Start a program without a terminal, as subprocess.Popen does, with text on its streams."""
    begun = Begun if can_start(argv, env) else subprocess.Popen[str]
    return begun(argv, env=env, stdout=stdout, stderr=stderr, text=True)


class Begun(subprocess.Popen[str]):
    """The program with pipes, as subprocess.Popen is for others."""

    def _execute_child(self, argv: Argv, *how: Any) -> None:
        """Have it forked, where Popen would fork this process; what is told there stands always in this order."""
        cwd, env, pipes = how[4], how[5], how[9:15]
        theirs = [pipe if pipe != -1 else number for number, pipe in enumerate((pipes[0], pipes[3], pipes[5]))]
        self._started = start(argv, env, theirs, str(cwd) if cwd else None, has_terminal=False)
        self._child_created = True
        self.pid = self._started.pid
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]  # its own, of which the types know nothing

    def _internal_poll(self, *_: object, **__: object) -> int | None:
        return self._wait(0)

    def _wait(self, timeout: float | None) -> int | None:
        status = self._started.wait(timeout if timeout is None else max(0, timeout))
        if status is not None:
            self.returncode = os.waitstatus_to_exitcode(status)
        elif timeout:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode


class InTerminal(fdspawn):  # type: ignore[misc]  # pexpect has no types
    """The program in a pseudo-terminal of its own, as pexpect.spawn is for others."""

    def __init__(self, argv: Argv, env: Mapping[str, str], cwd: str | None, dimensions: tuple[int, int]) -> None:
        ours, theirs = os.openpty()
        super().__init__(ours, timeout=None)
        self.setwinsize(*dimensions)
        try:
            self._started = start(argv, env, [theirs] * 3, cwd, has_terminal=True)
        finally:
            os.close(theirs)
        self.pid = self._started.pid

    def setwinsize(self, rows: int, columns: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.child_fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_nonblocking(self, size: int = 1, timeout: float | None = -1) -> bytes:
        """Read what has come; raises EOF where the program has ended, even if its children have the terminal open."""
        try:
            return bytes(super().read_nonblocking(size, timeout))
        except pexpect.TIMEOUT:
            if self.isalive():
                raise
            if select.select([self.child_fd], [], [], 0)[0]:
                return bytes(super().read_nonblocking(size, 0))
            raise pexpect.EOF("the program has ended") from None

    def isalive(self) -> bool:
        """Whether the program goes on."""
        status = self._started.wait(0)
        if status is None:
            return True
        self.exitstatus = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        self.signalstatus = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        return False

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        self._started.kill(number)

    def close(self, force: bool = True) -> None:
        """Take the terminal away, and end the program if that does not end it."""
        super().close()
        for number in (0, signal.SIGHUP, signal.SIGCONT, signal.SIGINT, *[signal.SIGKILL] * force):
            self._started.kill(number)
            if self._started.wait(60 if number == signal.SIGKILL else 0.1) is not None:
                return


# -- there, where it is forked ----------------------------------------------------------------------------------------


class Late(MetaPathFinder, Loader):
    """Holds modules back until one of them is imported: then all of them are there, and Textual's constants new."""

    def __init__(self, modules: Mapping[str, ModuleType]) -> None:
        self._modules = modules
        for name in modules:
            del sys.modules[name]

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Say that a module is found here, if it is one of those that are held back."""
        return ModuleSpec(fullname, self) if fullname in self._modules else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Bring them all back."""
        sys.meta_path.remove(self)
        sys.modules.update(self._modules)
        importlib.reload(sys.modules["textual.constants"])
        return self._modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: it was done before the fork."""


def stand_ready(number: int) -> None:
    """Import the program and fork it as often as that is asked for; each of the forks returns from here when it ends.

    `number` is that of the socket on which it is asked.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in SOON:
        importlib.import_module(name)
    assert "textual" not in sys.modules, f"one of {SOON} imports Textual"
    early = set(sys.modules)
    for name in (*importlib.import_module(SCREENS).SOON, *DRAWN):
        importlib.import_module(name)
    names = [name for name in sys.modules.keys() - early if name.startswith(("textual", "tui.view"))]
    assert threading.active_count() == 1, "a process with threads is not forked"
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=number) as channel:
        forked = _fork_on(channel)
    if forked:
        sys.meta_path.insert(0, Late({name: sys.modules[name] for name in names}))
        _become(*forked)


def _fork_on(channel: socket.socket) -> tuple[Request, list[int]] | None:
    """Fork until nobody can ask for it any more: return what each of the forks is to become, and nothing at the end."""
    running: dict[int, int] = {}
    woken, wakes = os.pipe2(os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes)
    while True:
        ready, _, _ = select.select([channel.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 1024)
            _tell_of_ended(running)
        if channel.fileno() in ready:
            data, streams, _, _ = socket.recv_fds(channel, LONGEST, 4)
            if not data:
                return None
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for number in (woken, wakes, streams.pop(), *running.values()):
                    os.close(number)
                return Request(**json.loads(data)), streams
            running[pid] = tells = streams.pop()
            os.write(tells, b"%d\n" % pid)
            for number in streams:
                os.close(number)


def _tell_of_ended(running: dict[int, int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with contextlib.suppress(BrokenPipeError):
                os.write(running[pid], b"%d\n" % status)
            os.close(running.pop(pid))


def _become(request: Request, streams: list[int]) -> None:
    """Be the program, as if Python had just started it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request.has_terminal:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    if request.has_terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin = sys.__stdin__ = _stream(0, sys.stdin)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _stream(1, sys.stdout)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2, sys.stderr)  # type: ignore[misc]
    os.environ.clear()
    os.environ.update(request.env)
    time.tzset()
    os.chdir(request.cwd)
    sys.path[0] = request.cwd
    sys.argv = ["-m", *request.arguments]
    runpy._run_module_as_main("tui")  # type: ignore[attr-defined]  # what `python -m` calls


def _stream(number: int, like: Any) -> Any:
    """Return a stream as Python makes it of a file descriptor at its start."""
    mode, is_unbuffered = "w" if number else "r", bool(number and like.write_through)
    raw: Any = open(number, f"{mode}b", 0 if is_unbuffered else -1, closefd=False)  # noqa: SIM115
    (raw if is_unbuffered else raw.raw).name = like.name
    stream: Any = io.TextIOWrapper(
        raw,
        like.encoding,
        like.errors,
        newline="\n" if number else None,
        line_buffering=not is_unbuffered and (number == 2 or os.isatty(number)),
        write_through=bool(like.write_through),
    )
    stream.mode = mode
    return stream
