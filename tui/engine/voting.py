"""One line looked at several times: what it says by all the looks together.

Handwriting slants, and the recogniser was taught upright letters for the most part, so that a line slanted a little
this way and that is misread in other places each time. Whatever one look suggests is weighed by all of them: the weight
of a text is the mean of its logarithmic weights (a product of experts: Hinton 2002), with the language counted once.
The columns of different looks do not lie above each other, which is why texts are weighed and not characters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from tui.engine import beam
from tui.engine.beam import Language
from tui.engine.reading import Alternative
from tui.engine.readout import Probabilities, Reading, words

OF_EACH = 4
"""How many texts of a line each look may suggest."""
OF_A_WORD = 5
"""How many of a word."""
_IMPOSSIBLE = -200.0
"""The logarithmic weight of a text that the columns of one look cannot spell at all."""


def best(looks: Sequence[Probabilities], alphabet: Sequence[str], language: Language | None) -> str:
    """Return what a line says; empty where no look shows anything."""
    texts = {
        one.text.strip()
        for columns in looks
        for one in beam.candidates(columns, alphabet, language, count=OF_EACH)
        if one.text.strip()
    }
    return max(sorted(texts), key=lambda text: _weight(text, looks, alphabet, language), default="")


def of_words(
    text: str, looks: Sequence[Probabilities], alphabet: Sequence[str], language: Language | None
) -> tuple[tuple[Alternative, ...], ...]:
    """Return the alternatives of each word of a line that is read so, itself among them.

    A look that has no room for the text has no say.
    """
    wanted = text.split()
    parts = [list(beam.parted(_spans(text, columns, alphabet), columns, alphabet)) for columns in looks]
    whole = [part for part in parts if len(part) == len(wanted)]
    return tuple(
        _of_word(
            word, [part[place][0] for part in whole], alphabet, language, amid=any(part[place][1] for part in whole)
        )
        for place, word in enumerate(wanted)
    )


def _of_word(
    word: str, looks: Sequence[Probabilities], alphabet: Sequence[str], language: Language | None, *, amid: bool
) -> tuple[Alternative, ...]:
    suggested = [
        one.text
        for columns in looks
        for one in beam.candidates(columns, alphabet, language, count=OF_A_WORD, search=beam.WORD, amid=amid)
    ]
    texts = dict.fromkeys(text for text in (word, *suggested) if text)
    return beam.shared({text: _weight(text, looks, alphabet, language, amid=amid) for text in texts}) if looks else ()


def _spans(text: str, columns: Probabilities, alphabet: Sequence[str]) -> list[Reading]:
    return words(beam.aligned(text, columns, alphabet), len(columns))


def _weight(
    text: str, looks: Sequence[Probabilities], alphabet: Sequence[str], language: Language | None, *, amid: bool = False
) -> float:
    weights = [beam.weight_of(text, columns, alphabet, language, amid=amid) for columns in looks]
    return fmean(weight if math.isfinite(weight) else _IMPOSSIBLE for weight in weights)
