"""Lines cut out of their pages, each with its text in a file beside it: what recognisers of handwriting are trained on.

The rules are those of tesstrain, kraken and Calamari: NAME.png and NAME.gt.txt in one folder, one line of composed
UTF-8 with one line end and no tab, no second dot in NAME. A crop lies level, in the page's own pixels and colours. Only
what a person vouches for becomes a pair, unless that is not wanted. Which pages are kept from training is decided by
their bytes, page by page and never by line, so that it stays so whatever else is exported.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.exports import ExportError, Options, Part
from tui.exports.characters import cleaned
from tui.exports.places import line_polygon
from tui.exports.scribe import moment
from tui.model import Verdict

if TYPE_CHECKING:
    from tui.exports.document import Document, ExportedLine, ExportedPage
    from tui.model import Polygon
    from tui.pictures.leaves import Leaf

PADDING: Final = 6.0
"""Pixels of the page that are shown round a line."""
TALLEST: Final = 4096
"""Pixels that a crop is high at most, which is no line but a mistake."""
TRAINING, EVALUATION = "train", "eval"
_DOTS: Final = (60.0, 2400.0)
"""Dots an inch that a file can be believed to have."""


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give the pairs of a document, page by page, the picture first; raises ExportError and PictureError."""
    from tui.pictures.leaves import check_unchanged, open_leaf

    wanted = [(page, lines) for page in document.pages if (lines := _pairs(page, options))]
    if not wanted:
        return
    if not document.picture:
        raise ExportError(f"{cleaned(document.source)[0]} has no picture on this machine to cut lines out of.")
    path = Path(document.picture)
    check_unchanged(path, document.sha256)
    for page, lines in wanted:
        leaf = open_leaf(path, page.number)
        for line, text in lines:
            yield Part(f"{_name(line)}.png", _picture(leaf, page, line))
            yield Part(f"{_name(line)}.gt.txt", f"{text}\n".encode())


def gather_manifest(documents: Iterable[Document], options: Options) -> Iterator[Part]:
    """Give an object a pair, one a line: what it is called, what it says and where it comes from."""
    for document, page, lines in _all_pairs(documents, options):
        rows = [_row(document, page, line, text, options) for line, text in lines]
        content = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        yield Part(".jsonl", content.encode("utf-8", "backslashreplace"))


def gather_training(documents: Iterable[Document], options: Options) -> Iterator[Part]:
    """Give the names of the pictures to train on, one a line."""
    return _listed(documents, options, TRAINING)


def gather_evaluation(documents: Iterable[Document], options: Options) -> Iterator[Part]:
    """Give the names of the pictures that are kept from training, one a line."""
    return _listed(documents, options, EVALUATION)


def split_of(document: Document, page: ExportedPage, share: float) -> str:
    """Return whether a page is trained on or kept from it: by its file's bytes and its number alone."""
    page_key = f"{document.sha256 or document.source}/{page.number}"
    digest = hashlib.sha256(page_key.encode("utf-8", "surrogateescape")).digest()
    return EVALUATION if int.from_bytes(digest[:8], "big") < share * 2.0**64 else TRAINING


def _listed(documents: Iterable[Document], options: Options, split: str) -> Iterator[Part]:
    for document, page, lines in _all_pairs(documents, options):
        if split_of(document, page, options.eval_share) == split:
            names = "".join(f"{_file(document, line)}\n" for line, _ in lines)
            yield Part(".txt", names.encode())


def _all_pairs(
    documents: Iterable[Document], options: Options
) -> Iterator[tuple[Document, ExportedPage, list[tuple[ExportedLine, str]]]]:
    for document in documents:
        for page in document.pages:
            if lines := _pairs(page, options):
                yield document, page, lines


def _pairs(page: ExportedPage, options: Options) -> list[tuple[ExportedLine, str]]:
    """Return the lines of a page that become pairs, with the text of each as it is written."""
    pairs = []
    for line in page.lines:
        text = " ".join(cleaned(line.text)[0].split())
        if text and _is_vouched_for(line, options) and _can_be_cut(page, line_polygon(line), options):
            pairs.append((line, text))
    return pairs


def _is_vouched_for(line: ExportedLine, options: Options) -> bool:
    return line.is_reviewed or (options.unreviewed_pairs and line.verdict in {Verdict.UNDECIDED, Verdict.SKIPPED})


def _can_be_cut(page: ExportedPage, polygon: Polygon | None, options: Options) -> bool:
    """Whether a line has a box, on the page, and one that is not too low."""
    if polygon is None or not all(map(math.isfinite, polygon.numbers)) or polygon.height < options.shortest_pair:
        return False
    left, top, right, bottom = polygon.bounds
    return left < page.width and top < page.height and right > 0 and bottom > 0 and right > left and bottom > top


def _name(line: ExportedLine) -> str:
    """Return how the name of a pair goes on after its document's: page and line, whose number is its own for good."""
    return f"_{line.key.page:04d}_{line.key.line + 1:03d}"


def _file(document: Document, line: ExportedLine) -> str:
    return f"{document.written_as or document.stem}{_name(line)}.png"


def _picture(leaf: Leaf, page: ExportedPage, line: ExportedLine) -> bytes:
    from tui.pictures.crop import upright_crop
    from tui.pictures.source import PageImage

    polygon = line_polygon(line)
    assert polygon is not None
    image = leaf.image.convert("L") if leaf.image.mode == "1" else leaf.image
    crop = upright_crop(
        PageImage(image, (page.width, page.height)),
        polygon,
        margin=PADDING / max(1.0, polygon.height),
        tallest=TALLEST,
    )
    has_dots = leaf.dots is not None and all(_DOTS[0] <= dots <= _DOTS[1] for dots in leaf.dots)
    out = BytesIO()
    crop.save(out, "PNG", **({"dpi": leaf.dots} if has_dots else {}))
    return out.getvalue()


def _row(document: Document, page: ExportedPage, line: ExportedLine, text: str, options: Options) -> dict[str, Any]:
    polygon = line_polygon(line)
    return {
        "file": _file(document, line),
        "text": text,
        "source": document.source,
        "sha256": document.sha256 or None,
        "page": line.key.page,
        "line": line.key.line + 1,
        "split": split_of(document, page, options.eval_share),
        "polygon": polygon and [[round(x, 1), round(y, 1)] for x, y in polygon.corners],
        "verdict": line.verdict.value,
        "reviewer": line.reviewer or None,
        "decided_at": moment(line.at) or None,
        "engine_text": line.engine_text,
        "service": document.service,
        "model": document.model or None,
        "read_at": moment(document.ended_at) or None,
    }
