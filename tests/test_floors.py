"""The house stands: imports go down only, no Qt in the package, nothing undeclared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# docs/design.md, section 1. A room imports from lower floors only, never from a room beside it.
FLOORS = {
    "recistkit.terms": 0,
    "recistkit.errors": 0,
    "recistkit.model": 1,
    "recistkit.criteria": 2,
    "recistkit.measure": 3,
    "recistkit.propagation": 3,
    "recistkit.response": 3,
    "recistkit.reconciliation": 3,
    "recistkit.endpoints": 3,
    "recistkit.findings": 3,
    "recistkit.scans": 4,
    "recistkit.exchange": 4,
    "recistkit.store": 4,
    "recistkit.study": 5,
    "recistkit.reading": 6,
    "recistkit.report": 6,
    "recistkit": 6,  # the names that a script uses: recistkit.classify, recistkit.reconcile
    "recistkit.cli": 7,
    "napari_recistkit": 7,
    "recistkit.__main__": 8,
}
WINDOW_LIBRARIES = {
    "PyQt5",
    "PyQt6",
    "PySide2",
    "PySide6",
    "magicgui",
    "napari",
    "qtpy",
    "superqt",
    "vispy",
}
# The extras of pyproject.toml that each top folder may import, beside the core.
EXTRAS = {
    "recistkit": ("figures", "report", "pacs", "cluster"),
    "plugins": ("napari",),
    "tests": ("dev", "figures", "report", "pacs", "cluster", "napari"),
    "example_scans": ("dev",),
}
FIRST_PARTY = {"recistkit", "napari_recistkit", "tests"}


def room_of(module: str) -> str:
    """Return the room of a dotted module name: ``recistkit.model`` for ``recistkit.model.mark``."""
    parts = module.split(".")
    if parts[0] == "recistkit" and len(parts) > 1:
        return ".".join(parts[:2])
    return parts[0]


def module_name(path: Path, root: Path) -> str:
    """Return the dotted name of a module below a tree's root."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    if parts[0] == "plugins":
        del parts[0]
    if parts[-1] == "__init__":
        del parts[-1]
    return ".".join(parts)


