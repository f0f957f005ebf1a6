"""The two views: which scan each of them shows, where, and with which rulers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Literal

from napari_recistkit.series_choice import SeriesChoice
from napari_recistkit.shown_place import is_at, show_again, shown_now
from napari_recistkit.sight import series_said, unseen
from napari_recistkit.windows import Window
from recistkit.reading.grid import BODY_PLANES
from recistkit.reading.place import Beside

if TYPE_CHECKING:
    from napari_recistkit.canvas import Canvas
    from napari_recistkit.lesion_layer import ShownRuler
    from napari_recistkit.link import Link
    from napari_recistkit.viewed import Viewed
    from recistkit.model.series import Series, Vector
    from recistkit.reading.case import Case
    from recistkit.reading.grid import ViewGrid
    from recistkit.reading.place import Place

__all__ = ["COMPARISONS", "Comparison", "Views"]

Comparison = Literal["baseline", "nadir", "prior"]
COMPARISONS: Final[tuple[Comparison, ...]] = ("baseline", "nadir", "prior")

_NO_OFFSET: Final = (0.0, 0.0, 0.0)


class Views:
    """What the two canvases show of a case.

    Parameters
    ----------
    session : Viewed
    case : Case
        Its visits with their series.
    present, compared : Canvas
        The visit being read, and the one beside it.
    link : Link
        Of the two.
    rulers : callable
        Returns those of a visit that were drawn on a series; whether they
        stand in the view of the visit being read is its third argument.
    """

    def __init__(
        self,
        session: Viewed,
        case: Case,
        present: Canvas,
        compared: Canvas,
        link: Link,
        *,
        rulers: Callable[[str, str, bool], Iterable[ShownRuler]],
    ) -> None:
        self.session = session
        self._rulers = rulers
        self.present = present
        self.compared = compared
        self.link = link
        self.is_loading = True
        saved = session.place
        found = (one for one in COMPARISONS if one == saved.comparison)
        self.comparison: Comparison = next(found, "baseline")
        self._choice = SeriesChoice(session, case)
        self._choice.choose(saved.visit, saved.series, self.compared_visit)
        self._saved: Place | None = saved
        self._left: Place | None = None
        self._grids: dict[str, ViewGrid] = {}
        self._faulty: set[str] = set()
        self._looked_at: set[str] = set()
        self._shown: tuple[str | None, str | None] | None = None
        self._pair: tuple[str, str] | None = None
        self._offsets: dict[tuple[str, str], Vector] = {}
        if saved.link_offset_mm is not None and (pair := self._wanted_pair()) is not None:
            self._offsets[pair] = saved.link_offset_mm
        link.set_offset(_NO_OFFSET)
        link.relink()
        if saved.is_linked is False:
            link.unlink()

    @property
    def compared_visit(self) -> str | None:
        """Label of the visit beside the one being read; at the baseline there is none."""
        before = {
            "baseline": self.session.baseline,
            "nadir": self.session.nadir or self.session.baseline,
            "prior": self.session.prior,
        }[self.comparison]
        return None if before == self.session.visit else before

    @property
    def comparison_said(self) -> str:
        """With what is compared, and how both views hang together where it is not as usual."""
        shown = self.comparison
        if shown == "nadir" and self.session.nadir is None:
            shown = "baseline"
        said: list[str] = [shown, *([] if self.link.enabled else ["not linked"])]
        if self.link.enabled and (apart_mm := math.hypot(*self.link.offset_mm)) > 0:
            said.append(f"aligned, {apart_mm:.1f} mm apart")
        return ", ".join(said)

    def series(self, visit: str | None) -> Series | None:
        """Return the series that is shown of a visit; see `SeriesChoice.of`."""
        return self._choice.of(visit)

    def unseen(self, visit: str | None) -> str:
        """Return why what is to be seen at a visit cannot be stated now; empty where it can."""
        return unseen(
            visit,
            self._choice.all_of(visit),
            self.series(visit),
            loaded=self._grids,
            faulty=self._faulty,
            is_loading=self.is_loading,
        )

    def never_shown(self, visit: str | None) -> tuple[str, ...]:
        """Name the series of a visit that were not on the screen since the case was opened."""
        found = self._choice.all_of(visit)
        return tuple(series_said(one) for one in found if one.uid not in self._looked_at)

    def add_grid(self, grid: ViewGrid) -> None:
        """Take a volume that was loaded; it is shown by `refresh` if it is wanted."""
        self._grids[grid.series.uid] = grid

    def grid(self, series: str | None) -> ViewGrid | None:
        """Return the volume of a series; None where it was not loaded."""
        return self._grids.get(series or "")

    def add_fault(self, uid: str) -> None:
        """Take that a series cannot be loaded."""
        self._faulty.add(uid)
        self.refresh()

    def end_loading(self) -> None:
        """Take that nothing more is loaded."""
        self.is_loading = False
        self.refresh()

    def refresh(self) -> None:
        """Show what the session says now; go to the lesion if it is another one."""
        now = (self.session.visit, self.session.lesion)
        has_moved, is_first = now != self._shown, self._shown is None
        if has_moved and not is_first:
            self._choice.forget()  # a series that was chosen holds for one lesion
        self._shown = now
        with self.link.paused():
            is_new = self._show_grid(self.present, self.session.visit)
            is_new_beside = self._show_grid(self.compared, self.compared_visit)
        self._take_offset()
        for canvas, visit in self._sides():
            self._show_rulers(canvas, visit)
        if is_new and self._saved is not None:
            self._restore(self._saved)
        else:
            if is_new or is_new_beside:
                self._bring_beside()
            if is_new or has_moved:
                self._go_to_lesion()
            elif is_new_beside and not self._restore_beside():
                self._show_beside()

    # Keys

    def next_comparison(self) -> None:
        """Compare with the baseline, the nadir, the prior visit in turn."""
        at = COMPARISONS.index(self.comparison)
        self.comparison = COMPARISONS[(at + 1) % len(COMPARISONS)]
        self.refresh()

    def next_series(self) -> None:
        """Show the next series of the visit being read, and its like beside it."""
        if self._choice.choose_next(self.session.visit or "", self.compared_visit):
            self.refresh()

    def next_plane(self) -> None:
        """Show the next plane in both views."""
        self.present.next_plane()
        self.compared.set_plane(self.present.plane)

    def next_slice(self, step: int) -> None:
        """Go to the next slice."""
        self.present.set_slice(self.present.slice_number + step)

    def show_window(self, name: str) -> None:
        """Show the grey values of a preset in both views."""
        for canvas in (self.present, self.compared):
            canvas.preset(name)

    def toggle_link(self) -> None:
        """Link or unlink the views."""
        self.link.toggle()

    def align_here(self) -> None:
        """Take what both views show as the same place."""
        offset_mm = self.link.align_here()
        if self._pair is not None:
            self._offsets[self._pair] = offset_mm

    def fit(self) -> None:
        """Show the whole image in both views."""
        for canvas in (self.present, self.compared):
            canvas.fit()

    def show_proposed(self, patient_mm: Vector) -> None:
        """Go to where the lesion may be now; the other view shows it where it was."""
        with self.link.paused():
            self.present.show_point(patient_mm)
        self._show_beside()

    # Where the reader is

    def place(self) -> Place:
        """Return what is on the screen, to come back to; what was saved until a scan is there."""
        kept: dict[str, object] = {
            "comparison": self.comparison,
            "link_offset_mm": self.link.offset_mm,
            "is_linked": self.link.enabled,
        }
        if self.present.grid is not None:
            kept |= shown_now(self.present)
            kept |= {"slice": self.present.slice_number, "plane": self.present.plane}
        if self.compared.grid is not None:
            kept["beside"] = Beside.model_construct(None, **shown_now(self.compared))
        return self.session.place.model_copy(update=kept)

    def _restore(self, saved: Place) -> None:
        """Take up what was on the screen when the reader stopped."""
        self._saved = None
        grid, plane = self.present.grid, saved.plane
        self.present.set_plane(next((one for one in BODY_PLANES if one == plane), "axial"))
        is_same = grid is not None and grid.series.uid == saved.series
        if is_same and saved.window is not None:
            self.present.set_window(Window(*saved.window))
        self._bring_beside()
        is_there = is_same and self._shown == (saved.visit, saved.lesion)
        if is_there and show_again(self.present, saved.point_mm, saved.zoom):
            self._left = saved
            self._restore_beside()
        else:
            self._go_to_lesion()

    def _restore_beside(self) -> bool:
        """Take up the other view too, unless the reader has gone on meanwhile; tell whether."""
        left, grid = self._left, self.compared.grid
        if left is None or grid is None:
            return False
        self._left = None
        beside = left.beside
        if (
            beside is None
            or beside.series != grid.series.uid
            or not is_at(self.present, left.point_mm)
        ):
            return False
        with self.link.paused():
            if beside.window is not None:
                self.compared.set_window(Window(*beside.window))
            return show_again(self.compared, beside.point_mm, beside.zoom)

    # What follows from the session

    def _sides(self) -> tuple[tuple[Canvas, str | None], ...]:
        return ((self.present, self.session.visit), (self.compared, self.compared_visit))

    def _wanted_pair(self) -> tuple[str, str] | None:
        """Return the frames of reference of both views: an offset holds between two of them."""
        series = [self.series(visit) for visit in (self.session.visit, self.compared_visit)]
        frames = [one.frame_of_reference or one.uid for one in series if one is not None]
        return (frames[0], frames[1]) if len(frames) == len(series) else None

    def _take_offset(self) -> None:
        """Let the link use the offset of the scans that are shown; none if none was said."""
        pair = self._wanted_pair()
        if pair != self._pair:
            self._pair = pair
            self.link.set_offset(_NO_OFFSET if pair is None else self._offset(pair))

    def _offset(self, pair: tuple[str, str]) -> Vector:
        return self._offsets.get(pair, _NO_OFFSET)

    def _show_grid(self, canvas: Canvas, visit: str | None) -> bool:
        """Show the scan of a visit; tell whether it is another than before."""
        series = self.series(visit)
        grid = self.grid(series.uid if series is not None else None)
        canvas.caption.show(visit or "", self._said_of(visit, series))
        if grid is canvas.grid:
            return False
        if grid is None:
            canvas.clear()
            return False
        was = canvas.window if _same_modality(canvas.grid, grid) else None
        canvas.show(grid, window=was)
        if canvas is self.present:
            self._looked_at.add(grid.series.uid)
        return True

    def _said_of(self, visit: str | None, series: Series | None) -> str:
        """Return what a caption says after the visit, and why its canvas is empty where it is."""
        if visit is None:
            return ""
        if series is None:
            return "no scan"
        said = [str(one) for one in (series.modality, series.date, series.plane) if one]
        if series.uid in self._faulty:
            said.append("cannot be loaded")
        elif series.uid not in self._grids:
            said.append("loading" if self.is_loading else "not loaded")
        return ", ".join(said)

    def _bring_beside(self) -> None:
        """Let the other view show what the first one shows, as it would had it been there."""
        if self.present.grid is not None and self.compared.grid is not None:
            self.compared.set_plane(self.present.plane)
            self.link.bring(self.present)

    def _go_to_lesion(self) -> None:
        """Let both views show the lesion, each at its own place where it has one."""
        here = self._place_at(self.session.visit)
        beside = self._place_beside()
        if here is None and beside is not None:
            here = self.link.corresponding(self.compared, beside)
        if here is not None:
            with self.link.paused():  # the other view has a place of its own
                self.present.show_point(here)
        if beside is not None:
            self._show_beside()
        else:
            self.link.bring(self.present)

    def _show_beside(self) -> None:
        """Let the other view show the lesion where it was; the first one stays where it is."""
        beside = self._place_beside()
        if beside is not None:
            with self.link.paused():
                self.compared.show_point(beside)

    def _place_beside(self) -> Vector | None:
        """Return where the lesion is in the other view, else where it was last."""
        before = self.session.visits_before(self.session.visit or "")
        labels = (self.compared_visit, *reversed(before))
        return next((place for one in labels if (place := self._place_at(one))), None)

    def _place_at(self, visit: str | None) -> Vector | None:
        if self.session.lesion is None or visit is None:
            return None
        marks = self.session.marks_of(self.session.lesion, visit)
        return next((place for mark in marks if (place := mark.place_mm())), None)

    def _show_rulers(self, canvas: Canvas, visit: str | None) -> None:
        """Show the rulers of a visit that were drawn on the scan that is shown."""
        if canvas.grid is None or visit is None:
            canvas.set_rulers(())
            return
        uid, is_present = canvas.grid.series.uid, canvas is self.present
        canvas.set_rulers(tuple(self._rulers(visit, uid, is_present)))


def _same_modality(before: ViewGrid | None, now: ViewGrid) -> bool:
    return before is not None and before.series.modality == now.series.modality
