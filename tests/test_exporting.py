"""An export of a queue: image by image, whole files only, and the same bytes for the same queue."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.exports.shelf import decided, shelve
from tui.exporting import Outcome, Progress, Request, export_file, export_queue, formats_named
from tui.exports import ExportError, Options
from tui.exports.document import Lines, Which
from tui.exports.writing import UNFINISHED, Fate, WriteError
from tui.filters import parse
from tui.model import Verdict
from tui.pictures.source import measure
from tui.store import NewItem, Store, StoreError

EVERY = "txt,md,json,jsonl,csv,tsv,hocr,alto,page,picture,pairs" + ",pdf" * bool(find_spec("pikepdf"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three images that were read, each with an accepted line, a corrected one and one that nobody has decided."""
    with Store(tmp_path / "queue.db") as store:
        for name in ("box1/a", "box1/b", "box2/a"):
            item_id = shelve(store, tmp_path / f"{name}.png", ("one two", "thre", f"page of {name}"))
            store.decide(
                decided(0, Verdict.ACCEPTED, item_id=item_id), decided(1, Verdict.CORRECTED, "three", item_id=item_id)
            )
        yield store


def request(tmp_path: Path, names: str = "txt", out: str = "out", **more: object) -> Request:
    return Request(formats_named(names), tmp_path / out, **more)  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_image_is_a_file_of_its_name(store: Store, tmp_path: Path) -> None:
    outcome = export_queue(store, request(tmp_path))
    assert contents(tmp_path / "out")["a.txt"] == b"one two\nthree\npage of box1/a\n"
    assert list(contents(tmp_path / "out")) == ["a.txt", "b.txt", "box2_a.txt"]
    assert (outcome.images, outcome.files[Fate.WRITTEN], outcome.is_whole) == (3, 3, True)
    assert outcome.sentences == (f"3 images exported to {tmp_path / 'out'}: 3 files written.",)


def test_the_same_queue_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    for out in ("one", "other"):
        assert export_queue(store, request(tmp_path, EVERY, out)).is_whole
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    files = 3 * (len(EVERY.split(",")) - 4) + 3 + 3 * 2 * 2 + 3  # of each; tables of all; pairs, and their lists
    assert len(contents(tmp_path / "one")) == files


def test_another_process_on_another_day_in_another_place_writes_the_same_bytes(store: Store, tmp_path: Path) -> None:
    """Nothing depends on the clock, on the time zone, or on the order in which a process has sets of words."""
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom tui.exporting import *\n"
        "from tui.exports import Options\nfrom tui.exports.document import Which\n"
        "begin, since = time.time(), float(sys.argv[3])\ntime.time = lambda: begin + since\n"
        "request = Request(formats_named(sys.argv[4]), Path(sys.argv[2]), which_text=Which.BOTH,\n"
        "                  options=Options(eval_share=0.5))\n"
        "assert export_file(Path(sys.argv[1]), request).is_whole"
    )
    for name, seed, zone, since in (("one", "1", "UTC", 0.0), ("other", "2", "Asia/Kathmandu", 1e7)):
        subprocess.run(
            [sys.executable, "-c", program, str(store.path), str(tmp_path / name), str(since), EVERY],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
        )
    one, other = contents(tmp_path / "one"), contents(tmp_path / "other")
    assert len(one) > 3 * 9
    assert one == other


def test_exported_again_nothing_is_written_again(store: Store, tmp_path: Path) -> None:
    first = export_queue(store, request(tmp_path, EVERY))
    again = export_queue(store, request(tmp_path, EVERY))
    assert (again.files[Fate.SAME], again.files[Fate.WRITTEN]) == (first.files[Fate.WRITTEN], 0)
    assert again.is_whole


def test_an_image_has_the_same_name_whatever_is_exported_with_it(store: Store, tmp_path: Path) -> None:
    export_queue(store, request(tmp_path, where=parse("name~box2")))
    assert list(contents(tmp_path / "out")) == ["box2_a.txt"]


def test_only_the_lines_that_a_filter_lets_through_are_exported(store: Store, tmp_path: Path) -> None:
    outcome = export_queue(store, request(tmp_path, where=parse("accepted & name~box1/b")))
    assert contents(tmp_path / "out") == {"b.txt": b"one two\n"}
    assert outcome.images == 1


def test_which_text_and_which_lines_can_be_said(store: Store, tmp_path: Path) -> None:
    export_queue(store, request(tmp_path, which_text=Which.ENGINE, which_lines=Lines.SETTLED))
    assert contents(tmp_path / "out")["b.txt"] == b"one two\nthre\n"


def test_tables_are_one_of_all_unless_each_is_wanted(store: Store, tmp_path: Path) -> None:
    assert export_queue(store, request(tmp_path, "csv,jsonl")).images == 3
    found = contents(tmp_path / "out")
    assert list(found) == ["all.csv", "all.jsonl"]
    assert len(found["all.csv"].splitlines()) == 1 + 9
    assert [json.loads(row)["source"][-5:] for row in found["all.jsonl"].splitlines()] == ["a.png", "b.png", "a.png"]
    export_queue(store, request(tmp_path, "csv", "each", each=True))
    assert list(contents(tmp_path / "each")) == ["a.csv", "b.csv", "box2_a.csv"]