def imported_names(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of everything that a module imports, wherever it does so."""
    module = module_name(path, root)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            if base == "recistkit":  # `from recistkit import terms` names a room, or the facade
                for alias in node.names:
                    is_room = (root / "recistkit" / alias.name).is_dir() or (
                        root / "recistkit" / f"{alias.name}.py"
                    ).is_file()
                    yield node.lineno, f"{base}.{alias.name}" if is_room else base
            else:
                yield node.lineno, base
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", ""))
            in {"import_module", "__import__"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.lineno, node.args[0].value


def normalised(distribution: str) -> str:
    """Return a distribution's name as an index writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def declared(project: Mapping[str, object], extras: tuple[str, ...]) -> set[str]:
    """Return the distributions that pyproject.toml declares: the core and some extras."""
    optional = project.get("optional-dependencies", {})
    assert isinstance(optional, dict)
    core = project.get("dependencies", [])
    assert isinstance(core, list)
    requirements = [*core, *(one for extra in extras for one in optional.get(extra, []))]
    return {normalised(re.split(r"[\s\[<>=!~;]", one, maxsplit=1)[0]) for one in requirements}


@cache
def distributions() -> Mapping[str, list[str]]:
    """Return which distributions offer each top-level import name here."""
    return packages_distributions()


def floor_fault(importer_room: str, room: str) -> str:
    """Return what is wrong with an import between two rooms, or an empty text."""
    if importer_room not in FLOORS or room == importer_room:
        return ""
    if room not in FLOORS:
        return f"{room} has no floor"
    if FLOORS[room] < FLOORS[importer_room]:
        return ""
    way = "sideways" if FLOORS[room] == FLOORS[importer_room] else "up"
    return f"{importer_room} imports {way}: {room}"


def import_fault(importer: str, imported: str, allowed: set[str]) -> str:
    """Return what is wrong with one import, or an empty text."""
    top = imported.partition(".")[0]
    room, importer_room = room_of(imported), room_of(importer)
    if importer.startswith("recistkit") and top in WINDOW_LIBRARIES:
        return f"the package imports {top}, which belongs to the plugin"
    if top in FIRST_PARTY:
        return floor_fault(importer_room, room)
    names = {normalised(one) for one in distributions().get(top, [top])}
    if top in sys.stdlib_module_names or names & allowed:
        return ""
    return f"{top} is not declared in pyproject.toml"


def modules(root: Path, folder: str) -> list[Path]:
    """Return the modules below one top folder."""
    return sorted(one for one in (root / folder).rglob("*.py") if "__pycache__" not in one.parts)


def floor_faults(root: Path) -> list[str]:
    """Return every fault of a tree as ``path:line: what``."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    faults = []
    for folder, extras in EXTRAS.items():
        allowed = declared(project, extras)
        for path in modules(root, folder):
            where, importer = path.relative_to(root).as_posix(), module_name(path, root)
            if folder in {"recistkit", "plugins"} and room_of(importer) not in FLOORS:
                faults.append(f"{where}:1: {room_of(importer)} has no floor")
            for line, imported in imported_names(path, root):
                beside = root / "example_scans" / imported.partition(".")[0]
                if folder == "example_scans" and beside.is_dir():
                    continue
                fault = import_fault(importer, imported, allowed)
                faults += [f"{where}:{line}: {fault}"] if fault else []
    return faults


def folders_without_docstring(root: Path) -> list[str]:
    """Return the package folders whose ``__init__.py`` does not say what belongs in them."""
    folders = {
        path.parent
        for top in ("recistkit", "plugins", "tests")
        for path in modules(root, top)
        if path.parent != root / "plugins"
    }
    silent = []
    for folder in sorted(folders):
        init = folder / "__init__.py"
        if not init.is_file() or not ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))):
            silent.append(folder.relative_to(root).as_posix())
    return silent


def test_imports_go_down_only_and_name_declared_libraries() -> None:
    assert floor_faults(ROOT) == []


def test_each_package_folder_says_what_belongs_in_it() -> None:
    assert folders_without_docstring(ROOT) == []


PLANTED = {
    "upward": (
        "recistkit/model/mark.py",
        "import recistkit.study",
        "recistkit.model imports up: recistkit.study",
    ),
    "upward through from": (
        "recistkit/criteria/load.py",
        "from recistkit import response",
        "recistkit.criteria imports up: recistkit.response",
    ),
    "upward through a relative import": (
        "recistkit/criteria/load.py",
        "from ..response import target",
        "recistkit.criteria imports up: recistkit.response",
    ),
    "upward in a string": (
        "recistkit/model/mark.py",
        "import importlib\nimportlib.import_module('recistkit.cli')",
        "recistkit.model imports up: recistkit.cli",
    ),
    "upward in a function": (
        "recistkit/terms.py",
        "def late() -> None:\n    import recistkit",
        "recistkit.terms imports up: recistkit",
    ),
    "sideways": (
        "recistkit/reconciliation/match.py",
        "from recistkit.response import target",
        "recistkit.reconciliation imports sideways: recistkit.response",
    ),
    "a window library": (
        "recistkit/cli/show.py",
        "import napari.layers",
        "the package imports napari, which belongs to the plugin",
    ),
    "an undeclared library": (
        "recistkit/scans/load.py",
        "import requests",
        "requests is not declared in pyproject.toml",
    ),
    "a developer's library in the package": (
        "recistkit/scans/load.py",
        "import pytest",
        "pytest is not declared in pyproject.toml",
    ),
    "an undeclared library in a test": (
        "tests/test_one.py",
        "import requests",
        "requests is not declared in pyproject.toml",
    ),
    "an unknown room": ("recistkit/misc/any.py", "", "recistkit.misc has no floor"),
}


def plant(root: Path, files: Mapping[str, str]) -> None:
    """Write a small tree with a pyproject.toml of one core and one dev dependency."""
    (root / "recistkit" / "response").mkdir(parents=True)
    (root / "pyproject.toml").write_text(
        "[project]\nname = 'recistkit'\ndependencies = ['numpy>=2']\n"
        "[project.optional-dependencies]\ndev = ['pytest>=8']\n",
        encoding="utf-8",
    )
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_found(name: str, tmp_path: Path) -> None:
    path, text, message = PLANTED[name]
    plant(tmp_path, {path: text})
    line = max(1, len(text.splitlines()))
    assert floor_faults(tmp_path) == [f"{path}:{line}: {message}"]


def test_a_sound_tree_has_no_fault(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "recistkit/cli/classify.py": "import numpy\nfrom recistkit import __version__",
            "recistkit/terms.py": "import os.path",
            "recistkit/response/target.py": "from recistkit.response import sums",
            "plugins/napari_recistkit/window.py": "from .dock import Dock\nimport recistkit",
            "tests/test_one.py": "import pytest\nfrom recistkit import terms",
        },
    )
    assert floor_faults(tmp_path) == []


def test_a_folder_without_docstring_is_found(tmp_path: Path) -> None:
    files = {
        "recistkit/__init__.py": '"""The toolkit."""',
        "recistkit/model/__init__.py": "x = 1",
        "recistkit/scans/load.py": "",
    }
    plant(tmp_path, files)
    assert folders_without_docstring(tmp_path) == ["recistkit/model", "recistkit/scans"]
