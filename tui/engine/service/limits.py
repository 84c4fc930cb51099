"""What images a service takes: their formats, their bytes, their pixels. Looked at before a document is taken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tui.engine import ImageUnreadable
from tui.engine.document import PAGED_FORMATS, has_page, look_at
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.service.refusals import Declined, Fault
from tui.pdf import FORMAT as PDF
from tui.pdf import is_pdf

MEGABYTE = 2**20
LEAST_SIDE = 50
"""Pixels that a side must have, of every service."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest image that a service takes, and which formats."""

    most_bytes: int
    longest_side: int
    """Pixels."""
    formats: frozenset[str]
    """As Pillow calls them, and PDF."""

    @property
    def named_formats(self) -> str:
        """The formats in a sentence."""
        *others, last = sorted(self.formats)
        return f"{', '.join(others)} and {last}"


OLD = Limits(4 * MEGABYTE, 4200, frozenset({"JPEG", "PNG", "GIF", "BMP"}))
"""Recognize Text 1.0 to 2.1."""
READ = Limits(500 * MEGABYTE, 10_000, frozenset({"JPEG", "PNG", "BMP", "TIFF", PDF}))
"""Read 2.0 to 3.2, Form Recognizer and Document Intelligence; a page of a PDF has no pixels before it is drawn."""
ANALYSIS = Limits(20 * MEGABYTE, 16_000, frozenset({"JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"}))
"""Image Analysis 4.0."""


async def check(content: bytes, limits: Limits, pages: PageRanges = EVERY_PAGE) -> None:
    """Raise Declined for an image that a service does not take, or that has none of the pages asked for."""
    if is_pdf(content):
        await _check_pdf(content, limits, pages)
        return
    try:
        form, width, height = await asyncio.to_thread(look_at, content)
    except ImageUnreadable as error:
        raise Declined(
            Fault.IMAGE,
            f"Input data is not a valid image: the file is damaged, or of a format that is not taken. "
            f"{limits.named_formats} are.",
        ) from error
    if form not in limits.formats:
        raise Declined(Fault.FORMAT, f"{form} images are not taken. {limits.named_formats} are.")
    await _check_pages(content, form, pages)
    if min(width, height) < LEAST_SIDE or max(width, height) > limits.longest_side:
        raise Declined(
            Fault.PIXELS,
            f"The image is {width} x {height} pixels. Each side must have {LEAST_SIDE} to {limits.longest_side}.",
        )


async def _check_pdf(content: bytes, limits: Limits, pages: PageRanges) -> None:
    if PDF not in limits.formats:
        raise Declined(Fault.FORMAT, f"PDF documents are not taken. Send the pages as images: {limits.named_formats}.")
    try:
        await asyncio.to_thread(look_at, content)
    except ImageUnreadable as error:
        raise Declined(Fault.IMAGE, error.sentence) from error
    await _check_pages(content, PDF, pages)


async def _check_pages(content: bytes, form: str, pages: PageRanges) -> None:
    if pages.first == 1:
        return
    try:
        is_there = form in PAGED_FORMATS and await asyncio.to_thread(has_page, content, pages.first)
    except ImageUnreadable:
        return  # the engine says what is wrong with it
    if not is_there:
        raise Declined(Fault.PAGES, "The parameter pages is invalid: the document has none of the pages asked for.")
