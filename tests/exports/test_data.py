"""The published schema, and that what is written keeps to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.exports.pages import ITEM, content, letter
from tests.exports.test_round_trip import documents
from tui.exports import EXPORTS, Options
from tui.exports import data as data_format
from tui.exports.document import Document, Lines, Which, document_of
from tui.exports.json import item_object
from tui.model import Failure, State

PUBLISHED = json.loads(Path(data_format.__file__).with_name("schema.json").read_text("utf-8"))


def strict(schema: Any) -> Any:
    """Return a schema that allows no field that it does not name."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: strict(one) for name, one in schema.items()}
    return {**inner, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else inner


def complaints(values: object) -> list[str]:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(strict(PUBLISHED))
    return [error.message for error in validator.iter_errors(values)]


def test_the_schema_is_one() -> None:
    pytest.importorskip("jsonschema").Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["properties"]["schema"]["const"] == data_format.SCHEMA


@pytest.mark.parametrize("which_text", Which)
@pytest.mark.parametrize("which_lines", Lines)
def test_a_letter_keeps_to_the_schema(which_text: Which, which_lines: Lines) -> None:
    for form in ("json", "jsonl"):
        assert complaints(json.loads(content(form, letter(which_text, which_lines)))) == []


def test_what_a_run_prints_keeps_to_the_same_schema() -> None:
    failed = Failure("InvalidImage", "It is no image.")
    for item in (ITEM, type(ITEM)(1, "a.jpg", "local"), type(ITEM)(1, "a.jpg", "local", State.FAILED, failure=failed)):
        assert complaints(item_object(item, "read-3.2", (), {})) == []


@settings(max_examples=15)
@given(documents())
def test_whatever_stands_on_a_page_keeps_to_the_schema(document: Document) -> None:
    assert complaints(json.loads(content("json", document))) == []


@pytest.mark.parametrize("field", ["schema", "pages", "which", "sha256"])
def test_the_schema_misses_a_field_that_is_not_there(field: str) -> None:
    values = json.loads(content("json", letter()))
    del values[field]
    assert complaints(values)


def test_a_line_says_who_decided_it_and_what_was_read() -> None:
    corrected, accepted, *_ = json.loads(content("json", letter()))["pages"][0]["lines"]
    assert (corrected["reviewer"], corrected["decided_at"], corrected["reviewed"]) == (
        "ada",
        "2025-10-10T08:53:20Z",
        True,
    )
    assert [word["text"] for word in corrected["words"]] == ["Dear", "Silas,"]
    assert [word["text"] for word in corrected["engine_words"]] == ["Dear", "Silns"]
    assert "engine_words" not in accepted


def test_many_documents_are_a_line_each() -> None:
    gather = EXPORTS["jsonl"].gather
    assert gather is not None
    written = b"".join(part.content for part in gather([letter(), document_of(ITEM, (), {})], Options()))
    assert [len(json.loads(line)["pages"]) for line in written.splitlines()] == [1, 0]
