"""What users run into before anything is read: addresses, keys, limits, versions that are no more."""

from __future__ import annotations

import io
import logging
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.fake_service import RESET, FakeService, Step, refused, state, submission, succeeded
from tests.pains.playing import Detour, Tell, line, picture, shown, sized
from tests.runner.desk import DONE, KEY, OpenDesk, why
from tui.credentials import pass_of
from tui.dialects import DIALECTS, limits_of, open_client
from tui.dialects.retirement import notice_of
from tui.model import State
from tui.pictures.source import measure
from tui.pictures.upload import shipment
from tui.runner import Closure, Runner
from tui.settings import Pace, load

ONE_BY_ONE = Pace(in_flight=1)
OLD = "/vision/v3.2/read/core/asyncBatchAnalyze"
"""What is posted there is asked after at /read/operations."""


async def test_pain_07_no_operation_location(open_desk: OpenDesk, tell: Tell) -> None:
    limit = refused({"error": {"code": "429", "message": "Slow down."}}, 429, Retry_After="3")
    desk = open_desk(limit, submission(DONE), submission(accept=Step(202)), pace=ONE_BY_ONE)
    lower = {"Operation-Location": None, "operation-location": desk.service.operation(DONE)}
    nowhere = {"Operation-Location": None}
    desk.service.script = [
        limit,
        refused({"code": "InvalidImageSize", "message": "The image is too small."}, 400),
        submission(accept=Step(202, headers=lower)),
        submission(accept=Step(202, headers=nowhere)),
    ]
    for name in "abc":
        desk.add(name)
    outcome = await desk.run()
    assert (outcome.done, outcome.failed, len(desk.service.posts)) == (1, 2, 4)
    sentences = [shown(desk, number) for number in (1, 2, 3)]
    assert any("The image is too small." in one for one in sentences)
    [nameless] = [one for one in sentences if "named no operation" in one]
    tell("KeyError: 'Operation-Location'", "429, 400, the header in lower case, none at all", nameless)


async def test_pain_08_paths_that_are_doubled(open_desk: OpenDesk, tell: Tell, tmp_path: Path) -> None:
    message = "Resource not found: /visionvision/v3.2/read/analyze"
    desk = open_desk(submission(DONE), refused({"error": {"code": "404", "message": message}}, 404), pace=ONE_BY_ONE)
    file = tmp_path / "config.toml"
    pasted = f"{desk.service.url}/vision/v1.0/read//"
    file.write_text(f'[services.vision]\ndialect = "read-3.2"\nendpoint = "{pasted}"\n', "utf-8")
    service = load({}, file).services["vision"]
    assert service.endpoint == desk.service.url
    desk.add("a")
    desk.add("b")
    runner = Runner(
        desk.queue, service, client=lambda: open_client(service.endpoint, KEY), dialect=DIALECTS["read-3.2"]({}),
        measure=measure, cache=tmp_path, clock=desk.time, sleep=desk.time.sleep,
    )  # fmt: skip
    outcome = await runner.run(until_idle=True)
    assert (outcome.done, outcome.failed) == (1, 1)
    assert {post.path for post in desk.service.posts} == {"/vision/v3.2/read/analyze"}
    assert "The path came there doubled" in outcome.trouble
    tell(
        "404 from doubled paths",
        "an endpoint with /vision/v1.0/read//, then a 404",
        outcome.trouble.partition("). ")[2],
    )


async def test_pain_09_a_good_key_of_elsewhere(open_desk: OpenDesk, tell: Tell) -> None:
    desk = open_desk()
    desk.add()
    there = "https://westeurope.api.cognitive.microsoft.com"
    outcome = await desk.runner(client=lambda: open_client(there, KEY[::-1], Detour(desk.service.url))).run(
        until_idle=True
    )
    assert outcome.closure is Closure.KEY
    assert len(desk.service.posts) == 1
    assert "in westeurope" in outcome.trouble
    assert "of the kind Computer Vision" in outcome.trouble
    tell("401 with a good key", "a key of another region", outcome.trouble.partition("). ")[2])


async def test_pain_10_a_version_that_the_container_lacks(open_desk: OpenDesk, tell: Tell) -> None:
    unknown = refused({"error": {"code": "404", "message": "Resource not found"}}, 404)
    desk = open_desk(unknown, submission(DONE), dialect="read-3.0")
    desk.add()
    outcome = await desk.run()
    assert (outcome.failed, outcome.closure) == (1, Closure.RETIRED)
    assert "/vision/v3.0/read/analyze" in shown(desk)
    assert "read-3.2" in shown(desk)
    tell("the client's version is not the container's", "404 for v3.0", shown(desk).partition("). ")[2])
    with desk.store() as store:
        assert store.retry(1)
    assert (await desk.runner(dialect=DIALECTS["read-3.2"]({})).run(until_idle=True)).done == 1


async def test_pain_11_where_a_container_keeps_its_operations(open_desk: OpenDesk, tell: Tell) -> None:
    desk = open_desk()
    location = desk.service.operation(DONE, posted_to=OLD)
    desk.service.script = [submission(accept=Step(202, headers={"Operation-Location": location}))]
    desk.add()
    assert (await desk.run()).done == 1
    assert desk.service.posts[0].path == "/vision/v3.2/read/analyze"
    assert {poll.path for poll in desk.service.polls} == {"/vision/v3.2/read/operations/00000001"}
    did = f"asked {desk.service.polls[0].path}; {shown(desk)}"
    tell("two poll paths in the documentation", "read/operations in the header", did)


