"""Reduced copies are kept as far as there is room, are private, and are never trusted further than they are sound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.pictures.test_source import upright
from tests.test_program import handread, home
from tui.pictures.cache import ABANDONED, FOLDER, Copies, Key, Stamp
from tui.pictures.source import PageImage

__all__ = ["home"]

STAMP = Stamp(1234, 5_000_000_000)
PLENTY = 10_000_000


def key(number: int = 1, letter: str = "a") -> Key:
    return Key(letter * 64, number, 4000)


def page(mode: str = "L") -> PageImage:
    return PageImage(upright(320, 200).convert(mode), (640, 400))


def names(cache: Path) -> set[str]:
    return {path.name for path in (cache / FOLDER).iterdir()}


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_copy_comes_back_as_the_page_it_is_of(tmp_path: Path, mode: str) -> None:
    copies, kept_as = Copies(tmp_path / "cache", PLENTY), Key("a" * 64, 1, 4000, mode == "RGB")
    copies.keep(kept_as, page(mode), STAMP)
    kept = copies.get(kept_as)
    assert kept is not None
    assert (kept.page.size, kept.page.image.size, kept.page.image.mode) == ((640, 400), (320, 200), mode)
    assert kept.stamp == STAMP
    assert max(ImageChops.difference(kept.page.image.convert("L"), upright(320, 200)).tobytes()) < 30


def test_each_page_size_and_colour_has_a_copy_of_its_own(tmp_path: Path) -> None:
    copies = Copies(tmp_path, PLENTY)
    keys = [key(1), key(2), key(1, "b"), Key("a" * 64, 1, 1800), Key("a" * 64, 1, 1800, in_colour=True)]
    for one in keys:
        assert copies.get(one) is None
        copies.keep(one, page(), STAMP)
    assert copies.facts().copies == len(keys)


def test_nobody_else_may_look_at_copies(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Copies(tmp_path / "cache", PLENTY).keep(key(), page(), STAMP)
    finally:
        os.umask(before)
    folder = tmp_path / "cache" / FOLDER
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / key().name).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_others_may_look_into_is_closed(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(mode=0o755)
    Copies(tmp_path, PLENTY).keep(key(), page(), STAMP)
    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_leads_elsewhere_is_not_used(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / FOLDER).symlink_to(elsewhere)
    copies = Copies(tmp_path, PLENTY)
    copies.keep(key(), page(), STAMP)
    assert list(elsewhere.iterdir()) == []
    assert copies.get(key()) is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    first = Copies(tmp_path, PLENTY)
    first.keep(key(1), page(), STAMP)
    size = first.facts().copy_bytes
    copies = Copies(tmp_path, 3 * size)
    for number, used in ((1, 100), (2, 200), (3, 300)):
        copies.keep(key(number), page(), STAMP)
        os.utime(tmp_path / FOLDER / key(number).name, (used, used))
    assert copies.get(key(1)) is not None  # and so it was used last
    copies.keep(key(4), page(), STAMP)
    assert names(tmp_path) == {key(number).name for number in (1, 3, 4)}
    assert copies.facts().copy_bytes <= 3 * size


def test_what_would_not_fit_alone_is_not_kept(tmp_path: Path) -> None:
    for most in (0, 100):
        Copies(tmp_path, most).keep(key(), page(), STAMP)
        assert Copies(tmp_path, most).facts().copies == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:],
        lambda _: b"no copy at all" * 100,
        lambda content: content + b"more",
    ],
)
def test_a_damaged_copy_is_thrown_away_and_made_again(tmp_path: Path, damage: object) -> None:
    copies, path = Copies(tmp_path, PLENTY), tmp_path / FOLDER / key().name
    copies.keep(key(), page(), STAMP)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert copies.get(key()) is None
    assert not path.exists()
    copies.keep(key(), page(), STAMP)
    assert copies.get(key()) is not None


@pytest.mark.parametrize("sha256", ["", "../../outside", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_what_is_no_sum_names_no_file(tmp_path: Path, sha256: str) -> None:
    copies = Copies(tmp_path / "cache", PLENTY)
    copies.keep(Key(sha256, 1, 4000), page(), STAMP)
    assert copies.get(Key(sha256, 1, 4000)) is None
    assert list(tmp_path.iterdir()) == []


def test_where_no_folder_can_be_made_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    copies = Copies(tmp_path / "cache", PLENTY)
    copies.keep(key(), page(), STAMP)
    assert copies.get(key()) is None
    assert copies.facts().copies == 0


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="there are no such permissions here")
def test_a_folder_that_may_not_be_written_is_left_alone(tmp_path: Path) -> None:
    copies = Copies(tmp_path, PLENTY)
    copies.keep(key(1), page(), STAMP)
    (tmp_path / FOLDER).chmod(0o500)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        copies.keep(key(2), page(), STAMP)
        copies.clear()
        assert copies.get(key(2)) is None
    finally:
        os.seteuid(user)
        (tmp_path / FOLDER).chmod(0o700)
    assert names(tmp_path) == {key(1).name}


FULL = """
import resource, signal, sys
from pathlib import Path
from tests.pictures.test_cache import PLENTY, STAMP, Copies, key, page
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
copies = Copies(Path(sys.argv[1]), PLENTY)
copies.keep(key(), page(), STAMP)
assert copies.get(key()) is None
"""


def test_on_a_full_disk_no_half_copy_is_left(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], check=True)
    assert names(tmp_path) == set()


MANY = """
import sys
from pathlib import Path
from tests.pictures.test_cache import STAMP, Copies, key, page
copies = Copies(Path(sys.argv[1]), int(sys.argv[2]))
for turn in range(60):
    copies.keep(key(turn % 7), page(), STAMP)
    kept = copies.get(key((turn * 3) % 7))
    assert kept is None or kept.page.size == (640, 400)
