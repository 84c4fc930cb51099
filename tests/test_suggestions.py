"""What is offered for a word under the cursor, and what is learnt from every correction."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from tests.bench.review import Known, Sheet, offers, reviewed
from tui.alignment import Step, aligned, clusters
from tui.model import Word
from tui.suggestions import Corrections, Lexicon, Source, Suggestion, suggestions, word_corrections
from tui.suggestions.corrections import look_alike_pairs

WORDS = st.text("aehlmnrst", min_size=2, max_size=12)
ANY_WORD = st.text(max_size=12)


def offered(
    word: str,
    corrections: Corrections | None = None,
    alternatives: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    listed: tuple[str, ...] = (),
    second: tuple[str, ...] = (),
) -> list[str]:
    return [one.text for one in asked(word, corrections, alternatives, known, listed, second)]


def asked(
    word: str,
    corrections: Corrections | None = None,
    alternatives: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    listed: tuple[str, ...] = (),
    second: tuple[str, ...] = (),
) -> tuple[Suggestion, ...]:
    return suggestions(
        word,
        corrections=corrections or Corrections(),
        alternatives=alternatives,
        lexicon=Lexicon(known),
        words_given=Lexicon(listed),
        second_reading=second,
    )


def corrected(*pairs: tuple[str, str]) -> Corrections:
    corrections = Corrections()
    for misread, right in pairs:
        corrections.add(misread, right)
    return corrections


# What is offered


def test_every_source_has_its_say() -> None:
    offers = asked("hovse", corrected(("hovse", "horse")), ("howe",), ("house",), ("hose",), ("havse",))
    assert {one.text: one.source for one in offers} == {
        "havse": Source.SECOND,
        "horse": Source.CORRECTED,
        "howe": Source.ALTERNATIVE,
        "house": Source.KNOWN,
        "hose": Source.GIVEN,
    }


def test_every_source_has_a_mark_of_one_character() -> None:
    marks = [source.mark for source in Source]
    assert all(len(mark) == 1 and mark.isascii() for mark in marks)
    assert len(set(marks)) == len(marks)


def test_what_several_sources_say_comes_before_what_one_says_alone() -> None:
    alternatives = ("howe", "house")
    assert offered("hovse", alternatives=alternatives) == ["howe", "house"]
    assert offered("hovse", alternatives=alternatives, known=("house",), listed=("house",)) == ["house", "howe"]


def test_what_was_made_of_a_misreading_most_often_comes_first() -> None:
    often = corrected(("tle", "the"), ("tle", "title"), ("tle", "the"))
    assert offered("tle", often) == ["the", "title"]


def test_a_correction_made_again_and_again_outdoes_the_second_service() -> None:
    often = corrected(*[("tle", "the")] * 9)
    assert offered("tle", often, second=("tie",)) == ["the", "tie"]


def test_alternatives_keep_their_order() -> None:
    assert offered("cat", alternatives=("cot", "cut", "oat")) == ["cot", "cut", "oat"]


def test_no_more_are_offered_than_there_are_digits() -> None:
    assert len(offered("cat", alternatives=tuple(f"c{letter}t" for letter in "bcdefghijklmno"))) == 9


def test_the_word_as_it_stands_is_not_offered() -> None:
    assert offered("cafe\u0301", alternatives=("caf\u00e9", "cafe\u0301", "cafe")) == ["cafe"]


def test_nothing_is_offered_twice_however_it_is_encoded() -> None:
    assert offered("cofe", alternatives=("cafe\u0301", "caf\u00e9"), second=("caf\u00e9",)) == ["caf\u00e9"]


def test_long_s_and_ligatures_stay_what_they_are() -> None:
    assert offered("Wafler", alternatives=("Waſſer", "Waſſer", "ﬁne", "Wasser")) == ["Waſſer", "ﬁne", "Wasser"]


def test_a_word_nothing_is_known_of_has_no_suggestions() -> None:
    assert offered("xyzzy") == []
    assert offered("") == []
    assert offered("—", known=("the",)) == []


# Punctuation and capitals


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("howeven", "however"),
        ("howeven,", "however,"),
        ("(howeven),", "(however),"),
        ("Howeven", "However"),
        ("HOWEVEN!", "HOWEVER!"),
        ("“Howeven", "“However"),
    ],
)
def test_a_known_word_takes_the_punctuation_and_the_capitals_of_the_misread_one(word: str, suggestion: str) -> None:
    assert offered(word, known=("however",)) == [suggestion]


def test_a_name_keeps_its_capital() -> None:
    assert offered("bordentowm", known=("Bordentown,",)) == ["Bordentown"]
    assert offered("mcdonakd", known=("McDonald",)) == ["McDonald"]


def test_alternatives_are_offered_with_their_own_punctuation() -> None:
    assert offered("however,", alternatives=("however;",)) == ["however;"]


def test_a_correction_of_punctuation_is_offered_for_the_very_same_text_alone() -> None:
    said = corrected(("Mr", "Mr."))
    assert offered("Mr", said) == ["Mr."]
    assert offered("Mr,", said) == []


def test_a_correction_is_offered_with_the_punctuation_and_capitals_of_the_word() -> None:
    said = corrected(("tbe", "the"))
    assert offered("tbe,", said) == ["the,"]
    assert offered("Tbe", said) == ["The"]
    assert offered("TBE", said) == ["THE"]


def test_a_correction_that_changed_the_capitals_is_remembered_so() -> None:
    assert offered("bell", corrected(("bell", "Bell"))) == ["Bell"]
    assert offered("bell", corrected(("beil", "Bell"))) == []


def test_words_written_from_right_to_left_stay_in_order() -> None:
    assert offered("«שלזם»", known=("שלום",)) == ["«שלום»"]
    assert offered("كتات؟", known=("كتاب",)) == ["كتاب؟"]


def test_marks_stay_on_their_letters() -> None:
    assert offered("हिन्टी", known=("हिन्दी",)) == ["हिन्दी"]
    assert clusters("हिन्दी") == ["हि", "न्", "दी"]
    assert clusters("e\u0301a") == ["e\u0301", "a"]


@given(ANY_WORD, st.lists(ANY_WORD, max_size=12), st.lists(ANY_WORD, max_size=12), st.lists(ANY_WORD, max_size=3))
def test_whatever_is_known_the_offers_are_few_different_and_in_nfc(
    word: str, known: list[str], alternatives: list[str], second: list[str]
) -> None:
    said = corrected(*((word, other) for other in known[:4]))
    texts = offered(word, said, tuple(alternatives), tuple(known), tuple(known[:5]), tuple(second))
    assert len(texts) <= 9
    assert len(set(texts)) == len(texts)
    assert all(text and text == unicodedata.normalize("NFC", text) for text in texts)
    assert unicodedata.normalize("NFC", word) not in texts


@given(WORDS, st.lists(WORDS, max_size=30), st.randoms())
def test_the_same_digit_always_means_the_same(word: str, known: list[str], chance: object) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random, but types it loosely
    assert asked(word, known=tuple(known)) == asked(word, known=tuple(shuffled))


# Known words


def test_a_nearer_word_comes_before_a_commoner_one_and_a_commoner_one_before_a_rare_one() -> None:
    lexicon = Lexicon(["hose", "house", "house", "horse", "mouse"])
    assert [near.text for near in lexicon.near("hovse")] == ["house", "horse", "hose", "mouse"]


def test_what_is_taken_back_is_no_longer_known() -> None:
    lexicon = Lexicon(["house", "house", "House"])
    lexicon.remove("house")
    assert "house" in lexicon
    assert lexicon.count("house") == 2
    lexicon.remove("house")
    lexicon.remove("House")
    assert "house" not in lexicon
    assert len(lexicon) == 0
    assert lexicon.near("hovse") == ()
    lexicon.add("house")
    assert [near.text for near in lexicon.near("hovse")] == ["house"]


def test_taking_back_what_was_never_there_changes_nothing() -> None:
    lexicon = Lexicon(["house"])
    lexicon.remove("mouse")
    lexicon.remove("House")
    assert len(lexicon) == 1


@pytest.mark.parametrize(
    ("beginning", "word"),
    [
        ("ho", "house"),
        ("Ho", "House"),
        ("“how", "“however"),
        ("HOW", "HOWEVER"),
        ("bor", "Bordentown"),
        ("house", ""),
        ("house,", ""),
        ("", ""),
        ("q", ""),
    ],
)
def test_the_commonest_known_word_completes_a_beginning(beginning: str, word: str) -> None:
    assert Lexicon(["however", "house", "house", "Bordentown"]).completed(beginning) == word


def test_a_word_taken_back_completes_nothing() -> None:
    lexicon = Lexicon(["house"])
    lexicon.remove("house")
    assert lexicon.completed("ho") == ""


@given(st.lists(WORDS, max_size=40), WORDS)
def test_no_word_within_reach_is_overlooked(known: list[str], word: str) -> None:
    reach = 1 if len(word) < 4 else 2 if len(word) < 10 else 3
    found = sorted(near.distance for near in Lexicon(known).near(word))
    distances = sorted(Levenshtein.distance(word, one) for one in set(known))
    assert found == [distance for distance in distances if distance <= reach][:24]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["Rain", "rain", "train", "rein", "ruin"]))))
def test_a_lexicon_knows_what_was_added_more_often_than_removed(changes: list[tuple[bool, str]]) -> None:
    lexicon, counts = Lexicon(), dict[str, int]()
    for adds, word in changes:
        (lexicon.add if adds else lexicon.remove)(word)
        counts[word] = max(0, counts.get(word, 0) + (1 if adds else -1))
    assert {near.text: near.count for near in lexicon.near("raim")} == {
        word: count for word, count in counts.items() if count and Levenshtein.distance(word.lower(), "raim") <= 2
    }
    assert len(lexicon) == len({word.lower() for word, count in counts.items() if count})


# Characters that look alike


@pytest.mark.parametrize(
    ("read", "said", "pairs"),
    [
        ("corne", "come", [("rn", "m")]),
        ("clock", "dock", [("cl", "d")]),
        ("Iine", "line", [("I", "l")]),
        ("bok", "book", [("o", "oo")]),
        ("tle", "title", [("t", "tit")]),
        ("the", "The", []),
        ("cat", "dog", []),
        ("ſee", "see", [("ſ", "s")]),
    ],
)
def test_characters_taken_for_others_are_learnt_from_corrections(
    read: str, said: str, pairs: list[tuple[str, str]]
) -> None:
    assert look_alike_pairs(read, said) == tuple(pairs)
    assert dict(corrected((read, said)).look_alikes) == dict.fromkeys(pairs, 1)


def test_a_word_that_differs_by_look_alikes_seen_before_is_nearer() -> None:
    known = ("sumer", "surer", "summer")
    assert offered("surner", known=known)[0] == "surer"
    assert offered("surner", corrected(("corne", "come"), ("barn", "bam")), known=known)[0] == "sumer"


def test_the_more_often_a_look_alike_was_seen_the_nearer_is_the_word() -> None:
    lexicon = Lexicon(["come"])
    distances = [lexicon.near("corne", {("rn", "m"): count})[0].distance for count in range(1, 5)]
    assert distances == [1 / 2, 1 / 3, 1 / 4, 1 / 5]
    assert lexicon.near("corne")[0].distance == 2


@given(st.lists(st.tuples(ANY_WORD, ANY_WORD), max_size=6), ANY_WORD, ANY_WORD)
def test_what_is_taken_back_is_forgotten(before: list[tuple[str, str]], misread: str, right: str) -> None:
    once, twice = corrected(*before), corrected(*before)
    twice.add(misread, right)
    twice.take_back(misread, right)
    assert dict(once.look_alikes) == dict(twice.look_alikes)
    assert once.made_of(misread) == twice.made_of(misread)


def test_taking_back_what_was_never_learnt_changes_nothing() -> None:
    corrections = corrected(("tle", "the"))
    corrections.take_back("tle", "tie")
    corrections.take_back("cle", "the")
    assert corrections.made_of("tle") == (("the", 1),)


@given(WORDS, WORDS, WORDS)
def test_look_alikes_never_make_a_word_further_away(read: str, said: str, word: str) -> None:
    lexicon = Lexicon([said, read])
    plain = {near.text: near.distance for near in lexicon.near(word)}
    learnt = {near.text: near.distance for near in lexicon.near(word, corrected((read, said)).look_alikes)}
    assert plain.keys() <= learnt.keys()
    assert all(0 <= learnt[text] <= distance for text, distance in plain.items())


# Lines beside lines


@pytest.mark.parametrize(
    ("read", "said", "pairs"),
    [
        ("tbe cat sot", "the cat sat", [("tbe", "the"), ("sot", "sat")]),
        ("the cat", "the cat", []),
        ("the dog barks", "thedog barks", []),
        ("thedog borks", "the dog barks", [("borks", "barks")]),
        ("a cot and a dag", "a cat a dog", [("dag", "dog")]),
        ("", "all of it", []),
        ("nothing", "", []),
    ],
)
def test_a_correction_is_one_word_in_place_of_one(read: str, said: str, pairs: list[tuple[str, str]]) -> None:
    assert word_corrections(read.split(), said.split()) == tuple(pairs)


def test_words_that_differ_in_encoding_alone_are_no_correction() -> None:
    assert word_corrections(["cafe\u0301"], ["caf\u00e9"]) == ()


def test_words_that_stayed_find_each_other_across_those_that_came_and_went() -> None:
    assert aligned(["foo", "bar"], ["bar", "baz"]) == (Step(0, None), Step(1, 0), Step(None, 1))


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_each_word_stands_beside_one_at_most_and_in_order(read: list[str], said: list[str]) -> None:
    steps = aligned(read, said)
    assert [step.read for step in steps if step.read is not None] == list(range(len(read)))
    assert [step.said for step in steps if step.said is not None] == list(range(len(said)))
    assert all(step.read is not None or step.said is not None for step in steps)


@given(st.lists(WORDS, max_size=6))
def test_a_line_beside_itself_is_all_pairs(words: list[str]) -> None:
    assert aligned(words, words) == tuple(Step(place, place) for place in range(len(words)))


# A page reviewed


def test_what_was_put_right_in_one_line_is_offered_in_the_next() -> None:
    line = (Known(Word("Bordentowm", None, 0.4), "Bordentown", (), ()),)
    places = reviewed(Sheet("page", (line, line), 0), Corrections(), Lexicon(), offers(Lexicon(), frozenset(Source)))
    assert places == [-1, 0]


def test_the_simulation_has_pages_to_run_on() -> None:
    samples = Path(__file__).parents[1].parent / "shared" / "samples" / "pages"
    if not samples.is_dir():
        pytest.skip("the sample pages are not here")
    assert all(image.with_suffix(".txt").exists() for image in samples.glob("*.jpg"))
