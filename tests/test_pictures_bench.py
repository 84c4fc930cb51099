"""The bench of the pictures runs: every way of drawing and every kind of file, once and small."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.bench import legible, opening, peers
from tests.bench.legible import Piece
from tests.bench.pictures import main
from tui.pictures.glyphs import GLYPH_SETS

STRIPES = Image.new("L", (40, 20), 255)
STRIPES.paste(0, (20, 0, 40, 20))


def test_the_quick_look_measures_every_way_and_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--quick"])
    rows = {line[:24].strip(): line[24:].split() for line in capsys.readouterr().out.splitlines()}
    for glyphs in GLYPH_SETS:
        for colours in ("256", "no"):
            figures = rows[f"{glyphs}, {colours} colours"]
            assert len(figures) == 12
            assert all(figure == "-" or float(figure) >= 0 for figure in figures)
    for kind in ("JPEG", "JPEG, progressive", "PNG", "TIFF, LZW", "TIFF, G4"):
        assert all(float(figure) >= 0 for figure in rows[kind])


def test_the_sheet_shows_every_way(tmp_path: Path) -> None:
    if isinstance(problem := _font(), Exception):
        pytest.skip(str(problem))
    main(["--quick", "--sheet", str(tmp_path / "ink.png")])
    with Image.open(tmp_path / "ink.png") as sheet:
        assert sheet.width == 1520
        assert sheet.height >= 3 * 200


def _font() -> Image.Image | Exception:
    try:
        return legible.picture(Piece("a", 1, 1))
    except Exception as problem:  # noqa: BLE001 (the module it is from is no package)
        return problem


def test_one_crop_is_shown_as_the_program_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    STRIPES.save(tmp_path / "crop.png")
    main(["--show", str(tmp_path / "crop.png"), "--size", "8x4", "--glyphs", "halves", "--mono"])
    [piece] = json.loads(capsys.readouterr().out)["pieces"]
    assert piece["ansi"].count("\n") == piece["rows"] <= 4
    assert "█" in piece["ansi"]


def test_a_python_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--peers", "/no/python"])
    assert "no Python to run at /no/python" in capsys.readouterr().err


@pytest.mark.parametrize("row", ["  ██\n", "\x1b[38;5;16;48;5;231m  ██\x1b[0m\n", "  \x1b[48;2;0;0;0m  \x1b[0m\n"])
def test_a_drawing_is_turned_back_into_the_picture_it_is_of(row: str) -> None:
    seen = legible.picture(Piece(2 * row, 4, 2)).convert("L")
    assert seen.size == (40, 40)
    assert [seen.getpixel((x, 20)) for x in (5, 15, 25, 35)] == [255, 255, 0, 0]


def test_what_can_be_read_is_rated_by_letters_and_digits() -> None:
    assert legible.accuracy("The fox, 41.", "the Fox 41") == 1.0
    assert legible.accuracy("fox", "box") == pytest.approx(2 / 3)
    assert legible.accuracy("fox", "a long story") == 0.0


def test_a_program_is_measured_with_its_start(tmp_path: Path) -> None:
    program = peers.Program(
        "a program", (sys.executable, "-c", "import sys; print(*sys.argv[1:])", "{columns}", "{rows}")
    )
    shot = program.draw(tmp_path / "picture", 8, 4)
    assert shot.ansi == "8 4\n"
    assert shot.milliseconds > 0


def test_a_library_draws_in_the_python_that_has_it(tmp_path: Path) -> None:
    STRIPES.save(tmp_path / "picture.png")
    with peers.libraries(sys.executable) as found:
        assert {library.name for library in found} <= set(peers.LIBRARIES)
        for library in found:
            assert library.draw(tmp_path / "picture.png", 8, 4).ansi
            with pytest.raises(RuntimeError, match="FileNotFoundError"):
                library.draw(tmp_path / "gone.png", 8, 4)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say what is taken")
def test_leafing_tells_what_it_took(tmp_path: Path) -> None:
    STRIPES.save(tmp_path / "page.png")
    waited, peak, held = map(float, opening.leafing(tmp_path / "page.png").split())
    assert waited >= 0
    assert peak >= held
