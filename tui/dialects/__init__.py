"""The services' protocols, one family a file, behind one small interface (see tui.dialects.protocol)."""

from collections.abc import Mapping
from types import MappingProxyType

from tui.dialects.client import fetch, open_client, trusting
from tui.dialects.document_intelligence import (
    document_intelligence_2023_07_31,
    document_intelligence_2024_11_30,
    form_recognizer_2_1,
)
from tui.dialects.image_analysis import image_analysis_4_0
from tui.dialects.limits import limits_of
from tui.dialects.protocol import (
    UNTRUSTED,
    Answer,
    CutOff,
    Dialect,
    DialectFactory,
    Elsewhere,
    KeyRefused,
    NotUnderstood,
    OperationFailed,
    OperationGone,
    Options,
    Pending,
    Refused,
    Retired,
    ServiceError,
    Throttled,
    Transient,
    Unreachable,
    Upload,
    WrongOption,
)
from tui.dialects.read import read_2_0, read_2_1, read_3_0, read_3_1, read_3_2
from tui.dialects.recognize_text import recognize_text_1_0, recognize_text_2_0, recognize_text_2_1
from tui.dialects.retirement import notice_of
from tui.dialects.shapes import model_of

__all__ = [
    "DIALECTS",
    "UNTRUSTED",
    "Answer",
    "CutOff",
    "Dialect",
    "DialectFactory",
    "Elsewhere",
    "KeyRefused",
    "NotUnderstood",
    "OperationFailed",
    "OperationGone",
    "Options",
    "Pending",
    "Refused",
    "Retired",
    "ServiceError",
    "Throttled",
    "Transient",
    "Unreachable",
    "Upload",
    "WrongOption",
    "fetch",
    "limits_of",
    "model_of",
    "notice_of",
    "open_client",
    "trusting",
]

DIALECTS: Mapping[str, DialectFactory] = MappingProxyType(
    {
        "recognize-text-1.0": recognize_text_1_0,
        "recognize-text-2.0": recognize_text_2_0,
        "recognize-text-2.1": recognize_text_2_1,
        "read-2.0": read_2_0,
        "read-2.1": read_2_1,
        "read-3.0": read_3_0,
        "read-3.1": read_3_1,
        "read-3.2": read_3_2,
        "form-recognizer-2.1": form_recognizer_2_1,
        "image-analysis-4.0": image_analysis_4_0,
        "document-intelligence-2023-07-31": document_intelligence_2023_07_31,
        "document-intelligence-2024-11-30": document_intelligence_2024_11_30,
    }
)
"""Each dialect by its name; the factory takes the profile's options and raises WrongOption."""
