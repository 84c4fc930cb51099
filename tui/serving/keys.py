"""The key that requests must carry: from the environment or a file of its owner's, never from the command line.

What stands on a command line is seen by everybody on the machine who lists its processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tui.model import printable
from tui.serving.trouble import ServingError

VARIABLE = "HANDREAD_SERVE_KEY"
LONGEST = 1024


def key_from(environment: Mapping[str, str], file: Path | None) -> str:
    """Return the key of a file, else that of the environment, else nothing; raises ServingError."""
    key, place = (_read(file), _named(file)) if file else (environment.get(VARIABLE, "").strip(), f"${VARIABLE}")
    if file and not key:
        raise ServingError(f"{place} holds no key. Put one line into it, such as that of: openssl rand -hex 16.")
    if key and not (key.isascii() and key.isprintable() and len(key) <= LONGEST and " " not in key):
        raise ServingError(
            f"The key in {place} holds more than printable ASCII characters without spaces. Make another."
        )
    return key


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            _refuse_if_others_read(os.fstat(opened.fileno()), file)
            return opened.read(2 * LONGEST).strip()
    except OSError as error:
        raise ServingError(f"The key cannot be read from {_named(file)}: {error.strerror or error}.") from error


def _refuse_if_others_read(about: os.stat_result, file: Path) -> None:
    if sys.platform == "win32":
        return  # there permissions are not what the mode says
    if about.st_mode & 0o077 or about.st_uid not in {os.getuid(), 0}:
        raise ServingError(
            f"The key in {_named(file)} can be read by others than you. Make it yours alone: chmod 600 {_named(file)}"
        )


def _named(file: Path) -> str:
    return printable(str(file))
