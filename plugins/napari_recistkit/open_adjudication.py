"""One case before its adjudicator: both reads on the canvases, nothing to draw; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_recistkit.adjudication_room import AdjudicationRoom
from napari_recistkit.compared_marks import compared_rulers
from napari_recistkit.loaded_case import LoadedCase
from napari_recistkit.views import Views
from recistkit.reading.adjudication import AdjudicationSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from napari_recistkit.attempts import Window
    from napari_recistkit.canvas import Canvas
    from napari_recistkit.lesion_layer import ShownRuler
    from napari_recistkit.link import Link
    from napari_recistkit.open_folder import OpenWorklist
    from recistkit.reading.case import Case

__all__ = ["OpenAdjudication"]


class OpenAdjudication(LoadedCase):
    """Everything of an adjudicator's case that stands between opening and closing it.

    Parameters
    ----------
    folder : OpenWorklist
    case : Case
    present, compared : Canvas
    link : Link
    window : Window
        What asks and says.

    Attributes
    ----------
    session : AdjudicationSession
    room : AdjudicationRoom
    refuses : str
        What is said of a key that is a reader's.

    Raises
    ------
    RecistkitError
        If the case cannot be opened.
    """

    refuses = "this key is for a reader; in an adjudication no read is changed"

    def __init__(
        self,
        folder: OpenWorklist,
        case: Case,
        *,
        present: Canvas,
        compared: Canvas,
        link: Link,
        window: Window,
    ) -> None:
        self.session = AdjudicationSession.open(folder.path, case.subject, folder.reader)
        views = Views(self.session, case, present, compared, link, rulers=self._rulers)
        super().__init__(case, views, window)
        self.room = AdjudicationRoom(self.session, window, self.views)

    @property
    def opening_said(self) -> str:
        """What is said when it is opened."""
        return self.session.before or self.room.where_said

    @property
    def title(self) -> str:
        """What is decided, and what is seen."""
        session, views = self.session, self.views
        state = f"decided: {session.decision}" if session.decision else "to adjudicate"
        if not session.reads.differing:
            state = session.decision or "both reads agree"
        said = [f"{session.subject}, adjudicator {session.adjudicator}", state, f"{session.visit}"]
        if views.compared_visit:
            said.append(f"beside {views.compared_visit} ({views.comparison_said})")
        return " · ".join([*said, session.criteria.reference])

    def refresh(self) -> None:
        """Let the views follow the session."""
        with self.views.present.drawn_once(), self.views.compared.drawn_once():
            self.views.refresh()

    def give_up_drag(self) -> bool:
        """There is no drag that could be given up."""
        return False

    def save_key_images(self) -> list[str]:
        """There are none of a decision."""
        return []

    def remember(self) -> None:
        """Keep what is on the screen as long as the case is open."""
        self.session.remember(self.views.place())

    def close(self) -> None:
        """Take everything off the canvases."""
        super().close()
        self.room.close()

    def _rulers(self, visit: str, series: str, _is_present: bool) -> Iterator[ShownRuler]:  # noqa: FBT001  Views says it so
        return compared_rulers(self.session, visit, series)
