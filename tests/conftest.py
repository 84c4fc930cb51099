"""Property tests go by what is true, and not by the clock: a busy machine may take its time.

HYPOTHESIS_PROFILE=thorough looks for more examples than there is time for every day.
"""

import gc
import os
import signal
import sys
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.pains.table import pytest_terminal_summary  # noqa: F401 (pytest finds it here: a table after the whole suite)

FEWEST_WORKERS = 4
"""Processes that share the tests: on few cores more than one each, for much of the time a test waits for a program."""

LONGEST_NAME = 200
"""Characters, or bytes, of a value that a test is run with, up to which it stands in the test's name."""

SELDOM = (50_000, 20, 100)
"""After how many new objects the youngest are looked through for garbage, and after how many times the older ones."""

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Not every one of the processes that share the tests, nor each of the hundreds of programs they start, compiles it all.


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background has them ignore ctrl+c, and what they start inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Say how many processes `-n auto` means."""
    return max(FEWEST_WORKERS, os.cpu_count() or 1)


settings.register_profile("unhurried", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("unhurried"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unhurried"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name what would be a long name by its length: that of an image would be in each process, report and cache."""
    if isinstance(val, bytes | str) and len(val) > LONGEST_NAME:
        return f"{argname} of {len(val)}"
    return None


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays until the end: every module, and the tests themselves.

    It looks less often too: each screen is hundreds of objects that know each other, and thousands are opened.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Throw away what a test that passed has printed and logged: kept for all of them, it would be gigabytes."""
    report = yield
    if report.passed:
        report.sections.clear()
    return report
