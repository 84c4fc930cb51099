"""The folders in which the clients' libraries live, made here from a wheel of our own and without a network."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.clients.environments import NotInstallable, make_all

WANTED = {"tiny-1.0": ("tiny==1.0",)}


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip finds wheels, and nowhere else."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


def test_a_folder_holds_what_was_wanted(cache: Path) -> None:
    folder = make_all(cache, WANTED)["tiny-1.0"]
    assert isinstance(folder, Path)
    assert (folder / "tiny.py").is_file()
    assert folders(cache) == [folder]


def test_a_folder_that_is_there_is_not_made_again(cache: Path, shelf: Path) -> None:
    made = make_all(cache, WANTED)
    next(shelf.iterdir()).unlink()
    assert make_all(cache, WANTED) == made


def test_what_cannot_be_installed_says_what_pip_said_and_leaves_nothing(cache: Path) -> None:
    reason = make_all(cache, {"tiny-2.0": ("tiny==2.0",)})["tiny-2.0"]
    assert isinstance(reason, NotInstallable)
    assert "No matching distribution found for tiny==2.0" in str(reason)
    assert folders(cache) == []


def folders(cache: Path) -> list[Path]:
    return [path for path in cache.iterdir() if path.is_dir()]
