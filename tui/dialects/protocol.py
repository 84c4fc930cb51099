"""What every dialect has in common: its calls, what they take and return, and how they fail.

ServiceError                    something the service or the way to it did; a sentence and a code
├── Refused                     it will not read this image (400, 413, 415 ...): trying again is no use
│   ├── KeyRefused              it does not take the key (401, 403): nothing else will work either
│   └── Retired                 it knows no such path or version (404, 410)
├── OperationFailed             it took the image and then could not read it
├── OperationGone               it no longer knows the operation (expired, or never had it)
├── Throttled                   too many calls (429); says after how long to try again
├── Transient                   a passing fault (5xx, 408, nonsense): try again later
│   ├── Unreachable             the call never left: nothing was sent, nothing was taken
│   └── CutOff                  the call was sent and its answer never came: it may have been carried out
└── NotUnderstood               the answer is final, but not one that this dialect can read
    └── Elsewhere               it took the image and keeps the operation where the key must not go
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol

import httpx

from tui.model import Page, Trouble

UNTRUSTED = "certificate"
"""The code of a service for which no authority vouches that is known here."""


class WrongOption(ValueError):
    """A profile's option has a value that its dialect does not know; its text says which and names the known ones."""


class ServiceError(Trouble):
    """What went wrong at the service, or on the way to it, as a sentence for a person."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).__name__


class Refused(ServiceError):
    """The service will not read this image, however often it is asked."""


class KeyRefused(Refused):
    """The service does not take the key, so no other image will fare better."""


class Retired(Refused):
    """The service knows no such path or version."""


class OperationFailed(ServiceError):
    """The service took the image and then said that it failed."""


class OperationGone(ServiceError):
    """The service no longer knows the operation."""


class Throttled(ServiceError):
    """Too many calls; `after` is how many seconds to wait."""

    def __init__(self, sentence: str, code: str = "", *, after: float) -> None:
        super().__init__(sentence, code)
        self.after = after


class Transient(ServiceError):
    """A passing fault: the same call may succeed later."""


class Unreachable(Transient):
    """The service could not be reached: the call was not sent."""


class CutOff(Transient):
    """The call was sent, but no answer came: the service may have carried it out."""


class NotUnderstood(ServiceError):
    """The answer is final, but cannot be read."""


class Elsewhere(NotUnderstood):
    """The operation is kept where the key must not go; `operation` is its URL."""

    def __init__(self, sentence: str, operation: str) -> None:
        super().__init__(sentence, "foreign")
        self.operation = operation


@dataclass(frozen=True, slots=True)
class Upload:
    """What is to be read: the bytes of an image, or the URL of one."""

    content: bytes | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """An operation under way."""

    operation: str
    """Its absolute URL."""
    said: str = ""
    """The service's status as it said it, or how far it is."""
    after: float = 0.0
    """Seconds the service asks to wait before the next poll; 0 where it does not say."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer, with every byte as it came."""

    body: bytes
    """The JSON text."""
    remarks: str = ""
    """What the service says beside it in words, such as that it left something out."""


class Dialect(Protocol):
    """How one service is spoken to. Its calls raise ServiceError and nothing else."""

    @property
    def name(self) -> str:
        """Its name in a profile."""
        ...

    async def submit(self, http: httpx.AsyncClient, upload: Upload) -> Pending | Answer:
        """Send an image; `http` knows the endpoint and the key."""
        ...

    async def poll(self, http: httpx.AsyncClient, pending: Pending) -> Pending | Answer:
        """Ask after an operation once."""
        ...

    def parse(self, answer: Mapping[str, Any]) -> tuple[Page, ...]:
        """Return the pages of a final answer, in the answer's own units; raises NotUnderstood."""
        ...


Options = Mapping[str, str]
"""What a profile says beyond its endpoint: mode, language, ... by the service's own parameter names."""

DialectFactory = Callable[[Options], Dialect]


def takes(*names: str) -> Callable[[DialectFactory], DialectFactory]:
    """Let a dialect have options of these names alone: any other is a slip that would silently change nothing."""

    def checked(factory: DialectFactory) -> DialectFactory:
        @wraps(factory)
        def make(options: Options) -> Dialect:
            for name in options:
                if name not in names:
                    known = f"this dialect takes {', '.join(names)}" if names else "this dialect takes none"
                    raise WrongOption(f"{name!r} is neither a setting nor a parameter: {known}.")
            return factory(options)

        return make

    return checked


def one_of(known: tuple[str, ...], options: Options, name: str, dialect: str) -> str:
    """Return an option in the service's own spelling, or the first known value where it is not set.

    Raises WrongOption.
    """
    asked = options.get(name) or known[0]
    for value in known:
        if value.lower() == asked.lower():
            return value
    raise WrongOption(f"The {name} of {dialect} is {' or '.join(known)}, not {asked!r}.")


def given(options: Options, *names: str) -> dict[str, str]:
    """Return the options of these names that are set, to be passed through."""
    return {name: options[name] for name in names if options.get(name)}
