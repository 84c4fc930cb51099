"""What `handread score` says of the samples, beside the engine's first figures: `python -m tests.bench.score`.

The program itself is run: it reads the pages with the carried engine into a queue of its own, then scores them against
what is written there. The figures beside were measured by other means when the engine was built. It has been changed
since, mostly for the better.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.engine.measures import SAMPLES

ENGINE = {
    "dag-304-DAG_1_1_8_0029": (0.5, 2.8),
    "clara-barton-life-of-my-childhood-p90": (13.0, 34.0),
    "letter-1879-mabel-bell": (49.5, 77.0),
}
"""CER and WER of the carried engine with its language, in percent."""


def handread(queue: Path, *arguments: str) -> str:
    """Run the program on a queue, and return what it prints."""
    environment = {**os.environ, "HANDREAD_QUEUE": str(queue)}
    done = subprocess.run(
        [sys.executable, "-m", "tui", *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def row(page: dict[str, Any]) -> str:
    """Return a page's figures in a row."""
    name = Path(page["source"]).stem
    ours = page["text"]["raw"]
    figures = f"{100 * ours['cer']:7.1f} {100 * ours['wer']:7.1f}"
    by_line = f"{100 * page['by_line']['raw']['cer']:9.1f} {page['missing']:8} {page['invented']:9}"
    cer, wer = ENGINE.get(name, (float("nan"), float("nan")))
    return f"{name[:38]:38} {figures} {cer:10.1f} {wer:10.1f} {by_line}"


def main() -> None:
    """Print the table, then the page as it looks in the terminal."""
    print(f"{'page':38} {'CER %':>7} {'WER %':>7} {'ENGINE CER':>10} {'ENGINE WER':>10}  line CER  missing  invented")
    with tempfile.TemporaryDirectory() as folder:
        queue = Path(folder) / "queue.db"
        images = [str(image) for image in sorted(SAMPLES.glob("*.jpg")) if image.with_suffix(".txt").exists()]
        handread(queue, "run", "--service", "local", *images)
        result = json.loads(handread(queue, "score", str(SAMPLES), "--json"))
        for page in result["pages"]:
            print(row(page))
        print(f"\n{handread(queue, 'score', str(SAMPLES))}")


if __name__ == "__main__":
    main()
