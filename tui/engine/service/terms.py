"""On which terms documents are taken: inside the program on any, on a port as the cloud would and behind a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


class UrlRefused(Exception):
    """An image's URL that is not fetched, with the reason as a sentence that says how to allow it."""


class DownloadFailed(Exception):
    """An image that could not be fetched, with the reason as a sentence."""


Fetch = Callable[[str, int, Callable[[int], None]], Awaitable[bytes]]
"""Gets the image at a URL, of at most so many bytes; raises UrlRefused or DownloadFailed."""


async def fetch_nothing(url: str, most_bytes: int, grown: Callable[[int], None]) -> bytes:  # noqa: ARG001 - the form of a Fetch
    """Refuse every URL, as an engine without a network does."""
    raise UrlRefused("This engine fetches no URLs. Send the image's bytes as application/octet-stream.")


def any_host(_: str) -> bool:
    """Let a client call this machine whatever it likes."""
    return True


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a request before its document is taken."""

    key: str = field(default="", repr=False)
    """What `Ocp-Apim-Subscription-Key` must hold; empty where no key is asked for."""
    fetch: Fetch = fetch_nothing
    is_strict: bool = False
    """Whether the limits of the service that is spoken hold: formats, bytes and pixels. Else the engine's own do."""
    public_url: str = ""
    """What clients call this server where that is not what arrives here, without a slash at its end."""
    knows_host: Callable[[str], bool] = any_host
    """Whether a host (without port) is a name of this machine, and not one that a page in a browser gave it."""
