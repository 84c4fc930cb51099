"""Desks for the tests of the runner."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.fake_service import (
    FakeService,
    Step,
    Submission,
    running,
    submission,
)
from tests.runner.desk import DONE, KEY, NOT_STARTED, Desk


@pytest.fixture
def open_desk(tmp_path: Path) -> Any:
    services: list[FakeService] = []

    def made(*script: Submission, files: Mapping[str, Step | Sequence[Step]] | None = None, **more: Any) -> Desk:
        service = FakeService(list(script) or [submission(NOT_STARTED, running(), DONE)], key=KEY, files=files)
        services.append(service.__enter__())
        return Desk(tmp_path, service, **more)

    yield made
    for service in services:
        service.__exit__()
