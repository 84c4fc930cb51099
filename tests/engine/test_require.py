"""What is said where a part of the engine is not installed."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.engine.served import served
from tui.engine import EngineMissing, LanguageMissing, require


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr("tui.engine.find_spec", lambda name: None if name in names else find_spec(name))


def test_with_everything_there_is_nothing_to_say() -> None:
    require()


@pytest.mark.parametrize("name", ["numpy", "onnxruntime", "rapidocr", "starlette"])
def test_without_the_networks_nothing_can_be_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    without(monkeypatch, name, "wordfreq")
    with pytest.raises(EngineMissing, match=f"{name} is missing. Run pip install 'handread\\[local\\]'") as error:
        require(language=False)
    assert not isinstance(error.value, LanguageMissing)


@pytest.mark.parametrize("name", ["msgpack", "wordfreq"])
def test_without_words_of_languages_pages_can_be_read_all_the_same(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    without(monkeypatch, name)
    require(language=False)
    with pytest.raises(LanguageMissing, match=f"{name} is missing. Run pip install 'handread\\[local\\]'"):
        require()


async def test_a_server_without_words_is_ready_and_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "wordfreq")
    async with served() as http:
        said = (await http.get("/ready")).json()
    assert said["ready"] is True
    assert "letter by letter" in said["engine"]
    without(monkeypatch, "rapidocr")
    async with served() as http:
        assert (await http.get("/ready")).status_code == 503


def test_a_package_without_its_lists_is_not_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hollow = ModuleSpec("wordfreq", None, is_package=True)
    hollow.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("tui.engine.find_spec", lambda name: hollow if name == "wordfreq" else find_spec(name))
    with pytest.raises(LanguageMissing, match="what wordfreq knows of words"):
        require()
