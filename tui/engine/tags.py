"""From what a person or a protocol calls a language ("de", "de-DE", "literal") to what the engine reads with.

Protocols name languages by tags (BCP 47), of which the first part counts. Languages in other letters than Latin ones
are refused, as a service refuses those that it does not read; one in Latin letters of which there is no word list is
read literally, and the answer says so.
"""

from __future__ import annotations

import re

from tui.engine.reading import AUTO, LITERAL

LANGUAGES = ("ca", "cs", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "sv")
"""All that wordfreq has a large list of and that are written in Latin letters."""
_OTHER_NAMES = {"no": "nb", "nn": "nb", "cat": "ca", "deu": "de", "eng": "en", "fra": "fr", "ita": "it", "nld": "nl",
                "nor": "nb", "pol": "pl", "por": "pt", "spa": "es", "swe": "sv", "fin": "fi", "ces": "cs"}  # fmt: skip
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_OTHER_SCRIPTS = re.compile(
    "am|ar|as|be|bg|bn|bo|dv|el|fa|gu|he|hi|hy|ja|ka|km|kn|ko|lo|mk|ml|mn|mr|my|ne|or|pa|ps|ru|sa|sd|si|ta|te|th|ti|"
    "ug|uk|ur|yi|zh"
)
"""Languages that are not written in Latin letters unless their tag says so."""


class UnknownLanguage(ValueError):
    """A tag that names no language which the engine can read; its text says what can be said instead."""


def code_of(tag: str) -> str:
    """Return AUTO, LITERAL, one of LANGUAGES, or "" for a language of which there is no list; raises UnknownLanguage.

    Case does not matter, nor does a region.
    """
    small = tag.strip().lower()
    if small in {AUTO, LITERAL}:
        return small
    primary = small.partition("-")[0]
    if not _TAG.fullmatch(small) or (_OTHER_SCRIPTS.fullmatch(primary) and "-latn" not in small):
        raise UnknownLanguage("this engine reads Latin letters")
    code = _OTHER_NAMES.get(primary, primary)
    return code if code in LANGUAGES else ""


def listed_code_of(tag: str) -> str:
    """Return AUTO, LITERAL or one of LANGUAGES, as a person's setting must be; raises UnknownLanguage."""
    try:
        code = code_of(tag)
    except UnknownLanguage:
        code = ""
    if not code:
        raise UnknownLanguage(
            f"{tag!r} is no language that the engine has words of. Known are {', '.join(LANGUAGES)}, {AUTO} (as each "
            f"page looks to be) and {LITERAL} (none: what is seen and nothing else)."
        )
    return code
