"""The small language in which people say which lines they mean: in the queue, in a search, in an export.

    conf<.6 & !flagged & text~"Silas"

A filter is asked of one line together with its image. An image without lines (it waits, or has failed) is asked once,
as if it had one line of which nothing is known: every test of the line is false there. `matches` says what a filter
means; that the queue file answers it with SQL changes how fast it is and nothing else.

    filter = { one "|" one }            or: any of them
    one    = { part ["&"] part }        and: all of them; a blank will do
    part   = "!" part | "(" filter ")" | test
    test   = field operator value | a bare word of the tables below | words that the text holds

`and`, `or` and `not` may be written for the three signs. Capitals do not matter, but in a /regular expression/.
"""

from __future__ import annotations

import calendar
import difflib
import math
import re
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from tui.model import DECIDED, Decision, Item, Line, LineKey, Page, State, Trouble, Verdict, printable, text_of
from tui.patterns import LONGEST_TEXT, PatternRefused, compiled

MOST_TESTS = 100
"""How many tests a filter may have."""
DEEPEST = 20
"""How many brackets and negations may stand in one another."""


class FilterError(Trouble):
    """A filter that cannot be understood; its text is a sentence, `column` (from 0) is where in the filter it is."""

    def __init__(self, sentence: str, text: str, column: int) -> None:
        self.text = text
        self.column = column
        super().__init__(f"The filter is wrong at character {column + 1}: {sentence}")

    @property
    def pointed(self) -> str:
        """The filter, and below it a caret under the place."""
        shown = printable(self.text)
        return f"{shown}\n{' ' * _columns(printable(self.text[: self.column]))}^"


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text
    )


