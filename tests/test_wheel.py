"""What a user installs: packages, data, the example study and no more; and no Qt by itself."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"__pycache__"}
WINDOW_LIBRARIES = {
    "magicgui",
    "napari",
    "pyqt5",
    "pyqt6",
    "pyside2",
    "pyside6",
    "pyside6-essentials",
    "qtpy",
    "superqt",
    "vispy",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata_text(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (one for one in archive.namelist() if one.endswith(f".dist-info/{name}"))
        return archive.read(path).decode("utf-8")


def named_without_extra(requirements: list[str]) -> set[str]:
    """Return the distributions of requirements that no extra asks for."""
    plain = (one for one in requirements if "extra ==" not in one)
    names = (re.split(r"[\s\[<>=!~;(]", one, maxsplit=1)[0] for one in plain)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def all_brought_by(names: set[str]) -> set[str]:
    """Return distributions with all that they bring, as far as it is installed here."""
    brought: set[str] = set()
    while names - brought:
        name = min(names - brought)
        brought.add(name)
        try:
            names = names | named_without_extra(requires(name) or [])
        except PackageNotFoundError:  # asked for on another system only
            continue
    return brought


def files_below(folder: Path, prefix: str) -> set[str]:
    return {
        prefix + path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }


def test_the_wheel_holds_the_whole_package_and_the_example_study(wheel_names: set[str]) -> None:
    expected = files_below(ROOT / "recistkit", "recistkit/")
    expected |= files_below(ROOT / "example_scans", "recistkit/example_scans/")
    expected |= files_below(ROOT / "plugins" / "napari_recistkit", "napari_recistkit/")
    assert {name for name in wheel_names if ".dist-info/" not in name} == expected


def test_the_wheel_says_that_it_is_typed(wheel_names: set[str]) -> None:
    assert "recistkit/py.typed" in wheel_names


def test_the_wheel_holds_every_criteria_file(wheel_names: set[str]) -> None:
    criteria = {name for name in wheel_names if name.startswith("recistkit/criteria/")}
    expected = {"recist-1.1.toml", "recist-1.0.toml", "who-1979.toml", "zhu-2013.toml"}
    assert {name.rpartition("/")[2] for name in criteria if name.endswith(".toml")} >= expected


def test_the_wheel_holds_the_licence_and_the_command(wheel_names: set[str]) -> None:
    metadata = {name.partition(".dist-info/")[2] for name in wheel_names if ".dist-info/" in name}
    assert metadata >= {"METADATA", "entry_points.txt", "licenses/LICENSE"}


def test_the_wheel_without_extras_brings_no_window_library(wheel: Path) -> None:
    text = metadata_text(wheel, "METADATA")
    asked = re.findall(r"^Requires-Dist: (.+)$", text, flags=re.MULTILINE)
    names = named_without_extra(asked)
    assert {"numpy", "pillow", "sqlalchemy"} <= names
    assert all_brought_by(names) & WINDOW_LIBRARIES == set()
    assert named_without_extra([one.partition(";")[0] for one in asked]) >= {"napari", "qtpy"}


def test_napari_and_the_command_find_the_reading_room(wheel: Path) -> None:
    entries = configparser.ConfigParser(delimiters=("=",))
    entries.read_string(metadata_text(wheel, "entry_points.txt"))
    assert dict(entries["napari.manifest"]) == {"recistkit": "napari_recistkit:napari.yaml"}
    assert dict(entries["recistkit.reading_room"]) == {"napari": "napari_recistkit.launch:main"}
