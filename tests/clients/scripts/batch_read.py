"""Read a file of pages as a script for computervision 0.3.0 (API v2.0) or 0.5.0 (API v2.1) does it: Batch Read.

    python batch_read.py ENDPOINT KEY FILE [--mode Handwritten] [--operation ID]

It prints JSON. The mode is asked for by 0.3.0 alone.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from azure.cognitiveservices.vision.computervision import ComputerVisionClient
from azure.cognitiveservices.vision.computervision.models import ComputerVisionErrorException, TextOperationStatusCodes
from msrest.authentication import CognitiveServicesCredentials


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("key")
    parser.add_argument("image")
    parser.add_argument("--mode", action="append", default=[])
    parser.add_argument("--operation", help="ask after this operation instead of sending the image")
    options = parser.parse_args()
    client = ComputerVisionClient(options.endpoint, CognitiveServicesCredentials(options.key))
    try:
        operation = options.operation or submitted(client, options.image, options.mode)
        print(json.dumps(recognised(client, operation)))
    except ComputerVisionErrorException as error:
        print(json.dumps({"error": as_json(error)}))


def submitted(client: ComputerVisionClient, image: str, mode: list[str]) -> str:
    """Send the file and return the operation's id, which is the last part of its address."""
    with open(image, "rb") as file:
        answer = client.batch_read_file_in_stream(file, *mode, raw=True)
    return str(answer.headers["Operation-Location"].split("/")[-1])


def recognised(client: ComputerVisionClient, operation: str) -> dict[str, Any]:
    statuses = []
    while True:
        result = client.get_read_operation_result(operation)
        statuses.append(name_of(result.status))
        if result.status not in {"NotStarted", TextOperationStatusCodes.not_started, TextOperationStatusCodes.running}:
            break
        time.sleep(0.5)
    return {
        "statuses": statuses,
        "ended_in_enum": isinstance(result.status, TextOperationStatusCodes),
        "pages": [page_as_json(page) for page in result.recognition_results or []],
    }


def page_as_json(page: Any) -> dict[str, Any]:
    return {
        "number": page.page,
        "orientation": page.clockwise_orientation,
        "width": page.width,
        "height": page.height,
        "unit": name_of(page.unit),
        "lines": [
            {
                "text": line.text,
                "box": line.bounding_box,
                "words": [{"text": word.text, "box": word.bounding_box} for word in line.words],
            }
            for line in page.lines
        ],
    }


def name_of(status: Any) -> str:
    """Return a status as text: the library hands back a name that it does not know as it came."""
    return str(getattr(status, "value", status))


def as_json(error: ComputerVisionErrorException) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "status": error.response.status_code,
        "code": name_of(error.error.code),
        "message": str(error),
        "body": error.response.text,
    }


if __name__ == "__main__":
    main()
