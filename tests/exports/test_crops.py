"""Lines cut out of their pages, each with its text beside it."""

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.exports.shelf import INK, decided, document, draw, shade
from tui.exports import ExportError, Options, Part
from tui.exports.crops import (
    EVALUATION,
    PADDING,
    TRAINING,
    gather_evaluation,
    gather_manifest,
    gather_training,
    split_of,
    write,
)
from tui.exports.document import Document
from tui.model import Decision, Polygon, Verdict
from tui.pictures.source import PictureError

TEXTS = ("one two", "three", "four", "five")
DECIDED = (decided(0, Verdict.ACCEPTED), decided(1, Verdict.CORRECTED, " thre\u0301e\t! "), decided(2, Verdict.FLAGGED))


def read(path: Path, decisions: Iterable[Decision] = DECIDED, written_as: str = "") -> Document:
    return document(path, draw(path, TEXTS), tuple(decisions), written_as=written_as)


def files(document: Document, options: Options | None = None) -> dict[str, bytes]:
    return {part.suffix: part.content for part in write(document, options or Options())}


def joined(parts: Iterable[Part]) -> str:
    return b"".join(part.content for part in parts).decode()


def test_only_accepted_and_corrected_lines_become_pairs(tmp_path: Path) -> None:
    assert list(files(read(tmp_path / "a.png"))) == [
        "_0001_001.png",
        "_0001_001.gt.txt",
        "_0001_002.png",
        "_0001_002.gt.txt",
    ]


def test_others_become_pairs_when_that_is_wanted_but_none_that_is_flagged_or_rejected(tmp_path: Path) -> None:
    found = files(read(tmp_path / "a.png"), Options(unreviewed_pairs=True))
    assert {name for name in found if name.endswith(".png")} == {f"_0001_00{line}.png" for line in (1, 2, 4)}


def test_a_text_is_one_composed_line_with_one_end_and_no_tab(tmp_path: Path) -> None:
    found = files(read(tmp_path / "a.png"))
    assert found["_0001_001.gt.txt"] == b"one two\n"
    assert found["_0001_002.gt.txt"] == "thrée !\n".encode()


def test_a_crop_shows_its_line_in_the_pages_own_pixels(tmp_path: Path) -> None:
    found = files(read(tmp_path / "a.png"))
    for number in (0, 1):
        with Image.open(io.BytesIO(found[f"_0001_00{number + 1}.png"])) as crop:
            assert crop.format == "PNG"
            assert crop.height == round(INK + 2 * PADDING)
            assert crop.getpixel((crop.width // 2, crop.height // 2)) == shade(number)
            assert crop.getpixel((1, 1)) == 255


def test_a_crop_keeps_the_colours_and_the_dots_of_its_page(tmp_path: Path) -> None:
    from tests.exports.shelf import lines_of, picture

    path = tmp_path / "a.png"
    page = draw(path, TEXTS)
    picture(lines_of(TEXTS), "RGB").save(path, dpi=(300, 300))
    with Image.open(io.BytesIO(files(document(path, page, DECIDED))["_0001_001.png"])) as crop:
        assert crop.getpixel((crop.width // 2, crop.height // 2)) == (shade(0), 0, 0)
        assert [round(dots) for dots in crop.info["dpi"]] == [300, 300]


def test_a_line_that_runs_down_the_page_is_cut_out_upright(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = draw(path, TEXTS)
    with Image.open(path) as image:
        image.transpose(Image.Transpose.ROTATE_270).save(path)
        width, height = image.height, image.width
    lines = []
    for line in page.lines:
        assert line.polygon
        a, b, c, d = ((width - y, x) for x, y in line.polygon.corners)
        lines.append(replace(line, polygon=Polygon((a, b, c, d)), words=()))
    turned = replace(page, width=width, height=height, lines=tuple(lines))
    with Image.open(io.BytesIO(files(document(path, turned, DECIDED))["_0001_001.png"])) as crop:
        assert crop.width > crop.height
        assert crop.getpixel((crop.width // 2, crop.height // 2)) == shade(0)


def test_lines_without_a_text_or_a_box_on_the_page_or_too_low_become_no_pair(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = draw(path, TEXTS)
    one, two, three, _ = page.lines
    lines = (
        replace(one, text=" \n"),
        replace(two, polygon=None, words=()),
        replace(three, polygon=Polygon.from_bounds(9000, 10, 9100, 50)),
        page.lines[3],
    )
    accepted = tuple(decided(line, Verdict.ACCEPTED) for line in range(4))
    found = document(path, replace(page, lines=lines), accepted)
    assert set(files(found)) == {"_0001_004.png", "_0001_004.gt.txt"}
    assert not files(found, Options(shortest_pair=INK + 1))


def test_the_manifest_says_of_each_pair_where_it_comes_from(tmp_path: Path) -> None:
    made = read(tmp_path / "a.png", written_as="box_a")
    rows = [json.loads(row) for row in joined(gather_manifest([made], Options())).splitlines()]
    assert [row["file"] for row in rows] == ["box_a_0001_001.png", "box_a_0001_002.png"]
    assert (
        rows[1].items()
        >= {
            "text": "thrée !",
            "engine_text": "three",
            "source": str(tmp_path / "a.png"),
            "sha256": made.sha256,
            "page": 1,
            "line": 2,
            "verdict": "corrected",
            "reviewer": "ada",
        }.items()
    )


def test_a_page_is_trained_on_or_kept_from_it_as_a_whole_and_for_good(tmp_path: Path) -> None:
    documents = []
    for number in range(60):
        path = tmp_path / f"{number}.png"
        page = draw(path, TEXTS)
        with Image.open(path) as image:
            image.putpixel((0, 0), number)
            image.save(path)
        documents.append(document(path, page, DECIDED, written_as=str(number)))
    options = Options(eval_share=0.25)
    training = joined(gather_training(documents, options)).split()
    evaluation = joined(gather_evaluation(documents, options)).split()
    pages = [{name.split("_")[0] for name in names} for names in (training, evaluation)]
    assert not pages[0] & pages[1]
    assert len(training) + len(evaluation) == 120
    assert 5 <= len(pages[1]) <= 25
    backwards = joined(gather_evaluation(reversed(documents), options)).split()
    assert sorted(backwards) == sorted(evaluation)


@pytest.mark.parametrize(("share", "split"), [(0.0, TRAINING), (1.0, EVALUATION)])
def test_all_or_nothing_can_be_kept_from_training(tmp_path: Path, share: float, split: str) -> None:
    made = read(tmp_path / "a.png")
    assert split_of(made, made.pages[0], share) == split


def test_a_page_without_a_reviewed_line_is_not_even_opened(tmp_path: Path) -> None:
    made = read(tmp_path / "a.png", ())
    (tmp_path / "a.png").unlink()
    assert not files(made)


def test_a_picture_that_was_changed_since_is_not_cut_up(tmp_path: Path) -> None:
    made = read(tmp_path / "a.png")
    draw(tmp_path / "a.png", ("another",))
    with pytest.raises(PictureError, match="has changed since it was added"):
        files(made)


def test_a_document_without_a_picture_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="has no picture on this machine"):
        files(replace(read(tmp_path / "a.png"), picture=""))
