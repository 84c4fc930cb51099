"""What a saved answer is, told by its shape: which service wrote it, in which version, and what it read.

People keep answers in many forms: as the service sent them, as a client library's `as_dict()` or `to_dict()` writes
them (other spellings of the keys, points for numbers, the outermost wrapper gone), as a recording with its HTTP
status. All are brought to the service's own form first; then one of the dialects reads them. No key of an answer is
believed to be there, and whatever goes wrong is a ServiceError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from tui.dialects import document_intelligence, image_analysis, ocr, read, recognize_text
from tui.dialects.faults import Words, clean, words_of
from tui.dialects.lines import numbered, records_of, text_of
from tui.dialects.operation import ENDED_BADLY, NO_REASON
from tui.dialects.protocol import NotUnderstood, OperationFailed, Refused, ServiceError
from tui.model import Page

OCR = "ocr"
"""What the answer of the old OCR service is called; no profile can speak it."""
DEEPEST = 32
"""How deep an answer may be nested; what lies deeper is no answer's."""
LARGEST_BITS = 1023
"""Of a whole number that is kept: a larger one is no number of an answer."""
UNENDED = frozenset({"notstarted", "running"})
KNOWN = (
    "Known are the answers of Recognize Text (recognitionResult), Read (recognitionResults or "
    "analyzeResult.readResults), Form Recognizer and Document Intelligence (analyzeResult.pages), Image Analysis "
    "(readResult.blocks) and the old OCR service (regions)."
)

_KEYS = (
    "analyzeResult readResults pageResults documentResults recognitionResult recognitionResults readResult "
    "boundingBox boundingPolygon modelVersion modelId apiVersion stringIndexType contentFormat pageNumber textAngle "
    "clockwiseOrientation isHandwritten styleName"
)
_FROM_SNAKE = {re.sub("([A-Z])", lambda found: "_" + found[0].lower(), key): key for key in _KEYS.split()}
"""How client libraries for Python spell the keys, and how the services do."""
_DOCUMENT_INTELLIGENCE = {
    "2022-08-31": "Form Recognizer 3.0",
    "2023-07-31": "Document Intelligence 3.1",
    "2024-11-30": "Document Intelligence 4.0",
}
"""What the versions of the API were called when they were new."""

_VERSION = re.compile(r"v?(\d{1,2}\.\d{1,2})", re.IGNORECASE | re.ASCII)
"""3.2.0, 3.2 and v3.2 are all the same."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved answer that was recognised."""

    dialect: str
    """The dialect that reads it; of several that write the same, the oldest. `ocr` for the old OCR service."""
    service: str
    """Which service wrote it, for a person."""
    model: str
    """What the answer says of the model that has read; empty where it says nothing."""
    pages: tuple[Page, ...]
    """In the answer's own units."""
    in_inches: frozenset[int] = frozenset()
    """The numbers of the pages that are measured in inches, and not in pixels."""
    turned: float = 0.0
    """Degrees, clockwise, by which the picture was turned about its centre before the boxes were given."""


def recognised(answer: object) -> Saved:
    """Return what a saved answer is and what it holds.

    Raises ServiceError and nothing else: Refused with the service's own words where an error was saved,
    OperationFailed where the reading failed, NotUnderstood where the shape is none that is known, and a plain one
    where the answer was saved before there was any.
    """
    record = _whole(_unwrapped(_plain(answer)))
    _check_status(record)
    for reader in _READERS:
        saved = reader(record)
        if saved is not None:
            return saved
    words = words_of(record)
    if record.get("error") or ("message" in record and words.code):
        _refuse(words)
    raise NotUnderstood(f"This is no answer of a service that is known here. {KNOWN}", "not-understood")


# -- bringing it to the service's own form ----------------------------------------------------------------------------


def _plain(value: object, depth: int = 0) -> Any:
    """Return JSON values with the service's own keys, boxes as lists of numbers, and nothing without measure."""
    if isinstance(value, Mapping):
        return _plain_record(value, depth) if depth < DEEPEST else None
    if isinstance(value, list):
        return [_plain(entry, depth + 1) for entry in value] if depth < DEEPEST else None
    return None if isinstance(value, int) and value.bit_length() > LARGEST_BITS else value


def _plain_record(record: Record, depth: int) -> Record:
    plain = {_FROM_SNAKE.get(key, key): _plain(value, depth + 1) for key, value in record.items()}
    for key in plain.keys() & {"polygon", "boundingBox"}:
        points = list(records_of(plain[key]))
        if points:
            plain[key] = [number for point in points for number in (point.get("x"), point.get("y"))]
    return plain


def _unwrapped(value: Any) -> Any:
    """Return what a recording `{"_http": {"status"}, "body"}` holds; raises Refused where the status is an error."""
    http = value.get("_http") if isinstance(value, Mapping) else None
    if not isinstance(http, Mapping):
        return value
    status, body = http.get("status"), value.get("body")
    if isinstance(status, int) and status >= 400:
        words = words_of(body)
        _refuse(words._replace(code=words.code or str(status)))
    return body


def _whole(value: Any) -> Record:
    """Return an answer with the wrapper that was lost where only its result, or only its pages, were saved."""
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "lines" in one for one in value):
        is_form = "pageNumber" in value[0]
        version = {"version": "2.1"} if is_form else {}
        return {"analyzeResult": {**version, "readResults": [_read_result(page) for page in value]}}
    if not isinstance(value, Mapping):
        raise NotUnderstood(f"This is no JSON object, as every answer is. {KNOWN}", "not-understood")
    is_document = isinstance(value.get("pages"), list) and ("apiVersion" in value or "modelId" in value)
    if is_document or isinstance(value.get("readResults"), list):
        return {"analyzeResult": value}
    return value