# -- fields ---------------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a field holds, and so what it may be compared with."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    """A number from 0 to 1, or with % from 0 to 100."""
    CHOICE = "choice"
    YES_NO = "yes or no"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked of a line or of its image."""

    name: str
    kind: Kind
    of_line: bool
    """Whether it is the line's; the image's otherwise."""
    help: str
    """A sentence."""
    example: str
    """A filter that uses it."""
    choices: tuple[str, ...] = ()
    """What a field of that kind can be; each is a test by itself too."""
    may_be_unknown: bool = False


_VERDICTS = tuple(verdict.value for verdict in Verdict)
_STATES = tuple(state.value for state in State)

_FIELDS = (
    Field("text", Kind.TEXT, True, "The line as it now stands, corrected where a person corrected it.", 'text~"Silas"'),
    Field("conf", Kind.SHARE, True, "How sure the service is of the line, from 0 to 1.", "conf<.6", (), True),
    Field("doubtful", Kind.NUMBER, True, "How many of its words are doubtful; alone: at least one.", "doubtful>=3"),
    Field("verdict", Kind.CHOICE, True, "What was decided; each verdict is a test by itself.", "flagged", _VERDICTS),
    Field("decided", Kind.YES_NO, True, "Accepted, corrected, flagged or rejected, and not put off.", "decided"),
    Field("reason", Kind.TEXT, True, "Why it was flagged.", "reason~blot"),
    Field("by", Kind.TEXT, True, "Who decided.", "by=ada"),
    Field("page", Kind.NUMBER, True, "The number of its page, from 1.", "page=1"),
    Field("line", Kind.NUMBER, True, "Its place on the page, from 1.", "line<=3"),
    Field("handwritten", Kind.YES_NO, True, "Whether it is written by hand.", "handwritten", (), True),
    Field("name", Kind.TEXT, False, "The image's path or URL, as it is shown.", "name~1911/"),
    Field("state", Kind.CHOICE, False, "How far the image is; each state is a test by itself.", "failed", _STATES),
    Field("service", Kind.TEXT, False, "The service profile that reads the image.", "service=local"),
    Field("model", Kind.TEXT, False, "Which model the service says has read it.", "model~2024"),
    Field("error", Kind.TEXT, False, "The code of why the image failed.", "error=deadline"),
    Field("added", Kind.TIME, False, "When the image was added.", "added>=2026-11-01"),
    Field("ended", Kind.TIME, False, "When the image was read or failed.", "ended<2h", (), True),
    Field("pages", Kind.NUMBER, False, "How many pages the image has; 0 while that is unknown.", "pages>1"),
    Field("marked", Kind.YES_NO, False, "Whether the image is marked in the queue.", "marked"),
)
_BY_NAME: Mapping[str, Field] = {field.name: field for field in _FIELDS}
_BARE: Mapping[str, tuple[str, str, str | bool | float]] = {
    **{choice: (field.name, "=", choice) for field in _FIELDS for choice in field.choices},
    **{field.name: (field.name, "=", True) for field in _FIELDS if field.kind is Kind.YES_NO},
    "doubtful": ("doubtful", ">", 0.0),
}
"""The words that are tests by themselves."""
_OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("~", "!~", "=", "!="),
    Kind.NUMBER: ("=", "!=", "<", "<=", ">", ">="),
    Kind.SHARE: ("=", "!=", "<", "<=", ">", ">="),
    Kind.CHOICE: ("=", "!="),
    Kind.YES_NO: ("=", "!="),
    Kind.TIME: ("=", "!=", "<", "<=", ">", ">="),
}
_CONNECTIVES = {"and": "&", "or": "|", "not": "!"}


def known_fields() -> tuple[Field, ...]:
    """Return every field, those of the line first."""
    return _FIELDS


def field_named(name: str) -> Field:
    """Return the field of that name; raises KeyError when there is none."""
    return _BY_NAME[name]


# -- what a filter is made of ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression."""

    source: str
    """As Python's `re` takes it, without the slashes round it."""

    def __str__(self) -> str:
        escaped = re.sub(r"(\\.)|/", lambda match: match[1] or r"\/", self.source, flags=re.DOTALL)
        return f"/{escaped}/"

    def is_in(self, text: str) -> bool:
        """Whether it is found in the first 500 characters of a text."""
        return compiled(plain(self.source)).search(plain(text)[:LONGEST_TEXT]) is not None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The value of a field where nobody has said what it is."""

    def __str__(self) -> str:
        return "unknown"


@dataclass(frozen=True, slots=True)
class Age:
    """A length of time, reckoned back from now."""

    count: float
    unit: str
    """m, h, d or w."""

    def __str__(self) -> str:
        return f"{_number(self.count)}{self.unit}"

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.count * _UNITS[self.unit]


@dataclass(frozen=True, slots=True)
class When:
    """A year, month, day, hour or minute in local time."""

    written: str
    """2026, 2026-11, 2026-11-01, 2026-11-01T14, 2026-11-01T14:30, today or yesterday."""

    def __str__(self) -> str:
        return self.written

    def span(self, now: float) -> tuple[float, float]:
        """Return when it begins and when what follows it begins, in seconds since 1970."""
        if self.written in _DAYS:
            year, month, day = time.localtime(now)[:3]
            parts = [year, month, day + _DAYS[self.written]]
        else:
            parts = [int(part) for part in re.split("[-T:]", self.written)]
        return _local(parts), _local([*parts[:-1], parts[-1] + 1])


_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_DAYS = {"today": 0, "yesterday": -1}


def _local(parts: Sequence[int]) -> float:
    year, month, day, hour, minute = (*parts, *(1970, 1, 1, 0, 0)[len(parts) :])
    return time.mktime((year, month, day, hour, minute, 0, 0, 0, -1))


Value: TypeAlias = str | float | bool | Pattern | Unknown | Age | When


@dataclass(frozen=True, slots=True)
class Always:
    """The filter that lets everything through; it is written as nothing."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison."""

    __test__ = False  # pytest collects classes of this name

    field: str
    operator: str
    value: Value

    def __str__(self) -> str:
        for word, meaning in _BARE.items():
            if meaning == (self.field, self.operator, self.value):
                return word
        return f"{self.field}{self.operator}{_value(self.value)}"


@dataclass(frozen=True, slots=True)
class Not:
    """What the part lets not through."""

    part: Filter

    def __str__(self) -> str:
        return f"!{_in_brackets(self.part, All, Any_, Always)}"


