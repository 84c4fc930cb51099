"""What each pain's test has to tell, put into a table at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pains.playing import Tell
from tests.pains.table import PROPERTY, pytest_terminal_summary
from tests.runner.conftest import open_desk

__all__ = ["open_desk", "pytest_terminal_summary", "tell"]


@pytest.fixture
def tell(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Tell:
    """Return what notes a row of the table: what was played, and what was seen of Handread meanwhile."""

    def told(pain: str, played: str, did: str) -> None:
        number = request.node.name.removeprefix("test_pain_").partition("_")[0]
        record_property(PROPERTY, [number, pain, played, did])

    return told
