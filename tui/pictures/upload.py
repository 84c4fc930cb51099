"""A picture as it is sent: with its pixels the way they are looked at, and no more of them than the service takes.

A phone stores a turned photo as it came off the sensor, with a note in its EXIF. Whether a service heeds the note is
written nowhere, and its boxes would lie on their side if it does not. A picture that is upright in itself leaves no
question.

What a service does not take costs a call and brings an error that helps nobody. So a file is measured first. One that
fits goes out byte for byte. Any other is written anew: as another format, compressed harder, and only if that is not
enough with fewer pixels, as a recogniser needs them. How large each page was then is kept, for the boxes of the answer
to be laid on the page again (tui.model.mapped_back).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from tui.model import Limits, SentPage, Shipment
from tui.pictures.sheet import LOSSLESS, ON_THE_SIDE, QUALITY, decoded
from tui.pictures.source import FORMATS, PIXEL_LIMIT, TURNS, PictureError, orientation_of

QUALITIES: Final = (QUALITY, 90, 85, 75)
"""Of a JPEG that has to become smaller, one after the other; below the last, fewer pixels do less harm."""
STEP: Final = 1.03
"""How much smaller each side becomes at a time: no picture is reduced by more than this beyond what it must be."""

_MEGABYTE = 1024 * 1024
_LOSSY = ("JPEG", "MPO", "AVIF", "HEIF")
_LOSSY_TIFF = ("jpeg", "tiff_jpeg", "webp")
_TIFF_ORIENTATION = 274


class _Unreadable(Exception):
    """Pillow cannot make anything of the file."""


class _Full(Exception):
    """What is written does not fit."""


def shipment(content: bytes, limits: Limits) -> Shipment:
    """Return a file as a service of these limits takes it; raises PictureError where it cannot be made to fit.

    The very bytes where they fit. Otherwise upright, in a format that is taken, compressed and reduced no further than
    need be, with white at the right and at the bottom of what is too small. Of an animation the first picture is sent.
    A PDF, and what cannot be opened, is sent as it is where it is not too long: the service says what is wrong with it.
    """
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _closed_document(content, limits)
    try:
        with _reading():
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        with image:
            return _made_to_fit(image, content, limits)
    except _Unreadable:
        return _as_it_is(content, limits)
    except MemoryError:
        raise PictureError("The picture does not fit into this machine's memory. Reduce or split it.") from None


def _closed_document(content: bytes, limits: Limits) -> Shipment:
    if "PDF" not in limits.formats:
        raise PictureError(f"{_begun(limits.service)} takes no PDF documents. Save its pages as images, and add those.")
    return _as_it_is(content, limits)


def _as_it_is(content: bytes, limits: Limits, remark: str = "") -> Shipment:
    if len(content) > limits.most_bytes:
        raise PictureError(
            f"The file has {_length(len(content))}; {limits.service} takes at most {_length(limits.most_bytes)}. "
            f"Split it, or save it smaller."
        )
    return Shipment(content, remark=remark)


@contextmanager
def _reading() -> Iterator[None]:
    """Tell what is too large to be opened from what cannot be read."""
    try:
        yield
    except (PictureError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_many_pixels()) from None
    except Exception as error:  # Pillow's decoders raise nearly anything when a file is broken
        raise _Unreadable from error


def _too_many_pixels() -> str:
    return (
        f"The picture has more than the {PIXEL_LIMIT // 1_000_000} million pixels that are opened. Reduce or split it."
    )


# -- what there is, and what of it fits --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page before it is decoded."""

    size: tuple[int, int]
    """Width and height, upright."""
    is_turned: bool
    """Whether its pixels are stored otherwise than upright."""

    def fits(self, limits: Limits) -> bool:
        return not self.is_turned and limits.shortest_side <= min(self.size) <= max(self.size) <= limits.longest_side

    def reduced(self, limits: Limits, share: float = 1.0) -> tuple[int, int]:
        """Return its size within the longest side, times a share, but not below the shortest side."""
        within = min(1.0, limits.longest_side / max(self.size))
        factor = within * max(share, self.least_share(limits))
        width, height = (min(limits.longest_side, max(1, round(side * factor))) for side in self.size)
        return width, height

    def least_share(self, limits: Limits) -> float:
        """Return the share at which a side becomes as short as a side may be; 1 where one already is."""
        within = min(1.0, limits.longest_side / max(self.size))
        return min(1.0, limits.shortest_side / (min(self.size) * within))

    def sent(self, limits: Limits, share: float) -> SentPage:
        """Return how it is sent, reduced to a share and filled up to the shortest side."""
        width, height = self.reduced(limits, share)
        least = limits.shortest_side
        return SentPage(max(width, least), max(height, least), width / self.size[0], height / self.size[1])


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A file written anew."""

    content: bytes
    form: str
    quality: int
    """Of its JPEG; LOSSLESS for anything else."""
    share: float = 1.0
    """How much it was reduced for the sake of its bytes."""


def _made_to_fit(image: Image.Image, content: bytes, limits: Limits) -> Shipment:
    form = image.format or ""
    is_document = form == "TIFF" and form in limits.formats
    with _reading():
        pages = getattr(image, "n_frames", 1) if form == "TIFF" else 1
        _check_pages(pages, limits)
        leaves = tuple(_leaves(image, min(pages, limits.most_pages if is_document else 1)))
    of_pages = _of_pages(len(leaves), pages, limits)
    if form in limits.formats and len(content) <= limits.most_bytes and all(leaf.fits(limits) for leaf in leaves):
        return _as_it_is(content, limits, of_pages)
    for leaf in leaves:
        _check_shape(leaf, limits)
    of_animation = _of_animation(image)
    parcel = _document(image, leaves, limits) if is_document else None
    parcel = parcel or _picture(image, content, leaves[0], limits)
    sent = tuple(leaf.sent(limits, parcel.share) for leaf in leaves)
    is_other = any(page != (*leaf.size, 1.0, 1.0) for page, leaf in zip(sent, leaves, strict=True))
    remarks = (
        _of_size(leaves, sent, parcel, limits),
        _of_form(form, parcel, limits),
        _of_white(leaves, sent, limits),
        of_pages,
        of_animation,
    )
    return Shipment(parcel.content, sent if is_other else (), "; ".join(filter(None, remarks)))


def _check_pages(pages: int, limits: Limits) -> None:
    if pages > limits.most_pages and not limits.reads_the_first:
        raise PictureError(
            f"The document has {pages} pages, more than the {limits.most_pages} that {limits.service} reads. "
            f"Split it, and add the parts."
        )


def _check_shape(leaf: _Leaf, limits: Limits) -> None:
    """Refuse a strip that would become too thin where its length fits."""
    thin = min(leaf.reduced(limits))
    if max(leaf.size) > limits.longest_side and thin < limits.shortest_side:
        raise PictureError(
            f"The picture has {_pixels(leaf.size)}. {_begun(limits.service)} takes at most {limits.longest_side} a "
            f"side; reduced to that, it would be only {thin} thin. Cut it into pieces, and add those."
        )


def _leaves(image: Image.Image, pages: int) -> Iterator[_Leaf]:
    for page in range(pages):
        if page:
            image.seek(page)
        width, height = image.size
        if width * height > PIXEL_LIMIT:
            raise PictureError(_too_many_pixels())
        orientation = orientation_of(image)
        is_turned = orientation != 1 or _is_turned_tiff(image)
        yield _Leaf((height, width) if orientation >= ON_THE_SIDE else (width, height), is_turned)


def _is_turned_tiff(image: Image.Image) -> bool:
    """Whether a TIFF says that it is turned; Pillow gives its size and its pixels upright."""
    tags = getattr(image, "tag_v2", None)
    return image.format == "TIFF" and tags is not None and tags.get(_TIFF_ORIENTATION, 1) in TURNS


# -- writing a picture -------------------------------------------------------------------------------------------------


def _picture(image: Image.Image, content: bytes, leaf: _Leaf, limits: Limits) -> _Parcel:
    """Write one picture as PNG where nothing was lost before and it fits, else as JPEG."""
    is_lossless = _is_lossless(image, content)
    with _reading():
        sheet = decoded(image, leaf.size, leaf.reduced(limits))
    if sheet.picture is not image:
        image.close()  # its pixels, which may be many more
    whole = sheet.filled(limits.shortest_side)
    for quality in (LOSSLESS, *QUALITIES) if is_lossless else QUALITIES:
        written = _written(partial(whole.save, quality=quality), limits)
        if written is not None:
            return _Parcel(written, "JPEG" if quality else "PNG", quality)

    def smaller(share: float) -> bytes | None:
        reduced = sheet.at(leaf.reduced(limits, share)).filled(limits.shortest_side)
        return _written(partial(reduced.save, quality=QUALITIES[-1]), limits)

    found = _largest(smaller, leaf.least_share(limits))
    if found is None:
        raise PictureError(
            f"However it is reduced, the picture does not fit into the {_length(limits.most_bytes)} that "
            f"{limits.service} takes. Cut it into pieces, and add those."
        )
    share, written = found
    return _Parcel(written, "JPEG", QUALITIES[-1], share)


def _is_lossless(image: Image.Image, content: bytes) -> bool:
    """Whether a file holds its picture as it was made; for a WEBP and a TIFF that depends."""
    if image.format == "WEBP":
        return b"VP8L" in content
    return image.format not in _LOSSY and image.info.get("compression") not in _LOSSY_TIFF


def _document(image: Image.Image, leaves: Sequence[_Leaf], limits: Limits) -> _Parcel | None:
    """Write the pages of a TIFF as a TIFF; None where there is but one that had better become a JPEG."""
    for quality in (LOSSLESS, *QUALITIES):
        written = _written(partial(_save_pages, image, leaves, limits, quality=quality), limits)
        if written is not None:
            return _Parcel(written, "TIFF", quality)
        if len(leaves) == 1:
            return None

    def smaller(share: float) -> bytes | None:
        return _written(partial(_save_pages, image, leaves, limits, quality=QUALITIES[-1], share=share), limits)

    found = _largest(smaller, min(leaf.least_share(limits) for leaf in leaves))
    if found is None:
        raise PictureError(
            f"However they are reduced, the {len(leaves)} pages do not fit into the {_length(limits.most_bytes)} that "
            f"{limits.service} takes. Split the document, and add the parts."
        )
    share, written = found
    return _Parcel(written, "TIFF", QUALITIES[-1], share)


def _save_pages(
    image: Image.Image, leaves: Sequence[_Leaf], limits: Limits, out: _Room, *, quality: int, share: float = 1.0
) -> None:
    """Write page by page, so that only one at a time is held."""
    with AppendingTiffWriter(out, new=True) as writer:
        for page, leaf in enumerate(leaves):
            with _reading():
                image.seek(page)
                was_lossy = image.info.get("compression") in _LOSSY_TIFF
                is_bilevel = image.mode == "1"
                sheet = decoded(image, leaf.size, leaf.reduced(limits, share)).filled(limits.shortest_side)
            if is_bilevel:
                sheet.save_bilevel(writer)
            else:
                sheet.save_in_tiff(writer, quality=quality or (QUALITY if was_lossy else LOSSLESS))
            writer.newFrame()


class _Room(io.BytesIO):
    """As much room as a service leaves; raises _Full when more is written, before it is all in memory."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any, /) -> int:
        if self.tell() + memoryview(data).nbytes > self._room:
            raise _Full
        return super().write(data)


