"""The way of one item: picture, submission, polls, pages.

A service may charge for each image it takes. Therefore nothing is posted twice by itself unless it is certain that the
first time did not count: the call never left, not all of it left, or the service answered with a refusal. Where the
answer to a whole call was lost, the item fails as `interrupted` and the person decides. The carried engine costs
nothing, so there everything is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import httpx

from tui.dialects import (
    Answer,
    CutOff,
    Elsewhere,
    KeyRefused,
    NotUnderstood,
    OperationGone,
    Pending,
    Retired,
    ServiceError,
    Throttled,
    Transient,
    Unreachable,
    Upload,
    fetch,
    model_of,
)
from tui.model import ImageFacts, Item, Page, SentPage, Shipment, Trouble, mapped_back, printable
from tui.runner.ground import Closure, Ground, back_off, closure_of
from tui.seclusion import MARK, marked_folder
from tui.settings import Pace
from tui.store import Store, StoreError

LONGEST_NAP = 60.0
"""Seconds by which a poll may be late before that counts as time in which nobody asked, such as a night's sleep."""

log = logging.getLogger(__name__)


class _Failed(Exception):
    """The item has failed."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class _Later(Exception):
    """The item goes back to wait until a time."""

    def __init__(self, until: float, reason: str) -> None:
        super().__init__(reason)
        self.until = until
        self.reason = reason


class _Again(Exception):
    """The item goes back to wait for its turn."""


class _Left(Exception):
    """The item stays as it is."""


class Flight:
    """The way of one item from its claim, or from its last poll, to its end."""

    def __init__(self, ground: Ground, store: Store, http: httpx.AsyncClient, item: Item) -> None:
        self.item = item
        self.is_posting = False
        self._ground = ground
        self._store = store
        self._http = http
        self._pace = ground.service.pace
        self._dialect = ground.dialect
        self._sent = bool(item.operation)
        self._shipped: tuple[SentPage, ...] = item.shipped
        self._remarks = [item.remark] if item.remark else []
        self._answer: bytes | None = None

    async def fly(self) -> None:
        """Go the whole way; whatever happens on it is written to the queue file and ends here."""
        ground, number = self._ground, self.item.id
        try:
            await self._way()
        except _Failed as end:
            await self._fail(end.code, end.sentence)
        except _Later as end:
            await ground.save(self._store.delayed, number, end.until, end.reason)
        except _Again:
            await ground.save(self._store.requeued, number)
        except _Left:
            return
        except asyncio.CancelledError:
            self._go_back()
            raise
        except Exception as error:
            log.exception("item %d met an error of our own", number)
            words = printable(" ".join(str(error).split()))[:200]
            await self._fail(
                "internal",
                f"Handread met an error of its own ({type(error).__name__}: {words}). In the queue, ! tries again.",
            )

    def _go_back(self) -> None:
        """Leave an item that nobody has been sent as if it had not been taken up."""
        if not self._sent and (not self.is_posting or self._ground.service.is_local):
            with suppress(StoreError):
                self._store.requeued(self.item.id)

    async def _fail(self, code: str, sentence: str) -> None:
        self._ground.tries.pop(self.item.id, None)
        self._ground.failed += 1
        await self._ground.save(self._store.failed, self.item.id, code, sentence, self._answer)

    async def _way(self) -> None:
        if self._sent:
            pending: Pending | Answer = Pending(self.item.operation, self.item.said)
        else:
            pending = await self._submit(await self._upload())
        if self._ground.stopping and isinstance(pending, Pending):
            return
        answer = await self._ask_after(pending) if isinstance(pending, Pending) else pending
        await self._read(answer.body)

    # -- the picture --------------------------------------------------------------------------------------------------

    async def _upload(self) -> Upload:
        """Return what to send; raises _Failed when the picture cannot be read any more."""
        ground = self._ground
        if not ground.service.is_in_the_house and not self.item.is_url:
            await asyncio.to_thread(_refuse_what_is_secluded, Path(self.item.source), ground.service.name)
        if self.item.is_url:
            await self._fetch_once()
        shipment = await asyncio.to_thread(self._shipment)
        if self.item.is_url and not ground.service.is_local:
            is_unchanged = await asyncio.to_thread(hash_of, shipment.content) == self.item.sha256
            if is_unchanged:  # then what the service fetches needs no change either
                return Upload(url=self.item.source)
        self._shipped, self._remarks = shipment.pages, [shipment.remark] if shipment.remark else []
        return Upload(content=shipment.content)

    def _shipment(self) -> Shipment:
        """Return what to send; the carried engine takes a file as it is."""
        content = _bytes_of(self.item)
        if self._ground.service.is_local:
            return Shipment(content)
        try:
            return self._ground.prepare(content)
        except Trouble as error:
            raise _Failed("unfit", str(error)) from error

    async def _fetch_once(self) -> None:
        """Get the picture of a URL to look at, unless it has been got before."""
        copy = self._ground.cache / f"{hashlib.sha256(self.item.source.encode('utf-8', 'replace')).hexdigest()}.img"
        if not await asyncio.to_thread(copy.exists):
            await self._fetch(copy)
        elif self.item.copy == str(copy) and self.item.page_sizes:
            return
        facts = await asyncio.to_thread(self._measured, copy)
        await self._ground.save(self._store.fetched, self.item.id, str(copy), facts)
        self.item = replace(self.item, copy=str(copy), sha256=facts.sha256, page_sizes=facts.page_sizes)

    async def _fetch(self, copy: Path) -> None:
        try:
            await fetch(self.item.source, copy)
        except Throttled as error:
            raise _Later(self._ground.clock() + max(1.0, error.after), error.sentence) from error
        except Transient as error:
            self._try_again(error)
        except ServiceError as error:
            raise _Failed(error.code, error.sentence) from error

    def _measured(self, copy: Path) -> ImageFacts:
        try:
            return self._ground.measure(copy)
        except Exception as error:
            copy.unlink(missing_ok=True)
            words = str(error).replace(str(copy), f"What lies at {self.item.source}")
            raise _Failed("picture", printable(words) or "What lies at this address is no picture.") from error

    # -- submitting ---------------------------------------------------------------------------------------------------

    async def _submit(self, upload: Upload) -> Pending | Answer:
        """Post the picture when its turn comes, and note the operation before anything else can happen."""
        ground = self._ground
        async with ground.turn(ground.posts):
            accepted = await self._post(upload)
        ground.reached()
        ground.lost_operations = 0
        ground.tries.pop(self.item.id, None)
        if isinstance(accepted, Pending):
            await ground.save(self._store.sent, self.item.id, accepted.operation)
        self._sent = True
        self.is_posting = isinstance(accepted, Answer)  # which would be lost if it were not read now
        return accepted

    async def _post(self, upload: Upload) -> Pending | Answer:
        ground = self._ground
        if (
            ground.closure
            or ground.paused
            or not await ground.may_post(self._store, self.item.id, self._shipped, self._remark)
        ):
            raise _Again
        self.is_posting = True
        try:
            return await self._dialect.submit(self._http, upload)
        except ServiceError as error:
            self.is_posting = False
            if _is_not_taken(error):
                await ground.save(self._store.not_taken, self.item.id)
                ground.has_a_call_again()
            if isinstance(error, Elsewhere):
                await ground.save(self._store.sent, self.item.id, error.operation)
            self._not_accepted(error)

    def _not_accepted(self, error: ServiceError) -> NoReturn:
        ground = self._ground
        if closure := closure_of(error):
            self._close_the_service(closure, error)
        if isinstance(error, NotUnderstood):
            ground.lost_an_operation(error)
            raise _Failed(error.code, error.sentence) from error
        if isinstance(error, Unreachable):
            ground.out_of_reach(error)
            self._try_again(error)
        ground.reached()
        if isinstance(error, Throttled):
            raise _Later(ground.throttled(error), error.sentence) from error
        if isinstance(error, CutOff) and not ground.service.is_local:
            raise _Failed("interrupted", interrupted(error.sentence.rstrip("."))) from error
        if isinstance(error, Transient):
            self._try_again(error)
        raise _Failed(error.code, error.sentence) from error

    def _close_the_service(self, closure: Closure, error: ServiceError) -> NoReturn:
        """Let one item tell why no other will fare better; those under way wait for a better profile."""
        if self._ground.closure:
            raise _Again from error
        self._ground.close(closure, error)
        raise _Failed(error.code, error.sentence) from error

    def _try_again(self, error: Transient) -> NoReturn:
        """Put the item back for a while; after its last try, it has failed."""
        tries = self._ground.tries[self.item.id] = self._ground.tries.get(self.item.id, 0) + 1
        if tries >= self._pace.tries:
            raise _Failed(
                error.code, f"{error.sentence} It was tried {tries} times; in the queue, ! tries again."
            ) from error
        until = self._ground.clock() + back_off(tries) * _spread(self.item.id)
        raise _Later(until, error.sentence) from error

    # -- polling ------------------------------------------------------------------------------------------------------

    async def _ask_after(self, pending: Pending) -> Answer:
        """Poll until the operation has ended; raises what else became of the item."""
        ground, pace, clock = self._ground, self._pace, self._ground.clock
        since = clock()  # also for one that was sent before: nobody has waited for it while this was not running
        patience = _Patience(pace, clock)
        interval = ground.first_poll
        next_poll = clock() + (0.0 if self.item.operation else max(interval, pending.after))
        while True:
            due = max(next_poll, clock())
            await self._rest_until(next_poll)
            try:
                async with ground.turn(ground.polls):
                    late = clock() - due
                    since += late if late > LONGEST_NAP else 0.0
                    answer = await self._dialect.poll(self._http, pending)
            except ServiceError as error:
                next_poll = await self._not_told(error, patience)
                continue
            ground.reached()
            patience.renew()
            if isinstance(answer, Answer):
                await ground.save(self._store.polled, self.item.id, answer.remarks or "succeeded", clock())
                return answer
            self._check_deadline(since, pending.said, answer.said)
            next_poll = clock() + max(interval * _spread(self.item.id), answer.after)
            await ground.save(self._store.polled, self.item.id, answer.said, next_poll)
            pending, interval = answer, min(interval * pace.growth, pace.longest_poll)

    def _check_deadline(self, since: float, before: str, said: str) -> None:
        """Give up what takes too long; the carried engine's take turns, and none is late while one moves."""
        ground, now = self._ground, self._ground.clock()
        if ground.service.is_local:
            if said != before:
                ground.moved_at = now
            since = max(since, ground.moved_at)
        if now - since >= self._pace.deadline:
            raise _Failed("deadline", _too_long(said, now - since))

    async def _rest_until(self, time_: float) -> None:
        ground = self._ground
        while (seconds := time_ - ground.clock()) > 0:
            await ground.sleep(seconds)

    async def _not_told(self, error: ServiceError, patience: _Patience) -> float:
        """Return when to ask again after a poll that told nothing; raises when it is no use."""
        ground = self._ground
        if closure := closure_of(error):
            ground.close(closure, error)
            raise _Left from error
        if isinstance(error, Unreachable):
            ground.out_of_reach(error)
        else:
            ground.reached()
        if isinstance(error, Throttled):
            again = ground.throttled(error)
        elif isinstance(error, Transient):
            again = patience.lose(error)
        else:
            self._ended_badly(error)
        await ground.save(self._store.held, self.item.id, again, error.sentence)
        return again

    def _ended_badly(self, error: ServiceError) -> NoReturn:
        ground = self._ground
        if isinstance(error, OperationGone) and ground.service.is_local:
            self._try_again(Transient(error.sentence, "expired"))
        if isinstance(error, OperationGone):
            raise _Failed(
                "expired",
                f"{error.sentence} In the queue, ! sends the image again, which is paid for again.",
            ) from error
        raise _Failed(error.code, error.sentence) from error

    # -- reading ------------------------------------------------------------------------------------------------------

    async def _read(self, body: bytes) -> None:
        """Make pages of a final answer, and keep both."""
        self._answer = body
        try:
            pages, model = await asyncio.to_thread(self._understood, body)
        except NotUnderstood as error:
            raise _Failed(
                error.code, f"{error.sentence} The answer is kept. Check that the profile's dialect is the service's."
            ) from error
        if len(pages) < len(self.item.page_sizes):
            self._remarks.append(f"{len(pages)} of {len(self.item.page_sizes)} pages were read")
        await self._ground.save(
            self._store.done,
            self.item.id,
            body,
            pages,
            dialect=self._dialect.name,
            model=model,
            remark=self._remark,
        )
        self._ground.done += 1
        self._ground.moved_at = self._ground.clock()
        self._ground.road.went_well()

    def _understood(self, body: bytes) -> tuple[tuple[Page, ...], str]:
        """Return an answer's pages in pixels of the image, as far as its sizes are known, and the model that read them.

        Raises NotUnderstood.
        """
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NotUnderstood("The service's answer is no JSON.", "not-understood") from error
        if not isinstance(answer, Mapping):
            raise NotUnderstood("The service's answer is no JSON object.", "not-understood")
        sizes, sent = dict(enumerate(self.item.page_sizes, 1)), dict(enumerate(self._shipped, 1))
        pages = tuple(
            mapped_back(page, sizes[page.number], sent.get(page.number)) if page.number in sizes else page
            for page in self._dialect.parse(answer)
        )
        return pages, model_of(answer)

    @property
    def _remark(self) -> str:
        return "; ".join(self._remarks)


