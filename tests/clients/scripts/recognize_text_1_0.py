"""Read a handwritten image as a script for computervision 0.1.0 does it, the first of the client libraries: API v1.0.

    python recognize_text_1_0.py ENDPOINT KEY IMAGE [--operation ID]

It prints JSON. That library knows regions of the cloud alone, so that another host is set on its configuration.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from azure.cognitiveservices.vision.computervision import ComputerVisionAPI
from azure.cognitiveservices.vision.computervision.models import ComputerVisionErrorException, TextOperationStatusCodes
from msrest.authentication import CognitiveServicesCredentials

ENDED = ("Succeeded", "Failed")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("key")
    parser.add_argument("image")
    parser.add_argument("--operation", help="ask after this operation instead of sending the image")
    options = parser.parse_args()
    client = ComputerVisionAPI("westus", CognitiveServicesCredentials(options.key))
    client.config.base_url = f"{options.endpoint}/vision/v1.0"
    try:
        print(json.dumps(recognised(client, options.operation or submitted(client, options.image))))
    except ComputerVisionErrorException as error:
        print(json.dumps({"error": as_json(error)}))


def submitted(client: ComputerVisionAPI, image: str) -> str:
    """Send the image and return the operation's id, which is the last part of its address."""
    with open(image, "rb") as file:
        answer = client.recognize_text_in_stream(file, detect_handwriting=True, raw=True)
    return str(answer.headers["Operation-Location"].split("/")[-1])


def recognised(client: ComputerVisionAPI, operation: str) -> dict[str, Any]:
    statuses = []
    while True:
        result = client.get_text_operation_result(operation)
        statuses.append(name_of(result.status))
        if statuses[-1] in ENDED:
            break
        time.sleep(0.5)
    lines = result.recognition_result.lines if result.recognition_result else []
    return {
        "statuses": statuses,
        "ended_in_enum": isinstance(result.status, TextOperationStatusCodes),
        "lines": [
            {
                "text": line.text,
                "box": line.bounding_box,
                "words": [{"text": word.text, "box": word.bounding_box} for word in line.words],
            }
            for line in lines
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
