"""Commands on a visit as a whole: what the reader states of it, and seen findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import ValidationError

from recistkit.errors import ReadingError
from recistkit.model.finding import Finding
from recistkit.model.mark import Mark
from recistkit.model.read import Timepoint
from recistkit.reading.draft import Acknowledgement, Change, Draft, apply
from recistkit.reading.drawing import require_open

__all__ = ["STATEMENTS", "acknowledge", "first_sightings", "state_visit", "with_statement"]

STATEMENTS: Final = ("new_lesions", "coverage", "image_quality", "tumour_marker", "comment")
_UNSEEN: Final = frozenset({"absent", "not-evaluable"})


def state_visit(draft: Draft, visit: str, said: Mapping[str, str | None]) -> tuple[Change, ...]:
    """State something of a visit: the fields of `STATEMENTS`; None takes a statement back.

    Raises
    ------
    ReadingError
        If the visit is not open, a word is none of the list, or the statement
        contradicts the new lesions that are recorded.
    """
    require_open(draft, visit)
    unknown = sorted(set(said) - set(STATEMENTS))
    if unknown:
        raise ReadingError(f"nothing is stated of a visit's {', '.join(unknown)}")
    before = draft.timepoints[visit]
    try:
        after = Timepoint.model_validate(dict(before) | dict(said))
    except ValidationError:
        raise ReadingError(f"{', '.join(said)}: this cannot be stated") from None
    if visit == draft.baseline and after.new_lesions not in {None, "none"}:
        raise ReadingError("nothing can be new at the baseline")
    contradiction = _contradiction(draft, after)
    if "new_lesions" in said and contradiction:
        raise ReadingError(contradiction)
    return (Change("timepoint", before, after),) if after != before else ()


def first_sightings(draft: Draft, visit: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the new lesions that are first seen, and first unequivocal, at a visit (C18).

    A lesion whose certainty is not stated yet counts as unequivocal.
    """
    before = draft.visits_before(visit)
    first, first_sure = [], []
    for lesion in (item for item in draft.followed if item.role == "new"):
        here = _sightings(draft.marks_of(lesion.id, visit))
        earlier = _sightings(mark for label in before for mark in draft.marks_of(lesion.id, label))
        if here and not earlier:
            first.append(lesion.id)
        if _any_sure(here) and not _any_sure(earlier):
            first_sure.append(lesion.id)
    return tuple(first), tuple(first_sure)


def with_statement(draft: Draft, visit: str, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Add what a change of new lesions does to the statement: what it contradicts is withdrawn."""
    after = apply(draft, changes)
    timepoint = after.timepoints[visit]
    if _contradiction(after, timepoint) is None:
        return changes
    withdrawn = timepoint.model_copy(update={"new_lesions": None})
    return (*changes, Change("timepoint", timepoint, withdrawn))


def acknowledge(draft: Draft, finding: Finding, reason: str) -> tuple[Change, ...]:
    """Keep a finding as it is, with the reason.

    Raises
    ------
    ReadingError
        If there is no reason.
    """
    where = {"timepoint": finding.timepoint, "lesion": finding.lesion}
    what = {"code": finding.code, "message": finding.message, "reason": reason.strip()}
    try:
        after = Acknowledgement.model_validate(where | what)
    except ValidationError:
        raise ReadingError("why does this finding stay? A reason is expected") from None
    change = Change("acknowledgement", None, after)
    before = draft.acknowledged.get(change.key)
    return (Change("acknowledgement", before, after),) if before != after else ()


def _sightings(marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks that show the lesion."""
    return [mark for mark in marks if mark.state not in _UNSEEN]


def _any_sure(marks: Iterable[Mark]) -> bool:
    return any(mark.certainty != "equivocal" for mark in marks)


def _contradiction(draft: Draft, timepoint: Timepoint) -> str | None:
    """Return how the statement contradicts the new lesions recorded; None if it does not."""
    if timepoint.new_lesions not in {"none", "equivocal"}:
        return None
    first, first_sure = first_sightings(draft, timepoint.label)
    against = first if timepoint.new_lesions == "none" else first_sure
    return f"{', '.join(against)} is recorded as new at this visit" if against else None
