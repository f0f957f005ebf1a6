"""What a user installs: the wheel holds the package, its data, the example study and no more."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"__pycache__"}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_below(folder: Path, prefix: str) -> set[str]:
    return {
        prefix + path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }


def test_the_wheel_holds_the_whole_package_and_the_example_study(wheel_names: set[str]) -> None:
    expected = files_below(ROOT / "recistkit", "recistkit/")
    expected |= files_below(ROOT / "example_scans", "recistkit/example_scans/")
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
