"""Whatever two people do to the same images, in whatever order: words stay tied to ink, counts and index stay true,
and all of it can be taken back to the answer itself, bit for bit, and made again.

The acts are those of the review screen, on a queue file on the disk. What a person could not do is passed over: to
join the last line with the one below it, to keep an empty line.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.arrangement import (
    MadeLine,
    Rearrangement,
    added_line,
    beside,
    merged,
    reordered,
    split_at,
    tied_words,
    turned_by,
)
from tui.filters import Always, Test, plain
from tui.line_index import Hit
from tui.model import DECIDED, Decision, ImageFacts, Line, LineKey, Page, Polygon, Trouble, Verdict, Word, text_of
from tui.review import verdict_on
from tui.store import NewItem, Store

ADA, BOB = "ada", "bob"
HIGH, WIDE = 20.0, 10.0
"""A character's height and width in the pages made here, in pixels."""
SAID = tuple(verdict for verdict in Verdict if verdict not in {Verdict.UNDECIDED, Verdict.CORRECTED})


# -- what was read ----------------------------------------------------------------------------------------------------

texts = st.one_of(
    st.sampled_from(
        ["The qvick fox", "jumps over", "naïve  Œuvre", "שלום עולם", "日本語 だ", "a", "e\u0301te\u0301", "ſo"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=14),
).filter(str.strip)


def written(text: str, top: float, confidence: float | None, has: str) -> Line:
    """Return a line as a service reads it: each character 10 x 20 pixels; it has what its service gives."""
    words, at = [], 0.0
    for word in text.split():
        box = Polygon.from_bounds(at, top, at + WIDE * len(word), top + HIGH)
        words.append(Word(word, box if has != "no boxes of words" else None, confidence, alternatives=("fox",)))
        at += WIDE * (len(word) + 1)
    box = Polygon.from_bounds(0, top, max(at - WIDE, WIDE), top + HIGH)
    return Line(text, box if has != "no box of the line" else None, tuple(words) if has != "no words" else ())


@st.composite
def pages(draw: st.DrawFn, number: int) -> Page:
    """Draw a page of none to three lines."""
    has = draw(st.sampled_from(["everything", "no boxes of words", "no box of the line", "no words"]))
    lines = draw(st.lists(st.tuples(texts, st.sampled_from([0.3, 0.95, None])), max_size=3))
    return Page(
        number,
        600,
        800,
        lines=tuple(written(text, 40.0 * place, sure, has) for place, (text, sure) in enumerate(lines)),
    )


answers = st.tuples(st.tuples(pages(1), pages(2)), st.tuples(pages(1)))
"""The pages of two images, as they were read."""


# -- what is done -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Something a person does; the numbers choose among what there is just then."""

    does: str
    who: str
    item: int
    page: int
    line: int
    place: int
    verdict: Verdict
    text: str


acts = st.builds(
    Act,
    st.sampled_from(
        ["decide", "edit", "page", "everywhere", "late", "split", "merge", "add", "box", "move", "turn", "out and back"]
        + ["undo", "redo"] * 2
    ),
    st.sampled_from([ADA, BOB]),
    *[st.integers(0, 3)] * 3,
    st.integers(0, 12),
    st.sampled_from(SAID),
    texts,
)


class Desk:
    """A queue file with two images that were read, and what can be done to them."""

    def __init__(self, store: Store, answers: Sequence[Sequence[Page]]) -> None:
        self.store = store
        self.items: list[int] = []
        for place, answer in enumerate(answers):
            facts = ImageFacts(f"{place:064}", 9, "PNG", ((600, 800),) * len(answer))
            item = store.add([NewItem(f"/scans/{place}.png", "local", facts)])[0].item_id
            store.claim("local")
            store.sent(item, "local:1")
            store.done(item, b"{}", answer)
            self.items.append(item)
        self.ever: dict[tuple[int, LineKey], Line] = {}
        """Every line that ever was, also those that were split or joined since."""
        self._remember()

    def _remember(self) -> None:
        for item, pages in zip(self.items, self.pages, strict=True):
            self.ever |= {(item, key): line for key, line in keyed(pages)}

    @property
    def pages(self) -> list[tuple[Page, ...]]:
        return [self.store.pages(item) for item in self.items]

    @property
    def decisions(self) -> list[dict[LineKey, Decision]]:
        return [self.store.decisions(item) for item in self.items]

    @property
    def counts(self) -> list[tuple[int, ...]]:
        return [
            (item.lines, item.decided, item.skipped, item.pages_read, item.pages_decided, item.doubtful)
            for item in map(self.store.item, self.items)
        ]

    @property
    def index(self) -> list[Hit]:
        return self.store.lines_matching(Always(), limit=1000)

    @property
    def everything(self) -> tuple[object, ...]:
        """All that the file tells of the two images."""
        return self.pages, self.decisions, self.counts, self.index, self.store.tally()

    def do(self, act: Act) -> None:
        """Do what a person does, where there is something to do it to."""
        if act.does in {"undo", "redo"}:
            getattr(self.store, act.does)(act.who)
            return
        item = self.items[act.item % len(self.items)]
        shown = self.store.pages(item)
        page = shown[act.page % len(shown)]
        if act.does == "out and back":
            self.store.remove([item])
            self.store.put_back([item])
        elif act.does in _DECISIONS:
            self.store.decide(*_DECISIONS[act.does](self, act, item, page))
        elif page.lines or act.does in {"add", "turn"}:
            number = page.keys[act.line % len(page.keys)].line if page.keys else None
            decisions = self.store.decisions(item)
            texts = {key.line: text_of(line, decisions.get(key)) for key, line in keyed([page])}
            try:
                self.store.reshape(item, _SHAPES[act.does](act, page, number or 0, texts), act.who)
            except Trouble:
                return
            self._remember()

    def decision(self, act: Act, item: int, key: LineKey, verdict: Verdict, text: str | None = None) -> Decision:
        line = self.ever[item, key]
        shown = text_of(line, self.store.decisions(item).get(key))
        return Decision(item, key, verdict, text, "", act.who, line.text, shown, unseen=act.does == "page")


def keyed(pages: Iterable[Page]) -> Iterator[tuple[LineKey, Line]]:
    for page in pages:
        yield from zip(page.keys, page.lines, strict=True)


def one_line(desk: Desk, act: Act, item: int, page: Page) -> list[Decision]:
    keys = page.keys[act.line % len(page.keys) :][:1] if page.keys else ()
    return [desk.decision(act, item, key, act.verdict) for key in keys]


def edited(desk: Desk, act: Act, item: int, page: Page) -> list[Decision]:
    keys = page.keys[act.line % len(page.keys) :][:1] if page.keys else ()
    return [desk.decision(act, item, key, *verdict_on(page.line(key.line), act.text)) for key in keys]


def whole_page(desk: Desk, act: Act, item: int, page: Page) -> list[Decision]:
    decided = desk.store.decisions(item)
    return [desk.decision(act, item, key, Verdict.ACCEPTED) for key in page.keys if key not in decided]


def everywhere(desk: Desk, act: Act, item: int, page: Page) -> list[Decision]:  # noqa: ARG001 (one shape for all)
    found = [(one, key) for one, pages in zip(desk.items, desk.pages, strict=True) for key, _ in keyed(pages)]
    return [desk.decision(act, one, key, Verdict.CORRECTED, act.text) for one, key in found[:: act.place + 1]]


def late(desk: Desk, act: Act, item: int, page: Page) -> list[Decision]:  # noqa: ARG001 (one shape for all)
    """Decide a line that still stands on one's own screen, while another may have split or joined it."""
    keys = [key for one, key in desk.ever if one == item]
    return [desk.decision(act, item, key, act.verdict) for key in keys[act.place :][:1]]


_DECISIONS = {"late": late, "decide": one_line, "edit": edited, "page": whole_page, "everywhere": everywhere}


def split(act: Act, page: Page, number: int, texts: dict[int, str]) -> Rearrangement:
    return split_at(page, number, texts[number], act.place)


def merge(act: Act, page: Page, number: int, texts: dict[int, str]) -> Rearrangement:  # noqa: ARG001 (as above)
    below = beside(page, number, 1)
    if below is None:
        raise Trouble("It is the last line.")
    return merged(page, (number, below), (texts[number], texts[below]))


def add(act: Act, page: Page, number: int, texts: dict[int, str]) -> Rearrangement:  # noqa: ARG001 (as above)
    box = Polygon.from_bounds(30.0 * act.place, 50, 30.0 * act.place + 100, 50 + HIGH)
    return added_line(page, box, number if act.place % 2 and page.lines else None)


def box(act: Act, page: Page, number: int, texts: dict[int, str]) -> Rearrangement:
    line = Line(texts[number], Polygon.from_bounds(5.0 * act.place, 9, 200, 40))
    free = max(key.line + 1 for key in page.keys)
    return Rearrangement(
        page.number, (number,), (MadeLine(free, replace(line, words=tied_words(line, texts[number]))),)
    )


def move(act: Act, page: Page, number: int, texts: dict[int, str]) -> Rearrangement:  # noqa: ARG001 (as above)
    return reordered(page, number, 1 if act.place % 2 else -1)


def turn(act: Act, page: Page, number: int, texts: dict[int, str]) -> Rearrangement:  # noqa: ARG001 (as above)
    return turned_by(page, 1 + act.place % 3)


_SHAPES: dict[str, Callable[[Act, Page, int, dict[int, str]], Rearrangement]] = {
    "split": split,
    "merge": merge,
    "add": add,
    "box": box,
    "move": move,
    "turn": turn,
}


@contextmanager
def desk_with(answers: Sequence[Sequence[Page]]) -> Iterator[Desk]:
    with TemporaryDirectory() as folder, Store(Path(folder) / "queue.db", clock=lambda: 1_000_000.0) as store:
        yield Desk(store, answers)


# -- what is true after each ------------------------------------------------------------------------------------------


def check_words(desk: Desk) -> None:
    """Each word that a line now says stands in a box within the line's, and they say all that the line does."""
    for pages, decisions in zip(desk.pages, desk.decisions, strict=True):
        for key, line in keyed(pages):
            text = text_of(line, decisions.get(key))
            words = tied_words(line, text)
            assert "".join(word.text for word in words) == "".join(text.split())
            assert all(any(word.text in whole for whole in text.split()) for word in words)
            has_ink = line.polygon is not None or any(word.polygon for word in line.words)
            assert all((word.polygon is not None) == has_ink for word in words)
            for word in words:
                if word.polygon is not None and line.polygon is not None:
                    assert touch(word.polygon, line.polygon), (word, line)


def touch(one: Polygon, other: Polygon, slack: float = 1e-6) -> bool:
    (left, top, right, bottom), (start, upper, end, lower) = one.bounds, other.bounds
    return left <= end + slack and start <= right + slack and top <= lower + slack and upper <= bottom + slack


def check_counts(desk: Desk) -> None:
    """What the file keeps count of is what pages and decisions come to."""
    lines: Counter[Verdict] = Counter()
    for pages, decisions, counts in zip(desk.pages, desk.decisions, desk.counts, strict=True):
        found = dict(keyed(pages))
        assert decisions.keys() <= found.keys()
        verdicts = {key: decisions[key].verdict if key in decisions else Verdict.UNDECIDED for key in found}
        lines.update(verdicts.values())
        whole = sum(all(verdicts[key] in DECIDED for key in page.keys) for page in pages)
        assert counts == (
            len(found),
            sum(verdict in DECIDED for verdict in verdicts.values()),
            sum(verdict is Verdict.SKIPPED for verdict in verdicts.values()),
            len(pages),
            whole,
            sum(line.doubtful for line in found.values()),
        )
    assert Counter(desk.store.tally().lines) == lines


def check_index(desk: Desk) -> None:
    """A search finds each line by the text and the verdict that it has now."""
    texts, verdicts = {}, {}
    for item, pages, decisions in zip(desk.items, desk.pages, desk.decisions, strict=True):
        for key, line in keyed(pages):
            texts[item, key] = plain(text_of(line, decisions.get(key)))
            verdicts[item, key] = decisions[key].verdict if key in decisions else Verdict.UNDECIDED
    hits = desk.store.lines_matching(Always(), limit=1000)
    assert {(hit.item_id, hit.key): hit.text for hit in hits} == texts
    for verdict in Verdict:
        found = desk.store.lines_matching(Test("verdict", "=", verdict.value), limit=1000)
        assert {(hit.item_id, hit.key) for hit in found} == {line for line in verdicts if verdicts[line] is verdict}


# -- the claims -------------------------------------------------------------------------------------------------------


@given(answers, st.lists(acts, max_size=12))
@settings(print_blob=True)
def test_after_any_act_words_are_tied_to_boxes_and_counts_and_index_are_true(
    answers: Sequence[Sequence[Page]], acts: list[Act]
) -> None:
    with desk_with(answers) as desk:
        for act in acts:
            desk.do(act)
            check_words(desk)
            check_counts(desk)
            check_index(desk)


@given(answers, st.lists(acts, max_size=12), st.lists(st.sampled_from([ADA, BOB]), max_size=12))
def test_undoing_all_gives_the_answer_back_bit_for_bit_and_redoing_all_what_was_there(
    answers: Sequence[Sequence[Page]], acts: list[Act], turns: list[str]
) -> None:
    with desk_with(answers) as desk:
        before = desk.everything
        for act in acts:
            desk.do(act)
        turn_all(desk.store.redo, [ADA, BOB])  # what was taken back among the acts comes back, too
        after = desk.everything
        turn_all(desk.store.undo, [*turns, ADA, BOB])
        assert desk.pages == [tuple(answer) for answer in answers]
        assert desk.decisions == [{}, {}]
        assert desk.everything == before
        turn_all(desk.store.redo, [*turns, BOB, ADA])
        assert desk.everything == after


def turn_all(turn: Callable[[str], object], who: Iterable[str]) -> None:
    """Take back, or make again, a step of each in turn, and then all the others that the last two have."""
    names = list(who)
    for name in names[:-2]:
        turn(name)
    for name in names[-2:]:
        while turn(name) is not None:
            pass


def test_a_decision_on_a_line_that_somebody_split_meanwhile_counts_once_the_line_is_back() -> None:
    page = Page(1, 600, 800, lines=(written("one two", 0, 0.9, "everything"),))
    with desk_with([[page]]) as desk:
        (item,) = desk.items
        accepted = Decision(item, LineKey(1, 0), Verdict.ACCEPTED, reviewer=ADA, engine_text="one two")
        desk.store.decide(accepted)
        desk.store.reshape(item, split_at(page, 0, "one two", 3), BOB)
        desk.store.undo(ADA)
        desk.store.redo(ADA)
        desk.store.decide(accepted)
        assert desk.store.item(item).decided == 0
        assert desk.store.decisions(item) == {}
        desk.store.undo(BOB)
        assert desk.store.item(item).decided == 1
        assert desk.store.decisions(item).keys() == {LineKey(1, 0)}
