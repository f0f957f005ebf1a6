"""Painting the mask of one lesion: drafted in a thread, corrected with napari's brush, then kept.

As long as it is painted nothing else is said of the read, so that what is
painted never becomes the mask of another lesion, or of another ruler. It is
no part of the read before it is kept, and its layer is read only then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from napari_recistkit.background import Background, Unshown
from napari_recistkit.shortcuts import keys_of
from recistkit.errors import ReadingError
from recistkit.reading.lesion_mask import LesionMask, drafted, from_file, to_file, volume_mm3

if TYPE_CHECKING:
    from decimal import Decimal

    from napari_recistkit.attempts import Window
    from napari_recistkit.canvas import Canvas
    from recistkit.model.mark import Mark
    from recistkit.reading.grid import ViewGrid
    from recistkit.reading.session import ReadSession

__all__ = ["MaskEditing"]

_MM3_PER_ML = 1000


@dataclass(frozen=True, slots=True)
class _Painted:
    """What is painted: the mark that it is of, the scan, and the mask that it began with."""

    mark: Mark
    grid: ViewGrid
    begun: LesionMask


class MaskEditing:
    """The mask that is painted on the visit that is read; there is at most one.

    Parameters
    ----------
    session : ReadSession
    canvas : Canvas
        Of the visit that is read.
    window : Window
        What says, and shows anew.
    """

    def __init__(self, session: ReadSession, canvas: Canvas, window: Window) -> None:
        self._session, self._canvas, self._window = session, canvas, window
        self._painted: _Painted | None = None
        self._drafting: Background | None = None

    @property
    def is_painting(self) -> bool:
        """Whether a mask is on the screen to be painted."""
        return self._painted is not None

    @property
    def text(self) -> str:
        """What a drag does to which mask, for the title; empty where none is painted."""
        if self._painted is None:
            return ""
        return f"{self._canvas.mask.brush}s the mask of {self._painted.mark.lesion}"

    def edit(self) -> None:
        """Begin with the mask of the current lesion, or change between painting and erasing.

        Raises
        ------
        ReadingError, MaskError, GeometryError
            If there can be none now.
        """
        if self._painted is not None:
            mask = self._canvas.mask
            mask.take_brush("erase" if mask.brush == "paint" else "paint")
            self._window.say(f"the brush {mask.brush}s")
            self._window.refresh()
            return
        mark, grid = self._session.masked_mark(), self._canvas.grid
        if grid is None:
            raise ReadingError("the scan is not loaded")
        kept = self._session.kept_mask(mark)
        if kept is not None:
            self._show(_Painted(mark, grid, from_file(grid, kept)), "the kept mask")
        else:
            self._draft(mark, grid)

    def keep(self) -> None:
        """Keep what is painted, with its volume.

        Raises
        ------
        ReadingError
            If nothing is painted, or of a mark that is another by now.
        OutputError, JournalError
            If it was not saved; it stays on the screen then.
        """
        painted = self._require()
        mask = replace(painted.begun, voxels=self._canvas.mask.voxels())
        volume = volume_mm3(painted.grid, mask.voxels)
        self._session.keep_mask(painted.mark, to_file(painted.grid, mask), volume)
        self.leave()
        self._window.say(f"{painted.mark.lesion}: the mask is kept, {_millilitres(volume)}")

    def remove(self) -> None:
        """Take the kept mask of the current lesion back; undo brings it back.

        Raises
        ------
        ReadingError
            If it has none.
        """
        self._session.remove_mask()
        self._window.say(f"{self._session.lesion}: the mask is removed; undo brings it back")

    def leave(self) -> bool:
        """Take off what is painted or drafted, without keeping it; tell whether there was any."""
        was_drafting = self._drafting is not None and self._drafting.cancel()
        was_painting = self._put_away()
        if was_painting:
            self._window.refresh()
        return was_painting or was_drafting

    def follow(self) -> None:
        """Leave what is painted where its scan is not the one that is shown any more."""
        if self._painted is not None and self._canvas.grid is not self._painted.grid:
            self._put_away()
            self._window.say("the mask is left, and was not kept: its scan is not shown any more")

    def resize_brush(self, step: int) -> None:
        """Let the brush be broader or narrower.

        Raises
        ------
        ReadingError
            If nothing is painted.
        """
        self._require()
        self._canvas.mask.resize_brush(step)
        self._window.say(f"the brush is {self._canvas.mask.brush_size} voxels broad")

    def undo_stroke(self) -> None:
        """Take the last stroke of the brush back.

        Raises
        ------
        ReadingError
            If nothing is painted.
        """
        self._require()
        self._canvas.mask.undo()

    def close(self) -> None:
        """Leave what is painted, and draft nothing any more."""
        if self._drafting is not None:
            self._drafting.close()
        self._put_away()

    def _put_away(self) -> bool:
        """Take the mask off the canvas; tell whether there was one."""
        was_painting, self._painted = self._painted is not None, None
        self._canvas.mask.hide()
        return was_painting

    def _require(self) -> _Painted:
        if self._painted is None:
            raise ReadingError(f"no mask is painted; {keys_of('edit_mask')} begins one")
        return self._painted

    def _draft(self, mark: Mark, grid: ViewGrid) -> None:
        """Make a draft in a thread, and show it unless the read has gone on meanwhile."""

        def finished(mask: LesionMask) -> None:
            is_same = self._session.marks_of(mark.lesion, mark.timepoint) == (mark,)
            if is_same and self._session.lesion == mark.lesion and self._canvas.grid is grid:
                self._show(_Painted(mark, grid, mask), "a draft")
            else:
                self._window.say("the draft of a mask is not used: the read has gone on")

        if self._drafting is None:
            self._drafting = Background("recistkit-mask", Unshown())
        self._window.say(f"drafting the mask of {mark.lesion}")
        self._drafting.start(
            "", lambda _: drafted(grid, mark), finished=finished, failed=self._window.say
        )

    def _show(self, painted: _Painted, what: str) -> None:
        self._painted = painted
        self._canvas.mask.show(painted.grid, painted.begun)
        self._window.refresh()
        volume = volume_mm3(painted.grid, painted.begun.voxels)
        keys = f"{keys_of('edit_mask')} erases, {keys_of('keep_mask')} keeps it, Esc leaves it"
        self._window.say(f"{painted.mark.lesion}: {what}, {_millilitres(volume)}; paint; {keys}")


def _millilitres(volume: Decimal) -> str:
    return f"{volume / _MM3_PER_ML:.1f} ml"
