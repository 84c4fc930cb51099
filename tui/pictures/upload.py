"""A picture as it is sent: with its pixels the way they are looked at.

A phone stores a turned photo as it came off the sensor, with a note in its EXIF. Whether a service heeds the note is
written nowhere, and its boxes would lie on their side if it does not. A picture that is upright in itself leaves no
question.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from tui.pictures.source import orientation_of

QUALITY = 95
"""Of a JPEG that has to be written anew: high enough that no recogniser sees the difference."""


def upright(content: bytes) -> bytes:
    """Return an image file whose pixels lie as they are looked at; one that already does comes back as it is.

    What cannot be opened comes back as it is too: the service says what is wrong with it.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            if orientation_of(image) == 1:
                return content
            form = image.format or "PNG"
            turned = ImageOps.exif_transpose(image)
            out = io.BytesIO()
            turned.save(out, form, **({"quality": QUALITY, "subsampling": 0} if form == "JPEG" else {}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return content
    return out.getvalue()
