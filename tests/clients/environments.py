"""Where the client libraries live: in folders of their own, beside the project's own environment.

The versions of one library cannot live together, and none of them is a dependency of the project. Folders made by
`pip install --target` and named on PYTHONPATH keep them apart as virtual environments would, and are made sooner: each
version lies alone in one, and what all of them need, which is the same for all, in one beside it.
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
FOLDERS: dict[str, tuple[str, ...]] = {
    **{
        f"computervision-{version}-alone": ("--no-deps", f"{COMPUTERVISION}=={version}")
        for version in ("0.1.0", "0.2.0", "0.3.0", "0.5.0", "0.9.1")
    },
    "azure-ai-2025-and-requests": (
        "azure-ai-documentintelligence==1.0.2",
        "azure-ai-formrecognizer==3.3.3",  # brings msrest and azure-common along, which computervision needs
        "azure-ai-vision-imageanalysis==1.0.0",
        "requests>=2.32,<3",
    ),
    "matplotlib-3": (
        "--no-deps",  # numpy, Pillow and packaging are the project's own
        "matplotlib>=3.10,<4",
        *("contourpy", "cycler", "fonttools", "kiwisolver", "pyparsing", "python-dateutil", "six"),
    ),
}
"""What pip is told to install, by the name of the folder. A name that is used again must mean the same versions."""

ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    **{
        f"computervision-{version}": (f"computervision-{version}-alone", "azure-ai-2025-and-requests")
        for version in ("0.1.0", "0.2.0", "0.3.0", "0.5.0", "0.9.1")
    },
    "azure-ai-2025": ("azure-ai-2025-and-requests",),
    "quickstart": ("matplotlib-3", "azure-ai-2025-and-requests"),
}
"""In which folders what a script imports is looked for."""

PATIENCE = 240
"""Seconds that one installation may take; a machine that cannot install these is told why and goes on."""


class NotInstallable(Exception):
    """Libraries that cannot be installed here, with the last that pip said."""


def make_all(cache: Path, wanted: Mapping[str, tuple[str, ...]]) -> Mapping[str, Path | NotInstallable]:
    """Return each folder within the cache, made now where it is not there, or why it cannot be made."""
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
