"""What looking at doubtful words alone would find, and how good the suggestions are: `python -m tests.bench.review`.

The sample pages are read by the carried engine and reviewed by someone who knows what is written there: line after
line every wrong word is put right, and what was learnt is there for the next line. A wrong word is one that has a
partner in the truth which it differs from, or none. Told is

    caught    how many of the wrong words are looked at when only those below a confidence are, and how many words
              that is; words that the engine has not seen at all can be caught by no confidence
    nine      for how many of the wrong words with a partner the right one is among the nine suggestions, with each
              source alone, with all of them, and with all but one; the list is English, the second service the
              cloud's recorded answer, which there is for one page
    place     how many of them are the first suggestion, the second, ...
    curve     what the calibration says once all pages are decided
    speed     milliseconds for the suggestions of a word, with 100,000 known words and as many in the list
"""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from tests.engine.measures import RECORDED, SAMPLES, overlap, truth_of
from tui.alignment import aligned, nfc
from tui.calibration import Calibration, Judged
from tui.engine.language import word_list
from tui.engine.reading import AUTO, Reading
from tui.engine.worker import Worker
from tui.model import Page, Polygon, Word
from tui.suggestions import Corrections, Lexicon, Source, suggestions

NOTEBOOK = "dag-304-DAG_1_1_8_0029"
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99)


@dataclass(frozen=True, slots=True)
class Known:
    """A word as it was read, and all that is known of it."""

    word: Word
    right: str | None
    """What is written there; None where nothing is, or where nobody can say which word it is."""
    alternatives: tuple[str, ...]
    second: tuple[str, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether it is to be put right."""
        return self.right is None or nfc(self.right) != nfc(self.word.text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, its lines of words, and how many words of the truth stand in no line."""

    name: str
    lines: tuple[tuple[Known, ...], ...]
    unseen: int

    @property
    def words(self) -> list[Known]:
        """All words in order."""
        return [word for line in self.lines for word in line]


def cloud_words(width: float) -> list[Word]:
    """Return the words of the cloud's own answer for the notebook page, in pixels of a page of that width."""
    answer: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))
    page = answer["analyzeResult"]["readResults"][0]
    scale = width / page["width"]
    return [
        Word(word["text"], Polygon.from_numbers(word["boundingBox"]).scaled(scale, scale))
        for line in page["lines"]
        for word in line["words"]
    ]


def words_of(page: Page) -> list[Word]:
    """Return a page's words in order."""
    return [word for line in page.lines for word in line.words]


def read_at(box: Polygon | None, words: Sequence[Word]) -> tuple[str, ...]:
    """Return the text of the word that covers most of a box, if it covers half."""
    shared = [(overlap(box, word.polygon), word.text) for word in words if box and word.polygon]
    best = max(shared, default=(0.0, ""))
    return (best[1],) if best[0] > 0.5 else ()


def sheet(name: str, reading: Reading, second: Sequence[Word], truth: Sequence[str]) -> Sheet:
    """Lay a page beside its truth."""
    words = words_of(reading.page)
    steps = aligned([word.text for word in words], truth)
    partner = {step.read: truth[step.said] for step in steps if step.read is not None and step.said is not None}
    others = [tuple(one.text for one in ways) for line in reading.alternatives for ways in line]
    known = [
        Known(word, partner.get(place), others[place], read_at(word.polygon, second))
        for place, word in enumerate(words)
    ]
    left = iter(known)
    lines = tuple(tuple(next(left) for _ in line.words) for line in reading.page.lines)
    return Sheet(name, lines, sum(step.read is None for step in steps))


async def sheets() -> list[Sheet]:
    """Read the sample pages."""
    worker, found = Worker(), []
    for image in sorted(SAMPLES.glob("*.jpg")):
        content = image.read_bytes()
        reading = (await worker.readings(content, language=AUTO))[0]
        has_answer = image.stem == NOTEBOOK and RECORDED.exists()
        second = cloud_words(reading.page.width) if has_answer else []
        found.append(sheet(image.stem, reading, second, truth_of(image).split()))
    await worker.close()
    return found


def caught(pages: Sequence[Sheet]) -> Iterator[str]:
    """Tell how many errors are seen by someone who looks at the doubtful words alone."""
    for page in pages:
        wrong = sum(word.is_wrong for word in page.words)
        yield f"{page.name[:40]}: {len(page.words)} words, {wrong} of them wrong, and {page.unseen} not seen at all"
        for threshold in THRESHOLDS:
            looked = [word for word in page.words if (word.word.confidence or 0.0) < threshold]
            found = sum(word.is_wrong for word in looked)
            yield (
                f"    below {threshold:.2f}: {100 * len(looked) / len(page.words):3.0f} % of the words looked at,"
                f" {100 * found / max(1, wrong):3.0f} % of the wrong ones caught"
            )


Offers = Callable[[Known, Corrections, Lexicon], Sequence[str]]


