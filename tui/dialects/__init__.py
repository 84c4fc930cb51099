"""The services' protocols, one family a file, behind one small interface (see tui.dialects.protocol)."""

from collections.abc import Mapping
from types import MappingProxyType

from tui.dialects.client import fetch, open_client
from tui.dialects.protocol import (
    Answer,
    CutOff,
    Dialect,
    DialectFactory,
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
from tui.dialects.read import read_3_2
from tui.dialects.recognize_text import recognize_text_2_0

__all__ = [
    "DIALECTS",
    "Answer",
    "CutOff",
    "Dialect",
    "DialectFactory",
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
    "open_client",
]

DIALECTS: Mapping[str, DialectFactory] = MappingProxyType(
    {
        "recognize-text-2.0": recognize_text_2_0,
        "read-3.2": read_3_2,
    }
)
"""Each dialect by its name; the factory takes the profile's options and raises WrongOption."""
