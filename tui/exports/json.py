"""An item's object as `run --json` prints it, by the schema of `export --format json` (see tui.exports.data)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui import __version__
from tui.exports.data import document_object, object_line
from tui.exports.document import Which, document_of
from tui.model import Decision, Item, LineKey, Page


def item_object(
    item: Item, dialect: str, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]
) -> dict[str, Any]:
    """Return an item with its pages, lines and words; coordinates are upright pixels of its page image."""
    document = document_of(item, pages, decisions, which_text=Which.BOTH, dialect=dialect)
    return document_object(document, __version__)


def item_line(item: Item, dialect: str, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> bytes:
    """Return an item's object as one line of UTF-8; a name whose bytes are none is written with JSON's escapes."""
    document = document_of(item, pages, decisions, which_text=Which.BOTH, dialect=dialect)
    return object_line(document, __version__)
