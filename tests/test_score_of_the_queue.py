"""`handread score --text reviewed`: what review has made of the pages against what is written, beside what was read.

The modes that README names and no other test runs are run here as well: truths in ALTO, and figures of real pages.
The command is called in this process: what only a process of its own shows is in test_score_command.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jiwer
import pytest
from click.testing import CliRunner, Result

from tests.exports.shelf import decided, lines_of, shelve
from tui.arrangement import merged, split_at
from tui.cli.group import handread
from tui.exports import EXPORTS, Options
from tui.exports.document import document_of
from tui.model import Verdict
from tui.store import Store

SHARED = Path(__file__).parents[2] / "shared"
SAMPLE = SHARED / "samples" / "pages" / "dag-304-DAG_1_1_8_0029.jpg"
RECORDED = SHARED / "recorded" / "v3.0__handprint-glaser-0029.json"
WRITTEN = ("The quick brown fox", "jumps over", "the lazy dog")
READ = ("The qvick brown fox", "jnmps over", "the lazy dog", "~ ~ ~")

Scores = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A queue of one page, of which a line was corrected, one corrected wrongly, one left alone, and one rejected."""
    with Store(tmp_path / "queue.db") as opened:
        shelve(opened, tmp_path / "scans" / "a.png", READ)
        opened.decide(
            decided(0, Verdict.CORRECTED, WRITTEN[0]),
            decided(1, Verdict.CORRECTED, "jumps ovar"),
            decided(3, Verdict.REJECTED),
        )
        yield opened


@pytest.fixture
def scored(store: Store, tmp_path: Path) -> Scores:
    truth(tmp_path, "a.txt", *WRITTEN)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(handread, ["score", *arguments, "--queue", str(store.path)])

    return run


