"""Without its extra a file is added all the same, the command that installs it is named, and then it is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.test_program import handread, home

__all__ = ["home"]

HIDDEN = """\
import importlib.util as u
find = u.find_spec
u.find_spec = lambda name, *more: None if name in ("pypdfium2", "pillow_heif") else find(name, *more)
from tui.cli import main
main()
"""


def write(path: Path) -> None:
    page = Image.new("RGB", (60, 60), "white")
    if path.suffix == ".pdf":
        page.save(path)
    else:
        pytest.importorskip("pillow_heif").from_pillow(page).save(path)


@pytest.mark.xdist_group("program")
@pytest.mark.parametrize("name", ["letter.pdf", "photo.heic"])
def test_a_missing_extra_is_named_and_the_file_waits_for_it(home: dict[str, str], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(path)
    extra = {".pdf": "pdf", ".heic": "heic"}[path.suffix]
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, "add", str(path)],
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"pip install 'handread[{extra}]'" in done.stderr
    assert json.loads(handread(home, "status", "--json").stdout)["items"]["failed"] == 1
    again = handread(home, "add", str(path))
    assert again.returncode == 0
    items = json.loads(handread(home, "status", "--json").stdout)["items"]
    assert (items["failed"], items["waiting"]) == (0, 1)
