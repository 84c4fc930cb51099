"""A day's work in the review: whole pages, suggestions, being led to the errors, lines reshaped, searches."""

from collections.abc import Callable

from textual.pilot import Pilot

from tests.view.conftest import Opens, screen_text
from tests.view.test_review_screen import begin, settled
from tui.model import Decision, LineKey, Verdict
from tui.store import Store

Reads = Callable[..., int]
DOUBTFUL = ("The qvick brown fox", "jumps over", "a qvick dog")
"""Lines of which the first and the last have a doubtful word."""


def verdicts(store: Store, item: int) -> dict[int, Verdict]:
    return {key.line: decision.verdict for key, decision in store.decisions(item).items()}


def texts(store: Store, item: int) -> list[str]:
    return [line.text for page in store.pages(item) for line in page.lines]


async def typed(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    return await settled(pilot)


# -- pages ------------------------------------------------------------------------------------------------------------


async def test_a_page_is_accepted_with_one_key_but_for_what_is_doubtful(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "A")
    assert verdicts(store, item) == {1: Verdict.ACCEPTED}
    assert "1 accepted, 2 left." in text
    assert "line 1 of 3" in text


async def test_lines_that_were_accepted_with_their_page_are_known_to_be_unseen(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", ("one line", "two lines", "three lines"))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "j", "A")
    assert [store.decisions(item)[LineKey(1, line)].unseen for line in range(3)] == [False, False, True]


async def test_a_page_accepted_at_once_is_undone_at_once(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one line", "two lines", "three lines"))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "A")
        assert len(verdicts(store, item)) == 3
        await typed(pilot, "u")
    assert verdicts(store, item) == {}


async def test_where_no_line_is_sure_the_same_key_again_accepts_the_page(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", ("a qvick fox", "a qvick dog"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "A")
        assert verdicts(store, item) == {}
        assert "A again accepts all 2" in " ".join(text.split())
        await typed(pilot, "A")
    assert verdicts(store, item) == {0: Verdict.ACCEPTED, 1: Verdict.ACCEPTED}


async def test_more_than_fifty_lines_at_once_are_asked_about(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", tuple(f"line number {number}" for number in range(51)))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "A")
        assert "Accept 51 lines of this page?" in text
        assert verdicts(store, item) == {}
        await typed(pilot, "y")
    assert len(verdicts(store, item)) == 51


async def test_what_is_left_of_a_page_is_flagged_skipped_or_rejected_with_a_capital(
    read: Reads, opened: Opens, store: Store
) -> None:
    first, second, third = read("a.png"), read("b.png"), read("c.png")
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "a", "F", "n")
        await typed(pilot, "S")
        await typed(pilot, "X")
    assert list(verdicts(store, first).values()) == [Verdict.ACCEPTED, Verdict.FLAGGED, Verdict.FLAGGED]
    assert store.decisions(first)[LineKey(1, 1)].reason == "name"
    assert set(verdicts(store, second).values()) == {Verdict.SKIPPED}
    assert set(verdicts(store, third).values()) == {Verdict.REJECTED}


# -- words ------------------------------------------------------------------------------------------------------------


async def test_a_word_that_was_corrected_before_is_corrected_with_one_key(
    read: Reads, opened: Opens, store: Store
) -> None:
    first, second = read("a.png", ("a qvick fox", "sure line")), read("b.png", ("the qvick dog", "sure words"))
    store.decide(
        Decision(first, LineKey(1, 0), Verdict.CORRECTED, "a quick fox", reviewer="bob", engine_text="a qvick fox")
    )
    async with opened() as pilot:
        text = await typed(pilot, "down", "enter")
        text = await settled(pilot)
        assert "1*quick" in text
        await typed(pilot, "1")
    assert store.decisions(second)[LineKey(1, 0)].text == "the quick dog"


async def test_a_digit_without_a_suggestion_says_so_and_changes_nothing(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", ("a qvick fox", "sure line"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "9")
    assert "There is no suggestion 9" in text
    assert verdicts(store, item) == {}


async def test_c_replaces_the_doubtful_word_by_what_is_typed(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "c", *"quick", "enter")
    assert store.decisions(item)[LineKey(1, 0)].text == "The quick brown fox"


async def test_the_last_correction_is_repeated_with_one_key(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "c", *"quick", "enter")
        await typed(pilot, "j", "full_stop")
    assert store.decisions(item)[LineKey(1, 2)].text == "a quick dog"


async def test_one_is_led_from_one_doubtful_word_to_the_next_across_images(
    read: Reads, opened: Opens, store: Store
) -> None:
    read("a.png", DOUBTFUL)
    read("b.png", ("sure line", "sure words"))
    read("c.png", ("nothing here", "the qvick"))
    async with opened() as pilot:
        await begin(pilot)
        assert "line 1 of 3" in await typed(pilot, "right_square_bracket")
        assert "line 3 of 3" in await typed(pilot, "right_square_bracket")
        text = await typed(pilot, "right_square_bracket")
        assert "c.png" in text
        assert "line 2 of 2" in text
        assert "line 3 of 3" in await typed(pilot, "left_square_bracket")
    assert store.last_decision("ada") is None


async def test_all_places_of_a_misreading_are_gone_through_one_key_each(
    read: Reads, opened: Opens, store: Store
) -> None:
    first, second = read("a.png", DOUBTFUL), read("b.png", ("the qvick cat", "qvick and qvick"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "c", *"quick", "enter")
        assert "3 more of “qvick”" in text
        text = await typed(pilot, "asterisk")
        assert "3 of “qvick” → “quick”" in text
        await typed(pilot, "a", "s", "a")
    assert store.decisions(first)[LineKey(1, 2)].text == "a quick dog"
    assert verdicts(store, second) == {1: Verdict.CORRECTED}
    assert store.decisions(second)[LineKey(1, 1)].text == "quick and quick"


async def test_all_places_are_corrected_at_once_and_taken_back_at_once(
    read: Reads, opened: Opens, store: Store
) -> None:
    read("a.png", DOUBTFUL)
    second = read("b.png", ("the qvick cat", "qvick and qvick"))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "c", *"quick", "enter")
        await typed(pilot, "asterisk", "A")
        assert len(verdicts(store, second)) == 2
        await typed(pilot, "u")
    assert verdicts(store, second) == {}


# -- finding ----------------------------------------------------------------------------------------------------------


async def test_a_search_finds_lines_all_over_the_queue_and_n_goes_on_to_the_next(read: Reads, opened: Opens) -> None:
    read("a.png", ("The brown fox", "jumps over"))
    read("b.png", ("a line", "another Fox"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "slash", *"fox", "enter")
        assert "2 lines match fox" in text
        text = await typed(pilot, "j", "enter")
        assert "b.png" in text
        assert "line 2 of 2" in text
        text = await typed(pilot, "n")
        assert "a.png" in text


async def test_a_filter_that_is_wrong_is_explained(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "slash", *"conf<x", "enter")
    assert "The filter is wrong at character" in " ".join(text.split())


# -- lines given another shape ----------------------------------------------------------------------------------------


async def test_a_line_is_split_before_a_word_joined_again_and_undone_to_the_answer(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", ("one two three", "four"))
    before = store.pages(item)
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "w", "w", "vertical_line")
        assert texts(store, item) == ["one", "two three", "four"]
        await typed(pilot, "M")
        assert texts(store, item) == ["one two three", "four"]
        await typed(pilot, "u", "u")
    assert store.pages(item) == before


async def test_a_line_is_split_where_the_cursor_stands_in_its_text(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one two three", "four"))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "e", "home", *["right"] * 8, "f4")
    assert texts(store, item) == ["one two", "three", "four"]


async def test_lines_are_moved_up_and_down(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one", "two", "three"))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "greater_than_sign")
        assert texts(store, item) == ["two", "one", "three"]
        await typed(pilot, "less_than_sign")
    assert texts(store, item) == ["one", "two", "three"]


async def test_a_line_that_was_not_found_is_added_by_a_box_drawn_with_keys(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", ("one", "two"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "L")
        assert "arrows move" in text
        await typed(pilot, "down", "right", "shift+right", "enter")
        await typed(pilot, *"three", "enter")
    page = store.pages(item)[0]
    key = page.keys[1]
    assert store.decisions(item)[key].text == "three"
    box, other = page.lines[1].polygon, page.lines[0].polygon
    assert box is not None
    assert other is not None
    assert box.bounds[0] > other.bounds[0]
    assert box.bounds[1] > other.bounds[3]


async def test_a_box_is_changed_with_keys_and_its_line_keeps_its_text(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one two", "three"))
    before = store.pages(item)[0].lines[0]
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "B", "L", "enter")
    line = store.pages(item)[0].lines[0]
    assert line.text == before.text
    assert line.polygon is not None
    assert before.polygon is not None
    assert line.polygon.width > before.polygon.width
    assert [word.text for word in line.words] == ["one", "two"]


async def test_a_page_is_turned_by_a_quarter_and_four_times_is_none(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one two", "three"))
    before = store.pages(item)
    async with opened((120, 36)) as pilot:
        await begin(pilot)
        await typed(pilot, "T")
        assert store.pages(item)[0].turn == 1
        await typed(pilot, "T", "T", "T")
    assert store.pages(item)[0].turn == 0
    assert store.pages(item) == before


# -- typing -----------------------------------------------------------------------------------------------------------


async def test_typing_is_taken_back_and_made_again_step_by_step(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one", "two"))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "e", "end", *"abc", "ctrl+z", "ctrl+z", "ctrl+y", "d", "enter")
    assert store.decisions(item)[LineKey(1, 0)].text == "oneabd"


async def test_much_that_was_typed_is_not_thrown_away_without_a_question(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", ("one", "two"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "e", *("x" * 21), "escape")
        assert "Leave the line as it was, and what you typed?" in " ".join(text.split())
        await typed(pilot, "n", "enter")
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.CORRECTED


# -- on a narrow screen the page takes the place of the line ----------------------------------------------------------


async def test_a_command_typed_over_the_page_leaves_the_field_closed(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("one line", "two lines"))
    async with opened(size=(80, 24)) as pilot:
        await begin(pilot)
        await typed(pilot, "z", "colon", "2", "enter")
        await typed(pilot, "a")
    assert verdicts(store, item) == {1: Verdict.ACCEPTED}


async def test_to_edit_a_line_brings_it_back_in_place_of_the_page(read: Reads, opened: Opens) -> None:
    read("a.png", ("one line", "two lines"))
    async with opened(size=(80, 24)) as pilot:
        await begin(pilot)
        assert "one line" not in await typed(pilot, "z")
        assert "Xone line" in await typed(pilot, "e", "home", "X")


# -- lines are counted as they stand ----------------------------------------------------------------------------------


async def test_lines_are_counted_anew_when_two_are_joined(read: Reads, opened: Opens) -> None:
    read("a.png", ("one line", "two lines", "three lines"))
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "M")
        assert "1 ▸ one line two lines" in text
        assert "2 ▸ three lines" in text
        assert "line 2 of 2" in await typed(pilot, "colon", "2", "enter")


async def test_an_opened_line_shows_what_its_words_were_corrected_to(read: Reads, opened: Opens) -> None:
    read("a.png", DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "e", *["right"] * 4, "delete", "u", "enter")
        text = await typed(pilot, "k", "l")
    assert "qvick" not in text.splitlines()[-5]


# -- one word after the other -----------------------------------------------------------------------------------------

TWO_DOUBTFUL = ("The qvick brown qvick fox", "jumps over")


async def test_a_changed_word_leads_to_the_next_doubtful_one_of_the_line(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", TWO_DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "c", *"quick", "enter")
        assert "line 1 of 2" in text
        text = await typed(pilot, "c", *"quack", "enter")
        assert "line 2 of 2" in text
    assert store.decisions(item)[LineKey(1, 0)].text == "The quick brown quack fox"


async def test_tab_chooses_the_next_doubtful_word_so_that_typing_replaces_it(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png", TWO_DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "e", "home", "tab", *"quick", "tab", *"quack", "enter")
    assert store.decisions(item)[LineKey(1, 0)].text == "The quick brown quack fox"


async def test_tab_completes_a_word_that_is_begun_before_it_goes_on(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("quicksand", *TWO_DOUBTFUL))
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "a", "e", "home", "tab", *"quick", "tab")
        await typed(pilot, "tab", *"quack", "enter")
    assert store.decisions(item)[LineKey(1, 1)].text == "The quicksand brown quack fox"


async def test_words_are_walked_through_from_the_one_that_keys_mean_and_the_line_stays_closed(
    read: Reads, opened: Opens
) -> None:
    read("a.png", TWO_DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        text = await typed(pilot, "w")
        assert "▾" not in text
        assert pilot.app.screen.rows.spot.word == 2  # type: ignore[attr-defined]
        await typed(pilot, "escape")
        assert pilot.app.screen.rows.spot.word is None  # type: ignore[attr-defined]
        assert "line 2 of 2" in await typed(pilot, "w", "j")


async def test_esc_leaves_nothing(read: Reads, opened: Opens) -> None:
    read("a.png", TWO_DOUBTFUL)
    async with opened() as pilot:
        await begin(pilot)
        assert "q goes back to the queue" in await typed(pilot, "escape", "escape")
        assert "line 1 of 2" in screen_text(pilot)


# -- panes ------------------------------------------------------------------------------------------------------------


async def test_the_map_is_as_wide_as_the_person_says_and_stays_so(read: Reads, opened: Opens) -> None:
    read("a.png", ("one line", "two lines"))
    async with opened((120, 30)) as pilot:
        await begin(pilot)
        before = pilot.app.screen.query_one("#map").size.width
        await pilot.app.screen.run_command("set_map", "60%")  # type: ignore[attr-defined]
        await settled(pilot)
        width = pilot.app.screen.query_one("#map").size.width
        assert width > before
    async with opened((120, 30)) as pilot:
        await begin(pilot)
        assert pilot.app.screen.query_one("#map").size.width == width


async def test_from_the_end_of_an_image_it_is_said_that_one_goes_on_at_the_top(read: Reads, opened: Opens) -> None:
    read("a.png", ("one line", "two lines", "three lines"))
    async with opened() as pilot:
        await begin(pilot)
        assert "From the top again: 2 lines left." in await typed(pilot, "G", "a")
