"""Other people's readers of our files, run in the Python that has them: `PYTHON readers.py READER FILE...` prints JSON.

    ocrmypdf    hOCR as OCRmyPDF reads it: the words of each line, their places, and which way the line runs
    ocrmypdf-pdf  the PDF that it makes of it, written beside the file
    kraken      ALTO and PAGE as kraken reads them for training: text, baseline, boundary, direction and verdict
    kraken-pairs  the text of line images as `ketos train -f path` reads it

This file is run by itself and needs nothing of the project. kraken's reader of XML imports torch, which recognises and
reads no files: where it is not installed (it is a gigabyte) an empty one stands in for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


def ocrmypdf(file: str) -> Any:
    """Return the lines of the page that OCRmyPDF sees in an hOCR file."""
    page = import_module("ocrmypdf.hocrtransform.hocr_parser").HocrParser(file).parse()
    return [
        {
            "words": [word.text for word in line.children],
            "boxes": [[word.bbox.left, word.bbox.top, word.bbox.right, word.bbox.bottom] for word in line.children],
            "confidences": [word.confidence for word in line.children],
            "direction": line.direction,
            "baseline": line.baseline and [line.baseline.slope, line.baseline.intercept],
        }
        for paragraph in page.children
        for line in paragraph.children
    ]


def ocrmypdf_pdf(file: str) -> Any:
    """Have OCRmyPDF make a PDF of an hOCR file, and return its name."""
    page = import_module("ocrmypdf.hocrtransform.hocr_parser").HocrParser(file).parse()
    fonts = import_module("ocrmypdf.font").MultiFontManager(
        Path(str(import_module("ocrmypdf").__file__)).parent / "data"
    )
    out = Path(file).with_suffix(".pdf")
    renderer = import_module("ocrmypdf.fpdf_renderer").Fpdf2PdfRenderer(page=page, dpi=300, multi_font_manager=fonts)
    renderer.render(out)
    return str(out)


def kraken(file: str) -> Any:
    """Return what kraken sees in an ALTO or PAGE file."""
    _stand_in_for_torch()
    page = import_module("kraken.lib.xml").XMLPage(file)
    orders = {name: order["order"] for name, order in page.reading_orders.items() if order["level"] == "line"}
    return {
        "image": Path(page.imagename).name,
        "size": page.image_size,
        "orders": orders,
        "lines": [
            {
                "id": line.id,
                "text": line.text,
                "baseline": line.baseline,
                "boundary": line.boundary,
                "direction": line.base_dir,
                "review": (line.tags or {}).get("review"),
            }
            for line in page.get_sorted_lines()
        ],
    }


def kraken_pairs(file: str) -> Any:
    """Return the text that kraken takes a line image to have."""
    _stand_in_for_torch()
    line = import_module("kraken.lib.util").parse_gt_path(file)
    return {"text": line.text, "box": line.bbox}


class _Nothing(ModuleType):
    """A module that has whatever it is asked for, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _stand_in_for_torch() -> None:
    if find_spec("torch") is not None:
        return
    within = None
    for name in ("torch", "torch.nn", "torch.nn.functional"):
        sys.modules[name] = module = _Nothing(name)
        module.__spec__ = ModuleSpec(name, None)
        module.__path__ = []
        if within is not None:
            setattr(within, name.rpartition(".")[2], module)
        within = module


READERS: dict[str, Callable[[str], Any]] = {
    "ocrmypdf": ocrmypdf,
    "ocrmypdf-pdf": ocrmypdf_pdf,
    "kraken": kraken,
    "kraken-pairs": kraken_pairs,
}


def main(reader: str, files: Sequence[str]) -> None:
    """Print what a reader makes of some files."""
    print(json.dumps([READERS[reader](file) for file in files]))  # noqa: T201 (what it is run for)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
