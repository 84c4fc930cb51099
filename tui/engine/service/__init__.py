"""The engine behind the wire protocols of the cloud services, as an ASGI app: one file for each family of protocols.

In the program itself the app is reached through `httpx.ASGITransport`; `handread serve` puts the same app on a port, so
that programs written for Recognize Text (retired) and its successors go on working against one's own machine.

Ours are two headers of answers: `Handread-Progress` says how far a running operation is ("page/pages line/lines"), and
`Handread-Reason` why one failed, percent-encoded, because most of the protocols have no place for a reason. Three of
requests: `X-Handread-Language`, `X-Handread-Words` and `X-Handread-Careful` say how to read, whatever the protocol.
And under the key `x-handread` stand the alternatives of words, the confidence of lines and the language of pages.
"""

from tui.engine.operations import Habits
from tui.engine.service.app import local_service
from tui.engine.service.terms import DownloadFailed, Fetch, Terms, UrlRefused

__all__ = ["DownloadFailed", "Fetch", "Habits", "Terms", "UrlRefused", "local_service"]
