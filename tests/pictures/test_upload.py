"""What is sent lies upright in itself."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tui.pictures.upload import upright

ORIENTATION = 0x0112


def picture(form: str, orientation: int | None) -> bytes:
    """Return a picture of 30 x 20 pixels, dark in its stored top left corner."""
    image = Image.new("L", (30, 20), 255)
    image.paste(0, (0, 0, 10, 10))
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


def test_a_turned_photo_is_sent_upright() -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        with Image.open(io.BytesIO(upright(picture(form, 6)))) as sent:
            assert sent.format == form
            assert sent.size == (20, 30)
            assert sent.getexif().get(ORIENTATION, 1) == 1
            grey = sent.convert("L")
            corners = [grey.getpixel(at) for at in ((2, 2), (17, 2), (2, 27), (17, 27))]
            assert [shade for shade in corners if isinstance(shade, int | float) and shade < 100] == corners[1:2]


def test_an_upright_picture_is_sent_byte_for_byte() -> None:
    for orientation in (None, 1):
        content = picture("JPEG", orientation)
        assert upright(content) is content


@given(st.binary())
def test_what_is_no_picture_is_left_to_the_service(content: bytes) -> None:
    assert upright(content) == content
