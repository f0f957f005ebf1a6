"""Link: two canvases that show the same place of the patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from napari_recistkit.canvas import Canvas
from recistkit.model.series import Vector

__all__ = ["Link"]


class Link:
    """Keeps slice, plane, zoom, pan and window of two canvases together, in patient mm.

    Parameters
    ----------
    first, second : Canvas
        The two; either may lead.

    Notes
    -----
    Two scans of one patient rarely share their table position: `offset_mm` is
    what is added to a place of the first to get the same place of the second.
    """

    def __init__(self, first: Canvas, second: Canvas) -> None:
        self._canvases = (first, second)
        self._busy = False
        self._enabled = True
        self._offset_mm: Vector = (0.0, 0.0, 0.0)
        self._listeners = [
            stop
            for leader, follower in ((first, second), (second, first))
            for stop in self._follow(leader, follower)
        ]

    @property
    def enabled(self) -> bool:
        """Whether one canvas follows the other."""
        return self._enabled

    @property
    def offset_mm(self) -> Vector:
        """Step (LPS, mm) from a place of the first canvas to the same place of the second."""
        return self._offset_mm

    def set_offset(self, offset_mm: Vector) -> None:
        """Take a known step between the two, such as of an earlier sitting."""
        self._offset_mm = offset_mm
        self.bring(self._canvases[0])

    def align_here(self) -> Vector:
        """Take what both canvases show now as the same place, and link them; return the step."""
        first, second = (canvas.centre_mm for canvas in self._canvases)
        if first is not None and second is not None:
            (a, b, c), (x, y, z) = first, second
            self._offset_mm = (x - a, y - b, z - c)
        self._enabled = True
        return self._offset_mm

    def unlink(self) -> None:
        """Let each canvas go its own way."""
        self._enabled = False
        for canvas in self._canvases:
            canvas.caption.note("")  # neither is sent anywhere by the other any more

    def relink(self) -> None:
        """Let the second canvas go to where the first is, and follow again."""
        self._enabled = True
        self.bring(self._canvases[0])

    def toggle(self) -> bool:
        """Link or unlink; return whether they are linked now."""
        if self._enabled:
            self.unlink()
        else:
            self.relink()
        return self._enabled

    def bring(self, leader: Canvas) -> None:
        """Let the other canvas show what this one shows: after another volume was opened."""
        follower = self._other(leader)
        self._guarded(lambda: self._all(leader, follower))

    def corresponding(self, canvas: Canvas, point_mm: Vector) -> Vector:
        """Return the place (LPS, mm) of the other canvas for one of this canvas."""
        sign = 1.0 if canvas is self._canvases[0] else -1.0
        (x, y, z), (a, b, c) = point_mm, self._offset_mm
        return (x + sign * a, y + sign * b, z + sign * c)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let both canvases be moved each for itself for a while."""
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before

    def close(self) -> None:
        """Take every listener off."""
        self._enabled = False
        for stop in self._listeners:
            stop()
        self._listeners.clear()

    def _other(self, canvas: Canvas) -> Canvas:
        first, second = self._canvases
        return second if canvas is first else first

    def _follow(self, leader: Canvas, follower: Canvas) -> list[Callable[[], None]]:
        """Let one canvas follow the other; return what ends each of it."""
        return [
            leader.listen("slice", lambda: self._guarded(lambda: self._slice(leader, follower))),
            leader.listen("view", lambda: self._guarded(lambda: self._view(leader, follower))),
            leader.listen("window", lambda: self._guarded(lambda: _window(leader, follower))),
            leader.listen("plane", lambda: self._guarded(lambda: self._all(leader, follower))),
        ]

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do something unless it is the answer to what we did ourselves."""
        if self._busy or not self._enabled:
            return
        self._busy = True
        try:
            work()
        finally:
            self._busy = False

    def _slice(self, leader: Canvas, follower: Canvas) -> None:
        if leader.centre_mm is not None:
            follower.show_point(self.corresponding(leader, leader.centre_mm))

    def _view(self, leader: Canvas, follower: Canvas) -> None:
        """Pan and zoom; the slice stays, so that thick slices do not jump."""
        if leader.centre_mm is not None:
            follower.set_zoom(leader.zoom)
            follower.centre_on(self.corresponding(leader, leader.centre_mm))

    def _all(self, leader: Canvas, follower: Canvas) -> None:
        if leader.grid is None or follower.grid is None:
            return
        follower.set_plane(leader.plane)
        follower.set_zoom(leader.zoom)
        self._slice(leader, follower)
        _window(leader, follower)


def _window(leader: Canvas, follower: Canvas) -> None:
    """Show the same grey values where they mean the same: two scans of one modality."""
    if leader.grid is None or follower.grid is None or leader.window is None:
        return
    if leader.grid.series.modality == follower.grid.series.modality:
        follower.set_window(leader.window)