def _read_result(page: Record) -> Record:
    """Return a page as Form Recognizer 2.1 writes it, of what its client library makes of it."""
    lines = [{**line, "appearance": _appearance(line.get("appearance"))} for line in records_of(page.get("lines"))]
    return {"page": page.get("pageNumber"), "angle": page.get("textAngle"), **page, "lines": lines}


def _appearance(value: object) -> object:
    has_style_name = isinstance(value, Mapping) and "styleName" in value
    return {"style": {"name": value["styleName"]}} if isinstance(value, Mapping) and has_style_name else value


# -- what is no result ------------------------------------------------------------------------------------------------


def _check_status(record: Record) -> None:
    said = record.get("status")
    if not isinstance(said, str):
        return
    status = "".join(said.split()).lower()
    if status in UNENDED:
        raise ServiceError(
            f"This was saved before the reading had ended: its status is {clean(said, 40)}. Ask the service again, and "
            f"save what it says when it has succeeded.",
            "unended",
        )
    if status in ENDED_BADLY:
        words = words_of(record)
        raise OperationFailed(words.text or NO_REASON, words.code or "failed")


def _refuse(words: Words) -> NoReturn:
    code = f" {words.code}" if words.code else ""
    raise Refused(f"This is no result but the service's error{code}{words.quoted or '.'}", words.code)


# -- the shapes -------------------------------------------------------------------------------------------------------


def _recognize_text(record: Record) -> Saved | None:
    result = record.get("recognitionResult")
    if not isinstance(result, Mapping):
        return None
    words = (word for line in records_of(result.get("lines")) for word in records_of(line.get("words")))
    if result.keys() & {"width", "height", "unit", "clockwiseOrientation"}:
        version, service = "2.1", "Recognize Text 2.1"
    elif any(isinstance(word.get("confidence"), str) for word in words):
        version, service = "2.0", "Recognize Text 2.x"
    else:
        version, service = "1.0", "Recognize Text (1.0 to 2.1 write alike)"
    pages = recognize_text.pages_of(record)
    return Saved(f"recognize-text-{version}", service, "", pages, _in_inches([result], "page", pages))


def _batch_read(record: Record) -> Saved | None:
    results = record.get("recognitionResults")
    if not isinstance(results, list):
        return None
    pages = read.batch_pages_of(record)
    return Saved("read-2.0", "Read 2.0 or 2.1 (Batch Read)", "", pages, _in_inches(results, "page", pages))


def _read(record: Record) -> Saved | None:
    result = _result(record)
    results = result.get("readResults")
    if not isinstance(results, list):
        return None
    said = _VERSION.match(text_of(result.get("version")))
    version = said[1] if said else ""
    is_form = version.startswith("2") or "pageResults" in result or "documentResults" in result
    pages = read.pages_of(record)
    inches = _in_inches(results, "page", pages)
    if is_form:
        what = "" if result.get("documentResults") else " layout"
        service = f"Form Recognizer {version or '2.x'}{what}"
        return Saved("form-recognizer-2.1", service, model_of(record), pages, inches)
    dialect = f"read-{version}" if version in {"3.0", "3.1"} else "read-3.2"
    return Saved(dialect, f"Read {version or '3.x'}", model_of(record), pages, inches)


def _document_intelligence(record: Record) -> Saved | None:
    result = _result(record)
    results = result.get("pages")
    if not isinstance(results, list):
        return None
    version = clean(text_of(result.get("apiVersion")), 30)
    is_new = version >= "2023-10" if version else "contentFormat" in result
    dialect = f"document-intelligence-{'2024-11-30' if is_new else '2023-07-31'}"
    service = next((name for date, name in _DOCUMENT_INTELLIGENCE.items() if version == date), "Document Intelligence")
    pages = document_intelligence.pages_of(record)
    return Saved(dialect, service, model_of(record), pages, _in_inches(results, "pageNumber", pages))


def _image_analysis(record: Record) -> Saved | None:
    result = record.get("readResult")
    if not isinstance(result, Mapping) or not isinstance(result.get("blocks"), list):
        return None
    page = image_analysis.page_of(record)
    return Saved("image-analysis-4.0", "Image Analysis 4.0", model_of(record), (page,))


def _ocr(record: Record) -> Saved | None:
    if not isinstance(record.get("regions"), list) or not record.keys() & {"orientation", "textAngle", "language"}:
        return None
    service = "the old OCR service (/ocr), which is not Read"
    return Saved(OCR, service, model_of(record), ocr.pages_of(record), turned=ocr.turned_by(record))


_READERS: tuple[Callable[[Record], Saved | None], ...] = (
    _recognize_text,
    _batch_read,
    _read,
    _document_intelligence,
    _image_analysis,
    _ocr,
)


def _result(record: Record) -> Record:
    result = record.get("analyzeResult")
    return result if isinstance(result, Mapping) else {}


def model_of(record: Record) -> str:
    """Return which model has read, as far as a service's answer says; empty where it does not."""
    result = _result(record)
    for one in (result, record):
        if version := text_of(one.get("modelVersion")):
            return clean(version, 60)
    return " ".join(
        clean(part, 60) for part in (text_of(result.get("modelId")), text_of(result.get("apiVersion"))) if part
    )


def _in_inches(records: list[Any], key: str, pages: Iterable[Page]) -> frozenset[int]:
    units = {number: text_of(record.get("unit")).lower() for number, record in numbered(records, key)}
    return frozenset(page.number for page in pages if units.get(page.number) == "inch")
