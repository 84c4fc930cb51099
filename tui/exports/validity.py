"""Checks a tree before it is written: a clear error of the program beats a file that no other program takes.

A format's rules say of each element which others it holds, in which order, and which attributes it has; they are as
strict as the format's schema is for what is written here, and stricter where readers are. What every format shares is
checked besides: IDs are names and unique, references lead to one, nothing lies outside the page, and there is no
character that XML forbids.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree as ET

from tui.exports import ExportError
from tui.exports.characters import is_clean

Kind = re.Pattern[str]
"""What an attribute or a text may be: all of it matches."""

ANY = re.compile(r".*", re.DOTALL)
BLANK = re.compile(r"\s*")
ID = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
"""A name without a colon (NCName), as far as this program makes any."""
REFERENCES = re.compile(rf"{ID.pattern}( {ID.pattern})*")
REFERENCE = re.compile(
    rf"(?:{ID.pattern})"
)  # not the very pattern of an ID: which of the two it is decides what is checked
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
WHOLE = re.compile(r"0|[1-9]\d*")
POSITIVE = re.compile(r"[1-9]\d*")
SHARE = re.compile(r"0(\.\d+)?|1(\.0+)?")
POINTS = re.compile(r"(\d+,\d+ )+\d+,\d+")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
TRUE = re.compile(r"true")


def one_of(*words: str) -> Kind:
    """Return the kind of text that is one of some words."""
    return re.compile("|".join(map(re.escape, words)))


@dataclass(frozen=True)
class Rule:
    """What an element may be."""

    children: str = ""
    """The names of those it holds, each with a blank after it, as a regular expression."""
    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)
    text: Kind = BLANK
    """What stands in it beside the elements it holds."""
    apart: str = ""
    """An attribute in which no two of the elements that it holds may agree."""

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """What each of its attributes may be."""
        return {**self.required, **self.optional}


Rules = Mapping[str, Rule]
"""The rule of each element that a format knows, by its name."""


def check(form: str, root: ET.Element, rules: Rules, size: tuple[int, int]) -> None:
    """Raise ExportError when a tree breaks a format's rules; `size` is the page's width and height in pixels."""
    for fault in faults(root, rules, size):
        raise ExportError(
            f"{form}: {fault}. Nothing was written of it, because other programs would not read it. "
            "This is a fault of this program: please report it with this sentence."
        )


def faults(root: ET.Element, rules: Rules, size: tuple[int, int]) -> Iterator[str]:
    """Yield what is wrong with a tree, each as a clause."""
    for element in root.iter():
        name = _named(element)
        rule = rules.get(element.tag)
        if rule is None:
            yield f"{name} is unknown there"
            continue
        yield from (f"{name} {fault}" for fault in _of_element(element, rule))
        yield from (f"{name} {fault}" for fault in _of_place(element, rule, size))
    yield from _of_references(root, rules)


def _of_element(element: ET.Element, rule: Rule) -> Iterator[str]:
    held = "".join(f"{child.tag} " for child in element)
    if not re.fullmatch(rule.children, held):
        yield f"holds {held.strip() or 'nothing'}, which it may not"
    told = [child.get(rule.apart) for child in element if rule.apart in child.attrib]
    if len(set(told)) < len(told):
        yield f"holds two of the same {rule.apart}"
    yield from (f"lacks {name}" for name in rule.required if name not in element.attrib)
    for name, value in element.attrib.items():
        if name not in rule.kinds:
            yield f"may not have {name}"
        elif not rule.kinds[name].fullmatch(value):
            yield f"has a {name} that is none: {value[:60]!r}"
        elif not is_clean(value):
            yield f"has a forbidden character in {name}"
    texts = [element.text or "", *(child.tail or "" for child in element)]
    if not all(map(is_clean, texts)):
        yield "holds a forbidden character"
    elif not all(map(rule.text.fullmatch, texts)):
        yield "holds a text that it may not"


def _of_place(element: ET.Element, rule: Rule, size: tuple[int, int]) -> Iterator[str]:
    """Yield what is wrong with where an element lies: points, or the four attributes of a rectangle."""
    for name, value in element.attrib.items():
        if rule.kinds.get(name) is POINTS and POINTS.fullmatch(value) and _is_beyond(value, size):
            yield f"lies outside the page: {value[:60]}"
    edges = [element.get(name) for name in ("HPOS", "WIDTH", "VPOS", "HEIGHT")]
    if all(edge is not None and WHOLE.fullmatch(edge) for edge in edges):
        left, across, top, down = (int(edge) for edge in edges if edge is not None)
        if left + across > size[0] or top + down > size[1]:
            yield "lies outside the page"


def _is_beyond(points: str, size: tuple[int, int]) -> bool:
    pairs = (point.split(",") for point in points.split(" "))
    return any(int(x) > size[0] or int(y) > size[1] for x, y in pairs)


def _of_references(root: ET.Element, rules: Rules) -> Iterator[str]:
    """Yield IDs that stand twice, and references that lead nowhere."""
    found: Counter[str] = Counter()
    asked: list[tuple[str, str]] = []
    for element in root.iter():
        rule = rules.get(element.tag, Rule())
        for name, value in element.attrib.items():
            kind = rule.kinds.get(name)
            if kind is ID:
                found[value] += 1
            elif kind is REFERENCE or kind is REFERENCES:
                asked += [(_named(element), reference) for reference in value.split(" ")]
    yield from (f"the ID {one} stands {often} times" for one, often in found.items() if often > 1)
    yield from (f"{name} refers to {one}, which is nowhere" for name, one in asked if one not in found)


def _named(element: ET.Element) -> str:
    known = element.get("ID") or element.get("id")
    return f"{element.tag} {known[:60]!r}" if known else str(element.tag)


def written(root: ET.Element, doctype: str = "", *, indented: bool = True) -> bytes:
    """Return a tree as XML in UTF-8; `indented` puts each element on a row of its own, but for those of a text."""
    if indented:
        ET.indent(root)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
    return f"{head}{ET.tostring(root, encoding='unicode')}\n".encode()
