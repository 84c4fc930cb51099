"""A `handread serve` for all of these tests, and the environments in which the scripts of its clients run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.environments import ENVIRONMENTS, NotInstallable, make_all
from tests.engine import drawn
from tests.fake_service import FakeService, reply

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
    environments: Mapping[str, Path | NotInstallable]
    """The folders of their libraries."""

    def ask(self, script: str, library: str, *arguments: str | Path, key: str = KEY) -> Any:
        """Return what a script prints, whose arguments begin with the endpoint and the key."""
        return json.loads(self.run(script, library, self.endpoint, key, *arguments))

    def run(self, script: str, library: str, *arguments: str | Path) -> str:
        """Return what a script prints; the test is skipped where its library cannot be installed."""
        folder = self.environments[library]
        if isinstance(folder, NotInstallable):
            pytest.skip(f"{library} cannot be installed: {folder}")
        variables = {
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "",  # the next script finds the libraries compiled
            "no_proxy": "127.0.0.1",
            "MPLCONFIGDIR": str(folder),  # where matplotlib notes the fonts it found
        }
        done = subprocess.run(
            [sys.executable, SCRIPTS / script, *arguments],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def environments(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path | NotInstallable]:
    """The folders of the libraries, kept in the cache of pytest from one run to the next."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    return make_all(cache.mkdir("clients") if cache else tmp_path_factory.mktemp("clients"), ENVIRONMENTS)


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
def clients(endpoint: str, environments: Mapping[str, Path | NotInstallable]) -> Clients:
    return Clients(endpoint, environments)


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
