"""One box of a page, read at once for a person who waits: a route of our own, which no service has.

    POST /handread/box?polygon=x1,y1,...,x4,y4[&page=1][&width=W&height=H][&language=de]

The body is the document, in any form that Read 3.2 takes. The polygon goes clockwise from the text's own top left, in
pixels of the upright page, or of a page as wide and high as `width` and `height` say. With `careful=true`, or the
header that says so, the box is looked at three times, each time slanted otherwise.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.engine import EngineError
from tui.engine.answers import box as say
from tui.engine.answers.errors import flat_error
from tui.engine.document import MOST_PAGES
from tui.engine.operations import Operations
from tui.engine.ranges import PageRanges
from tui.engine.reading import Box, Reading
from tui.engine.service.counter import Counter, Family
from tui.engine.service.limits import READ
from tui.engine.service.parameters import manner, number, polygon
from tui.engine.service.read import CODES, MEDIA_TYPES
from tui.engine.service.refusals import Declined, Fault, flat, request_id_of
from tui.engine.service.terms import Terms
from tui.engine.service.uploads import Forms

PATH = "/handread/box"
_REFUSED = frozenset({"InvalidImage", "InvalidImageSize", "InvalidPageRange"})


def routes(operations: Operations, terms: Terms) -> list[Route]:
    """Return its one route."""
    counter = Counter(Family("Handread's own API", READ, flat(CODES), Forms(MEDIA_TYPES)), operations, terms)

    async def read(request: Request) -> Response:
        box, how = _box(request), manner(request)

        async def look(content: bytes) -> Reading:
            return await operations.box(content, box, how)

        try:
            reading = await counter.looked_into(request, PageRanges(((box.page, box.page),)), look)
        except EngineError as error:
            status = 400 if error.code in _REFUSED else 500
            return JSONResponse(flat_error(error.code, error.sentence, request_id_of(request)), status)
        return JSONResponse(say.box_read(reading, box.polygon))

    return [counter.takes(PATH, read)]


def _box(request: Request) -> Box:
    """Return what is asked for; raises Declined."""
    page = number(request, "page", 1, 1)
    if page != int(page) or page > MOST_PAGES:
        raise Declined(Fault.PAGES, f"The parameter page must be a whole number from 1 to {MOST_PAGES:,}.")
    around = polygon(request)
    if min(around.width, around.height) < 1:
        raise Declined(Fault.ARGUMENT, "The parameter polygon must be at least a pixel wide and high.")
    return Box(around, int(page), number(request, "width", 0.0, 1), number(request, "height", 0.0, 1))
