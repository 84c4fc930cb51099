"""A font without letters, as a TrueType file: for text under a picture, which is found and copied, not seen.

Text that is not drawn needs a font all the same, and readers trust none that is not in the file. This one has a single
glyph for whatever character, so that it is less than a kilobyte, has all of Unicode by way of the tables around it, and
is no one's work to be licensed. That glyph is a box, never drawn, and not empty: PDFium passes over text without any
extent. The tables are those of OpenType 1.9 that a reader may insist on.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Final

NAME: Final = "HandreadGlyphless"
EM: Final = 1000
"""Units of the square that a character is measured in."""
ADVANCE: Final = 500
"""How wide each character is, in those units."""
ASCENT: Final = 800
DESCENT: Final = -200
GLYPH: Final = 1
"""The number of the box; the other glyph stands for what the font lacks, and is empty."""

_GLYPHS: Final = 2
_CHECKED: Final = 0xB1B0AFBA
_MAGIC: Final = 0x5F0F3CF5
_WINDOWS: Final = (3, 1, 0x409)
"""Platform, encoding and language of the names: Windows, Unicode, English."""


@cache
def font_file() -> bytes:
    """Return the font; it is the same bytes each time."""
    tables = {
        b"OS/2": _os2(),
        b"cmap": _cmap(),
        b"glyf": _glyf(),
        b"head": _head(),
        b"hhea": _hhea(),
        b"hmtx": struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0),
        b"loca": struct.pack(">3H", 0, 0, len(_glyf()) // 2),
        b"maxp": struct.pack(">I14H", 0x00010000, _GLYPHS, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": _name(),
        b"post": struct.pack(">IiHhIIIII", 0x00030000, 0, 0, 0, 1, 0, 0, 0, 0),
    }
    directory, body = b"", b""
    start = 12 + 16 * len(tables)
    head_at = 0
    for tag, table in tables.items():
        if tag == b"head":
            head_at = start + len(body)
        directory += tag + struct.pack(">III", _sum(table), start + len(body), len(table))
        body += _padded(table)
    font = struct.pack(">IHHHH", 0x00010000, len(tables), *_search(len(tables), 16)) + directory + body
    adjustment = (_CHECKED - _sum(font)) & 0xFFFFFFFF
    return font[: head_at + 8] + struct.pack(">I", adjustment) + font[head_at + 12 :]


def _padded(table: bytes) -> bytes:
    return table + bytes(-len(table) % 4)


def _sum(table: bytes) -> int:
    padded = _padded(table)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def _search(count: int, size: int) -> tuple[int, int, int]:
    """Return what a table says to those who search it by halves: searchRange, entrySelector and rangeShift."""
    halvings = count.bit_length() - 1
    reach = size << halvings
    return reach, halvings, size * count - reach


def _glyf() -> bytes:
    """Return the box: one contour of four points on it, clockwise from the lower left."""
    steps = ((0, DESCENT), (0, ASCENT - DESCENT), (ADVANCE, 0), (0, DESCENT - ASCENT))
    outline = struct.pack(">hhhhh", 1, 0, DESCENT, ADVANCE, ASCENT) + struct.pack(">HH", 3, 0) + b"\1\1\1\1"
    return _padded(outline + b"".join(struct.pack(">h", step[way]) for way in (0, 1) for step in steps))


def _head() -> bytes:
    dates = (0, 0)  # seconds since 1904: none, so that the bytes are always the same
    box = (0, DESCENT, ADVANCE, ASCENT)
    return struct.pack(">IIIIHHqqhhhhHHhhh", 0x00010000, 0x00010000, 0, _MAGIC, 0b1011, EM, *dates, *box, 0, 8, 2, 0, 0)


def _hhea() -> bytes:
    reserved = (0, 0, 0, 0)
    return struct.pack(
        ">IhhhHhhhhhhhhhhhH", 0x00010000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, 0, 1, 0, 0, *reserved, 0, _GLYPHS
    )


def _os2() -> bytes:
    scripts = (ADVANCE, EM // 2, 0, EM // 10, ADVANCE, EM // 2, 0, EM // 3, EM // 20, EM // 4)
    return (
        struct.pack(">HhHHH", 3, ADVANCE, 400, 5, 0)
        + struct.pack(">10h", *scripts)
        + struct.pack(">h10s4I4s", 0, bytes(10), 0, 0, 0, 0, b"    ")
        + struct.pack(">HHH", 0x40, 0, 0xFFFF)
        + struct.pack(">hhhHH", ASCENT, DESCENT, 0, ASCENT, -DESCENT)
        + struct.pack(">IIhhHHH", 1, 0, EM // 2, ASCENT, 0, 32, 1)
    )


def _cmap() -> bytes:
    """Map one character, U+0001, to the box: the text names glyphs by their numbers and looks up none."""
    segments = 2  # the second, of U+FFFF, ends the table
    body = struct.pack(">HHHH", segments * 2, *_search(segments, 2))
    body += struct.pack(">HHHHH", 1, 0xFFFF, 0, 1, 0xFFFF)
    body += struct.pack(">hhHH", GLYPH - 1, 1, 0, 0)
    return struct.pack(">HHHHI", 0, 1, *_WINDOWS[:2], 12) + struct.pack(">HHH", 4, 6 + len(body), 0) + body


def _name() -> bytes:
    texts = {1: NAME, 2: "Regular", 3: NAME, 4: NAME, 5: "Version 1.0", 6: NAME}
    records, strings = b"", b""
    for number, text in texts.items():
        written = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", *_WINDOWS, number, len(written), len(strings))
        strings += written
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + strings
