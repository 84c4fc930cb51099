"""The quickstart of Recognize Text 2.0: no library but HTTP, and a picture of the result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.clients.conftest import KEY, LINES, Clients
from tests.clients.expected import ink
from tests.engine import drawn

pytestmark = pytest.mark.xdist_group("clients")

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def shown(clients: Clients, page: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Image.Image]:
    """What the script prints, and the picture that it draws."""
    picture = tmp_path_factory.mktemp("quickstart") / "picture.png"
    printed = clients.run("quickstart.py", "quickstart", f"{clients.endpoint}/vision/v2.0/", KEY, page, picture)
    with Image.open(picture) as image:
        return printed, image.convert("RGB")


def test_it_prints_every_line(shown: tuple[str, Image.Image]) -> None:
    printed, _ = shown
    assert printed.splitlines() == list(LINES)


def test_it_outlines_every_line_where_its_ink_is(shown: tuple[str, Image.Image]) -> None:
    _, picture = shown
    assert picture.size == drawn.SIZE
    for place, line in enumerate(LINES):
        left, top, right, bottom = ink(line, place)
        for x, y in corners(left, top, right, bottom):
            assert shows(picture, RED, (x - 20, y - 20, x + 20, y + 20))


def test_it_writes_over_every_line_and_leaves_the_page_below(shown: tuple[str, Image.Image]) -> None:
    _, picture = shown
    for place, line in enumerate(LINES):
        left, top, right, bottom = (round(edge) for edge in ink(line, place))
        assert shows(picture, BLUE, (left - 20, top - 20, right, bottom))
        assert shows(picture, (0, 0, 0), (left, top, right, bottom))
    assert not shows(picture, RED, (0, 320, 640, 352))


def corners(left: float, top: float, right: float, bottom: float) -> Iterator[tuple[int, int]]:
    for x in (left, right):
        for y in (top, bottom):
            yield round(x), round(y)


def shows(picture: Image.Image, colour: tuple[int, int, int], area: tuple[int, int, int, int]) -> bool:
    """Say whether a colour is seen within an area."""
    colours = picture.crop(area).getcolors(640 * 352)
    return colour in {seen for _, seen in colours or []}
