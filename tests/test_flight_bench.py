"""The bench of many operations in flight runs: every row once, with a few of them."""

import pytest

from tests.bench.flight import main


@pytest.mark.xdist_group("benches")
def test_the_quick_look_has_a_row_for_everything() -> None:
    rows: list[str] = []
    main(["--quick"], rows.append)
    named = {row[:36].strip(): row[36:] for row in rows}
    assert {"busy", "bytes a second", "a row down, nothing runs", "times what it takes else"} <= named.keys()
    assert float(named["calls a second"].split()[0]) > 0
    assert float(named["a row down, all in flight"].split()[0]) > 0
    assert named["in flight at the end"].endswith(" of 30")
    assert int(named["memory, MiB"]) > 0
