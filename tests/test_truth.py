"""What is written on pages, read from the files in which people and other programs say so."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.truth import DEEPEST, Truth, TruthError, read_truths

ALTO = "http://www.loc.gov/standards/alto/ns-v{}#"
PAGE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/{}"

ALTO_BODY = """
  <Description><MeasurementUnit>pixel</MeasurementUnit>
    <sourceImageInformation><fileName>scans\\page7.jpg</fileName></sourceImageInformation></Description>
  <Layout><Page ID="p1" PHYSICAL_IMG_NR="1" WIDTH="1000" HEIGHT="1500"><PrintSpace><TextBlock ID="b1">
    <TextLine ID="l1" HPOS="10" VPOS="20" WIDTH="300" HEIGHT="40">
      <String CONTENT="Dear"/><SP/><String CONTENT="Mo"/><String CONTENT="ther,"/></TextLine>
    <TextLine ID="l2"><Shape><Polygon POINTS="10,70 310,75 310,110 10,105"/></Shape>
      <String CONTENT="I &amp; you are to"/><HYP CONTENT="-"/></TextLine>
    <TextLine ID="l3" HPOS="10" VPOS="120" WIDTH="300" HEIGHT="40"><String CONTENT=""/></TextLine>
  </TextBlock></PrintSpace></Page></Layout>"""

PAGE_BODY = """
  <Metadata><Creator/><Created>2024-01-01T00:00:00Z</Created><LastChange>2024-01-01T00:00:00Z</LastChange></Metadata>
  <Page imageFilename="a.jpg" imageWidth="1000" imageHeight="1500">
    <ReadingOrder><OrderedGroup id="g"><RegionRefIndexed index="1" regionRef="r1"/>
      <RegionRefIndexed index="0" regionRef="r2"/></OrderedGroup></ReadingOrder>
    <TextRegion id="r1"><Coords points="0,0 9,0 9,9"/>
      <TextLine id="l1"><Coords points="10,20 310,20 310,60 10,60"/>
        <TextEquiv index="1"><Unicode>the engine's</Unicode></TextEquiv>
        <TextEquiv index="0"><Unicode>the second line</Unicode></TextEquiv></TextLine>
      <TextLine id="l2"><Coords points="10,70 310,70 310,110 10,110"/>
        <Word id="w1"><Coords points="0,0 1,1"/><TextEquiv><Unicode>word</Unicode></TextEquiv></Word>
        <Word id="w2"><Coords points="0,0 1,1"/><TextEquiv><Unicode>by word</Unicode></TextEquiv></Word></TextLine>
    </TextRegion>
    <TextRegion id="r2"><Coords points="0,0 9,0 9,9"/>
      <TextLine id="l3"><Coords points="10,2 310,2 310,10 10,10"/>
        <TextEquiv><Unicode>the first line</Unicode></TextEquiv></TextLine></TextRegion>
    <TextRegion id="r3"><Coords points="0,0 9,0 9,9"/>
      <TextEquiv><Unicode>a region
