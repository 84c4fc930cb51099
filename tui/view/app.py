"""The terminal program: puts the screens, the queue file and the machine together. The only place that knows all."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.worker import WorkType

from tui.company import Company
from tui.model import Trouble
from tui.pictures.glyphs import ASCII
from tui.settings import Service, Settings
from tui.store import Store, StoreError
from tui.view.adviser import Adviser
from tui.view.controls import Controls, Remark
from tui.view.desk import Desk
from tui.view.key_order import KeyOrder
from tui.view.keymap import keymap_of
from tui.view.looks import Looks, Remembered, looks_from_text, looks_to_text
from tui.view.machine import Machine, ReadsAgain
from tui.view.plain import AsciiTwins
from tui.view.screens.queue import QueueScreen
from tui.view.tools import Tools
from tui.view.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tui.intake import Arrived, Notice
    from tui.pictures.opening import Opener
    from tui.pictures.pixels import PixelTerminal
    from tui.pictures.terminal import Colours
    from tui.runner import Runner
    from tui.view.easel import Easel
    from tui.view.whereabouts import Whereabouts

MOST_TOLD = 2
"""How many sentences about names that were given are told one by one: a folder may hold a thousand bad files."""
REMARK = 4.0
"""How many seconds a remark stands where nothing else is said about that."""
TURN = 0.001
"""After so many seconds a thread leaves the next its turn: while one learns or reads a key would wait for it."""
LAST_WORDS = 1.0
"""How many seconds threads have to end when the program is left, beside what the machine has."""
SOON = ("tui.view.screens.review", "tui.view.screens.hits", "tui.view.screens.ask", "tui.view.screens.command_line")
"""What is imported as soon as the queue is on the screen, so that nobody waits for it later."""


class HandreadApp(App[None]):
    """Handread on a terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "Handread"
    ENABLE_COMMAND_PALETTE = False  # Textual's would open above questions too; the screens open their own

    def __init__(
        self,
        settings: Settings,
        *,
        service: Service | None = None,
        runner: Runner | None = None,
        names: tuple[str, ...] = (),
        opens_review: bool = False,
        notice: str = "",
        pixels: PixelTerminal | None = None,
        colours: Colours = "truecolor",
        rereading: ReadsAgain | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # True leaves NO_COLOR no colour to turn into grey.
        super().__init__(ansi_color=True if colours == "none" else None)
        self._colours = colours
        self._easel: Easel | None = None
        if pixels:
            from tui.view.easel import Easel

            self._easel = Easel(self._write, pixels)
        self._settings = settings
        self.controls = Controls(keymap_of(settings))
        self._runner = runner
        self._rereading = rereading
        self._service = service
        self._names = names
        self._opens_review = opens_review
        self._notice = notice
        self._clock = clock
        self._leaving = Event()
        self._trouble = ""
        self._threads: list[Thread] = []
        self._keys = KeyOrder(self, super().on_event)
        self._offer = ""
        self._left_at: Whereabouts | None = None

    def get_default_screen(self) -> QueueScreen:
        """Open the queue file and return its screen; an empty one before it would only be laid out and painted too."""
        self._store = Store(self._settings.queue)
        self._desk = Desk(self._settings.queue)
        self._adviser = Adviser(self._settings.queue)
        reviewer = self._settings.reviewer
        self._company = Company(self._settings.queue, reviewer)
        preferences = self._store.preferences(reviewer)
        looks = looks_from_text(preferences.get("looks", ""))
        tools = Tools(
            self._store,
            self._desk,
            self._adviser,
            reviewer,
            self._settings.glyphs,
            self._company,
            machine=self._machine(),
            opener=cache(self._opener),
            easel=self._easel,
            colours=self._colours,
            remembered=Remembered(looks, self._keep_looks),
            clock=self._clock,
        )
        here = self._where_it_was_left(preferences.get("whereabouts", ""))
        queue = QueueScreen(tools, opens_review=self._opens_review and here is None)
        queue.call_after_refresh(self._set_to_work)
        if here is not None:
            queue.call_after_refresh(queue.return_to, here)
            self.call_later(self._keep_in_the_background, "whereabouts", "")
        return queue

    def on_mount(self) -> None:
        """Dress the screens as the person wants it, and listen to what comes from outside."""
        if self._settings.theme in self.available_themes:
            self.theme = self._settings.theme
        with suppress(NotImplementedError, RuntimeError):  # where there are no signals, or another thread has them
            for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
                asyncio.get_running_loop().add_signal_handler(number, self._end, number)
        if self._easel is not None:
            easel = self._easel
            self.app_resume_signal.subscribe(self, lambda _: easel.send_again())
        if self._notice:
            self._tell(self._notice)
        sys.setswitchinterval(TURN)
        if self._runner is not None and self._service is not None and self._service.is_paid:
            self._runner.pause()  # until it is known what there is to pay for, and the person agrees

    def _set_to_work(self) -> None:
        """Begin what needs no eyes, now that there is something to be seen."""
        gc.freeze()  # what the start has made stays: nothing of it is ever looked through for what can go
        gc.enable()
        self._start(_import_what_is_next, "imports")
        self._start(self._take_in, "intake")
        if self._runner is not None:
            self._start(self._run, "runner")

    async def on_event(self, event: events.Event) -> None:
        """Do keys and pastes one after the other, everything else as it comes."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            for key in _without_alt(event):
                self._keys.add(key)
            return
        await super().on_event(event)
        doubt = getattr(self._driver, "doubt", None)
        if isinstance(event, events.Resize) and doubt is not None:
            doubt()  # a terminal that changed its size, and changed it back, may show anything

    async def run_action(self, *arguments: Any, **more: Any) -> bool:
        """Run a key's action; a queue file that fails it is told of, and the program goes on."""
        try:
            return await super().run_action(*arguments, **more)
        except StoreError as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
            return True

    def _end(self, number: int) -> None:
        """End as a signal asks for, leave the terminal as it was found, and begin there again the next time."""
        self._left_at = self._whereabouts()
        self.exit(return_code=128 + number)

    def exit(self, *arguments: Any, **more: Any) -> None:
        """End, and have the terminal forget pictures while it shows the screen that they hang on."""
        if self._easel is not None:
            self._easel.close()
        super().exit(*arguments, **more)

    def get_driver_class(self) -> type[Driver]:
        """Return the way to the terminal, on which pictures are painted where the screens have left room for them."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            from tui.view.easel import painting_driver

            return painting_driver(driver, lambda: self._easel)
        from tui.view.line import wired_driver  # there is none for Windows

        return wired_driver(lambda: self._easel, partial(self._end, signal.SIGHUP))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through before it is drawn."""
        twins = [AsciiTwins()] if self._settings.glyphs == ASCII.name else []
        return [*super().get_line_filters(), *twins]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something: shortly in the row of the keys, where that has room; what is wrong above everything else."""
        is_short = bool(self._screen_stack) and severity == "information"
        bars = list(self.screen.query(KeyBar)) if is_short else []
        if any(bar.takes(message) for bar in bars):
            self.controls.remark = Remark.for_seconds(message, timeout or REMARK)
            for bar in bars:
                bar.say_remark()
        else:
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def action_help_quit(self) -> None:
        """Answer ctrl+c, which people press to leave a program."""
        leave = self.controls.keymap.key("queue", "leave")
        self.notify(f"{leave} leaves a screen, and quits from the queue. So does ctrl+q, from anywhere.", markup=False)

    async def on_unmount(self) -> None:
        """Let the machine end what it does; what is under way is taken up again at the next start."""
        self._leaving.set()
        self._keys.close()
        if self._left_at is not None:
            from tui.view.whereabouts import whereabouts_to_text

            await self._keep("whereabouts", whereabouts_to_text(self._left_at))
        deadline = time.monotonic()
        if self._runner is not None:
            from tui.runner import GRACE

            self._runner.stop()
            deadline += GRACE
        deadline += LAST_WORDS
        for thread in self._threads:
            await asyncio.to_thread(thread.join, max(0.0, deadline - time.monotonic()))
        if self._rereading is not None:
            await self._rereading.close()
        await asyncio.to_thread(self._company.close)
        await self._desk.close()
        await self._adviser.close()
        self._store.close()

    def _whereabouts(self) -> Whereabouts | None:
        """Return where the cursor stands in the review; None where no image is under review."""
        from tui.view.screens.review import ReviewScreen
        from tui.view.whereabouts import Whereabouts

        for screen in self.screen_stack:
            if isinstance(screen, ReviewScreen) and screen.rows.spot is not None:
                return Whereabouts(screen.item_id, screen.rows.spot)
        return None

    def _where_it_was_left(self, text: str) -> Whereabouts | None:
        if not text:
            return None
        from tui.view.whereabouts import whereabouts_from_text

        return whereabouts_from_text(text)

    def _opener(self) -> Opener:
        from tui.pictures.cache import Copies
        from tui.pictures.opening import Opener

        return Opener(Copies(self._settings.cache, self._settings.cache_bytes))

    def _write(self, sequences: str) -> None:
        """Send the terminal what is no text; pictures are, and Textual has no other way for them."""
        if self._driver is not None:
            self._driver.write(sequences)

    def _keep_looks(self, looks: Looks) -> None:
        """Keep how pictures look for the next time."""
        self._keep_in_the_background("looks", looks_to_text(looks))

    def _keep_in_the_background(self, name: str, value: str) -> None:
        begin: WorkType[None] = partial(self._keep, name, value)
        self.run_worker(begin, group=name, exclusive=True)

    async def _keep(self, name: str, value: str) -> None:
        with suppress(StoreError):  # that the disk is full is told of when something is decided
            await self._desk.do(lambda store: store.prefer(self._settings.reviewer, name, value))

    def _machine(self) -> Machine:
        runner, service = self._runner, self._service
        if runner is None or service is None:
            return Machine(read_again=self._rereading)
        return Machine(
            read_again=self._rereading,
            service=service.name,
            description=f"{service.name} · {service.dialect}",
            trouble=lambda: self._trouble or runner.trouble or self._offer,
            toggle_pause=self._toggle_pause,
            wake=runner.wake,
        )

    def _toggle_pause(self) -> bool | None:
        if self._runner is None:
            return None
        if self._runner.is_paused:
            self._ask_again()
        else:
            self._runner.pause()
        return self._runner.is_paused

    def _go_on(self, agreed: bool | None) -> None:
        """Send what waits, if the person agrees to it."""
        if agreed and self._runner is not None:
            self._offer = ""
            self._runner.resume()

    def _ask_again(self) -> None:
        """Go on after a pause; what nobody has agreed to yet is asked for once more."""
        if self._offer:
            self._start(self._make_an_offer, "offer")
        else:
            self._go_on(agreed=True)

    def _ask(self, quote: str) -> None:
        """Ask whether to send what is to be paid for."""
        from tui.view.screens.question import QuestionScreen

        self._offer = f"Not started, {self.controls.keymap.key('queue', 'pause')} asks again: {quote}."
        question = QuestionScreen(f"{quote}; start?", yes="start", no="not now")
        self.push_screen(question, self._go_on)

    # -- threads: what they meet is told to the screens ---------------------------------------------------------------

    def _start(self, work: Callable[[], None], name: str) -> None:
        thread = Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        assert self._runner is not None
        try:
            asyncio.run(self._runner.run())
        except Exception as error:  # noqa: BLE001 (whatever it is, reviewing goes on and the person is told)
            self._trouble = f"The machine stopped: {error}. Reviewing goes on; start Handread again to read more."

    def _take_in(self) -> None:
        from tui.intake import take_in

        service = self._service.name if self._service else self._settings.service
        sentences: list[str] = []
        try:
            arrivals = take_in(self._settings.queue, self._names, service, stopped=self._leaving.is_set)
            sentences.extend(filter(None, map(self._greet, arrivals)))
        except Trouble as error:
            sentences.insert(0, str(error))
        for sentence in sentences[:MOST_TOLD]:
            self._tell(sentence)
        if len(sentences) > MOST_TOLD:
            more = len(sentences) - MOST_TOLD
            key = self.controls.keymap.key("queue", "next_failed")
            self._tell(f"The like is true of {more} more. What cannot be read stands in the queue; {key} goes there.")
        self._make_an_offer()

    def _make_an_offer(self) -> None:
        """Say what a paid service would be sent, and let it begin at once when that is nothing."""
        runner, service = self._runner, self._service
        if runner is None or service is None or not service.is_paid or self._leaving.is_set():
            return
        from tui.quote import quote_of

        try:
            with Store(self._settings.queue) as store:
                quote = quote_of(store, service)
        except StoreError as error:
            self._tell(str(error))
            return
        if quote.calls:
            with suppress(RuntimeError):  # the program has just been left
                self.call_from_thread(self._ask, quote.sentence)
        else:
            self._go_on(agreed=True)

    def _greet(self, arrival: Arrived | Notice) -> str:
        """Set the machine to work on what is new; returns what is to be told of the others."""
        from tui.intake import Notice

        if isinstance(arrival, Notice):
            return arrival.sentence
        if arrival.new and self._runner is not None:
            self._runner.wake()
        return arrival.problem or (arrival.remark if arrival.is_another_name else "")

    def _tell(self, sentence: str) -> None:
        if not self._leaving.is_set():
            self.notify(sentence, severity="warning", timeout=8, markup=False)


def _import_what_is_next() -> None:
    for module in SOON:
        import_module(module)


def _without_alt(event: events.Key | events.Paste) -> tuple[events.Event, ...]:
    """Return a key as it was meant: on a slow line Esc and the next key come together and look like alt and a key."""
    if isinstance(event, events.Paste) or not event.key.startswith("alt+"):
        return (event,)
    if not (event.character and event.character.isprintable()):
        return (event,)  # alt+left and the like are what they look like
    return (events.Key("escape", "\x1b"), events.Key(event.key.removeprefix("alt+"), event.character))
