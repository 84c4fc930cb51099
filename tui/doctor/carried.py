"""The engine carried along: whether all its parts are there, and whether it reads a word written just now."""

from __future__ import annotations

import asyncio
import io
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tui.doctor.check import Check, ok, unknown, wrong
from tui.engine import EngineError, EngineMissing, require
from tui.engine.weights import DETECTOR, RECOGNISER, weights_file
from tui.engine.worker import Worker

READ_SECONDS = 20.0
"""How long it may take to start and to read one word."""
NEEDED_MB = 600
"""Free memory with which it reads a page of usual size."""
WORD = "Handread"

_MB = 1024 * 1024


async def engine_checks() -> tuple[Check, ...]:
    """Look for the engine's parts and have it read a word."""
    try:
        require()
        weights = [weights_file(name) for name in (DETECTOR, RECOGNISER)]
    except EngineMissing as error:
        return (wrong("engine", error.sentence),)
    size = sum(file.stat().st_size for file in weights) / _MB
    installed = ok("engine", f"It is complete, with {size:.0f} MB of weights in {weights[0].parent}.")
    return installed, await _reading(), _memory()


async def _reading() -> Check:
    worker, began = Worker(), time.monotonic()
    try:
        async with asyncio.timeout(READ_SECONDS):
            pages = await worker.read(written(WORD))
        seconds, used = time.monotonic() - began, _used_mb(worker.pid)
    except EngineError as error:
        return wrong("reading", error.sentence)
    except TimeoutError:
        says = f"It has not read one word in {READ_SECONDS:.0f} seconds. Close what else keeps this machine busy."
        return unknown("reading", says)
    finally:
        await worker.close()
    read = " ".join(line.text for page in pages for line in page.lines)
    if WORD.lower() not in read.lower():
        return unknown("reading", f"It read {read!r} for the word {WORD}. Install it anew.")
    memory = f", with {used:.0f} MB of memory" if used else ""
    return ok("reading", f"It started and read the word {WORD} in {seconds:.1f} s{memory}.")


def written(word: str) -> bytes:
    """Return a PNG of a printed word."""
    image = Image.new("L", (420, 120), 255)
    ImageDraw.Draw(image).text((60, 30), word, fill=0, font=ImageFont.load_default(56))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def _memory() -> Check:
    free = free_mb()
    if free is None:
        return unknown("memory", "This system does not tell how much is free.")
    says = f"{free:,.0f} MB are free; a page needs up to {NEEDED_MB}."
    return ok("memory", says) if free >= NEEDED_MB else unknown("memory", f"{says} Close other programs.")


def free_mb(file: Path = Path("/proc/meminfo")) -> float | None:
    """Return how much memory programs can still have, in MB; None where the system does not tell."""
    return _entry(file, "MemAvailable:")


def _used_mb(process: int | None) -> float | None:
    """Return the most memory that a process has had, in MB."""
    return _entry(Path(f"/proc/{process}/status"), "VmHWM:") if process else None


def _entry(file: Path, name: str) -> float | None:
    """Return an entry of one of Linux's own files, which come in kB, in MB."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    found = next((line.split()[1:2] for line in lines if line.startswith(name)), [])
    return int(found[0]) / 1024 if found and found[0].isdecimal() else None
