"""What a visit still lacks before it can be signed. Nothing is ever filled in by silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from recistkit.model.mark import Mark
from recistkit.model.read import Lesion
from recistkit.reading.commands_statements import first_sightings
from recistkit.reading.draft import Draft
from recistkit.reading.sizes import counted_axes
from recistkit.reading.visits import is_open
from recistkit.study.charter import Charter

__all__ = ["Missing", "is_measured", "lesions_at", "lesions_shown_at", "missing_at", "missing_of"]

_AXES: Final = {"longest": "longest_mm", "short": "short_mm"}
_NAMES: Final = {"longest": "the long axis", "short": "the short axis"}
_LEAST_FRAGMENTS: Final = 2
_NOT_OF_MEASUREMENT: Final = frozenset({"organ", "compartment"})


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """One thing that a visit lacks.

    Attributes
    ----------
    timepoint : str
    lesion : str
        Empty where the visit as a whole lacks it.
    what : str
        One word: `lesion`, `organ`, `compartment`, `state`, `certainty`,
        `long-axis`, `short-axis`, `fragment`, `new-lesions`, `coverage`,
        `image-quality`, `scans`, `mask`, or `table` for what the tables refuse.
    message : str
        The same for the reader.
    """

    timepoint: str
    lesion: str
    what: str
    message: str

    def __str__(self) -> str:
        """Return ``month-2, T1: what is its state?``."""
        where = ", ".join(name for name in (self.timepoint, self.lesion) if name)
        return f"{where}: {self.message}" if where else self.message


def lesions_at(draft: Draft, visit: str) -> tuple[Lesion, ...]:
    """Return the lesions that must have a state at a visit.

    Targets and non-targets at every visit, a new lesion from the visit on at
    which it was found.
    """
    up_to = {*draft.visits_before(visit), visit}
    known = {mark.lesion for mark in draft.marks.values() if mark.timepoint in up_to}
    return tuple(lesion for lesion in draft.followed if lesion.role != "new" or lesion.id in known)


def lesions_shown_at(draft: Draft, visit: str) -> tuple[Lesion, ...]:
    """Return the lesions that may have a state at a visit.

    Beside those that must: at a follow-up that is open, the new lesions found
    later, since they may be seen there in retrospect.
    """
    required = lesions_at(draft, visit)
    if visit == draft.baseline or not is_open(draft, visit):
        return required
    return tuple(
        lesion for lesion in draft.followed if lesion in required or _is_found(draft, lesion)
    )


def missing_at(draft: Draft, charter: Charter, visit: str) -> tuple[Missing, ...]:
    """Return everything that a visit lacks, lesions first, then its statements."""
    lesions = lesions_at(draft, visit)
    found = [item for lesion in lesions for item in missing_of(draft, charter, visit, lesion)]
    if not draft.marks:
        found.append(Missing(visit, "", "lesion", "no lesion is recorded"))
    return (*found, *_statements(draft, visit))


def missing_of(draft: Draft, charter: Charter, visit: str, lesion: Lesion) -> tuple[Missing, ...]:
    """Return what one lesion lacks at a visit; nothing where it is not found yet."""
    if lesion not in lesions_at(draft, visit):
        return ()
    said = [*_description(draft, charter, lesion)]
    marks = draft.marks_of(lesion.id, visit)
    said += (
        _marks(draft, charter, visit, lesion, marks) if marks else [("state", "what is its state?")]
    )
    return tuple(Missing(visit, lesion.id, what, message) for what, message in said)


def is_measured(draft: Draft, charter: Charter, visit: str) -> bool:
    """Return whether every lesion of a visit has its state and size, and both statements are made.

    From here on the response may be shown: no ruler can be nudged across a
    threshold unseen.
    """
    missing = missing_at(draft, charter, visit)
    return all(item.what in _NOT_OF_MEASUREMENT for item in missing)


def _is_found(draft: Draft, lesion: Lesion) -> bool:
    """Return whether a lesion has a mark anywhere."""
    return any(mark.lesion == lesion.id for mark in draft.marks.values())


def _description(draft: Draft, charter: Charter, lesion: Lesion) -> Iterator[tuple[str, str]]:
    """Yield what is not said of a lesion."""
    if lesion.organ is None:
        yield "organ", "in which organ is it?"
    others = any(item.compartment is not None for item in draft.followed)
    if lesion.compartment is None and (others or charter.compartments):
        yield "compartment", "in which compartment is it?"


def _marks(
    draft: Draft, charter: Charter, visit: str, lesion: Lesion, marks: tuple[Mark, ...]
) -> Iterator[tuple[str, str]]:
    """Yield what is not said of a lesion at a visit where it has a mark."""
    if lesion.role == "new" and any(mark.certainty is None for mark in marks):
        yield "certainty", "is it equivocal or unequivocal?"
    if marks[0].state == "split" and len(marks) < _LEAST_FRAGMENTS:
        yield "fragment", "a split lesion has two fragments at least"
    if lesion.role != "target" or marks[0].state not in {"measured", "split"}:
        return
    for axis in counted_axes(draft, charter.criteria, visit, lesion):
        if any(getattr(mark, _AXES[axis]) is None for mark in marks):
            yield f"{axis.removesuffix('est')}-axis", f"{_NAMES[axis]} is not measured"


def _statements(draft: Draft, visit: str) -> Iterator[Missing]:
    """Yield the statements that a visit lacks."""
    timepoint = draft.timepoints[visit]
    first, _ = first_sightings(draft, visit)
    if visit != draft.baseline and timepoint.new_lesions is None and not first:
        yield Missing(visit, "", "new-lesions", "are there new lesions?")
    if timepoint.coverage is None:
        yield Missing(visit, "", "coverage", "is the coverage complete?")
    if timepoint.image_quality is None:
        yield Missing(visit, "", "image-quality", "is the image quality adequate?")
