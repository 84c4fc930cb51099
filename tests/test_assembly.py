"""How the engine carried along is set up: by the settings, a person's list, and what was accepted in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.test_store import FIRST, SECOND, decide, read
from tui.assembly import AcceptedInQueue, make_engine, make_runner, notice_for
from tui.model import Verdict
from tui.settings import LOCAL_SERVICE, Settings, SettingsError, load
from tui.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def test_accepted_and_corrected_words_are_told_once_and_taken_back_when_the_decision_is(
    store: Store, path: Path
) -> None:
    accepted, item = AcceptedInQueue(path), read(store)
    assert accepted() == {}
    decide(store, item, FIRST, Verdict.ACCEPTED)
    decide(store, item, SECOND, Verdict.CORRECTED, "jumps over Silas")
    assert accepted() == {"fox": 1, "dog": 1, "jumps": 1, "over": 1, "Silas": 1}
    assert accepted() == {}
    store.undo("ada")
    assert accepted() == {"jumps": -1, "over": -1, "Silas": -1}
    store.redo("ada")
    assert accepted() == {"jumps": 1, "over": 1, "Silas": 1}


def test_words_of_lines_that_were_flagged_or_rejected_are_not_told(store: Store, path: Path) -> None:
    item = read(store)
    decide(store, item, FIRST, Verdict.FLAGGED)
    decide(store, item, SECOND, Verdict.REJECTED)
    assert AcceptedInQueue(path)() == {}


def test_a_queue_that_is_not_there_yet_has_accepted_nothing(path: Path) -> None:
    assert AcceptedInQueue(path)() == {}
    assert not path.exists()


def test_what_the_settings_say_of_the_engine_need_not_repeat_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[services.local]\nlanguage = 'de'\nwords = 'names.txt'\ncareful = true\nin_flight = 2\n")
    service = load({}, file).named("local")
    assert service == replace(
        LOCAL_SERVICE,
        options={"language": "de"},
        words=str(tmp_path / "names.txt"),
        careful=True,
        pace=replace(LOCAL_SERVICE.pace, in_flight=2),
    )


@pytest.mark.parametrize("entry", ["words = 'names.txt'", "careful = true"])
def test_other_services_have_no_use_for_what_the_engine_alone_can_do(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[services.archive]\ndialect = 'read-3.2'\nendpoint = 'https://x'\n{entry}\n")
    with pytest.raises(SettingsError, match="is for the engine carried along"):
        load({}, file)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"options": {"language": "deutsch"}}, "'deutsch' is no language that the engine has words of. Known are ca"),
        ({"words": "/nowhere/names.txt"}, "/nowhere/names.txt cannot be read: No such file or directory"),
    ],
)
def test_what_is_set_wrongly_is_said_before_anything_runs(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    service = replace(LOCAL_SERVICE, **changes)  # type: ignore[arg-type]
    settings = Settings(queue=tmp_path / "queue.db")
    for make in (make_runner, make_engine):
        with pytest.raises(SettingsError, match="The service local is set wrongly") as error:
            make(settings, service)
        assert complaint in str(error.value)


@pytest.mark.parametrize("language", ["literal", "auto", "de", "de-DE", "nb"])
def test_every_language_there_are_words_of_and_none_can_be_set(tmp_path: Path, language: str) -> None:
    service = replace(LOCAL_SERVICE, options={"language": language})
    assert make_runner(Settings(queue=tmp_path / "queue.db"), service)


def test_without_the_words_of_languages_it_reads_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date(2026, 1, 1)
    assert notice_for(LOCAL_SERVICE, today) == ""
    monkeypatch.setattr("tui.engine.find_spec", lambda name: None if name == "wordfreq" else find_spec(name))
    assert notice_for(LOCAL_SERVICE, today) == (
        "The engine reads letter by letter, without the words of a language: wordfreq is missing. "
        "Run pip install 'handread[local]'."
    )
    assert make_runner(Settings(queue=tmp_path / "queue.db"), LOCAL_SERVICE)
