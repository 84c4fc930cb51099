"""What each service takes is known before it is asked."""

from __future__ import annotations

import pytest

from tui.dialects import DIALECTS, limits_of
from tui.model import Limits

MB = 1024 * 1024


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("tier", ["F0", "S0", "S1", "container", ""])
def test_every_dialect_takes_jpeg_and_png_of_a_sensible_size(dialect: str, tier: str) -> None:
    limits = limits_of(dialect, tier)
    assert {"JPEG", "PNG"} <= limits.formats
    assert 50 <= limits.shortest_side < 4000 < limits.longest_side
    assert 3 * MB < limits.most_bytes < 500 * MB
    assert limits.most_pages in {1, 2, 2000}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_container_takes_what_the_paid_tier_takes(dialect: str) -> None:
    assert limits_of(dialect, "container") == limits_of(dialect, "S1")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_free_tier_never_takes_more(dialect: str) -> None:
    free, paid = limits_of(dialect, "f0"), limits_of(dialect, "S1")
    assert free.most_bytes <= paid.most_bytes
    assert free.formats == paid.formats
    assert free.reads_the_first


@pytest.mark.parametrize(
    ("dialect", "tier", "most_bytes", "longest_side", "most_pages"),
    [
        ("recognize-text-2.0", "S1", 4, 4199, 1),
        ("read-2.1", "S1", 20, 10_000, 2000),
        ("read-3.1", "S1", 50, 10_000, 2000),
        ("read-3.2", "S1", 500, 10_000, 2000),
        ("read-3.2", "F0", 4, 10_000, 2),
        ("form-recognizer-2.1", "S0", 50, 10_000, 2000),
        ("image-analysis-4.0", "F0", 20, 15_999, 1),
        ("document-intelligence-2024-11-30", "S0", 500, 10_000, 2000),
        ("document-intelligence-2024-11-30", "F0", 4, 10_000, 2),
    ],
)
def test_the_limits_are_those_of_the_manuals(
    dialect: str, tier: str, most_bytes: int, longest_side: int, most_pages: int
) -> None:
    limits = limits_of(dialect, tier)
    assert limits.most_bytes == most_bytes * MB - 1
    assert (limits.longest_side, limits.most_pages) == (longest_side, most_pages)


def test_the_formats_are_those_of_the_manuals() -> None:
    def formats(dialect: str) -> frozenset[str]:
        return limits_of(dialect, "S1").formats

    assert formats("recognize-text-1.0") == {"JPEG", "PNG", "BMP"}
    assert formats("read-3.2") == {"JPEG", "PNG", "BMP", "TIFF", "PDF"}
    assert {"GIF", "WEBP", "TIFF", "MPO"} < formats("image-analysis-4.0")
    assert "PDF" not in formats("image-analysis-4.0")
    assert "HEIF" in formats("document-intelligence-2023-07-31")


def test_the_limits_name_the_service_as_a_sentence_does() -> None:
    def named(limits: Limits) -> str:
        return f"That is more than {limits.service} takes."

    assert named(limits_of("read-3.2", "S1")) == "That is more than Read 3.2 takes."
    assert named(limits_of("read-3.2", "F0")) == "That is more than the free tier of Read 3.2 takes."


def test_of_a_dialect_that_there_is_not_nothing_is_known() -> None:
    with pytest.raises(KeyError):
        limits_of("read-9.9", "S1")
