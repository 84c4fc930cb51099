"""What a language makes of a beginning of a line: the opinion that the beam search asks for at every character.

A word is either on a list of words, or spelt like one (a model of five characters in a row, trained on the same list),
so that names stay possible; or it is one of the person's own words. Capitals, figures and marks have fixed costs, which
differ by what stands before: what is no word (a date, a sum, a code, initials) is not to be bent into one.

The list is wordfreq's (words below one in ten million left out), read straight from the package's own files: importing
the package would cost three times as long as the list. Its model of characters is counted in NumPy in half a second,
which is less than reading it from a cache would have to save, so that there is none.
"""

from __future__ import annotations

import gzip
import math
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from statistics import fmean
from threading import Thread
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.tags import LANGUAGES
from tui.engine.words import words_in

RAREST = 1e-7
"""Words rarer than this are left out: they make room for misreadings."""


_HEADER = {"format": "cB", "version": 1}
_ORDER = 5
_START, _END = "^", "$"
_BITS = 7
"""So many bits hold the code of a letter, and five codes one number."""
_LETTERS = 2**_BITS - 1
_LEAST = 1e-30
_RARE = 2.0
_NEW = 3.0
"""How much it counts, for each kind of character seen somewhere, that another one may stand there."""

_NONE: Mapping[str, int] = MappingProxyType({})

_Codes = NDArray[np.int64]
_Floats = NDArray[np.float64]


_COMMON = 3e-5
_UNCOMMON = 1e-6
"""How frequent a word is taken to be that is not among the common ones."""
_FEWEST_WORDS = 4
"""So many words tell a language."""
_LEAST_SHARED = 0.25
"""A text in a language has at least this share of its words among the common ones, though half be misread."""
_LEAST_LEAD = 0.3
"""By how much the best language is ahead of the next, in the logarithm of a word's frequency."""


class NoWordList(Exception):
    """The word list of a language is not installed."""


def word_list(code: str, rarest: float = RAREST, size: str = "large") -> dict[str, float]:
    """Return the words of a language in lower case and how frequent each is (0..1); raises NoWordList.

    The file (format "cB", version 1) is a gzipped msgpack list: a header, then for n = 0, 1, 2, ... the list of words
    with the frequency 10 ** (-n / 100).
    """
    try:
        import msgpack

        content = gzip.decompress(_list_file(code, size).read_bytes())
        header, *by_frequency = msgpack.unpackb(content)
    except (ImportError, OSError) as error:
        raise NoWordList(code) from error
    if header != _HEADER:
        raise NoWordList(code)
    deepest = round(-100 * math.log10(rarest))
    return {
        word: 10 ** (-place / 100)
        for place, words in enumerate(by_frequency[: deepest + 1])
        for word in words
        if _is_word(word)
    }


def _list_file(code: str, size: str) -> Path:
    package = find_spec("wordfreq")
    for folder in package.submodule_search_locations or () if package else ():
        return Path(folder) / "data" / f"{size}_{code}.msgpack.gz"
    raise NoWordList(code)


def _is_word(text: str) -> bool:
    return text.isalpha() or (text.replace("'", "").isalpha() and not text.startswith("'"))


class Words:
    """A list of words with their frequencies, which also knows how frequent each beginning of a word is."""

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        self._words = sorted(frequencies)
        whole = sum(frequencies.values())
        shares = [frequencies[word] / whole for word in self._words]
        self._shares = array("d", shares)
        self._below = array("d", accumulate(shares, initial=0.0))
        self._range = lru_cache(20_000)(self._uncached_range)

    def share(self, word: str) -> float:
        """Return how frequent a word is, 0 if it is not on the list."""
        first, last = self._range(word)
        return self._shares[first] if first < last and self._words[first] == word else 0.0

    def beginning(self, start: str) -> float:
        """Return how frequent the words are together that begin so."""
        first, last = self._range(start)
        return max(0.0, self._below[last] - self._below[first])

    def _uncached_range(self, start: str) -> tuple[int, int]:
        """Return from where to where the words are that begin so: among those that begin with one character less."""
        if not start:
            return 0, len(self._words)
        first, last = self._range(start[:-1])
        if first == last:
            return first, last
        first = bisect_left(self._words, start, first, last)
        return first, bisect_left(self._words, start + "\U0010ffff", first, last)


