"""From what was drawn on the screen to a mark with its committed lengths."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from recistkit.errors import GeometryError, ReadingError
from recistkit.measure.ruler import commit_ruler
from recistkit.model.fields import MAXIMUM_MM
from recistkit.model.mark import ImagePlace, Mark, MaskReference, ProposedPlace, Ruler
from recistkit.model.read import Lesion
from recistkit.reading.draft import Draft
from recistkit.reading.visits import is_open
from recistkit.study.charter import Charter
from recistkit.terms import LESION_STATES

__all__ = ["Drawing", "drawn_mark", "require_open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What one drag or click gives: rulers in patient mm, where, and on which day's scan.

    Attributes
    ----------
    date : datetime.date
        Of the scan.
    longest, short : Ruler or None
    image : ImagePlace or None
    position_mm : tuple of float or None
        Where the lesion is when no ruler says it (LPS).
    mask : MaskReference or None
    volume_mm3 : Decimal or None
        Of an outline that was made of the long axis, and stays as long as that does.
    proposed : ProposedPlace or None
        Where the lesion was proposed to be looked for.
    """

    date: dt.date
    longest: Ruler | None = None
    short: Ruler | None = None
    image: ImagePlace | None = None
    position_mm: tuple[float, float, float] | None = None
    mask: MaskReference | None = None
    volume_mm3: Decimal | None = None
    proposed: ProposedPlace | None = None


def require_open(draft: Draft, visit: str | None) -> None:
    """Refuse to change a visit that is signed, or that comes after one that is not.

    Raises
    ------
    ReadingError
        Saying which.
    """
    if visit is None or visit not in draft.visits:
        raise ReadingError("choose a visit first")
    if visit in draft.signed:
        raise ReadingError(f"{visit} is signed; only an amendment with a reason opens it")
    if not is_open(draft, visit):
        before = [label for label in draft.visits_before(visit) if label not in draft.signed]
        raise ReadingError(f"{visit} is read after {before[0]} is signed")


def drawn_mark(
    draft: Draft,
    charter: Charter,
    lesion: Lesion,
    visit: str,
    drawing: Drawing,
    **said: Any,  # noqa: ANN401  the other fields of a mark
) -> Mark:
    """Return the mark that a drawing makes of a lesion at a visit.

    Raises
    ------
    ReadingError
        If a ruler has no length, the short axis is the longer one, the state is
        none of the lesion's, or the scan is none of the visit's.
    """
    key = lesion.role if lesion.role != "new" else ("new", lesion.kind or "non-target")
    if said["state"] not in LESION_STATES[key]:
        words = ", ".join(LESION_STATES[key])
        raise ReadingError(f"{said['state']} is no state of a {lesion.role}: expected {words}")
    timepoint = draft.timepoints[visit]
    if not timepoint.date_first <= drawing.date <= timepoint.date_last:
        raise ReadingError(f"the scan of {drawing.date} does not belong to {visit}")
    ruled = drawing.longest is not None or drawing.short is not None
    fields = {
        "lesion": lesion.id,
        "timepoint": visit,
        "date": drawing.date,
        "longest": drawing.longest,
        "short": drawing.short,
        "longest_mm": _committed(drawing.longest, charter.resolution_mm, "long axis"),
        "short_mm": _committed(drawing.short, charter.resolution_mm, "short axis"),
        "image": drawing.image,
        "position_mm": None if ruled else drawing.position_mm,
        "mask": drawing.mask,
        "volume_mm3": drawing.volume_mm3,
        "proposed": drawing.proposed,
    }
    try:
        mark = Mark.model_validate(fields | said)
    except ValidationError as error:
        names = ", ".join(str(item["loc"][0]) for item in error.errors() if item["loc"])
        raise ReadingError(f"this mark cannot be kept; look at its {names}") from None
    _require_order(mark)
    return mark


def _committed(ruler: Ruler | None, resolution_mm: Decimal, name: str) -> Decimal | None:
    """Return the committed length of a ruler; none where there is no ruler."""
    if ruler is None:
        return None
    try:
        length = commit_ruler(ruler, resolution_mm)
    except GeometryError as error:
        raise ReadingError(f"the {name} is no ruler: {error}") from None
    if not 0 < length <= MAXIMUM_MM:
        raise ReadingError(f"the {name} is {length} mm long; expected above 0, up to {MAXIMUM_MM}")
    return length


def _require_order(mark: Mark) -> None:
    """Refuse a short axis that is longer than the long one."""
    longest, short = mark.longest_mm, mark.short_mm
    if longest is not None and short is not None and short > longest:
        raise ReadingError(f"the short axis, {short} mm, is longer than the long one, {longest} mm")
