"""What a queue learns from its corrections: what a misreading really was, and which characters look alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from tui.alignment import Step, aligned, clusters, nfc
from tui.suggestions.lexicon import LookAlikes
from tui.suggestions.writing import capitalised, capitals_of, parted, small_letters

_LONGEST_PAIR = 3
"""Characters on either side of a pair of look-alikes, at most."""


class Corrections:
    """What people made of misreadings, and which characters were taken for others."""

    def __init__(self) -> None:
        self._whole: dict[str, Counter[str]] = {}
        self._cores: dict[str, Counter[str]] = {}
        self._look_alikes: Counter[tuple[str, str]] = Counter()

    @property
    def look_alikes(self) -> LookAlikes:
        """How often characters, as they were read, turned out to be others (in small letters): ("rn", "m"): 3."""
        return self._look_alikes

    def add(self, misread: str, right: str) -> None:
        """Take in that a word was misread, and what it is; what is the same teaches nothing."""
        if nfc(misread) != nfc(right) and right:
            self._count(nfc(misread), nfc(right), 1)

    def take_back(self, misread: str, right: str) -> None:
        """Forget it once, as when a decision is undone; nothing happens when it was never taken in."""
        if nfc(right) in self._whole.get(nfc(misread), ()):
            self._count(nfc(misread), nfc(right), -1)

    def made_of(self, word: str) -> tuple[tuple[str, int], ...]:
        """Return what was made of a misreading, and how often, most often first.

        What was made of the very same text comes as it is; what was made of it with other punctuation round it, or
        with other capitals, comes with the punctuation and the capitals of the word.
        """
        parts = parted(word)
        made = Counter(self._whole.get(nfc(word), {}))
        for core, count in self._cores.get(small_letters(parts.core), {}).items():
            text = parts.dressed(core)
            made[text] = max(made[text], count)
        return tuple(sorted(made.items(), key=lambda one: (-one[1], one[0])))

    def _count(self, misread: str, right: str, by: int) -> None:
        _change(self._whole, misread, right, by)
        read, said = parted(misread).core, parted(right).core
        if not read or not said or read == said:
            return
        _change(self._cores, small_letters(read), _without_capitals(read, said), by)
        for pair in look_alike_pairs(read, said):
            self._look_alikes[pair] += by
            if not self._look_alikes[pair]:
                del self._look_alikes[pair]


def _change(counts: dict[str, Counter[str]], key: str, text: str, by: int) -> None:
    counter = counts.setdefault(key, Counter())
    counter[text] += by
    if not counter[text]:
        del counter[text]
    if not counter:
        del counts[key]


def _without_capitals(read: str, said: str) -> str:
    """Return what a word turned out to be in small letters, where its capitals are those that were read anyway."""
    small = small_letters(said)
    return small if capitalised(small, capitals_of(read)) == said else said


def word_corrections(read: Sequence[str], said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the words of a line that were replaced by one word each, as (misread, right) in NFC, in order.

    A pair beside a word that was added or taken away is left out: there two words may have become one, or one two, and
    nobody knows which letters belong to which.
    """
    steps = aligned(read, said)
    fringed = [Step(-1, -1), *steps, Step(-1, -1)]
    sure = [before.is_pair and after.is_pair for before, after in pairwise(fringed)]
    pairs = [
        (nfc(read[step.read]), nfc(said[step.said]))
        for step, begins, ends in zip(steps, sure, sure[1:], strict=False)
        if step.read is not None and step.said is not None and begins and ends
    ]
    return tuple((misread, right) for misread, right in pairs if misread != right)


def look_alike_pairs(read: str, said: str) -> tuple[tuple[str, str], ...]:
    """Return the characters of a misread word that were others, in order: "corne", "come" has ("rn", "m").

    A character that was lost or made up is told with its neighbour. Words more than half of which differ are no
    misreading letter by letter, and have none.
    """
    ours, theirs = clusters(nfc(read)), [small_letters(character) for character in clusters(nfc(said))]
    small = [small_letters(character) for character in ours]
    if 2 * Levenshtein.distance(small, theirs) > max(len(ours), len(theirs)):
        return ()
    pairs = [
        ("".join(ours[start:end]), "".join(theirs[there:there_end]))
        for start, end, there, there_end in _different(small, theirs)
        if max(end - start, there_end - there) <= _LONGEST_PAIR
    ]
    return tuple((one, other) for one, other in pairs if one and other)


def _different(read: list[str], said: list[str]) -> list[tuple[int, int, int, int]]:
    """Return from where to where two words differ, neighbouring changes as one, none of them empty if possible."""
    blocks: list[tuple[int, int, int, int]] = []
    for operation in Levenshtein.opcodes(read, said):
        if operation.tag == "equal":
            continue
        block = (operation.src_start, operation.src_end, operation.dest_start, operation.dest_end)
        if blocks and blocks[-1][1] == block[0] and blocks[-1][3] == block[2]:
            block = (blocks[-1][0], block[1], blocks[-1][2], block[3])
            blocks.pop()
        blocks.append(block)
    return [_with_neighbour(block, len(read), len(said)) for block in blocks]


def _with_neighbour(block: tuple[int, int, int, int], read: int, said: int) -> tuple[int, int, int, int]:
    start, end, there, there_end = block
    if start < end and there < there_end:
        return block
    if start and there:
        return start - 1, end, there - 1, there_end
    return (start, end + 1, there, there_end + 1) if end < read and there_end < said else block
