"""A profile's runner, put together from the parts that do not know each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.settings import LOCAL, LOCAL_SERVICE, Service, Settings, SettingsError
from tui.store import Store

if TYPE_CHECKING:
    import httpx

    from tui.dialects import Dialect
    from tui.engine.service import Habits
    from tui.model import Item, Line, Page, Polygon
    from tui.resident import ResidentEngine
    from tui.runner import Runner

MOST_NEWS = 5000
"""How many decisions are looked through at a time for words that were accepted."""
MOST_TIMES = 4
"""How often at most before a page; what is left comes with the next one."""


def make_runner(
    settings: Settings,
    service: Service,
    only: Collection[int] | None = None,
    engine: ResidentEngine | None = None,
) -> Runner:
    """Return the runner of a profile, for these items or for all that wait.

    A local profile shares the engine that is given, or has one of its own.

    Raises SettingsError where the profile cannot be spoken to, NoKey where there is no key, and Refused where the file
    of certificates is none. A keyring may ask for a password, so no screen may be open.
    """
    from tui.dialects import DIALECTS, WrongOption

    if service.dialect not in DIALECTS:
        meant = get_close_matches(service.dialect, DIALECTS, 1)
        known = f"Did you mean {meant[0]}?" if meant else f"Known are: {', '.join(DIALECTS)}."
        raise SettingsError(f"The service {service.name} speaks {service.dialect!r}, which is no dialect. {known}")
    try:
        dialect = DIALECTS[service.dialect](service.options)
    except WrongOption as error:
        raise SettingsError(f"The service {service.name} is set wrongly: {error}") from error

    if service.is_local and engine is None:
        engine = make_engine(settings, service)
    return _runner(settings, service, dialect, only, engine)


def notice_for(service: Service, today: date) -> str:
    """Return what to say before a profile is used: that its service in the cloud has ended, or soon will.

    Or that the engine carried along has no words of any language.
    """
    if service.is_local:
        return _notice_of_missing_words()
    from tui.dialects.retirement import notice_of

    stays = service.is_in_the_house or service.tier == "container"
    return "" if stays else notice_of(service.dialect, today)


def _notice_of_missing_words() -> str:
    from tui.engine import EngineMissing, LanguageMissing, require

    try:
        require()
    except LanguageMissing as error:
        return error.sentence
    except EngineMissing:
        return ""  # which is more than a notice, and said elsewhere
    return ""


def make_engine(settings: Settings, service: Service) -> ResidentEngine:
    """Return the engine carried along, as a local profile wants it: for a runner, for the screens, or for both.

    Raises SettingsError where the profile's language or list of words cannot be used.
    """
    from tui.engine.service import local_service
    from tui.resident import ResidentEngine

    habits = _habits(settings, service)
    return ResidentEngine(lambda: local_service(habits=habits))


def rereading(settings: Settings, engine: ResidentEngine | None) -> Rereading | None:
    """Return what reads single lines again for whoever reviews; None where the engine carried along is not installed.

    It shares the engine that is given, or has one of its own, which starts with the first line that it reads.
    """
    from tui.engine import EngineMissing, require

    try:
        require(language=False)
    except EngineMissing:
        return None
    local = settings.services.get(LOCAL, LOCAL_SERVICE)
    return Rereading((lambda: engine) if engine is not None else partial(make_engine, settings, local))


def _habits(settings: Settings, service: Service) -> Habits:
    from tui.engine.reading import AUTO
    from tui.engine.service import Habits
    from tui.engine.tags import UnknownLanguage, listed_code_of
    from tui.engine.words import Vocabulary, WordFile, WordsUnreadable

    try:
        language = listed_code_of(service.options.get("language") or AUTO)
        file = WordFile(Path(service.words)) if service.words else None
        if file is not None:
            file.words()
    except (UnknownLanguage, WordsUnreadable) as error:
        raise SettingsError(f"The service {service.name} is set wrongly: {error}") from error
    return Habits(language, service.careful, Vocabulary(file, AcceptedInQueue(settings.queue)))


class Rereading:
    """Reads lines once more, with care, by the engine carried along; its client is opened with the first of them."""

    def __init__(self, make_engine: Callable[[], ResidentEngine]) -> None:
        self._make_engine = make_engine
        self._http: httpx.AsyncClient | None = None

    async def __call__(
        self, item: Item, page: Page, polygons: Sequence[Polygon], answer: bytes | None
    ) -> AsyncIterator[tuple[int, Line]]:
        """Yield each box's place among those given and what is read there; raises ServiceError and SettingsError."""
        from tui.dialects.asking import Place, language_in, read_again

        if self._http is None:
            self._http = self._make_engine().client()
        size = (page.width, page.height)
        places = [Place(page.number, polygon, size) for polygon in polygons]
        language = language_in(answer, page.number) if answer is not None else ""
        place = 0
        async for _, read in read_again(self._http, Path(item.picture), places, language=language):
            yield place, read.line
            place += 1

    async def close(self) -> None:
        """Let the engine go."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None


class AcceptedInQueue:
    """Tells which words were accepted in a queue since it was asked last; it reads beside whoever writes there."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue
        self._last = 0

    def __call__(self) -> Mapping[str, int]:
        """Return the words of accepted and corrected lines, and by how much there are more or fewer of each."""
        news: Counter[str] = Counter()
        if not self._queue.exists():
            return news
        with Store(self._queue, create=False) as store:
            for _ in range(MOST_TIMES):
                settled = store.settled_since(self._last, MOST_NEWS)
                for one in settled:
                    self._last = one.id
                    for word in one.text.split():
                        news[word] += 1 if one.stands else -1
                if len(settled) < MOST_NEWS:
                    break
        return news


def _runner(
    settings: Settings,
    service: Service,
    dialect: Dialect,
    only: Collection[int] | None,
    engine: ResidentEngine | None,
) -> Runner:
    from tui.credentials import pass_of
    from tui.dialects import limits_of, open_client, trusting
    from tui.pictures.source import measure
    from tui.pictures.upload import shipment
    from tui.runner import Runner

    key = pass_of(service)
    if service.certificates:
        trusting(service.certificates)  # what is wrong with them is said before anything runs

    def client() -> httpx.AsyncClient:
        if engine is not None:
            return engine.client()
        return open_client(
            service.endpoint,
            key,
            authorities=service.certificates,
            rebuild_location=service.rebuild_location,
        )

    return Runner(
        settings.queue,
        service,
        client=client,
        dialect=dialect,
        measure=measure,
        prepare=partial(shipment, limits=limits_of(service.dialect, service.tier)),
        cache=settings.cache,
        only=only,
    )
