"""One case that is open: its session, room and views, its scans, its ruler; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from napari_recistkit.loading import how_far, in_order, load_all
from napari_recistkit.room import Room, Window
from napari_recistkit.ruler_tool import RulerTool
from napari_recistkit.views import Views
from napari_recistkit.visit_text import title_text
from napari_recistkit.windows import first_window
from recistkit.errors import OutputError, RecistkitError
from recistkit.reading.key_images import key_image, save_key_image
from recistkit.reading.opening import open_session
from recistkit.reading.paths import key_image_folder, key_image_name

if TYPE_CHECKING:
    from napari_recistkit.background import Background
    from napari_recistkit.canvas import Canvas
    from napari_recistkit.link import Link
    from napari_recistkit.loading import Loaded
    from napari_recistkit.open_folder import OpenFolder
    from recistkit.model.mark import Mark
    from recistkit.reading.case import Case
    from recistkit.reading.grid import ViewGrid
    from recistkit.reading.rows import Row

__all__ = ["OpenCase"]

Done = TypeVar("Done")


class OpenCase:
    """Everything of a case that stands between opening and closing it.

    Parameters
    ----------
    folder : OpenFolder
    case : Case
    present, compared : Canvas
    link : Link
    window : Window
        What asks and says.
    is_free : callable
        Tells whether the mouse may change something now; says why where not.

    Raises
    ------
    RecistkitError
        If the case cannot be opened.
    """

    def __init__(
        self,
        folder: OpenFolder,
        case: Case,
        *,
        present: Canvas,
        compared: Canvas,
        link: Link,
        window: Window,
        is_free: Callable[[], bool],
    ) -> None:
        self.case = case
        self.session = open_session(folder.path, case, folder.journal, folder.settings)
        self.room = Room(self.session, folder.settings, window)
        self.views = Views(self.session, case, present, compared, link)
        self._folder = folder.path
        self._window = window
        self._is_free = is_free
        self._grids: dict[str, ViewGrid] = {}
        self._tool = RulerTool(
            present,
            done=lambda stroke: self._take_if_free(self.room.take_stroke, stroke),
            clicked=lambda click: self._take_if_free(self.room.take_click, click),
            resolution_mm=folder.settings.resolution_mm,
        )
        self._drawn_on = self._state
        if self.session.lesion is None and not self.session.locked:
            self.session.next_unstated()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lesions of the visit; none where there is no visit."""
        return self.session.rows() if self.session.visit else ()

    @property
    def title(self) -> str:
        """What is read, beside what, and what the next drag does."""
        views = self.views
        return title_text(self.session, views.compared_visit, views.comparison, self.room.armed)

    def refresh(self) -> None:
        """Let views and ruler follow the session."""
        if self._state != self._drawn_on:
            self._tool.cancel()  # a drag is for what was current when it began
            self._drawn_on = self._state
        self.views.refresh()
        if not self._tool.drawing:
            self._arm()

    def load(self, background: Background) -> None:
        """Load its scans: those of the visit that is read first, then the one beside it."""
        first = (self.session.visit, self.views.compared_visit, self.session.baseline)
        series = in_order(self.case, first)

        def fail(fault: str) -> None:
            self._window.say(fault)
            self.views.end_loading()

        background.start(
            how_far(0, len(series)),
            lambda job: load_all(series, job),
            taken=self._take_loaded,
            finished=lambda _: self.views.end_loading(),
            failed=fail,
        )

    def _take_loaded(self, one: Loaded) -> None:
        if one.grid is not None:
            self.add_grid(one.grid)
        else:
            self.views.add_fault(one.uid)
            self._window.say(one.fault)

    def add_grid(self, grid: ViewGrid) -> None:
        """Take a volume that was loaded."""
        self._grids[grid.series.uid] = grid
        self.views.add_grid(grid)
        self.refresh()

    def save_key_images(self, visit: str) -> None:
        """Write each target of a visit with its rulers, beside the document."""
        folder = key_image_folder(self._folder, self.session.subject, self.session.reader)
        faults = []
        for mark in self._drawn_targets(visit):
            grid = self._grids.get((mark.image and mark.image.series) or "")
            name = key_image_name(visit, mark.lesion, mark.fragment)
            try:
                if grid is None:
                    raise OutputError("its scan is not loaded")
                save_key_image(key_image(grid, mark, _window(grid)), folder / name)
            except RecistkitError as error:
                faults.append(f"{mark.lesion}: {error}")
        if faults:
            said = "; ".join(faults)
            self._window.say(f"{visit} is signed; these key images are not written: {said}")

    def _drawn_targets(self, visit: str) -> list[Mark]:
        draft = self.session.draft
        targets = [lesion.id for lesion in draft.followed if lesion.role == "target"]
        marks = [mark for lesion in targets for mark in draft.marks_of(lesion, visit)]
        return [mark for mark in marks if mark.longest or mark.short]

    @property
    def _state(self) -> tuple[object, ...]:
        """What a drag is for."""
        return (self.session.visit, self.session.lesion, self.session.revision)

    def close(self) -> None:
        """Remember where the reader was, and take everything off the canvases."""
        self.remember()
        self.room.close()
        self._tool.close()

    def remember(self) -> None:
        """Save what is on the screen."""
        try:
            self.session.remember(self.views.place())
        except RecistkitError as error:
            self._window.say(str(error))

    def _take_if_free(self, take: Callable[[Done], None], done: Done) -> None:
        """Take a drag or a click, unless nothing may be changed now."""
        if self._is_free():
            take(done)
        else:
            self.refresh()

    def _arm(self) -> None:
        """Let the next drag draw what the room wants of it."""
        mark = None if self.session.locked else self.room.lacks_short
        is_short = self.views.preview(mark)
        if self.session.locked:
            self._tool.disarm()
        elif is_short and mark is not None and mark.longest is not None:
            self._tool.arm_short(mark.longest)
        else:
            self._tool.arm()


def _window(grid: ViewGrid) -> tuple[float, float]:
    """Return level and width of a key image: the usual ones of the modality."""
    window = first_window(grid)
    return (window.level, window.width)
