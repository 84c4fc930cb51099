"""Several readings of a line instead of one: CTC prefix beam search, with or without a language's opinion.

The recogniser says for each column how likely every character is, and many paths through the columns spell the same
text (Graves et al. 2006). The search walks the columns once and keeps the few likeliest beginnings, each with the
weight of all the paths that spell it, times what a language makes of it (Hannun et al. 2014). Everything here is a pure
function of the columns.

The weight of a text is
    P(text | columns, flattened) * exp(language * score(text) + character * length of the text)
Columns are flattened by a temperature, because the recogniser is surer than it is right. Spaces count once however many
there are; one at the end weighs as any character does, but the text is given without it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tui.engine.reading import Alternative
from tui.engine.readout import Character, Probabilities, Reading, characters

_LEAST = 1e-12
"""What a probability of 0 counts as where its logarithm is needed."""
_SMALL, _LARGE = 1e-100, 1e100
"""Weights are scaled again before they are too small or too large for a float."""
_IMPOSSIBLE = -1e30
_ENDS = ".?!"
"""After these a sentence begins."""


class Language(Protocol):
    """What a search asks of a language: scores are natural logarithms, states are its own affair."""

    def start(self, *, amid: bool) -> Any:
        """Return the state before the first character of a line, or of a word amid one."""

    def step(self, state: Any, character: str) -> tuple[float, Any]:
        """Return what one more character adds to the score, which is never above 0, and the state after it."""

    def end(self, state: Any) -> float:
        """Return what it adds to the score that the text ends here."""


@dataclass(frozen=True, slots=True)
class Search:
    """How wide to look, and how much each opinion counts."""

    width: int = 16
    """How many beginnings are kept from column to column."""
    least: float = 1e-3
    """A character less likely than this in a column is not tried there."""
    most_tried: int = 8
    """How many characters are tried in a column."""
    cut: float = 14.0
    """A beginning is dropped whose weight is e to this times smaller than the best one's."""
    temperature: float = 0.7
    """Probabilities are raised to this power before anything else."""
    language: float = 1.0
    """How much the language's score counts."""
    character: float = 2.0
    """What each character adds where there is a language: it makes up for what that takes away for each."""


