"""The engine carried along (extra `local`): image in, lines and words out, with no network and no key.

EngineError                     it gives no text for this document; a sentence and a code
├── EngineMissing               the extra `local` is not installed
│   └── LanguageMissing         of it the word lists alone are not: pages are read without a language
├── ImageUnreadable             the bytes are no image that it can decode
├── ImageTooLarge               more pixels or pages than it takes
├── NoSuchPage                  none of the pages asked for is in the document
├── EngineCrashed               its process died over the document, and again when it tried once more
└── EngineClosed                it was stopped before the document was read
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


class EngineError(Exception):
    """Why there is no text, as a sentence for a person; `code` is what a service would call it."""

    code = "FailedToProcess"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class EngineMissing(EngineError):
    """The extra `local` is not installed."""

    code = "EngineMissing"


class LanguageMissing(EngineMissing):
    """The word lists are not installed, without which the engine reads what it sees, letter by letter."""


class ImageUnreadable(EngineError):
    """The bytes are no image that the engine can decode."""

    code = "InvalidImage"


class ImageTooLarge(EngineError):
    """The image has more pixels, or the document more pages, than the engine takes."""

    code = "InvalidImageSize"


class NoSuchPage(EngineError):
    """None of the pages asked for is in the document."""

    code = "InvalidPageRange"


class EngineCrashed(EngineError):
    """The engine's process died over the document twice."""

    code = "InternalServerError"


class EngineClosed(EngineError):
    """The engine was stopped before the document was read."""

    code = "CancelledRequest"


def require(*, language: bool = True) -> None:
    """Raise EngineMissing where a part of the extra `local` is not installed; imports none of them.

    Where nothing is missing but the word lists it raises LanguageMissing, unless it is content without a language.
    """
    missing = [name for name in ("numpy", "onnxruntime", "rapidocr", "starlette") if find_spec(name) is None]
    if missing:
        raise EngineMissing(missing_sentence(", ".join(missing)))
    if language and (what := _missing_for_language()):
        raise LanguageMissing(
            f"The engine reads letter by letter, without the words of a language: {what} is missing. Run pip install "
            f"'handread[local]'."
        )


def _missing_for_language() -> str:
    """Return which of the parts is missing that words of languages are read with; empty where none is."""
    if find_spec("msgpack") is None:
        return "msgpack"
    package = find_spec("wordfreq")
    folders = package.submodule_search_locations or () if package else ()
    if any(next(Path(folder).glob("data/large_*.msgpack.gz"), None) for folder in folders):
        return ""
    return "wordfreq" if package is None else "what wordfreq knows of words (its folder data)"


def missing_sentence(what: str) -> str:
    """Return what to say where a part of the extra `local` is not there."""
    return f"The engine carried along is not complete: {what} is missing. Run pip install 'handread[local]'."
