"""Pages with their boxes, texts and verdicts drawn on them."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.exports.shelf import HEIGHT, WIDTH, decided, document, draw
from tui.exports import ExportError, Options
from tui.exports.annotated import COLOURS, mark, shown, write
from tui.exports.document import Document
from tui.model import Verdict
from tui.pictures.source import PictureError

TEXTS = ("one two", "three", "four", "five", "six")
VERDICTS = (Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.FLAGGED, Verdict.REJECTED)


def read(path: Path, turn: int = 0) -> Document:
    page = replace(draw(path, TEXTS), turn=turn)
    return document(path, page, tuple(decided(line, verdict) for line, verdict in enumerate(VERDICTS)))


def picture(document: Document, options: Options | None = None) -> Image.Image:
    (part,) = write(document, options or Options())
    return Image.open(io.BytesIO(part.content))


def test_every_verdict_of_a_page_is_drawn_in_its_colour_and_told_below(tmp_path: Path) -> None:
    with picture(read(tmp_path / "a.png")) as made:
        assert made.width == WIDTH
        assert made.height > HEIGHT
        for part in (made.crop((0, 0, WIDTH, HEIGHT)), made.crop((0, HEIGHT, WIDTH, made.height))):
            colours = {colour for _, colour in part.convert("RGB").getcolors(1 << 24) or ()}
            assert colours >= {COLOURS[verdict] for verdict in (*VERDICTS, Verdict.UNDECIDED)}
            assert COLOURS[Verdict.SKIPPED] not in colours


def test_without_colours_each_verdict_has_another_shape() -> None:
    shapes = {}
    for verdict in Verdict:
        image = Image.new("RGB", (24, 24), "white")
        mark(ImageDraw.Draw(image), verdict, (2, 2), 20)
        shapes[verdict] = image.convert("L").point([255 * (value > 250) for value in range(256)])
    for one in Verdict:
        for other in Verdict:
            differing = sum(ImageChops.difference(shapes[one], shapes[other]).histogram()[1:])
            assert one is other or differing > 40, f"{one} looks like {other}"


def test_the_box_lies_on_the_line_when_a_reviewer_has_turned_the_page(tmp_path: Path) -> None:
    with picture(read(tmp_path / "a.png", turn=1)) as made:
        assert made.width == HEIGHT
        box = made.crop((HEIGHT - 80, 0, HEIGHT - 40, WIDTH)).convert("RGB")  # where the first line lies now
        assert COLOURS[Verdict.ACCEPTED] in {colour for _, colour in box.getcolors(1 << 24) or ()}


def test_a_text_that_the_font_lacks_most_of_is_left_to_the_number_of_its_line() -> None:
    assert shown("Kate, 1911") == "Kate, 1911"
    assert shown("Käthe, 1911") == "Käthe, 1911"  # a box stands for the one letter
    assert shown("שלום") == "[...]"


def test_a_font_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is no font"):
        picture(read(tmp_path / "a.png"), Options(font=str(tmp_path / "a.png")))


def test_a_document_of_several_pages_has_a_picture_of_each(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    page = draw(path, TEXTS)
    with Image.open(path) as image:
        image.save(path, save_all=True, append_images=[image.copy()])
    made = document(path, page, (), replace(page, number=2))
    assert [part.suffix for part in write(made, Options())] == ["_0001.annotated.png", "_0002.annotated.png"]


def test_it_is_a_jpeg_when_that_is_wanted(tmp_path: Path) -> None:
    (part,) = write(read(tmp_path / "a.png"), Options(picture_kind="jpg"))
    assert part.suffix == ".annotated.jpg"
    with Image.open(io.BytesIO(part.content)) as made:
        assert made.format == "JPEG"


def test_the_same_page_gives_the_same_bytes(tmp_path: Path) -> None:
    made = read(tmp_path / "a.png")
    assert [part.content for part in write(made, Options())] == [part.content for part in write(made, Options())]


def test_boxes_that_make_no_sense_are_drawn_as_far_as_they_can_be(tmp_path: Path) -> None:
    from tui.model import Polygon

    path = tmp_path / "a.png"
    page = draw(path, TEXTS)
    wild = [Polygon.from_bounds(-1e9, -5, 1e9, 1e300), Polygon.from_bounds(5, 5, 5, 5), None]
    lines = [replace(line, polygon=polygon, words=()) for line, polygon in zip(page.lines, wild, strict=False)]
    with picture(document(path, replace(page, lines=tuple(lines)))) as made:
        assert made.width == WIDTH


def test_a_picture_that_is_gone_is_told(tmp_path: Path) -> None:
    made = read(tmp_path / "a.png")
    (tmp_path / "a.png").unlink()
    with pytest.raises(PictureError, match="is not there"):
        picture(made)
    with pytest.raises(ExportError, match="no picture on this machine"):
        picture(replace(made, picture=""))
