"""What colleagues on the same image did, in sentences: where it is about one's own work, or the line one stands on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tui.company import named
from tui.journal import Act
from tui.model import Decision, LineKey, Verdict, printable
from tui.review import Decisions
from tui.under_review import UnderReview

_ACTS = {
    "decide": "",
    "second": "read it a second time, blind: ",
    "undo": "took back: ",
    "redo": "made again: ",
    "reshape": "reshaped the page",
}


def told_of(now: UnderReview, before: Decisions, reviewer: str, at: LineKey | None, where_told: str) -> str:
    """Say what others did since `before` to lines that a reviewer has decided and to the one `at`; empty for nothing.

    `where_told` is the sentence that names what tells of both decisions where they differ, with a blank before it.
    """
    told = [
        sentence
        for key in now.keys
        if (own := before.get(key)) != now.decisions.get(key)
        and (key == at or (own is not None and own.reviewer == reviewer))
        and (sentence := _told(now, key, own, reviewer, where_told))
    ]
    more = f" And {len(told) - 1} more lines that you had decided." if len(told) > 1 else ""
    return f"{told[0]}{more}" if told else ""


def in_words(act: Act, verdict: str) -> tuple[str, str, str]:
    """Return when something was done about a line, by whom, and what; `verdict` is how that of its decision is said."""
    decision = act.decision
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(decision.at))
    who = named((decision.reviewer,))
    if act.name == "reshape":
        return when, who, _ACTS[act.name]
    if act.name == "second" and decision.verdict is Verdict.UNDECIDED:
        return when, who, "took back the second reading"
    reason = f" ({printable(decision.reason)})" if decision.reason else ""
    return when, who, f"{_ACTS[act.name]}{verdict}{reason}{', with its page' if decision.unseen else ''}"


def is_of_others(before: Decision | None, now: Decision | None, reviewer: str) -> bool:
    """Whether it was somebody else who decided a line since, or took that back."""
    took_back = now is None or (before is not None and now.id < before.id)
    done = before if took_back else now
    return before != now and done is not None and done.reviewer != reviewer


def _told(image: UnderReview, key: LineKey, before: Decision | None, reviewer: str, where_told: str) -> str:
    """Say what somebody else did to a line; empty where it was oneself, in another window."""
    line, now = image.named(key), image.decisions.get(key)
    if not is_of_others(before, now, reviewer):
        return ""
    if now is None or (before is not None and now.id < before.id):
        return f"{named((before.reviewer if before is not None else '',))} took back {line}."
    differs = before is not None and before.reviewer == reviewer and _said(before) != _said(now)
    return f"{_deed(now, line, differs=differs)}{where_told if differs else ''}"


def _deed(done: Decision, line: str, *, differs: bool = False, had: str = "") -> str:
    """Say in a sentence what a colleague decided."""
    who = f"{named((done.reviewer,))}{had}"
    if done.verdict is Verdict.CORRECTED or (done.verdict is Verdict.ACCEPTED and differs):
        how = " differently" if differs else ""
        return f"{who} read {line}{how}: “{printable(_said(done)[1])}”."
    reason = f" ({printable(done.reason)})" if done.reason else ""
    return f"{who} {done.verdict} {line}{reason}."


def _said(decision: Decision) -> tuple[Verdict, str, str]:
    """Return what a decision comes to: accepting a text is the same as having typed it."""
    text = decision.text if decision.text is not None else decision.engine_text
    reads = decision.verdict in {Verdict.ACCEPTED, Verdict.CORRECTED}
    return Verdict.ACCEPTED if reads else decision.verdict, text if reads else "", decision.reason


def known(decisions: Sequence[Decision], before: Decisions) -> Mapping[LineKey, int]:
    """Return the numbers of the decisions that are known of some lines that are decided now, as Store.crossed asks."""
    return {one.key: before[one.key].id for one in decisions if one.key in before}


def crossed(image: UnderReview, others: Sequence[Decision], where_told: str) -> str:
    """Say what others had made of lines that one has just decided without knowing; empty for nothing."""
    if not others:
        return ""
    first = others[0]
    more = f" So it was with {len(others) - 1} more." if len(others) > 1 else ""
    deed = _deed(first, image.named(first.key), differs=first.verdict is Verdict.ACCEPTED, had=" had")
    return f"{deed} Yours counts.{more}{where_told}"


def reshaped(who: str) -> str:
    """Say who has given an image other lines."""
    return f"{named((who,))} has changed the lines of this image."


def gone(who: str, done: Decision, *, copied: bool = False) -> str:
    """Say that a line was decided that a colleague has split or joined meanwhile; its text may have been copied."""
    kept = "what you typed is kept" if done.text is not None else "what you decided is kept"
    too = " and copied" if copied and done.text is not None else ""
    return f"{named((who,))} has split or joined this line meanwhile: {kept}{too}, and counts if that is taken back."


def undone(image: UnderReview, key: LineKey, reviewer: str) -> str:
    """Say that a colleague's decision counts now that one has taken back one's own; empty where none does."""
    now = image.decisions.get(key)
    if now is None or now.reviewer == reviewer:
        return ""
    return f"What counts of {image.named(key)} is what {named((now.reviewer,))} decided."
