"""Who may import whom: the shape of the program, asserted."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tui"

LAYERS: dict[str, set[str]] = {
    "model": set(),
    "settings": {"key", "model"},
    "key": set(),
    "aside": set(),
    "heic": set(),
    "pdf": set(),
    "dialects": {"model", "key"},
    "engine": {"aside", "heic", "model", "pdf"},
    "pictures": {"heic", "model", "pdf"},
    "exports": {"arrangement", "filters", "model", "pictures"},
    "arrangement": {"model"},
    "review": {"arrangement", "model"},
    "alignment": set(),
    "suggestions": {"alignment"},
    "calibration": {"alignment", "model"},
    "quality": {"alignment", "model"},
    "truth": {"model", "quality"},
    "scoring": {"alignment", "dialects", "filter_sql", "filters", "line_index", "model", "quality", "store", "truth"},
    "direction": set(),
    "knowledge": {"calibration", "journal", "model", "review", "store", "suggestions"},
    "plain": {
        "alignment",
        "colleagues",
        "company",
        "direction",
        "filters",
        "journal",
        "knowledge",
        "line_index",
        "model",
        "review",
        "store",
        "suggestions",
        "under_review",
    },
    "under_review": {"knowledge", "model", "review", "suggestions"},
    "company": {"model", "presence", "store"},
    "colleagues": {"company", "journal", "model", "review", "under_review"},
    "packing": {"model"},
    "compaction": {"packing"},
    "journal": {"arrangement", "line_index", "model", "packing"},
    "presence": set(),
    "second_pass": {"calibration", "filters", "journal", "line_index", "model", "quality", "store"},
    "store": {
        "arrangement",
        "compaction",
        "filters",
        "journal",
        "line_index",
        "model",
        "migrations",
        "packing",
        "presence",
    },
    "migrations": {"line_index"},
    "patterns": set(),
    "filters": {"model", "patterns"},
    "filter_sql": {"filters", "model", "patterns"},
    "line_index": {"filter_sql", "filters", "model"},
    "demo": set(),
    "intake": {"model", "store", "pictures"},
    "deciding": {"filters", "line_index", "model", "review", "store"},
    "watching": {"aside", "exits", "intake", "model", "pictures", "runner", "settings", "store"},
    "saved": {"model", "settings", "store", "dialects", "pictures"},
    "seclusion": set(),
    "quote": {"model", "seclusion", "settings", "store"},
    "runner": {"model", "seclusion", "settings", "store", "dialects"},
    "view": {
        "arrangement",
        "calibration",
        "colleagues",
        "company",
        "direction",
        "export_words",
        "exporting",
        "exports",
        "filters",
        "intake",
        "journal",
        "knowledge",
        "line_index",
        "model",
        "pace",
        "pictures",
        "quote",
        "review",
        "second_pass",
        "settings",
        "store",
        "suggestions",
        "under_review",
    },
    "exits": set(),
    "doctor": {
        "aside",
        "credentials",
        "demo",
        "dialects",
        "engine",
        "key",
        "migrations",
        "model",
        "pictures",
        "runner",
        "settings",
        "store",
        "terminal_memory",
    },
    "terminal_query": {"pictures"},
    "terminal_memory": {"pictures"},
    "credentials": {"aside", "key", "model", "settings"},
    "exporting": {"exports", "filters", "model", "store"},
    "export_run": {"exits", "exporting", "model"},
    "export_words": {"exporting", "exports", "filters", "model"},
    "batch": {"exits", "model", "settings", "store", "exports", "intake", "quote", "runner"},
    "serving": {"settings", "model", "engine"},
    "assembly": {"credentials", "settings", "dialects", "pictures", "resident", "runner", "engine", "store", "model"},
    "resident": {"dialects"},
    "pace": set(),
    "__init__": set(),
}
"""For each part what it may import of the program, beside itself. The command line may import anything."""

LIBRARIES: dict[str, set[str]] = {
    "model": set(),
    "key": set(),
    "settings": {"platformdirs"},
    "store": set(),
    "migrations": set(),
    "arrangement": {"rapidfuzz"},
    "review": set(),
    "alignment": {"rapidfuzz"},
    "suggestions": {"rapidfuzz"},
    "calibration": set(),
    "quality": {"rapidfuzz"},
    "truth": set(),
    "scoring": {"rapidfuzz", "rich"},
    "direction": set(),
    "knowledge": set(),
    "plain": {"rich"},
    "runner": {"httpx"},
    "dialects": {"httpx"},
    "exports": {"PIL", "pikepdf"},
    "pictures": {"PIL"},
    "heic": {"PIL", "pillow_heif"},
    "pdf": {"PIL", "pypdfium2"},
    "engine": {"PIL", "msgpack", "numpy", "onnxruntime", "starlette"},
    "demo": {"PIL"},
    "intake": set(),
    "saved": set(),
    "credentials": {"keyring", "azure"},
    "view": {"textual", "rapidfuzz", "rich", "PIL"},
    "exporting": set(),
    "export_run": {"rich"},
    "export_words": set(),
    "batch": {"rich"},
    "serving": {"uvicorn", "httpx", "starlette"},
    "assembly": {"httpx"},
    "resident": {"httpx", "starlette"},
    "doctor": {"httpx", "PIL"},
    "cli": {"click"},
}
"""For each part the libraries it may import."""

FREE = {"cli", "__main__"}


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def parts_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("tui.")}


def libraries_imported(path: Path) -> set[str]:
    roots = {name.split(".")[0] for name in imported(path)}
    return roots - set(sys.stdlib_module_names) - {"tui"}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_part_imports_only_what_is_below_it(path: Path) -> None:
    part = part_of(path)
    if part in FREE:
        return
    allowed = LAYERS[part] | {part}
    if path == PACKAGE / "view" / "app.py":
        allowed |= {"runner"}
    assert parts_imported(path) <= allowed


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_part_knows_its_own_library_only(path: Path) -> None:
    assert libraries_imported(path) <= LIBRARIES.get(part_of(path), set())


@pytest.mark.parametrize("path", sorted((PACKAGE / "view").rglob("*.py")), ids=lambda path: path.name)
def test_inside_the_view_nothing_looks_back(path: Path) -> None:
    inside = {name for name in imported(path) if name.startswith("tui.view.")}
    folder = path.parent.name
    if folder == "widgets":
        assert not {name for name in inside if "screens" in name or name == "tui.view.app"}
    elif folder == "screens":
        assert "tui.view.app" not in inside
    elif path.name != "app.py":
        assert not {name for name in inside if "screens" in name}


@pytest.mark.parametrize("path", sorted((PACKAGE / "view").rglob("*.py")), ids=lambda path: path.name)
def test_no_handler_calls_that_of_its_base_which_textual_calls_too(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and re.fullmatch(r"on_(?!event$)\w+", node.name):
            assert f"super().{node.name}(" not in ast.unparse(node), f"{node.name} runs twice"


@pytest.mark.parametrize(
    ("module", "unloaded"),
    [
        ("tui.runner", ["textual", "PIL", "numpy"]),
        ("tui.store", ["textual", "httpx", "PIL"]),
        ("tui.dialects", ["textual", "PIL", "numpy"]),
        ("tui.cli", ["textual", "httpx", "PIL", "numpy", "rich"]),
        ("tui.view.app", ["numpy", "onnxruntime", "starlette", "pypdfium2", "pillow_heif"]),
        ("tui.view.app", ["httpx", "PIL", "rapidfuzz", "tui.view.screens.review"]),  # the queue is there before them
        ("tui.view.line", ["PIL"]),
        ("tui.assembly", ["httpx", "PIL"]),
        ("tui.engine", ["textual", "httpx", "cv2", "rapidocr"]),
    ],
)
def test_a_part_loads_no_library_of_another(module: str, unloaded: list[str]) -> None:
    program = f"import sys, {module}; print([name for name in {unloaded!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
