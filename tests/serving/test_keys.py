"""The key that requests must carry."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tui.serving.keys import VARIABLE, key_from
from tui.serving.trouble import ServingError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text("of the file\n".replace(" ", "-"))
    file.chmod(0o600)
    return file


def test_a_file_comes_before_the_environment(file: Path) -> None:
    assert key_from({VARIABLE: "of-the-environment"}, file) == "of-the-file"
    assert key_from({VARIABLE: " of-the-environment "}, None) == "of-the-environment"
    assert key_from({}, None) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="modes are another thing there")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ServingError, match="chmod 600"):
        key_from({}, file)


def test_a_file_that_is_not_there_or_empty_is_a_sentence(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ServingError, match="cannot be read"):
        key_from({}, tmp_path / "nothing")
    file.write_text(" \n")
    with pytest.raises(ServingError, match="holds no key"):
        key_from({}, file)


@pytest.mark.parametrize("key", ["a b", "kéy", "a\nb", "x" * 1025, "\ud800"])
def test_what_fits_into_no_header_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ServingError, match="HANDREAD_SERVE_KEY") as refusal:
        key_from({VARIABLE: key}, None)
    assert key not in str(refusal.value)
