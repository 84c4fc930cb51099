"""What the faults of HTTP mean: why a call was not let in, what a service said of it, and how long to wait."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dialects.faults import fault_of, words_in, words_of
from tui.dialects.protocol import KeyRefused, Refused, ServiceError, Throttled
from tui.key import Key

KEY = "0123456789abcdef0123456789abcdef"
NAMES = ["error", "code", "message", "innererror", "innerError", "statusCode", "details"]
REGION = "https://westeurope.api.cognitive.microsoft.com"
RESOURCE = "https://archive.cognitiveservices.azure.com"
READ = "/vision/v3.2/read/analyze"
FORMS = "/documentintelligence/documentModels/prebuilt-read:analyze"
WRONG_KEY = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)


def fault(
    url: str, status: int = 401, body: Any = None, *, key: str = KEY, token: bool = False, wait: str = ""
) -> ServiceError:
    body = {"error": {"code": "401", "message": WRONG_KEY}} if body is None else body
    request = httpx.Request("POST", url)
    response = httpx.Response(status, headers={"Retry-After": wait}, json=body, request=request)
    return fault_of(response, words_in(response.content, Key(key)), Key(key), token=token)


# -- a key that is not taken


def test_at_a_regions_endpoint_the_key_must_be_of_that_region() -> None:
    assert fault(REGION + READ).sentence == (
        "westeurope.api.cognitive.microsoft.com does not take the key (401: Access denied due to invalid subscription "
        "key or wrong API endpoint). The key must be of a resource in westeurope, of the kind Computer Vision or "
        "multi-service."
    )


def test_at_a_resources_endpoint_it_must_be_its_own() -> None:
    assert fault(RESOURCE + FORMS).sentence == (
        "archive.cognitiveservices.azure.com does not take the key (401: Access denied due to invalid subscription key "
        "or wrong API endpoint). It must be the key of the resource archive, and that of the kind Document "
        "Intelligence or multi-service."
    )


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("https://chinaeast2.api.cognitive.azure.cn", "in chinaeast2,"),
        ("https://archive.cognitiveservices.azure.us", "the resource archive,"),
        ("https://archive.services.ai.azure.com", "the resource archive,"),
        ("https://archive.privatelink.cognitiveservices.azure.com", "the resource archive,"),
        ("https://archive.cognitiveservices.azure.com.evil.test", "this very server's, and that it offers Computer"),
        ("http://127.0.0.1:5000", "this very server's, and that it offers Computer Vision."),
    ],
)
def test_each_form_of_endpoint_has_its_own_advice(endpoint: str, words: str) -> None:
    assert words in fault(endpoint + READ).sentence


@pytest.mark.parametrize("key", ["4b2714d2-3d2e-4b96-ad95-677f764e7b39", "s3cret", KEY[:-1], "x" * 83])
def test_what_does_not_look_like_a_key_is_said_to_be_none(key: str) -> None:
    assert "It does not look like a key: those have 32 or 84" in fault(RESOURCE + READ, key=key).sentence
    assert "look like" not in fault("http://127.0.0.1:5000" + READ, key=key).sentence


def test_without_a_key_it_says_that_one_is_asked_for() -> None:
    assert "asks for a key (401: Access" in fault(RESOURCE + READ, key="").sentence


@pytest.mark.parametrize(
    ("status", "body", "words", "code"),
    [
        (
            403,
            {"error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."}},
            "Network/Firewall rules). That is not about the key: check the network settings of the resource archive.",
            "403",
        ),
        (
            403,
            {"error": {"code": "403", "message": "Public access is disabled. Please configure private endpoint."}},
            "does not let this machine in (403: Public access is disabled)",
            "403",
        ),
        (
            403,
            {"error": {"code": "AuthenticationTypeDisabled", "message": "Key based authentication is disabled."}},
            "takes no keys (403: Key based authentication is disabled). Set entra = true",
            "AuthenticationTypeDisabled",
        ),
        (
            403,
            {"error": {"code": "Forbidden", "message": "No.", "innererror": {"code": "AuthorizationFailed"}}},
            "does not allow this (403: AuthorizationFailed: No). Check the rights and network settings of the resource",
            "AuthorizationFailed",
        ),
        (
            401,
            {"error": {"code": "PermissionDenied", "message": "The principal `0-1` lacks the required data action."}},
            "identity in (401: The principal `0-1` lacks the required data action). Check that it has the role",
            "PermissionDenied",
        ),
        (401, {"error": {"code": "PermissionDenied", "message": WRONG_KEY}}, "does not take the key (401: Access", ""),
        (401, {"statusCode": 401, "message": WRONG_KEY}, "does not take the key (401: Access denied", "401"),
        (403, {}, "does not take the key (403). It must be the key of the resource archive", "403"),
    ],
)
def test_the_services_words_tell_what_it_is_about(status: int, body: Any, words: str, code: str) -> None:
    error = fault(RESOURCE + READ, status, body)
    assert isinstance(error, KeyRefused)
    assert words in error.sentence
    assert error.code == (code or "PermissionDenied")


def test_a_token_that_is_not_taken_is_about_a_role() -> None:
    words = fault(RESOURCE + READ, token=True, key="eyJ0").sentence
    assert "does not let this identity in (401: Access denied" in words
    assert "Cognitive Services User on the resource archive" in words


def test_an_image_that_may_not_be_fetched_is_refused_alone() -> None:
    inner = {"code": "OutboundAccessForbidden", "message": "The domain isn't allowed."}
    body = {"error": {"code": "Forbidden", "message": "Access forbidden.", "innererror": inner}}
    error = fault(RESOURCE + FORMS, 403, body)
    assert type(error) is Refused
    assert "must not fetch the image from where it lies (403: OutboundAccessForbidden: Access" in error.sentence


@given(st.sampled_from([REGION, RESOURCE]), st.sampled_from([READ, FORMS]), st.text(), st.text(), st.booleans())
def test_a_sentence_fits_on_a_few_lines(endpoint: str, path: str, message: str, inner: str, token: bool) -> None:
    error = {"code": "401", "message": message, "innererror": {"code": inner}}
    sentence = fault(endpoint + path, 401, {"error": error}, token=token).sentence
    assert len(sentence) < 5 * 80
    assert sentence.isprintable()


# -- a quota that is used up


@pytest.mark.parametrize(
    ("message", "days"),
    [
        ("Out of call volume quota. Quota will be replenished in 2.12 days.", 2.12),
        ("Out of call volume quota.", 1),
        ("Quota has been exceeded. Try again in 12 hours.", 0.5),
        ("Out of call volume quota. Quota will be replenished in 9000 days.", 31),
    ],
)
def test_a_quota_that_is_used_up_is_no_wrong_key(message: str, days: float) -> None:
    error = fault(REGION + READ, 403, {"statusCode": 403, "message": message})
    assert isinstance(error, Throttled)
    assert error.after == pytest.approx(days * 86_400)
    assert error.sentence.endswith(f"has no calls left for now: {message}")


def test_a_used_up_quota_goes_by_the_header_first() -> None:
    error = fault(REGION + READ, 403, {"message": "Out of call volume quota."}, wait="40")
    assert isinstance(error, Throttled)
    assert error.after == 40


# -- a key that is repeated


def test_a_key_is_struck_out_before_the_words_are_cut_short() -> None:
    for place in range(240, 300):
        text = "x" * place + KEY + "y" * 100
        for said in (words_in(text.encode(), Key(KEY)), words_of({"message": text, "code": text}, Key(KEY))):
            assert "0123" not in said.text + said.code


@given(st.recursive(st.just(f"a {KEY} b"), lambda inner: st.dictionaries(st.sampled_from(NAMES), inner)))
def test_no_form_of_error_repeats_the_key(body: Any) -> None:
    for status in (400, 401, 403, 404, 429, 500):
        error = fault(RESOURCE + READ, status, body)
        assert KEY not in error.sentence + error.code


def test_a_key_in_escapes_is_struck_out_too() -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in KEY)
    body = b'{"message": "%s"}' % escaped.encode()
    assert json.loads(body)["message"] == KEY
    assert words_in(body, Key(KEY)).text == "[key]"
