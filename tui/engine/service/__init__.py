"""The engine behind the wire protocols of the cloud services, as an ASGI app: one file for each family of protocols.

In the program itself the app is reached through `httpx.ASGITransport`; `handread serve` puts the same app on a port, so
that programs written for Recognize Text (retired) and its successors go on working against one's own machine. Two
headers are ours: `Handread-Progress` says how far a running operation is ("page/pages line/lines"), and
`Handread-Reason` why one failed, percent-encoded, because most of the protocols have no place for a reason.
"""

from tui.engine.service.app import local_service
from tui.engine.service.terms import DownloadFailed, Fetch, Terms, UrlRefused

__all__ = ["DownloadFailed", "Fetch", "Terms", "UrlRefused", "local_service"]
