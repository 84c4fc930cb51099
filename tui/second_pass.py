"""A second, blind reading of a random share of the decided lines: which lines they are, and how far two people agree.

The lines are drawn by a hash of their place and a seed, so that whoever draws a larger share from the same lines gets
the same ones and further ones; what was drawn is kept in the queue file and is the same for all. A second person reads
them without seeing what the first made of them, and that reading is kept beside the first, not over it.

Two readings are alike when they are the same characters (in NFC, runs of blanks as one), or when both say that there is
no text. A flag is no reading: such a line counts among the verdicts alone. CER and WER take the first for the truth,
which only gives them their length: the edits are the same the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from hashlib import blake2b
from operator import add
from typing import Any, NamedTuple

from tui.calibration import wilson
from tui.filters import All, Filter, parse
from tui.journal import Sampled
from tui.line_index import Hit
from tui.model import Decision, LineKey, Trouble, Verdict
from tui.quality import Edits, Interval, Rates, interval_of, rates, raw
from tui.store import Store

USUAL = "5%"
"""How much is drawn where nobody says."""
SCHEMA = 1
"""Rises when a field of the JSON changes its meaning; a field that is added leaves it."""
_AT_ONCE = 1000


# -- drawing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """How many lines are drawn: a share of those decided, or a number of them."""

    share: float | None = None
    """Above 0, up to 1."""
    lines: int = 0

    def of(self, decided: int) -> int:
        """Return how many of so many lines that is: at least one, where there is one."""
        wanted = self.lines if self.share is None else max(1, round(self.share * decided))
        return min(wanted, decided)


def amount_of(text: str) -> Amount:
    """Return what a person asks for: `5%`, `.05` or `200`; raises Trouble for anything else."""
    written = text.replace(" ", "")
    try:
        number = float(written.removesuffix("%"))
    except ValueError:
        number = 0.0
    share = number / 100 if written.endswith("%") else number if "." in written else None
    if share is not None and 0 < share <= 1:
        return Amount(share)
    if share is None and number >= 1 and number.is_integer():
        return Amount(lines=int(number))
    raise Trouble(f"{text!r} is neither a share nor a number of lines. Write it as in 5%, .05 or 200.")


class Drawn(NamedTuple):
    """What came of drawing."""

    new: int
    """How many lines were not in the sample before."""
    decided: int
    """How many lines were drawn from."""

    @property
    def sentence(self) -> str:
        """What a person is told."""
        if not self.decided:
            return "Nothing was drawn: there is no decided line to draw from."
        return f"{self.new:,} of {self.decided:,} decided lines were drawn to be read a second time."


def draw(store: Store, amount: Amount, reviewer: str, where: Filter | None = None, seed: str = "") -> Drawn:
    """Draw decided lines that are to be read a second time, of those that a filter lets through; keeps which they are.

    What was drawn before stays. Raises StoreError.
    """
    decided = sorted((_drawn_at(seed or store.path.name, hit), hit.item_id, hit.key) for hit in _decided(store, where))
    new = store.draw(((item_id, key) for _, item_id, key in decided), amount.of(len(decided)), reviewer)
    return Drawn(new, len(decided))


def _decided(store: Store, where: Filter | None) -> Iterator[Hit]:
    asked = parse("decided") if where is None else All((where, parse("decided")))
    after: Hit | None = None
    while hits := store.lines_matching(asked, after=after, limit=_AT_ONCE):
        yield from hits
        after = hits[-1]


def _drawn_at(seed: str, hit: Hit) -> int:
    """Return where a line stands in the order of drawing."""
    place = f"{seed}/{hit.item_id}/{hit.key.page}/{hit.key.line}"
    return int.from_bytes(blake2b(place.encode("utf-8", "surrogateescape"), digest_size=8).digest())


# -- whose turn it is -------------------------------------------------------------------------------------------------


def to_read(sampled: Sequence[Sampled], reviewer: str) -> list[Sampled]:
    """Return the lines that a person can read blind: that nobody has read a second time, nor they a first."""
    return [
        one
        for one in sampled
        if _counts(one)
        and one.second is None
        and one.now is not None
        and reviewer not in {one.first.reviewer, one.now.reviewer}
    ]


def to_settle(sampled: Sequence[Sampled]) -> list[Sampled]:
    """Return the lines that two people have read differently, and that nobody has decided since."""
    return [
        one
        for one in sampled
        if _counts(one)
        and one.second is not None
        and one.now is not None
        and one.now.id < one.second.id
        and not are_alike(one.first, one.second)
    ]


def _counts(one: Sampled) -> bool:
    return one.first_stands and one.now is not None


def are_alike(first: Decision, second: Decision) -> bool:
    """Whether two people made the same of a line."""
    return _reading(first) == _reading(second)


def _reading(decision: Decision) -> str | None:
    """Return what a person read, empty where they say that there is no text; None where they flagged the line."""
    if decision.verdict is Verdict.FLAGGED:
        return None
    return "" if decision.verdict is Verdict.REJECTED else raw(text_read(decision))


def text_read(decision: Decision) -> str:
    """Return the text that a decision gives a line."""
    return decision.engine_text if decision.text is None else decision.text


# -- agreement --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some lines, with the 95 % interval of the share (Wilson 1927)."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """None where there are no lines."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval:
        """Between which shares the true one lies."""
        return Interval(*wilson(self.count, self.of))


