"""What a language makes of words, names, figures and marks; with the real lists."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_beam import written
from tui.engine import language as languages
from tui.engine.beam import LINE, WORD, alternatives, candidates, share_of
from tui.engine.language import Language, Languages, NoWordList, Spelling, Words, guessed, loaded, word_list
from tui.engine.tags import LANGUAGES

WRITTEN = string.ascii_letters + string.digits + " .,-/'&£()äöüé"


@pytest.fixture(scope="module")
def english() -> Language:
    return loaded("en")


def score(language: Language, text: str) -> float:
    state, whole = language.start(), 0.0
    for character in text:
        added, state = language.step(state, character)
        whole += added
    return whole + language.end(state)


def read(language: Language | None, text: str, rival: str, sure: float) -> str:
    """Return how a line is read that looks like one text, and a little less like another as long."""
    columns, letters = written(text, rival, sure)
    return candidates(columns, letters, language, search=LINE)[0].text


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_a_list_of_words(code: str) -> None:
    words = word_list(code, 1e-5)
    assert len(words) > 5000
    assert all(0 < frequency < 0.1 for frequency in words.values())
    assert all(word.replace("'", "").isalpha() for word in words)


def test_rare_words_are_left_out() -> None:
    assert set(word_list("sv", 1e-4)) < set(word_list("sv", 1e-5))


def test_a_language_without_a_list_says_so() -> None:
    with pytest.raises(NoWordList):
        word_list("tlh")


def test_without_the_package_there_are_no_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "find_spec", lambda _: None)
    with pytest.raises(NoWordList):
        loaded("en")
    assert Languages().language("en") is None


def test_a_list_in_another_format_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_HEADER", {"format": "cB", "version": 2})
    with pytest.raises(NoWordList):
        word_list("sv")


@given(st.dictionaries(st.text(alphabet="abc'é", min_size=1, max_size=4), st.floats(1e-8, 1), min_size=1, max_size=30))
def test_a_beginning_is_as_frequent_as_the_words_that_begin_so_together(frequencies: dict[str, float]) -> None:
    words, whole = Words(frequencies), sum(frequencies.values())
    assert sum(words.share(word) for word in frequencies) == pytest.approx(1)
    for start in {word[:length] for word in frequencies for length in range(4)} | {"zz"}:
        wanted = sum(frequency for word, frequency in frequencies.items() if word.startswith(start)) / whole
        assert words.beginning(start) == pytest.approx(wanted, abs=1e-12)
        assert words.share(start) <= words.beginning(start) + 1e-12


@given(
    st.dictionaries(st.text(alphabet="abcdé", min_size=1, max_size=6), st.floats(1e-7, 1e-2), min_size=1, max_size=20),
    st.text(alphabet="abcdé", max_size=5),
)
def test_what_may_follow_in_a_spelling_sums_to_one(frequencies: dict[str, float], before: str) -> None:
    spelling = Spelling(frequencies)
    after = [spelling._after(before[-4:], letter) for letter in spelling._codes]
    assert sum(after) == pytest.approx(1)
    assert all(likelihood > 0 for likelihood in after)


def test_a_name_is_spelt_more_like_a_word_than_a_jumble_is(english: Language) -> None:
    assert score(english, "Wrexon") > score(english, "Wxerno") > score(english, "Wxrnqz")


PIECES = ("O'", "Mc", "Mac", "D'", "A's", "Brien", "lace", "Declan", "MP-", "13", "5th", "£", "No. ", "J. R. ", "C.S.")


@given(st.text(WRITTEN, max_size=20) | st.lists(st.sampled_from(PIECES), max_size=4).map("".join), st.booleans())
def test_no_character_and_no_end_ever_adds_to_the_score(english: Language, text: str, amid: bool) -> None:
    state = english.start(amid=amid)
    for character in text:
        assert english.end(state) <= 1e-9
        added, state = english.step(state, character)
        assert added <= 1e-9


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("Hhings", "things"), ("oue of fhe", "one of the"), ("wauy detailed", "many detailed"),
        ("preseut in", "present in"), ("the vuiverse", "the universe"), ("don,t know", "don't know"),
    ],
)  # fmt: skip
def test_a_misread_word_becomes_the_word(english: Language, seen: str, meant: str) -> None:
    assert read(english, seen, meant, 0.7) == meant
    assert read(None, seen, meant, 0.7) == seen


@pytest.mark.parametrize(
    ("seen", "tempting"),
    [
        ("7 June 1962", "T June lgbz"), ("1879", "IS79"), ("21-3-47", "21 3 47"), ("£12.50", "£l2.so"),
        ("13 g of", "13 q of"), ("$3,450.00", "53,450.00"), ("MP-MC", "MP MC"), ("BX-301", "Bx-sol"),
        ("QX7/44-b", "Qx7144-b"), ("No. 47-B", "No  47-B"), ("J. R. Smith", "J  R  Smith"),
        ("A. E. Barrow", "A  E  Barrow"),
        ("5th of", "Sth of"), ("1/2 cup", "1 2 cup"), ("p. 90", "p  go"), ("pH 7.4", "ph 7 4"), ("C.S.A.", "C.s.a "),
        ("McKenzie", "Mckenzie"), ("the USGS", "the uses"), ("12th Oct. 1879", "lath Oct  l879"),
    ],
)  # fmt: skip
def test_what_is_no_word_is_not_bent_into_one(english: Language, seen: str, tempting: str) -> None:
    assert read(english, seen, tempting, 0.8) == seen


@pytest.mark.parametrize(
    ("seen", "tempting"),
    [("Mrs Jaques", "Mrs  ages "), ("Mr Sine", "Mr Sinc"), ("Ezra Quimby", "Erra Quimby"), ("Mr Orne", "Mr Onne")],
)
def test_a_name_stays_where_it_is_clearly_seen(english: Language, seen: str, tempting: str) -> None:
    assert read(english, seen, tempting, 0.85) == seen


def test_a_persons_own_words_weigh_in_and_leave_the_language_as_it_was(english: Language) -> None:
    assert read(english, "at Tarne Hows", "at Tames Hows", 0.5) != "at Tarne Hows"
    taught = english.with_words(["Tarne Hows"])
    assert read(taught, "at Tarne Hows", "at Tames Hows", 0.5) == "at Tarne Hows"
    assert read(english, "at Tarne Hows", "at Tames Hows", 0.5) != "at Tarne Hows"


def test_a_word_weighs_in_the_more_the_oftener_it_was_accepted(english: Language) -> None:
    scores = [score(english.with_words(accepted={"Wrexon": times, "the": 50}), "to Wrexon") for times in (0, 1, 5, 50)]
    assert scores == sorted(scores)
    assert scores[1] > scores[0] + 1
    taught = english.with_words(accepted={"Tarne": 2})
    assert read(taught, "at Tarne Hows", "at Tames Hows", 0.5) == "at Tarne Hows"


def test_however_many_words_were_accepted_the_language_keeps_its_say(english: Language) -> None:
    many = {f"Zq{letter}x{other}": 1000 for letter in string.ascii_lowercase for other in string.ascii_lowercase}
    assert score(english.with_words(accepted=many), "of the") > score(english, "of the") - 1


def test_an_own_word_keeps_its_capitals(english: Language) -> None:
    taught = english.with_words(["McOwat", "polarizer"])
    assert score(taught, "to McOwat") > score(taught, "to Mcowat") + 3
    assert score(taught, "Polarizer") > score(english, "Polarizer")


def test_own_words_may_be_anything(english: Language) -> None:
    taught = english.with_words(["", "  ", "13-B", "O’Hara", "St. Ives", "\x00", "a" * 500])
    assert score(taught, "to O'Hara") > score(english, "to O'Hara")
    assert score(taught, "to Ives") > score(english, "to Ives")


def test_a_mark_closes_up_to_what_is_before_it(english: Language) -> None:
    assert score(english, "laws of physics, nothing") > score(english, "laws of physics , nothing")


def test_an_article_may_end_in_an_apostrophe() -> None:
    french, english = loaded("fr"), loaded("en")
    assert score(french, "l'eau de l'Europe") > score(french, "leau de lEurope")
    assert score(french, "l'eau") > score(english, "l'eau")


def test_a_word_is_surer_the_better_it_is_seen(english: Language) -> None:
    shares = []
    for sure in (0.55, 0.7, 0.9, 0.99):
        columns, letters = written("harbour", "narfoun", sure)
        shares.append(share_of("harbour", alternatives(columns, letters, english, search=WORD, amid=True)))
    assert shares == sorted(shares)
    assert shares[-1] > 0.95


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "further reflection relent that fhe tardy preparations dragged info the sccond month"),
        ("de", "Sehr geehrter Herr Doktor, ich danke Ihnen fur den Brief vom dritten"),
        ("fr", "Je vous remercie de votre lettre du mois dernier, elle m'a fait"),
        ("es", "Muy señor mio, le agradezco la carta que me envio el mes pasado"),
        ("it", "Caro amico, ti ringrazio per la lettera che mi hai mandato"),
        ("pt", "Meu caro amigo, agradeço a carta que me enviou no mes passado"),
        ("nl", "Geachte heer, ik dank u voor uw brief van de vorige maand"),
        ("sv", "Kare van, jag tackar dig for brevet som du skickade forra manaden"),
        ("pl", "Drogi przyjacielu, dziekuje ci za list ktory mi wyslales w zeszlym"),
        ("", "Kedves baratom, köszönöm a levelet amit a mult honapban küldtel nekem"),
        ("", "Gallia est omnis divisa in partes tres quarum unam incolunt Belgae"),
        ("", "MP-MC 13 g 1962 BX 55"),
        ("", ""),
    ],
)
def test_a_text_tells_its_language_though_it_is_misread(code: str, text: str) -> None:
    assert guessed(text) == code


def test_a_language_is_loaded_once_until_another_is_wanted() -> None:
    shelf = Languages()
    swedish = shelf.language("sv")
    assert swedish is not None
    assert shelf.language("sv") is swedish
    taught = shelf.language("sv", ["Åsa"])
    assert taught is not None
    assert taught is shelf.language("sv", ["Åsa"]) is not swedish
    assert score(taught, "och Åsa") > score(swedish, "och Åsa")
    accepted = {"Åsa": 1}
    once = shelf.language("sv", accepted=accepted)
    assert once is shelf.language("sv", accepted={"Åsa": 1})
    accepted["Åsa"] = 50
    assert shelf.language("sv", accepted=accepted) is not once
    assert shelf.language("nl") is not None
    again = shelf.language("sv")
    assert again is not None
    assert again is not swedish


def test_a_blot_of_equal_chances_is_no_trouble(english: Language) -> None:
    letters = ["", *string.ascii_letters, " "]
    columns = np.full((60, len(letters)), 1 / len(letters), dtype=np.float32)
    assert len(candidates(columns, letters, english)) == 9