def truth(tmp_path: Path, name: str, *lines: str) -> Path:
    path = tmp_path / "truth" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def figures(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_the_reviewed_text_is_scored_beside_what_was_read_and_both_as_jiwer_does(
    scored: Scores, tmp_path: Path
) -> None:
    told = figures(scored(str(tmp_path / "truth"), "--text", "reviewed", "--json"))
    ours, read = " ".join(WRITTEN), " ".join(READ)
    reviewed = " ".join((WRITTEN[0], "jumps ovar", WRITTEN[2]))
    assert (told["scored"], told["against"]) == ("reviewed", "truth")
    for total, text in ((told["total"], reviewed), (told["as_read"], read)):
        assert total["text"]["raw"]["cer"] == pytest.approx(jiwer.cer(ours, text), abs=1e-6)
        assert total["text"]["raw"]["wer"] == pytest.approx(jiwer.wer(ours, text), abs=1e-6)
    assert told["total"]["text"]["raw"]["cer"] < told["as_read"]["text"]["raw"]["cer"]
    assert told["confusions"] == [{"truth": "e", "read": "a", "count": 1}]
    alone = figures(scored(str(tmp_path / "truth"), "--json"))
    assert (alone["scored"], alone["total"]) == ("engine", told["as_read"])
    assert "as_read" not in alone


def test_the_page_shows_both(scored: Scores, tmp_path: Path) -> None:
    result = scored(str(tmp_path / "truth"), "--text", "reviewed")
    assert result.exit_code == 0, result.output
    rows = [row.split() for row in result.stdout.splitlines()]
    assert " ".join(rows[0]) == "The text as it now stands against what is written"
    names = [row[0] for row in rows if row and row[0] in {"raw", "relaxed", "by", "as"}]
    assert names == ["raw", "relaxed", "by", "as", "raw", "relaxed", "by"]
    assert "jumps ovar" in result.stdout
    assert "jnmps" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("per", ["page", "line", "confusion"])
def test_everything_is_told_of_the_reviewed_text_as_of_what_was_read(scored: Scores, tmp_path: Path, per: str) -> None:
    shown = {"page": "a.png", "line": "jumps ovar", "confusion": "“a”"}[per]
    for text in ("reviewed", "engine"):
        result = scored(str(tmp_path / "truth"), "--text", text, "--per", per)
        assert result.exit_code == 0, result.output
        assert (shown in result.stdout) is (text == "reviewed" or per == "page")


def test_rejected_lines_are_no_longer_invented(scored: Scores, tmp_path: Path) -> None:
    told = figures(scored(str(tmp_path / "truth"), "--text", "reviewed", "--json", "--per", "line"))
    assert (told["total"]["invented"], told["as_read"]["invented"]) == (0, 1)
    assert [line["read"] for line in told["pages"][0]["lines"]] == [WRITTEN[0], "jumps ovar", WRITTEN[2]]


def test_a_filter_finds_the_lines_that_review_has_made_by_their_own_numbers(
    scored: Scores, store: Store, tmp_path: Path
) -> None:
    (page,) = store.pages(1)
    halves = store.reshape(1, split_at(page, 2, READ[2], 9), "ada").made
    (page,) = store.pages(1)
    made = store.reshape(1, merged(page, (halves[0].number, halves[1].number), ("the lazy", "dog")), "ada").made
    store.decide(decided(made[0].number, Verdict.ACCEPTED))
    result = scored(str(tmp_path / "truth"), "--text", "reviewed", "--where", "accepted", "--json", "--per", "line")
    told = json.loads(result.stdout)
    assert [line["truth"] for line in told["pages"][0]["lines"]] == ["the lazy dog"]
    # What was read cannot be set beside it, since the answer of this queue's service is empty.
    assert result.exit_code == 1
    assert told["as_read"]["pages"] == 0
    assert "its lines were split, joined or moved" in told["remarks"][0]


def test_without_a_truth_the_reviewed_text_has_nothing_to_be_scored_against(scored: Scores) -> None:
    result = scored("--text", "reviewed")
    assert result.exit_code == 2
    assert "--text reviewed is scored against a TRUTH" in result.output


@pytest.mark.parametrize("form", ["alto", "page", "txt", "hand-made gt.txt"])
def test_what_was_agreed_on_is_without_error_against_its_own_export(
    scored: Scores, store: Store, tmp_path: Path, form: str
) -> None:
    """Every kind of TRUTH that README names: ALTO and PAGE, text, and a line a file."""
    folder = tmp_path / "exported"
    folder.mkdir()
    item, pages, decisions = store.item(1), store.pages(1), store.decisions(1)
    document = document_of(item, pages, decisions)
    if form in EXPORTS:
        (part,) = EXPORTS[form].write(document, Options())
        (folder / f"a.{'txt' if form == 'txt' else 'xml'}").write_bytes(part.content)
    else:
        for line in document.pages[0].texts:
            (folder / f"a_0001_{line.key.line + 1:03}.gt.txt").write_text(f"{line.text}\n")
    told = figures(scored(str(folder), "--text", "reviewed", "--json"))
    assert (told["total"]["lines"], told["total"]["missing"], told["total"]["invented"]) == (3, 0, 0)
    assert told["total"]["text"]["raw"]["characters"]["substitutions"] == 0
    assert told["pages"][0]["matched_by"] == ("place" if form in {"alto", "page"} else "text")
    assert told["as_read"]["invented"] == 1


def test_one_service_is_scored_against_another_as_it_read_whatever_was_reviewed(
    scored: Scores, store: Store, tmp_path: Path
) -> None:
    from tui.pictures.source import measure
    from tui.store import NewItem

    path = tmp_path / "scans" / "a.png"
    other = store.add([NewItem(str(path), "cloud", measure(path))])[0].item_id
    store.claim("cloud")
    store.sent(other, "cloud:1")
    (page,) = store.pages(1)
    store.done(other, b"{}", [replace(page, lines=lines_of(WRITTEN))])
    told = figures(scored("--service", "local", "--against", "cloud", "--json"))
    assert told["scored"] == "engine"
    assert told["total"]["text"]["raw"]["cer"] == pytest.approx(jiwer.cer(" ".join(WRITTEN), " ".join(READ)), abs=1e-6)
    assert (told["total"]["lines"], told["total"]["invented"]) == (4, 1)


@pytest.mark.skipif(not (SAMPLE.exists() and RECORDED.exists()), reason="the samples are not here")
def test_the_clouds_own_answer_has_about_the_figures_that_were_measured_by_other_means(tmp_path: Path) -> None:
    """Those of ENGINE.md: 1.3 % of the characters, 4.3 % of the words, some blanks before stops forgiven."""
    answer, queue = tmp_path / f"{SAMPLE.stem}.json", ("--queue", str(tmp_path / "real.db"))
    answer.write_bytes(RECORDED.read_bytes())
    assert CliRunner().invoke(handread, ["import", str(answer), "--image", str(SAMPLE), *queue]).exit_code == 0
    told = figures(CliRunner().invoke(handread, ["score", str(SAMPLE.with_suffix(".txt")), "--json", *queue]))
    text = told["total"]["text"]
    assert text["raw"]["cer"] == pytest.approx(0.013, abs=0.002)
    assert text["relaxed"]["wer"] < 0.043 < text["raw"]["wer"]
