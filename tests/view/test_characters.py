"""Letters that no key has, and tab while a line is edited."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from tests.view.conftest import Opens
from tests.view.test_review_screen import begin, settled
from tui.model import Decision, LineKey, Verdict
from tui.review import moved
from tui.store import Store
from tui.view.alphabet import FIXED, name_of, named, offered, variants
from tui.view.screens.characters import CharactersScreen
from tui.view.widgets.line_editor import LineEditor

Reads = Callable[..., int]


async def edited(pilot: Pilot[None], *keys: str) -> str:
    """Return what stands in the field after some keys."""
    await pilot.press(*keys)
    await settled(pilot)
    return pilot.app.screen.query_one(LineEditor).value


def test_a_letter_has_its_accents_and_what_stood_for_it_in_old_hands() -> None:
    assert set("èéêëēĕėęěæœ") <= set(variants("e"))
    assert set("ſßš") <= set(variants("s"))
    assert "þ" in variants("t")
    assert "Æ" in variants("A")
    assert "ё" in variants("е")  # a Cyrillic letter has Cyrillic ones
    assert variants("") == variants("7") == ()


@given(st.characters())
def test_nothing_that_is_offered_is_the_letter_itself_or_without_a_sign(letter: str) -> None:
    assert letter not in variants(letter)
    assert all(character.isprintable() for character in offered(letter))


def test_variants_come_first_then_long_s_thorn_ligatures_money_and_fractions() -> None:
    shown = offered("o")
    assert shown[: len(variants("o"))] == variants("o")
    assert set("".join(FIXED)) <= set(shown)
    assert shown.index("ſ") < shown.index("ﬁ") < shown.index("£") < shown.index("½") < shown.index("℔")
    assert len(set(shown)) == len(shown)


def test_a_name_is_found_by_its_words_in_any_order() -> None:
    assert named("long s")[0] == "ſ"
    assert named("thorn")[:2] == ("þ", "Þ")
    assert named("sign pound")[0] == "£"
    assert named("no such name at all") == ()
    assert named("e") == variants("e")
    assert name_of("ſ") == "latin small letter long s"


async def test_a_variant_takes_the_place_of_the_letter_before_the_cursor(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "home", "right", "right", "right", "f2")
        text = await settled(pilot)
        assert "1 è" in text
        assert "in the place of e" in text
        assert await edited(pilot, "2") == "Thé qvick brown fox"
        assert pilot.app.screen.query_one(LineEditor).cursor_position == 3


async def test_other_signs_are_put_where_the_cursor_is(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "home", "f2", "right", "right", "down", "up", "left")
        assert "latin small letter thorn" in await settled(pilot)
        assert await edited(pilot, "enter") == "þThe qvick brown fox"


async def test_a_sign_is_looked_for_by_its_name_and_kept_with_the_line(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "end", "f2", *"pound sigm", "backspace", "n", "enter")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].text == "The qvick brown fox£"


async def test_esc_forgets_what_was_looked_for_and_then_leaves(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "f2", *"zzz")
        assert "No character has such a name" in await settled(pilot)
        await pilot.press("enter", "9", "escape")
        assert isinstance(pilot.app.screen, CharactersScreen)
        assert await edited(pilot, "escape") == "The qvick brown fox"


# -- tab --------------------------------------------------------------------------------------------------------------


async def test_tab_goes_from_one_doubtful_word_to_the_next_wherever_they_stand_now(read: Reads, opened: Opens) -> None:
    read("a.png", ("a qvick and a qvick fox", "x"))
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "home", "X", "Y", "tab")
        field = pilot.app.screen.query_one(LineEditor)
        assert field.selection == (4, 4 + 5)
        await pilot.press("tab")
        assert field.selection == (16, 16 + 5)
        await pilot.press("tab")
        assert field.selection == (4, 4 + 5)
        await pilot.press("shift+tab")
        assert field.selection == (16, 16 + 5)


async def test_tab_completes_a_word_that_is_known_from_other_lines(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("Silas Wegg", "then came S", "the end"))
    store.decide(
        Decision(item, LineKey(1, 0), Verdict.CORRECTED, "Silas Wegg", reviewer="bob", engine_text="Silas Wegg")
    )
    async with opened() as pilot:
        await begin(pilot)
        await pilot.app._adviser.learn()  # type: ignore[attr-defined]
        await pilot.press("e")
        assert await edited(pilot, "end", "i", "l", "tab") == "then came Silas"


@pytest.mark.parametrize(
    ("old", "new", "places", "after"),
    [
        ("one two", "one two", (0, 4), (0, 4)),
        ("one two", "Xone two", (0, 4), (1, 5)),
        ("one two", "one Two", (0, 4), (0, 4)),
        ("one two", "one too", (0, 4), (0, 4)),
        ("one two three", "one three", (0, 8), (0, 4)),
        ("one two", "", (0, 4), (0,)),
        ("aa", "aaa", (0,), (0,)),
    ],
)
def test_places_move_with_the_text_round_them(
    old: str, new: str, places: tuple[int, ...], after: tuple[int, ...]
) -> None:
    assert moved(places, old, new) == after


@given(st.text(max_size=20), st.text(max_size=20), st.data())
def test_a_place_never_leaves_the_text(old: str, new: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(old))))
    assert all(0 <= place <= len(new) for place in moved(places, old, new))
