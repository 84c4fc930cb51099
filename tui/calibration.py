"""What a confidence is worth in this queue: told by the person's own decisions, not by the service.

Services are surer than they should be, each in its own way, and the same number means another thing on a phone's
photograph than on a scan. Once enough words have been decided by someone who looked at them, their confidences are
matched with how many were right: isotonic regression by pooling adjacent violators (Ayer et al. 1955), which assumes
nothing but that a surer word is not wrong more often. Only what somebody has looked at may be counted; a page that was
accepted unseen says nothing, and for those there is the audit: a random share of their lines comes back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from math import inf, sqrt

from tui.alignment import aligned, clusters, nfc
from tui.model import Line, LineKey

FEWEST = 200
"""So many decisions are needed before anything is said."""
_FEWEST_A_STEP = 20
"""On fewer decisions no step of the curve stands: it would look surer, or worse, than anyone can know."""
_TWO_SIDED = 1.96
"""Standard deviations of an interval that holds the truth in 95 of 100 cases."""
_ONE_SIDED = 1.645
"""The same for a bound that the truth exceeds in 5 of 100 cases."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a word that was read with a confidence."""

    confidence: float
    """0..1, as the service gave it."""
    was_right: bool
    """Whether the person left it as it was read."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of confidences that are wrong equally often."""

    lowest: float
    """The confidence that it begins with; it ends where the next one begins."""
    judged: int
    wrong: int

    @property
    def share_wrong(self) -> float:
        """0..1."""
        return self.wrong / self.judged

    def joined(self, above: Step) -> Step:
        """Return this step and the one above it as one."""
        return Step(self.lowest, self.judged + above.judged, self.wrong + above.wrong)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often what was read with a confidence is wrong in this queue."""

    steps: tuple[Step, ...]
    """From the lowest confidence up, each wrong less often than the one before."""
    counts: tuple[tuple[float, int], ...]
    """How many decisions there are for each confidence, from the lowest up."""

    @classmethod
    def of(cls, judged: Iterable[Judged]) -> Calibration | None:
        """Learn from decisions; None while there are fewer than FEWEST."""
        alone = _by_confidence(judged)
        if sum(step.judged for step in alone) < FEWEST:
            return None
        steps = _none_too_small(_pooled(alone))
        return cls(tuple(steps), tuple((step.lowest, step.judged) for step in alone))

    @property
    def judged(self) -> int:
        """How many decisions it was learnt from."""
        return sum(step.judged for step in self.steps)

    def wrong_at(self, confidence: float) -> float:
        """Return which share of what is read with a confidence is wrong, 0..1."""
        return self._step_at(confidence).share_wrong

    def threshold_for(self, error: float) -> float:
        """Return the lowest confidence from which on one may accept unseen and bear that share of wrong ones, 0..1.

        The share is the one expected of all from there on, and its upper bound (Wilson, 95 %) is what must be within
        the error: a few decisions do not suffice to promise little. Infinite where no confidence is high enough.
        """
        accepted, wrong, lowest = 0, 0.0, inf
        for confidence, count in reversed(self.counts):
            accepted += count
            wrong += count * self.wrong_at(confidence)
            if wilson(wrong, accepted, _ONE_SIDED)[1] <= error:
                lowest = confidence
        return lowest

    def sentence(self, confidence: float) -> str:
        """Return what a confidence is worth, in words: "at .85 wrong 4 % of the time in this queue"."""
        step = self._step_at(confidence)
        if not step.wrong:
            return f"at {_short(confidence)} none of {step.judged} wrong in this queue"
        return f"at {_short(confidence)} wrong {_percent(step.share_wrong)} of the time in this queue"

    def _step_at(self, confidence: float) -> Step:
        place = bisect_right(self.steps, confidence, key=lambda step: step.lowest)
        return self.steps[max(0, place - 1)]


def _by_confidence(judged: Iterable[Judged]) -> list[Step]:
    """Return a step for each confidence, from the lowest up."""
    counted: dict[float, list[int]] = {}
    for one in judged:
        of_it = counted.setdefault(one.confidence, [0, 0])
        of_it[0] += 1
        of_it[1] += not one.was_right
    return [Step(confidence, *counted[confidence]) for confidence in sorted(counted)]


def _pooled(steps: Iterable[Step]) -> list[Step]:
    """Join neighbours until every step is wrong less often than the one before."""
    pooled: list[Step] = []
    for step in steps:
        pooled.append(step)
        while len(pooled) > 1 and pooled[-2].wrong * pooled[-1].judged <= pooled[-1].wrong * pooled[-2].judged:
            above = pooled.pop()
            pooled[-1] = pooled[-1].joined(above)
    return pooled


def _none_too_small(steps: Iterable[Step]) -> list[Step]:
    """Join steps of too few decisions with the next; neighbours joined lie between the two, so that the order stays."""
    joined: list[Step] = []
    for step in steps:
        if joined and joined[-1].judged < _FEWEST_A_STEP:
            joined[-1] = joined[-1].joined(step)
        else:
            joined.append(step)
    if len(joined) > 1 and joined[-1].judged < _FEWEST_A_STEP:
        above = joined.pop()
        joined[-1] = joined[-1].joined(above)
    return joined


def wilson(wrong: float, of_all: int, deviations: float = _TWO_SIDED) -> tuple[float, float]:
    """Return between which shares the true one lies, 0..1 (Wilson 1927); all is possible where nothing is known."""
    if not of_all:
        return 0.0, 1.0
    share, squared = wrong / of_all, deviations**2
    middle = share + squared / (2 * of_all)
    half = deviations * sqrt(share * (1 - share) / of_all + squared / (4 * of_all**2))
    lowest, highest = ((middle + sign * half) / (1 + squared / of_all) for sign in (-1, 1))
    return max(0.0, lowest), min(1.0, highest)


def judged_words(line: Line, text: str) -> tuple[Judged, ...]:
    """Return what became of each word of a line that has a confidence, now that somebody says what the line is.

    A word is right when it stands in the text unchanged (in NFC) with its punctuation and capitals. Where the script
    sets no spaces between words, it is right when its characters stand there.
    """
    spaced = len(line.text.split()) >= len(line.words)
    pieces = [(place, piece) for place, word in enumerate(line.words) for piece in _pieces(word.text, spaced=spaced)]
    said = _pieces(text, spaced=spaced)
    changed = set(range(len(line.words))) - {place for place, _ in pieces}
    kept = {
        step.read
        for step in aligned([piece for _, piece in pieces], said)
        if step.read is not None and step.said is not None and nfc(pieces[step.read][1]) == nfc(said[step.said])
    }
    changed |= {place for at, (place, _) in enumerate(pieces) if at not in kept}
    return tuple(
        Judged(word.confidence, place not in changed)
        for place, word in enumerate(line.words)
        if word.confidence is not None
    )


def _pieces(text: str, *, spaced: bool) -> list[str]:
    return text.split() if spaced else clusters("".join(text.split()))


def is_audited(item_id: int, key: LineKey, share: float, seed: str) -> bool:
    """Whether a line accepted unseen comes back: a random share (0..1) of them does, always the same for one seed.

    Whoever raises the share gets the same lines and further ones.
    """
    drawn = blake2b(f"{seed}/{item_id}/{key.page}/{key.line}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) < share * 2**64


def audit_result(right: int, wrong: int) -> str:
    """Return what an audit has shown, in a sentence; lines are counted."""
    audited = right + wrong
    if not audited:
        return "None of the lines accepted unseen has been audited yet."
    least, most = wilson(wrong, audited)
    lines = "line" if audited == 1 else "lines"
    share = f"{_number(wrong / audited)} %, likely {_number(least)} to {_number(most)} %"
    return f"Of {audited} {lines} accepted unseen and audited {wrong or 'none'} {_were(wrong)} wrong: {share}."


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _number(share: float) -> str:
    percent = 100 * share
    return f"{percent:.1f}" if 0 < percent < 9.95 else f"{percent:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def _short(confidence: float) -> str:
    return f"{confidence:.2f}".removeprefix("0")