"""


def test_several_programs_use_the_copies_at_once(tmp_path: Path) -> None:
    Copies(tmp_path, PLENTY).keep(key(0), page(), STAMP)
    most = 4 * Copies(tmp_path, PLENTY).facts().copy_bytes
    programs = [subprocess.Popen([sys.executable, "-c", MANY, str(tmp_path), str(most)]) for _ in range(3)]
    assert [program.wait() for program in programs] == [0, 0, 0]
    copies = Copies(tmp_path, most)
    assert 0 < copies.facts().copy_bytes <= most
    assert all(name.endswith(".page") for name in names(tmp_path))
    assert all(copies.get(key(number)) for number in range(7) if key(number).name in names(tmp_path))


def test_what_a_program_left_unfinished_goes_after_a_while(tmp_path: Path) -> None:
    copies = Copies(tmp_path, PLENTY)
    copies.keep(key(1), page(), STAMP)
    old, new = tmp_path / FOLDER / ".old.new", tmp_path / FOLDER / ".young.new"
    for path in (old, new):
        path.touch()
    long_ago = old.stat().st_mtime - ABANDONED - 1
    os.utime(old, (long_ago, long_ago))
    copies.keep(key(2), page(), STAMP)
    assert (old.exists(), new.exists()) == (False, True)


def filled(cache: Path) -> Copies:
    """Return a cache that holds two copies, a fetched picture and a file that is not ours."""
    copies = Copies(cache, PLENTY)
    for number in (1, 2):
        copies.keep(key(number), page(), STAMP)
    (cache / f"{'c' * 64}.img").write_bytes(b"a picture" * 10)
    (cache / "holiday.img").write_bytes(b"somebody else's")
    (cache / FOLDER / "notes.txt").write_bytes(b"somebody else's")
    return copies


def test_fetched_pictures_are_counted_and_never_make_room(tmp_path: Path) -> None:
    facts = filled(tmp_path).facts()
    assert (facts.copies, facts.fetched, facts.fetched_bytes) == (2, 1, 90)
    Copies(tmp_path, 1).keep(key(3), page(), STAMP)
    assert (tmp_path / f"{'c' * 64}.img").exists()


@pytest.mark.parametrize("fetched", [False, True])
def test_clearing_takes_what_is_ours_alone(tmp_path: Path, fetched: bool) -> None:
    copies = filled(tmp_path)
    copies.clear(fetched=fetched)
    assert (copies.facts().copies, copies.facts().fetched) == (0, 0 if fetched else 1)
    assert (tmp_path / "holiday.img").exists()
    assert names(tmp_path) == {"notes.txt"}


def cache_of(home: dict[str, str]) -> Path:
    return Path(json.loads(handread(home, "cache", "--json").stdout)["folder"])


def test_the_command_says_what_there_is_and_clears_it(home: dict[str, str]) -> None:
    cache = cache_of(home)
    filled(cache)
    told = handread(home, "cache")
    assert told.returncode == 0
    assert str(cache) in told.stdout
    assert "2 copies" in told.stdout
    assert "1 picture," in told.stdout
    told_as_json = json.loads(handread(home, "cache", "--json").stdout)
    assert told_as_json["copies"]["count"] == 2
    assert told_as_json["copies"]["limit"] == 500_000_000
    assert told_as_json["fetched"] == {"count": 1, "bytes": 90}
    assert json.loads(handread(home, "cache", "--clear", "--json").stdout)["copies"]["count"] == 0
    assert (cache / f"{'c' * 64}.img").exists()
    assert json.loads(handread(home, "cache", "--clear", "--all", "--json").stdout)["fetched"]["count"] == 0


def test_all_without_clear_is_asked_back(home: dict[str, str]) -> None:
    refused = handread(home, "cache", "--all")
    assert refused.returncode == 2
    assert "--clear" in refused.stderr


@pytest.mark.parametrize(
    ("written", "said"),
    [("-1", "must be a number above 0"), ('""', "must be a number"), ('"a lot"', "must be a number")],
)
def test_the_limit_is_a_whole_number_of_megabytes(home: dict[str, str], written: str, said: str) -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("cache_megabytes = 20\n")
    assert json.loads(handread(home, "cache", "--json").stdout)["copies"]["limit"] == 20_000_000
    (folder / "config.toml").write_text(f"cache_megabytes = {written}\n")
    refused = handread(home, "cache")
    assert refused.returncode == 2
    assert said in refused.stderr


def test_a_copy_is_a_fraction_of_its_page(tmp_path: Path) -> None:
    copies = Copies(tmp_path, PLENTY)
    copies.keep(key(), PageImage(Image.new("L", (2000, 3000), 240), (4000, 6000)), STAMP)
    assert copies.facts().copy_bytes < 100_000
