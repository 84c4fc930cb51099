"""Recognize Text, the service that began it all: one image, lines and words, and from 2.0 on which words are doubtful.

Microsoft switched it off on 13 September 2026. It lives on in containers, in saved answers, in scripts, and in
`handread serve`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.dialects.call import Counter
from tui.dialects.lines import page_from
from tui.dialects.operation import OperationDialect
from tui.dialects.protocol import Dialect, NotUnderstood, Options, one_of, takes
from tui.dialects.retirement import RETIREMENTS
from tui.model import Page

MODES = ("Handwritten", "Printed")
_END = RETIREMENTS["recognize-text-2.1"]
SUCCESSOR = f"Microsoft retired Recognize Text 1.0 to 2.1 on {_END.day}: {_END.instead}."


@takes("query", "handwriting")
def recognize_text_1_0(options: Options) -> Dialect:
    """Speak Recognize Text 1.0; the option `handwriting` is true (where it is not set) or false.

    The service's quickstarts call the parameter `handwriting`, its specification `detectHandwriting`; the option
    `query` says by which name it goes.
    """
    parameter = one_of(("handwriting", "detectHandwriting"), options, "query", "recognize-text-1.0")
    handwriting = one_of(("true", "false"), options, "handwriting", "recognize-text-1.0")
    return _dialect("1.0", {parameter: handwriting})


@takes("mode")
def recognize_text_2_0(options: Options) -> Dialect:
    """Speak Recognize Text 2.0; the option `mode` is Handwritten (where it is not set) or Printed."""
    return _dialect("2.0", {"mode": one_of(MODES, options, "mode", "recognize-text-2.0")})


@takes("mode")
def recognize_text_2_1(options: Options) -> Dialect:
    """Speak Recognize Text 2.1; the option `mode` is Handwritten (where it is not set) or Printed."""
    return _dialect("2.1", {"mode": one_of(MODES, options, "mode", "recognize-text-2.1")})


def _dialect(version: str, query: Mapping[str, str]) -> Dialect:
    counter = Counter(f"/vision/v{version}/recognizeText", query, successor=SUCCESSOR)
    return OperationDialect(f"recognize-text-{version}", counter, pages_of)


def pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the one page of a `recognitionResult`; raises NotUnderstood when there is none."""
    result = answer.get("recognitionResult")
    if not isinstance(result, Mapping):
        raise NotUnderstood("The answer of Recognize Text holds no recognitionResult.", "not-understood")
    return (page_from(result, 1),)