@dataclass(frozen=True)
class Agreement:
    """How far two people agree on the lines that both have read."""

    sampled: tuple[Sampled, ...]

    @cached_property
    def pairs(self) -> tuple[tuple[Decision, Decision], ...]:
        """The first decision and the second reading of each line that has both."""
        return tuple((one.first, one.second) for one in self.sampled if _counts(one) and one.second is not None)

    @cached_property
    def readings(self) -> tuple[tuple[LineKey, int, str, str], ...]:
        """Line, image and both texts where neither has flagged the line."""
        return tuple(
            (first.key, first.item_id, one, other)
            for first, second in self.pairs
            if (one := _reading(first)) is not None and (other := _reading(second)) is not None
        )

    @property
    def gone(self) -> int:
        """How many lines of the sample are no more, or their first decision was taken back."""
        return sum(not _counts(one) for one in self.sampled)

    @property
    def unread(self) -> int:
        """How many lines nobody has read a second time."""
        return sum(_counts(one) and one.second is None for one in self.sampled)

    @property
    def alike(self) -> Share:
        """How many of the lines that neither has flagged were read alike."""
        return Share(sum(one == other for _, _, one, other in self.readings), len(self.readings))

    @property
    def verdicts_alike(self) -> Share:
        """How many lines have got the same verdict from both."""
        return Share(sum(first.verdict is second.verdict for first, second in self.pairs), len(self.pairs))

    @property
    def verdicts(self) -> Counter[tuple[Verdict, Verdict]]:
        """How many lines have got which verdict from the first and which from the second."""
        return Counter((first.verdict, second.verdict) for first, second in self.pairs)

    @cached_property
    def _by_image(self) -> list[Rates]:
        images: dict[int, Rates] = {}
        for _, item_id, one, other in self.readings:
            images[item_id] = images.get(item_id, Rates()) + rates(one, other)
        return list(images.values())

    @property
    def rates(self) -> Rates:
        """What has to be changed to come from the first readings to the second."""
        return reduce(add, self._by_image, Rates())

    @property
    def cer_interval(self) -> Interval | None:
        """The 95 % interval of the CER, by drawing the images anew; None for fewer than two."""
        return interval_of([image.characters for image in self._by_image])

    @property
    def wer_interval(self) -> Interval | None:
        """The same of the WER."""
        return interval_of([image.words for image in self._by_image])


def agreement_text(agreement: Agreement) -> str:
    """Return an agreement for a person, a row each."""
    drawn, differing = len(agreement.sampled), len(to_settle(agreement.sampled))
    gone = f", {agreement.gone:,} count no more" if agreement.gone else ""
    read = f"{len(agreement.pairs):,} read a second time, {agreement.unread:,} left{gone}"
    rows = [f"sample      {drawn:,} lines drawn, {read}"]
    if agreement.pairs:
        errors = agreement.rates
        rows += [
            f"read alike  {_share(agreement.alike)}",
            f"CER         {_rate(errors.characters, agreement.cer_interval)}",
            f"WER         {_rate(errors.words, agreement.wer_interval)}",
            f"verdicts    {_share(agreement.verdicts_alike)}",
            f"to settle   {differing:,} {'line' if differing == 1 else 'lines'} that both read differently",
        ]
    return "\n".join(rows) + "\n"


def _share(share: Share) -> str:
    lines = f"{share.count:,} of {share.of:,} lines"
    return f"{lines}: {_percent(share.count / share.of)}, likely {_between(share.interval)}" if share.of else lines


def _rate(edits: Edits, interval: Interval | None) -> str:
    return _percent(edits.rate) + (f", likely {_between(interval)}" if interval is not None else "")


def _between(interval: Interval) -> str:
    return f"{_percent(interval.low).removesuffix(' %')} to {_percent(interval.high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if 0 < share < 0.0995 else f"{100 * share:.1f} %"


def agreement_object(agreement: Agreement) -> dict[str, Any]:
    """Return an agreement as JSON values; shares and rates are 0..1, `null` what is not known."""
    return {
        "schema": SCHEMA,
        "sample": {
            "drawn": len(agreement.sampled),
            "read": len(agreement.pairs),
            "left": agreement.unread,
            "gone": agreement.gone,
            "to_settle": len(to_settle(agreement.sampled)),
        },
        "read_alike": _share_object(agreement.alike),
        "characters": _rate_object(agreement.rates.characters, agreement.cer_interval),
        "words": _rate_object(agreement.rates.words, agreement.wer_interval),
        "verdicts": {
            **_share_object(agreement.verdicts_alike),
            "pairs": [
                {"first": first.value, "second": second.value, "lines": lines}
                for (first, second), lines in sorted(agreement.verdicts.items())
            ],
        },
    }


def _share_object(share: Share) -> dict[str, Any]:
    interval = share.interval if share.of else None
    return {"alike": share.count, "lines": share.of, "share": share.share, "interval": _interval(interval)}


def _rate_object(edits: Edits, interval: Interval | None) -> dict[str, Any]:
    rate = round(edits.rate, 6) if edits.length else None
    return {"rate": rate, "interval": _interval(interval), "errors": edits.errors, "length": edits.length}


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, 6), round(interval.high, 6)]