class _Patience:
    """How long polls may go wrong in a row before an operation is given up.

    What the service gets wrong is counted; while it cannot be reached at all, time is: its answer is paid for and is
    still there when the network is.
    """

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self._pace = pace
        self._clock = clock
        self._losses = 0
        self._since = 0.0

    def renew(self) -> None:
        """Begin anew after a poll that went well."""
        self._losses = 0

    def lose(self, error: Transient) -> float:
        """Return when to ask again; raises _Failed when patience is lost."""
        now = self._clock()
        if not self._losses:
            self._since = now
        self._losses += 1
        is_over = now - self._since >= self._pace.deadline if isinstance(error, Unreachable) else True
        if self._losses >= self._pace.tries and is_over:
            raise _Failed(
                "given-up",
                f"{error.sentence} It was asked {self._losses} times; in the queue, ! asks it again, for nothing.",
            ) from error
        return now + back_off(self._losses)


def _spread(number: int) -> float:
    """Return a factor near 1, another for each item, so that items sent together are not asked after together."""
    return 0.95 + 0.1 * (number * 0.618034 % 1)


def _is_not_taken(error: ServiceError) -> bool:
    """Whether it is certain that the service has not taken the image, and will not charge for it."""
    if isinstance(error, Transient):
        return not isinstance(error, CutOff)
    return isinstance(error, Throttled | KeyRefused | Retired)


