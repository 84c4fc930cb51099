"""How many keys a queue takes: a scripted reviewer works it through in the real program."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.reviewer import main
from tests.reviewer import DRAWN, FIELD, ScriptedReviewer, _reached, keys_for, read_into, review, tasks_of
from tui.model import Verdict
from tui.store import Store


@pytest.mark.xdist_group("program")
def test_a_line_takes_one_key_a_suggested_word_two_and_a_correction_three_and_what_is_typed(tmp_path: Path) -> None:
    queue = tmp_path / "queue.db"
    pages = read_into(queue, tmp_path, DRAWN)
    tasks = tasks_of(pages, DRAWN)
    with review(queue, tmp_path) as terminal:
        deeds = {deed.place: deed for deed in ScriptedReviewer(terminal, tasks).work()}
    assert {place: deed.kind for place, deed in deeds.items()} == {
        ("a.png", 1): "word",
        ("a.png", 2): "accepted",
        ("a.png", 3): "accepted",
        ("a.png", 4): "suggested",
        ("a.png", 5): "word",
        ("b.png", 1): "accepted",
        ("b.png", 2): "suggested",
        ("b.png", 3): "suggested",
        ("b.png", 4): "word",
        ("b.png", 5): "edited",
        ("b.png", 6): "rejected",
        ("b.png", 7): "accepted",
    }
    for deed in deeds.values():
        assert deed.keys <= deed.most, deed
        assert deed.bytes > 0
    with Store(queue) as store:
        for item, name in zip(store.window(0, 9), DRAWN, strict=True):
            decisions = store.decisions(item.id)
            for key, line in zip(pages[name].keys, pages[name].lines, strict=True):
                right = DRAWN[name][line.text]
                decision = decisions[key]
                assert (decision.verdict is Verdict.REJECTED) == (not right)
                assert (decision.text or line.text) == (right or line.text)


@given(st.text("ab ,é", max_size=12), st.text("ab ,é", max_size=12), st.data())
def test_the_keys_for_a_change_make_it(text: str, right: str, data: st.DataObject) -> None:
    right = " ".join(right.split())
    if text != right:
        cursor = data.draw(st.integers(0, len(text)))
        assert typed(text, cursor, keys_for(text, right, cursor)) == right


def typed(text: str, at: int, keys: Sequence[str]) -> str:
    """Return what a field says after keys, by what Textual's Input says of them."""
    for key in keys:
        moves = dict(_reached(text, at))
        start, end, new = {
            "delete": (at, at + 1, ""),
            "backspace": (max(at - 1, 0), at, ""),
            "ctrl+w": (moves["ctrl+left"], at, ""),
            "ctrl+u": (0, at, ""),
            "ctrl+k": (at, len(text), ""),
        }.get(key, (at, at, "" if key in FIELD else key))
        text = text[:start] + new + text[end:]
        at = moves.get(key, start + len(new))
    return text


@pytest.mark.xdist_group("program")
def test_the_quick_look_prints_a_row_for_each_kind_of_decision(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--quick"])
    rows: dict[str, list[str]] = {}
    for line in capsys.readouterr().out.splitlines():
        rows.setdefault(line[:22].strip(), line[22:].split())
    assert rows["accepted"][:2] == ["4", "4"]
    assert {"suggested words", "a word typed", "edited in the field", "rejected"} <= rows.keys()
    assert rows["all"][0] == "12"
    assert all(float(figure.rstrip("%").replace(",", "")) >= 0 for figure in rows["all"])