class Spelling:
    """How likely a word is by its spelling: interpolated n-grams of characters (Witten and Bell 1991).

    Words count by the root of their frequency, so that rare words, which are spelt as names are, have a say.
    """

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        common = Counter("".join(frequencies)).most_common(_LETTERS - 2)
        letters = [_START, _END, *(letter for letter, _ in common)]
        self._codes = {letter: code for code, letter in enumerate(letters, start=1)}
        words = [word for word in frequencies if set(word) <= self._codes.keys()]
        weights = np.sqrt(np.array([frequencies[word] for word in words]) * 1e8)
        self._unseen = 1 / len(letters)
        self._orders = self._counted(*self._laid_out(words, weights))
        self._contexts = lru_cache(10_000)(self._uncached_contexts)
        self._after = lru_cache(50_000)(self._uncached_after)
        self.beginning = lru_cache(50_000)(self._uncached_beginning)

    def share(self, word: str) -> float:
        """Return how likely a word is to be spelt so."""
        return self.beginning(word) * self._after((_START + word)[1 - _ORDER :], _END)

    def _uncached_beginning(self, start: str) -> float:
        """Return how likely a word is to begin so."""
        if not start:
            return 1.0
        before = start[:-1]
        return self.beginning(before) * self._after((_START + before)[1 - _ORDER :], start[-1])

    def _uncached_after(self, before: str, character: str) -> float:
        """Return how likely a character is after these: as after the longest of them that it was seen after."""
        code, scale = self._codes.get(character, 0), 1.0
        for context in self._contexts(before):
            likelihood = context.likelihood(code)
            if likelihood:
                return scale * likelihood
            scale *= context.elsewhere
        return scale * self._unseen

    def _uncached_contexts(self, before: str) -> tuple[_Context, ...]:
        """Return what is known of what follows some characters, the last few of them, ..., none: the longest first."""
        found: list[_Context] = []
        key = 0
        for length, grams in enumerate(self._orders[: len(before) + 1]):
            if length:
                key |= self._codes.get(before[-length], 0) << (_BITS * (length - 1))
            context = grams.context(key)
            if context is None:
                break
            found.append(context)
        return tuple(reversed(found))

    def _counted(self, codes: _Codes, places: _Codes, weights: _Floats) -> list[_Grams]:
        orders: list[_Grams] = []
        for order in range(_ORDER):
            shorter = orders[-1] if orders else None
            orders.append(_Grams.counted(order, codes, places, weights, shorter, self._unseen))
        return orders

    def _laid_out(self, words: Sequence[str], weights: _Floats) -> tuple[_Codes, _Codes, _Floats]:
        """Return the codes of all characters in a row, the place of each within its word, and its word's weight."""
        text = np.frombuffer("".join(f"{_START}{word}{_END}" for word in words).encode("utf-32-le"), dtype=np.uint32)
        table = np.zeros(int(text.max(initial=0)) + 1, dtype=np.int64)
        for letter, code in self._codes.items():
            if ord(letter) < len(table):
                table[ord(letter)] = code
        lengths = np.array([len(word) + 2 for word in words], dtype=np.int64)
        starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
        return table[text], np.arange(len(text)) - starts, np.repeat(weights, lengths)


class _Context(NamedTuple):
    """What follows some characters."""

    grams: array[int]
    likelihoods: array[float]
    key: int
    """Of the characters, where the code of the one that follows goes below."""
    first: int
    last: int
    """From where to where their grams are."""
    elsewhere: float
    """What part of the likelihood after fewer characters holds for one that was never seen after these."""

    def likelihood(self, code: int) -> float:
        """Return how likely a character is after these, 0 where it was never seen there."""
        place = bisect_left(self.grams, self.key | code, self.first, self.last)
        return self.likelihoods[place] if place < self.last and self.grams[place] == self.key | code else 0.0


