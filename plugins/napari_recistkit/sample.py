"""The example study, from napari's menu: a copy of it that can be read at once."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Final

import napari
from qtpy.QtCore import QStandardPaths, QTimer

from napari_recistkit.launch import open_room
from napari_recistkit.widgets.one_room import room_in
from recistkit import __version__
from recistkit.errors import OutputError
from recistkit.study.example_study import example_folder

__all__ = ["EXAMPLE_READER", "copy_example_study", "open_example_study"]

EXAMPLE_READER: Final = "A"

_PLACEHOLDER: Final = "the example study is being opened"

_LEFT_OUT: Final = (
    "__pycache__",
    "README.md",
    "decisions.csv",
    "make_example_scans.py",
    "phantom",
    "reads",
    "truth.csv",
)
"""What a reader of the example should not find in it: how it was made and what others read."""


def open_example_study() -> list[tuple[object, ...]]:
    """Open the example study in the reading room of the current viewer.

    Returns
    -------
    list
        One empty layer: napari takes a sample without any for a failure. It
        is gone when the reading room opens.

    Raises
    ------
    OutputError
        If the study cannot be copied.
    ReadingError
        If the reading room is open in another viewer.
    """
    viewer = napari.current_viewer()
    room_in(viewer)
    study = copy_example_study(_user_folder())
    QTimer.singleShot(0, lambda: _open_in(viewer, study))
    return [([], {"name": _PLACEHOLDER}, "points")]


def _open_in(viewer: napari.Viewer, study: Path) -> None:
    """Open the reading room in a viewer, in the place of the empty layer."""
    for layer in [one for one in viewer.layers if one.name == _PLACEHOLDER]:
        viewer.layers.remove(layer)
    open_room(viewer, study, EXAMPLE_READER)


def copy_example_study(folder: Path) -> Path:
    """Copy the example study into a folder, unread, and return where it is.

    A copy that is there already is left as it is, with what was read in it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    study = folder / f"example-study-{__version__}"
    if study.is_dir():
        return study
    half = folder / f".{study.name}.{secrets.token_hex(4)}"
    try:
        shutil.copytree(example_folder(), half, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        half.rename(study)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        reason = error.strerror or type(error).__name__
        raise OutputError(f"the example study cannot be copied: {reason}") from error
    return study


def _user_folder() -> Path:
    """Return the folder of this user's data of recistkit."""
    kind = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / "recistkit"
