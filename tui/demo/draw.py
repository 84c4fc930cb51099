"""Draws the demo pages, and writes down what stands on them.

    python -m tui.demo.draw --fonts FOLDER [--out FOLDER]

Nobody's letters are in them: the texts are our own, and the hands are fonts under the SIL Open Font Licence, which the
npm packages @fontsource/NAME hold: caveat, cedarville-cursive, dawning-of-a-new-day, la-belle-aurore,
nothing-you-could-do, over-the-rainbow, reenie-beanie and zeyada. `npm install --prefix FOLDER @fontsource/caveat ...`
puts them into a folder. They are needed for drawing only, and are no part of the program.

The same fonts and the same Pillow give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tui.demo import texts
from tui.demo.paper import Sheet, paper, rule, scanned, shaded, slope
from tui.demo.pen import Colour, FontMissing, Fonts, Hand, noise, warped

BLUE, BLACK, SEPIA, PENCIL = (28, 44, 120), (30, 28, 32), (62, 40, 22), (96, 96, 100)
RULE: Colour = (196, 212, 230)
PRINT = Hand("print", 21, (40, 40, 44), unrest=0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The frames of one image file, and what stands on each."""

    frames: Sequence[Image.Image]
    truth: Sequence[Sequence[str]]
    saved: dict[str, Any]
    """How Pillow is to save it."""


Point = tuple[float, float]
Draw = Callable[[Fonts, Random], Drawn]


def quick_fox(fonts: Fonts, random: Random) -> Drawn:
    """Draw the sentences of the services' quickstarts, on lined paper."""
    page = paper((1240, 760), (250, 248, 240), random, fibre=2, stain=4)
    rule(page, range(150, 760, 92), RULE)
    page.paste((226, 150, 150), (108, 0, 110, 760))
    sheet = Sheet(page, fonts, random)
    hand = sheet.fitted(Hand("cedarville-cursive", 0, BLUE, slant=0.25, unrest=2.5), texts.QUICK_FOX, 1010)
    for row, text in enumerate(texts.QUICK_FOX):
        sheet.write(hand, text, 140 + random.uniform(-6, 8), 144 + 92 * row)
    return Drawn([scanned(sheet.dried(), random)], [sheet.lines], _jpeg(60))


def slanted_note(fonts: Fonts, random: Random) -> Drawn:
    """Draw a note that was stuck on a door, askew and in a hurry."""
    sheet = Sheet(paper((900, 760), (246, 226, 130), random, stain=5), fonts, random)
    hand = sheet.fitted(Hand("nothing-you-could-do", 0, BLACK, slant=0.1, unrest=2), texts.SLANTED_NOTE, 740)
    for row, text in enumerate(texts.SLANTED_NOTE):
        sheet.write(hand, text, 60 + 8 * row, 150 + 96 * row, climb=0.012 * row)
    door = paper((1240, 1060), (222, 220, 214), random, fibre=3)
    page = _laid(door, sheet.dried(), turn=6.5, shadow=14)
    return Drawn([scanned(shaded(page, slope(page.size, 255, 226, 30)), random)], [sheet.lines], _jpeg(60))


def phone_photo(fonts: Fonts, random: Random) -> Drawn:
    """Draw a notebook page on a desk, photographed from the side with the phone turned (EXIF orientation 6)."""
    page = paper((1000, 1300), (244, 243, 236), random)
    rule(page, range(150, 1290, 74), (178, 196, 212))
    sheet = Sheet(page, fonts, random)
    hand = sheet.fitted(Hand("over-the-rainbow", 0, (22, 30, 70), slant=0.12, unrest=1.6), texts.PHONE_PHOTO, 860)
    for row, text in enumerate(texts.PHONE_PHOTO):
        sheet.write(hand, text, 70 + random.uniform(-8, 8), 146 + 74 * row)
    photo = _on_desk(sheet.dried(), (1200, 1560), random)
    photo = scanned(photo, random, grain=4, blur=0.8)
    stored = photo.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Handread"
    return Drawn([stored], [sheet.lines], {**_jpeg(60), "exif": exif})


