"""Commands on the outline of a measured lesion, which is there for its volume only."""

from __future__ import annotations

from decimal import Decimal

from recistkit.errors import ReadingError
from recistkit.model.mark import Mark, MaskReference
from recistkit.reading.commands_lesions import require_lesion
from recistkit.reading.draft import Change, Draft
from recistkit.reading.drawing import require_open

__all__ = ["masked_mark", "remove_mask", "require_same", "set_mask"]


def masked_mark(draft: Draft, visit: str, name: str | None) -> Mark:
    """Return the mark of a lesion that an outline can be of.

    Raises
    ------
    ReadingError
        If the visit is not open, or the lesion is not measured there as a whole.
    """
    require_open(draft, visit)
    lesion = require_lesion(draft, name)
    marks = draft.marks_of(lesion.id, visit)
    if any(mark.fragment is not None for mark in marks):
        raise ReadingError(f"{lesion.id} is split here, and a fragment has no mask")
    if not marks or marks[0].longest is None:
        raise ReadingError(f"draw the axes of {lesion.id} first: a mask is made from them")
    return marks[0]


def require_same(draft: Draft, visit: str, begun_from: Mark) -> None:
    """Refuse the outline of a mark that is another by now.

    Raises
    ------
    ReadingError
        If it is, or can have no outline any more.
    """
    mark = masked_mark(draft, visit, begun_from.lesion)
    if mark != begun_from:
        raise ReadingError(f"{mark.lesion} was changed since its mask was begun; begin it again")


def set_mask(mark: Mark, mask: MaskReference, volume_mm3: Decimal) -> tuple[Change, ...]:
    """Keep the outline of a lesion; its lengths stay those of its rulers."""
    return _changed(mark, mask, volume_mm3)


def remove_mask(draft: Draft, visit: str, name: str | None) -> tuple[Change, ...]:
    """Take the outline of a lesion back.

    Raises
    ------
    ReadingError
        If it has none.
    """
    mark = masked_mark(draft, visit, name)
    if mark.mask is None:
        raise ReadingError(f"{mark.lesion} has no mask at this visit")
    return _changed(mark, None, None)


def _changed(
    mark: Mark, mask: MaskReference | None, volume_mm3: Decimal | None
) -> tuple[Change, ...]:
    after = mark.model_copy(update={"mask": mask, "volume_mm3": volume_mm3})
    return () if after == mark else (Change("mark", mark, after),)
