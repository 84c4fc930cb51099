"""Where operations are kept: a folder that nobody else reads, of files that outlive the server."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.keeping import Folder, Memory
from tui.engine.operations import Keeper, Operation, Order, Status
from tui.engine.reading import Alternative, Reading
from tui.model import Line, Page, Polygon, Word

ID = "3f0c3c0e-58a5-4b6e-9d3f-0c2f7a4c1b11"
NOW = 1_700_000_000.0


def read_one(**changes: object) -> Operation:
    box = Polygon.from_bounds(1.5, 2, 30, 40)
    page = Page(2, 800, 400, 0.5, (Line("naïve", box, (Word("naïve", box, 0.75), Word("x", None, None, low=True))),))
    order = Order("read-3.2", options={"language": "en"}, kept=100.0)
    others = (((Alternative("naïve", 0.75), Alternative("native", 0.25)), ()),)
    facts = {"status": Status.SUCCEEDED, "readings": (Reading(page, others, "fr"),), "order": order, **changes}
    return Operation(ID, NOW - 5, NOW, **facts)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "keep")


def file_in(tmp_path: Path) -> Path:
    return tmp_path / "keep" / "operations" / f"{ID}.json"


async def test_what_is_kept_comes_back_as_it_was_also_to_another_server(folder: Folder, tmp_path: Path) -> None:
    await folder.put(read_one())
    assert await Folder(tmp_path / "keep").get(ID) == read_one()
    await folder.put(read_one(status=Status.FAILED, readings=(), reason="Torn.", code="InvalidImage"))
    found = await folder.get(ID)
    assert found
    assert (found.status, found.reason, found.code) == (Status.FAILED, "Torn.", "InvalidImage")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are another thing there")
async def test_nobody_but_the_owner_may_look(folder: Folder, tmp_path: Path) -> None:
    await folder.put(read_one())
    assert stat.S_IMODE(file_in(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_in(tmp_path).parent.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="modes are another thing there")
def test_a_folder_that_is_there_keeps_its_own_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "operations").stat().st_mode) == 0o700


def test_a_link_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "operations").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        Folder(tmp_path)


@pytest.mark.parametrize(
    "name", ["", "..", "../secret", ID.upper(), f"{ID}/..", f"{ID}\n", f"{ID}.json", "x" * 36, "\0"]
)
async def test_only_a_uuid_is_looked_for_on_the_disk(folder: Folder, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "keep" / "secret.json"
    await folder.put(read_one())
    secret.write_text(file_in(tmp_path).read_text())
    assert await folder.get(name) is None
    await folder.drop(name)
    assert secret.exists()
    assert file_in(tmp_path).exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"form": 2}', '{"form": 1}', "[" * 100_000, "\udcff"])
async def test_a_damaged_file_is_no_operation(folder: Folder, tmp_path: Path, content: str) -> None:
    file_in(tmp_path).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert await folder.get(ID) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_nothing_that_stands_in_a_field_breaks_the_reading(value: object) -> None:
    from tui.engine import keeping

    good = keeping._data_of(read_one())
    for name in good:
        text = json.dumps({**good, name: value})
        assert keeping._parsed(text) is None or isinstance(keeping._parsed(text), Operation)


@pytest.mark.parametrize("kind", [Memory, Folder])
async def test_a_sweep_takes_what_is_past_its_time_and_nothing_else(kind: type, tmp_path: Path) -> None:
    keeper: Keeper = kind(tmp_path) if kind is Folder else kind()
    (tmp_path / "operations").mkdir(exist_ok=True)
    foreign = tmp_path / "operations" / "notes.json"
    foreign.write_text("mine")
    await keeper.put(read_one())
    await keeper.sweep(NOW + 99)
    assert await keeper.get(ID)
    await keeper.sweep(NOW + 99 + 61)
    assert await keeper.get(ID) is None
    assert foreign.exists()


async def test_a_disk_that_takes_nothing_is_complained_of(tmp_path: Path) -> None:
    said: list[str] = []
    folder = Folder(tmp_path, said.append)
    (tmp_path / "operations").rmdir()
    with pytest.raises(OSError, match="No such file"):
        await folder.put(read_one())
    assert "cannot be kept" in said[0]


async def test_what_an_older_handread_kept_has_no_alternatives(folder: Folder, tmp_path: Path) -> None:
    await folder.put(read_one())
    data = json.loads(file_in(tmp_path).read_text("utf-8"))
    del data["beside"]
    file_in(tmp_path).write_text(json.dumps(data), "utf-8")
    found = await folder.get(ID)
    assert found
    assert found.pages == read_one().pages
    assert found.readings == tuple(map(Reading, found.pages))
