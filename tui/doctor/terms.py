"""What a service allows and costs, and for how long it goes on."""

from __future__ import annotations

from datetime import date

from tui.dialects import limits_of
from tui.dialects.retirement import Stage, sentence_of, stage_of
from tui.doctor.check import Check, ok, unknown, wrong
from tui.model import Limits
from tui.runner.rates import Rates, rates_of
from tui.settings import Service

_MB = 1024 * 1024


def tier_check(service: Service, named: str) -> Check:
    """Say at which rate a profile is called and how large a file may be; `named` is the tier its answers told of."""
    tier = service.tier or named
    says = f"{_rates(rates_of(service, named))}; a file may have {_size(limits_of(service.dialect, tier))}."
    if service.tier:
        return ok("tier", f"{service.tier}, as the profile says: {says}")
    if named:
        return unknown("tier", f"{named}, as the service says: {says} Write tier = '{named}' into the profile.")
    if service.is_on_this_machine:
        return ok("tier", f"None is needed on this machine: {says}")
    if service.on_premises:
        says = f"The profile names none: {says} A container counts no calls: write tier = 'container'."
        return unknown("tier", says)
    return unknown(
        "tier", f"The profile names none, so it is taken for a paid one: {says} On the free one, write tier = 'F0'."
    )


def _rates(rates: Rates) -> str:
    if not rates.posts:
        return "calls as fast as they go"
    if rates.together:
        return f"at most {_rate(rates.posts)}, posts and polls together"
    return f"at most {_rate(rates.posts)} to post and {_rate(rates.polls)} to poll"


def _rate(rate: float) -> str:
    return f"{rate:g} calls a second" if rate >= 1 else f"{60 * rate:g} calls a minute"


def _size(limits: Limits) -> str:
    pages = f" and {limits.most_pages:,} pages" if limits.most_pages > 1 else ""
    return f"{(limits.most_bytes + 1) / _MB:.0f} MB{pages}, a page up to {limits.longest_side:,} pixels a side"


def budget_check(service: Service, sent: int) -> Check:
    """Say how many images may yet be sent; `sent` is how many were, from this queue."""
    cost = service.cost_of(sent)
    says = f"{sent:,} images were sent from this queue" + (f", for {cost:,.2f} or more" if cost else "")
    if service.max_calls is None:
        return ok("budget", f"{says}; the profile sets no limit (max_calls).")
    if sent >= service.max_calls:
        return wrong("budget", f"{says}, of {service.max_calls:,} that may be. --max-calls N sends more.")
    return ok("budget", f"{says}, of {service.max_calls:,} that may be.")


def retirement_check(service: Service, today: date) -> Check:
    """Say for how long yet Microsoft offers what a profile speaks."""
    stage, says = stage_of(service.dialect, today), sentence_of(service.dialect, today)
    if stage in {Stage.FAR, Stage.NO_DATE}:
        return ok("retirement", says)
    if service.is_in_the_house or service.tier == "container":
        return ok("retirement", f"It goes on here. In the cloud, though: {says}")
    return wrong("retirement", says) if stage is Stage.ENDED else unknown("retirement", says)
