"""The character that stands on the screen where a picture is to be seen; known apart from all that makes pictures."""

from __future__ import annotations

from typing import Final

PLACEHOLDER: Final = "\U0010eeee"
"""kitty's own, of a private plane: https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders."""
