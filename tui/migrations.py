"""The steps that bring a queue file to the newest shape, in order, each in a transaction of its own.

A step that has landed is never changed: a new shape is a new step at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from tui import line_index

FIRST = """
create table revision (value integer not null);
insert into revision values (0);

create table item (
    id integer primary key,
    source blob not null,
    service text not null,
    state text not null,
    sha256 text not null default '',
    bytes integer not null default 0,
    page_sizes text not null default '[]',
    copy blob not null default x'',
    said text not null default '',
    polls integer not null default 0,
    operation text not null default '',
    not_before real not null default 0,
    waits_for text not null default '',
    added_at real not null,
    sent_at real not null default 0,
    ended_at real not null default 0,
    failure_code text,
    failure text,
    lines integer not null default 0,
    decided integer not null default 0,
    skipped integer not null default 0,
    doubtful integer not null default 0,
    revision integer not null
);
create index item_by_bytes on item (sha256, service);
create index item_by_source on item (source, service);
create index item_by_revision on item (revision);
create index item_by_end on item (ended_at) where state = 'done';
create index item_by_turn on item (service, state, not_before, id);
create index item_to_review on item (id) where state = 'done' and decided < lines;
create index item_untouched on item (id) where state = 'done' and decided + skipped < lines;
create index item_failed on item (id) where state = 'failed';

-- The answer as it came and the pages made of it, both deflated: a better parser needs no new call.
create table result (
    item_id integer primary key references item (id) on delete cascade,
    answer blob not null,
    pages blob
);

-- Every row stays as it was written: an undo is another row, and so is a redo.
create table decision (
    id integer primary key autoincrement,
    item_id integer not null references item (id) on delete cascade,
    act text not null,
    target integer,
    page integer not null,
    line integer not null,
    verdict text not null,
    text text,
    reason text not null default '',
    reviewer text not null,
    at real not null,
    engine_text text not null
);
create index decision_by_line on decision (item_id, page, line, id);
create index decision_by_reviewer on decision (reviewer, id) where act = 'decide';

-- What follows from the decisions, kept beside them because every key asks for it.
create table undone (decision_id integer primary key);
create table verdict (
    item_id integer not null references item (id) on delete cascade,
    page integer not null,
    line integer not null,
    decision_id integer not null,
    verdict text not null,
    primary key (item_id, page, line)
) without rowid;

create table item_tally (state text primary key, items integer not null, lines integer not null) without rowid;
create table verdict_tally (verdict text primary key, lines integer not null) without rowid;
create trigger item_added after insert on item begin
    insert into item_tally values (new.state, 1, new.lines)
        on conflict do update set items = items + 1, lines = lines + new.lines;
end;
create trigger item_gone after delete on item begin
    update item_tally set items = items - 1, lines = lines - old.lines where state = old.state;
end;
create trigger item_moved after update of state, lines on item begin
    update item_tally set items = items - 1, lines = lines - old.lines where state = old.state;
    insert into item_tally values (new.state, 1, new.lines)
        on conflict do update set items = items + 1, lines = lines + new.lines;
end;
create trigger verdict_given after insert on verdict begin
    insert into verdict_tally values (new.verdict, 1) on conflict do update set lines = lines + 1;
end;
create trigger verdict_taken_back after delete on verdict begin
    update verdict_tally set lines = lines - 1 where verdict = old.verdict;
end;
create trigger verdict_changed after update of verdict on verdict begin
    update verdict_tally set lines = lines - 1 where verdict = old.verdict;
    insert into verdict_tally values (new.verdict, 1) on conflict do update set lines = lines + 1;
end;
"""

SECOND = """
-- Each page as it was sent, where it was not sent as it is: see Shipment in model.py.
alter table item add column shipped text not null default '[]';
alter table item add column posted integer not null default 0;
alter table item add column remark text not null default '';
alter table item add column dialect text not null default '';
alter table item add column model text not null default '';
update item set posted = 1 where state in ('sending', 'sent');
create table call (service text primary key, made integer not null) without rowid;
"""

THIRD = """
-- All acts of one key are a step, which is undone as a whole; an act decides a line or reshapes a page.
alter table decision add column step integer;
alter table decision add column shown text not null default '';
alter table decision add column unseen integer not null default 0;
alter table decision add column reshape text;
update decision set step = id;
create index decision_by_step on decision (step) where target is null;
drop index decision_by_reviewer;
create index decision_by_reviewer on decision (reviewer, id) where target is null;
create index decision_undone on decision (reviewer, id) where act = 'undo';
create index decision_reshapes on decision (item_id) where reshape is not null;
create index decision_unseen on decision (id) where unseen;

-- The acts that were not taken back.
create table standing (decision_id integer primary key, reviewer text not null);
create index standing_by_reviewer on standing (reviewer, decision_id);
insert into standing select id, reviewer from decision where act = 'decide'
    and id not in (select decision_id from undone);
drop table undone;

