"""What one service read against what another read of the same pictures: neither is the truth, one is taken for it."""

from __future__ import annotations

from collections.abc import Iterator

from tui.model import Item, Page, printable
from tui.quality import page_score, paired
from tui.scoring.against_truth import unknown
from tui.scoring.as_read import as_read, written
from tui.scoring.chosen import Chosen, Finding, Remark
from tui.store import Store


def against_service(store: Store, chosen: Chosen, other: str) -> Iterator[Finding]:
    """Score every image that another service has read as well, as if what that one read were written there."""
    twins = [(item, twin) for item in chosen.items() if item.service != other for twin in _twins(store, item, other)]
    services = sorted({printable(item.service) for item, _ in twins})
    if not twins:
        whose = printable(chosen.service) if chosen.service else "another service"
        yield Remark(f"No picture of this queue was read by {printable(other)} and by {whose}.")
    elif len(services) > 1:
        yield Remark(f"The same pictures were read by {' and '.join(services)}. Name one with --service.")
    else:
        for item, twin in twins:
            yield from _of_item(store, chosen, item, twin)


def _twins(store: Store, item: Item, service: str) -> list[Item]:
    return [twin for twin in store.items(store.twins(item.id)) if twin.service == service]


def _of_item(store: Store, chosen: Chosen, item: Item, twin: Item) -> Iterator[Finding]:
    read, truth = as_read(store, item), as_read(store, twin)
    if read is None or truth is None:
        yield unknown(item if read is None else twin)
        return
    by_number = {page.number: page for page in read}
    for page in truth:
        ours = [written(line) for line in page.lines]
        theirs = [written(line) for line in by_number.get(page.number, Page(page.number, 0, 0)).lines]
        pairing = chosen.kept(item, page.number, paired(ours, theirs))
        if pairing.pairs:
            yield page_score(item.source, page.number, ours, theirs, pairing)