LINE = Search()
WORD = Search(width=24, cut=10.0)
EVERYTHING = Search(width=10**9, least=0.0, most_tried=10**9, cut=math.inf, temperature=1.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read some columns."""

    text: str
    weight: float
    """The natural logarithm of its weight."""


class _Prefix:
    """A beginning of the text; there is one object for each text, so that all paths that spell it meet in it."""

    __slots__ = ("factor", "last", "length", "longer", "state", "text")

    def __init__(self, text: str, last: str, state: Any, factor: float) -> None:
        self.text = text
        self.last = last
        self.state = state
        self.factor = factor
        """What its last character multiplies the weight by."""
        self.longer = _NONE_LONGER


_NONE_LONGER: dict[str, _Prefix] = {}
"""What all share that were not made longer, which are most."""

_Tried = tuple[float, list[tuple[str, float]]]
"""What is tried in a column: the probability of the blank, and each character worth a try with its own."""


def candidates(
    columns: Probabilities,
    alphabet: Sequence[str],
    language: Language | None = None,
    *,
    count: int = 9,
    search: Search = LINE,
    amid: bool = False,
) -> list[Candidate]:
    """Return up to so many texts that the columns may spell, no two the same, the weightiest first.

    `amid` says that other words precede on the line, so that a capital is not expected.
    """
    root = _Prefix("", " ", language.start(amid=amid) if language else None, 1.0)
    ended: dict[str, float] = {}
    weights, scale = _walked(_worth_trying(_flattened(columns, search), alphabet, search), root, language, search)
    for prefix, (blank, ink) in weights.items():
        last = math.exp(search.language * language.end(prefix.state)) if language else 1.0
        text = prefix.text.rstrip(" ")
        ended[text] = ended.get(text, 0.0) + (blank + ink) * last
    ranked = sorted(ended.items(), key=lambda one: (-one[1], one[0]))[:count]
    return [Candidate(text, scale + math.log(weight)) for text, weight in ranked if weight > 0]


def _flattened(columns: Probabilities, search: Search) -> NDArray[np.float64]:
    flat: NDArray[np.float64] = columns.astype(np.float64) ** search.temperature
    return flat / flat.sum(axis=1, keepdims=True) if search.temperature != 1.0 else flat


def _worth_trying(columns: NDArray[np.float64], alphabet: Sequence[str], search: Search) -> list[_Tried]:
    """Return what to try in each column, the likeliest first."""
    found: list[_Tried] = [(max(blank, _LEAST), []) for blank in columns[:, 0].tolist()]
    places, indices = np.nonzero(columns[:, 1:] > search.least)
    sizes = columns[places, indices + 1]
    order = np.lexsort((indices, -sizes, places))
    for place, index, size in zip(places[order].tolist(), indices[order].tolist(), sizes[order].tolist(), strict=True):
        tried = found[place][1]
        if len(tried) < search.most_tried:
            tried.append((alphabet[index + 1], size))
    return found


def _walked(
    tried: list[_Tried], root: _Prefix, language: Language | None, search: Search
) -> tuple[dict[_Prefix, list[float]], float]:
    """Return the beginnings left after the last column, and the logarithm of the scale of their weights.

    Each has two weights: of the paths that end in a blank, and of those that end in its last character.
    """
    weights, scale = {root: [1.0, 0.0]}, 0.0
    for blank, inked in tried:
        if inked:
            weights = _kept(_grown(weights, blank, inked, language, search), search)
            best = sum(next(iter(weights.values())))
            if not _SMALL < best < _LARGE:
                scale += math.log(best)
                weights = {prefix: [before / best, ink / best] for prefix, (before, ink) in weights.items()}
        else:
            scale += math.log(blank)
            weights = {prefix: [before + ink, 0.0] for prefix, (before, ink) in weights.items()}
    return weights, scale


def _grown(
    weights: dict[_Prefix, list[float]],
    blank: float,
    inked: list[tuple[str, float]],
    language: Language | None,
    search: Search,
) -> dict[_Prefix, list[float]]:
    """Return all beginnings one column further: as they are, or longer by one of the characters tried there."""
    stays = [(after_blank + after_ink) * blank for after_blank, after_ink in weights.values()]
    grown = {prefix: [stay, 0.0] for prefix, stay in zip(weights, stays, strict=True)}
    hopes = _Hopes(stays, language, search)
    for prefix, (after_blank, after_ink) in weights.items():
        whole = after_blank + after_ink
        for character, likelihood in inked:
            weight = whole * likelihood
            if character == prefix.last:
                grown[prefix][1] += weight if character == " " else after_ink * likelihood  # several spaces are one
                weight = 0.0 if character == " " else after_blank * likelihood  # a blank parts two equal characters
            if weight > hopes.least:
                longer = prefix.longer.get(character) or _longer(prefix, character, language, search)
                weight *= longer.factor
                known = grown.get(longer)
                if known is None:
                    grown[longer] = [0.0, weight]
                    hopes.see(weight)
                else:
                    known[1] += weight
    return grown


class _Hopes:
    """From which weight on it is worth the while to make a beginning longer: asking a language is what takes time.

    When so many others weigh more as will be kept, it would not be. It weighs at most what a character adds more than
    its paths do, since no language's score for a character is above 0.
    """

    __slots__ = ("_best", "_bonus", "_width", "least")

    def __init__(self, stays: Sequence[float], language: Language | None, search: Search) -> None:
        self._bonus = math.exp(-search.character) if language else 1.0
        self._width = search.width
        self._best = sorted(stays)
        self.least = max(stays) * math.exp(-search.cut) * self._bonus
        if len(stays) >= search.width:
            self.least = max(self.least, self._best[0] * self._bonus)

    def see(self, weight: float) -> None:
        """Take note of the weight of one that was not there before."""
        if len(self._best) < self._width:
            heappush(self._best, weight)
            return
        if weight > self._best[0]:
            heapreplace(self._best, weight)
        self.least = max(self.least, self._best[0] * self._bonus)


def _longer(prefix: _Prefix, character: str, language: Language | None, search: Search) -> _Prefix:
    if language is None:
        made = _Prefix(prefix.text + character, character, None, 1.0)
    else:
        score, state = language.step(prefix.state, character)
        made = _Prefix(prefix.text + character, character, state, math.exp(search.language * score + search.character))
    if prefix.longer is _NONE_LONGER:
        prefix.longer = {}
    prefix.longer[character] = made
    return made


def _kept(weights: dict[_Prefix, list[float]], search: Search) -> dict[_Prefix, list[float]]:
    """Return the best, best first; of equal ones those that were found first."""
    ranked = sorted(weights.items(), key=lambda one: -(one[1][0] + one[1][1]))[: search.width]
    least = sum(ranked[0][1]) * math.exp(-search.cut)
    return {prefix: pair for prefix, pair in ranked if pair[0] + pair[1] >= least}


def alternatives(
    columns: Probabilities,
    alphabet: Sequence[str],
    language: Language | None = None,
    *,
    always: Sequence[str] = (),
    count: int = 9,
    search: Search = WORD,
    amid: bool = False,
) -> tuple[Alternative, ...]:
    """Return up to so many ways to read one word, the likeliest first; their shares sum to 1.

    The columns are those of `word_columns`. The greedy reading and those in `always` are among the alternatives,
    unless they are empty or hold a character that the alphabet has not.
    """
    found = {
        one.text: one.weight for one in candidates(columns, alphabet, language, count=count, search=search, amid=amid)
    }
    greedy = "".join(character.text for character in characters(columns, alphabet))
    wanted = {text: found.get(text) for text in (*always, greedy) if text}
    for text in [text for text, weight in wanted.items() if weight is None]:
        wanted[text] = weight_of(text, columns, alphabet, language, search=search, amid=amid)
    kept = {text: weight for text, weight in wanted.items() if weight is not None and weight > -math.inf}
    for text, weight in found.items():
        if text and len(kept) < max(count, len(wanted)):
            kept.setdefault(text, weight)
    return shared(kept)


def of_words(
    words: Sequence[Reading], columns: Probabilities, alphabet: Sequence[str], language: Language | None = None
) -> tuple[tuple[Alternative, ...], ...]:
    """Return the alternatives of each word of a line, itself among them."""
    return tuple(
        alternatives(own, alphabet, language, always=[word.text], amid=amid)
        for word, (own, amid) in zip(words, parted(words, columns, alphabet), strict=True)
    )


def parted(
    words: Sequence[Reading], columns: Probabilities, alphabet: Sequence[str]
) -> Iterator[tuple[Probabilities, bool]]:
    """Yield the own columns of each word of a line, and whether it stands amid a sentence."""
    for place, word in enumerate(words):
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        own = word_columns(
            columns, alphabet, word.first, word.last, before.last if before else None, after.first if after else None
        )
        yield own, before is not None and before.text[-1] not in _ENDS


def ways(
    text: str, columns: Probabilities, alphabet: Sequence[str], language: Language | None = None
) -> tuple[Alternative, ...]:
    """Return the ways to read a whole line, the likeliest first; one of them is the text that was taken."""
    found = {one.text.strip(): one.weight for one in candidates(columns, alphabet, language)}
    found.setdefault(text, weight_of(text, columns, alphabet, language, search=LINE))
    return shared({text: weight for text, weight in found.items() if text and weight > -math.inf})


def share_of(word: str, found: Sequence[Alternative]) -> float:
    """Return the share of a word among its alternatives, 0 where it is none of them."""
    return next((one.share for one in found if one.text == word), 0.0)


def shared(weights: dict[str, float]) -> tuple[Alternative, ...]:
    """Return alternatives by their logarithmic weights, the weightiest first."""
    if not weights:
        return ()
    best = max(weights.values())
    parts = {text: math.exp(weight - best) for text, weight in weights.items()}
    whole = sum(parts.values())
    ranked = sorted(parts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Alternative(text, part / whole) for text, part in ranked)


def word_columns(
    columns: Probabilities, alphabet: Sequence[str], first: int, last: int, before: int | None, after: int | None
) -> Probabilities:
    """Return a word's own columns, in which a space stands for no character like the blank.

    The word was seen from `first` to `last`; `before` and `after` are the nearest columns of its neighbours, None where
    it is the first or the last of its line. The columns between two words are parted in the middle.
    """
    start = 0 if before is None else (before + first + 1) // 2
    end = len(columns) if after is None else (last + after) // 2 + 1
    own = columns[start:end].copy()
    if " " in alphabet:
        space = alphabet.index(" ")
        own[:, 0] += own[:, space]
        own[:, space] = 0
    return own


def weight_of(
    word: str,
    columns: Probabilities,
    alphabet: Sequence[str],
    language: Language | None = None,
    *,
    search: Search = WORD,
    amid: bool = False,
) -> float:
    """Return the logarithm of the weight of one word, without spaces; -inf where the columns cannot spell it."""
    if not set(word) <= set(alphabet):
        return -math.inf
    weight = _spelt(_flattened(columns, search), [alphabet.index(character) for character in word])
    if language is None:
        return weight
    state, score = language.start(amid=amid), 0.0
    for character in word:
        added, state = language.step(state, character)
        score += added
    return weight + search.language * (score + language.end(state)) + search.character * len(word)


def _spelt(columns: NDArray[np.float64], indices: Sequence[int]) -> float:
    """Return the logarithm of the probability of all paths that spell these characters (the forward pass of CTC)."""
    labels, may_skip = _with_blanks(indices)
    seen, scale = columns[:, labels], 0.0
    weights = np.zeros(len(labels))
    weights[0] = 1.0
    for place, column in enumerate(seen):
        grown = weights.copy() if place else weights
        grown[1:] += weights[:-1].copy()
        if place:
            grown[2:] += np.where(may_skip[2:], weights[:-2], 0.0)
        weights = grown * column
        whole = float(weights.sum())
        if whole <= 0:
            return -math.inf
        scale += math.log(whole)
        weights /= whole
    ended = float(weights[-2:].sum())
    return scale + math.log(ended) if ended > 0 else -math.inf


def _with_blanks(indices: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return characters with a blank round each, and where a path may leave out the blank before one."""
    labels = np.zeros(2 * len(indices) + 1, dtype=np.int64)
    labels[1::2] = indices
    may_skip = np.zeros(len(labels), dtype=np.bool_)
    may_skip[3::2] = labels[3::2] != labels[1:-2:2]
    return labels, may_skip


def aligned(text: str, columns: Probabilities, alphabet: Sequence[str]) -> list[Character]:
    """Return where the likeliest path that spells a text has its characters; none where the columns are too few."""
    indices = [alphabet.index(character) for character in text]
    if not indices:
        return []
    labels, may_skip = _with_blanks(indices)
    logs = np.log(np.maximum(columns[:, labels].astype(np.float64), _LEAST))
    states = _likeliest_path(logs, may_skip)
    if states is None:
        return []
    places: list[list[int]] = [[] for _ in indices]
    for column, state in enumerate(states):
        if state % 2:
            places[state // 2].append(column)
    return [
        Character(character, own[0], own[-1], float(columns[own, index].max()))
        for character, index, own in zip(text, indices, places, strict=True)
    ]


def _likeliest_path(logs: NDArray[np.float64], may_skip: NDArray[np.bool_]) -> list[int] | None:
    """Return the state of each column on the best way from the first two states to the last two (Viterbi)."""
    count = logs.shape[1]
    ways = np.full((3, count), _IMPOSSIBLE)
    steps = np.zeros(logs.shape, dtype=np.int8)
    skipped = np.where(may_skip, 0.0, _IMPOSSIBLE)
    best = np.full(count, _IMPOSSIBLE)
    best[:2] = logs[0, :2]
    for column in range(1, len(logs)):
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = best[:-2] + skipped[2:]
        steps[column] = ways.argmax(axis=0)
        best = ways.max(axis=0) + logs[column]
    state = count - 1 if best[-1] >= best[-2] else count - 2
    if best[state] < _IMPOSSIBLE / 2:
        return None
    states = [state]
    for column in range(len(logs) - 1, 0, -1):
        state -= int(steps[column, state])
        states.append(state)
    return states[::-1]
