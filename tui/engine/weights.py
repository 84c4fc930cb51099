"""Where the networks come from: the ONNX files inside the installed `rapidocr` wheel (PP-OCRv6, Apache-2.0).

The package itself is never imported: importing it costs OpenCV and half a second, and running it downloads what it
thinks is missing.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tui.engine import EngineMissing, missing_sentence

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
THREADS = 2


def weights_file(name: str) -> Path:
    """Return the path of one of the wheel's networks; raises EngineMissing."""
    package = find_spec("rapidocr")
    for folder in package.submodule_search_locations or () if package else ():
        file = Path(folder) / "models" / name
        if file.is_file():
            return file
    raise EngineMissing(missing_sentence(f"{name} of rapidocr 3.10"))


class Network:
    """One ONNX network with one input and one output, on the CPU."""

    def __init__(self, name: str, threads: int = THREADS) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise EngineMissing(missing_sentence("onnxruntime")) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # an arena never gives memory back
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        file = str(weights_file(name))
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: Any) -> Any:
        """Return the output for a batch of one, without the batch's axis."""
        return self._session.run(None, {self._input: batch})[0][0]

    @property
    def alphabet(self) -> tuple[str, ...]:
        """What each column of a recogniser's output stands for: a blank, the characters it carries along, a space."""
        columns = self._session.get_outputs()[0].shape[-1]
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        while len(characters) > columns - 2 and not characters[-1]:
            characters.pop()
        if len(characters) != columns - 2:
            raise EngineMissing(missing_sentence("the list of characters that fits the recogniser"))
        return ("", *characters, " ")
