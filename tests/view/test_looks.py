"""How pictures look is kept from one day to the next."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from tests.view.conftest import Opens
from tests.view.test_review_screen import Reads, begin, settled
from tui.store import Store
from tui.view.looks import CONTRASTS, THE_BOX, Looks, Tones, looks_from_text, looks_to_text

LOOKS = st.builds(
    Looks,
    st.builds(Tones, st.booleans(), st.integers(0, len(CONTRASTS) - 1)),
    st.booleans(),
    st.integers(0, 2),
    st.integers(THE_BOX, 5),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(LOOKS)
def test_what_was_written_is_read(looks: Looks) -> None:
    assert looks_from_text(looks_to_text(looks)) == looks


@given(st.text())
@example("{}")
@example("[]")
@example('{"tones": 1}')
@example('{"tones": {"x": 1}}')
@example('{"tones": {}, "zoom": "large"}')
def test_what_cannot_be_understood_looks_as_at_first(text: str) -> None:
    assert looks_from_text(text) == Looks()


def test_no_looks_are_taken_that_there_are_not() -> None:
    assert looks_from_text(looks_to_text(replace(Looks(), context=99))) == Looks()


async def test_the_next_start_looks_as_the_last(read: Reads, opened: Opens, store: Store) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("comma")
        await settled(pilot)
    assert looks_from_text(store.preferences("ada")["looks"]).context == 1
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("comma")
        text = await settled(pilot)
        assert "2 lines above and below" in text