def _written(write: Callable[[_Room], None], limits: Limits) -> bytes | None:
    """Return what is written, or None where it does not fit."""
    room = _Room(limits.most_bytes)
    try:
        write(room)
    except _Full:
        return None
    return room.getvalue()


def _largest(encode: Callable[[float], bytes | None], least: float) -> tuple[float, bytes] | None:
    """Return the largest share, in steps, at which something fits; None where it does not at the least."""
    fits = math.floor(math.log(1 / least) / math.log(STEP)) + 1
    too_large, found = 0, None
    while fits - too_large > 1:
        middle = (too_large + fits) // 2
        share = STEP**-middle
        encoded = encode(share)
        if encoded is None:
            too_large = middle
        else:
            fits, found = middle, (share, encoded)
    return found


# -- what the person is told -------------------------------------------------------------------------------------------


def _of_size(leaves: Sequence[_Leaf], sent: Sequence[SentPage], parcel: _Parcel, limits: Limits) -> str:
    reduced = [number for number, page in enumerate(sent) if page.across < 1 or page.down < 1]
    if not reduced:
        return ""
    was = leaves[reduced[0]].size
    now = leaves[reduced[0]].reduced(limits, parcel.share)
    change = f"{now[0]} x {now[1]} instead of {_pixels(was)} ({100 * max(now) / max(was):.0f} %)"
    takes = [f"{limits.longest_side} a side"] if any(max(leaf.size) > limits.longest_side for leaf in leaves) else []
    takes += [_length(limits.most_bytes)] if parcel.share < 1 else []
    which = f"at {change}"
    if len(leaves) > 1:
        which = f"with {len(reduced)} of {len(leaves)} pages made smaller, page {reduced[0] + 1} to {change}"
    return f"sent {which}: {limits.service} takes at most {' and '.join(takes)}"


