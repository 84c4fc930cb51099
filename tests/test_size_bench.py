"""The bench of a large queue runs: every row once, on a small one."""

import pytest

from tests.bench.size import main


@pytest.mark.xdist_group("benches")
def test_the_quick_look_has_a_row_for_everything() -> None:
    rows: list[str] = []
    main(["--quick"], rows.append)
    named = {row[:36].strip(): row[36:] for row in rows}
    assert {
        "start, to the queue",
        "a row down",
        "filter: flagged",
        "search: wea",
        "accept a line",
        "memory, MiB",
    } <= named.keys()
    assert int(named["bytes an image in the file"].replace(",", "")) > 0
    assert float(named["a row down"].split()[0]) > 0
    assert int(named["files added a second"].replace(",", "")) > 0