async def test_pain_12_a_location_spoilt_on_the_way(open_desk: OpenDesk, tell: Tell) -> None:
    desk = open_desk(pace=ONE_BY_ONE)
    path = desk.service.operation(DONE).removeprefix(desk.service.url)
    spoilt = {"Operation-Location": f"http://127.0.0.1{path.removeprefix('/vision')}"}
    desk.service.script = [submission(accept=Step(202, headers=spoilt))]
    desk.add("a")
    assert (await desk.run()).failed == 1
    assert desk.service.polls == []
    assert "rebuild_location = true" in shown(desk)
    tell("proxies and containers spoil the location", "port and /vision lost", shown(desk))

    desk.add("b")
    rebuilding = partial(open_client, desk.service.url, KEY, rebuild_location=True)
    assert (await desk.runner(client=rebuilding).run(until_idle=True)).done == 1
    assert [poll.path for poll in desk.service.polls] == [path]


async def test_pain_14_more_than_the_service_takes(open_desk: OpenDesk, tell: Tell) -> None:
    box = [419.9, 42, 839.8, 42, 839.8, 84, 419.9, 84]
    answer = succeeded({"recognitionResult": {"lines": [line("fox", box)]}})
    desk = open_desk(submission(answer), dialect="recognize-text-2.0")
    desk.add("wide.png", picture((5000, 400)), measure)
    desk.add("scan.pdf", b"%PDF-1.7 and so on", sized(2480, 3508))
    limits = limits_of("recognize-text-2.0", "")
    outcome = await desk.runner(measure=measure, prepare=partial(shipment, limits=limits)).run(until_idle=True)
    assert (outcome.done, outcome.failed, len(desk.service.posts)) == (1, 1, 1)
    assert "Recognize Text 2.0 takes no PDF documents." in shown(desk, 2)
    with Image.open(io.BytesIO(desk.service.posts[0].body)) as sent:
        assert sent.size == (4199, 336)
    [page] = desk.pages()
    assert (page.width, page.height) == (5000, 400)
    assert page.lines[0].polygon
    assert page.lines[0].polygon.bounds == pytest.approx((500, 50, 1000, 100), rel=1e-3)
    assert "4199" in desk.item().remark
    tell("4 MB and 4200 pixels", "a picture of 5000 x 400", f"{shown(desk)}; its box is back in the page's pixels")


async def test_pain_26_keys_that_turn_up_elsewhere(
    open_desk: OpenDesk, tell: Tell, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OUR_KEY", KEY)
    desk = open_desk(
        refused({"error": {"code": KEY, "message": f"Access denied for {KEY}"}}, 400),
        submission(state("failed", error={"message": f"Not with {KEY}"})),
        submission(accept=RESET),
        submission(DONE),
        pace=ONE_BY_ONE,
        more={"key_variable": "OUR_KEY"},
    )
    for name in "abcd":
        desk.add(name)
    key = pass_of(desk.profile)
    outcome = await desk.runner(client=lambda: open_client(desk.service.url, key)).run(until_idle=True)
    assert (outcome.done, outcome.failed) == (1, 3)
    assert {request.key for request in desk.service.requests} == {KEY}
    assert KEY not in caplog.text + repr(desk.profile) + repr(key) + repr(outcome) + repr(desk.items())
    files = [file for file in desk.folder.rglob("*") if file.is_file()]
    assert not [file for file in files if KEY.encode() in file.read_bytes()]
    seen = " | ".join(shown(desk, number) for number in (1, 2))
    assert KEY not in seen
    tell("keys in repositories, logs and samples", "a service that repeats the key in its errors", seen)


async def test_pain_27_versions_that_are_no_more(open_desk: OpenDesk, tell: Tell) -> None:
    gone = refused({"error": {"code": "Gone", "message": "The requested API version has been retired."}}, 410)
    desk = open_desk(gone, dialect="recognize-text-2.0")
    for name in "abcdef":
        desk.add(name)
    outcome = await desk.run()
    assert (outcome.failed, outcome.closure) == (1, Closure.RETIRED)
    assert sum(item.state is State.WAITING for item in desk.items()) == 5
    assert "read-3.2" in outcome.trouble
    assert notice_of("form-recognizer-2.1", date(2027, 3, 1)) == ""
    warned = notice_of("form-recognizer-2.1", date(2027, 4, 1))
    assert "15 September 2027" in warned
    assert "document-intelligence-2024-11-30" in warned
    tell("versions are retired: `Gone`", "410 to the first of six", outcome.trouble.partition("). ")[2])


async def test_pain_33_the_key_goes_where_the_answer_says(open_desk: OpenDesk, tell: Tell) -> None:
    with FakeService() as other:
        location = {"Operation-Location": other.operation(DONE)}
        desk = open_desk(submission(accept=Step(202, headers=location)))
        desk.add()
        assert (await desk.run()).failed == 1
        assert other.requests == []
        assert why(desk).startswith(f"foreign: The operation is kept at {other.url}")
    tell("the poll URL decides where the key goes", "an operation on another port", shown(desk))
