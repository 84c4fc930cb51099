"""Where a profile's key comes from. It goes to the profile's endpoint, and into no record, message or file."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tui.settings import Service


def key_of(service: Service, environment: Mapping[str, str] | None = None) -> str:
    """Return the key, or an empty string where there is none."""
    return (os.environ if environment is None else environment).get(service.key_variable, "").strip()