@dataclass(frozen=True, slots=True)
class All:
    """What all of the parts (two or more) let through."""

    parts: tuple[Filter, ...]

    def __str__(self) -> str:
        return " & ".join(_in_brackets(part, All, Any_, Always) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 (`Any` is another thing in every file that has types)
    """What any of the parts (two or more) lets through."""

    parts: tuple[Filter, ...]

    def __str__(self) -> str:
        return " | ".join(_in_brackets(part, Any_, Always) for part in self.parts)


Filter: TypeAlias = Always | Test | Not | All | Any_


def _in_brackets(part: Filter, *kinds: type) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return value if value in _BARE else _quoted(value)
    return str(value)


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def tests_of(filter: Filter) -> Iterator[Test]:  # noqa: A002 (the word of the domain)
    """Return every test of a filter."""
    if isinstance(filter, Test):
        yield filter
    elif isinstance(filter, Not):
        yield from tests_of(filter.part)
    elif isinstance(filter, All | Any_):
        for part in filter.parts:
            yield from tests_of(part)


# -- reading --------------------------------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*")
    |(?P<pattern>/(?:[^/\\]|\\.)+/(?=[\s()&|]|\Z))
    |(?P<operator>!=|!~|<=|>=|=|<|>|~)
    |(?P<sign>[()&|!])
    |(?P<word>[^\s()&|!"=<>~]+)
    |(?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str) -> Filter:
    """Return the filter a text stands for; raises FilterError, with the place, when it stands for none."""
    return _Parser(text).parsed()


def words(text: str) -> Filter:
    """Return the filter for what is typed into a search: a text the line holds, or a /regular expression/."""
    text = text.strip()
    match = _TOKEN.fullmatch(text)
    if match and match.lastgroup == "pattern":
        return parse(text)
    return Test("text", "~", text) if text else Always()


def typed_filter(text: str) -> Filter:
    """Return the filter for what a person typed who looks for lines: words, a /regular expression/, or a filter.

    Raises FilterError.
    """
    is_pattern = text.startswith("/") and text.endswith("/")
    return parse(text) if any(sign in text for sign in "<>=~&|!()") and not is_pattern else words(text)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            column = len(text) - len(text[at:].lstrip())
            raise FilterError('the quotation mark is never closed: write a second ".', text, column)
        kind = match.lastgroup
        word = match.group(kind)
        if kind == "word" and word.lower() in _CONNECTIVES and word in {word.lower(), word.upper()}:
            yield _Token("sign", _CONNECTIVES[word.lower()], match.start(kind))
        else:
            yield _Token(kind, word, match.start(kind))
        if kind == "end":
            return
        at = match.end()


class _Parser:
    """Reads one filter, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        self._tests = 0

    def parsed(self) -> Filter:
        if self._now.kind == "end":
            return Always()
        filter_ = self._any()
        if self._now.kind != "end":
            raise self._wrong("this bracket was never opened: take it out, or write a ( before it.")
        return filter_

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._now
        self._at += 1
        return token

    def _is(self, sign: str) -> bool:
        return self._now.kind == "sign" and self._now.text == sign

    def _wrong(self, sentence: str, token: _Token | None = None) -> FilterError:
        return FilterError(sentence, self._text, (token or self._now).column)

    def _any(self) -> Filter:
        parts = [self._all()]
        while self._is("|"):
            self._next()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def _all(self) -> Filter:
        parts = [self._part()]
        while not (self._now.kind == "end" or self._is("|") or self._is(")")):
            if self._is("&"):
                self._next()
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self) -> Filter:
        if self._depth >= DEEPEST:
            raise self._wrong(f"brackets and negations go at most {DEEPEST} deep: write it flatter.")
        if not (self._is("!") or self._is("(")):
            return self._test()
        self._depth += 1
        opening = self._next()
        part = Not(self._part()) if opening.text == "!" else self._bracketed(opening)
        self._depth -= 1
        return part

    def _bracketed(self, opening: _Token) -> Filter:
        inside: Filter = Always() if self._is(")") else self._any()
        if not self._is(")"):
            raise self._wrong("this bracket is never closed: write a ) after it.", opening)
        self._next()
        return inside

    def _test(self) -> Test:
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise self._wrong(f"a filter has at most {MOST_TESTS} tests: leave some out.")
        token = self._now
        if token.kind in {"end", "sign", "operator"}:
            raise self._wrong(_a_test_is_missing(token))
        self._next()
        if self._now.kind == "operator":
            return self._comparison(token)
        if token.kind == "pattern":
            return Test("text", "~", self._pattern(token))
        if token.kind == "string":
            return Test("text", "~", _unquoted(token.text))
        return self._bare(token)

    def _bare(self, word: _Token) -> Test:
        if word.text in _BARE:
            return Test(*_BARE[word.text])
        if word.text in _BY_NAME:
            field = _BY_NAME[word.text]
            raise self._wrong(
                f'{field.name} is to be compared with something, as in {field.example}; "{field.name}" in quotation '
                f"marks is looked for in the text.",
                word,
            )
        return Test("text", "~", word.text)

    def _comparison(self, name: _Token) -> Test:
        field = _BY_NAME.get(name.text.lower()) if name.kind == "word" else None
        if field is None:
            raise self._wrong(_no_such_field(name.text), name)
        operator = self._next()
        allowed = _OPERATORS[field.kind]
        if operator.text not in allowed:
            raise self._wrong(f"{field.name} is compared with {_listed(allowed)}, as in {field.example}.", operator)
        token = self._now
        if token.kind not in {"word", "string", "pattern"}:
            raise self._wrong(f"something to compare {field.name} with is missing: {_expected(field)}.")
        self._next()
        return Test(field.name, operator.text, self._value(field, operator.text, token))

    def _value(self, field: Field, operator: str, token: _Token) -> Value:
        if token.kind == "pattern" and field.kind is Kind.TEXT:
            if "~" not in operator:
                raise self._wrong(f"a regular expression goes with ~ or !~, as in {field.name}~{token.text}.", token)
            return self._pattern(token)
        written = _unquoted(token.text) if token.kind == "string" else token.text
        if token.kind == "word" and field.may_be_unknown and written == "unknown":
            if operator not in {"=", "!="}:
                raise self._wrong("unknown is compared with = and !=.", token)
            return Unknown()
        value = _READERS[field.kind](field, written)
        if value is None or (isinstance(value, Age) and operator in {"=", "!="}):
            raise self._wrong(f"{field.name}{operator} cannot be followed by this: {_expected(field)}.", token)
        return value

    def _pattern(self, token: _Token) -> Pattern:
        source = re.sub(r"\\(.)", lambda match: "/" if match[1] == "/" else match[0], token.text[1:-1], flags=re.DOTALL)
        try:
            compiled(plain(source))
        except PatternRefused as refused:
            raise self._wrong(f"the regular expression is not taken: {printable(str(refused))}.", token) from refused
        return Pattern(source)


def _unquoted(string: str) -> str:
    return re.sub(r"\\(.)", r"\1", string[1:-1], flags=re.DOTALL)


def _a_test_is_missing(token: _Token) -> str:
    here = "the end" if token.kind == "end" else token.text
    return f'a test is missing before {here}: such as conf<.6, flagged or "a text"; {_what_is_known()}.'


def _no_such_field(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), _BY_NAME, 1)
    meant = f" (did you mean {close[0]}?)" if close else ""
    return f"there is no field {printable(name)}{meant}; {_what_is_known()}."


def _what_is_known() -> str:
    return f"known are {_listed(_BY_NAME)}"


def _listed(names: Collection[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}"


def _expected(field: Field) -> str:
    unknown = ", or unknown" if field.may_be_unknown else ""
    if field.kind is Kind.CHOICE:
        return f"it is one of {_listed(field.choices)}"
    return _EXPECTED[field.kind] + unknown


_EXPECTED: Mapping[Kind, str] = {
    Kind.TEXT: 'write a word, a "text" or a /regular expression/',
    Kind.NUMBER: "write a number such as 3",
    Kind.SHARE: "write a number from 0 to 1 such as .6, or a percentage such as 60%",
    Kind.YES_NO: "write yes or no",
    Kind.TIME: "write a time such as 2026-11-01 or today, or after < or > an age such as 2h, 3d or 1w",
}


def _text(_: Field, written: str) -> str:
    return written


def _count(_: Field, written: str) -> float | None:
    return _read_number(written)


def _share(_: Field, written: str) -> float | None:
    number = _read_number(written.removesuffix("%"))
    if number is None:
        return None
    share = number / 100 if written.endswith("%") else number
    return share if share <= 1 else None


def _read_number(written: str) -> float | None:
    if not re.fullmatch(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", written, re.ASCII | re.IGNORECASE):
        return None
    number = float(written)
    return number if math.isfinite(number) else None


def _choice(field: Field, written: str) -> str | None:
    return written.lower() if written.lower() in field.choices else None


def _yes_no(_: Field, written: str) -> bool | None:
    return {"yes": True, "no": False}.get(written.lower())


def _time(_: Field, written: str) -> Value | None:
    age = re.fullmatch(r"(\S+)([mhdw])", written)
    if age:
        count = _read_number(age[1])
        return None if count is None else Age(count, age[2])
    if written in _DAYS:
        return When(written)
    moment = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d))?)?)?)?", written, re.ASCII)
    if moment is None or not _is_in_calendar([int(part) for part in moment.groups() if part is not None]):
        return None
    return When(written.replace(" ", "T"))


def _is_in_calendar(parts: Sequence[int]) -> bool:
    year, month, day, hour, minute = (*parts, *(1970, 1, 1, 0, 0)[len(parts) :])
    if not (1970 < year < 9999 and 1 <= month <= 12):
        return False
    return 1 <= day <= calendar.monthrange(year, month)[1] and hour < 24 and minute < 60


_READERS: Mapping[Kind, Callable[[Field, str], Value | None]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _count,
    Kind.SHARE: _share,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.TIME: _time,
}


# -- what it means --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a filter can ask of a line."""

    key: LineKey
    text: str
    """As it now stands."""
    confidence: float | None = None
    doubtful: int = 0
    verdict: Verdict = Verdict.UNDECIDED
    reason: str = ""
    reviewer: str = ""
    handwritten: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What a filter is asked of: one line with its image, or an image without lines."""

    name: str
    """The source as it is shown."""
    line: LineFacts | None = None
    state: State = State.DONE
    service: str = ""
    model: str = ""
    error: str = ""
    added_at: float = 0.0
    """Seconds since 1970; 0 while unknown, here and below."""
    ended_at: float = 0.0
    pages: int = 0
    is_marked: bool = False


def rows_of(
    item: Item, pages: Sequence[Page], decisions: Mapping[LineKey, Decision], *, is_marked: bool = False
) -> tuple[Row, ...]:
    """Return the rows of an image: one a line, or a single one where it has none."""
    lines: list[LineFacts | None] = [
        _line_facts(key, line, decisions.get(key))
        for page in pages
        for key, line in zip(page.keys, page.lines, strict=True)
    ]
    return tuple(
        Row(
            name=printable(item.source),
            line=line,
            state=item.state,
            service=item.service,
            model=item.model,
            error=item.failure.code if item.failure else "",
            added_at=item.added_at,
            ended_at=item.ended_at,
            pages=len(item.page_sizes),
            is_marked=is_marked,
        )
        for line in lines or [None]
    )


def _line_facts(key: LineKey, line: Line, decision: Decision | None) -> LineFacts:
    return LineFacts(
        key=key,
        text=text_of(line, decision),
        confidence=line.confidence,
        doubtful=line.doubtful,
        verdict=decision.verdict if decision else Verdict.UNDECIDED,
        reason=decision.reason if decision else "",
        reviewer=decision.reviewer if decision else "",
        handwritten=line.handwritten,
    )


def matches(filter: Filter, row: Row, *, now: float | None = None) -> bool:  # noqa: A002 (the word of the domain)
    """Whether a filter lets a row through; ages are reckoned from `now`, in seconds since 1970."""
    moment = time.time() if now is None else now
    match filter:
        case Test():
            return _holds(filter, row, moment)
        case Not(part):
            return not matches(part, row, now=moment)
        case All(parts):
            return all(matches(part, row, now=moment) for part in parts)
        case Any_(parts):
            return any(matches(part, row, now=moment) for part in parts)
        case Always():
            return True


def _holds(test: Test, row: Row, now: float) -> bool:
    field = _BY_NAME[test.field]
    if field.of_line and row.line is None:
        return False
    fact = _FACTS[test.field](row, row.line or _NO_LINE)
    if isinstance(test.value, Unknown):
        return (fact is None) == (test.operator == "=")
    if fact is None:
        return False
    if isinstance(fact, str):
        return _text_holds(test, fact)
    if field.kind is Kind.TIME:
        return _time_holds(test, fact, now)
    return _COMPARE[test.operator](fact, test.value)


_NO_LINE = LineFacts(LineKey(0, 0), "")
_FACTS: Mapping[str, Callable[[Row, LineFacts], str | float | bool | None]] = {
    "text": lambda _, line: line.text,
    "conf": lambda _, line: finite(line.confidence),
    "doubtful": lambda _, line: line.doubtful,
    "verdict": lambda _, line: line.verdict.value,
    "decided": lambda _, line: line.verdict in DECIDED,
    "reason": lambda _, line: line.reason,
    "by": lambda _, line: line.reviewer,
    "page": lambda _, line: line.key.page,
    "line": lambda _, line: line.key.line + 1,
    "handwritten": lambda _, line: line.handwritten,
    "name": lambda row, _: row.name,
    "state": lambda row, _: row.state.value,
    "service": lambda row, _: row.service,
    "model": lambda row, _: row.model,
    "error": lambda row, _: row.error,
    "added": lambda row, _: row.added_at or None,
    "ended": lambda row, _: row.ended_at or None,
    "pages": lambda row, _: row.pages,
    "marked": lambda row, _: row.is_marked,
}
_COMPARE: Mapping[str, Callable[..., bool]] = {
    "=": lambda fact, value: fact == value,
    "!=": lambda fact, value: fact != value,
    "<": lambda fact, value: fact < value,
    "<=": lambda fact, value: fact <= value,
    ">": lambda fact, value: fact > value,
    ">=": lambda fact, value: fact >= value,
}


def _text_holds(test: Test, fact: str) -> bool:
    if isinstance(test.value, Pattern):
        found = test.value.is_in(fact)
    elif "~" in test.operator:
        found = folded(str(test.value)) in folded(fact)
    else:
        found = folded(str(test.value)) == folded(fact)
    return found != test.operator.startswith("!")


def _time_holds(test: Test, fact: float, now: float) -> bool:
    earliest, end = time_bounds(test, now)
    return (earliest <= fact < end) != (test.operator == "!=")


def time_bounds(test: Test, now: float) -> tuple[float, float]:
    """Return from when on, and before when, a time has to be for a test to hold; of `!=` it is what must not be.

    A day, month or year is the whole of it: > is after its end, >= from its beginning on. An age is reckoned back from
    `now`: < is younger, that is later.
    """
    if isinstance(test.value, Age):
        then = now - test.value.seconds
        return (then, math.inf) if "<" in test.operator else (-math.inf, then)
    assert isinstance(test.value, When)
    start, end = test.value.span(now)
    return {"<": (-math.inf, start), "<=": (-math.inf, end), ">": (end, math.inf), ">=": (start, math.inf)}.get(
        test.operator, (start, end)
    )


def finite(confidence: float | None) -> float | None:
    """Return a confidence, or None for what is no number."""
    return confidence if confidence is not None and math.isfinite(confidence) else None


def plain(text: str) -> str:
    """Return a text as it is compared and kept for searching: composed (NFC), without what SQLite cannot keep."""
    if text.isascii() and "\0" not in text:
        return text
    return unicodedata.normalize("NFC", _UNKEPT.sub("\ufffd", text))


_UNKEPT = re.compile("[\0\ud800-\udfff]")


def folded(text: str) -> str:
    """Return a text without the difference of capitals."""
    return plain(text).casefold()


# -- completion -----------------------------------------------------------------------------------------------------


def completions(text: str, cursor: int) -> tuple[str, ...]:
    """Return what the word before the cursor may become: a field, a bare word, or a value of the field before it."""
    try:
        tokens = [token for token in _tokens(text[:cursor]) if token.kind != "end"]
    except FilterError:
        return ()  # inside quotation marks anything may follow
    last = tokens[-1] if tokens else None
    if last is not None and last.kind == "sign" and text[cursor - 1].isalpha():
        return ()  # `and`, `or` and `not` are complete
    begun = last is not None and last.column + len(last.text) == cursor and last.kind == "word"
    before = tokens[:-1] if begun else tokens
    start = last.text if begun and last is not None else ""
    if before and before[-1].kind == "operator":
        field = _BY_NAME.get(before[-2].text.lower()) if len(before) > 1 else None
        offered = _values_offered(field, before[-1].text) if field else ()
    else:
        offered = (*_BY_NAME, *(word for word in _BARE if word not in _BY_NAME), *_CONNECTIVES)
    return tuple(word for word in offered if word.startswith(start.lower()) and word != start)


def _values_offered(field: Field, operator: str) -> tuple[str, ...]:
    unknown = ("unknown",) if field.may_be_unknown and operator in {"=", "!="} else ()
    if field.kind is Kind.YES_NO:
        return ("yes", "no", *unknown)
    if field.kind is Kind.TIME:
        return ("today", "yesterday", *unknown, *(() if operator in {"=", "!="} else ("1h", "1d", "1w")))
    return (*field.choices, *unknown)
