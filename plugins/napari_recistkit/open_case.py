"""One case that is open: its session, room and views, its scans, its ruler, its masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from napari_recistkit.loaded_case import LoadedCase
from napari_recistkit.mask_editing import MaskEditing
from napari_recistkit.next_drag import NOTHING
from napari_recistkit.proposed_places import ProposedPlaces
from napari_recistkit.room import Room, Window
from napari_recistkit.ruler_tool import RulerTool
from napari_recistkit.shortcuts import ANSWERS
from napari_recistkit.shown_marks import shown_rulers
from napari_recistkit.shown_proposal import shown_proposal
from napari_recistkit.views import Views
from napari_recistkit.visit_text import title_text
from napari_recistkit.windows import first_window
from recistkit.errors import OutputError, RecistkitError
from recistkit.reading.key_image_files import update_key_images
from recistkit.reading.key_images import key_image
from recistkit.reading.opening import open_session
from recistkit.reading.paths import key_image_folder

if TYPE_CHECKING:
    from napari_recistkit.background import Background
    from napari_recistkit.canvas import Canvas
    from napari_recistkit.lesion_layer import ShownRuler
    from napari_recistkit.link import Link
    from napari_recistkit.next_drag import NextDrag
    from napari_recistkit.open_folder import ReadersFolder
    from napari_recistkit.shortcuts import Situation
    from recistkit.model.mark import Mark
    from recistkit.reading.case import Case
    from recistkit.reading.grid import ViewGrid
    from recistkit.reading.rows import Row

__all__ = ["OpenCase"]

Done = TypeVar("Done")


class OpenCase(LoadedCase):
    """Everything of a case that stands between opening and closing it.

    Parameters
    ----------
    folder : ReadersFolder
    case : Case
    present, compared : Canvas
    link : Link
    window : Window
        What asks and says.
    is_free : callable
        Tells whether the mouse may change something now; says why where not.

    Attributes
    ----------
    session : ReadSession
    room : Room
    opening_said : str
        What is said when it is opened.
    refuses : str
        What is said of a key that is none of a reader's.

    Raises
    ------
    RecistkitError
        If the case cannot be opened.
    """

    opening_said = ""
    refuses = "this key is for an adjudicator"

    def __init__(
        self,
        folder: ReadersFolder,
        case: Case,
        *,
        present: Canvas,
        compared: Canvas,
        link: Link,
        window: Window,
        is_free: Callable[[], bool],
    ) -> None:
        self.session = open_session(folder.path, case, folder.journal, folder.settings)
        views = Views(self.session, case, present, compared, link, rulers=self._rulers)
        super().__init__(case, views, window)
        self.room = Room(self.session, folder.settings, window, self.views)
        self._places = ProposedPlaces(self.session, self.views.grid, window.refresh)
        self._masks = MaskEditing(self.session, present, window)
        self._folder = folder.path
        self._is_free = is_free
        self._tool = RulerTool(
            present,
            drawn=lambda stroke: self._take_if_free(self.room.take_stroke, stroke),
            pulled=lambda pull: self._take_if_free(self.room.take_pull, pull),
            clicked=lambda click: self._take_if_free(self.room.take_click, click),
            resolution_mm=folder.settings.resolution_mm,
        )
        if self.session.lesion is None and not self.session.locked:
            self.session.next_unstated()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lesions of the visit; none where there is no visit."""
        return self.session.rows() if self.session.visit else ()

    @property
    def title(self) -> str:
        """What is read, beside what, and what the next drag does."""
        views, drag = self.views, self._next_drag
        said = self._places.said(self._shown_series) if drag.draws == "measure" else ""
        text = ", ".join(filter(None, (drag.text, said, self._masks.text)))
        return title_text(self.session, views.compared_visit, views.comparison_said, text)

    def refresh(self) -> None:
        """Let views and ruler follow the session; a drag for what is no more is given up."""
        with self.views.present.drawn_once(), self.views.compared.drawn_once():
            self.views.refresh()
            self._masks.follow()
            self._tool.arm(self._next_drag)
        self._places.follow(self._shown_series)

    def propose_with(self, background: Background) -> None:
        """Let places be proposed from now on for what is still to be marked."""
        self._places.begin(background)
        self._places.follow(self._shown_series)

    # Keys

    def accept_proposal(self) -> None:
        """Go to the place that is proposed for the lesion, and take it."""
        self.views.show_proposed(self.session.accept_proposal())
        self._window.say(f"{self.session.lesion}: the proposed place; draw it, or state it")

    def move_proposal(self) -> None:
        """Say that the lesion is in the middle of the view instead."""
        centre_mm = self.views.present.centre_mm
        if centre_mm is not None:
            self.session.move_proposal(centre_mm)
            self._window.say(
                f"{self.session.lesion}: looked for here instead of the proposed place"
            )

    def ignore_proposal(self) -> None:
        """Take the proposed place off the image."""
        self.session.ignore_proposal()
        self._window.say(f"{self.session.lesion}: the proposed place is not used")

    def edit_mask(self) -> None:
        """Begin with the mask of the lesion, or change between painting and erasing."""
        self._masks.edit()

    def keep_mask(self) -> None:
        """Keep the mask that is painted."""
        self._masks.keep()

    def remove_mask(self) -> None:
        """Take the kept mask of the lesion back."""
        self._masks.remove()

    def resize_brush(self, step: int) -> None:
        """Let the brush be broader or narrower."""
        self._masks.resize_brush(step)

    def undo_stroke(self) -> None:
        """Take the last stroke of the brush back."""
        self._masks.undo_stroke()

    @property
    def situation(self) -> Situation | None:
        """What has the attention instead of the read: a mask that is painted."""
        return "mask" if self._masks.is_painting else None

    def choose_lesion(self, lesion: str) -> None:
        """Go to a lesion of the table, unless a mask is painted."""
        if self._masks.is_painting:
            self._window.say(ANSWERS["mask"])
            self._window.refresh()  # the table shows the lesion that is current
        else:
            self.room.choose_lesion(lesion)

    def give_up_drag(self) -> bool:
        """Give up the drag under way, or the mask that is painted; tell whether there was one."""
        if self._masks.leave():
            self._window.say("the mask is left, and was not kept")
            return True
        was_drawing = self._tool.cancel()
        if was_drawing:
            self._window.say("the drag is given up; nothing was measured")
        return was_drawing

    @property
    def _next_drag(self) -> NextDrag:
        """What the next drag on the scan that is shown is."""
        is_measuring = self.is_seen and not self._masks.is_painting
        return self.room.next_drag(self._shown_series) if is_measuring else NOTHING

    @property
    def _shown_series(self) -> str | None:
        """UID of the series that is shown of the visit."""
        grid = self.views.present.grid
        return None if grid is None else grid.series.uid

    def end_loading(self) -> None:
        """Take that everything is loaded; draw the key images that a signature left behind."""
        super().end_loading()
        for fault in self.save_key_images():
            self._window.say(fault)

    def save_key_images(self) -> list[str]:
        """Let the key images be those of the signed document; return what was not done, and why."""
        document = self.session.signed_document
        if document is None:
            return []
        folder = key_image_folder(self._folder, self.session.subject, self.session.reader)
        faults = update_key_images(folder, document, self._key_image)
        return [f"these key images are not written: {'; '.join(faults)}"] if faults else []

    def _key_image(self, mark: Mark) -> bytes:
        grid = self.views.grid(mark.image.series if mark.image else None)
        if grid is None:
            raise OutputError("its scan is not loaded")
        return key_image(grid, mark, _window(grid))

    def close(self) -> None:
        """Remember where the reader was, and take everything off the canvases."""
        self.remember()
        self._places.close()
        self._masks.close()
        super().close()
        self.room.close()
        self._tool.close()

    def remember(self) -> None:
        """Save what is on the screen."""
        try:
            self.session.remember(self.views.place())
        except RecistkitError as error:
            self._window.say(str(error))

    def _rulers(self, visit: str, series: str, is_present: bool) -> Iterator[ShownRuler]:  # noqa: FBT001  Views says it so
        """Yield the rulers of a visit on a series; those of an open visit can be pulled."""
        pullable = is_present and not self.session.locked
        yield from shown_rulers(self.session, visit, series, pullable=pullable)
        proposal, grid = self.session.proposal, self.views.present.grid
        if is_present and proposal is not None and grid is not None:
            yield from shown_proposal(grid, self.views.present.plane, proposal, self.session.lesion)

    def _take_if_free(self, take: Callable[[Done], None], done: Done) -> None:
        """Take a drag or a click, unless nothing may be changed now."""
        if self._is_free():
            take(done)
        else:
            self.refresh()


def _window(grid: ViewGrid) -> tuple[float, float]:
    """Return level and width of a key image: the usual ones of the modality."""
    window = first_window(grid)
    return (window.level, window.width)