class _Grams:
    """What was counted of one order: which characters follow which, and how likely.

    In sorted arrays of numbers instead of dictionaries of strings, which would take ten times the memory.
    """

    def __init__(self, contexts: _Codes, grams: _Codes, likelihoods: _Floats, elsewhere: _Floats) -> None:
        starts = np.searchsorted(grams, contexts << _BITS)
        self._contexts = array("q", contexts.tobytes())
        self._starts = array("q", np.append(starts, len(grams)).astype(np.int64).tobytes())
        self._elsewhere = array("d", elsewhere.tobytes())
        self._grams = array("q", grams.tobytes())
        self._likelihoods = array("d", likelihoods.tobytes())

    @classmethod
    def counted(
        cls, order: int, codes: _Codes, places: _Codes, weights: _Floats, shorter: _Grams | None, unseen: float
    ) -> _Grams:
        """Count the characters that have so many of their own word before them, its start mark included.

        The likelihoods are (times + new * shorter) / (total + new), where `shorter` is the likelihood after one
        character less, and `new` counts the kinds of characters seen; contexts that hardly occur are left out.
        """
        wanted = np.nonzero(places >= max(1, order))[0]
        keys = codes[wanted].copy()
        for back in range(1, order + 1):
            keys |= codes[wanted - back] << (_BITS * back)
        grams, place = np.unique(keys, return_inverse=True)
        times = np.bincount(place, weights=weights[wanted], minlength=len(grams))
        contexts, place, kinds = np.unique(grams >> _BITS, return_inverse=True, return_counts=True)
        totals = np.bincount(place, weights=times, minlength=len(contexts))
        often = totals > _RARE if order > 1 else np.ones(len(contexts), dtype=np.bool_)
        kept = often[place]
        new = _NEW * kinds
        fewer = shorter.likelihoods(grams[kept], order) if shorter else unseen
        likelihoods = (times[kept] + new[place[kept]] * fewer) / (totals[place[kept]] + new[place[kept]])
        return cls(contexts[often], grams[kept], likelihoods, (new / (totals + new))[often])

    def likelihoods(self, longer: _Codes, order: int) -> _Floats:
        """Return how likely the last characters of the next order's grams are after one character less."""
        shortened = longer & ((1 << (_BITS * order)) - 1)
        places = np.searchsorted(np.frombuffer(self._grams, dtype=np.int64), shortened)
        return np.asarray(np.frombuffer(self._likelihoods, dtype=np.float64)[places])

    def context(self, key: int) -> _Context | None:
        """Return what follows some characters, or None where they hardly occur."""
        place = bisect_left(self._contexts, key)
        if place == len(self._contexts) or self._contexts[place] != key:
            return None
        first, last = self._starts[place], self._starts[place + 1]
        return _Context(self._grams, self._likelihoods, key << _BITS, first, last, self._elsewhere[place])


@dataclass(frozen=True, slots=True)
class Costs:
    """What a text costs that no list of words knows: natural logarithms, below 0, but for the two shares."""

    spelt: float = 0.1
    """How much the spelling counts beside the list, as a share."""
    named: float = 0.3
    """The same for words with a capital amid a sentence, most of which are names."""
    capital: float = -1.0
    """A word begins with a capital amid a sentence."""
    first_capital: float = -0.4
    """A word begins with a capital where a line or a sentence does."""
    all_capitals: float = -3.0
    """A word of two letters or more is written in capitals alone."""
    odd_capital: float = -5.0
    """A capital stands amid a word."""
    initial: float = -5.0
    """A single capital stands for a name."""
    code_letter: float = -2.6
    """A capital in an abbreviation or a code that no list has."""
    figure: float = -1.8
    leading_nought: float = -2.0
    """What a 0 costs more where a number begins."""
    second_number: float = -1.5
    """What a figure costs more where a number follows a number after a space."""
    unit: float = -2.5
    """A letter after a figure, as in 13g or 5th."""
    odd_unit: float = -8.0
    """One with which it is the beginning of no usual unit."""
    mark: float = -3.0
    apostrophe: float = -3.0
    """One that is no part of a listed word."""
    elides: bool = False
    """Whether short words lose their end before an apostrophe, as in l'eau: then the next one begins after it."""
    mark_in_figure: float = -0.9
    """One right after a figure, as in 7.6, 21-3-47 or 1/2, or a hyphen after capitals, as in BX-301."""
    currency: float = -2.4
    """The sign of one before a figure."""
    stop: float = -0.5
    """A full stop after an initial or a usual abbreviation."""
    lone_mark: float = -1.0
    """What a mark costs more after a space."""
    closing: float = -4.0
    """What a comma, a full stop or a closing bracket costs more after a space."""
    rare: float = -7.0
    """A character that is no letter, figure or usual mark."""
    glue: float = -3.0
    """A word begins right after a character that words do not begin after, or a figure after a letter."""
    second_space: float = -5.0
    small_name: float = -1.5
    """A word in small letters follows an initial."""