def offers(given: Lexicon, sources: frozenset[Source]) -> Offers:
    """Return what is offered when only some sources are asked."""
    nothing, none = Corrections(), Lexicon()

    def offered(known: Known, corrections: Corrections, lexicon: Lexicon) -> Sequence[str]:
        made = suggestions(
            known.word.text,
            corrections=corrections if Source.CORRECTED in sources else nothing,
            alternatives=known.alternatives if Source.ALTERNATIVE in sources else (),
            lexicon=lexicon if Source.KNOWN in sources else none,
            words_given=given if Source.GIVEN in sources else none,
            second_reading=known.second if Source.SECOND in sources else (),
        )
        return [suggestion.text for suggestion in made]

    return offered


def reviewed(page: Sheet, corrections: Corrections, lexicon: Lexicon, offered: Offers) -> list[int]:
    """Review a page and return at which place each right word was offered, from 0; -1 where it was not."""
    places = []
    for line in page.lines:
        for known in line:
            if known.right is not None and known.is_wrong:
                texts = offered(known, corrections, lexicon)
                places.append(texts.index(nfc(known.right)) if nfc(known.right) in texts else -1)
        for known in line:
            if known.right is not None:
                lexicon.add(known.right)
                corrections.add(known.word.text, known.right)
    return places


def among_nine(pages: Sequence[Sheet], given: Lexicon) -> Iterator[str]:
    """Tell how often the right word is offered, by source and by place."""
    everything = frozenset(Source)
    asked = {f"{source.value} alone": frozenset({source}) for source in Source}
    asked |= {f"all but {source.value}": everything - {source} for source in Source} | {"all": everything}
    yield f"{'':28}" + "".join(f"{page.name[:14]:>16}" for page in pages) + f"{'together':>16}"
    for name, sources in asked.items():
        corrections, lexicon, offered = Corrections(), Lexicon(), offers(given, sources)
        places = [reviewed(page, corrections, lexicon, offered) for page in pages]
        places.append([place for of_page in places for place in of_page])
        yield f"{name:28}" + "".join(f"{_share(of_page):>16}" for of_page in places)
    counted = Counter(places[-1])
    yield "place: " + ", ".join(f"{place + 1}. {counted[place]}" for place in range(9)) + f", not {counted[-1]}"


def _share(places: Sequence[int]) -> str:
    found = sum(place >= 0 for place in places)
    return f"{found}/{len(places)} {100 * found / max(1, len(places)):3.0f} %"


def curve(pages: Sequence[Sheet]) -> Iterator[str]:
    """Tell what the calibration says of the pages."""
    judged = [
        Judged(word.word.confidence, not word.is_wrong)
        for page in pages
        for word in page.words
        if word.word.confidence is not None
    ]
    calibration = Calibration.of(judged)
    if calibration is None:
        return
    yield from (calibration.sentence(confidence) for confidence in (0.3, 0.5, 0.7, 0.85, 0.95, 0.99))
    for error in (0.01, 0.02, 0.05, 0.1, 0.2):
        threshold = calibration.threshold_for(error)
        accepted = sum(one.confidence >= threshold for one in judged)
        yield f"to bear {100 * error:.0f} %: from {threshold:.3f} on, {100 * accepted / len(judged):.0f} % of the words"


def speed(pages: Sequence[Sheet]) -> Iterator[str]:
    """Tell how long suggestions take with 100,000 known words."""
    words = list(word_list("en", 1e-8))[:100_000]
    tracemalloc.start()
    lexicon = Lexicon(words)
    memory = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    begun = time.process_time()
    given = Lexicon(words)
    built = time.process_time() - begun
    corrections = Corrections()
    wrong = [word for page in pages for word in page.words if word.is_wrong]
    for word in wrong:
        corrections.add(word.word.text, word.right or "")
    for name, other in (("no list", Lexicon()), ("a list of as many", given)):
        times = [_milliseconds(word, corrections, lexicon, other) for word in wrong]
        yield (
            f"{len(lexicon)} words and {name}, {len(corrections.look_alikes)} pairs of look-alikes:"
            f" median {median(times):.1f} ms, mean {fmean(times):.1f}, longest {max(times):.1f}"
        )
    yield f"{built:.1f} s to take {len(words)} words in, {memory:.0f} MB"


def _milliseconds(known: Known, corrections: Corrections, lexicon: Lexicon, given: Lexicon) -> float:
    """Return the least of three, of the processor's time: others may be at work."""
    offered = offers(given, frozenset(Source))
    times = []
    for _ in range(3):
        begun = time.process_time()
        offered(known, corrections, lexicon)
        times.append(1000 * (time.process_time() - begun))
    return min(times)


def measure() -> None:
    """Print it all."""
    pages = asyncio.run(sheets())
    given = Lexicon(word_list("en", 1e-6))
    for part in (caught(pages), among_nine(pages, given), curve(pages), speed(pages)):
        print(*part, sep="\n", flush=True)
        print()


if __name__ == "__main__":
    if Path(SAMPLES).is_dir():
        measure()
    else:
        print(f"There are no sample pages in {SAMPLES}.")