def pencil(fonts: Fonts, random: Random) -> Drawn:
    """Draw field notes in faint pencil on grey paper."""
    sheet = Sheet(paper((1080, 1240), (190, 188, 184), random, fibre=6, stain=14), fonts, random)
    hand = sheet.fitted(Hand("reenie-beanie", 0, (112, 112, 118), unrest=1.5), texts.PENCIL_NOTES, 930)
    for row, text in enumerate(texts.PENCIL_NOTES):
        sheet.write(hand, text, 80 + random.uniform(-12, 14), 130 + 84 * row, climb=0.006)
    page = shaded(sheet.dried(), slope(sheet.paper.size, 255, 214, 200)).convert("L")
    return Drawn([scanned(page.convert("RGB"), random, grain=4).convert("L")], [sheet.lines], _jpeg(60))


def letter(fonts: Fonts, random: Random) -> Drawn:
    """Draw a letter of two pages, scanned in grey into one TIFF file."""
    sheets = [_letter_page(fonts, random, text) for text in texts.LETTER]
    frames = [scanned(sheet.dried(), random).convert("L") for sheet in sheets]
    saved = {"format": "TIFF", "compression": "jpeg", "quality": 50, "dpi": (150, 150)}
    return Drawn(frames, [sheet.lines for sheet in sheets], saved)


def _letter_page(fonts: Fonts, random: Random, text: Sequence[str]) -> Sheet:
    sheet = Sheet(paper((1000, 1300), (242, 234, 214), random), fonts, random)
    hand = sheet.fitted(Hand("la-belle-aurore", 0, SEPIA, slant=0.25, unrest=2.3, dip=7), text, 850)
    for row, line in enumerate(text):
        indented = line.startswith("  ")
        sheet.write(hand, line.strip(), 90 + (330 if indented else random.uniform(-8, 8)), 140 + 88 * row)
    return sheet


def form(fonts: Fonts, random: Random) -> Drawn:
    """Draw a form with printed labels, filled in by hand."""
    sheet = Sheet(paper((1180, 1180), (251, 250, 246), random, fibre=3, stain=3), fonts, random)
    sheet.write(replace(PRINT, size=34), texts.FORM_TITLE[0], 70, 96)
    sheet.write(PRINT, texts.FORM_TITLE[1], 70, 138)
    hand = Hand("nothing-you-could-do", 44, BLUE, unrest=1.4)
    for row, cells in enumerate(texts.FORM):
        _form_row(sheet, cells, 176 + 104 * row, hand)
    return Drawn([scanned(sheet.dried(), random)], [sheet.lines], _jpeg(60))


def _form_row(sheet: Sheet, cells: Sequence[tuple[str, str]], top: int, hand: Hand) -> None:
    """Draw a row of boxes, each with its label at the top left and its entry under it."""
    width = 1040 // len(cells)
    for column, (label, _) in enumerate(cells):
        left = 70 + column * width
        sheet.draw.rectangle((left, top, left + width, top + 104), outline=(110, 110, 118), width=2)
        sheet.write(replace(PRINT, size=18), label, left + 12, top + 25)
    for column, (_, entry) in enumerate(cells):
        sheet.write(hand, entry, 70 + column * width + 28, top + 82)


def dense_letter(fonts: Fonts, random: Random) -> Drawn:
    """Draw a long letter in a small hand that saved paper."""
    sheet = Sheet(paper((1090, 1500), (240, 230, 206), random, stain=10), fonts, random)
    hand = sheet.fitted(Hand("zeyada", 0, (46, 30, 26), slant=0.3, unrest=2.4, dip=9), texts.DENSE_LETTER, 945)
    for row, text in enumerate(texts.DENSE_LETTER):
        sheet.write(hand, text, 70 + random.uniform(-6, 6), 90 + 48.5 * row, climb=0.003)
    page = ImageChops.multiply(sheet.dried(), _shown_through(fonts, random, sheet.paper.size))
    page.paste((214, 200, 172), (0, 748, page.width, 751))
    return Drawn([scanned(page, random)], [sheet.lines], _jpeg(50))


def _shown_through(fonts: Fonts, random: Random, size: tuple[int, int]) -> Image.Image:
    """Return what the ink of the other side leaves to see on this one."""
    back = Sheet(Image.new("RGB", size, "white"), fonts, random)
    hand = back.fitted(Hand("zeyada", 0, (214, 200, 176), slant=0.3), texts.DENSE_LETTER, 945)
    for row, text in enumerate(reversed(texts.DENSE_LETTER)):
        back.write(hand, text, 80, 66 + 48.5 * row)
    return back.dried().transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(2))


