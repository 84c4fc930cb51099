"""What several of the engine's tests share."""

from __future__ import annotations

import pytest

from tui.engine.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()
