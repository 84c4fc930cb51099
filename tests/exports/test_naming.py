"""What exported files are called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.exports.naming import LONGEST, Names, safe_name
from tui.model import Item, State


def item(source: str, pages: int = 1) -> Item:
    return Item(1, source, "local", State.DONE, page_sizes=((10, 10),) * pages)


def named(*sources: str) -> list[str]:
    names = Names()
    return [names.name(item(source)) for source in sources]


def test_a_file_is_called_after_its_image() -> None:
    assert named("/scans/box 3/Brief an Käthe.jpg") == ["Brief_an_Käthe"]


def test_equal_names_get_their_folder_before_them_and_then_a_number() -> None:
    sources = ("/a/x.jpg", "/b/x.jpg", "/c/b/x.tif", "/d/b/x.png")
    assert named(*sources) == ["x", "b_x", "b_x-2", "b_x-3"]


def test_names_are_equal_in_capitals_too_and_however_they_are_composed() -> None:
    assert named("/a/Page.jpg", "/b/page.jpg", "/a/\u00e9.jpg", "/b/e\u0301.jpg") == ["Page", "b_page", "é", "b_é"]


def test_an_image_keeps_its_name_when_the_queue_grows() -> None:
    assert named("/a/x.jpg", "/b/x.jpg", "/c/x.jpg")[:2] == named("/a/x.jpg", "/b/x.jpg")


@pytest.mark.parametrize(
    "source",
    [
        "../../etc/passwd",
        "/scans/..",
        "/scans/...jpg",
        "https://archive.example/..%2F..%2Fetc%2Fpasswd",
        "https://archive.example/%2e%2e/%00.jpg?a=/x",
        "C:\\scans\\..\\x.jpg",
        "/scans/-rf.jpg",
        "/scans/.hidden.jpg",
        "/scans/a\nb\x1b[31m.jpg",
        "/scans/\udcff.jpg",
        "/scans/a\u202egpj.exe",
        "/",
        "",
    ],
)
def test_a_hostile_name_is_a_plain_one_in_the_folder(source: str) -> None:
    (name,) = named(source)
    assert re.fullmatch(r"[\w-]+", name)
    assert name[0] not in "-_."


@pytest.mark.parametrize("name", ["CON", "nul", "com1", "LPT9", "aux"])
def test_what_windows_takes_for_a_device_is_no_name(name: str) -> None:
    assert named(f"/scans/{name}.tif") == [f"image_{name}"]


def test_a_name_fits_every_file_system() -> None:
    (name,) = named("/scans/" + "ü" * 300 + ".jpg")
    assert len(name.encode()) <= LONGEST


def test_no_image_is_called_as_the_page_of_another() -> None:
    names = Names()
    bundle, single = item("/a/box.tif", 3), item("/a/box_0002.jpg")
    assert [names.name(bundle), names.name(single)] == ["box", "a_box_0002"]
    names = Names()
    assert [names.name(single), names.name(bundle)] == ["box_0002", "a_box"]


def test_no_image_is_called_as_a_list_of_all() -> None:
    names = Names(reserved=("train", "all"))
    assert names.name(item("/box/Train.jpg")) == "box_Train"


@given(st.lists(st.text(max_size=12), max_size=12))
def test_names_are_safe_and_no_two_are_alike(stems: list[str]) -> None:
    names = named(*(f"/box/{stem}.jpg" for stem in stems))
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name == safe_name(name) for name in names if not name[-1].isdigit())
    assert all("." not in name and "/" not in name and name.isprintable() for name in names)
