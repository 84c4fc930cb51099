"""Whatever a service does, in whatever order: a run ends, and each image has been read or has a reason why not."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_service import FakeService, Step, Submission, succeeded
from tests.pains.playing import watching
from tests.runner.desk import KEY, Desk
from tui.model import State, printable
from tui.settings import Pace

DIALECTS: dict[str, dict[str, Any]] = {
    "recognize-text-2.0": {"recognitionResult": {"lines": []}},
    "read-3.2": {"analyzeResult": {"readResults": []}},
    "document-intelligence-2024-11-30": {"analyzeResult": {"pages": []}},
    "image-analysis-4.0": {"readResult": {"blocks": []}},
}
"""Of each family one, with an answer that it understands."""
FINAL = succeeded({name: part for answer in DIALECTS.values() for name, part in answer.items()}, "succeeded")

# Text as a service might send it to whoever shows it: with controls, marks of direction, half characters, and the key.
texts = st.text("aB7 .\n\r\t\x00\x07\x1b[\x7f\x9b\u202e\u200b\u2028é😀\ud83d", max_size=12)
texts |= st.sampled_from(
    [f"Bad key {KEY}", f"\x1b]0;{KEY}\x07", KEY, "retry after 3 seconds", "Out of call volume quota.", "F0"]
)
texts |= st.just(9999).map(lambda length: "x" * length)
errors = st.fixed_dictionaries({}, optional={"code": texts | st.just(429), "message": texts, "details": st.lists(
    st.fixed_dictionaries({}, optional={"message": texts, "target": texts}), max_size=2)})  # fmt: skip
wrapped = st.recursive(errors, lambda inner: st.fixed_dictionaries({"error": inner, "innererror": inner}), max_leaves=3)
lines = st.fixed_dictionaries({}, optional={"text": texts, "content": texts, "boundingBox": st.just([1.5] * 8)})
pages = st.lists(st.fixed_dictionaries({}, optional={"page": st.integers(0, 3), "lines": st.lists(lines, max_size=2)}),
                 max_size=3)  # fmt: skip
statuses = st.sampled_from(["succeeded", "Succeeded", "running", "Not Started", "FAILED", "canceled", ""]) | texts
records = st.fixed_dictionaries(
    {"status": statuses},
    optional={
        "error": errors,
        "recognitionResult": st.fixed_dictionaries({"lines": st.lists(lines, max_size=2)}),
        "analyzeResult": st.fixed_dictionaries({}, optional={"readResults": pages, "pages": pages, "content": texts}),
        "modelVersion": texts,
    },
)


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


bodies = (records | errors | wrapped | st.lists(errors, max_size=1) | st.none()).map(as_bytes)
bodies |= texts.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=20)
bodies |= st.sampled_from([b"", b"<html>Bad gateway</html>", as_bytes({"status": "running"})])
bodies |= st.just(5000).map(lambda depth: b"[" * depth)
header_texts = st.text("aB7 /:?#[]@%\x01\x1b\x7f\x80é", max_size=12) | st.just(KEY)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": st.sampled_from(["0", "2", "-1", "nan", "1e300", "soon", "Wed, 21 Oct 2099 07:28:00 GMT"]),
        "Operation-Location": st.none() | header_texts | header_texts.map("http://127.0.0.1:9/".__add__),
        "Location": header_texts,
        "Handread-Progress": st.just("1/1 2/3") | header_texts,
        "Handread-Reason": header_texts,
        "Content-Encoding": st.sampled_from(["gzip", "deflate", "none of these"]),
        "Content-Type": st.sampled_from(["text/html", "application/json; charset=utf-16"]),
        "Content-Length": st.sampled_from(["0", "-1", "many"]),
    },
)
CODES = (200, 200, 200, 201, 204, 301, 304, 400, 401, 403, 404, 408, 410, 413, 415, 418, 429, 429, 500, 503, 999)
ends = st.sampled_from(["", "", "truncate"])
steps = st.builds(Step, st.sampled_from(CODES), bodies, headers | st.just({}), fault=ends)
faults = st.sampled_from([Step(fault="drop"), Step(fault="reset")])
polls = st.lists(steps | faults, max_size=6).map(lambda some: [*some, FINAL])
accepts = st.builds(Step, st.just(202), bodies, headers | st.just({}))
posts = st.builds(Submission, steps | accepts | faults | st.just(Step(fault="unread")), polls)


def without_key(step: Step) -> Step:
    """Return what a host of pictures might answer, which is never told the key."""
    there = {name: value and value.replace(KEY, "no key") for name, value in step.headers.items()}
    return replace(step, body=step.body.replace(KEY.encode(), b"no key"), headers=there)


taken = st.builds(Submission, st.just(Step(202)), polls)


@settings(max_examples=60)
@given(
    script=st.lists(posts | taken, max_size=6),
    pictures=st.lists(steps.map(without_key), max_size=3),
    count=st.integers(1, 4),
    has_url=st.booleans(),
    dialect=st.sampled_from(list(DIALECTS)),
    local=st.booleans(),
    in_flight=st.integers(1, 3),
)
async def test_whatever_a_service_does_a_run_ends_and_every_image_has_a_reason(
    script: list[Submission],
    pictures: list[Step],
    count: int,
    has_url: bool,
    dialect: str,
    local: bool,
    in_flight: int,
) -> None:
    accept = Step(200, FINAL.body) if dialect == "image-analysis-4.0" else Step(202)
    files = {"/scan.png": [*pictures, Step(200, b"picture")]}
    with (
        tempfile.TemporaryDirectory() as folder,
        FakeService([*script, Submission(accept, [FINAL])], key=KEY, files=files) as service,
    ):
        desk = Desk(Path(folder), service, local, Pace(in_flight=in_flight), dialect)
        for number in range(count):
            desk.add(f"{number}.png")
        if has_url:
            desk.add_url()
        said: list[str] = []

        def look() -> None:
            said.extend([runner.trouble, *(text for item in desk.items() for text in (item.said, item.waits_for))])

        runner = desk.runner(sleep=watching(desk, look))
        outcome = await runner.run(until_idle=True)
        items = desk.items()
        with desk.store() as store:
            kept = [(store.answer(item.id) or b"", store.pages(item.id)) for item in items]

    said.append(outcome.trouble)
    for item in items:
        if item.state is State.FAILED:
            assert item.failure
            assert item.failure.sentence.strip()
            assert item.failure.code != "internal", item.failure
            said += [item.failure.code, item.failure.sentence]
        else:  # what has not ended waits for another key, another version or another day, and the person is told why
            assert item.state is State.DONE or (outcome.closure and outcome.trouble)
        said += [item.said, item.waits_for, item.remark, item.model, item.operation]
    assert [text for text in said if text != printable(text)] == []
    assert [text for text in said if KEY in text] == []
    assert not any(KEY.encode() in answer or KEY in repr(pages) for answer, pages in kept)
    assert all(request.key in {KEY, None} for request in service.requests)
