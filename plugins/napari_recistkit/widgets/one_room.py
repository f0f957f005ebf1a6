"""One reading room in a process: of two, Qt would give each key to one after the other."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from qtpy.compat import isalive

from recistkit.errors import ReadingError

if TYPE_CHECKING:
    from napari_recistkit.widgets.reading_room import ReadingRoom

__all__ = ["require_no_other", "room_in", "take_place"]

_last: list[weakref.ref[ReadingRoom]] = []


def require_no_other() -> None:
    """Refuse a second reading room.

    Raises
    ------
    ReadingError
        If one is open.
    """
    if _living_room() is not None:
        raise ReadingError("the reading room is open already; close it before another is opened")


def room_in(viewer: Any) -> ReadingRoom | None:  # noqa: ANN401  napari ships no types
    """Return the reading room of a viewer; None where there is none at all.

    Raises
    ------
    ReadingError
        If another viewer has it.
    """
    room = _living_room()
    if room is None or room.viewer is not viewer:
        require_no_other()
        return None
    return room


def take_place(room: ReadingRoom) -> None:
    """Take that a room is the one that is open."""
    _last[:] = [weakref.ref(room)]


def _living_room() -> ReadingRoom | None:
    """Return the reading room that is open."""
    room = _last[0]() if _last else None
    if room is None or room.is_shut or not isalive(room):  # type: ignore[no-untyped-call]
        return None  # a window that was closed takes its room along
    return room
