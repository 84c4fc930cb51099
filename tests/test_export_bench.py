"""The bench of the exports runs: every format, once and small."""

from pathlib import Path

import pytest

from tests.bench.export import fill, main
from tui.exports import EXPORTS
from tui.pictures.source import measure


@pytest.mark.xdist_group("benches")
def test_the_quick_look_measures_every_format_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Two of them here, each a process of its own; what the others write is seen to elsewhere."""
    main(["--quick", "--formats", "txt,pairs"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    figures = {row[0]: [float(figure) for figure in row[1:]] for row in rows if row and row[0] in EXPORTS}
    assert set(figures) == {"txt", "pairs"}
    for speed, start, half, peak, out in figures.values():
        assert speed > 0
        assert not start > peak  # nan where the system does not say
        assert not half > peak
        assert out >= 0


def test_no_two_pages_of_the_bench_are_the_same(tmp_path: Path) -> None:
    folder = tmp_path
    fill(folder, 2, (40, 56))
    facts = [measure(path) for path in sorted(folder.glob("*.jpg"))]
    assert len({fact.sha256 for fact in facts}) == 2
    assert {fact.page_sizes for fact in facts} == {((40, 56),)}
