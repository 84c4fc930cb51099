"""One small file of every kind of image and document that is opened, written by the test that wants it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from PIL import Image, features


def by_pillow(kind: str, mode: str = "RGB", **options: Any) -> Callable[[Image.Image], bytes]:
    """Return what writes a picture of mode 'RGB' as a file of a kind."""

    def written(image: Image.Image) -> bytes:
        out = BytesIO()
        image.convert(mode).save(out, kind, **options)
        return out.getvalue()

    return written


def as_sixteen_bits(kind: str) -> Callable[[Image.Image], bytes]:
    """Return what writes a picture's greys in 16 bits."""

    def written(image: Image.Image) -> bytes:
        greys = image.convert("L")
        deep = Image.frombytes("I;16", greys.size, b"".join(bytes((grey, grey)) for grey in greys.tobytes()))
        out = BytesIO()
        deep.save(out, kind)
        return out.getvalue()

    return written


def as_heic(image: Image.Image) -> bytes:
    """Write a picture as a phone does."""
    import pillow_heif

    out = BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=95)
    return out.getvalue()


def turned(image: Image.Image) -> bytes:
    """Write a JPEG that lies on its side, with the EXIF orientation that makes it upright."""
    exif, out = Image.Exif(), BytesIO()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def several(kind: str, **options: Any) -> Callable[[Image.Image], bytes]:
    """Return what writes a picture and behind it a smaller one."""

    def written(image: Image.Image) -> bytes:
        out = BytesIO()
        image.save(out, kind, save_all=True, append_images=[image.resize((32, 32))], **options)
        return out.getvalue()

    return written


def _kinds() -> dict[str, Callable[[Image.Image], bytes]]:
    found = {
        "jpeg": by_pillow("JPEG", quality=95),
        "jpeg-progressive": by_pillow("JPEG", quality=95, progressive=True),
        "jpeg-cmyk": by_pillow("JPEG", "CMYK", quality=95),
        "jpeg-exif": turned,
        "jpeg-mpo": several("MPO", quality=95),
        "png": by_pillow("PNG"),
        "png-palette": by_pillow("PNG", "P"),
        "png-clear": by_pillow("PNG", "RGBA"),
        "png-16": as_sixteen_bits("PNG"),
        "tiff": by_pillow("TIFF"),
        "tiff-lzw": by_pillow("TIFF", compression="tiff_lzw"),
        "tiff-jpeg": by_pillow("TIFF", "YCbCr", compression="jpeg", quality=95),
        "tiff-1": by_pillow("TIFF", "1"),
        "tiff-g4": by_pillow("TIFF", "1", compression="group4"),
        "tiff-16": as_sixteen_bits("TIFF"),
        "tiff-pages": several("TIFF", compression="tiff_lzw"),
        "bmp": by_pillow("BMP"),
        "gif": by_pillow("GIF", "P"),
        "ppm": by_pillow("PPM"),
    }
    if features.check("webp"):
        found["webp"] = by_pillow("WEBP", quality=95)
    if features.check("avif"):
        found["avif"] = by_pillow("AVIF", quality=95)
    if features.check("jpg_2000"):
        found["jp2"] = by_pillow("JPEG2000")
    if find_spec("pillow_heif"):
        found["heic"] = as_heic
    if find_spec("pypdfium2"):
        found["pdf"] = by_pillow("PDF", resolution=300, quality=95)
    return found


KINDS: Mapping[str, Callable[[Image.Image], bytes]] = _kinds()
"""By name what writes a picture of mode 'RGB' as a file of it."""
GREY_KINDS = frozenset({"tiff-1", "tiff-g4", "png-16", "tiff-16"})
"""Those that hold no colours."""
HUGE = 60_000


def absurd(kind: str, content: bytes) -> bytes:
    """Return a file whose header speaks of more pixels than are opened; everything else in it is as it was."""
    family = kind.split("-", maxsplit=1)[0]
    return _ABSURD[family](content)


def _jpeg(content: bytes) -> bytes:
    frame = next(place for mark in (b"\xff\xc0", b"\xff\xc2") if (place := content.find(mark)) > 0)
    return _put(content, frame + 5, ">HH", HUGE, HUGE)


def _png(content: bytes) -> bytes:
    header = struct.pack(">II", HUGE, HUGE) + content[24:29]
    return content[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + content[33:]


def _tiff(content: bytes) -> bytes:
    """Change the tags 256 and 257 of the first directory."""
    (directory,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, directory)
    for place in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, _ = struct.unpack_from("<HH", content, place)
        if tag in {256, 257}:
            content = _put(content, place + 2, "<HII", 4, 1, HUGE)
    return content


def _jp2(content: bytes) -> bytes:
    content = _put(content, content.index(b"ihdr") + 4, ">II", HUGE, HUGE)
    return _put(content, content.index(b"\xff\x51") + 6, ">II", HUGE, HUGE)


def _boxed(content: bytes) -> bytes:
    """Change the image spatial extents of HEIC and AVIF (ISO/IEC 23008-12, 6.5.3)."""
    return _put(content, content.index(b"ispe") + 8, ">II", HUGE, HUGE)


def _put(content: bytes, place: int, form: str, *numbers: int) -> bytes:
    changed = bytearray(content)
    struct.pack_into(form, changed, place, *numbers)
    return bytes(changed)


_ABSURD: Mapping[str, Callable[[bytes], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "tiff": _tiff,
    "bmp": lambda content: _put(content, 18, "<II", HUGE, HUGE),
    "gif": lambda content: _put(content, 6, "<HH", HUGE, HUGE),
    "ppm": lambda content: content.replace(b"P6\n64 40\n", b"P6\n60000 60000\n"),
    "webp": lambda content: _put(content, 26, "<HH", 16383, 16383),
    "avif": _boxed,
    "heic": _boxed,
    "jp2": _jp2,
}
