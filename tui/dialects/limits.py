"""What each service takes, so that a file is made to fit before it is sent and not refused after it.

The numbers are Microsoft's own, from the pages of each version; where they say "less than", the greatest that is less.
They are of the cloud: a container is given those of the paid tier.
"""

from __future__ import annotations

from dataclasses import replace

from tui.model import Limits

FREE = "F0"
"""The free tier, by Microsoft's name."""

_MB = 1024 * 1024
_FREE_BYTES = 4 * _MB - 1
_FREE_PAGES = 2
_PICTURES = frozenset({"JPEG", "PNG", "BMP"})
_DOCUMENTS = _PICTURES | {"TIFF", "PDF"}
"""A JPEG with further pictures behind it (MPO), as phones make them, is refused by Read, says its reference."""

# Computer Vision's Home.md of August 2018: JPEG, PNG, BMP, below 4 MB, more than 50 x 50 pixels, to 4200 x 4200; but
# 4200 was found to be refused and 4199 taken (MicrosoftDocs/azure-docs#28536). GIF may be taken; PNG certainly is.
_RECOGNIZE_TEXT = Limits("Recognize Text", _PICTURES, 4 * _MB - 1, 51, 4199, 1, reads_the_first=True)
# The reference of Read 3.0 and 3.1: below 50 MB, 50 x 50 to 10000 x 10000 pixels, 2000 pages.
_READ = Limits("Read", _DOCUMENTS, 50 * _MB - 1, 50, 10_000, 2000)
# The client library's README: less than 20 MB, greater than 50 x 50 pixels, less than 16000 x 16000.
_IMAGE_ANALYSIS = Limits(
    "Image Analysis 4.0",
    _PICTURES | {"GIF", "WEBP", "TIFF", "MPO"},
    20 * _MB - 1,
    51,
    15_999,
    1,
    reads_the_first=True,
)
# document-intelligence/service-limits.md and includes/input-requirements.md.
_DOCUMENT_INTELLIGENCE = Limits("Document Intelligence", _DOCUMENTS | {"HEIF"}, 500 * _MB - 1, 50, 10_000, 2000)

_PAID = {
    "recognize-text-1.0": replace(_RECOGNIZE_TEXT, service="Recognize Text 1.0"),
    "recognize-text-2.0": replace(_RECOGNIZE_TEXT, service="Recognize Text 2.0"),
    "recognize-text-2.1": replace(_RECOGNIZE_TEXT, service="Recognize Text 2.1"),
    # What Read 2.x took is no longer to be found: 20 MB is a cautious guess.
    "read-2.0": replace(_READ, service="Read 2.0", most_bytes=20 * _MB - 1),
    "read-2.1": replace(_READ, service="Read 2.1", most_bytes=20 * _MB - 1),
    "read-3.0": replace(_READ, service="Read 3.0"),
    "read-3.1": replace(_READ, service="Read 3.1"),
    # computer-vision/how-to/call-read-api.md: below 500 MB, otherwise as before.
    "read-3.2": replace(_READ, service="Read 3.2", most_bytes=500 * _MB - 1),
    # document-intelligence/concept-layout.md for 2.1: below 50 MB.
    "form-recognizer-2.1": replace(_READ, service="Form Recognizer 2.1"),
    "image-analysis-4.0": _IMAGE_ANALYSIS,
    "document-intelligence-2023-07-31": replace(_DOCUMENT_INTELLIGENCE, service="Document Intelligence 3.1"),
    "document-intelligence-2024-11-30": replace(_DOCUMENT_INTELLIGENCE, service="Document Intelligence 4.0"),
}


def limits_of(dialect: str, tier: str) -> Limits:
    """Return what a dialect's service takes in a tier: F0 is the free one, every other name a paid one or a container.

    Raises KeyError for a dialect that there is not.
    """
    paid = _PAID[dialect]
    if tier.strip().upper() != FREE or paid.most_pages == 1:
        return paid
    return replace(
        paid,
        service=f"the free tier of {paid.service}",
        most_bytes=_FREE_BYTES,
        most_pages=_FREE_PAGES,
        reads_the_first=True,
    )
