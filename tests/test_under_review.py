"""An image under review: which lines it has, where one goes among them, and what a key would decide."""

from dataclasses import replace

import pytest

from tui.model import Decision, Item, Line, LineKey, Page, Verdict, Word
from tui.review import Spot, line_keys
from tui.under_review import UnderReview

A, B, C, D = LineKey(1, 0), LineKey(1, 1), LineKey(3, 0), LineKey(3, 1)


def line(*words: tuple[str, float]) -> Line:
    return Line(" ".join(text for text, _ in words), None, tuple(Word(text, None, sure) for text, sure in words))


PAGES = (
    Page(1, 10, 10, 0, (line(("the", 0.99), ("fox", 0.97)), line(("a", 0.99), ("qvick", 0.3)))),
    Page(2, 10, 10, 0, ()),
    Page(3, 10, 10, 0, (line(("jumps", 0.95)), line(("dog", 0.2)))),
)


def image(**decided: Decision) -> UnderReview:
    made = {decision.key: decision for decision in decided.values()}
    return UnderReview(Item(7, "/scans/a.png", "local"), PAGES, line_keys(PAGES), made)


def decided(key: LineKey, verdict: Verdict, text: str | None = None) -> Decision:
    return Decision(7, key, verdict, text, reviewer="bert")


def test_a_line_is_named_by_its_place_on_its_page() -> None:
    assert [image().named(key) for key in (B, D, LineKey(9, 0))] == ["line 2 of page 1", "line 2 of page 3", "the line"]
    assert replace(image(), pages=PAGES[:1], keys=(A, B)).named(B) == "line 2"


@pytest.mark.parametrize(("page", "step", "beyond"), [(1, 1, C), (3, -1, A), (3, 1, None), (1, -1, None)])
def test_pages_without_lines_are_passed_over(page: int, step: int, beyond: LineKey | None) -> None:
    assert image().page_beside(page, step) == beyond


def test_it_begins_after_ones_own_last_decision_on_it() -> None:
    assert image().start(None) == Spot(A)
    assert image(a=decided(A, Verdict.ACCEPTED)).start(decided(A, Verdict.ACCEPTED)) == Spot(B)
    assert image().start(replace(decided(C, Verdict.ACCEPTED), item_id=8)) == Spot(A)
    assert UnderReview(Item(7, "", "")).start(None) is None


def test_the_cursor_stays_on_its_line_or_near_its_place() -> None:
    assert image().still_at(Spot(B, 1), 1) == Spot(B, 1)
    assert image().still_at(Spot(B, 2), 1) == Spot(B), "the line has fewer words now"
    assert image().still_at(Spot(LineKey(1, 8)), 2) == Spot(C)
    assert image().still_at(Spot(LineKey(1, 8)), 9) == Spot(D)
    assert UnderReview(Item(7, "", "")).still_at(Spot(A), 0) is None


def test_accepting_a_page_accepts_what_is_sure_and_all_that_is_left_where_nothing_is_and_it_is_meant() -> None:
    assert image().to_accept(1, 0.9, unsure=False) == [A]
    assert image(a=decided(A, Verdict.SKIPPED)).to_accept(1, 0.9, unsure=False) == []
    assert image(a=decided(A, Verdict.FLAGGED)).to_accept(1, 0.9, unsure=True) == [B]
    unseen = {one.key: one.unseen for one in image().all_accepted([A, B], "ada", {(7, A)})}
    assert unseen == {A: False, B: True}


def test_what_a_line_was_corrected_to_stays_unless_it_is_accepted_as_it_was_read() -> None:
    corrected = image(b=decided(B, Verdict.CORRECTED, "a quick"))
    assert corrected.decision(B, Verdict.FLAGGED, reviewer="ada").text == "a quick"
    assert corrected.decision(B, Verdict.ACCEPTED, reviewer="ada").text is None
    assert (corrected.accepted(B, "ada").verdict, corrected.accepted(B, "ada").text) == (Verdict.CORRECTED, "a quick")
    assert corrected.accepted(B, "ada").shown == "a quick"


def test_a_word_is_replaced_and_the_correction_is_known() -> None:
    assert image().with_word(B, 1, "quick") == (Verdict.CORRECTED, "a quick")
    assert image().with_word(B, 1, "qvick") == (Verdict.ACCEPTED, None)
    assert image().last_correction(B, "a quick") == ("qvick", "quick")
    assert image().last_correction(B, None) is None
    assert [image().word_misread(Spot(B, at), "qvick") for at in (None, 0)] == [1, 0]
    assert image().word_misread(Spot(A), "qvick") is None


def test_a_word_that_a_correction_took_away_is_asked_nothing_about() -> None:
    question = image(b=decided(B, Verdict.CORRECTED, "a quick")).question(B, 1)
    assert question is not None
    assert (question.word, question.alternatives) == ("quick", ("qvick",))
    assert image(b=decided(B, Verdict.CORRECTED, "a")).question(B, 1) is None