def leaf(fonts: Fonts, random: Random) -> Drawn:
    """Draw a leaf: a page that has nothing to read."""
    sheet = Sheet(paper((900, 1100), (246, 242, 230), random), fonts, random)
    ink = Image.new("L", (1800, 2200))
    draw = ImageDraw.Draw(ink)
    stem = [(900 + 110 * math.sin(step / 20), 2080 - 20 * step) for step in range(92)]
    for place, ends in enumerate(pairwise(stem)):
        draw.line(ends, fill=235, width=round(20 - place / 6))
    for side in (-1, 1):
        _leaf_half(draw, stem[20:], side, random)
    ink = warped(ink, random, 3.0).resize(sheet.paper.size, Image.Resampling.BOX)
    ink = ImageChops.multiply(ink, noise(ink.size, 4, random, 120, 255))
    stained = ImageChops.multiply(sheet.paper, Image.new("RGB", ink.size, (52, 74, 48)))
    page = Image.composite(stained, sheet.paper, ink)
    return Drawn([scanned(page, random)], [[]], _jpeg(60))


def _leaf_half(draw: ImageDraw.ImageDraw, rib: Sequence[Point], side: int, random: Random) -> None:
    """Draw one half of a leaf on its midrib: the toothed edge, the veins, and strokes of shade below each vein."""
    edge = []
    for place, (x, y) in enumerate(rib):
        share = place / (len(rib) - 1)
        reach = 600 * math.sin(math.pi * share**0.62) ** 0.8 + 22 * (place % 4) * math.sin(math.pi * share)
        edge.append((x + side * reach, y))
    draw.line(edge, fill=220, width=8, joint="curve")
    for place in range(2, len(rib) - 16, 6):
        vein = _curve(rib[place], edge[place + 11], sag=46)
        draw.line(vein, fill=205, width=6, joint="curve")
        if place > 2:
            _shade(draw, vein[1:-2], side, random)


def _shade(draw: ImageDraw.ImageDraw, vein: Iterable[Point], side: int, random: Random) -> None:
    """Draw short strokes below a vein."""
    for x, y in vein:
        for _ in range(3):
            left, top, length = x + random.uniform(-16, 16), y + random.uniform(6, 22), random.uniform(20, 84)
            draw.line([(left, top), (left + side * 0.2 * length, top + length)], fill=105, width=4)


def _curve(start: Point, end: Point, *, sag: float) -> list[Point]:
    """Return points along a line that hangs `sag` pixels through."""
    steps = [step / 16 for step in range(17)]
    (x, y), (to_x, to_y) = start, end
    return [(x + (to_x - x) * t, y + (to_y - y) * t + sag * math.sin(math.pi * t)) for t in steps]


_CLERK = Hand("dawning-of-a-new-day", 0, (30, 26, 34), slant=0.1, unrest=1.8, dip=8)


def ledger(fonts: Fonts, random: Random) -> Drawn:
    """Draw an account book: dates, names and sums in ruled columns."""
    page = paper((1180, 1110), (238, 236, 220), random)
    rule(page, range(168, 1180, 72), (164, 186, 176))
    for x in (250, 850):
        page.paste((206, 140, 132), (x, 168, x + 2, 1180))
    sheet = Sheet(page, fonts, random)
    hand = sheet.fitted(_CLERK, [cells[1] for cells in texts.LEDGER], 520)
    sheet.write(sheet.fitted(_CLERK, [texts.LEDGER_TITLE], 860), texts.LEDGER_TITLE, 150, 118)
    for row, cells in enumerate(texts.LEDGER):
        for x, text in zip((60, 280, 880), cells, strict=True):
            sheet.write(hand, text, x + random.uniform(-4, 8), 234 + 72 * row)
    return Drawn([scanned(sheet.dried(), random)], [sheet.lines], _jpeg(60))


def recipe(fonts: Fonts, random: Random) -> Drawn:
    """Draw a recipe card that has seen a kitchen."""
    page = paper((1200, 900), (252, 246, 232), random)
    rule(page, range(208, 900, 62), (196, 206, 214))
    page.paste((214, 96, 90), (0, 140, 1200, 143))
    for _ in range(3):
        page = _stained(page, (random.randint(200, 1100), random.randint(300, 850)), random.randint(40, 110), random)
    sheet = Sheet(page, fonts, random)
    sheet.write(Hand("caveat", 74, (150, 40, 40)), texts.RECIPE[0], 60, 118)
    hand = sheet.fitted(Hand("caveat", 0, (40, 36, 60), slant=0.1, unrest=2.2), texts.RECIPE[1:], 1010)
    for row, text in enumerate(texts.RECIPE[1:]):
        sheet.write(hand, text, 62 + random.uniform(-4, 6), 202 + 62 * row)
    return Drawn([scanned(sheet.dried(), random)], [sheet.lines], _jpeg(60))