def test_what_is_there_already_is_kept_and_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.txt").write_text("mine")
    outcome = export_queue(store, request(tmp_path))
    assert contents(tmp_path / "out")["b.txt"] == b"mine"
    assert not outcome.is_whole
    assert outcome.sentences[0] == (
        "There already, with something else in it: b.txt. Replace it with --overwrite, or name another folder."
    )
    assert export_queue(store, request(tmp_path, overwrite=True)).is_whole
    assert contents(tmp_path / "out")["b.txt"] != b"mine"


@pytest.mark.parametrize("pages", [0, 1, 2, 4, 7, 11])
def test_stopped_at_any_moment_it_leaves_whole_files_and_goes_on(store: Store, tmp_path: Path, pages: int) -> None:
    whole = request(tmp_path, "txt,pairs,csv", "whole", options=Options(eval_share=0.5))
    export_queue(store, whole)
    expected = contents(tmp_path / "whole")
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1 + 5 * pages

    outcome = export_queue(store, replace(whole, out=tmp_path / "out"), stopped=stopped)
    found = contents(tmp_path / "out")
    assert all(expected[name] == content for name, content in found.items())
    assert outcome.stopped is (found != expected)
    again = export_queue(store, replace(whole, out=tmp_path / "out"))
    assert contents(tmp_path / "out") == expected
    assert again.files[Fate.SAME] == len(found)


def test_an_image_that_cannot_be_exported_keeps_no_other_from_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "box1" / "b.png").unlink()
    outcome = export_queue(store, request(tmp_path, "txt,pairs"))
    assert (outcome.images, len(outcome.problems), outcome.is_whole) == (2, 1, False)
    assert "b.png is not there" in outcome.sentences[0]
    found = contents(tmp_path / "out")
    assert "b.txt" in found
    named = [json.loads(row)["file"] for row in found["manifest.jsonl"].splitlines()]
    assert named == [f"{name}_0001_00{line}.png" for name in ("a", "box2_a") for line in (1, 2)]
    assert all(name in found for name in named)
    assert sorted((found["train.txt"] + found["eval.txt"]).decode().split()) == sorted(named)


def test_images_that_have_not_been_read_are_left_out_and_told(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "later.png"
    path.write_bytes((tmp_path / "box1" / "a.png").read_bytes())
    store.add([NewItem(str(path), "another", measure(path))])
    outcome = export_queue(store, request(tmp_path))
    assert (outcome.unread, outcome.is_whole) == (1, True)
    assert outcome.sentences[0] == "1 image not read yet, so not exported."


def test_what_had_to_be_changed_is_told(store: Store, tmp_path: Path) -> None:
    store.decide(decided(0, Verdict.CORRECTED, "a\x00b", item_id=1))
    outcome = export_queue(store, request(tmp_path, "txt"))
    assert "1 forbidden character replaced" in outcome.sentences[0]
    assert outcome.as_object()["changed"] == {"characters": 1, "corners": 0}


def test_progress_is_told_with_the_time_left(store: Store, tmp_path: Path) -> None:
    told: list[Progress] = []
    export_queue(store, request(tmp_path, "txt,csv"), progress=told.append)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert (told[-1].done, told[-1].total) == (6, 6)
    assert told[-1].seconds_left == 0
    assert told[0].seconds_left is None
    assert {progress.name for progress in told} == {"a.png", "b.png"}


def test_a_thread_of_its_own_opens_the_queue_by_its_name(store: Store, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        outcome: Outcome = pool.submit(export_file, store.path, request(tmp_path)).result()
    assert outcome.images == 3
    with pytest.raises(StoreError, match="There is no queue"):
        export_file(tmp_path / "none.db", request(tmp_path))


def test_a_folder_that_cannot_be_written_into_ends_it_with_a_sentence(store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(WriteError, match="is no folder"):
        export_queue(store, request(tmp_path))


def test_a_disk_that_fills_up_ends_it_and_leaves_whole_files(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    synced = os.fsync
    calls = 0

    def filling_up(file: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(file)

    monkeypatch.setattr(os, "fsync", filling_up)
    with pytest.raises(WriteError, match="The disk is full"):
        export_queue(store, request(tmp_path))
    assert list(contents(tmp_path / "out")) == ["a.txt"]
    assert not any(name.endswith(UNFINISHED) for name in contents(tmp_path / "out"))


def test_formats_are_named_with_commas_between_them() -> None:
    assert [one.name for one in formats_named(" alto,TXT ,alto")] == ["alto", "txt"]
    with pytest.raises(ExportError, match=r"There is no format 'atlo'\. Did you mean alto\?"):
        formats_named("txt,atlo")
    with pytest.raises(ExportError, match="No format is named"):
        formats_named(" , ")


def test_what_a_killed_export_left_is_swept_away_by_the_next(store: Store, tmp_path: Path) -> None:
    program = (
        "import os, sys, signal\nfrom pathlib import Path\nfrom tui.exporting import *\n"
        "request = Request(formats_named('pairs'), Path(sys.argv[2]))\n"
        "def tell(progress):\n    if progress.done:\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "export_file(Path(sys.argv[1]), request, progress=tell)"
    )
    out = tmp_path / "out"
    subprocess.run([sys.executable, "-c", program, str(store.path), str(out)], check=False)
    assert sum(name.endswith(UNFINISHED) for name in contents(out)) == 3
    outcome = export_queue(store, request(tmp_path, "pairs"))
    assert not any(name.endswith(UNFINISHED) for name in contents(out))
    assert (outcome.swept, outcome.is_whole) == (3, True)
    assert outcome.sentences[0] == "3 unfinished files of an export that was killed removed."