USUAL = Costs()
COSTS = {
    "de": replace(USUAL, capital=-0.5),
    "ca": replace(USUAL, apostrophe=-1.0, elides=True),
    "fr": replace(USUAL, apostrophe=-1.0, elides=True, closing=-2.0),
    "it": replace(USUAL, apostrophe=-1.0, elides=True),
}
"""Of the languages that have others: nouns in capitals, articles that end in an apostrophe, spaces before marks."""

_BEFORE_WORDS = " (\"'-“‘’/[—–"
"""After these a word begins as it does after a space."""
_MARKS = ".,-;:?!\"()&'’/"
_CURRENCIES = "$£€"
_CLOSING = ".,;:?!)"
_WITHIN_A_SENTENCE = ",-\"'’"
"""After these marks the sentence goes on."""
_WITHIN_A_FIGURE = ".,:-/"
_OWN_WORD = 1e-4
"""How frequent one of the person's own words is taken to be: as a common name."""
_OF_ACCEPTED = 0.2
"""How frequent words that were accepted are together, when there are many of them."""
_FEW_ACCEPTED = 1000
"""So many words must have been accepted until they are half as frequent as that."""
_MOST_OWN = 0.3
"""How frequent all of these may be together."""
_UNITS = (
    "A B C F K N P S V W a b c cm ct cts d dl doz f ft g gal gr h hr hrs in kg km l lb lbs m mg min miles ml mm mo n nd"
    " oz p pp pt qt r rd s sec st t th v vol w x yd yds yr yrs"
)
_OF_UNITS = 0.2
"""How frequent units are together after a figure."""
_ABBREVIATIONS = (
    "Apr Aug Ave Bd Bros Capt Ch Chas Co Col Cpl Dec Dr Esq Feb Fig Fr Gen Geo Gov Hon Hr Inc Jan Jas Jno Jos Jr Jul"
    " Jun Lieut Lt Ltd Maj Mar Mme Mr Mrs Ms No Nos Nov Nr Oct Prof Rev Robt Sec Sen Sept Sgt Sr St Str Thos Vol Wm"
    " ca cf ch col dept ed eds et etc ff fig fol ibid inst no nos op p pH pp ref resp sec ult usw vol vols vs"
)
_OF_ABBREVIATIONS = 0.02
"""How frequent abbreviations are together."""
_NAME_PREFIX = re.compile("^(?:Mc|Mac|O'|D'|De|Du|Fitz|La|Le|Van)(?=[^\\W\\d_])")
"""After these a name has another capital."""

AMID, OPENING, FIGURE, INITIAL = "amid", "opening", "figure", "initial"
"""Where a word stands: amid a sentence, where a line or sentence begins, after a figure, after an initial."""


class State(NamedTuple):
    """Where in a line a beginning of its text stops."""

    word: str
    """The letters so far of the word that it stops in, as they are written; empty outside of one."""
    last: str
    """The last character; a space at the start."""
    place: str
    """Where the word stands, or the next one."""
    unit: str = ""
    """The letters right after a figure that it stops in."""


