"""House rules that no other tool checks."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
MEGABYTE: Final = 1_000_000
NOT_OURS: Final = {
    ".git",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
    "build",
    "demo-results",
    "dist",
}
TEXT_ENDINGS: Final = {"", ".cfg", ".csv", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
# Put together here so that this file does not hold them itself.
MACHINE_PATHS: Final = tuple(
    "/".join(parts)
    for parts in (
        ("", "work", ""),
        ("", "root", ""),
        ("", "home", ""),
        ("..", "shared"),
        ("shared", ""),
    )
)
UNFINISHED: Final = tuple("".join(parts) for parts in (("TO", "DO"), ("FIX", "ME"), ("XX", "X ")))
UNCOVERED: Final = "pragma: no" + " cover"
UNSAFE_IMPORTS: Final = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}


def own_files(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file of the project, without what tools made."""
    for path in sorted(root.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from own_files(path)
        elif not path.name.startswith(".coverage"):
            yield path


def own_texts() -> Iterator[tuple[str, str]]:
    """Yield path and content of every text file of the project."""
    for path in own_files():
        if path.suffix in TEXT_ENDINGS and path.stat().st_size < MEGABYTE:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def own_modules() -> Iterator[tuple[str, str]]:
    """Yield path and content of every Python module of the project."""
    return ((name, text) for name, text in own_texts() if name.endswith(".py"))


def unsafe_imports(text: str) -> set[str]:
    """Return the modules that a text imports and that can run code from data."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            names |= {"pickle"} if getattr(node.value, "value", True) else set()
    return names & UNSAFE_IMPORTS


def requirement_names(project: dict[str, object]) -> set[str]:
    """Return every dependency named in pyproject.toml, with those of the extras."""
    optional = project["optional-dependencies"]
    core = project["dependencies"]
    assert isinstance(optional, dict)
    assert isinstance(core, list)
    requirements = [*core, *(one for extra in optional.values() for one in extra)]
    names = {re.split(r"[\s\[<>=!~;]", one, maxsplit=1)[0] for one in requirements}
    return names - {project["name"]}


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    return loaded


def test_no_text_names_a_folder_of_one_machine() -> None:
    found = [
        f"{name}: {path}"
        for name, text in own_texts()
        for path in MACHINE_PATHS
        if path in text and name != ".ci/run"
    ]
    assert found == []


def test_nothing_is_marked_as_unfinished() -> None:
    found = [
        f"{name}: {word}" for name, text in own_modules() for word in UNFINISHED if word in text
    ]
    assert found == []


def test_no_line_is_left_out_of_the_coverage() -> None:
    assert [name for name, text in own_texts() if UNCOVERED in text] == []


def test_no_module_is_longer_than_400_lines() -> None:
    # Tables of cases may be longer: what is tested decides where they belong.
    modules = [(name, text) for name, text in own_modules() if not name.startswith("tests/")]
    lengths = {name: len(text.splitlines()) for name, text in modules}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_module_can_run_code_from_data() -> None:
    found = {name: unsafe_imports(text) for name, text in own_modules()}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "text", ["import pickle", "from pickle import load", "numpy.load(path, allow_pickle=True)"]
)
def test_an_import_that_can_run_code_from_data_is_found(text: str) -> None:
    assert unsafe_imports(text) == {"pickle"}


def test_refusing_pickles_is_no_use_of_them() -> None:
    assert unsafe_imports("numpy.load(path, allow_pickle=False)") == set()


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [
        name for name, _ in own_modules() if vague & set(Path(name).with_suffix("").parts)
    ] == []


def test_each_dependency_has_its_row_in_the_table(project: dict[str, object]) -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE))
    assert rows == requirement_names(project)


def test_the_changelog_has_the_version(project: dict[str, object]) -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)", text, flags=re.MULTILINE)[0] == project["version"]


def test_large_files_are_example_scans_only() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in own_files()}
    large = {name for name, size in sizes.items() if size > 2 * MEGABYTE}
    assert {name for name in large if not name.startswith("example_scans/")} == set()


def test_example_scans_take_at_most_20_megabytes() -> None:
    total = sum(path.stat().st_size for path in own_files(ROOT / "example_scans"))
    assert total <= 20 * MEGABYTE
