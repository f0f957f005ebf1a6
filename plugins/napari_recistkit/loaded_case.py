"""A case whose scans are loaded in the background and handed to its views; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from napari_recistkit.loading import fault_said, how_far, in_order, load_all

if TYPE_CHECKING:
    from napari_recistkit.attempts import Window
    from napari_recistkit.background import Background
    from napari_recistkit.loading import Loaded
    from napari_recistkit.shortcuts import Situation
    from napari_recistkit.views import Views
    from recistkit.reading.case import Case
    from recistkit.reading.grid import ViewGrid

__all__ = ["LoadedCase"]

_HIDDEN: Final = "other layers of the viewer are hidden as long as the case is open"


class LoadedCase:
    """What every case that is open has: its scans and its views.

    Parameters
    ----------
    case : Case
    views : Views
    window : Window
        What says.

    Attributes
    ----------
    is_seen : bool
        Whether its page is shown: no drag reaches a case that is not seen.
    """

    def __init__(self, case: Case, views: Views, window: Window) -> None:
        self.case, self.views, self.is_seen = case, views, True
        self._window = window
        both = (views.present, views.compared)
        self._stops = [one.listen("others", lambda: window.say(_HIDDEN)) for one in both]

    @property
    def situation(self) -> Situation | None:
        """What of the case has the attention instead of the read."""
        return None

    def load(self, background: Background) -> None:
        """Load its scans: those of the visit that is read first, then the one beside it."""
        session = self.views.session
        first = (session.visit, self.views.compared_visit, session.baseline)
        series = in_order(self.case, first)

        def fail(fault: str) -> None:
            self._window.say(fault)
            self.views.end_loading()

        background.start(
            how_far(0, len(series)),
            lambda job: load_all(series, job),
            taken=self._take_loaded,
            finished=lambda _: self.end_loading(),
            failed=fail,
        )

    def propose_with(self, background: Background) -> None:
        """Let what can be proposed be made in a background; nothing is, unless a case says so."""

    def end_loading(self) -> None:
        """Take that everything is loaded."""
        self.views.end_loading()

    def add_grid(self, grid: ViewGrid) -> None:
        """Take a volume that was loaded."""
        self.views.add_grid(grid)
        self._window.refresh()  # the next drag, and so the title, are of the scan that is shown

    def close(self) -> None:
        """Hear no more of the canvases."""
        for stop in self._stops:
            stop()

    def _take_loaded(self, one: Loaded) -> None:
        if one.grid is not None:
            self.add_grid(one.grid)
        else:
            self.views.add_fault("" if one.series is None else one.series.uid)
            self._window.say(fault_said(self.case, one))