class Language:
    """One language's opinion of a text, character by character; see beam.Language."""

    def __init__(self, words: Words, spelling: Spelling, costs: Costs = USUAL, own: Mapping[str, float] | None = None):
        self._words = words
        self._spelling = spelling
        self._costs = costs
        self._own = Words(own or {})
        self._of_own = min(_MOST_OWN, sum((own or {}).values()))
        self._units = Words(dict.fromkeys(_UNITS.split(), 1.0))
        self._abbreviations = Words(dict.fromkeys(_all_abbreviations(), 1.0))
        self._word = lru_cache(50_000)(self._uncached_word)
        self._beginning = lru_cache(50_000)(self._uncached_beginning)
        self.step = lru_cache(50_000)(self._uncached_step)

    def with_words(self, own: Iterable[str] = (), accepted: Mapping[str, int] = _NONE) -> Language:
        """Return this language with more words; it shares the list.

        `own` are a person's (names, places, terms), `accepted` those that were accepted so far and how often each.
        """
        return Language(self._words, self._spelling, self._costs, _more_words(own, accepted))

    def start(self, *, amid: bool = False) -> State:
        """Return the state before a line, or before a word amid one."""
        return State("", " ", AMID if amid else OPENING)

    def _uncached_step(self, state: State, character: str) -> tuple[float, State]:
        """Return what a character adds to the score, and the state after it."""
        if character.isalpha():
            return self._letter(state, character)
        if character in "'’" and state.word and self._goes_on_with_apostrophe(state.word):
            return self._grown(state, "'")
        return self.end(state) + self._sign(state, character), State("", character, _place_after(state, character))

    def end(self, state: State) -> float:
        """Return what it adds that the text, or its last word, ends here."""
        return self._word(state.word, state.place) - self._beginning(state.word, state.place) if state.word else 0.0

    def _goes_on_with_apostrophe(self, word: str) -> bool:
        listed, small = self._words.beginning(word.lower() + "'"), word.lower()
        if self._costs.elides and self._words.share(small) > listed:
            return False
        return word in {"O", "D"} or listed > 0

    def _letter(self, state: State, letter: str) -> tuple[float, State]:
        if state.unit or state.last.isdigit():
            unit = state.unit + letter
            usual = len(unit) == 1 or self._units.beginning(unit) > 0
            return self._costs.unit if usual else self._costs.odd_unit, State("", letter, state.place, unit)
        score, grown = self._grown(state, letter)
        begins_oddly = not state.word and state.last not in _BEFORE_WORDS and state.place != INITIAL
        return score + (self._costs.glue if begins_oddly else 0.0), grown

    def _grown(self, state: State, letter: str) -> tuple[float, State]:
        word = state.word + letter
        before = self._beginning(state.word, state.place) if state.word else 0.0
        return self._beginning(word, state.place) - before, State(word, letter, state.place)

    def _sign(self, state: State, character: str) -> float:
        """Return what a character costs that is no letter."""
        costs = self._costs
        if character == " ":
            return costs.second_space if state.last == " " else 0.0
        if character.isdigit():
            return costs.figure + self._odd_figure(state, character)
        if state.last == " ":
            return self._lone_mark(character)
        after_capitals = len(state.word) > 1 and state.word.isupper()
        if (state.last.isdigit() and character in _WITHIN_A_FIGURE) or (after_capitals and character == "-"):
            return costs.mark_in_figure
        if character == "." and _is_short_for(state.word):
            return costs.stop
        return self._mark(character)

    def _odd_figure(self, state: State, figure: str) -> float:
        """Return what a figure costs more where one is not expected."""
        costs = self._costs
        odd = costs.glue if state.unit or (state.word and not state.word.isupper()) else 0.0
        if state.last == " " and state.place == FIGURE:
            odd += costs.second_number
        begins = not state.last.isdigit() and state.last not in _WITHIN_A_FIGURE
        return odd + (costs.leading_nought if begins and figure == "0" else 0.0)

    def _mark(self, character: str) -> float:
        if character in "'’":
            return self._costs.apostrophe
        return self._costs.mark if character in _MARKS else self._costs.rare

    def _lone_mark(self, character: str) -> float:
        if character in _CURRENCIES:
            return self._costs.currency
        return self._mark(character) + (self._costs.closing if character in _CLOSING else self._costs.lone_mark)

    def _uncached_word(self, word: str, place: str) -> float:
        return self._score(word, place, Words.share, self._spelling.share)

    def _uncached_beginning(self, word: str, place: str) -> float:
        return self._score(word, place, Words.beginning, self._spelling.beginning)

    def _score(
        self, word: str, place: str, share: Callable[[Words, str], float], spelt: Callable[[str], float]
    ) -> float:
        """Return the score of a word, or of a beginning of one, from its shares of the lists and its spelling."""
        costs, small = self._costs, word.lower()
        by_spelling = costs.named if word[0].isupper() and place != OPENING else costs.spelt
        listed = (1 - by_spelling) * share(self._words, small) + by_spelling * spelt(small)
        exact = self._of_own * share(self._own, word) + _OF_ABBREVIATIONS * share(self._abbreviations, word)
        if place == FIGURE:
            exact += _OF_UNITS * share(self._units, word)
        return math.log(listed * math.exp(self._case(word, place)) + exact + self._code(word) + _LEAST)

    def _case(self, word: str, place: str) -> float:
        """Return what the capitals of a word cost."""
        costs = self._costs
        if word.islower():
            return costs.small_name if place == INITIAL else 0.0
        first = {AMID: costs.capital, INITIAL: 0.0}.get(place, costs.first_capital) if word[0].isupper() else 0.0
        rest = _NAME_PREFIX.sub("", word)[1:] if word[0].isupper() else word[1:]
        as_name = first + costs.odd_capital * sum(letter.isupper() for letter in rest)
        return max(as_name, costs.all_capitals) if word.isupper() else as_name

    def _code(self, word: str) -> float:
        """Return how frequent a word is as an abbreviation or a code in capitals."""
        if not word.isupper() or "'" in word:
            return 0.0
        return math.exp(self._costs.initial if len(word) == 1 else self._costs.code_letter * len(word))


