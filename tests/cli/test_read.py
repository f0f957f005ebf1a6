"""``recistkit read``: what it refuses before a window opens, and what it hands to the window."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recistkit.errors import OptionError
from tests.cli.conftest import Run
from tests.reading.folders import write_small_folder

CRITERIA = "criteria recist-1.1 1 d2fd17d72025\n"


class Entry:
    """An entry point whose window notes what it was opened with."""

    def __init__(self, error: Exception | None = None) -> None:
        self.opened: list[tuple[Any, ...]] = []
        self._error = error

    def load(self) -> Any:  # noqa: ANN401  as importlib.metadata has it
        if self._error is not None:
            raise self._error
        return self._room

    def _room(self, folder: Path, reader: str, subject: str | None) -> int:
        self.opened.append((folder, reader, subject))
        if subject == "S2":
            raise OptionError("there is no screen here to open a window on")
        return 0


def offered(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    def entry_points(*, group: str) -> tuple[Entry, ...]:
        assert group == "recistkit.reading_room"
        return entries

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Entry:
    made = Entry()
    offered(monkeypatch, made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the subjects S1 and S2."""
    return write_small_folder(tmp_path / "study")


def test_the_window_opens_on_the_folder_for_the_reader(
    run: Run, folder: Path, entry: Entry
) -> None:
    ended = run("read", str(folder), "--reader", "A")
    assert (ended.code, ended.out, ended.err) == (0, "", CRITERIA)
    assert entry.opened == [(folder, "A", None)]
    assert run("read", "study", "--reader", "B", "--subject", "S1").code == 0
    assert entry.opened[1] == (Path("study"), "B", "S1")


def test_without_a_screen_the_command_says_so(run: Run, folder: Path, entry: Entry) -> None:
    ended = run("read", str(folder), "--reader", "A", "--subject", "S2")
    message = "Error: there is no screen here to open a window on\n"
    assert (ended.code, ended.err) == (2, CRITERIA + message)
    assert entry.opened == [(folder, "A", "S2")]


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'napari'"),
        ImportError("libEGL.so.1: cannot open shared object file"),
    ],
)
def test_a_window_that_cannot_be_loaded_is_said_with_how_to_install_it(
    error: ImportError, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(monkeypatch, Entry(error))
    ended = run("read", str(folder), "--reader", "A")
    assert ended.code == 2
    assert ended.err == (
        f"{CRITERIA}the reading room cannot be opened: {error}\n"
        'to install it: pip install "recistkit[napari]"\n'
    )


def test_without_any_window_it_is_said_how_to_install_one(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(monkeypatch)
    ended = run("read", str(folder), "--reader", "A")
    assert (ended.code, ended.err) == (
        2,
        f'{CRITERIA}to install it: pip install "recistkit[napari]"\n',
    )


def test_the_installed_command_without_napari_says_how_to_install_it(folder: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['napari'] = None\n"
        "from recistkit.cli import main\n"
        f"sys.exit(main(['read', {str(folder)!r}, '--reader', 'A']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith('to install it: pip install "recistkit[napari]"\n')


def test_a_folder_without_cases_is_a_fault(run: Run, tmp_path: Path, entry: Entry) -> None:
    (tmp_path / "empty" / "S1" / "baseline").mkdir(parents=True)
    ended = run("read", "empty", "--reader", "A")
    message = "empty: holds no cases: expected scans in <subject>/<visit>/\n"
    assert (ended.code, ended.err) == (1, message)
    assert entry.opened == []


def test_settings_with_faults_are_a_fault(run: Run, folder: Path, entry: Entry) -> None:
    (folder / "study.toml").write_text("rounds = 3", encoding="utf-8")
    ended = run("read", str(folder), "--reader", "A")
    assert (ended.code, ended.err) == (1, "study.toml: not usable\n  rounds: is no setting\n")
    assert entry.opened == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "--reader", "A"], "Error: there is no folder nowhere\n"),
        (
            ["study", "--reader", "A/B"],
            "Error: the name of this reader cannot be part of a file name on every system\n",
        ),
        (
            ["study", "--reader", "A", "--subject", "S3"],
            "Error: there is no subject S3 in study\n",
        ),
        (
            ["study", "--reader", "A", "--subject", "../study"],
            "Error: the name of this subject cannot be part of a file name on every system\n",
        ),
    ],
)
def test_wrong_usage_opens_no_window(
    arguments: list[str], message: str, run: Run, folder: Path, entry: Entry
) -> None:
    assert folder.is_dir()
    ended = run("read", *arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", message)
    assert entry.opened == []


def test_nothing_is_written_before_the_window_opens(run: Run, folder: Path, entry: Entry) -> None:
    before = sorted(folder.rglob("*"))
    run("read", str(folder), "--reader", "A")
    assert sorted(folder.rglob("*")) == before
    assert len(entry.opened) == 1
