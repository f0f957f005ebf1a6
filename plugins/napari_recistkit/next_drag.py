"""What the next drag on the visit's image is: decided here, and nowhere else; no Qt.

The ruler, the title of the window and the command that a drag becomes all
follow from this one decision. It is made before the button is pressed; only
whether a drag cuts across a long axis is seen from the drag itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from napari_recistkit.crossing import crosses, meets, plane_normal
from napari_recistkit.mark_name import MarkName, mark_text
from napari_recistkit.mark_place import is_on_image, is_on_series
from recistkit.measure.bidirectional import Axes, corrected, ordered
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.reading.completeness import missing_of

if TYPE_CHECKING:
    from recistkit.reading.session import ReadSession

__all__ = ["NOTHING", "Armed", "Draws", "JustDrawn", "NextDrag", "next_drag"]

Armed = Literal["target", "node", "non-target", "new", "split"]
Draws = Literal["nothing", "measure", "short", "target", "node", "non-target", "new", "split"]


@dataclass(frozen=True, slots=True)
class JustDrawn:
    """The mark whose long axis was drawn last.

    Parameters
    ----------
    mark : MarkName
    visit : str
    revision : int
        Of the read right after it: the same as long as nothing was done since.
    """

    mark: MarkName
    visit: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDrag:
    """What the next drag is, and of what.

    Parameters
    ----------
    draws : str
        A new lesion of a kind, a fragment (`split`), the long axis of the
        current lesion (`measure`), the short axis that it lacks, or nothing.
    visit, lesion : str or None
        Those that are current.
    revision : int
        Of the read: a drag is for the read as it was when it began.
    crossable : tuple of Mark
        A drag that cuts across one of these is its short axis instead.
    """

    draws: Draws
    visit: str | None = None
    lesion: str | None = None
    revision: int = 0
    crossable: tuple[Mark, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """What it is, for the title; empty where nothing is drawn."""
        if self.draws == "short":
            return f"short axis of {mark_text(self.crossable[0])}"
        if self.draws == "split":
            return f"fragment of {self.lesion}"
        if self.draws == "measure":
            return f"measures {self.lesion}" if self.lesion is not None else ""
        return "" if self.draws == "nothing" else self.draws

    @property
    def may_pull(self) -> bool:
        """Whether a drag on an end of the current lesion pulls it; one for a new lesion never."""
        return self.draws in {"measure", "short"}

    def short_axis(self, drawn: Ruler, place: ImagePlace) -> tuple[Mark, Axes] | None:
        """Return the mark whose short axis a drag is, with the longer axis first; else None.

        Where a short axis is expected it must meet the long one; elsewhere it
        must look like one, too.
        """
        is_one = meets if self.draws == "short" else crosses
        for mark in self.crossable:
            longest = mark.longest
            if longest is not None and is_on_image(mark, place) and is_one(drawn, longest):
                normal = plane_normal(drawn, longest)
                return mark, ordered(corrected(longest, drawn, normal))
        return None


NOTHING: Final = NextDrag(draws="nothing")


def next_drag(
    session: ReadSession, armed: Armed | None, drawn: JustDrawn | None, series: str | None
) -> NextDrag:
    """Return what the next drag is.

    A tool draws what it is for; it goes on to the short axis of the lesion
    that it has just drawn, and of no other. Without a tool the current lesion
    gets the short axis that it lacks, else it is measured.

    Parameters
    ----------
    session : ReadSession
    armed : str or None
        The tool in the reader's hand.
    drawn : JustDrawn or None
        What was drawn last; with a tool, by that tool.
    series : str or None
        UID of the series that is shown.
    """
    if session.visit is None or session.locked:
        return NOTHING
    last = _last_drawn(session, drawn, series)
    if armed is None:
        draws: Draws = "measure"
        own = _own_marks(session, series)
        is_just_left = drawn is not None and drawn.revision == session.revision
        left = (last,) if last is not None and is_just_left and last not in own else ()
        crossable, wanted = (*own, *left), own
    else:
        draws = armed
        is_own = last is not None and last.lesion == session.lesion
        wanted = (last,) if last is not None and is_own else ()
        crossable = wanted
    lacking = [mark for mark in wanted if _lacks_short(session, mark)]
    if lacking:
        draws, crossable = "short", (lacking[-1],)
    return NextDrag(
        draws=draws,
        visit=session.visit,
        lesion=session.lesion,
        revision=session.revision,
        crossable=crossable,
    )


def _own_marks(session: ReadSession, series: str | None) -> tuple[Mark, ...]:
    """Return the marks of the current lesion with a long axis on a series."""
    marks = session.draft.marks_of(session.lesion or "", session.visit or "")
    return tuple(mark for mark in marks if mark.longest and is_on_series(mark, series))


def _last_drawn(session: ReadSession, drawn: JustDrawn | None, series: str | None) -> Mark | None:
    """Return the mark that was drawn last, as long as it has no short axis."""
    if drawn is None or drawn.visit != session.visit or drawn.mark.lesion in session.draft.removed:
        return None
    mark = session.draft.marks.get((drawn.mark.lesion, drawn.visit, drawn.mark.fragment))
    if mark is None or mark.longest is None or mark.short is not None:
        return None
    return mark if is_on_series(mark, series) else None


def _lacks_short(session: ReadSession, mark: Mark) -> bool:
    """Tell whether the short axis of a mark counts and is not drawn yet."""
    lesion = session.draft.lesions[mark.lesion]
    missing = missing_of(session.draft, session.charter, mark.timepoint, lesion)
    return mark.short_mm is None and any(item.what == "short-axis" for item in missing)