def _place_after(state: State, character: str) -> str:
    """Return where a word stands that begins after a character that is no letter."""
    if character.isdigit():
        return FIGURE
    if character == " ":
        ends_figure = state.unit or state.last.isdigit()
        return FIGURE if ends_figure else AMID if state.word else state.place
    if character == "." and len(state.word) == 1 and state.word.isupper():
        return INITIAL
    if character in _WITHIN_A_SENTENCE:
        return AMID if state.word or state.place == FIGURE else state.place
    return OPENING


@cache
def _all_abbreviations() -> frozenset[str]:
    return frozenset(_ABBREVIATIONS.split())


def _is_short_for(word: str) -> bool:
    """Whether a full stop is due after a word that is short for another."""
    return (len(word) == 1 and word.isupper()) or word in _all_abbreviations()


def _more_words(own: Iterable[str], accepted: Mapping[str, int]) -> dict[str, float]:
    """Return a person's words, taken apart where they are several, as they are written and with a capital.

    A word that was accepted is as frequent as it was among the accepted ones, of which a fixed share is made (a cache
    model: Kuhn and De Mori 1990); while they are few, each counts as much as if there were a thousand.
    """
    found: dict[str, float] = {}
    for text in own:
        for word in words_in(text):
            found[word] = _OWN_WORD
            found.setdefault(word[0].upper() + word[1:], _OWN_WORD * math.exp(USUAL.first_capital))
    each = _OF_ACCEPTED / (_FEW_ACCEPTED + sum(accepted.values()))
    for word, times in accepted.items():
        found[word] = max(found.get(word, 0.0), times * each)
    return found


def loaded(code: str) -> Language:
    """Load one of LANGUAGES, which takes half a second; raises NoWordList."""
    frequencies = word_list(code)
    return Language(Words(frequencies), Spelling(frequencies), COSTS.get(code, USUAL))


class Languages:
    """The languages that there are lists of: loaded when they are wanted, in a thread of their own.

    The one that was wanted last is kept; another one takes its 60 MB.
    """

    def __init__(self) -> None:
        self._code = ""
        self._loading: Future[Language | None] = Future()
        self._more: tuple[tuple[str, ...], Mapping[str, int]] = ((), _NONE)
        self._with_more: Language | None = None

    def prepare(self, code: str) -> None:
        """Begin to load a language, unless it is there or on its way."""
        if code != self._code:
            self._code, self._loading, self._with_more = code, Future(), None
            Thread(target=_fulfil, args=(self._loading, code), daemon=True, name="handread-language").start()

    def language(self, code: str, words: Sequence[str] = (), accepted: Mapping[str, int] = _NONE) -> Language | None:
        """Return a language with more words, when it has been loaded; None where its list is not installed.

        It waits for the rest of the half second that loading takes, so that a page is read the same whenever it comes.
        """
        self.prepare(code)
        language = self._loading.result()
        if language is None or not (words or accepted):
            return language
        if self._with_more is None or self._more != (tuple(words), accepted):
            self._more = tuple(words), dict(accepted)
            self._with_more = language.with_words(words, accepted)
        return self._with_more


def _fulfil(future: Future[Language | None], code: str) -> None:
    try:
        future.set_result(loaded(code))
    except NoWordList:
        future.set_result(None)
    except BaseException as error:  # noqa: BLE001 - it is raised again where the language is waited for
        future.set_exception(error)


def guessed(text: str) -> str:
    """Return the code of the language that a text, misread as it may be, is most likely in; empty for none of them.

    Each language is asked how frequent the words are; a text in none of them shares few words with any.
    """
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) > 1]
    if len(words) < _FEWEST_WORDS:
        return ""
    scores = [
        (fmean(math.log(common.get(word, _UNCOMMON)) for word in words), code) for code, common in _common().items()
    ]
    if len(scores) < 2:
        return ""
    (second, _), (first, best) = sorted(scores)[-2:]
    shared = fmean(word in _common()[best] for word in words)
    return best if shared >= _LEAST_SHARED and first - second >= _LEAST_LEAD else ""


@cache
def _common() -> dict[str, dict[str, float]]:
    """Return the few thousand commonest words of each language that is installed."""
    found = {}
    for code in LANGUAGES:
        with suppress(NoWordList):
            found[code] = word_list(code, _COMMON, "small")
    return found
