"""Read a file of pages as a script for azure-ai-documentintelligence 1.0.2 does it: prebuilt-read, API 2024-11-30.

    python document_intelligence.py ENDPOINT KEY FILE|URL [--as-json] [--delete ID]

It prints JSON. With --as-json the file travels within a JSON body, as `bytes_source`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from azure.ai.documentintelligence import DocumentIntelligenceClient
from azure.ai.documentintelligence.models import AnalyzeDocumentRequest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("key")
    parser.add_argument("document")
    parser.add_argument("--as-json", action="store_true")
    parser.add_argument("--delete", metavar="ID", help="delete this result instead")
    options = parser.parse_args()
    client = DocumentIntelligenceClient(options.endpoint, AzureKeyCredential(options.key))
    try:
        if options.delete:
            client.delete_analyze_result("prebuilt-read", options.delete)
            print(json.dumps({"deleted": options.delete}))
        else:
            print(json.dumps(analysed(client, body_of(options.document, options.as_json))))
    except HttpResponseError as error:
        print(json.dumps({"error": as_json(error)}))


def body_of(document: str, in_json: bool) -> AnalyzeDocumentRequest | bytes:
    if document.startswith("http"):
        return AnalyzeDocumentRequest(url_source=document)
    content = Path(document).read_bytes()
    return AnalyzeDocumentRequest(bytes_source=content) if in_json else content


def analysed(client: DocumentIntelligenceClient, body: AnalyzeDocumentRequest | bytes) -> dict[str, Any]:
    poller = client.begin_analyze_document("prebuilt-read", body)
    statuses = [poller.status()]
    result = poller.result()
    return {
        "statuses": [*statuses, poller.status()],
        "operation": poller.details["operation_id"],
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
        "box": line.polygon,
        "in_content": [result.content[span.offset : span.offset + span.length] for span in line.spans],
        "handwritten": any(
            style.is_handwritten and any(is_within(part, span) for part in line.spans for span in style.spans)
            for style in result.styles or []
        ),
        "words": [
            {"text": word.content, "box": word.polygon, "confidence": word.confidence}
            for word in page.words
            if any(is_within(word.span, span) for span in line.spans)
        ],
    }


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
