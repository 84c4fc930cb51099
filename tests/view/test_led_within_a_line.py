"""One is led to every doubtful word of a line, also when a suggestion for another has decided the line."""

from collections.abc import Callable

from tests.view.conftest import Opens
from tests.view.test_review_work import typed
from tui.model import Decision, LineKey, Verdict
from tui.store import Store

Reads = Callable[..., int]


async def test_after_a_suggestion_the_next_doubtful_word_is_the_next_of_the_same_line(
    read: Reads, opened: Opens, store: Store
) -> None:
    first, second = read("a.png", ("a qvick fox", "sure line")), read("b.png", ("qvick qvick qvick", "the qvick dog"))
    store.decide(
        Decision(first, LineKey(1, 0), Verdict.CORRECTED, "a quick fox", reviewer="bob", engine_text="a qvick fox")
    )
    async with opened() as pilot:
        await typed(pilot, "down", "enter")
        await typed(pilot, "1")  # the first word; the cursor goes on to the second
        text = await typed(pilot, "right_square_bracket")
        assert "line 1 of 2" in text
        await typed(pilot, "1")
        assert store.decisions(second)[LineKey(1, 0)].text == "quick qvick quick"
        text = await typed(pilot, "right_square_bracket")
        assert "line 2 of 2" in text
