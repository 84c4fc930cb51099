"""The pages that `handread demo` opens; draw.py is the program that draws them."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "pages"


def pages() -> tuple[Path, ...]:
    """Return the image files, in the order in which they are shown."""
    return tuple(sorted(file for file in _FOLDER.iterdir() if file.suffix in {".jpg", ".png", ".tif"}))


def truth_file() -> Path:
    """Return the JSON file that says what stands on them: file name -> pages -> lines in reading order."""
    return _FOLDER / "truth.json"
