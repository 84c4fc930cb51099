"""Folders whose images never leave the house: a mark in the folder itself, true for whoever comes to it.

The mark is an empty file. It holds for all that lies in the folder and below, also where a link leads there from
elsewhere, and travels with the folder when that is moved or copied.
"""

from __future__ import annotations

from pathlib import Path

MARK = ".handread-local-only"
"""The name of the file that marks a folder."""


def marked_folder(picture: Path) -> Path | None:
    """Return the folder that keeps a picture in the house; None where none does.

    Both the way the picture was named and the place where it truly lies are looked at. A folder that cannot be looked
    into counts as marked: what cannot be known must not be risked.
    """
    for folder in dict.fromkeys((*picture.parents, *_real(picture).parents)):
        try:
            (folder / MARK).lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return folder
        return folder
    return None


def _real(picture: Path) -> Path:
    try:
        return picture.resolve()
    except (OSError, RuntimeError):
        return picture
