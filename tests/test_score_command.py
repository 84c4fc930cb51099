"""`handread score`, as a person runs it: against files of truth, the reviewed text, and another service."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import jiwer
import pytest

from tests.test_program import ANSWER, handread, home
from tests.view.conftest import draw_page
from tui.arrangement import added_line, merged, split_at
from tui.model import Decision, LineKey, Page, Polygon, Verdict
from tui.pictures.source import measure
from tui.quality import Score, Written, page_score, paired
from tui.scoring import print_sheet
from tui.store import NewItem, Store

__all__ = ["home"]

SHARED = Path(__file__).parents[2] / "shared"
SAMPLE = SHARED / "samples" / "pages" / "dag-304-DAG_1_1_8_0029.jpg"
RECORDED = SHARED / "recorded" / "v3.0__handprint-glaser-0029.json"

WRITTEN = ("The quick brown fox", "jumps over", "the lazy dog")
READ = ("The qvick brown fox", "jumps over", "the lazy dog")
LENGTH = len(" ".join(WRITTEN))

Reads = Callable[..., int]


@pytest.fixture
def store(home: dict[str, str]) -> Iterator[Store]:
    with Store(Path(home["HANDREAD_QUEUE"])) as opened:
        yield opened


@pytest.fixture
def read(store: Store, tmp_path: Path) -> Reads:
    """Return a function that puts a page into the queue as a service has read it."""

    def add(
        name: str,
        texts: tuple[str, ...] = READ,
        *,
        service: str = "local",
        drawn: tuple[str, ...] = (),
        answer: Any = None,
    ) -> int:
        path = tmp_path / "scans" / name
        path.parent.mkdir(exist_ok=True)
        page = draw_page(path, (*texts, name))
        if drawn:
            draw_page(path, drawn)
        page = Page(1, page.width, page.height, 0.0, page.lines[: len(texts)])
        item_id = store.add([NewItem(str(path), service, measure(path))])[0].item_id
        store.claim(service)
        store.sent(item_id, f"{service}:1")
        store.done(item_id, json.dumps(answer or {}).encode(), [page])
        return item_id

    return add


def truth(tmp_path: Path, name: str, *lines: str) -> Path:
    path = tmp_path / "truth" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def figures(home: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    done = handread(home, "score", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def raw_of(part: Mapping[str, Any]) -> tuple[float, float]:
    return part["text"]["raw"]["cer"], part["text"]["raw"]["wer"]


def decided(item_id: int, line: int, verdict: Verdict, text: str | None = None, *, unseen: bool = False) -> Decision:
    return Decision(item_id, LineKey(1, line), verdict, text, reviewer="ada", unseen=unseen)


# Against what is written


def test_a_text_file_belongs_to_the_image_of_its_name(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    read("a.png")
    result = figures(home, str(truth(tmp_path, "a.txt", *WRITTEN)))
    assert raw_of(result["total"]) == (round(1 / LENGTH, 6), round(1 / 9, 6))
    assert result["confusions"] == [{"truth": "u", "read": "v", "count": 1}]
    assert result["total"]["interval"]["raw"]["cer"] is None


def test_the_figures_are_those_of_jiwer(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    other = ("Dear Mother, I write", "to you with aheavy hart")
    read("a.png")
    read("b.png", other)
    written = ("Dear Mother, I write", "to you with a heavy heart", "since Sunday")
    truth(tmp_path, "a.txt", *WRITTEN)
    truth(tmp_path, "b.txt", *written)
    ours, theirs = [" ".join(WRITTEN), " ".join(written)], [" ".join(READ), " ".join(other)]
    cer, wer = raw_of(figures(home, str(tmp_path / "truth"))["total"])
    assert cer == pytest.approx(jiwer.cer(ours, theirs), abs=1e-6)
    assert wer == pytest.approx(jiwer.wer(ours, theirs), abs=1e-6)


def test_the_page_in_the_terminal_says_it_in_80_columns_without_colour(
    home: dict[str, str], read: Reads, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        read(f"{name}.png")
        truth(tmp_path, f"{name}.txt", *WRITTEN[:2], f"the lazy dog of {name}")
    done = handread(home, "score", str(tmp_path / "truth"))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "2 pages, 6 lines: 0 missing, 0 invented" in done.stdout
    assert "█" in done.stdout
    assert "The qvick brown fox" in done.stdout
    assert "“u”" in done.stdout


def test_where_only_ascii_can_be_written_the_page_is_in_ascii(
    home: dict[str, str], read: Reads, tmp_path: Path
) -> None:
    read("a.png")
    done = handread({**home, "PYTHONIOENCODING": "ascii"}, "score", str(truth(tmp_path, "a.txt", *WRITTEN)))
    assert done.returncode == 0, done.stderr
    assert "####" in done.stdout


def test_relaxed_forgives_capitals(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    read("a.png", ("JUMPS OVER",))
    path = str(truth(tmp_path, "a.txt", "jumps over"))
    assert figures(home, path)["confusions"]
    result = figures(home, path, "--relaxed")
    assert result["measure"] == "relaxed"
    assert result["confusions"] == []
    assert result["total"]["text"]["relaxed"]["cer"] == 0


def test_page_xml_is_matched_by_place(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    """In another size than the image's, and in another order than it was read."""
    read("a.png", ("xxxx", "yyyy", "zzzz"))
    rows = "".join(
        f'<TextLine id="l{row}"><Coords points="15,{top} 90,{top} 90,{top + 22} 15,{top + 22}"/>'
        f"<TextEquiv><Unicode>{text}</Unicode></TextEquiv></TextLine>"
        for row, top, text in [(2, 90, "third"), (0, 20, "first"), (1, 55, "second")]
    )
    page = (
        f'<Page imageFilename="a.png" imageWidth="320" imageHeight="180"><TextRegion id="r">{rows}</TextRegion></Page>'
    )
    result = figures(home, str(truth(tmp_path, "other-name.xml", f"<PcGts>{page}</PcGts>")), "--per", "line")
    (found,) = result["pages"]
    assert found["matched_by"] == "place"
    assert [(line["truth"], line["read"]) for line in found["lines"]] == [
        ("third", "zzzz"),
        ("first", "xxxx"),
        ("second", "yyyy"),
    ]


