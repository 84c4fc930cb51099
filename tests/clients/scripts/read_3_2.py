"""Read a file of pages as a script for computervision 0.9.1 does it, the last of that library: Read, API v3.2.

    python read_3_2.py ENDPOINT KEY FILE|URL [--operation ID]

It prints JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from azure.cognitiveservices.vision.computervision import ComputerVisionClient
from azure.cognitiveservices.vision.computervision.models import ComputerVisionOcrErrorException, OperationStatusCodes
from msrest.authentication import CognitiveServicesCredentials


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("key")
    parser.add_argument("image")
    parser.add_argument("--operation", help="ask after this operation instead of sending the image")
    options = parser.parse_args()
    client = ComputerVisionClient(options.endpoint, CognitiveServicesCredentials(options.key))
    try:
        print(json.dumps(recognised(client, options.operation or submitted(client, options.image))))
    except ComputerVisionOcrErrorException as error:
        print(json.dumps({"error": as_json(error)}))


def submitted(client: ComputerVisionClient, image: str) -> str:
    """Send the file, or its URL, and return the operation's id, which is the last part of its address."""
    if image.startswith("http"):
        answer = client.read(image, raw=True)
    else:
        with open(image, "rb") as file:
            answer = client.read_in_stream(file, raw=True)
    return str(answer.headers["Operation-Location"].split("/")[-1])


def recognised(client: ComputerVisionClient, operation: str) -> dict[str, Any]:
    statuses = []
    while True:
        result = client.get_read_result(operation)
        statuses.append(name_of(result.status))
        if result.status not in {OperationStatusCodes.not_started, OperationStatusCodes.running}:
            break
        time.sleep(0.5)
    pages = result.analyze_result.read_results if result.analyze_result else []
    return {
        "statuses": statuses,
        "ended_in_enum": isinstance(result.status, OperationStatusCodes),
        "created": str(result.created_date_time),
        "pages": [page_as_json(page) for page in pages],
    }


def page_as_json(page: Any) -> dict[str, Any]:
    return {
        "number": page.page,
        "angle": page.angle,
        "width": page.width,
        "height": page.height,
        "unit": name_of(page.unit),
        "lines": [line_as_json(line) for line in page.lines],
    }


def line_as_json(line: Any) -> dict[str, Any]:
    style = line.appearance.style if line.appearance else None
    return {
        "text": line.text,
        "box": line.bounding_box,
        "style": style and name_of(style.name),
        "style_confidence": style and style.confidence,
        "words": [{"text": word.text, "box": word.bounding_box, "confidence": word.confidence} for word in line.words],
    }


def name_of(status: Any) -> str:
    """Return a status as text: the library hands back a name that it does not know as it came."""
    return str(getattr(status, "value", status))


def as_json(error: ComputerVisionOcrErrorException) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "status": error.response.status_code,
        "code": str(error.error.code),
        "message": str(error),
        "body": error.response.text,
    }


if __name__ == "__main__":
    main()
