"""Why a service does not let a call in: which key it would take, told by its endpoint, the path and its own words.

A wrong key, a key of another region or resource, and a resource of another kind all get the same 401. The endpoint
tells which key is the right one: that of a region serves all the resources there, that of a resource only itself.
Codes: Document Intelligence, how-to-guides/resolve-errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.dialects.protocol import KeyRefused, Refused, ServiceError
from tui.key import Key

OUT_OF_QUOTA = "quota"
"""The code of a call that is refused until a quota is filled up again."""

LONGEST_QUOTE = 100
"""How many characters of a service's words are repeated: a sentence is to fit on three lines of 80 columns."""

_REGIONAL = re.compile(
    r"([a-z0-9-]+)\.api\.cognitive\.(?:microsoft\.com|microsoft\.us|azure\.us|azure\.cn)", re.IGNORECASE
)
_OF_A_RESOURCE = re.compile(
    r"([a-z0-9-]+)(?:\.privatelink)?\.(?:cognitiveservices|services\.ai)\.azure\.(?:com|us|cn)", re.IGNORECASE
)
_QUOTA = re.compile(
    r"\bout of call volume quota|\bquota (?:will be|is) replenished|\bquota (?:is|has been) exceeded", re.IGNORECASE
)
_NETWORK = re.compile(r"virtual network|firewall|public (?:network )?access|private (?:endpoint|link)", re.IGNORECASE)
_ROLE = re.compile(r"\bprincipal\b|\bdata action|\brole\b", re.IGNORECASE)
_NO_KEYS = re.compile(
    r"key[- ]based authentication|\bauthentication ?type ?(?:is )?disabled|\blocal ?auth", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that was not let in."""

    host: str
    path: str
    status: int
    """401 or 403."""
    key: Key
    """What it carried, empty for nothing."""
    is_token: bool = False
    """Whether that was a token of Microsoft Entra ID."""

    @property
    def region(self) -> str:
        """The region whose endpoint it is; empty for any other."""
        found = _REGIONAL.fullmatch(self.host)
        return found[1].lower() if found else ""

    @property
    def resource(self) -> str:
        """The resource whose own endpoint it is; empty for any other."""
        found = _OF_A_RESOURCE.fullmatch(self.host)
        return found[1] if found else ""

    @property
    def kind(self) -> str:
        """Which kind of resource offers what was called."""
        is_form = self.path.startswith(("/formrecognizer", "/documentintelligence"))
        return "Document Intelligence" if is_form else "Computer Vision"


def is_out_of_quota(text: str) -> bool:
    """Whether a 403 says that calls are used up, which passes, and has nothing to do with the key."""
    return _QUOTA.search(text) is not None


def why_denied(asked: Asked, code: str, inner: str, text: str) -> ServiceError:
    """Return the error of a call that was not let in: what is certain comes first, then what to check."""
    said = ": ".join(filter(None, (str(asked.status), inner, _first_sentence(text))))
    if inner == "OutboundAccessForbidden":
        return Refused(
            f"{asked.host} must not fetch the image from where it lies ({said}). Send the file itself, or allow its "
            f"host in the network settings of {_resource(asked)}.",
            inner,
        )
    return KeyRefused(_sentence(asked, f"{code} {inner}", said, text), inner or code)


def _first_sentence(text: str) -> str:
    """Return how the service's words begin: what follows there is its own advice."""
    first = text.partition(". ")[0].rstrip(".")
    return first if len(first) <= LONGEST_QUOTE else f"{first[: LONGEST_QUOTE - 1]}…"


def _sentence(asked: Asked, codes: str, said: str, text: str) -> str:
    if other := _other_than_the_key(asked, codes, said, text):
        return f"{asked.host} {other}"
    if not asked.key:
        return f"{asked.host} asks for a key ({said}), and the profile names none. {_which(asked)}"
    if (asked.region or asked.resource) and not asked.key.looks_like_one:
        return (
            f"{asked.host} does not take the key ({asked.status}). It does not look like a key: those have 32 or 84 "
            f"characters. {_which(asked)}"
        )
    return f"{asked.host} does not take the key ({said}). {_which(asked)}"


def _other_than_the_key(asked: Asked, codes: str, said: str, text: str) -> str:
    """Return what it is about where that is not which key it was; else nothing."""
    if _NETWORK.search(text):
        what = "token" if asked.is_token else "key"
        return (
            f"does not let this machine in ({said}). That is not about the {what}: check the network settings of "
            f"{_resource(asked)}."
        )
    if _NO_KEYS.search(text) or "AuthenticationTypeDisabled" in codes:
        return f"takes no keys ({said}). Set entra = true in the profile in place of the key."
    if asked.is_token or _ROLE.search(text):
        return (
            f"does not let this identity in ({said}). Check that it has the role Cognitive Services User on "
            f"{_resource(asked)}."
        )
    if "AuthorizationFailed" in codes:
        return f"does not allow this ({said}). Check the rights and network settings of {_resource(asked)}."
    return ""


def _resource(asked: Asked) -> str:
    return f"the resource {asked.resource}" if asked.resource else "the resource"


def _which(asked: Asked) -> str:
    """Return which key would be the right one."""
    if asked.region:
        return f"The key must be of a resource in {asked.region}, of the kind {asked.kind} or multi-service."
    if asked.resource:
        return (
            f"It must be the key of the resource {asked.resource}, and that of the kind {asked.kind} or multi-service."
        )
    return f"Check that the key is this very server's, and that it offers {asked.kind}."
