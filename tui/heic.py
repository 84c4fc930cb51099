"""Pictures of phones (HEIC), which Pillow opens with the help of pillow-heif (extra `heic`), loaded when one comes.

The screens and the engine open them alike, so this stands below both.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import IO, Final

from PIL import Image, ImageFile

FORMAT: Final = "HEIF"
"""Pillow's name of the format."""
INSTALL: Final = "pip install 'handread[heic]'"

_CODED = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
"""The brands of pictures that are coded with HEVC (ISO/IEC 23008-12, annex B)."""
_CONTAINERS = (b"mif1", b"msf1")
"""The brands that do not tell how a picture is coded; its compatible brands do."""
_LONGEST_LIST = 256
"""How many bytes of compatible brands are looked at."""


class HeicMissing(Exception):
    """The extra `heic` is not installed; its text goes on after the name of a file."""

    def __init__(self) -> None:
        super().__init__(f"is a HEIC picture, which needs an extra to be opened. Run {INSTALL}, then add it again.")


def is_heic(beginning: bytes) -> bool:
    """Whether a file that begins so is a HEIC picture; 12 bytes tell, but for the brands that stand for others too."""
    if beginning[4:8] != b"ftyp":
        return False
    brand = beginning[8:12]
    return brand in _CODED or (brand in _CONTAINERS and b"avi" not in beginning[12:_LONGEST_LIST])


def register() -> None:
    """Let Pillow open HEIC pictures; doing so raises HeicMissing where the extra is not installed."""
    Image.register_open(FORMAT, _opened, is_heic)


def _opened(file: IO[bytes], name: str | bytes) -> ImageFile.ImageFile:
    file.seek(0)
    beginning = file.read(_LONGEST_LIST)
    file.seek(0)
    if not is_heic(beginning):
        raise SyntaxError("another picture in the same container")  # Pillow then tries its other formats
    if find_spec("pillow_heif") is None:
        raise HeicMissing
    from pillow_heif import HeifImageFile

    return HeifImageFile(file, name)  # type: ignore[no-untyped-call]  # pillow-heif declares no types here
