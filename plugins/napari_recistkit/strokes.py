"""What a drag or a click on the visit's image does to the read; no Qt.

What it is was decided before it began: see `next_drag`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from napari_recistkit.attempts import Attempts, Window
from napari_recistkit.mark_name import MarkName
from napari_recistkit.mark_place import is_on_image
from napari_recistkit.next_drag import Armed, JustDrawn, NextDrag, next_drag
from napari_recistkit.said import lesion_said
from recistkit.errors import ReadingError
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.read import Role

if TYPE_CHECKING:
    from napari_recistkit.ruler_tool import Click, Pull, Stroke
    from recistkit.measure.bidirectional import Axes
    from recistkit.model.series import Vector
    from recistkit.reading.session import ReadSession

__all__ = ["ARMED", "Armed", "Strokes"]

ARMED: Final[dict[Armed, str]] = {
    "target": "new target: drag its long axis",
    "node": "new nodal target: drag its long axis, then its short axis",
    "non-target": "new non-target: drag or click on it",
    "new": "new lesion: drag or click on it",
    "split": "split: drag the long axis of each fragment; Esc when all are drawn",
}
_ROLES: Final[dict[Armed, Role]] = {
    "target": "target",
    "node": "target",
    "non-target": "non-target",
    "new": "new",
}


class Strokes(Attempts):
    """Turns strokes into commands, by what was decided that they are.

    Parameters
    ----------
    session : ReadSession
    window : Window
    """

    def __init__(self, session: ReadSession, window: Window) -> None:
        super().__init__(session, window)
        self._armed: Armed | None = None
        self._split: str | None = None
        self._drawn: JustDrawn | None = None

    @property
    def armed(self) -> Armed | None:
        """The tool in the reader's hand; None where a drag is for the current lesion."""
        if self._armed == "split" and self._split != self.session.lesion:
            return None
        return self._armed

    def arm(self, tool: str) -> None:
        """Let the next drags be new lesions of a kind, or fragments of the current one."""
        armed = next(name for name in ARMED if name == tool)

        def work() -> str:
            self._require_open()
            at_baseline = self.session.visit == self.session.baseline
            if at_baseline and armed == "new":
                raise ReadingError("nothing is new at the baseline; T, N and O are for its lesions")
            if not at_baseline and armed in {"target", "node", "non-target"}:
                raise ReadingError("targets and non-targets are chosen at the baseline; W is new")
            self._armed, self._split = armed, self.session.lesion
            self._drawn = None  # a tool goes on only with what it has drawn itself
            self._is_stale = True
            return ARMED[armed]

        self._try(work)

    def disarm(self) -> None:
        """Let drags measure the current lesion again."""

        def work() -> str:
            was_split = self.armed == "split"
            self._put_down()
            return self._go_on() if was_split else ""

        self._try(work)

    def edit_organ(self) -> None:
        """Ask for the organ of the current lesion."""
        raise NotImplementedError

    def next_drag(self, series: str | None) -> NextDrag:
        """Return what the next drag on a series is."""
        return next_drag(self.session, self.armed, self._drawn, series)

    def take_stroke(self, stroke: Stroke) -> None:
        """Do what a drag is: what was decided, or the short axis of what it cuts across."""
        self._try(lambda: self._taken(stroke))

    def take_pull(self, pull: Pull) -> None:
        """Keep what was pulled."""
        self._try(lambda: self._pulled(pull))

    def take_click(self, click: Click) -> None:
        """Do what a click means: a non-target or a new lesion needs no ruler."""
        if self.armed in {"non-target", "new"}:
            self._try(lambda: self._add_lesion(None, click.place, click.point_mm))
        else:
            self._window.say("drag along the long axis; a click is no measurement")

    def _pulled(self, pull: Pull) -> str:
        if not isinstance(pull.key, MarkName):
            return ""
        lesion, fragment = pull.key
        self.session.go_to_lesion(lesion)
        if pull.longest is None:
            self.session.set_short(pull.short, fragment=fragment)
        else:
            self.session.measure(pull.longest, pull.short, pull.place, fragment=fragment)
        return lesion_said(self.session, lesion)

    def _taken(self, stroke: Stroke) -> str:
        drag, place = stroke.drag, stroke.place
        if drag != self.next_drag(place.series):
            raise ReadingError("the read has changed since this drag began; draw it again")
        short_axis = drag.short_axis(stroke.ruler, place)
        if short_axis is not None:
            return self._keep_short(*short_axis, place)
        if drag.draws == "short":
            raise ReadingError(_refused(drag, place))
        if drag.draws == "split":
            self.session.add_fragment(stroke.ruler, None, place)
            self._remember_drawn()
            return lesion_said(self.session, self.session.lesion)
        if drag.draws != "measure":
            return self._add_lesion(stroke.ruler, place, None)
        if drag.lesion is None:
            raise ReadingError("choose a lesion, or press T, N, O or W for a new one")
        self.session.measure(stroke.ruler, None, place)
        self._remember_drawn()
        return self._go_on()

    def _keep_short(self, mark: Mark, axes: Axes, place: ImagePlace) -> str:
        """Keep a short axis of a mark; the longer of both is its long axis from then on."""
        self.session.go_to_lesion(mark.lesion)
        if axes.longest == mark.longest:
            self.session.set_short(axes.short, fragment=mark.fragment)
        else:
            self.session.measure(axes.longest, axes.short, place, fragment=mark.fragment)
        row = self.row
        if row is not None and row.lesion.organ is None:
            self.edit_organ()
            return lesion_said(self.session, mark.lesion)
        return self._go_on()

    def _add_lesion(
        self, longest: Ruler | None, place: ImagePlace, position_mm: Vector | None
    ) -> str:
        if self.armed is None or self.armed == "split":
            return ""
        lesion = self.session.add_lesion(
            _ROLES[self.armed],
            nodal=self.armed == "node",
            longest=longest,
            image=place,
            position_mm=position_mm,
        )
        self._remember_drawn()
        if self.next_drag(place.series).draws != "short":
            self.edit_organ()
        return lesion_said(self.session, lesion)

    def _remember_drawn(self) -> None:
        """Keep which mark was drawn last: its short axis may follow."""
        marks = self._marks(self.session.lesion)
        if marks:
            last = marks[-1]
            name = MarkName(last.lesion, last.fragment)
            self._drawn = JustDrawn(name, last.timepoint, self.session.revision)

    def _go_on(self) -> str:
        """Go to the next lesion without a state; stay where nothing is left or a tool is armed.

        Returns
        -------
        str
            What was said of the lesion that is left.
        """
        row = self.row
        said = lesion_said(self.session, self.session.lesion)
        if self.armed is None and row is not None and row.is_complete:
            self.session.next_unstated()
        return said

    def _put_down(self) -> None:
        """Let drags measure again; the window shows it."""
        self._armed = self._split = None
        self._is_stale = True


def _refused(drag: NextDrag, place: ImagePlace) -> str:
    """Return why a drag is not the short axis that is expected."""
    mark = drag.crossable[0]
    if not is_on_image(mark, place):
        return f"the long axis of {mark.lesion} is on another slice or series; go back to it"
    return f"drag across the long axis of {mark.lesion}: its short axis is what is drawn next"
