"""A score as a page in the terminal: what it comes to, page by page, how its lines lie, and the worst of them.

It says everything in characters; colours only repeat it. It is as wide as the terminal, 80 columns where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal, TextIO, get_args

from rapidfuzz.distance import Levenshtein
from rich.cells import set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tui.alignment import nfc
from tui.model import printable
from tui.quality import Bin, Confusion, Interval, LineScore, Measure, PageScore, Rates, Score

Per = Literal["page", "line", "confusion"]
PER: Final = get_args(Per)
"""What may be told in full."""
WIDTH: Final = 80
WIDEST: Final = 120
"""Columns beyond which nothing gets easier to read."""
_PAGES_SHOWN = 12
_WORST_SHOWN = 5
_CONFUSIONS_SHOWN = 8
_NAME = 26
"""Columns of an image's name."""
_BAR = 40
"""Columns of the longest bar."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_WRONG = "bold red"
_MISSING = "bold yellow"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A score, and how it is shown."""

    score: Score
    measure: Measure
    is_ascii: bool
    width: int
    as_read: Score | None = None
    """What the score of the reviewed text is shown beside."""

    def rates(self, page: PageScore) -> Rates:
        return page.text.by(self.measure)


def print_sheet(
    score: Score,
    title: str,
    stream: TextIO,
    *,
    measure: Measure = Measure.RAW,
    per: Per | None = None,
    width: int | None = None,
    has_colours: bool = False,
    as_read: Score | None = None,
) -> None:
    """Print a score; with `per` all of its pages, lines or confusions, and nothing else but the total.

    The totals of `as_read`, of what was read, stand below those of the reviewed text.
    """
    columns = max(60, min(width or WIDTH, WIDEST))
    console = Console(
        file=stream,
        width=columns,
        force_terminal=has_colours,
        no_color=not has_colours,
        color_system="standard" if has_colours else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    is_ascii = not _can_write(stream, "█▏…")
    sheet = _Sheet(score, measure, is_ascii, columns, as_read)
    console.print(Text(printable(title), "bold"))
    console.print(_totals(sheet))
    console.print(Text(_counts(score)))
    for part in _parts(sheet, per):
        console.print()
        console.print(part.table)
        if part.left_out:
            console.print(Text(f"{'...' if is_ascii else '…'} and {part.left_out:,} more: --per {part.per}"))


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the sheet."""

    table: Table
    left_out: int = 0
    """How many rows are not shown."""
    per: Per = "page"
    """What shows them all."""


def _parts(sheet: _Sheet, per: Per | None) -> Iterator[_Part]:
    if per == "line":
        yield _lines(sheet, None)
    elif per == "confusion":
        yield _confusions(sheet, None)
    elif per == "page":
        yield _pages(sheet, None)
    else:
        if len(sheet.score.pages) > 1:
            yield _pages(sheet, _PAGES_SHOWN)
        yield _Part(_histogram(sheet))
        if sheet.score.confusions(sheet.measure):
            yield _confusions(sheet, _CONFUSIONS_SHOWN)
        if sheet.score.worst(sheet.measure, 1):
            yield _lines(sheet, _WORST_SHOWN)


# -- the total --------------------------------------------------------------------------------------------------------


def _totals(sheet: _Sheet) -> Table:
    score = sheet.score
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for heading in ("CER %", "95 %", "WER %", "95 %", "subst.", "deleted", "inserted", "of"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in _total_rows(score, sheet.measure):
        table.add_row(name, *row)
    if sheet.as_read is not None:
        table.add_row("as read", style="bold")
        for name, row in _total_rows(sheet.as_read, sheet.measure):
            table.add_row(name, *row)
    return table


def _total_rows(score: Score, measure: Measure) -> Iterator[tuple[str, Sequence[str]]]:
    for each in Measure:
        bounds = _bounds(score.cer_interval(each)), _bounds(score.wer_interval(each))
        yield each.value, _total_row(score.text.by(each), *bounds)
    yield "by line", _total_row(score.by_line.by(measure), "", "")


def _counts(score: Score) -> str:
    there = f"{_counted(len(score.pages), 'page')}, {_counted(score.lines, 'line')}"
    return f"{there}: {score.missing:,} missing, {score.invented:,} invented"


def _total_row(rates: Rates, cer_bounds: str, wer_bounds: str) -> Sequence[str]:
    edits = rates.characters
    counts = (edits.substitutions, edits.deletions, edits.insertions, edits.length)
    return _percent(rates.cer), cer_bounds, _percent(rates.wer), wer_bounds, *(f"{count:,}" for count in counts)


def _bounds(interval: Interval | None) -> str:
    return "-" if interval is None else f"{_percent(interval.low)}-{_percent(interval.high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


# -- pages ------------------------------------------------------------------------------------------------------------


def _pages(sheet: _Sheet, most: int | None) -> _Part:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("page", no_wrap=True)
    for heading in ("CER %", "WER %", "line CER %", "lines", "missing", "invented"):
        table.add_column(heading, justify="right", no_wrap=True)
    pages = sorted(sheet.score.pages, key=lambda page: -sheet.rates(page).cer) if most else sheet.score.pages
    for page in pages[:most]:
        rates = sheet.rates(page)
        counts = (len(page.lines), page.missing, page.invented)
        table.add_row(
            _cut(_place(page), _NAME, sheet),
            _percent(rates.cer),
            _percent(rates.wer),
            _percent(page.by_line.by(sheet.measure).cer),
            *(f"{count:,}" for count in counts),
        )
    return _part(table, len(pages), most, "page")


def _place(page: PageScore) -> str:
    name = printable(PurePosixPath(page.name).name or page.name)
    return name if page.number == 1 else f"{name} p.{page.number}"


def _cut(name: str, columns: int, sheet: _Sheet) -> Text:
    """Return a name, in the middle of which something is left out where it is too long."""
    text = Text(name)
    if text.cell_len <= columns:
        return text
    dots = "..." if sheet.is_ascii else "…"
    half = (columns - len(dots)) // 2
    return Text(f"{set_cell_size(name, half)}{dots}{name[-half:]}")


def _part(table: Table, there: int, most: int | None, per: Per) -> _Part:
    return _Part(table, max(0, there - most) if most else 0, per)


# -- lines ------------------------------------------------------------------------------------------------------------


def _histogram(sheet: _Sheet) -> Table:
    bars = sheet.score.histogram(sheet.measure)
    longest = max(1, *(bar.lines for bar in bars))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("CER %", justify="right", no_wrap=True)
    table.add_column("lines", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for bar in bars:
        table.add_row(_range(bar), f"{bar.lines:,}", Text(_bar(bar.lines / longest, sheet), _colour_of(bar)))
    return table


def _range(bar: Bin) -> str:
    if bar.upto is None:
        return f"over {100 * bar.above:.0f}"
    return "0" if bar.upto == 0 else f"to {100 * bar.upto:.0f}"


def _bar(share: float, sheet: _Sheet) -> str:
    """Return a bar of a share of the longest; whatever is not nothing shows."""
    if sheet.is_ascii:
        return "#" * (max(1, round(share * _BAR)) if share else 0)
    eighths = max(1, round(8 * share * _BAR)) if share else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _colour_of(bar: Bin) -> str:
    return "green" if bar.above < 0.05 else "yellow" if bar.above < 0.3 else "red"


def _lines(sheet: _Sheet, most: int | None) -> _Part:
    worst = sheet.score.worst(sheet.measure)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("worst lines" if most else "lines with errors", no_wrap=True)
    table.add_column("", overflow="fold", ratio=1)
    for page, line in worst[:most]:
        truth, read = _beside_each_other(line)
        invented = line.is_invented
        number = f"line {line.number} of those read" if invented else f"line {line.number}"
        table.add_row(
            _percent(line.measured.by(sheet.measure).cer) + " %" if not invented else "invented",
            Text.assemble(_cut(_place(page), _NAME, sheet), f", {number}", style="dim"),
        )
        if not invented:
            table.add_row(Text("  written", style="dim"), truth)
        table.add_row(Text("  read", style="dim"), Text("nothing", _MISSING) if line.is_missing else read)
    return _part(table, len(worst), most, "line")


def _beside_each_other(line: LineScore) -> tuple[Text, Text]:
    """Return what is written and what was read, with what differs marked."""
    truth, read = nfc(line.truth or ""), nfc(line.read or "")
    shown, other = Text(_kept_in_place(truth)), Text(_kept_in_place(read))
    if line.is_missing or line.is_invented:
        return shown, other
    for change in Levenshtein.opcodes(truth, read):
        if change.tag != "equal":
            shown.stylize(_WRONG, change.src_start, change.src_end)
            other.stylize(_WRONG, change.dest_start, change.dest_end)
    return shown, other


def _kept_in_place(text: str) -> str:
    """Return a text that is safe to show, with as many characters as it had."""
    return "".join(map(printable, text))


# -- confusions -------------------------------------------------------------------------------------------------------


def _confusions(sheet: _Sheet, most: int | None) -> _Part:
    confusions = sheet.score.confusions(sheet.measure)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("times", justify="right", no_wrap=True)
    table.add_column("written", no_wrap=True)
    table.add_column("read as", no_wrap=True)
    for one in confusions[:most]:
        table.add_row(f"{one.count:,}", *_sides(one, sheet))
    return _part(table, len(confusions), most, "confusion")


def _sides(confusion: Confusion, sheet: _Sheet) -> tuple[Text, Text]:
    return _side(confusion.truth, sheet), _side(confusion.read, sheet)


def _side(text: str, sheet: _Sheet) -> Text:
    """Return one side of a confusion: in quotes, so that blanks are seen."""
    if not text:
        return Text("nothing", "dim")
    return Text(f'"{printable(text)}"' if sheet.is_ascii else f"“{printable(text)}”")
