"""How documents are read and single boxes are asked for, over the wire of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.engine import drawn, worn
from tests.engine.served import BYTES, READ, ended, served
from tui.dialects import NotUnderstood, Refused, Retired, ServiceError, open_client
from tui.dialects.asking import Place, alternatives_in, language_in, read_again
from tui.engine.operations import Habits
from tui.engine.service import local_service
from tui.engine.words import Vocabulary, WordFile
from tui.model import Polygon
from tui.resident import ResidentEngine

pytestmark = pytest.mark.xdist_group("reading")

LINES = (drawn.FIRST, drawn.SECOND, drawn.THIRD)
IMAGE = drawn.as_file(drawn.page(LINES))
FIRST_LINE, SECOND_LINE = Polygon.from_bounds(20, 30, 620, 110), Polygon.from_bounds(20, 130, 620, 210)
BOX = "/handread/box"
CORNERS = "20,130,620,130,620,210,20,210"


@pytest.fixture(scope="module")
def engine() -> Iterator[ResidentEngine]:
    """One engine for all of these tests, whose process stays while this client of it is open."""
    engine = ResidentEngine(local_service)
    staying = engine.client()
    yield engine
    asyncio.run(staying.aclose())


@pytest.fixture
async def http(engine: ResidentEngine) -> AsyncIterator[httpx.AsyncClient]:
    async with engine.client() as http:
        yield http


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "page.png"
    file.write_bytes(IMAGE)
    return file


async def page_of(
    http: httpx.AsyncClient, path: str, content: bytes = IMAGE, headers: Mapping[str, str] = BYTES
) -> dict[str, object]:
    taken = await http.post(path, content=content, headers={**BYTES, **headers})
    assert taken.status_code == 202, taken.text
    answer = (await ended(http, taken.headers["Operation-Location"])).json()
    page: dict[str, object] = answer["analyzeResult"]["readResults"][0]
    return page


async def test_a_box_is_read_with_what_else_it_may_say(http: httpx.AsyncClient, picture: Path) -> None:
    read = await alternatives_in(http, picture, Place(1, SECOND_LINE), language="en")
    assert read.line.text == drawn.SECOND
    assert [word.text for word in read.line.words] == drawn.SECOND.split()
    assert read.alternatives[0][0] == drawn.SECOND
    assert read.language == "en"
    assert read.line.polygon
    assert read.line.polygon.bounds == pytest.approx(SECOND_LINE.bounds, abs=1)


async def test_a_redrawn_box_may_hold_one_word_or_one_letter(http: httpx.AsyncClient, picture: Path) -> None:
    word = await alternatives_in(http, picture, Place(1, Polygon.from_bounds(36, 38, 122, 102)), language="en")
    letter = await alternatives_in(http, picture, Place(1, Polygon.from_bounds(36, 40, 72, 96)), language="en")
    assert (word.line.text, letter.line.text) == ("The", "T")


async def test_an_empty_box_has_no_text_and_its_own_place(http: httpx.AsyncClient, picture: Path) -> None:
    nowhere = Polygon.from_bounds(20, 305, 620, 350)
    read = await alternatives_in(http, picture, Place(1, nowhere))
    assert (read.line.text, read.line.polygon, read.alternatives) == ("", nowhere, ())


async def test_lines_are_read_again_with_care_one_after_the_other(http: httpx.AsyncClient, picture: Path) -> None:
    places = [Place(1, FIRST_LINE, drawn.SIZE), Place(1, SECOND_LINE.scaled(2, 2), (1280, 704))]
    found = [(place, read.line.text) async for place, read in read_again(http, picture, places, language="en")]
    assert found == [(places[0], drawn.FIRST), (places[1], drawn.SECOND)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "BadArgument"),
        ("polygon=1,2,3", "BadArgument"),
        ("polygon=1,2,3,4,5,6,7,nan", "BadArgument"),
        ("polygon=5,5,5,5,5,5,5,5", "BadArgument"),
        (f"polygon={CORNERS}&page=0", "BadArgument"),
        (f"polygon={CORNERS}&page=1.5", "InvalidPageRange"),
        (f"polygon={CORNERS}&page=7", "InvalidPageRange"),
        (f"polygon={CORNERS}&width=0", "BadArgument"),
        (f"polygon={CORNERS}&language=ja", "NotSupportedLanguage"),
        (f"polygon={CORNERS}&careful=perhaps", "BadArgument"),
    ],
)
async def test_what_is_asked_wrongly_is_declined(http: httpx.AsyncClient, query: str, code: str) -> None:
    response = await http.post(f"{BOX}?{query}", content=IMAGE, headers=BYTES)
    assert (response.status_code, response.json()["code"]) == (400, code)


async def test_what_is_no_picture_is_a_sentence(http: httpx.AsyncClient, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be decoded"):
        await alternatives_in(http, b"no image", Place(1, SECOND_LINE))
    with pytest.raises(ServiceError, match="cannot be read: No such file"):
        await alternatives_in(http, tmp_path / "gone.png", Place(1, SECOND_LINE))


async def test_another_service_reads_no_boxes_and_that_is_said(picture: Path) -> None:
    async def answers(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.url.host == "none" else 200, json=["no object"])

    for host, error in (("none", Retired), ("odd", NotUnderstood)):
        async with open_client(f"http://{host}", "", httpx.MockTransport(answers)) as http:
            with pytest.raises(error):
                await alternatives_in(http, picture, Place(1, SECOND_LINE))


async def test_a_key_is_asked_for_a_box_as_for_anything_else() -> None:
    async with served(key="secret") as http:
        assert (await http.post(f"{BOX}?polygon={CORNERS}", content=IMAGE, headers=BYTES)).status_code == 401


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        (READ, {}, "en"),
        (f"{READ}?language=de-DE", {}, "de"),
        (f"{READ}?language=literal", {}, "literal"),
        (f"{READ}?language=hu", {}, "literal"),
        (f"{READ}?language=de", {"X-Handread-Language": "sv"}, "sv"),
    ],
)
async def test_a_page_says_in_which_language_it_was_read(
    http: httpx.AsyncClient, path: str, headers: dict[str, str], language: str
) -> None:
    assert (await page_of(http, path, headers=headers))["x-handread"] == {"language": language}


async def test_the_program_finds_that_language_in_the_raw_answer(http: httpx.AsyncClient) -> None:
    taken = await http.post(f"{READ}?language=fr", content=IMAGE, headers=BYTES)
    answer = (await ended(http, taken.headers["Operation-Location"])).content
    assert [language_in(answer, page) for page in (1, 2)] == ["fr", ""]
    assert [language_in(odd, 1) for odd in (b"", b"[]", b"{}", b'{"analyzeResult": {"readResults": 3}}')] == [""] * 4


@pytest.mark.parametrize("header", ["language", "careful"])
async def test_a_header_of_ours_that_says_nonsense_is_declined(http: httpx.AsyncClient, header: str) -> None:
    response = await http.post(READ, content=IMAGE, headers={**BYTES, f"x-handread-{header}": "klingon"})
    assert response.status_code == 400


def share_of(page: dict[str, object], text: str) -> float:
    """Return how sure a text is where it is read, or is an alternative; 0 where it is neither."""
    lines = page["lines"]
    assert isinstance(lines, list)
    words = [word for line in lines for word in line["words"]]
    read = [word["confidence"] for word in words if word["text"] == text]
    others = [pair for word in words for pair in word.get("x-handread", {}).get("alternatives", ())]
    return max([*read, *(share for other, share in others if other == text)], default=0.0)


async def test_a_list_of_words_and_the_accepted_ones_weigh_in_from_the_next_page_on(tmp_path: Path) -> None:
    content = drawn.as_file(worn.page(("Kate Wrexon at Tarn Hows",), 2))
    file, accepted = tmp_path / "names.txt", dict[str, int]()
    file.write_text("# none yet\n")
    habits = Habits("en", vocabulary=Vocabulary(WordFile(file), lambda: accepted))
    app = local_service(habits=habits)
    async with open_client("local:", "", httpx.ASGITransport(app=app)) as http:
        plain = await page_of(http, READ, content)
        by_header = await page_of(http, READ, content, {"x-handread-words": quote("Wrexon, Tarn Hows")})
        accepted["Wrexon"] = 5
        by_review = await page_of(http, READ, content)
        accepted.clear()
        file.write_text("Wrexon\nTarn Hows\n")
        by_file = await page_of(http, READ, content)
    await app.state.close()
    before = share_of(plain, "Wrexon")
    assert all(share_of(page, "Wrexon") > before for page in (by_header, by_review, by_file))
