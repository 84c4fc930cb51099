"""Pictures in, pages out: with the real networks."""

from __future__ import annotations

import math
import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest
from PIL import Image

from tests.engine import drawn, worn
from tests.engine.measures import SAMPLES, overlap, text_of
from tui.engine import EngineMissing, ImageTooLarge, weights
from tui.engine.reader import Reader
from tui.engine.reading import AUTO, LITERAL, Reading
from tui.model import Page, Polygon

pytestmark = pytest.mark.xdist_group("reading")

NOTEBOOK = SAMPLES / "dag-304-DAG_1_1_8_0029.jpg"
MANUSCRIPT = SAMPLES / "clara-barton-life-of-my-childhood-p90.jpg"
LINES = (drawn.FIRST, drawn.SECOND, drawn.THIRD)


Reads = Callable[[Image.Image, str], Reading]


@pytest.fixture(scope="module")
def read(reader: Reader) -> Reads:
    """Return a function that reads a page in a language: the same page only once."""
    known = dict[tuple[bytes, tuple[int, int], str], Reading]()

    def read(page: Image.Image, language: str) -> Reading:
        which = (page.tobytes(), page.size, language)
        if which not in known:
            known[which] = reader.reading(page, number=1, language=language)
        return known[which]

    return read


def lines_of(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def test_lines_are_read_in_order(reader: Reader) -> None:
    assert lines_of(reader.page(drawn.page(LINES), number=1)) == list(LINES)


def test_a_page_has_the_number_and_size_it_was_given(reader: Reader) -> None:
    page = reader.page(drawn.page(LINES[:1], size=(700, 200)), number=7)
    assert (page.number, page.width, page.height) == (7, 700, 200)


def test_each_word_has_its_box_and_how_sure_it_is(reader: Reader) -> None:
    (line,) = reader.page(drawn.page(["quick fox"], size=(500, 160)), number=1).lines
    first, second = line.words
    assert (first.text, second.text) == ("quick", "fox")
    assert first.polygon
    assert second.polygon
    assert overlap(first.polygon, Polygon.from_bounds(40, 40, 160, 100)) > 0.5
    assert overlap(second.polygon, Polygon.from_bounds(172, 40, 250, 100)) > 0.5
    assert all(word.confidence is not None and 0.8 < word.confidence <= 1 for word in line.words)


def test_a_page_is_read_in_the_language_it_is_in_or_in_none(reader: Reader) -> None:
    assert reader.reading(drawn.page(LINES), number=1).language == "en"
    german = drawn.page(
        ["Ich danke Ihnen für den Brief", "und die Bücher, die Sie mir", "aus der Stadt geschickt haben"],
        size=(800, 352),
    )
    assert reader.reading(german, number=1).language == "de"
    assert reader.reading(drawn.page(["MP-MC 47", "BX 301"]), number=1).language == ""


@pytest.mark.parametrize(("asked_for", "read_in"), [("sv", "sv"), (LITERAL, ""), ("tlh", "")])
def test_a_page_is_read_in_the_language_that_is_asked_for(reader: Reader, asked_for: str, read_in: str) -> None:
    assert reader.reading(drawn.page(LINES[:1]), number=1, language=asked_for).language == read_in


@pytest.mark.parametrize("language", ["en", LITERAL])
def test_each_word_has_its_alternatives_beside_it(read: Reads, language: str) -> None:
    reading = read(worn.page(worn.LINES[10:13], 1), language)
    assert [len(words) for words in reading.alternatives] == [len(line.words) for line in reading.page.lines]
    pairs = [
        (word, others)
        for line, known in zip(reading.page.lines, reading.alternatives, strict=True)
        for word, others in zip(line.words, known, strict=True)
    ]
    for word, others in pairs:
        assert word.text in {one.text for one in others}
        assert sum(one.share for one in others) == pytest.approx(1)
    assert max(len(others) for _, others in pairs) >= 9


@pytest.mark.parametrize("language", ["en", LITERAL])
def test_a_word_is_as_sure_as_its_share_among_its_alternatives(read: Reads, language: str) -> None:
    reading = read(worn.page(worn.LINES[10:13], 1), language)
    for line, known in zip(reading.page.lines, reading.alternatives, strict=True):
        for word, others in zip(line.words, known, strict=True):
            assert word.confidence == next(one.share for one in others if one.text == word.text)


def test_literally_a_page_is_read_as_it_is_without_the_lists(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    page = worn.page(worn.LINES[:6], 2)
    literal = reader.page(page, number=1, language=LITERAL)
    monkeypatch.setattr("tui.engine.language.find_spec", lambda _: None)
    assert Reader().page(page, number=1, language="en") == literal


def test_with_care_a_clear_page_is_read_as_it_is_without(reader: Reader, read: Reads) -> None:
    page = drawn.page(LINES)
    assert reader.reading(page, number=1, language="en", careful=True) == read(page, "en")


@pytest.mark.parametrize("language", ["en", LITERAL])
def test_with_care_an_unsure_line_has_its_alternatives_by_three_looks(
    reader: Reader, read: Reads, language: str
) -> None:
    page = worn.page(worn.LINES[10:13], 1)
    careful = reader.reading(page, number=1, language=language, careful=True)
    assert careful.alternatives != read(page, language).alternatives
    for line, known in zip(careful.page.lines, careful.alternatives, strict=True):
        for word, others in zip(line.words, known, strict=True):
            assert sum(one.share for one in others) == pytest.approx(1)
            assert word.confidence == next(one.share for one in others if one.text == word.text)


def test_between_two_lines_something_else_may_be_read(reader: Reader, read: Reads) -> None:
    page, others = drawn.page(LINES), list[str]()

    def read_something() -> None:
        box = Polygon.from_bounds(20, 130, 620, 210)
        others.extend(line.text for line in reader.box(page, box, number=1, language="sv").page.lines)

    meanwhile = reader.reading(page, number=1, language="en", between=read_something)
    assert meanwhile == read(page, "en")
    assert len(others) == 2 * len(LINES)
    assert set(others) == {drawn.SECOND}


def test_a_box_without_a_language_is_read_in_that_of_the_page_before(reader: Reader) -> None:
    reader.reading(drawn.page(LINES), number=1)
    assert reader.box(drawn.page(LINES), Polygon.from_bounds(20, 30, 620, 110), number=1).language == "en"


def test_a_narrow_box_may_hold_one_upright_letter_or_a_line_that_runs_down(reader: Reader) -> None:
    page = drawn.page([drawn.FIRST])
    letter = reader.box(page, Polygon.from_bounds(38, 34, 72, 104), number=1)
    assert [line.text for line in letter.page.lines] == ["T"]
    turned = page.rotate(-90, expand=True)
    down = reader.box(turned, Polygon.from_bounds(242, 20, 322, 560), number=1, language="en")
    assert [line.text for line in down.page.lines] == [drawn.FIRST]


def test_a_line_parted_at_a_gutter_takes_its_alternatives_along(read: Reads) -> None:
    left, right = ["one", "two", "three", "four"], ["five", "six", "seven", "eight"]
    page = drawn.page(left, size=(900, 530))
    drawn.write(page, right, left=560, top=90)
    reading = read(page, AUTO)
    assert [[others[0].text for others in words] for words in reading.alternatives] == [[word] for word in left + right]


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_turned_page_has_its_alternatives_too(read: Reads, degrees: int) -> None:
    reading = read(drawn.page(LINES, size=(640, 320)).rotate(degrees, expand=True), AUTO)
    assert [" ".join(others[0].text for others in words) for words in reading.alternatives] == list(LINES)


def test_words_and_boxes_are_those_of_the_greedy_reading_where_the_texts_are_the_same(read: Reads) -> None:
    literal, english = (read(drawn.page(LINES), language).page for language in (LITERAL, "en"))
    assert [line.polygon for line in literal.lines] == [line.polygon for line in english.lines]
    assert [[(word.text, word.polygon) for word in line.words] for line in literal.lines] == [
        [(word.text, word.polygon) for word in line.words] for line in english.lines
    ]


def test_figures_codes_and_names_are_not_bent_into_words(reader: Reader) -> None:
    kept, right = 0, 0
    for start in range(0, len(worn.LINES), 10):
        lines = worn.LINES[start : start + 10]
        page = worn.page(lines, 0)
        literal, read = (
            text_of(reader.page(page, number=1, language=language)).split() for language in (LITERAL, "en")
        )
        written = {word for line in lines for word in line.split()}
        right += len(written & set(literal))
        kept += len(written & set(literal) & set(read))
    assert kept >= 0.92 * right


def test_progress_counts_the_lines_from_none_to_all(reader: Reader) -> None:
    told: list[tuple[int, int]] = []
    reader.page(drawn.page(LINES), number=1, progress=lambda line, lines: told.append((line, lines)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_two_columns_are_read_one_after_the_other(read: Reads) -> None:
    left, right = ["one", "two", "three", "four"], ["five", "six", "seven", "eight"]
    page = drawn.page(left, size=(900, 530))
    drawn.write(page, right, left=560, top=90)
    assert lines_of(read(page, AUTO).page) == left + right


def test_an_exif_turned_photo_is_read_upright(reader: Reader) -> None:
    image = drawn.page(LINES).transpose(Image.Transpose.ROTATE_90)
    image.getexif()[0x0112] = 6
    page = reader.page(image, number=1)
    assert lines_of(page) == list(LINES)
    assert (page.width, page.height) == drawn.SIZE


def test_a_tilted_page_says_by_how_much(reader: Reader) -> None:
    tilted = drawn.page(LINES, size=(900, 500), left=120, top=120).rotate(-4, fillcolor="white")
    page = reader.page(tilted, number=1)
    assert lines_of(page) == list(LINES)
    assert math.isclose(page.angle, 4, abs_tol=1)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_on_its_side_or_head_is_read_with_boxes_as_it_lies(read: Reads, degrees: int) -> None:
    page = read(drawn.page(LINES, size=(640, 320)).rotate(degrees, expand=True), AUTO).page
    assert lines_of(page) == list(LINES)
    assert (page.width, page.height) == ((640, 320) if degrees == 180 else (320, 640))
    assert math.isclose(math.cos(math.radians(page.angle + degrees)), 1, abs_tol=0.01)
    polygon = page.lines[0].words[0].polygon
    assert polygon
    where = {90: (40, 520, 100, 600), 180: (520, 220, 600, 280), 270: (220, 40, 280, 120)}[degrees]
    assert overlap(polygon, Polygon.from_bounds(*where)) > 0.5


def test_a_very_large_page_is_read_in_its_own_pixels(reader: Reader) -> None:
    page = reader.page(drawn.page(LINES, size=(800, 400)).resize((4800, 2400)), number=1)
    assert lines_of(page) == list(LINES)
    assert (page.width, page.height) == (4800, 2400)
    polygon = page.lines[-1].polygon
    assert polygon
    assert overlap(polygon, Polygon.from_bounds(240, 1440, 3000, 1860)) > 0.5


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (40, 40)])
def test_a_page_without_ink_has_no_lines(reader: Reader, size: tuple[int, int]) -> None:
    assert reader.page(Image.new("L", size, 255), number=1).lines == ()


def test_too_many_pixels_are_refused(reader: Reader) -> None:
    with pytest.raises(ImageTooLarge):
        reader.page(Image.new("1", (20_000, 12_501)), number=1)


def test_without_the_wheel_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    with pytest.raises(EngineMissing, match=r"pip install 'handread\[local\]'"):
        Reader()


def test_both_networks_are_in_the_wheel() -> None:
    assert weights.weights_file(weights.DETECTOR).is_file()
    assert weights.weights_file(weights.RECOGNISER).is_file()


def test_reading_imports_no_computer_vision_library_and_opens_no_connection() -> None:
    script = """
        import sys
        opened = []
        sys.addaudithook(lambda event, _: opened.append(event) if event.startswith("socket.") else None)
        from tests.engine import drawn
        from tui.engine.reader import Reader
        assert Reader().page(drawn.page(["one line"]), number=1, language="en").lines
        unwanted = {"cv2", "rapidocr", "scipy", "shapely", "pyclipper", "wordfreq", "ftfy", "textual", "httpx"}
        loaded = unwanted & set(sys.modules)
        assert not loaded, loaded
        assert not opened, opened
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
