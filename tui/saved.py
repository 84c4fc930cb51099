"""Answers that were saved elsewhere, brought into the queue as if they had been read here; no service is called.

An answer goes with its picture where there is one: named, or of the same stem beside it. Then its boxes are put into
the picture's upright pixels. Without one the answer itself is the item's source, and only its text can be reviewed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tui.dialects import ServiceError
from tui.dialects.shapes import Saved, recognised
from tui.model import ImageFacts, Page, Trouble, printable
from tui.pictures.boxes import orientation, turned, upright
from tui.pictures.source import SUFFIXES, PictureError, measure
from tui.settings import SAVED
from tui.store import NewItem, Store

SERVICE = SAVED
"""The service in whose name imported items stand in the queue."""
LARGEST_ANSWER = 64 * 2**20
"""Bytes of a file that is read."""
DOTS_PER_INCH = 200
"""How many pixels an inch becomes where there is no picture to say."""
SAME_SHAPE = 0.02
"""By how much the proportions of a page and its picture may differ: sizes are rounded when a picture is reduced."""
LARGEST_PAGE = 10**9
"""Pixels of a page's width or height, where only the boxes tell."""


class SavedError(Trouble):
    """A saved answer cannot be imported; its text says why and what to do, and leaves the file's name to the caller."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one saved answer."""

    answer: Path
    """The file that holds it."""
    item_id: int
    """Its number in the queue; 0 when it was not taken in."""
    source: str
    """The picture it stands for, else the answer's own file."""
    new: bool
    """False as well when it took the place of an older answer for the same picture."""
    sentence: str
    """What it is, or why it was not taken in; it begins with the file's name."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture for an answer, or why there is none."""

    path: Path | None
    remark: str = ""


_Listing = Callable[[Path], Mapping[str, list[str]]]
"""Returns the names of the pictures in a folder by their stems."""


def import_answers(queue: Path, answers: Iterable[Path], image: Path | None) -> Iterator[Imported]:
    """Take saved answers into the queue, one after the other, and tell what became of each.

    `image` is the picture of the one answer there is, or a folder to look for pictures in; else they are looked for
    beside the answers. Raises StoreError when the queue cannot be used.
    """
    listing = cache(_pictures_in)
    with Store(queue) as store:
        for answer in answers:
            yield _imported(store, answer, image, listing)


def _imported(store: Store, answer: Path, image: Path | None, listing: _Listing) -> Imported:
    name = printable(str(answer))
    try:
        raw = _content(answer)
        saved = recognised(_json(raw))
        found = _picture(answer, image, listing)
        facts, pages, remark = _placed(saved, raw, found)
    except (SavedError, ServiceError, PictureError) as error:
        return Imported(answer, 0, "", new=False, sentence=f"{name}: {error}")
    source = os.path.abspath(found.path or answer)  # noqa: PTH100 (keeps symbolic links as they are)
    new_item = NewItem(source, SERVICE, facts)
    bare = store.under(os.path.abspath(answer), SERVICE) if found.path else None  # noqa: PTH100 (the same)
    if bare is not None and store.answer(bare.id) == raw:
        store.pictured(bare.id, source, facts, pages)
        summary = _summary(saved, pages, found, is_again=False)
        return Imported(answer, bare.id, source, False, f"{name}: {summary}, which it lacked{remark}")
    added = store.imported(new_item, raw, pages, dialect=saved.dialect, model=saved.model)
    if added is None:
        return _decided(store, new_item, raw, answer, found)
    summary = _summary(saved, pages, found, is_again=not added.new)
    return Imported(answer, added.item_id, source, added.new, f"{name}: {summary}{remark}")


def _decided(store: Store, new_item: NewItem, raw: bytes, answer: Path, found: _Found) -> Imported:
    """Tell of an answer for which lines have been decided: the same one is no trouble, another is not taken in."""
    name, picture = printable(str(answer)), printable(str(found.path or answer))
    known = store.add([new_item])[0].item_id  # it is there, so this only asks for its number
    if store.answer(known) == raw:
        sentence = f"{name}: this answer for {picture} is in the queue already, and some of its lines are decided"
        return Imported(answer, known, new_item.source, new=False, sentence=sentence)
    sentence = (
        f"{name}: the answer for {picture} that is in the queue stays, for some of its lines have been decided. Import "
        f"this one into another queue with --queue."
    )
    return Imported(answer, 0, new_item.source, new=False, sentence=sentence)


def _summary(saved: Saved, pages: tuple[Page, ...], found: _Found, *, is_again: bool) -> str:
    lines = sum(len(page.lines) for page in pages)
    parts = [f"{saved.service} ({saved.model})" if saved.model else saved.service]
    parts += [_counted(len(pages), "page"), _counted(lines, "line")]
    parts.append(f"for {printable(str(found.path))}" if found.path else f"without a picture{found.remark}")
    if is_again:
        parts.append("in place of the answer that was there")
    return ", ".join(parts)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


# -- the answer's file ------------------------------------------------------------------------------------------------


def _content(path: Path) -> bytes:
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise SavedError(f"This is a folder. Name the answers in it: {printable(str(path))}/*.json")
        if not stat.S_ISREG(facts.st_mode):
            raise SavedError("This is no regular file. Copy the answer into one.")
        with path.open("rb") as file:
            content = file.read(LARGEST_ANSWER + 1)
    except (OSError, ValueError) as error:  # a name may hold a null
        reason = (error.strerror if isinstance(error, OSError) else None) or "no file can be called that"
        raise SavedError(f"This cannot be read: {reason}. Check the name and the rights.") from error
    if len(content) > LARGEST_ANSWER:
        raise SavedError(f"This is larger than {LARGEST_ANSWER // 2**20} MB, and no answer of a service.")
    return content