-- How many lines each page has, as pairs of numbers, and how many pages are decided to the last line.
alter table item add column page_lines text not null default '[]';
alter table item add column pages_decided integer not null default 0;
-- What a person has done with an image in the queue: put it first or last, held it back, taken it out, marked it.
alter table item add column priority integer not null default 0;
alter table item add column paused integer not null default 0;
alter table item add column removed integer not null default 0;
create table mark (item_id integer primary key references item (id) on delete cascade);
-- What a reviewer has set for this queue: how pictures look, where panes end, saved views, the threshold.
create table preference (
    reviewer text not null,
    name text not null,
    value text not null,
    primary key (reviewer, name)
) without rowid;

drop index item_by_turn;
create index item_by_turn on item (service, state, paused, priority desc, id) where not removed;
create index item_by_due on item (service, not_before) where state = 'waiting' and not removed;
drop index item_to_review;
create index item_to_review on item (id) where state = 'done' and decided < lines and not removed;
drop index item_untouched;
create index item_untouched on item (id) where state = 'done' and decided + skipped < lines and not removed;
drop index item_failed;
create index item_failed on item (id) where state = 'failed' and not removed;
create index item_removed on item (id) where removed;

drop trigger item_moved;
create trigger item_moved after update of state, lines, removed on item begin
    update item_tally set items = items - 1, lines = lines - old.lines where state = old.state and not old.removed;
    insert into item_tally select new.state, 1, new.lines where not new.removed
        on conflict do update set items = items + 1, lines = lines + new.lines;
end;
drop trigger item_gone;
create trigger item_gone after delete on item begin
    update item_tally set items = items - 1, lines = lines - old.lines where state = old.state and not old.removed;
end;
"""

FIFTH = """
-- Which image each program has open, for the others to know; a row stays behind where a program was killed.
create table open_item (
    program text primary key,
    machine text not null,
    process integer not null,
    started text not null,
    reviewer text not null,
    item_id integer not null,
    since real not null,
    seen real not null
) without rowid;

-- The decided lines that were drawn to be read a second time, with the decision that counted then. What the second
-- person makes of a line is an act `second` among the decisions, which never stands.
create table sampled (
    item_id integer not null references item (id) on delete cascade,
    page integer not null,
    line integer not null,
    decision_id integer not null,
    drawn_at real not null,
    drawn_by text not null,
    primary key (item_id, page, line)
) without rowid;
create index decision_second on decision (item_id, page, line, id) where act = 'second';
"""

SIXTH = """
-- How many doubtful words each image has in lines that nobody has decided, and the whole queue by the tally.
alter table item add column doubtful_left integer not null default 0;
create index item_doubtful on item (id) where state = 'done' and doubtful_left and not removed;
create index item_by_doubt on item (doubtful_left desc, id) where not removed;
alter table item_tally add column doubtful integer not null default 0;
drop trigger item_added;
create trigger item_added after insert on item begin
    insert into item_tally values (new.state, 1, new.lines, new.doubtful_left)
        on conflict do update set items = items + 1, lines = lines + new.lines, doubtful = doubtful + new.doubtful_left;
end;
drop trigger item_moved;
create trigger item_moved after update of state, lines, doubtful_left, removed on item begin
    update item_tally set items = items - 1, lines = lines - old.lines, doubtful = doubtful - old.doubtful_left
        where state = old.state and not old.removed;
    insert into item_tally select new.state, 1, new.lines, new.doubtful_left where not new.removed
        on conflict do update set items = items + 1, lines = lines + new.lines, doubtful = doubtful + new.doubtful_left;
end;
drop trigger item_gone;
create trigger item_gone after delete on item begin
    update item_tally set items = items - 1, lines = lines - old.lines, doubtful = doubtful - old.doubtful_left
        where state = old.state and not old.removed;
end;
"""

STEPS: tuple[str, ...] = (FIRST, SECOND, THIRD, line_index.SCRIPT, FIFTH, SIXTH)
"""Step n brings a file from version n to version n + 1."""

MEASURED: Final = 6
"""From this version on a file says of each page how many lines it has, of each image how many doubtful words are left,
and keeps each line where a filter finds it."""


def migrate(connection: sqlite3.Connection, measure: Callable[[], None]) -> None:
    """Apply the steps that a file still lacks; its version is SQLite's `user_version`.

    `measure` notes of each image that was read what a step cannot: it takes its pages apart.
    """
    for version, step in enumerate(STEPS):
        # Asked inside the transaction: another process may be opening the same new file.
        connection.execute("begin immediate")
        try:
            if connection.execute("pragma user_version").fetchone()[0] == version:
                for statement in _statements(step):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {version + 1}")
                if version + 1 == MEASURED:
                    measure()
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise


def _statements(script: str) -> list[str]:
    """Split a script where SQLite says that a statement is complete (executescript would end the transaction)."""
    statements, statement = [], ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            statements.append(statement)
            statement = ""
    return statements
