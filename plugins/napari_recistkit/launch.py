"""Open the reading room in a window of its own: what `recistkit read` starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import napari
from qtpy.QtWidgets import QApplication

from recistkit.errors import OptionError
from recistkit.reading.worklist import role_of

if TYPE_CHECKING:
    from napari_recistkit.widgets.reading_room import ReadingRoom

__all__ = ["main", "open_room"]

_TITLE: Final = "Reading room"
_SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main(folder: Path, reader: str, subject: str | None = None) -> int:
    """Open the reading room and return when its window is closed.

    Parameters
    ----------
    folder : Path
        ``<subject>/<visit>/`` with scans.
    reader : str
        Who reads, or adjudicates.
    subject : str, optional
        Whose case to open at once.

    Raises
    ------
    OptionError
        If there is no screen to open a window on.
    RoleError
        If this login may not act as this reader or adjudicator.
    """
    if sys.platform == "linux" and not _has_screen(os.environ):
        raise OptionError("there is no screen here to open a window on")
    role = role_of(folder, reader)
    open_room(napari.Viewer(title=f"recistkit - {role} {reader}"), folder, reader, subject)
    napari.run()
    return 0


def open_room(
    viewer: napari.Viewer, folder: Path | None, reader: str | None, subject: str | None = None
) -> ReadingRoom:
    """Put the reading room below the canvas of a viewer, where it searches the folder.

    There is one in a process: where the viewer has it already, that one
    searches the folder.

    Raises
    ------
    ReadingError
        If it is open in another viewer.
    """
    from napari_recistkit.widgets.one_room import room_in
    from napari_recistkit.widgets.reading_room import ReadingRoom

    open_one = room_in(viewer)
    if open_one is not None:
        if folder is not None and reader is not None:
            open_one.open_folder(folder, reader, subject)
        return open_one
    room = ReadingRoom(viewer, folder=folder, reader=reader, subject=subject)
    viewer.window.add_dock_widget(room, name=_TITLE, area="bottom", add_vertical_stretch=False)
    return room


def _has_screen(environment: Mapping[str, str]) -> bool:
    """Return whether Qt finds a screen; without one it would end the process."""
    return QApplication.instance() is not None or any(environment.get(name) for name in _SCREENS)
