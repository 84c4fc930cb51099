"""What is written on pages, as people have typed it or other programs have saved it.

    a.txt       a line a line, pages divided by a form feed; blank lines say nothing
    a.xml       ALTO 2 to 4 or PAGE 2013 to 2019, with the places of the lines where they are given
    a.gt.txt    a single line: of the line image a.png, or, called a_02_007.gt.txt, of a page image called a

XML is parsed without entities, and refused where it declares any: a small file could otherwise become gigabytes, or
read other files.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from tui.model import Point, Trouble, printable
from tui.quality import Written

LARGEST = 64 * 2**20
"""Bytes of a file that is read."""
DEEPEST = 100
"""So deep elements may lie in one another; ALTO and PAGE need a dozen."""
LINE_SUFFIX = ".gt.txt"
SUFFIXES = (".txt", ".xml")
_LINE_NAME = re.compile(r"(?P<image>.+?)_(?:(?P<page>\d+)_)?(?P<line>\d+)")


class TruthError(Trouble):
    """A file that says what is written cannot be used; its text names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class TruthPage:
    """What is written on a page."""

    lines: tuple[Written, ...]
    """In reading order, with their outlines where the file gives them, in the file's own units."""
    width: float = 0.0
    """Of the page in those units; 0 where unknown."""
    height: float = 0.0
    number: int = 0
    """Of the page in its image, from 1; 0 where it is told by the page's place in the file."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is written on the pages of an image."""

    path: Path
    """The file that says so, or the first of several that do together."""
    image: str
    """The image's name without its folder and suffix, as the name of the file says it."""
    pages: tuple[TruthPage, ...]
    named_inside: str = ""
    """The image's file name as the file itself says it, without a folder; empty where it does not."""
    apart: tuple[Truth, ...] = ()
    """The same lines, each as the truth of a line image of its own: a_02_007.gt.txt may be line 7 of a, or a_02_007."""


Found = Truth | TruthError


def read_truths(names: Iterable[Path]) -> Iterator[Found]:
    """Read files and folders; what cannot be used comes as an error in its place, and nothing is raised.

    Folders come first. In a folder everything is read that is called .txt or .xml, in its folders too; XML there that
    is neither ALTO nor PAGE is passed over.
    """
    files: list[Path] = []
    for name in names:
        if name.is_dir():
            yield from _of_folder(name)
        else:
            files.append(name)
    yield from _of_files(files)


def _of_folder(folder: Path) -> Iterator[Found]:
    try:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as error:
        yield TruthError(f"{_name(folder)} cannot be read: {error.strerror}. Check the rights.")
        return
    if not files:
        yield TruthError(f"{_name(folder)} holds no .txt and no .xml file. Name the folder with the texts.")
    yield from _of_files(files, passes_over_other_xml=True)


def _of_files(files: Iterable[Path], *, passes_over_other_xml: bool = False) -> Iterator[Found]:
    lines: list[Path] = []
    for path in files:
        if path.name.lower().endswith(LINE_SUFFIX):
            lines.append(path)
            continue
        try:
            yield _read(path)
        except _OtherXml as error:
            if not passes_over_other_xml:
                yield error
        except TruthError as error:
            yield error
    for _, of_image in groupby(sorted(lines, key=_image_of), key=_image_of):
        try:
            yield _read_lines(list(of_image))
        except TruthError as error:
            yield error


def _read(path: Path) -> Truth:
    """Read one file; raises TruthError."""
    content = _content(path)
    if path.suffix.lower() == ".xml" or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
        (b"<?xml", b"<alto", b"<PcGts")
    ):
        return _from_xml(path, content)
    return Truth(path, path.stem, tuple(map(_text_page, _pages(_text(path, content)))))


# -- text -------------------------------------------------------------------------------------------------------------


def _pages(text: str) -> list[str]:
    pages = text.split("\f")
    return pages[:-1] if len(pages) > 1 and not pages[-1].strip() else pages


