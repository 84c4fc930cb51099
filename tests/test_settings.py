"""What can be set, from a file and from the environment, and what is said of a mistake."""

from pathlib import Path

import pytest

from tui.credentials import key_of
from tui.settings import Pace, Settings, SettingsError, load, normal_endpoint


def settings(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load({"USER": "ada", **environment}, file)


def test_without_a_file_the_engine_carried_along_reads(tmp_path: Path) -> None:
    plain = load({}, tmp_path / "missing.toml")
    assert plain.service == "local"
    assert plain.named("local").is_local


def test_a_profile_is_an_endpoint_with_a_dialect(tmp_path: Path) -> None:
    text = """
    service = "archive"
    [services.archive]
    dialect = "recognize-text-2.0"
    endpoint = "https://x.cognitiveservices.azure.com/vision/v2.0/"
    key_variable = "ARCHIVE_KEY"
    mode = "Printed"
    in_flight = 2
    deadline = 60
    """
    profile = settings(tmp_path, text).named("archive")
    assert profile.endpoint == "https://x.cognitiveservices.azure.com"
    assert profile.options == {"mode": "Printed"}
    assert profile.pace == Pace(in_flight=2, deadline=60)
    assert key_of(profile, {"ARCHIVE_KEY": " secret \n"}).reveal() == "secret"


def test_the_quickstarts_environment_makes_a_profile(tmp_path: Path) -> None:
    profile = settings(tmp_path, "", VISION_ENDPOINT="https://x.api.cognitive.microsoft.com/").named("vision")
    assert (profile.dialect, profile.key_variable) == ("read-3.2", "VISION_KEY")
    newer = settings(tmp_path, "", DOCUMENTINTELLIGENCE_ENDPOINT="https://x.cognitiveservices.azure.com/")
    profile = newer.named("document-intelligence")
    assert (profile.dialect, profile.key_variable) == (
        "document-intelligence-2024-11-30",
        "DOCUMENTINTELLIGENCE_API_KEY",
    )


def test_a_parameter_may_be_written_as_toml_has_it(tmp_path: Path) -> None:
    text = "[services.a]\ndialect = 'recognize-text-1.0'\nendpoint = 'https://x'\nhandwriting = true\npages = 3"
    assert settings(tmp_path, text).named("a").options == {"handwriting": "true", "pages": "3"}


def test_the_environment_names_the_queue(tmp_path: Path) -> None:
    assert settings(tmp_path, 'queue = "a.db"', HANDREAD_QUEUE="b.db").queue == Path("b.db")
    assert settings(tmp_path, 'queue = "a.db"').queue == Path("a.db")


def test_the_login_name_signs_decisions(tmp_path: Path) -> None:
    assert settings(tmp_path, "").reviewer == "ada"
    assert settings(tmp_path, 'reviewer = "Ada L."').reviewer == "Ada L."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("service = 3", "service must be a text"),
        ("colour = 'red'", "no setting named colour"),
        ("service = ", "is not valid TOML"),
        ("[services.a]\nendpoint = 'https://x'", r"services\.a needs dialect"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'x'", "is no endpoint"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\nkey = 'abc'", "environment variable"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\ndeadline = -1", "number above 0"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\nin_flight = 0.5", "must be a whole number"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\nin_flight = inf", "number above 0"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\ngrowth = 0.1", "growth must be 1 or more"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://[x'", "is no endpoint"),
        ("[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\nkeyring = true\nentra = true", "Keep one"),
        ("[services.none]\ndialect = 'read-3.2'\nendpoint = 'https://x'", "cannot be named none"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        settings(tmp_path, text)


def test_a_key_in_the_file_is_refused_without_repeating_it(tmp_path: Path) -> None:
    text = "[services.a]\ndialect = 'read-3.2'\nendpoint = 'https://x'\nkey = '0123456789abcdef'"
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, text)
    assert "0123456789abcdef" not in str(refused.value)


def test_an_unknown_service_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Known are: local, none"):
        settings(tmp_path, "").named("azure")


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://x.azure.com/", "https://x.azure.com"),
        (" https://x.azure.com/vision/v3.2/read/analyze ", "https://x.azure.com"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("https://user:password@x.azure.com", "https://x.azure.com"),
        ("https://x.example/visionvision/v2.1/recognizeText?mode=Printed", "https://x.example"),
        ("https://x.example/documentintelligence/", "https://x.example"),
        ("https://gateway.example/archive/ocr/", "https://gateway.example/archive/ocr"),
        ("https://gateway.example/archive/vision/v3.2/read/analyze", "https://gateway.example/archive"),
    ],
)
def test_what_people_paste_becomes_an_endpoint(given: str, normal: str) -> None:
    assert normal_endpoint(given) == normal


def test_what_stands_before_an_at_sign_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        normal_endpoint("ftp://ada:secret@host")
    assert "secret" not in str(refused.value)


def test_a_home_of_nobody_is_a_name_like_any_other(tmp_path: Path) -> None:
    assert settings(tmp_path, "", HANDREAD_QUEUE="~no-such-user/q.db").queue == Path("~no-such-user/q.db")
