"""Read an image as a script for azure-ai-vision-imageanalysis 1.0.0 does it: Image Analysis 4.0, feature Read.

    python image_analysis.py ENDPOINT KEY IMAGE|URL [--caption]

It prints JSON. With --caption it asks for a caption beside the text.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from azure.ai.vision.imageanalysis import ImageAnalysisClient
from azure.ai.vision.imageanalysis.models import VisualFeatures
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("key")
    parser.add_argument("image")
    parser.add_argument("--caption", action="store_true")
    options = parser.parse_args()
    client = ImageAnalysisClient(options.endpoint, AzureKeyCredential(options.key))
    features = [VisualFeatures.READ, *([VisualFeatures.CAPTION] if options.caption else [])]
    try:
        print(json.dumps(analysed(client, options.image, features)))
    except HttpResponseError as error:
        print(json.dumps({"error": as_json(error)}))


def analysed(client: ImageAnalysisClient, image: str, features: list[VisualFeatures]) -> dict[str, Any]:
    if image.startswith("http"):
        result = client.analyze_from_url(image, features)
    else:
        result = client.analyze(Path(image).read_bytes(), features)
    return {
        "width": result.metadata.width,
        "height": result.metadata.height,
        "model": result.model_version,
        "lines": [line_as_json(line) for block in result.read.blocks for line in block.lines],
    }


def line_as_json(line: Any) -> dict[str, Any]:
    return {
        "text": line.text,
        "box": flat(line.bounding_polygon),
        "words": [
            {"text": word.text, "box": flat(word.bounding_polygon), "confidence": word.confidence}
            for word in line.words
        ],
    }


def flat(polygon: Any) -> list[int]:
    return [number for point in polygon for number in (point.x, point.y)]


def as_json(error: HttpResponseError) -> dict[str, Any]:
    return {
        "class": type(error).__name__,
        "status": error.status_code,
        "code": error.error and error.error.code,
        "message": error.message,
    }


if __name__ == "__main__":
    main()