def _json(content: bytes) -> object:
    """Return what a file says, in whichever Unicode encoding, with or without a byte order mark."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SavedError("This is no JSON, or is cut short. Save the service's answer as it came.") from error


# -- its picture ------------------------------------------------------------------------------------------------------


def _picture(answer: Path, image: Path | None, listing: _Listing) -> _Found:
    """Return the picture of an answer: the one named, or that of the same name or stem in a folder."""
    if image is not None and not image.is_dir():
        return _Found(image)
    folder = answer.parent if image is None else image
    there = listing(folder)
    names = there.get(answer.stem, [])
    exact = [name for name in there.get(Path(answer.stem).stem, []) if name == answer.stem]
    if not names and not exact:
        return _Found(None, f" (none in {printable(str(folder))} is called {printable(answer.stem)})")
    candidates = exact or names
    if len(candidates) > 1:
        listed = " and ".join(printable(name) for name in candidates)
        raise SavedError(f"{listed} could each be its picture. Name one with --image.")
    return _Found(folder / candidates[0])


def _pictures_in(folder: Path) -> Mapping[str, list[str]]:
    by_stem: dict[str, list[str]] = {}
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 (only the names are wanted)
    except OSError as error:
        place = printable(str(folder))
        raise SavedError(f"{place} cannot be looked into: {error.strerror}. Check its rights.") from error
    for name in names:
        path = Path(name)
        if path.suffix.lower() in SUFFIXES:
            by_stem.setdefault(path.stem, []).append(name)
    return by_stem


# -- boxes on the picture ---------------------------------------------------------------------------------------------


def _placed(saved: Saved, raw: bytes, found: _Found) -> tuple[ImageFacts, tuple[Page, ...], str]:
    """Return what stands in the queue of an answer: the facts of its picture, its pages, and a remark."""
    if found.path is None:
        pages = tuple(_in_pixels(page, in_inches=page.number in saved.in_inches) for page in saved.pages)
        return _facts_without_picture(raw, pages), pages, ""
    facts = measure(found.path)
    pages = saved.pages
    if len(pages) == len(facts.page_sizes) == 1:
        pages = (replace(pages[0], number=1),)  # of a document of which one page was asked for
    _refuse_pages_beyond(pages, facts, found.path)
    placed = [_on_picture(page, saved, facts, found.path) for page in pages]
    remarks = dict.fromkeys(remark for _, remark in placed if remark)
    return facts, tuple(page for page, _ in placed), "".join(f"; {remark}" for remark in remarks)


def _refuse_pages_beyond(pages: Iterable[Page], facts: ImageFacts, picture: Path) -> None:
    last = max((page.number for page in pages), default=0)
    there = len(facts.page_sizes)
    if last > there:
        raise SavedError(
            f"This has a page {last}, but {printable(str(picture))} has {_counted(there, 'page')}, so that is another "
            f"picture. Name the right one with --image."
        )


def _on_picture(page: Page, saved: Saved, facts: ImageFacts, picture: Path) -> tuple[Page, str]:
    """Return a page in the upright pixels of its picture, and what is odd about it.

    The size of the page, where the answer gives it, tells a photo that was read as it is stored (on its side) from one
    that was read as it is seen. Upside down looks the same in both, and is taken for upright.
    """
    width, height = facts.page_sizes[page.number - 1]
    if saved.turned:
        return turned(page.fitted(width, height), -saved.turned), ""
    if not (page.width and page.height) or _has_shape(page, width, height):
        return page.fitted(width, height), ""
    if _has_shape(page, height, width):
        stored = orientation(picture, facts.format)
        if stored >= 5:
            return upright(page.fitted(height, width), stored), ""
    unit = "inches" if page.number in saved.in_inches else "pixels"
    shape = f"{page.width:g} x {page.height:g} {unit}"
    return page.fitted(width, height), f"read from {shape}, but the picture is {width} x {height}: is it the right one?"


def _has_shape(page: Page, width: int, height: int) -> bool:
    return abs(page.width * height - page.height * width) <= SAME_SHAPE * page.height * width


def _in_pixels(page: Page, *, in_inches: bool) -> Page:
    """Return a page without a picture in pixels; its size is that of the answer, else what holds all of its boxes."""
    bounds = [line.polygon.bounds for line in page.lines if line.polygon]
    width = page.width or max((right for _, _, right, _ in bounds), default=0)
    height = page.height or max((bottom for _, _, _, bottom in bounds), default=0)
    scale = DOTS_PER_INCH if in_inches else 1
    whole = replace(page, width=max(0.0, width), height=max(0.0, height))
    return whole.fitted(_pixels(width * scale), _pixels(height * scale))


def _pixels(length: float) -> int:
    return min(LARGEST_PAGE, round(length) or 1) if length > 0 else 0


def _facts_without_picture(raw: bytes, pages: tuple[Page, ...]) -> ImageFacts:
    in_order = [page.number for page in pages] == list(range(1, len(pages) + 1))
    is_known = in_order and all(page.width and page.height for page in pages)
    sizes = tuple((int(page.width), int(page.height)) for page in pages) if is_known else ()
    return ImageFacts(hashlib.sha256(raw).hexdigest(), len(raw), "JSON", sizes)
