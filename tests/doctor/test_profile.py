"""What is said of the settings, and of the difference between an endpoint as written and as called."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.doctor.check import Check, Found
from tui.doctor.profile import Profile, look_up, what_was_left_out
from tui.settings import SettingsError, endpoint_as_written, normal_endpoint


def looked_up(tmp_path: Path, text: str, name: str | None = None, **environment: str) -> Profile:
    file = tmp_path / "config.toml"
    if text:
        file.write_text(text)
    return look_up(name, tmp_path / "queue.db", environment, file)


def found(profile: Profile, name: str) -> Check:
    (check,) = (check for check in profile.checks if check.name == name)
    return check


def cloud(endpoint: str, dialect: str = "read-3.2", more: str = "") -> str:
    return f'service = "cloud"\n[services.cloud]\ndialect = "{dialect}"\nendpoint = "{endpoint}"\n{more}\n'


def test_without_a_file_the_engine_carried_along_reads(tmp_path: Path) -> None:
    profile = looked_up(tmp_path, "")
    assert found(profile, "settings").says.endswith("and none is needed. The services are local.")
    assert found(profile, "profile").says == "local: the engine carried along, on this machine."
    assert profile.service is not None
    assert profile.service.is_local


def test_settings_that_cannot_be_read_leave_the_rest_to_be_looked_at(tmp_path: Path) -> None:
    profile = looked_up(tmp_path, "service = [")
    assert [(check.name, check.state) for check in profile.checks] == [("settings", Found.WRONG)]
    assert "is not valid TOML" in profile.checks[0].says
    assert profile.settings.queue == tmp_path / "queue.db"
    assert profile.service is None


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "cluod", "There is no service named 'cluod'. Known are: local, none."),
        (cloud("https://a.test", "read-9"), None, "speaks 'read-9'. Known are: recognize-text-1.0"),
        (cloud("https://a.test", "read-2.0", "mode = 'scrawl'"), None, "is set wrongly: The mode of read-2.0 is"),
    ],
)
def test_a_profile_that_is_none_is_explained(tmp_path: Path, text: str, name: str | None, says: str) -> None:
    profile = looked_up(tmp_path, text, name)
    assert found(profile, "profile").state is Found.WRONG
    assert says in found(profile, "profile").says
    assert profile.service is None


def test_none_means_that_nothing_is_read(tmp_path: Path) -> None:
    profile = looked_up(tmp_path, "", "none")
    assert found(profile, "profile").says == "none: images are looked at, and none is read."
    assert profile.service is None


@pytest.mark.parametrize(
    ("written", "dialect", "says"),
    [
        ("https://a.test", "read-3.2", "Images go to https://a.test/vision/v3.2/read/analyze."),
        (
            "https://a.test/vision/vision/v3.2/read/analyze/",
            "read-3.2",
            (
                "Images go to https://a.test/vision/v3.2/read/analyze. Of the endpoint as it was written the path "
                "/vision/vision/v3.2/read/analyze/ (in which vision stands twice) is left out."
            ),
        ),
        (
            "https://a.test/",
            "document-intelligence-2024-11-30",
            (
                "Images go to https://a.test/documentintelligence/documentModels/prebuilt-read:analyze?api-version="
                "2024-11-30&stringIndexType=unicodeCodePoint. Of the endpoint as it was written the slash at its end "
                "is left out."
            ),
        ),
    ],
)
def test_the_url_that_is_called_stands_beside_what_was_written(
    tmp_path: Path, written: str, dialect: str, says: str
) -> None:
    assert found(looked_up(tmp_path, cloud(written, dialect)), "endpoint").says == says


@pytest.mark.parametrize("endpoint", ["https://a.test:99999", "https://a.test:port"])
def test_an_endpoint_that_is_no_address_is_looked_into_no_further(tmp_path: Path, endpoint: str) -> None:
    profile = looked_up(tmp_path, cloud(endpoint))
    assert "is no endpoint" in found(profile, "settings").says
    assert found(profile, "settings").state is Found.WRONG
    assert profile.service is None


def test_what_was_written_may_stand_in_the_environment(tmp_path: Path) -> None:
    written = "https://a.test/vision/v3.2"
    profile = looked_up(tmp_path, "", "vision", VISION_ENDPOINT=written)
    assert "the path /vision/v3.2 (the dialect adds its own) is left out" in found(profile, "endpoint").says
    assert endpoint_as_written("vision", {"VISION_ENDPOINT": written}, tmp_path / "config.toml") == written
    assert endpoint_as_written("local", {}, tmp_path / "config.toml") == ""


def test_a_secret_in_an_endpoint_is_not_repeated(tmp_path: Path) -> None:
    profile = looked_up(tmp_path, cloud("https://me:s3cret@a.test/?subscription-key=s3cret"))
    says = found(profile, "endpoint").says
    assert "s3cret" not in says
    assert says.endswith(
        "the slash at its end and what stands before the @ and what stands behind the question mark are left out."
    )


def test_the_path_of_a_gateway_stays(tmp_path: Path) -> None:
    says = found(looked_up(tmp_path, cloud("https://a.test/ocr/vision/v3.2/")), "endpoint").says
    assert says.startswith("Images go to https://a.test/ocr/vision/v3.2/read/analyze. ")
    assert "the path /vision/v3.2/ (the dialect adds its own) is left out" in says


@given(st.lists(st.sampled_from(["/", "vision", "v3.2", "formrecognizer", "x", "?", "@", "a=b"])).map("".join))
def test_whatever_is_taken_from_an_endpoint_can_be_told(tail: str) -> None:
    written = f"https://a.test/{tail}"
    try:
        normal = normal_endpoint(written)
    except SettingsError:
        return
    assert bool(what_was_left_out(written, normal)) == (written not in {normal, f"{normal}?"})
