"""Pages that the tests draw themselves, with Pillow's own scalable font."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

FIRST, SECOND, THIRD = "The quick brown fox", "jumps over a lazy dog", "and runs away again"
SIZE = (640, 352)
"""Little larger than three lines: most of the time lines are looked for, all over the page."""


def page(
    lines: Sequence[str], *, size: tuple[int, int] = SIZE, left: int = 40, top: int = 40, step: int = 100
) -> Image.Image:
    """Return black lines on a white page."""
    image = Image.new("RGB", size, "white")
    write(image, lines, left=left, top=top, step=step)
    return image


def write(image: Image.Image, lines: Sequence[str], *, left: int, top: int, step: int = 100) -> None:
    """Draw lines onto a page."""
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(48)
    for place, line in enumerate(lines):
        pen.text((left, top + place * step), line, font=font, fill="black")


def as_file(*images: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return the bytes of an image file, of several pages where there are several."""
    file = io.BytesIO()
    first, *rest = images
    if rest:
        options |= {"save_all": True, "append_images": rest}
    first.save(file, kind, **options)
    return file.getvalue()
