"""`handread decide`: decisions without a screen, by a filter or as a script names the lines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import Teller, filter_of, json_line, settings_for, stdin_bytes, with_queue, with_quiet
from tui.exits import DONE, SOME_FAILED

if TYPE_CHECKING:
    from tui.deciding import Answer, Bulk, Found
    from tui.model import LineKey, Step
    from tui.store import Store

_BULK = ("accept", "flag", "skip", "reject", "undecide")
_BACK = ("undo", "redo")
_DONE = {
    "accepted": "accepted",
    "corrected": "corrected",
    "flagged": "flagged",
    "skipped": "skipped",
    "rejected": "rejected",
    "undecided": "undecided again",
}


@handread.command(short_help="Decide lines without a screen, by a filter or as a script names them.")
@click.argument(
    "what", metavar="accept|flag|skip|reject|undecide|undo|redo|-", type=click.Choice([*_BULK, *_BACK, "-"])
)
@click.option("--where", metavar="FILTER", help="Which lines: 'conf>=.95 & !flagged'. See Filters in the README.")
@click.option("--all", "everything", is_flag=True, help="All lines there are, in place of --where.")
@click.option("--reason", default="", metavar="WORDS", help="Why they are flagged.")
@click.option("--again", is_flag=True, help="Also lines that are accepted, corrected, flagged or rejected already.")
@click.option("--reviewer", metavar="NAME", help="Who decides; else the reviewer of your settings, or $USER.")
@click.option(
    "--together",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    metavar="N",
    help="With `-`: N decisions are one step, and on the disk at once; more are quicker.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be decided, with a few examples, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; with `-` one a line of the input.")
@with_quiet
@with_queue
def decide(
    what: str,
    where: str | None,
    everything: bool,
    reason: str,
    again: bool,
    reviewer: str | None,
    together: int,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    queue: Path | None,
) -> None:
    """Decide lines without a screen: all that a filter lets through, or single ones as a script names them.

    accept, flag, skip, reject and undecide take --where, and leave lines alone that somebody has settled already
    (accepted, corrected, flagged, rejected), but with --again. A corrected line that is accepted keeps its text. One
    command is one step, on the disk as a whole or not at all (of more than 10,000 lines several): `handread decide
    undo` takes back your last step, wherever it was made, and `redo` makes it again.

    `-` reads decisions from stdin, one JSON object a line. `source` (the path or URL) or `item` (its number) names the
    image, `page` and `line` (both from 1), or `id` as exports have it, the line. `verdict` is accepted, corrected,
    flagged, skipped, rejected or undecided; `text` what the line says: where that is what was read, it is accepted,
    else corrected; `reason` why it is flagged. Where `engine_text` is given, it must be what was read. Each decision
    is a step, and on the disk before the next is read, but with --together. A line that cannot be done is answered on
    stderr with its number, and the others are done.

    What stands so already is left alone: a command that was broken off may be given again.

    \b
    Example: handread decide accept --where 'conf>=.95 & !flagged' --dry-run
             handread decide flag --where 'text~/[0-9]{4}/ & conf<.6' --reason 'date or figure'
             echo '{"source": "a.jpg", "line": 3, "text": "Dear Silas"}' | handread decide -
             handread decide undo

    Written: decisions, into the queue file, beside what was read; nothing is overwritten.

    Exit codes: 0 all done, or there was nothing to do, 1 some could not be, 2 wrong usage, 130 interrupted.
    """
    from tui.store import Store

    _refuse_what_contradicts(what, where, reason, everything=everything, dry_run=dry_run)
    settings = settings_for(queue=queue)
    who = reviewer or settings.reviewer
    with Store(settings.queue, create=False) as store, Teller(quiet=quiet) as teller:
        if what in _BACK:
            turned = store.undo(who) if what == "undo" else store.redo(who)
            _tell_of_step(what, who, turned, teller, as_json=as_json)
            return
        if what == "-":
            problems = _decide_named(store, who, together, teller, dry_run=dry_run, as_json=as_json)
        else:
            bulk = _bulk(what, where, reason, who, again=again)
            problems = _decide_bulk(store, bulk, teller, dry_run=dry_run, as_json=as_json)
    sys.exit(SOME_FAILED if problems else DONE)


def _refuse_what_contradicts(what: str, where: str | None, reason: str, *, everything: bool, dry_run: bool) -> None:
    if what in _BULK:
        if bool(where and where.strip()) == everything:
            raise Sentence(f"say which lines: handread decide {what} --where FILTER, or --all for every one.")
        if reason and what != "flag":
            raise Sentence("--reason says why lines are flagged: leave it out, or flag them.")
    elif where is not None or everything or reason:
        raise Sentence(f"--where, --all and --reason are for {', '.join(_BULK)}. Leave them out.")
    elif dry_run and what in _BACK:
        raise Sentence(f"{what} has no --dry-run: {' and '.join(_BACK)} take one another back.")


# -- by a filter ----------------------------------------------------------------------------------------------------


def _bulk(what: str, where: str | None, reason: str, reviewer: str, *, again: bool) -> Bulk:
    from tui.deciding import VERBS, Bulk
    from tui.filters import Always

    return Bulk(VERBS[what], filter_of(where) if where else Always(), reviewer, reason, again)


def _decide_bulk(store: Store, bulk: Bulk, teller: Teller, *, dry_run: bool, as_json: bool) -> int:
    from tui.deciding import decide_all, look_up

    teller.progress("looking for lines")
    found = look_up(store, bulk)
    for problem in found.problems:
        teller.complain(problem)
    teller.progress(f"deciding {len(found.decisions):,} lines")
    steps = 0 if dry_run else decide_all(store, found)
    if as_json:
        teller.print(json_line(_found_as_object(bulk, found, steps, dry_run=dry_run)))
    elif dry_run:
        for example in _examples(found):
            teller.print(example)
    for sentence in _bulk_sentences(bulk, found, steps, dry_run=dry_run):
        teller.say(sentence)
    return len(found.problems)


def _bulk_sentences(bulk: Bulk, found: Found, steps: int, *, dry_run: bool) -> Iterator[str]:
    count, done = len(found.decisions), _DONE[bulk.verdict.value]
    now = ", ".join(f"{number:,} {verdict.value}" for verdict, number in found.now.most_common())
    before = f" (until now: {now})" if now else ""
    yield f"{_lines(count)} of {_images(found.images)} {'would be ' if dry_run else ''}{done}{before}."
    if found.standing:
        yield f"{_lines(found.standing)} more {'stands' if found.standing == 1 else 'stand'} so already."
    if found.settled:
        it = "it is settled" if found.settled == 1 else "they are settled"
        yield f"{_lines(found.settled)} more left alone, for {it} already; --again decides them too."
    if steps:
        yield (
            "`handread decide undo` takes it back."
            if steps == 1
            else f"It was done in {steps} steps: `handread decide undo` takes back one at a time."
        )


def _examples(found: Found) -> Iterator[str]:
    from tui.model import printable

    for example in found.examples:
        yield f"{printable(example.source)}, {_where(example.key)}: {printable(example.text)}"
    if more := len(found.decisions) - len(found.examples):
        yield f"... and {_lines(more)} more"


def _found_as_object(bulk: Bulk, found: Found, steps: int, *, dry_run: bool) -> dict[str, object]:
    return {
        "verdict": bulk.verdict.value,
        "dry_run": dry_run,
        "lines": len(found.decisions),
        "images": found.images,
        "steps": steps,
        "until_now": {verdict.value: number for verdict, number in found.now.items()},
        "standing": found.standing,
        "settled": found.settled,
        "problems": found.problems,
        "examples": [
            {
                "source": example.source,
                "page": example.key.page,
                "line": example.key.line + 1,
                "text": example.text,
                "verdict": example.verdict.value,
            }
            for example in found.examples
        ],
    }


# -- as a script names them -----------------------------------------------------------------------------------------


def _decide_named(store: Store, who: str, together: int, teller: Teller, *, dry_run: bool, as_json: bool) -> int:
    from tui.deciding import decide_named

    counts: Counter[str] = Counter()
    lines = iter(stdin_bytes().readline, b"")  # each as it comes, and not when a buffer is full
    try:
        for answer in decide_named(store, lines, who, together=together, dry_run=dry_run):
            counts[_fate(answer)] += 1
            if as_json:
                teller.print(json_line(_answer_as_object(answer)))
            elif dry_run and answer.changed:
                teller.print(_answer_as_text(answer))
            if answer.problem:
                teller.complain(f"line {answer.number} of the input: {answer.problem}")
            teller.progress(f"deciding: {counts.total():,} answered for")
    finally:
        _tell_of_named(counts, teller, dry_run=dry_run)
    return counts["refused"]


def _fate(answer: Answer) -> str:
    if answer.decision is None:
        return "refused"
    return answer.decision.verdict.value if answer.changed else "standing"


def _tell_of_named(counts: Counter[str], teller: Teller, *, dry_run: bool) -> None:
    done = ", ".join(f"{counts[fate]:,} {words}" for fate, words in _DONE.items() if counts[fate])
    teller.say(f"{'This would be: ' if dry_run else ''}{done or 'nothing decided'}.")
    if standing := counts["standing"]:
        teller.say(f"{_lines(standing)} {'stands' if standing == 1 else 'stand'} so already.")
    if refused := counts["refused"]:
        teller.say(f"{_lines(refused)} of the input could not be done.")


def _answer_as_object(answer: Answer) -> dict[str, object]:
    decision = answer.decision
    if decision is None:
        return {"input": answer.number, "changed": False, "problem": answer.problem}
    return {
        "input": answer.number,
        "changed": answer.changed,
        "problem": None,
        "source": answer.source,
        "item": decision.item_id,
        "page": decision.key.page,
        "line": decision.key.line + 1,
        "verdict": decision.verdict.value,
        "text": decision.engine_text if decision.text is None else decision.text,
        "reason": decision.reason or None,
    }


def _answer_as_text(answer: Answer) -> str:
    from tui.model import printable

    assert answer.decision is not None
    text = f": {printable(answer.decision.text)}" if answer.decision.text is not None else ""
    done = _DONE[answer.decision.verdict.value]
    return f"{printable(answer.source)}, {_where(answer.decision.key)}: {done}{text}"


# -- back and forth -------------------------------------------------------------------------------------------------


def _tell_of_step(what: str, who: str, step: Step | None, teller: Teller, *, as_json: bool) -> None:
    if as_json:
        teller.print(json_line({"act": what, "lines": step.lines if step else 0, "item": step and step.item_id}))
    if step is None:
        teller.say(f"There is nothing of {who} to {what}.")
    else:
        done = "Taken back" if what == "undo" else "Made again"
        teller.say(f"{done}: {'the shape of a page' if step.reshapes else _lines(step.lines)}.")


def _lines(count: int) -> str:
    return f"{count:,} line" if count == 1 else f"{count:,} lines"


def _images(count: int) -> str:
    return f"{count:,} image" if count == 1 else f"{count:,} images"


def _where(key: LineKey) -> str:
    return f"page {key.page}, line {key.line + 1}"