def test_lines_in_files_of_their_own_are_put_together(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    read("a.png")
    for row, text in enumerate(WRITTEN, 1):
        truth(tmp_path, f"a_0001_{row:03d}.gt.txt", text)
    assert raw_of(figures(home, str(tmp_path / "truth"))["total"])[0] == round(1 / LENGTH, 6)


def test_lines_in_files_of_their_own_belong_to_line_images_where_there_are_any(
    home: dict[str, str], read: Reads, tmp_path: Path
) -> None:
    for row, text in enumerate(WRITTEN, 1):
        truth(tmp_path, f"a_0001_{row:03d}.gt.txt", text)
        read(f"a_0001_{row:03d}.png", (READ[row - 1],))
    result = figures(home, str(tmp_path / "truth"))
    assert [Path(page["source"]).stem for page in result["pages"]] == ["a_0001_001", "a_0001_002", "a_0001_003"]
    assert result["total"]["text"]["raw"]["characters"]["substitutions"] == 1


def test_for_names_the_image_of_a_truth_that_is_called_otherwise(
    home: dict[str, str], read: Reads, tmp_path: Path
) -> None:
    read("a.png")
    path = str(truth(tmp_path, "final version.txt", *WRITTEN))
    done = handread(home, "score", path)
    assert done.returncode == 1
    assert "no image of the queue is called final version" in done.stderr
    assert figures(home, path, "--for", "a.png") == figures(home, path, "--for", str(tmp_path / "scans" / "a.png"))


def test_a_filter_chooses_what_is_scored(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    read("a.png")
    path = str(truth(tmp_path, "a.txt", *WRITTEN, "a line that was not read"))
    assert figures(home, path)["total"]["missing"] == 1
    doubtful = figures(home, path, "--where", "doubtful")
    assert doubtful["total"]["lines"] == 1
    assert doubtful["total"]["text"]["raw"]["characters"]["length"] == 19
    assert figures(home, path, "--where", "name~a.png")["total"]["missing"] == 1


def test_the_score_is_of_what_the_service_read_and_not_of_what_a_person_made_of_it(
    home: dict[str, str], store: Store, read: Reads, tmp_path: Path
) -> None:
    item_id = read("a.png")
    store.decide(decided(item_id, 0, Verdict.CORRECTED, WRITTEN[0]))
    assert raw_of(figures(home, str(truth(tmp_path, "a.txt", *WRITTEN)))["total"])[0] > 0


@pytest.mark.skipif(not (SAMPLE.exists() and RECORDED.exists()), reason="the samples are not here")
def test_the_clouds_own_answer_is_scored_on_real_handwriting(home: dict[str, str], tmp_path: Path) -> None:
    """It puts blanks before stops, which the relaxed measure forgives, and cuts lines in two, which are joined."""
    answer = tmp_path / f"{SAMPLE.stem}.json"
    answer.write_bytes(RECORDED.read_bytes())
    handread(home, "import", str(answer), "--image", str(SAMPLE))
    written = SAMPLE.with_suffix(".txt")
    total = figures(home, str(written))["total"]
    assert (total["lines"], total["missing"], total["invented"]) == (39, 0, 0)
    pages = json.loads(RECORDED.read_text("utf-8"))["analyzeResult"]["readResults"]
    text = " ".join(line["text"] for page in pages for line in page["lines"])
    expected = jiwer.cer(" ".join(written.read_text("utf-8").split()), " ".join(text.split()))
    assert raw_of(total)[0] == pytest.approx(expected, abs=1e-6)
    assert total["text"]["relaxed"]["cer"] < 0.005


def test_text_from_outside_is_shown_and_never_obeyed(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    read("a.png", ("\x1b[2Jgone", "[bold]jumps[/bold] ever"))
    done = handread(home, "score", str(truth(tmp_path, "a.txt", "\x1b]0;mine\x07gone", "[bold]jumps[/bold] over")))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert "[bold]jumps[/bold] ever" in done.stdout


@pytest.mark.parametrize("is_coloured", [True, False])
def test_colours_only_repeat_what_the_characters_say(is_coloured: bool) -> None:
    """The characters that differ are also told as confusions."""
    ours, theirs = ([Written(text) for text in texts] for texts in (WRITTEN, READ))
    score = Score((page_score("/scans/a.png", 1, ours, theirs, paired(ours, theirs)),))
    stream = StringIO()
    print_sheet(score, "What was read", stream, has_colours=is_coloured)
    assert ("\x1b[" in stream.getvalue()) is is_coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert re.search(r"read +The qvick brown fox", plain)
    assert re.search(r'1 +"u" +"v"', plain)


# Against the reviewed text


def test_what_was_read_is_scored_against_what_reviewers_made_of_it(
    home: dict[str, str], store: Store, read: Reads
) -> None:
    item_id = read("a.png", (*READ, "~ ~ ~"))
    store.decide(decided(item_id, 0, Verdict.CORRECTED, WRITTEN[0]))
    store.decide(decided(item_id, 1, Verdict.ACCEPTED))
    store.decide(decided(item_id, 3, Verdict.REJECTED))
    result = figures(home, "--against", "reviewed", "--per", "line")
    (page,) = result["pages"]
    assert page["matched_by"] == "line"
    assert [(line["truth"], line["read"]) for line in page["lines"]] == [
        (WRITTEN[0], READ[0]),
        ("jumps over", "jumps over"),
        (None, "~ ~ ~"),
    ]
    assert result["remarks"] == ["1 line is not counted: nobody has looked at it and accepted or corrected it."]
    assert figures(home) == figures(home, "--against", "reviewed")


def test_lines_accepted_unseen_say_nothing_of_how_well_they_were_read(
    home: dict[str, str], store: Store, read: Reads
) -> None:
    item_id = read("a.png")
    store.decide(decided(item_id, 0, Verdict.CORRECTED, WRITTEN[0]))
    store.decide(decided(item_id, 1, Verdict.ACCEPTED, unseen=True))
    assert figures(home)["total"]["lines"] == 1


def test_lines_that_were_split_joined_or_added_are_scored_as_the_service_read_them(
    home: dict[str, str], store: Store, read: Reads
) -> None:
    answer = {
        "status": "succeeded",
        "analyzeResult": {
            **ANSWER,
            "readResults": [
                {
                    **ANSWER["readResults"][0],
                    "height": 360,
                    "lines": [
                        {"text": text, "boundingBox": [30, top, 600, top, 600, top + 44, 30, top + 44], "words": []}
                        for text, top in zip(READ, (40, 110, 180), strict=True)
                    ],
                }
            ],
        },
    }
    item_id = read("a.png", answer=answer)
    (page,) = store.pages(item_id)
    first = store.reshape(item_id, split_at(page, 0, WRITTEN[0], 10), "ada").made
    (page,) = store.pages(item_id)
    both = store.reshape(item_id, merged(page, (1, 2), READ[1:]), "ada").made
    (page,) = store.pages(item_id)
    box = Polygon.from_bounds(30, 250, 600, 294)
    new = store.reshape(item_id, added_line(page, box, both[0].number, "and runs"), "ada").made
    for made in (*first, *both, *new):
        store.decide(decided(item_id, made.number, Verdict.ACCEPTED))
    result = figures(home, "--per", "line")
    assert result["total"]["text"]["raw"]["characters"] == {
        "length": len("The quick brown fox jumps over the lazy dog and runs"),
        "substitutions": 1,
        "deletions": len(" and runs"),
        "insertions": 0,
    }
    assert [(line["truth"], line["read"]) for line in result["pages"][0]["lines"]] == [
        (WRITTEN[0], READ[0]),
        ("jumps over the lazy dog", "jumps over the lazy dog"),
        ("and runs", None),
    ]


def test_nothing_reviewed_is_said_and_ends_with_1(home: dict[str, str], read: Reads) -> None:
    read("a.png")
    done = handread(home, "score")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "3 lines are not counted" in done.stderr


# One service against another


def test_one_service_is_scored_against_another_on_the_same_pictures(home: dict[str, str], read: Reads) -> None:
    read("a.png", READ, drawn=WRITTEN)
    read("a.png", WRITTEN, drawn=WRITTEN, service="cloud")
    read("b.png", service="cloud")
    result = figures(home, "--service", "local", "--against", "cloud")
    assert raw_of(result["total"])[0] == round(1 / LENGTH, 6)
    assert (result["against"], result["total"]["pages"]) == ("cloud", 1)
    assert result["confusions"] == [{"truth": "u", "read": "v", "count": 1}]


def test_where_several_services_have_read_it_one_has_to_be_named(
    home: dict[str, str], read: Reads, tmp_path: Path
) -> None:
    read("a.png", READ, drawn=WRITTEN)
    read("a.png", WRITTEN, drawn=WRITTEN, service="cloud")
    path = str(truth(tmp_path, "a.txt", *WRITTEN))
    done = handread(home, "score", path)
    assert done.returncode == 1
    assert "in the queue for cloud and local. Name one with --service." in done.stderr
    assert raw_of(figures(home, path, "--service", "cloud")["total"])[0] == 0


def test_a_service_that_has_read_nothing_is_said_to_have_read_nothing(home: dict[str, str], read: Reads) -> None:
    read("a.png")
    done = handread(home, "score", "--against", "vision")
    assert done.returncode == 1
    assert "No picture of this queue was read by vision" in done.stderr


# What goes wrong


def test_the_rest_is_scored_when_one_truth_cannot_be(home: dict[str, str], read: Reads, tmp_path: Path) -> None:
    read("a.png")
    truth(tmp_path, "a.txt", *WRITTEN)
    truth(tmp_path, "b.txt", "nobody has scanned this")
    done = handread(home, "score", str(tmp_path / "truth"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["total"]["pages"] == 1
    assert "no image of the queue is called b" in done.stderr


def test_an_image_that_waits_is_said_to_wait(home: dict[str, str], store: Store, tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    store.add([NewItem(str(tmp_path / "a.png"), "local", measure(tmp_path / "a.png"))])
    done = handread(home, "score", str(truth(tmp_path, "a.txt", *WRITTEN)))
    assert done.returncode == 1
    assert "has not been read: it is waiting" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.txt", "--against", "reviewed"], "leave --against out"),
        (["--for", "a.png"], "belongs to one TRUTH"),
        (["--where", "conf<"], "The filter is wrong at character"),
        (["--per", "word"], "Invalid value"),
    ],
)
def test_what_contradicts_itself_is_wrong_usage(
    home: dict[str, str], read: Reads, arguments: list[str], words: str
) -> None:
    read("a.png")
    done = handread(home, "score", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
