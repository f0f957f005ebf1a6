"""What a drag or a click on the visit's image means for the read; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from napari_recistkit.attempts import Attempts, Window
from napari_recistkit.crossing import crosses, plane_normal
from napari_recistkit.mark_name import MarkName
from napari_recistkit.said import lesion_said
from recistkit.errors import ReadingError
from recistkit.measure.bidirectional import Axes, corrected, ordered
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.read import Role

if TYPE_CHECKING:
    from napari_recistkit.ruler_tool import Click, Stroke
    from recistkit.model.series import Vector
    from recistkit.reading.session import ReadSession

__all__ = ["ARMED", "Armed", "Strokes"]

Armed = Literal["target", "node", "non-target", "new", "split"]

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
    """Turns strokes into commands, by what is armed and what the current lesion lacks.

    Parameters
    ----------
    session : ReadSession
    window : Window
    """

    def __init__(self, session: ReadSession, window: Window) -> None:
        super().__init__(session, window)
        self._armed: Armed | None = None
        self._split: str | None = None

    @property
    def armed(self) -> Armed | None:
        """What the next drag is; None where it measures the current lesion."""
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

    @property
    def lacks_short(self) -> Mark | None:
        """The mark of the current lesion whose short axis counts and is not drawn yet."""
        row = self.row
        if row is None or all(item.what != "short-axis" for item in row.missing):
            return None
        marks = self._marks(row.lesion.id)
        return next((one for one in marks if one.longest is not None and one.short is None), None)

    def take_stroke(self, stroke: Stroke) -> None:
        """Do what a drag on the visit's image means.

        A pull keeps what was pulled. A short axis is taken where one is
        missing, or where the drag crosses a long axis that is there. Else
        what is armed is drawn, else the current lesion is measured.
        """
        works = {"pull": self._pull, "short": self._take_short, "longest": self._take_longest}
        self._try(lambda: works[stroke.action](stroke))

    def take_click(self, click: Click) -> None:
        """Do what a click means: a non-target or a new lesion needs no ruler."""
        if self.armed in {"non-target", "new"}:
            self._try(lambda: self._add_lesion(None, click.place, click.point_mm))
        else:
            self._window.say("drag along the long axis; a click is no measurement")

    def _pull(self, stroke: Stroke) -> str:
        if not isinstance(stroke.key, MarkName):
            return ""
        lesion, fragment = stroke.key
        self.session.go_to_lesion(lesion)
        if stroke.longest is None:
            self.session.set_short(stroke.short, fragment=fragment)
        else:
            self.session.measure(stroke.longest, stroke.short, stroke.place, fragment=fragment)
        return lesion_said(self.session, lesion)

    def _take_short(self, stroke: Stroke) -> str:
        mark = self.lacks_short
        if mark is None or stroke.longest is None or stroke.short is None:
            return ""
        return self._keep_short(mark, Axes(stroke.longest, stroke.short), stroke.place)

    def _take_longest(self, stroke: Stroke) -> str:
        """Take a drag; the short axis that is proposed beside it is no measurement."""
        drawn = stroke.longest
        if drawn is None:
            return ""
        crossed = self._crossed(drawn, stroke.place)
        if crossed is not None and crossed.longest is not None:
            axes = corrected(crossed.longest, drawn, plane_normal(drawn, crossed.longest))
            return self._keep_short(crossed, axes, stroke.place)
        if self.armed == "split":
            self.session.add_fragment(drawn, None, stroke.place)
            return lesion_said(self.session, self.session.lesion)
        if self.armed is not None:
            return self._add_lesion(drawn, stroke.place, None)
        if self.session.lesion is None:
            raise ReadingError("choose a lesion, or press T, N, O or W for a new one")
        self.session.measure(drawn, None, stroke.place)
        return self._go_on()

    def _keep_short(self, mark: Mark, axes: Axes, place: ImagePlace) -> str:
        """Keep a short axis of a mark; the longer of both is its long axis from then on.

        Raises
        ------
        ReadingError
            If it was drawn on another image than the long axis.
        """
        if mark.image is not None and _image(mark.image) != _image(place):
            raise ReadingError(
                f"the long axis of {mark.lesion} is on another slice or series; go back to it"
            )
        self.session.go_to_lesion(mark.lesion)
        axes = ordered(axes)
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
        if self.armed is None:
            return ""
        lesion = self.session.add_lesion(
            _ROLES[self.armed],
            nodal=self.armed == "node",
            longest=longest,
            image=place,
            position_mm=position_mm,
        )
        if self.lacks_short is None:
            self.edit_organ()
        return lesion_said(self.session, lesion)

    def _crossed(self, drawn: Ruler, place: ImagePlace) -> Mark | None:
        """Return the mark on this image that a drag cuts across, the current lesion's first.

        Of another one too: after a measurement the next lesion is the current
        one, and two long axes that cross belong to one lesion.
        """
        here = [
            mark
            for mark in self.session.draft.marks.values()
            if mark.timepoint == self.session.visit
            and (mark.image is None or _image(mark.image) == _image(place))
        ]
        here.sort(key=lambda mark: mark.lesion != self.session.lesion)
        return next((one for one in here if one.longest and crosses(drawn, one.longest)), None)

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


def _image(place: ImagePlace) -> tuple[str | None, int | None, str | None]:
    """Return what two rulers of one lesion must share."""
    return (place.series, place.slice, place.plane)