def _stained(page: Image.Image, centre: tuple[int, int], radius: int, random: Random) -> Image.Image:
    """Leave a ring of tea on the page."""
    light, (x, y) = Image.new("L", page.size, 255), centre
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=236, outline=120, width=6)
    light = ImageChops.lighter(light, noise(page.size, 30, random, 60, 255))
    light = light.filter(ImageFilter.GaussianBlur(2))
    return Image.composite(page, ImageChops.multiply(page, Image.new("RGB", page.size, (226, 196, 150))), light)


def _laid(ground: Image.Image, sheet: Image.Image, *, turn: float, shadow: int) -> Image.Image:
    """Lay a sheet on the middle of a ground, turned counterclockwise by degrees, with a shadow below it."""
    whole = Image.new("L", sheet.size, 255).rotate(turn, Image.Resampling.BICUBIC, expand=True)
    turned = sheet.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    left, top = (ground.width - turned.width) // 2, (ground.height - turned.height) // 2
    dark = Image.new("L", ground.size, 0)
    dark.paste(whole, (left + shadow // 2, top + shadow))
    dark = dark.filter(ImageFilter.GaussianBlur(shadow)).point(lambda grey: 255 - grey * 90 // 255)
    page = shaded(ground, dark)
    page.paste(turned, (left, top), whole)
    return page


_SEEN_ASKEW = (0.9, -0.07, -60.0, 0.05, 0.92, -150.0, -0.00003, -0.00009)
"""How a camera above and to the side sees the desk: Pillow's eight numbers of a perspective, from photo to sheet."""


def _on_desk(sheet: Image.Image, size: tuple[int, int], random: Random) -> Image.Image:
    """Photograph a sheet on a wooden desk, under a lamp."""
    how = Image.Transform.PERSPECTIVE, _SEEN_ASKEW, Image.Resampling.BICUBIC
    seen = sheet.transform(size, *how)
    whole = Image.new("L", sheet.size, 255).transform(size, *how)
    shadow = ImageChops.offset(whole, 16, 22).filter(ImageFilter.GaussianBlur(16))
    desk = shaded(_wood(size, random), shadow.point(lambda grey: 255 - grey * 130 // 255))
    desk.paste(seen, (0, 0), whole)
    return shaded(desk, slope(size, 255, 150, 300))


def _wood(size: tuple[int, int], random: Random) -> Image.Image:
    """Return planks: noise that is drawn out along the grain."""
    planks = Image.new("RGB", size, (148, 104, 66))
    for cell, low in ((5, 205), (26, 215)):
        fibres = noise((size[0] // 30, size[1]), cell, random, low, 255).resize(size, Image.Resampling.BICUBIC)
        planks = shaded(planks, fibres)
    rule(planks, range(210, size[1], 330), (70, 46, 30))
    return planks


def _jpeg(quality: int) -> dict[str, Any]:
    return {"format": "JPEG", "quality": quality, "optimize": True, "progressive": True, "dpi": (150, 150)}


PAGES: dict[str, Draw] = {
    "01-quick-fox.jpg": quick_fox,
    "02-slanted-note.jpg": slanted_note,
    "03-phone-photo.jpg": phone_photo,
    "04-pencil.jpg": pencil,
    "05-letter.tif": letter,
    "06-form.jpg": form,
    "07-dense-letter.jpg": dense_letter,
    "08-leaf.jpg": leaf,
    "09-ledger.jpg": ledger,
    "10-recipe.jpg": recipe,
}


def draw_all(fonts: Fonts, out: Path) -> None:
    """Draw every page into a folder, with truth.json beside them; raises FontMissing."""
    truth = {}
    for name, draw in PAGES.items():
        drawn = draw(fonts, Random(name))  # noqa: S311 - the same page every time
        first, *others = drawn.frames
        several: dict[str, Any] = {"save_all": True, "append_images": others} if others else {}
        first.save(out / name, **drawn.saved, **several)
        truth[name] = drawn.truth
    (out / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the pages as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo.draw", description="Draw the demo pages.")
    parser.add_argument("--fonts", type=Path, required=True, help="a folder with the unpacked @fontsource packages")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pages", help="where the pages are put")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    try:
        draw_all(Fonts(chosen.fonts), chosen.out)
    except FontMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
