"""Making a queue file as small as it can be: for the store, which opens it.

What earlier versions kept in more bytes is packed anew, the index of the text is merged into one piece, and the file is
written anew without the gaps that were left in it (SQLite's VACUUM). Nothing that anybody decided is touched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from tui.packing import answer_from, packed_answer, packed_pages, pages_from

AT_ONCE = 200
"""How many images are packed anew in one transaction: others wait for no longer than that takes."""
_LOOSE = (
    "select item_id, answer, pages from result where item_id > ?"
    " and (substr(answer, 1, 3) <> x'425a68' or substr(pages, 1, 3) <> x'425a68') order by item_id limit ?"
)
"""What an earlier version packed; what this one does begins with bzip2's own mark."""


def pack_anew(connection: sqlite3.Connection) -> Iterator[int]:
    """Pack what earlier versions kept in more bytes; yields how many images are done, before each transaction.

    What is damaged stays as it is.
    """
    done, last = 0, 0
    while True:
        yield done
        rows = connection.execute(_LOOSE, (last, AT_ONCE)).fetchall()
        if not rows:
            return
        connection.execute("begin immediate")
        try:
            for item_id, answer, pages in rows:
                with suppress(ValueError, LookupError, TypeError):
                    packed = None if pages is None else packed_pages(pages_from(pages))
                    connection.execute(
                        "update result set answer = ?, pages = ? where item_id = ? and answer = ?",
                        (packed_answer(answer_from(answer)), packed, item_id, answer),
                    )
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
        done, last = done + len(rows), rows[-1][0]


def close_gaps(connection: sqlite3.Connection) -> None:
    """Merge the index and write the file anew; it needs as much room again for as long as that takes."""
    connection.execute("insert into line_text (line_text) values ('optimize')")
    connection.execute("vacuum")
    connection.execute("pragma wal_checkpoint(truncate)")
