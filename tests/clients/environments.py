"""Where the client libraries live: a folder for each set of them, beside the project's own environment.

The versions of one library cannot live together, and none of them is a dependency of the project. A folder made by
`pip install --target` and named on PYTHONPATH keeps them apart as a virtual environment would, and is made sooner.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

COMPUTERVISION = "azure-cognitiveservices-vision-computervision"
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "computervision-0.1.0": (f"{COMPUTERVISION}==0.1.0",),
    "computervision-0.2.0": (f"{COMPUTERVISION}==0.2.0",),
    "computervision-0.3.0": (f"{COMPUTERVISION}==0.3.0",),
    "computervision-0.5.0": (f"{COMPUTERVISION}==0.5.0",),
    "computervision-0.9.1": (f"{COMPUTERVISION}==0.9.1",),
    "azure-ai-2025": (
        "azure-ai-documentintelligence==1.0.2",
        "azure-ai-formrecognizer==3.3.3",
        "azure-ai-vision-imageanalysis==1.0.0",
    ),
    "quickstart": ("matplotlib>=3.10,<4", "requests>=2.32,<3"),
}
"""What is installed, by the name of its folder. A name that is used again must mean the same versions."""

PATIENCE = 240
"""Seconds that one installation may take; a machine that cannot install these is told why and goes on."""


class NotInstallable(Exception):
    """A set of libraries that cannot be installed here, with the last that pip said."""


def make_all(cache: Path, wanted: Mapping[str, tuple[str, ...]]) -> Mapping[str, Path | NotInstallable]:
    """Return each environment's folder within the cache, made now where it is not there, or why it cannot be made."""
    with _one_process(cache), ThreadPoolExecutor(max_workers=len(wanted)) as several:
        return dict(zip(wanted, several.map(lambda name: _made(name, wanted[name], cache), wanted), strict=True))


def _made(name: str, requirements: tuple[str, ...], cache: Path) -> Path | NotInstallable:
    folder = cache / f"{name}-{sys.implementation.cache_tag}"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(dir=cache) as parent:
        try:
            _install(requirements, made := Path(parent) / name)
        except NotInstallable as reason:
            return reason
        return made.rename(folder)


def _install(requirements: tuple[str, ...], target: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20"]
    install = ["install", "--no-compile", "--only-binary", ":all:", "--target", str(target), *requirements]
    try:
        done = subprocess.run([*pip, *install], capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise NotInstallable(f"pip has taken longer than {PATIENCE} seconds") from error
    if done.returncode:
        raise NotInstallable((done.stderr.strip().splitlines() or ["pip said nothing"])[-1])


@contextmanager
def _one_process(cache: Path) -> Iterator[None]:
    """Let one process of the tests make folders while others wait; however it ends, so does the lock."""
    with closing(sqlite3.connect(cache / "lock", timeout=2 * PATIENCE, isolation_level=None)) as lock:
        lock.execute("begin exclusive")
        yield
