"""A `handread serve` for all of these tests, and the environments in which the scripts of its clients run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.environments import ENVIRONMENTS, FOLDERS, NotInstallable, make_all
from tests.clients.ready import Ready
from tests.engine import drawn
from tests.fake_service import FakeService, reply
from tests.warm import CAN_FORK

KEY = "a-key-of-our-own"
IMAGE_HOST = "127.0.0.1"
"""The one host that the server fetches images from."""
LINES = (drawn.FIRST, drawn.SECOND, drawn.THIRD)
SCRIPTS = Path(__file__).parent / "scripts"
START = 60
"""Seconds that the server may take until it says where it listens."""
ANSWER = 120
"""Seconds that a script may take: the loop of the quickstart never ends where there is no result."""


@dataclass(frozen=True, slots=True)
class Clients:
    """Runs the scripts of clients against the server."""

    endpoint: str
    """Where `handread serve` listens, without a path."""
    folders: Mapping[str, Path | NotInstallable]
    """The folders of their libraries."""
    scratch: Path
    """Where what they print is written meanwhile."""
    ready: dict[str, Ready]
    """The processes that have imported a library, by its environment."""
    ended: ExitStack
    """Ends them."""

    def ask(self, script: str, library: str, *arguments: str | Path, key: str = KEY) -> Any:
        """Return what a script prints, whose arguments begin with the endpoint and the key."""
        asked = [self.endpoint, key, *(str(argument) for argument in arguments)]
        if not CAN_FORK:
            return json.loads(self.run(script, library, *asked))
        if library not in self.ready:
            self.ready[library] = self.ended.enter_context(Ready(self._variables(library), self.scratch))
        return json.loads(_printed(self.ready[library].run(SCRIPTS / script, asked, ANSWER)))

    def run(self, script: str, library: str, *arguments: str | Path) -> str:
        """Return what a script prints, which Python has started."""
        return _printed(
            subprocess.run(
                [sys.executable, SCRIPTS / script, *arguments],
                env=self._variables(library),
                capture_output=True,
                text=True,
                check=False,
                timeout=ANSWER,
            )
        )

    def _variables(self, library: str) -> Mapping[str, str]:
        """Return the environment of its scripts; the test is skipped where it cannot be installed."""
        folders = [self.folders[name] for name in ENVIRONMENTS[library]]
        for folder in folders:
            if isinstance(folder, NotInstallable):
                pytest.skip(f"{library} cannot be installed: {folder}")
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in folders),
            "PYTHONDONTWRITEBYTECODE": "",  # the next script finds the libraries compiled
            "no_proxy": "127.0.0.1",
            "MPLCONFIGDIR": str(folders[0]),  # where matplotlib notes the fonts it found
        }


def _printed(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def folders(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path | NotInstallable]:
    """The folders of the libraries, kept in the cache of pytest from one run to the next."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    return make_all(cache.mkdir("clients") if cache else tmp_path_factory.mktemp("clients"), FOLDERS)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a `handread serve` of these tests' own listens."""
    folder = tmp_path_factory.mktemp("serve")
    said = folder / "said.txt"
    options: list[str | Path] = ["--port", "0", "--keep", folder / "kept", "--allow-url", IMAGE_HOST]
    environment = {**os.environ, "HANDREAD_SERVE_KEY": KEY}
    with (
        said.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "tui", "serve", *options], env=environment, stdout=output, stderr=subprocess.STDOUT
        ) as server,
    ):
        try:
            yield address(server, said)
        finally:
            server.terminate()


def address(server: subprocess.Popen[bytes], said: Path) -> str:
    """Return the address that the server prints as soon as it listens."""
    latest = time.monotonic() + START
    while time.monotonic() < latest and server.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", said.read_text("utf-8", "replace")):
            return found[0]
        time.sleep(0.05)
    pytest.fail(f"handread serve does not say where it listens, but:\n{said.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def clients(
    endpoint: str, folders: Mapping[str, Path | NotInstallable], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clients]:
    with ExitStack() as ended:
        yield Clients(endpoint, folders, tmp_path_factory.mktemp("printed"), {}, ended)


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of three lines."""
    file = tmp_path_factory.mktemp("page") / "page.png"
    file.write_bytes(drawn.as_file(drawn.page(LINES)))
    return file


@pytest.fixture(scope="session")
def page_url(page: Path) -> Iterator[str]:
    """The same image at a web server that `handread serve` may fetch from."""
    with FakeService(files={"/page.png": reply(page.read_bytes(), Content_Type="image/png")}) as web:
        yield f"{web.url}/page.png"


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two pages: one line on the first, two on the second."""
    file = tmp_path_factory.mktemp("pages") / "pages.tif"
    file.write_bytes(drawn.as_file(drawn.page(LINES[:1]), drawn.page(LINES[1:]), kind="TIFF"))
    return file


@pytest.fixture(scope="session")
def cut(tmp_path_factory: pytest.TempPathFactory, page: Path) -> Path:
    """An image whose second half is missing."""
    file = tmp_path_factory.mktemp("cut") / "cut.png"
    whole = page.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    return file


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is no image, whatever its name says."""
    file = tmp_path_factory.mktemp("broken") / "broken.jpg"
    file.write_bytes(b"This is no image, but a sentence about one.")
    return file
