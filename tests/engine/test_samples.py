"""Real handwriting: error rates and boxes that must not grow worse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.engine.measures import RECORDED, SAMPLES, error_rate, recorded_words, share_found, text_of, truth_of
from tui.engine.reader import Reader
from tui.model import Page

NOTEBOOK = SAMPLES / "dag-304-DAG_1_1_8_0029.jpg"
MANUSCRIPT = SAMPLES / "clara-barton-life-of-my-childhood-p90.jpg"

pytestmark = [
    pytest.mark.xdist_group("reading"),
    pytest.mark.skipif(not NOTEBOOK.exists(), reason="the samples are not here"),
]


@pytest.fixture(scope="module")
def notebook(reader: Reader) -> Page:
    return read(reader, NOTEBOOK)


def read(reader: Reader, image: Path) -> Page:
    with Image.open(image) as opened:
        return reader.page(opened, number=1)


def test_fewer_than_one_character_in_a_hundred_of_the_notebook_is_wrong(notebook: Page) -> None:
    truth, text = truth_of(NOTEBOOK), text_of(notebook)
    assert error_rate(truth, text) <= 0.008
    assert error_rate(truth.split(), text.split()) <= 0.04


def test_at_most_one_character_in_eight_of_the_manuscript_is_wrong(reader: Reader) -> None:
    truth, text = truth_of(MANUSCRIPT), text_of(read(reader, MANUSCRIPT))
    assert error_rate(truth, text) <= 0.125
    assert error_rate(truth.split(), text.split()) <= 0.34


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded answer is not here")
def test_most_words_lie_where_the_cloud_found_them(notebook: Page) -> None:
    assert share_found(recorded_words(notebook.width), notebook) >= 0.85