def _text_page(text: str) -> TruthPage:
    return TruthPage(tuple(Written(line.strip()) for line in text.splitlines() if line.strip()))


def _line_name(path: Path) -> tuple[str, int, int]:
    """Return the image that a line's file name names, and the numbers of its page (0: none) and of the line."""
    stem = path.name[: -len(LINE_SUFFIX)]
    named = _LINE_NAME.fullmatch(stem)
    return (named["image"], int(named["page"] or 0), int(named["line"])) if named else (stem, 0, 0)


def _image_of(path: Path) -> tuple[Path, str]:
    return path.parent, _line_name(path)[0]


def _read_lines(files: list[Path]) -> Truth:
    """Read lines of one image that lie in files of their own; raises TruthError."""
    ordered = sorted(files, key=lambda path: (_line_name(path)[1:], path.name))
    lines = {path: Written(" ".join(_text(path, _content(path)).split())) for path in ordered}
    pages = groupby(ordered, key=lambda path: _line_name(path)[1])
    return Truth(
        ordered[0],
        _line_name(ordered[0])[0],
        tuple(TruthPage(tuple(lines[path] for path in of_page), number=page) for page, of_page in pages),
        apart=tuple(Truth(path, path.name[: -len(LINE_SUFFIX)], (TruthPage((lines[path],)),)) for path in ordered),
    )


# -- XML --------------------------------------------------------------------------------------------------------------


class _OtherXml(TruthError):
    """An XML file that is neither ALTO nor PAGE."""


def _from_xml(path: Path, content: bytes) -> Truth:
    root = _tree(path, content)
    if root.tag == "alto":
        pages, named = _alto_pages(root), root.findtext(".//sourceImageInformation/fileName") or ""
    elif root.tag == "PcGts":
        page = root.find("Page")
        pages, named = ((), "") if page is None else ((_page_page(page),), page.get("imageFilename", ""))
    else:
        raise _OtherXml(f"{_name(path)} is XML, but neither ALTO nor PAGE. Save the text as one of them, or as .txt.")
    if not pages:
        raise TruthError(f"{_name(path)} has no page in it. Save it again from the program that wrote it.")
    return Truth(path, path.stem, pages, re.split(r"[/\\]", named.strip())[-1])


