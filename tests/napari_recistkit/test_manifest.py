"""The manifest: napari finds the plugin, its widget and its example study."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import napari
import npe2
import pytest
from qtpy.QtWidgets import QWidget

import napari_recistkit
from napari_recistkit import launch, sample
from recistkit.errors import OptionError, OutputError
from recistkit.reading.cases import find_cases
from recistkit.study.settings import load_settings

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

MANIFEST = Path(napari_recistkit.__file__).with_name("napari.yaml")


def manifest() -> Any:  # noqa: ANN401  npe2's class has pydantic's own types
    return npe2.PluginManifest.from_file(MANIFEST)


def test_the_manifest_is_valid_and_its_commands_are_there() -> None:
    found = manifest()
    found.validate_imports()
    assert [command.id for command in found.contributions.commands] == [
        "recistkit.reading_room",
        "recistkit.example_study",
    ]
    for command in found.contributions.commands:
        module, _, name = command.python_name.partition(":")
        assert callable(getattr(import_module(module), name))


def test_the_name_of_the_manifest_is_that_of_the_distribution() -> None:
    assert manifest().name == distribution("recistkit").name


def test_napari_finds_the_plugin_as_it_is_installed() -> None:
    names = {result.manifest.name for result in npe2.PluginManifest.discover() if result.manifest}
    assert "recistkit" in names


def test_the_menu_offers_the_widget_and_the_example_study() -> None:
    contributions = manifest().contributions
    assert [widget.display_name for widget in contributions.widgets] == ["Reading room"]
    assert [one.display_name for one in contributions.sample_data] == ["Example study"]


def test_the_example_study_is_copied_unread_and_only_once(tmp_path: Path) -> None:
    study = sample.copy_example_study(tmp_path / "data")
    assert sorted(path.name for path in study.iterdir()) == [
        "RK-001",
        "RK-002",
        "RK-003",
        "RK-004",
        "events.csv",
        "study.toml",
        "subjects.csv",
    ]
    assert load_settings(study).id == "RK"
    for subject in ("RK-002", "RK-003", "RK-004"):
        shutil.rmtree(study / subject)
    (case,) = find_cases(study, sample.EXAMPLE_READER)
    assert (case.subject, case.state, len(case.visits)) == ("RK-001", "not started", 4)
    assert sample.copy_example_study(tmp_path / "data") == study
    assert not (study / "RK-002").exists()


def test_a_copy_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Path, target: Path, **_options: object) -> None:
        Path(target).mkdir(parents=True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(OutputError, match=r"cannot be copied: No space left on device$"):
        sample.copy_example_study(tmp_path)
    assert list(tmp_path.iterdir()) == []


class Room(QWidget):
    """A widget in the place of the reading room."""

    made: list[tuple[Any, ...]]

    def __init__(
        self,
        viewer: Any,  # noqa: ANN401  napari ships no types
        folder: Path | None,
        reader: str | None,
        subject: str | None,
    ) -> None:
        super().__init__()
        Room.made.append((viewer.title, folder, reader, subject))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> type[Room]:
    Room.made = []
    monkeypatch.setattr("napari_recistkit.widgets.reading_room.ReadingRoom", Room)
    return Room


def test_the_menu_opens_the_example_study_in_the_viewer_that_is_there(
    room: type[Room],
    tmp_path: Path,
    make_napari_viewer: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    viewer = make_napari_viewer(title="mine")
    monkeypatch.setattr(sample, "_user_folder", lambda: tmp_path)
    viewer.open_sample("recistkit", "example_study")
    qtbot.waitUntil(lambda: bool(room.made))
    (study,) = tmp_path.iterdir()
    assert room.made == [("mine", study, sample.EXAMPLE_READER, None)]
    assert list(viewer.layers) == []
    assert list(viewer.window.dock_widgets) == ["Reading room"]


def test_the_command_opens_a_window_with_the_case(
    room: type[Room],
    tmp_path: Path,
    make_napari_viewer: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(napari, "Viewer", lambda title: make_napari_viewer(title=title))
    monkeypatch.setattr(napari, "run", lambda: None)
    assert launch.main(tmp_path, "A", "S1") == 0
    assert room.made == [("recistkit - reader A", tmp_path, "A", "S1")]


def test_a_machine_without_a_screen_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(launch, "_has_screen", lambda _environment: False)
    with pytest.raises(OptionError, match=r"^there is no screen here to open a window on$"):
        launch.main(tmp_path, "A")
