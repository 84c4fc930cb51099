"""Show the handwritten text of an image, in the shape of the old quickstart of Recognize Text 2.0: no library but HTTP.

    python quickstart.py BASE_URL KEY IMAGE PICTURE

BASE_URL ends in `/vision/v2.0/`; it and the key are all that changes between the cloud and another host. The image is
sent, its operation is asked after until there is a result, and every line is printed, outlined and written over the
image at its place. PICTURE is the PNG that shows it, as large as the image.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
import requests

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.patches import Polygon
from PIL import Image

DOTS_PER_INCH = 100

base_url, key, image_path, picture_path = sys.argv[1:]

# Send the image. The answer has no body, but says where the result will be.
response = requests.post(
    base_url + "recognizeText",
    headers={"Ocp-Apim-Subscription-Key": key, "Content-Type": "application/octet-stream"},
    params={"mode": "Handwritten"},
    data=Path(image_path).read_bytes(),
    timeout=60,
)
response.raise_for_status()
operation_url = response.headers["Operation-Location"]

# Ask for the result until it is there.
analysis: dict[str, Any] = {}
while "recognitionResult" not in analysis:
    answer = requests.get(operation_url, headers={"Ocp-Apim-Subscription-Key": key}, timeout=60)
    answer.raise_for_status()
    analysis = answer.json()
    time.sleep(1)

polygons = [(line["boundingBox"], line["text"]) for line in analysis["recognitionResult"]["lines"]]

# Draw the image, and over it what was recognised.
image = Image.open(image_path)
figure = plt.figure(figsize=(image.width / DOTS_PER_INCH, image.height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
axes = figure.add_axes((0, 0, 1, 1))
axes.imshow(image)
axes.axis("off")
for box, text in polygons:
    corners = list(zip(box[0::2], box[1::2], strict=True))
    axes.add_patch(Polygon(corners, closed=True, fill=False, linewidth=2, color="red"))
    axes.text(*corners[0], text, fontsize=16, va="top", color="blue")
    print(text)
figure.savefig(picture_path)