def _tree(path: Path, content: bytes) -> Element:
    """Return a file's root; the names of elements and attributes are without their namespace."""
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise TruthError(f"{_name(path)} is nested more than {DEEPEST} deep, and no ALTO or PAGE.")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    def refuse(*_: object) -> NoReturn:
        raise TruthError(f"{_name(path)} declares entities, which ALTO and PAGE never need: it is not read.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # an encoding may be unknown
        raise TruthError(f"{_name(path)} is no whole XML file ({error}). Save it again.") from error
    return builder.close()


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def _alto_pages(root: Element) -> tuple[TruthPage, ...]:
    has_blanks = root.find(".//SP") is not None
    return tuple(
        TruthPage(
            tuple(_not_blank(_alto_line(line, has_blanks=has_blanks) for line in page.iter("TextLine"))),
            _number(page.get("WIDTH")),
            _number(page.get("HEIGHT")),
        )
        for page in root.iter("Page")
    )


def _alto_line(line: Element, *, has_blanks: bool) -> Written:
    """Return a line; where a file writes no blanks at all, there is one after every word."""
    texts = []
    for part in line:
        if part.tag == "SP":
            texts.append(" ")
        elif part.tag in {"String", "HYP"}:
            texts += [" "] if texts and not has_blanks and part.tag == "String" else []
            texts.append(part.get("CONTENT", ""))
    outline = line.find("Shape/Polygon")
    corners = _points(outline.get("POINTS", "")) if outline is not None else ()
    return Written("".join(texts), corners or _rectangle(*(line.get(name) for name in _ALTO_BOX)))


_ALTO_BOX = ("HPOS", "VPOS", "WIDTH", "HEIGHT")


def _page_page(page: Element) -> TruthPage:
    lines = [line for region in _regions_in_order(page) for line in _region_lines(region)]
    return TruthPage(tuple(_not_blank(lines)), _number(page.get("imageWidth")), _number(page.get("imageHeight")))


def _regions_in_order(page: Element) -> list[Element]:
    """Return the text regions in reading order, and after them those of which it says nothing."""
    regions = {region.get("id", f" {place}"): region for place, region in enumerate(page.iter("TextRegion"))}
    order = page.find("ReadingOrder")
    named = [] if order is None else list(dict.fromkeys(_references(order)))
    first = [name for name in named if name in regions]
    return [regions[name] for name in (*first, *(name for name in regions if name not in set(first)))]


def _references(group: Element) -> Iterator[str]:
    """Yield the regions that a group refers to, those with an index in its order."""
    for part in sorted(group, key=lambda part: _number(part.get("index"))):
        if part.get("regionRef"):
            yield part.get("regionRef", "")
        yield from _references(part)


def _region_lines(region: Element) -> Iterator[Written]:
    """Yield a region's own lines; where it has none, the lines of its text, which have no places."""
    lines = region.findall("TextLine")
    for line in lines:
        coords = line.find("Coords")
        text = _equivalent(line)
        if text is None:
            text = " ".join(_equivalent(word) or "" for word in line.findall("Word"))
        yield Written(text, () if coords is None else _points(coords.get("points", "")))
    if not lines:
        yield from map(Written, (_equivalent(region) or "").splitlines())


def _equivalent(part: Element) -> str | None:
    """Return the text of a region, line or word that counts: the one with the lowest index."""
    texts = [one for one in part.findall("TextEquiv") if one.find("Unicode") is not None]
    best = min(texts, key=lambda one: _number(one.get("index")), default=None)
    return None if best is None else best.findtext("Unicode", "")


def _not_blank(lines: Iterable[Written]) -> Iterator[Written]:
    return (Written(line.text.strip(), line.corners) for line in lines if line.text.strip())


def _points(written: str) -> tuple[Point, ...]:
    """Return the corners of an outline, however its numbers are divided; none where they make no sense."""
    numbers = [_number(one, math.nan) for one in re.split(r"[\s,]+", written.strip())]
    if len(numbers) < 4 or len(numbers) % 2 or not all(map(math.isfinite, numbers)):
        return ()
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _rectangle(left: str | None, top: str | None, width: str | None, height: str | None) -> tuple[Point, ...]:
    x, y, across, down = (_number(one, math.nan) for one in (left, top, width, height))
    if not all(map(math.isfinite, (x, y, across, down))):
        return ()
    return (x, y), (x + across, y), (x + across, y + down), (x, y + down)


def _number(written: str | None, otherwise: float = 0.0) -> float:
    try:
        number = float(written or "")
    except ValueError:
        return otherwise
    return number if math.isfinite(number) else otherwise


# -- files ------------------------------------------------------------------------------------------------------------


def _content(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise TruthError(f"{_name(path)} is no regular file. Copy the text into one.")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise TruthError(f"There is no file {_name(path)}. Check the name.") from None
    except (OSError, ValueError) as error:  # a name may hold a null
        reason = (error.strerror if isinstance(error, OSError) else None) or "no file can be called that"
        raise TruthError(f"{_name(path)} cannot be read: {reason}. Check the name and the rights.") from error
    if len(content) > LARGEST:
        raise TruthError(f"{_name(path)} is larger than {LARGEST // 2**20} MB, and no text of a page.")
    return content


def _text(path: Path, content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise TruthError(f"{_name(path)} is no UTF-8 text. Save it as UTF-8.") from None
    if "\0" in text:
        raise TruthError(f"{_name(path)} is no text. Name a .txt, .gt.txt, ALTO or PAGE file.")
    return text


def _name(path: Path) -> str:
    return printable(str(path))