def _of_form(form: str, parcel: _Parcel, limits: Limits) -> str:
    if form not in limits.formats:
        return f"sent as {parcel.form}: {limits.service} takes no {form}"
    if parcel.quality and parcel.share == 1 and (parcel.quality < QUALITY or form not in _LOSSY):
        takes = f"{limits.service} takes at most {_length(limits.most_bytes)}"
        return f"compressed as JPEG of quality {parcel.quality}: {takes}"
    return ""


def _of_white(leaves: Sequence[_Leaf], sent: Sequence[SentPage], limits: Limits) -> str:
    filled = [page for page, leaf in zip(sent, leaves, strict=True) if min(leaf.size) < limits.shortest_side]
    if not filled:
        return ""
    size, least = _pixels(filled[0][:2]), limits.shortest_side
    return f"filled up with white to {size}: {limits.service} takes no side below {least}"


def _of_pages(read: int, pages: int, limits: Limits) -> str:
    if read == pages:
        return ""
    return f"{limits.service} reads only the first {'' if read == 1 else f'{read} '}of {pages} pages"


def _of_animation(image: Image.Image) -> str:
    """Say that a file has more pictures; those behind a phone's JPEG are nothing that anybody would miss."""
    if image.format in ("TIFF", "MPO"):
        return ""
    with _reading():
        pictures = getattr(image, "n_frames", 1)
    return f"only the first of its {pictures} pictures is sent" if pictures > 1 else ""


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]} pixels"


def _length(count: int) -> str:
    """Return a number of bytes as a person says it."""
    if count < _MEGABYTE:
        return f"{count} bytes"
    return f"{count / _MEGABYTE:.2f}".rstrip("0").rstrip(".") + " MB"


def _begun(name: str) -> str:
    """Return a name as a sentence begins with it."""
    return name[:1].upper() + name[1:]
