"""Whatever the format, it says what was read by which model when, of which picture, and who has reviewed it when."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.exports.shelf import decided, document, draw
from tui.exports import EXPORTS, Format, Options
from tui.exports.document import Document
from tui.exports.scribe import provenance
from tui.model import Verdict

OPTIONS = Options(with_head=True)
READ_AT, REVIEWED_AT = "1970-01-02T00:00:00Z", "1970-01-02T01:00:00Z"


@pytest.fixture
def made(tmp_path: Path) -> Document:
    page = draw(tmp_path / "a.png", ("one two", "three"))
    read = document(tmp_path / "a.png", page, (decided(0, Verdict.CORRECTED, "one too"), decided(1, Verdict.ACCEPTED)))
    return replace(read, service="cloud", model="2022-04-30", dialect="read-3.2")


def whole(form: Format, made: Document) -> bytes:
    """All that a format has of a document in one piece: its first file, or the list of them."""
    for gather in form.beside.values():
        return b"".join(part.content for part in gather((made,), OPTIONS))
    part = next(iter(form.write(made, OPTIONS)))
    return part.content + b"".join(part.pieces)


def of_pdf(content: bytes) -> str:
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(io.BytesIO(content)) as opened:
        return "\n".join(str(value) for value in opened.docinfo.values())


def of_png(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        return "\n".join(str(value) for value in image.info.values())


SAID: Mapping[str, Callable[[bytes], str]] = {"pdf": of_pdf, "picture": of_png}
"""How what a format says is read, where it is no text."""


@pytest.mark.parametrize("form", EXPORTS.values(), ids=EXPORTS)
def test_every_format_says_where_its_text_comes_from(form: Format, made: Document) -> None:
    said = SAID.get(form.name, bytes.decode)(whole(form, made))
    for fact in ("cloud", "2022-04-30", "ada", made.sha256, READ_AT, REVIEWED_AT, "a.png"):
        assert fact in said, fact


def test_an_annotated_jpeg_says_it_in_its_comment(made: Document) -> None:
    (part,) = EXPORTS["picture"].write(made, replace(OPTIONS, picture_kind="jpg"))
    with Image.open(io.BytesIO(part.content)) as image:
        said = image.info["comment"].decode()
    assert said.split("\n") == [f"{name}: {fact}" for name, fact in provenance(made, OPTIONS).items()]


def test_what_is_not_known_is_not_said(made: Document) -> None:
    bare = replace(made, service="local", model="", pages=tuple(replace(page, lines=()) for page in made.pages))
    facts = provenance(bare, OPTIONS)
    assert not {"model", "reviewers", "reviewed"} & set(facts)
    assert all(facts.values())
