"""A person's list of words and the words that were accepted, as a service asks for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tui.engine.words import LARGEST_FILE, Vocabulary, WordFile, WordsUnreadable, words_in


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "names.txt"


def written(file: Path, text: str, age: int = 0) -> None:
    """Write a file as it would be some seconds later."""
    file.write_text(text, "utf-8")
    os.utime(file, ns=(age * 10**9, age * 10**9))


def test_a_list_has_a_word_or_phrase_a_line_and_remarks(file: Path) -> None:
    written(file, "\ufeff# names\nSilas\n  Tarn Hows  # a lake\n\nSilas\nO’Hara")
    assert WordFile(file).words() == ("Silas", "Tarn Hows", "O’Hara")


def test_it_is_read_anew_when_it_changes(file: Path) -> None:
    written(file, "Silas")
    words = WordFile(file)
    assert words.words() == ("Silas",)
    written(file, "Silas\nEzra", age=10)
    assert words.words() == ("Silas", "Ezra")


def test_an_unchanged_list_is_not_opened_again(file: Path) -> None:
    written(file, "Silas", age=10)
    words = WordFile(file)
    words.words()
    written(file, "Ezras", age=10)  # as long, at the same moment: nothing tells that it is another
    assert words.words() == ("Silas",)


def test_what_is_wrong_with_a_list_is_a_sentence(file: Path) -> None:
    complaints = []

    def complain() -> None:
        with pytest.raises(WordsUnreadable) as error:
            WordFile(file).words()
        complaints.append(str(error.value).partition("read: ")[2].partition(". It is")[0])

    complain()
    file.mkdir()
    complain()
    file.rmdir()
    for content in (b"\xff\xfe", b"a\n" * (LARGEST_FILE // 2 + 1)):
        file.write_bytes(content)
        complain()
    assert complaints == ["No such file or directory", "it is no file", "it is not in UTF-8", "it is larger than 4 MB"]


def test_a_list_that_goes_is_complained_of_once_and_holds_on_as_it_was(file: Path) -> None:
    written(file, "Silas")
    said: list[str] = []
    vocabulary = Vocabulary(WordFile(file), complain=said.append)
    assert vocabulary.now()[0] == ("Silas",)
    file.unlink()
    assert [vocabulary.now()[0], vocabulary.now()[0]] == [("Silas",), ("Silas",)]
    assert len(said) == 1


def test_accepted_words_are_counted_as_they_come_and_go() -> None:
    news: list[Mapping[str, int]] = [{"Silas,": 2, "McOwat": 1}, {}, {"Silas": 1, "McOwat": -1, "(1947)": 1}]
    vocabulary = Vocabulary(accepted=lambda: news.pop(0))
    assert [dict(vocabulary.now()[1]) for _ in range(3)] == [
        {"Silas": 2, "McOwat": 1},
        {"Silas": 2, "McOwat": 1},
        {"Silas": 3},
    ]


def test_whoever_cannot_tell_what_was_accepted_keeps_no_page_waiting() -> None:
    def broken() -> Mapping[str, int]:
        raise OSError("the disk is gone")

    assert dict(Vocabulary(accepted=broken).now()[1]) == {}


def test_marks_and_figures_are_no_words() -> None:
    assert list(words_in("“O’Hara’s” 13-B, St. Ives; a_b")) == ["O'Hara's", "B", "St", "Ives", "a", "b"]
