"""Recognize Text, the service that began it all: one image, lines and words, and from 2.0 on which words are doubtful.

Microsoft switched it off on 13 September 2026. It lives on in containers, in saved answers, in scripts, and in
`handread serve`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.dialects.lines import page_from
from tui.dialects.operation import OperationDialect
from tui.dialects.protocol import Dialect, NotUnderstood, Options, WrongOption
from tui.model import Page

MODES = ("Handwritten", "Printed")
SUCCESSOR = (
    "Microsoft retired Recognize Text 1.0 to 2.1 on 13 September 2026: use the dialect read-3.2 (Read 3.2) "
    "or Document Intelligence."
)


def recognize_text_2_0(options: Options) -> Dialect:
    """Speak Recognize Text 2.0 or 2.1; the option `mode` is Handwritten (where it is not set) or Printed."""
    return OperationDialect(
        name="recognize-text-2.0",
        path="/vision/v2.0/recognizeText",
        query={"mode": _mode(options.get("mode") or MODES[0])},
        pages=pages_of,
        successor=SUCCESSOR,
    )


def pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the one page of a `recognitionResult`; raises NotUnderstood when there is none."""
    result = answer.get("recognitionResult")
    if not isinstance(result, Mapping):
        raise NotUnderstood("The answer of Recognize Text holds no recognitionResult.", "not-understood")
    return (page_from(result, 1),)


def _mode(asked: str) -> str:
    for mode in MODES:
        if mode.lower() == asked.lower():
            return mode
    raise WrongOption(f"The mode of recognize-text-2.0 is {' or '.join(MODES)}, not {asked!r}.")
