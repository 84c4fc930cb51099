"""Which images and lines of a queue are scored: those of a service, those that a filter lets through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from tui.filter_sql import asks_lines
from tui.filters import Filter
from tui.line_index import Hit
from tui.model import Item, LineKey, State
from tui.quality import PageScore, Pair, Pairing
from tui.store import Store

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person has to know beside the figures."""

    sentence: str
    is_problem: bool = True
    """Whether something that was to be compared was not."""


Finding = PageScore | Remark


class Chosen:
    """The images and lines that are scored."""

    def __init__(self, store: Store, service: str | None = None, filter: Filter | None = None) -> None:  # noqa: A002
        """Choose what a service has read, all services where none is named, and of that what a filter lets through."""
        self._store = store
        self._filter = filter
        self.service = service

    def items(self) -> Iterator[Item]:
        """Yield the images that were read, in the order of the queue."""
        return (item for item in self.all_items() if item.state is State.DONE and self.lets_through(item))

    def all_items(self) -> Iterator[Item]:
        """Yield every image of the service, read or not, and whatever the filter says."""
        start = 0
        while items := self._store.window(start, _AT_ONCE):
            yield from (item for item in items if self.service in {None, item.service})
            start += _AT_ONCE

    def lets_through(self, item: Item) -> bool:
        """Whether the filter lets an image through, or any of its lines."""
        return self._filter is None or item.id in (self._lines if self._asks_lines else self._images)

    def kept(self, item: Item, page: int, pairing: Pairing, keys: Sequence[LineKey] = ()) -> Pairing:
        """Return the pairs of a page whose line the filter lets through.

        `keys` are those of the lines that are scored, where they are not simply counted along the page. A line that was
        not read has nothing a filter on lines could ask for: it is kept where none asks.
        """
        if not self._asks_lines:
            return pairing
        found = self._lines.get(item.id, frozenset())

        def is_kept(pair: Pair) -> bool:
            return any((keys[place] if keys else LineKey(page, place)) in found for place in pair.read)

        return Pairing(tuple(filter(is_kept, pairing.pairs)), pairing.by)

    @cached_property
    def _asks_lines(self) -> bool:
        return self._filter is not None and asks_lines(self._filter)

    @cached_property
    def _images(self) -> frozenset[int]:
        assert self._filter is not None
        matching = self._store.items_matching(self._filter)
        return frozenset(matching.window(0, matching.count()))

    @cached_property
    def _lines(self) -> dict[int, frozenset[LineKey]]:
        by_item = groupby(self._hits(), key=lambda hit: hit.item_id)
        return {item_id: frozenset(hit.key for hit in hits) for item_id, hits in by_item}

    def _hits(self) -> Iterator[Hit]:
        assert self._filter is not None
        after: Hit | None = None
        while hits := self._store.lines_matching(self._filter, after=after, limit=_AT_ONCE):
            yield from hits
            after = hits[-1]
