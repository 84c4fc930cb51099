"""One page, decoded to be written anew: upright, in a mode that every encoder takes, with its dots and its colours."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any, Final

from PIL import Image

from tui.pictures.source import TURNS, Box, grey_of_deep, loaded, orientation_of

QUALITY = 95
"""Of a JPEG that has to be written anew: high enough that no recogniser sees the difference."""
LOSSLESS: Final = 0
"""Stands for a compression that changes nothing."""
ON_THE_SIDE = 5
"""The least EXIF orientation that swaps width and height."""
_DENSEST = 65_535.0
"""The most dots an inch that a JPEG can note."""

_PLAIN = ("1", "L", "LA", "P", "RGB", "RGBA")
"""The modes that every encoder here takes, after at most one conversion that loses nothing."""
_PROFILED = (*_PLAIN, "PA", "La", "RGBa", "RGBX", "I;16", "I;16B", "I;16L", "I")
"""The modes whose colour profile still holds after that."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decoded page, upright, in one of the plain modes."""

    picture: Image.Image
    dots: tuple[float, float] | None
    """An inch, across and down, as far as the file says."""
    profile: bytes | None
    """The ICC profile of its colours."""

    def at(self, size: tuple[int, int]) -> Sheet:
        """Return it with other pixels on the same paper."""
        if self.picture.size == size:
            return self
        dots = self.dots and _spread(self.dots, size, self.picture.size)
        return replace(self, picture=_resized(self.picture, size), dots=dots)

    def filled(self, shortest: int) -> Sheet:
        """Return it with white at the right and at the bottom where it is too small."""
        width, height = self.picture.size
        size = max(width, shortest), max(height, shortest)
        if size == (width, height):
            return self
        picture = self.picture if self.picture.mode == "1" else _smooth(self.picture)
        paper = Image.new(picture.mode, size, "white")
        paper.paste(picture)
        return replace(self, picture=paper)

    def save(self, out: io.BytesIO, *, quality: int) -> None:
        """Write it as PNG, or as JPEG of a quality."""
        if quality == LOSSLESS:
            self.picture.save(out, "PNG", **self._notes)
        else:
            finest = {"subsampling": 0} if quality == QUALITY else {}
            _opaque(self.picture).save(out, "JPEG", quality=quality, **finest, **self._notes)

    def save_in_tiff(self, out: io.BytesIO, *, quality: int) -> None:
        """Write it as a page of a TIFF, compressed without loss or as JPEG of a quality."""
        if quality == LOSSLESS:
            self.picture.save(out, "TIFF", compression="tiff_adobe_deflate", **self._notes)
        else:
            picture = _opaque(self.picture)
            # Pillow would compress red, green and blue each for itself, which takes half as much again.
            picture = picture.convert("YCbCr") if picture.mode == "RGB" else picture
            picture.save(out, "TIFF", compression="jpeg", quality=quality, **self._notes)

    def save_bilevel(self, out: io.BytesIO) -> None:
        """Write it as a page of a TIFF in black and white."""
        picture = self.picture.convert("1", dither=Image.Dither.NONE)
        picture.save(out, "TIFF", compression="group4", **self._notes)

    @property
    def _notes(self) -> dict[str, Any]:
        """What is noted beside the pixels; None keeps Pillow from looking for a profile itself."""
        has_dots = self.dots is not None and all(1 <= dots <= _DENSEST for dots in self.dots)
        return {"icc_profile": self.profile, **({"dpi": self.dots} if has_dots else {})}


def decoded(image: Image.Image, size: tuple[int, int], target: tuple[int, int]) -> Sheet:
    """Decode a page of that upright size at the target's; some kinds are decoded at a half, a quarter and so on."""
    orientation = orientation_of(image)
    is_on_side = orientation >= ON_THE_SIDE
    stored = (target[1], target[0]) if is_on_side else target
    whole, box = _loaded(image, stored)
    profile = whole.info.get("icc_profile") if whole.mode in _PROFILED else None
    dots = _dots(whole)
    picture = _plain(whole)
    if picture.size != stored:
        picture = _resized(picture, stored, box)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    if picture is image and image.format == "TIFF":
        picture = image.copy()  # without the tags, which Pillow would write again
    if dots and is_on_side:
        dots = dots[1], dots[0]
    return Sheet(picture, dots and _spread(dots, target, size), profile)


def _loaded(image: Image.Image, stored: tuple[int, int]) -> tuple[Image.Image, Box | None]:
    """Decode a picture with all its pixels where all are wanted, exactly as it is; else with fewer where that helps."""
    if stored != image.size:
        return loaded(image, stored, image.mode)
    image.load()
    return image, None


def _plain(image: Image.Image) -> Image.Image:
    """Return a decoded picture in a mode that every encoder takes, of 8 bits."""
    if image.mode in _PLAIN:
        return image
    if image.mode[0] in "IF":
        return grey_of_deep(image)
    if image.mode == "LAB":
        return image.getchannel(0)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _resized(picture: Image.Image, size: tuple[int, int], box: Box | None = None) -> Image.Image:
    return _smooth(picture).resize(size, Image.Resampling.LANCZOS, box, 3.0)


def _smooth(picture: Image.Image) -> Image.Image:
    """Return a picture in a mode that has the shades between its shades."""
    if picture.has_transparency_data and picture.mode != "LA":
        return picture.convert("RGBA")
    smooth = {"1": "L", "P": "RGB"}.get(picture.mode)
    return picture.convert(smooth) if smooth else picture


def _opaque(picture: Image.Image) -> Image.Image:
    """Return a picture as a JPEG can hold it, on white."""
    smooth = _smooth(picture)
    if not smooth.has_transparency_data:
        return smooth
    paper = Image.new("L" if smooth.mode == "LA" else "RGB", smooth.size, "white")
    paper.paste(smooth.convert(paper.mode), mask=smooth.getchannel("A"))
    return paper


def _dots(image: Image.Image) -> tuple[float, float] | None:
    """Return how many dots an inch a file notes, where that can be believed."""
    try:
        across, down = (float(dots) for dots in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if all(1 <= dots <= _DENSEST for dots in (across, down)) else None


def _spread(dots: tuple[float, float], size: tuple[int, int], was: tuple[int, int]) -> tuple[float, float]:
    """Return the dots an inch of a page that has other pixels than it had, on the same paper."""
    return dots[0] * size[0] / was[0], dots[1] * size[1] / was[1]
