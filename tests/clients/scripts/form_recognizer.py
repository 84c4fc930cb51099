"""Read a file of pages as a script for azure-ai-formrecognizer 3.3.3 does it: prebuilt-read, API 2023-07-31.

    python form_recognizer.py ENDPOINT KEY FILE|URL

It prints JSON.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from azure.ai.formrecognizer import DocumentAnalysisClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("key")
    parser.add_argument("document")
    options = parser.parse_args()
    client = DocumentAnalysisClient(options.endpoint, AzureKeyCredential(options.key))
    try:
        print(json.dumps(analysed(client, options.document)))
    except HttpResponseError as error:
        print(json.dumps({"error": as_json(error)}))


def analysed(client: DocumentAnalysisClient, document: str) -> dict[str, Any]:
    if document.startswith("http"):
        poller = client.begin_analyze_document_from_url("prebuilt-read", document)
    else:
        with open(document, "rb") as file:
            poller = client.begin_analyze_document("prebuilt-read", file)
    statuses = [poller.status()]
    result = poller.result()
    return {
        "statuses": [*statuses, poller.status()],
        "model": result.model_id,
        "version": result.api_version,
        "content": result.content,
        "pages": [page_as_json(page, result) for page in result.pages],
    }


def page_as_json(page: Any, result: Any) -> dict[str, Any]:
    return {
        "number": page.page_number,
        "angle": page.angle,
        "width": page.width,
        "height": page.height,
        "unit": page.unit,
        "lines": [line_as_json(line, page, result) for line in page.lines or []],
    }


def line_as_json(line: Any, page: Any, result: Any) -> dict[str, Any]:
    return {
        "text": line.content,
        "box": flat(line.polygon),
        "in_content": [result.content[span.offset : span.offset + span.length] for span in line.spans],
        "handwritten": any(
            style.is_handwritten and any(is_within(part, span) for part in line.spans for span in style.spans)
            for style in result.styles or []
        ),
        "words": [
            {"text": word.content, "box": flat(word.polygon), "confidence": word.confidence}
            for word in page.words
            if any(is_within(word.span, span) for span in line.spans)
        ],
    }


def flat(polygon: Any) -> list[float]:
    return [number for point in polygon for number in (point.x, point.y)]


def is_within(part: Any, span: Any) -> bool:
    return bool(part.offset >= span.offset and part.offset + part.length <= span.offset + span.length)


def as_json(error: HttpResponseError) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "status": error.status_code,
        "code": error.error and error.error.code,
        "message": error.message,
    }


if __name__ == "__main__":
    main()