def _refuse_what_is_secluded(picture: Path, service: str) -> None:
    """Raise _Failed for a picture that must not leave the house."""
    folder = marked_folder(picture)
    if folder is not None:
        raise _Failed(
            "secluded",
            f"{printable(str(picture))} was not sent: {printable(str(folder / MARK))} keeps what lies there in the "
            f"house, and {service} is not. Read it with --service local, or set on_premises for {service} if it is.",
        )


def hash_of(content: bytes) -> str:
    """Return by what the queue file knows a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def _bytes_of(item: Item) -> bytes:
    """Read an item's picture; raises _Failed when it is not there any more, or is another."""
    name = printable(item.picture)
    try:
        content = Path(item.picture).read_bytes()
    except FileNotFoundError as error:
        raise _Failed("vanished", f"{name} is no longer there. Put it back; in the queue, ! tries again.") from error
    except (OSError, ValueError) as error:
        raise _Failed("unreadable", f"{name} cannot be read: {_reason(error)}. In the queue, ! tries again.") from error
    if item.sha256 and hash_of(content) != item.sha256:
        raise _Failed("changed", f"{name} has changed since it was added. Add it again.")
    return content


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def interrupted(what: str) -> str:
    """Return the sentence for an image whose submission may or may not have counted."""
    return (
        f"{what} while the image was being sent. It may have been taken and paid for, so it is not sent twice by "
        f"itself; in the queue, ! sends it again."
    )


def _too_long(said: str, seconds: float) -> str:
    minutes = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
    return (
        f"The service still says {said!r} after {minutes}, so it was given up. In the queue, ! asks again, for nothing."
    )
