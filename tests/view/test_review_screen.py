"""Reviewing: the ink, the text under it, and one key that decides and goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.view.conftest import Opens, draw_page, screen_text
from tui.model import Decision, LineKey, Page, State, Verdict
from tui.pictures.source import measure
from tui.store import NewItem, Store, StoreError

Reads = Callable[..., int]


async def settled(pilot: Pilot[None]) -> str:
    """Return the screen once nothing is being drawn any more."""
    text, same = "", 0
    while same < 2:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        before, text = text, screen_text(pilot)
        same = same + 1 if text == before else 0
    return text


async def begin(pilot: Pilot[None]) -> str:
    await pilot.press("enter")
    return await settled(pilot)


async def test_the_line_its_ink_and_its_text_stand_on_the_screen(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        text = await begin(pilot)
    assert "line 1 of 3" in text
    assert "The   qvick" in " ".join(text.split("  ")) or "qvick" in text
    assert any(glyph in text for glyph in "▘▝▖▗▌▐▄▀")
    assert "30,40" in text


async def test_a_accepts_and_goes_on(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("a")
        text = await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.ACCEPTED
    assert "line 2 of 3" in text
    assert "✓   1" in text


async def test_enter_accepts_too(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("enter", "enter", "enter")
    assert [decision.verdict for decision in store.decisions(item).values()] == [Verdict.ACCEPTED] * 3


async def test_the_decision_says_who_decided(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("a")
    assert store.decisions(item)[LineKey(1, 0)].reviewer == "ada"


async def test_after_the_last_line_the_next_image_comes(read: Reads, opened: Opens) -> None:
    read("a.png")
    read("b.png", ("Second page",))
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("a", "a", "a")
        text = await settled(pilot)
    assert "b.png" in text
    assert "line 1 of 1" in text


async def test_editing_begins_at_the_least_sure_word(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e")
        field = pilot.app.screen.query_one(Input)
        assert (field.value, field.cursor_position) == ("The qvick brown fox", 4)


async def test_enter_in_the_field_keeps_the_correction_and_goes_on(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "right", "delete", "u", "enter")
        text = await settled(pilot)
    decision = store.decisions(item)[LineKey(1, 0)]
    assert decision.verdict is Verdict.CORRECTED
    assert decision.text == "The quick brown fox"
    assert "✎   1" in text
    assert "line 2 of 3" in text


async def test_unchanged_text_is_accepted(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "enter")
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.ACCEPTED


async def test_escape_leaves_the_line_as_it_was(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "x", "escape")
        text = await settled(pilot)
    assert store.decisions(item) == {}
    assert "line 1 of 3" in text


async def test_the_engines_text_can_be_brought_back(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "x", "y", "ctrl+o")
        assert pilot.app.screen.query_one(Input).value == "The qvick brown fox"


async def test_an_empty_text_is_not_kept(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "end", "ctrl+u", "enter")
    assert store.decisions(item) == {}


async def test_pasted_control_characters_are_dropped(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e")
        pilot.app.screen.query_one(Input).insert("\x1b[31m\x07", 0)
        await pilot.press("enter")
    assert store.decisions(item)[LineKey(1, 0)].text == "[31mThe qvick brown fox"


async def test_flagging_asks_for_a_reason_by_one_key(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("f", "i")
        await settled(pilot)
    decision = store.decisions(item)[LineKey(1, 0)]
    assert (decision.verdict, decision.reason) == (Verdict.FLAGGED, "illegible")


async def test_a_flag_needs_no_reason_and_can_be_left(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("f", "escape", "f", "enter")
        await settled(pilot)
    assert [decision.reason for decision in store.decisions(item).values()] == [""]


async def test_a_skipped_line_comes_back_last(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("s", "a", "a")
        text = await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.SKIPPED
    assert "line 1 of 3" in text


async def test_x_rejects(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("x")
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.REJECTED


async def test_undo_goes_back_to_the_line_across_images_and_redo_forth(
    read: Reads, opened: Opens, store: Store
) -> None:
    first = read("a.png", ("Only line",))
    read("b.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("a")
        assert "b.png" in await settled(pilot)
        await pilot.press("u")
        assert "a.png" in await settled(pilot)
        assert store.decisions(first) == {}
        await pilot.press("ctrl+r")
        await settled(pilot)
    assert store.decisions(first)[LineKey(1, 0)].verdict is Verdict.ACCEPTED


async def test_accepting_a_corrected_line_keeps_its_correction(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "X", "enter", "k", "a")
    decision = store.decisions(item)[LineKey(1, 0)]
    assert (decision.verdict, decision.text) == (Verdict.CORRECTED, "The Xqvick brown fox")


async def test_a_line_opens_into_words_with_their_own_boxes(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("l")
        text = await settled(pilot)
        assert "  qvick" in text
        assert "? .31" in text
        await pilot.press("w", "h")
        assert "? .31" not in await settled(pilot)


async def test_the_picture_can_be_the_word_or_the_page(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        line = await begin(pilot)
        await pilot.press("w", "z")
        word = await settled(pilot)
        await pilot.press("z")
        page = await settled(pilot)
        await pilot.press("z")
        await settled(pilot)
    assert line != word != page
    assert "▶" in page


async def test_on_a_wide_screen_the_page_stands_beside_the_ink(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened((200, 50)) as pilot:
        text = await begin(pilot)
    assert "▶" in text
    assert "30,40" in text


async def test_page_keys_go_from_image_to_image(read: Reads, opened: Opens) -> None:
    read("a.png")
    read("b.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("pagedown")
        assert "b.png" in await settled(pilot)
        await pilot.press("K")
        assert "a.png" in await settled(pilot)


async def test_text_from_an_image_is_never_markup(read: Reads, opened: Opens) -> None:
    read("[bold]x[foo].png", ("a [/foo] b [red]c", "[@click=app.quit]x[/]"))
    async with opened() as pilot:
        text = await begin(pilot)
    assert "a [/foo] b [red]c" in text
    assert "[@click=app.quit]x[/]" in text
    assert "[bold]x[foo].png" in text


async def test_a_picture_that_vanished_says_so_and_the_text_can_be_reviewed(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png")
    Path(store.item(item).source).unlink()  # noqa: ASYNC240 (a file of a test)
    async with opened() as pilot:
        text = await begin(pilot)
        await pilot.press("a")
    assert "a.png" in text
    assert "The text can be reviewed all the same" in text
    assert store.item(item).decided == 1


async def test_a_full_disk_keeps_the_line_and_says_so(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("a")
        desk = pilot.app._desk  # type: ignore[attr-defined]
        await desk._ask(lambda store: store._connection.execute("pragma query_only = on"))
        await pilot.press("a")
        text = await settled(pilot)
    assert "read-only" in text
    assert "line 2 of 3" in text
    assert store.item(item).decided == 1


async def test_the_keys_are_listed(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("question_mark")
        text = await settled(pilot)
    assert "Take back the last decision" in text


async def test_q_goes_back_to_the_queue_at_the_image(read: Reads, opened: Opens) -> None:
    read("a.png")
    read("b.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("J", "q")
        text = await settled(pilot)
    assert "waiting 0" in text
    assert any(row.startswith("▌ ○") and "b.png" in row for row in text.splitlines())


async def test_a_paste_of_several_lines_becomes_one(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "home")
        pilot.app.post_message(events.Paste("one\ntwo\x07  three\r\n"))
        await pilot.pause()
        assert pilot.app.screen.query_one(Input).value == "one two threeThe qvick brown fox"


async def test_the_review_goes_on_where_it_stood(read: Reads, opened: Opens) -> None:
    for name in ("a.png", "b.png", "c.png"):
        read(name)
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("J", "s", "a")
    async with opened() as pilot:
        text = await begin(pilot)
    assert "b.png" in text
    assert "line 3 of 3" in text


async def test_a_failed_image_offers_to_be_sent_again_and_nothing_else(
    failed: Callable[[str], int], opened: Opens, store: Store
) -> None:
    item = failed("broken.png")
    async with opened() as pilot:
        text = await begin(pilot)
        assert "! retry" in text
        assert "accept" not in text
        await pilot.press("a", "!")
    assert store.item(item).state is State.WAITING


async def test_while_editing_the_footer_names_the_editors_keys(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened((120, 30)) as pilot:
        await begin(pilot)
        await pilot.press("e")
        text = await settled(pilot)
        assert "? keys" not in text
        await pilot.press("f1")
        assert "Bring back the text as it was read." in await settled(pilot)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("j",), 2),
        (("down",), 2),
        (("down", "down", "up"), 2),
        (("j", "k"), 1),
        (("ctrl+d",), 5),
        (("ctrl+d", "ctrl+u"), 1),
        (("G",), 12),
        (("end",), 12),
        (("end", "home"), 1),
        (("G", "g"), 1),
        (("right", "right", "left"), 1),
        (("w", "b", "j"), 2),
    ],
)
async def test_every_key_moves_the_cursor(read: Reads, opened: Opens, keys: tuple[str, ...], line: int) -> None:
    read("a.png", tuple(f"line {number}" for number in range(1, 13)))
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press(*keys)
        text = await settled(pilot)
    assert f"line {line} of 12" in text


async def test_a_correction_stays_on_its_line_whatever_is_clicked(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened((100, 30)) as pilot:
        await begin(pilot)
        await pilot.press("e", "end", "Z")
        await pilot.click("#lines", offset=(20, 3))
        await pilot.press("Y", "enter")
        await settled(pilot)
    decisions = store.decisions(item)
    assert [(key.line, decision.text) for key, decision in decisions.items()] == [(0, "The qvick brown foxZY")]


async def test_tab_goes_to_the_doubtful_word_and_keeps_the_field(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "end", "tab")
        field = pilot.app.screen.query_one(Input)
        assert (field.has_focus, field.selected_text) == (True, "qvick")


async def test_escape_sequences_in_a_text_never_reach_the_field(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("a\x1b]0;owned\x07 b\u202e",))
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e")
        text = await settled(pilot)
        assert "a␛]0;owned␇ b\ufffd" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        await pilot.press("enter")
        await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.ACCEPTED


async def test_blanks_of_every_kind_survive_editing(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png", ("prix\u00a0: 5\u3000francs",))
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "end", "!", "enter")
        await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].text == "prix\u00a0: 5\u3000francs!"


async def test_what_somebody_else_decides_is_shown(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        corrected = Decision(item, LineKey(1, 1), Verdict.CORRECTED, "jumped over", reviewer="bob")
        store.decide(corrected)
        pilot.app.screen.pull()  # type: ignore[attr-defined]
        assert "✎   2 ▸ jumped over" in await settled(pilot)


async def test_blank_pages_are_stepped_over(opened: Opens, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    drawn = draw_page(path, ("one", "two"), legible=False)
    item = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
    store.claim("local")
    blank = [Page(number, 640, 220) for number in (1, 2, 4, 5)]
    store.done(item, b"{}", [*blank[:2], replace(drawn, number=3), *blank[2:]])
    async with opened() as pilot:
        await begin(pilot)
        for keys, line in ((("g",), 1), (("k", "k"), 1), (("j",), 2), (("j", "j"), 2), (("G",), 2)):
            await pilot.press(*keys)
            assert f"line {line} of 2" in await settled(pilot)


async def test_a_queue_that_fails_is_told_of_and_the_program_goes_on(
    read: Reads, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    read("a.png")
    read("b.png")
    async with opened() as pilot:
        await begin(pilot)

        def fail(*_: object) -> None:
            raise StoreError("queue.db cannot be used: disk I/O error.")

        with monkeypatch.context() as broken:
            broken.setattr(Store, "beside", fail)
            await pilot.press("J")
            assert "cannot be used" in " ".join((await settled(pilot)).split())
        await pilot.press("J")
        assert "b.png" in await settled(pilot)


async def test_the_lines_can_be_put_in_the_order_they_stand_on_the_page(
    store: Store, tmp_path: Path, opened: Opens
) -> None:
    page = draw_page(tmp_path / "a.png")
    item = store.add([NewItem(str(tmp_path / "a.png"), "local", measure(tmp_path / "a.png"))])[0].item_id
    store.claim("local")
    store.done(item, b"{}", [replace(page, lines=page.lines[::-1])])
    first, last = page.lines[0].text, page.lines[-1].text
    async with opened() as pilot:
        text = await begin(pilot)
        assert text.index(last) < text.rindex(first)
        await pilot.press("O")
        text = await settled(pilot)
        assert "line 3 of 3" in text  # the cursor stayed on its line, which is the last one now
        await pilot.press("a", "O")
        await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.ACCEPTED
