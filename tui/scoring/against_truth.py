"""What was read against what is written: files of truth, each with the image it belongs to."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from tui.model import Item, Page, State, printable
from tui.quality import PageScore, Written, page_score, paired
from tui.scoring.as_read import as_it_stands, as_read, written
from tui.scoring.chosen import Chosen, Finding, Remark
from tui.store import Store
from tui.truth import Found, Truth, TruthError, TruthPage

_Source = Callable[[Store, Item], tuple[Page, ...] | None]
"""What gives the lines of an image that are scored; None where they cannot be known."""


def against_truth(
    store: Store, chosen: Chosen, truths: Iterable[Found], image: str = "", *, is_reviewed: bool = False
) -> Iterator[Finding]:
    """Score every image of which a file says what is written there.

    The image of a.txt or a.xml is called a, or as the file itself says. `image` names it where that does not suffice:
    its path, its name, or its name without the suffix. Scored is what was read; with `is_reviewed` the text as it
    stands by now, without rejected lines.
    """
    source = as_it_stands if is_reviewed else as_read
    images = _Images(chosen.all_items())
    used: dict[int, Path] = {}
    for found in truths:
        for truth in [found] if isinstance(found, TruthError) else _images_or_lines(found, images, image):
            yield from _scored(store, chosen, images, truth, image, used, source)


def _images_or_lines(truth: Truth, images: _Images, image: str) -> Iterable[Truth]:
    """Return lines in files of their own as the truth of line images, where there are any."""
    is_apart = not image and any(images.called(one.image) for one in truth.apart)
    return truth.apart if is_apart else [truth]


def _scored(
    store: Store, chosen: Chosen, images: _Images, truth: Found, image: str, used: dict[int, Path], source: _Source
) -> Iterator[Finding]:
    if isinstance(truth, TruthError):
        yield Remark(str(truth))
        return
    item = images.of(truth, image)
    if isinstance(item, Remark):
        yield item
    elif item.id in used:
        other = printable(str(used[item.id]))
        yield Remark(f"{printable(str(truth.path))} is left out: {other} says already what is written there.")
    elif chosen.lets_through(item):
        used[item.id] = truth.path
        yield from _of_item(chosen, item, truth, source(store, item))


def _of_item(chosen: Chosen, item: Item, truth: Truth, pages: tuple[Page, ...] | None) -> Iterator[Finding]:
    if pages is None:
        yield unknown(item)
        return
    if len(item.page_sizes) <= 1 and len(pages) <= 1:
        truth = _on_one_page(truth)
    by_number = {page.number: page for page in pages}
    for place, page in enumerate(truth.pages, 1):
        number = page.number or place
        if number in by_number:
            yield from _of_page(chosen, item, page, by_number[number])
        elif number == 1 and not pages:
            yield from _of_page(chosen, item, page, Page(1, 0, 0))
        else:
            yield Remark(f"{printable(str(truth.path))}: page {number} of {printable(item.source)} was not read.")


def _on_one_page(truth: Truth) -> Truth:
    """Return the lines of numbered regions on the one page that an image has."""
    if not any(page.number for page in truth.pages):
        return truth
    return replace(truth, pages=(TruthPage(tuple(line for page in truth.pages for line in page.lines)),))


def _of_page(chosen: Chosen, item: Item, truth: TruthPage, read: Page) -> Iterator[PageScore]:
    ours = _on_page(truth, read)
    theirs = [written(line) for line in read.lines]
    pairing = chosen.kept(item, read.number, paired(ours, theirs), read.keys)
    if pairing.pairs or not (ours or theirs):
        yield page_score(item.source, read.number, ours, theirs, pairing)


def _on_page(truth: TruthPage, read: Page) -> list[Written]:
    """Return the lines of a page of truth in pixels of the page that was read."""
    if not (truth.width > 0 and truth.height > 0 and read.width > 0 and read.height > 0):
        return list(truth.lines)
    across, down = read.width / truth.width, read.height / truth.height
    return [replace(line, corners=tuple((x * across, y * down) for x, y in line.corners)) for line in truth.lines]


def unknown(item: Item) -> Remark:
    """Say that what was read of an image is not known any more."""
    return Remark(
        f"{printable(item.source)} is left out: its lines were split, joined or moved, and its answer cannot be read "
        f"again. Add it again for another queue to have it read anew."
    )


class _Images:
    """The images of a queue by their names."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._by_name: defaultdict[str, list[Item]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[Item]] = defaultdict(list)
        for item in items:
            name = file_name(item)
            self._by_name[name].append(item)
            self._by_stem[PurePosixPath(name).stem].append(item)

    def called(self, name: str) -> list[Item]:
        """Return the images of a name, with or without its suffix."""
        return self._by_name.get(name) or self._by_stem.get(name) or []

    def of(self, truth: Truth, image: str) -> Item | Remark:
        """Return the image of a truth, or why there is none."""
        file = printable(str(truth.path))
        if image:
            items, name = self._named(image), printable(image)
        else:
            inside = truth.named_inside
            items = self.called(truth.image) or self.called(inside) or self.called(PurePosixPath(inside).stem)
            name = printable(truth.image)
        if not items:
            return Remark(f"{file}: no image of the queue is called {name}. Add it, or name it with --for IMAGE.")
        return _the_one(_in_folder(items, truth.path.parent), file, name)

    def _named(self, image: str) -> list[Item]:
        source = os.path.abspath(image)  # noqa: PTH100 (keeps symbolic links as they are)
        items = self.called(PurePosixPath(image).name)
        return [item for item in items if item.source in {source, image}] or (items if "/" not in image else [])


def file_name(item: Item) -> str:
    """Return the name of an item's file, without its folders."""
    return PurePosixPath(unquote(urlsplit(item.source).path) if item.is_url else item.source).name


def _in_folder(items: list[Item], folder: Path) -> list[Item]:
    """Return the images beside the truth; all where none is there."""
    beside = os.path.abspath(folder)  # noqa: PTH100 (keeps symbolic links as they are)
    return [item for item in items if not item.is_url and str(PurePosixPath(item.source).parent) == beside] or items


def _the_one(items: list[Item], file: str, name: str) -> Item | Remark:
    if len({item.source for item in items}) > 1:
        return Remark(f"{file}: {len(items)} images of the queue are called {name}. Name the path with --for IMAGE.")
    if len(items) > 1:
        services = " and ".join(sorted(printable(item.service) for item in items))
        return Remark(f"{file}: {name} is in the queue for {services}. Name one with --service.")
    (item,) = items
    if item.state is not State.DONE:
        return Remark(f"{file}: {printable(item.source)} has not been read: it is {item.state.value}.")
    return item
