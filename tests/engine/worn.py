"""What is no word, drawn as if copied badly: dates, sums, codes, initials and names that no list has.

Each line is slanted, wavy, blurred and noisy, differently for each seed, so that the recogniser hesitates over a good
part of it, and a language is tempted to make words of it.
"""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

LINES = (
    "7 June 1962", "on 12th Oct. 1879 at 10:45 A. M.", "21-3-47 and 22-3-47", "13 g of NaCl in 250 ml",
    "MP-MC and BX-301", "paid £12.50 for 3 lb", "sum of $3,450.00 due", "No. 47-B, Room 19a", "signed J. R. Smith",
    "A. E. Barrow to T. Pym", "see p. 90 and Fig. 2b", "Mr McKenzie met Mrs Jaques", "Dr Wm. Kjeldsen of Oslo",
    "Vol. XIV, Ch. III", "HMS Erebus, 52.1 N", "SW 1/4 sec. 12, T 3 N", "6 ft 3 in by 2 ft", "Chas. Sine, Esq.",
    "the USGS and the NYPL", "Ezra Quimby and Oke Lund", "Kate Wrexon at Tarn Hows", "lot 8 of 115 to D. Orne",
    "1 doz. at 4/6 = 2.7.0", "Nr. 12a, 3rd floor", "T = 20.5 C, pH 7.4", "ref. QX7/44-b of 1931",
    "Gen. Thos. Vane, C.S.A.", "the Iowa RR Co. 1884", "Lt. Col. Ames, 5 P. M.", "ca. 1640, fol. 12v",
)  # fmt: skip
_HEIGHT, _PAPER = 64, 235


def page(lines: tuple[str, ...], seed: int) -> Image.Image:
    """Return lines below each other."""
    drawn = [line(text, 100 * seed + place) for place, text in enumerate(lines)]
    whole = Image.new("RGB", (max(one.width for one in drawn) + 40, 100 * len(drawn) + 40), (_PAPER,) * 3)
    for place, one in enumerate(drawn):
        whole.paste(one, (20, 20 + 100 * place))
    return whole


def line(text: str, seed: int) -> Image.Image:
    """Return one line; the same seed gives the same picture."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    font = ImageFont.load_default(chance.choice([22, 26, 30]))
    image = Image.new("L", (int(font.getlength(text)) + 90, _HEIGHT), _PAPER)
    ImageDraw.Draw(image).text((40, 14), text, font=font, fill=chance.choice([60, 90, 110]))
    slant = chance.uniform(-0.1, 0.5)
    coefficients = (1, slant, -20 * slant, chance.uniform(-0.02, 0.02), 1, 0)
    image = image.transform(
        image.size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR, fillcolor=_PAPER
    )
    waved = Image.fromarray(_waved(np.asarray(image), noise))
    blurred = np.asarray(waved.filter(ImageFilter.GaussianBlur(chance.uniform(0.8, 1.9))), dtype=np.float64)
    return Image.fromarray(np.clip(blurred + noise.normal(0, 14, blurred.shape), 0, 255).astype(np.uint8)).convert(
        "RGB"
    )


def _waved(pixels: np.ndarray, noise: np.random.Generator) -> np.ndarray:
    drift = np.cumsum(noise.normal(0, 0.35, pixels.shape[1]))
    drift -= np.linspace(0, drift[-1], len(drift))
    columns = [np.roll(pixels[:, place], round(float(shift))) for place, shift in enumerate(drift)]
    return np.stack(columns, axis=1)