without lines</Unicode></TextEquiv></TextRegion>
  </Page>"""


def saved(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def one(path: Path) -> Truth:
    (found,) = read_truths([path])
    if isinstance(found, TruthError):
        raise found
    return found


def texts(truth: Truth) -> list[list[str]]:
    return [[line.text for line in page.lines] for page in truth.pages]


# Text


def test_a_text_file_has_a_line_a_line_and_blank_ones_say_nothing(tmp_path: Path) -> None:
    truth = one(saved(tmp_path / "letter.txt", "\ufeffDear Mother,\r\n\r\n  I write  to you\r\n"))
    assert truth.image == "letter"
    assert texts(truth) == [["Dear Mother,", "I write  to you"]]


def test_form_feeds_divide_pages(tmp_path: Path) -> None:
    assert texts(one(saved(tmp_path / "a.txt", "one\n\f\ftwo\nthree\n\f"))) == [["one"], [], ["two", "three"]]


def test_an_empty_file_says_that_nothing_is_written(tmp_path: Path) -> None:
    assert texts(one(saved(tmp_path / "a.txt", ""))) == [[]]


def test_utf_16_is_known_by_its_mark(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Grüße".encode("utf-16"))
    assert texts(one(tmp_path / "a.txt")) == [["Grüße"]]


# ALTO and PAGE


@pytest.mark.parametrize("version", [2, 3, 4])
def test_alto_has_lines_with_their_outlines(tmp_path: Path, version: int) -> None:
    truth = one(saved(tmp_path / "b.xml", f'<alto xmlns="{ALTO.format(version)}">{ALTO_BODY}</alto>'))
    (page,) = truth.pages
    assert (page.width, page.height, truth.image, truth.named_inside) == (1000, 1500, "b", "page7.jpg")
    assert [line.text for line in page.lines] == ["Dear Mother,", "I & you are to-"]
    assert list(page.lines[0].corners) == [(10, 20), (310, 20), (310, 60), (10, 60)]
    assert list(page.lines[1].corners) == [(10, 70), (310, 75), (310, 110), (10, 105)]


def test_alto_that_writes_no_blanks_has_one_after_every_word(tmp_path: Path) -> None:
    body = '<Layout><Page><TextLine><String CONTENT="one"/><String CONTENT="two"/></TextLine></Page></Layout>'
    assert texts(one(saved(tmp_path / "a.xml", f"<alto>{body}</alto>"))) == [["one two"]]


@pytest.mark.parametrize("version", ["2013-07-15", "2017-07-15", "2019-07-15"])
def test_page_is_read_in_its_reading_order_with_the_text_that_counts(tmp_path: Path, version: str) -> None:
    truth = one(saved(tmp_path / "a.xml", f'<PcGts xmlns="{PAGE.format(version)}">{PAGE_BODY}</PcGts>'))
    expected = ["the first line", "the second line", "word by word", "a region", "without lines"]
    assert texts(truth) == [expected]
    assert truth.named_inside == "a.jpg"
    assert list(truth.pages[0].lines[1].corners) == [(10, 20), (310, 20), (310, 60), (10, 60)]
    assert list(truth.pages[0].lines[3].corners) == []


# XML from strangers


BILLION = """<?xml version="1.0"?><!DOCTYPE alto [<!ENTITY a "lol">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<alto><Layout><Page><TextLine><String CONTENT="&c;"/></TextLine></Page></Layout></alto>"""
SECRET = """<?xml version="1.0"?><!DOCTYPE alto [<!ENTITY s SYSTEM "file:///etc/hostname">]>
<alto><Layout><Page><TextLine><String CONTENT="x"/></TextLine></Page></Layout></alto>"""


@pytest.mark.parametrize("content", [BILLION, SECRET])
def test_xml_that_declares_entities_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(TruthError, match="declares entities"):
        one(saved(tmp_path / "a.xml", content))


def test_xml_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="nested"):
        one(saved(tmp_path / "a.xml", "<alto>" * (DEEPEST + 1)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.xml", "a.gt.txt"]))
def test_whatever_a_file_holds_it_is_read_or_refused_in_a_sentence(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    (found,) = read_truths([tmp_path / name])
    assert isinstance(found, Truth) or str(found).endswith(".")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text("<>/ab\"= 'PageTxtLinSrgCONE1,.-", max_size=12), max_size=12))
def test_whatever_stands_in_alto_it_is_read_or_refused_in_a_sentence(tmp_path: Path, parts: list[str]) -> None:
    path = saved(tmp_path / "a.xml", f"<alto><Page>{''.join(parts)}</Page></alto>")
    (found,) = read_truths([path])
    assert isinstance(found, Truth) or str(found).endswith(".")


# Lines in files of their own, and folders


def test_lines_in_files_of_their_own_are_put_together_by_their_numbers(tmp_path: Path) -> None:
    for name, text in {"dag_8_01_010": "ten", "dag_8_01_002": "two", "dag_8_02_001": "next"}.items():
        saved(tmp_path / f"{name}.gt.txt", text + "\n")
    truth = one(tmp_path)
    assert truth.image == "dag_8"
    assert [(page.number, [line.text for line in page.lines]) for page in truth.pages] == [
        (1, ["two", "ten"]),
        (2, ["next"]),
    ]
    assert [(part.image, texts(part)) for part in truth.apart] == [
        ("dag_8_01_002", [["two"]]),
        ("dag_8_01_010", [["ten"]]),
        ("dag_8_02_001", [["next"]]),
    ]


def test_a_folder_is_read_with_what_is_in_it(tmp_path: Path) -> None:
    saved(tmp_path / "a.txt", "one")
    saved(tmp_path / "more" / "b.xml", f"<PcGts>{PAGE_BODY}</PcGts>")
    saved(tmp_path / "mets.xml", "<mets/>")
    saved(tmp_path / "a.jpg", "")
    assert [truth.path.name for truth in read_truths([tmp_path]) if isinstance(truth, Truth)] == ["a.txt", "b.xml"]
    assert [truth for truth in read_truths([tmp_path]) if isinstance(truth, TruthError)] == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", b"<mets/>", "neither ALTO nor PAGE"),
        ("a.xml", b"<alto><Page>", "no whole XML file"),
        ("a.xml", b"<alto/>", "has no page in it"),
        ("a.txt", b"caf\xe9", "no UTF-8 text"),
        ("a.txt", b"a\0b", "is no text"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence_that_names_it(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TruthError, match=words) as error:
        one(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)


def test_a_file_that_is_not_there_is_an_error_among_the_others(tmp_path: Path) -> None:
    saved(tmp_path / "a.txt", "one")
    missing, there = read_truths([tmp_path / "b.txt", tmp_path / "a.txt"])
    assert isinstance(missing, TruthError)
    assert "There is no file" in str(missing)
    assert isinstance(there, Truth)


def test_an_empty_folder_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match=r"holds no \.txt"):
        one(tmp_path)
