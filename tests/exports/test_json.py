"""One JSON object an item, by the published schema."""

import json
import os

from tui import __version__
from tui.exports.json import item_line, item_object
from tui.model import Decision, Failure, Item, Line, LineKey, Page, Polygon, State, Verdict, Word

WORD = Word("hoverer", Polygon.from_bounds(640, 1630, 902, 1678), 0.7123)
LINE = Line("hoverer", Polygon.from_bounds(640, 1630, 902, 1678), (WORD,), handwritten=True)
PAGE = Page(1, 2752, 3382, 0.25, (LINE,))


def item(**changes: object) -> Item:
    return Item(**{"id": 1, "source": "scans/a.jpg", "service": "local", "state": State.DONE, "sha256": "ab"} | changes)  # type: ignore[arg-type]


def test_an_item_is_written_with_everything_the_schema_names() -> None:
    box = [[640, 1630], [902, 1630], [902, 1678], [640, 1678]]
    assert item_object(item(), "read-3.2", (PAGE,), {}) == {
        "schema": 1,
        "source": "scans/a.jpg",
        "sha256": "ab",
        "state": "done",
        "service": "local",
        "dialect": "read-3.2",
        "model": None,
        "added_at": None,
        "ended_at": None,
        "program": f"handread {__version__}",
        "which": {"text": "both", "lines": "all"},
        "error": None,
        "pages": [
            {
                "number": 1,
                "width": 2752,
                "height": 3382,
                "angle": 0.25,
                "turn": 0,
                "lines": [
                    {
                        "id": "p1_l0",
                        "text": "hoverer",
                        "engine_text": "hoverer",
                        "verdict": "undecided",
                        "reviewed": False,
                        "reason": None,
                        "reviewer": None,
                        "decided_at": None,
                        "handwritten": True,
                        "confidence": 0.712,
                        "polygon": box,
                        "words": [{"text": "hoverer", "confidence": 0.712, "low": False, "polygon": box}],
                    }
                ],
            }
        ],
    }


def test_a_correction_stands_beside_what_was_read() -> None:
    key = LineKey(1, 0)
    line = item_object(item(), "read-3.2", (PAGE,), {key: Decision(1, key, Verdict.CORRECTED, "however")})["pages"][0][
        "lines"
    ][0]
    assert (line["text"], line["engine_text"], line["verdict"]) == ("however", "hoverer", "corrected")


def test_a_failed_item_says_why() -> None:
    failed = item_object(
        item(state=State.FAILED, failure=Failure("InvalidImage", "It is no image.")), "read-3.2", (), {}
    )
    assert failed["error"] == {"code": "InvalidImage", "message": "It is no image."}


def test_a_name_that_is_not_utf8_is_still_valid_json() -> None:
    source = os.fsdecode(b"scans/\xff.jpg")
    written = item_line(item(source=source), "read-3.2", (), {})
    assert json.loads(written.decode("utf-8"))["source"] == source
    assert written.count(b"\n") == 1
