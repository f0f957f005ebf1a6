"""The visits of a case as its scans show them, and what of that is new to the draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from recistkit.model.read import Timepoint
from recistkit.reading.baseline import baseline_by_dates
from recistkit.reading.draft import Change, Draft

__all__ = ["VisitFacts", "is_open", "may_move_baseline", "visit_changes"]

_STATED: Final = ("new_lesions", "coverage", "image_quality", "tumour_marker", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """One imaging visit as its scans show it.

    Parameters
    ----------
    label : str
        Name of the visit.
    date_first, date_last : datetime.date
        Of its scans.
    series_dates : mapping of str to datetime.date, optional
        Date of each series, by its UID.
    """

    label: str
    date_first: dt.date
    date_last: dt.date
    series_dates: Mapping[str, dt.date] = field(default_factory=dict)


def is_open(draft: Draft, visit: str) -> bool:
    """Return whether a visit may be changed: it is not signed, and each before it is or was."""
    before = draft.visits_before(visit)
    reached = all(is_settled(draft, label) for label in before)
    return visit in draft.visits and visit not in draft.signed and reached


def is_settled(draft: Draft, visit: str) -> bool:
    """Return whether a visit is signed, or was and is open again."""
    return visit in draft.signed or visit in draft.amended


def may_move_baseline(draft: Draft) -> bool:
    """Return whether the scans may still say which visit is the baseline.

    Once a mark is drawn the lesions are chosen there, and it stays.
    """
    return not (draft.marks or draft.signed or draft.amended)


def visit_changes(
    draft: Draft,
    visits: Sequence[VisitFacts],
    reference: dt.date | None = None,
    unusable: Collection[str] = (),
) -> tuple[Change, ...]:
    """Return what of the visits the draft does not know yet.

    What is signed stays as it was signed. A visit whose scans are gone leaves
    the read unless it is signed or has marks; what was stated of it is set
    aside until they are back. `recistkit.reading.visit_notices` says what was
    not taken over.

    Parameters
    ----------
    draft : Draft
    visits : sequence of VisitFacts
    reference : datetime.date, optional
        From which the baseline is chosen; see `baseline_by_dates`.
    unusable : collection of str
        Visits whose scans are there and cannot be used; a known one stays in
        its place, and those after it wait.
    """
    gone = _gone(draft, {*(facts.label for facts in visits), *unusable})
    after = {label: item for label, item in draft.timepoints.items() if label not in gone}
    after = _with_baseline(draft, _taken(draft, after, visits), reference)
    labels = dict.fromkeys((*draft.timepoints, *after))
    changes = [Change("timepoint", draft.timepoints.get(one), after.get(one)) for one in labels]
    changes += [_set_aside(draft, label, draft.timepoints[label]) for label in gone]
    changes += [_set_aside(draft, label, None) for label in after]
    return tuple(change for change in changes if change.before != change.after)


def _taken(
    draft: Draft, timepoints: Mapping[str, Timepoint], visits: Sequence[VisitFacts]
) -> Mapping[str, Timepoint]:
    """Take visits over one after the other: where one goes may make room for another."""
    now = replace(draft, timepoints=timepoints)
    for facts in visits:
        found = _timepoint(now, facts)
        if takes(now, facts) and timepoints.get(facts.label) != found:
            return _taken(draft, {**timepoints, facts.label: found}, visits)
    return timepoints


def takes(draft: Draft, facts: VisitFacts) -> bool:
    """Return whether a draft takes a visit over as its scans show it now."""
    return not (
        facts.label in draft.signed or moves_past(draft, facts) or leaves_marks(draft, facts)
    )


def moves_past(draft: Draft, facts: VisitFacts) -> bool:
    """Return whether these dates put a visit to another side of one that is or was signed.

    A visit that is not known yet belongs after all of them; one that is or was
    signed itself stays on its side of every other.
    """
    known = draft.timepoints.get(facts.label)
    others = [
        item.date_first
        for label, item in draft.timepoints.items()
        if label != facts.label and (is_settled(draft, label) or is_settled(draft, facts.label))
    ]
    now = [_side(facts.date_first, day) for day in others]
    then = [1 if known is None else _side(known.date_first, day) for day in others]
    return now != then


def leaves_marks(draft: Draft, facts: VisitFacts) -> bool:
    """Return whether a mark of a visit would lie outside of these dates."""
    days = [mark.date for mark in draft.marks.values() if mark.timepoint == facts.label]
    return any(not facts.date_first <= day <= facts.date_last for day in days)


def _side(day: dt.date, other: dt.date) -> int:
    """Return -1, 0 or 1: before, the same, after."""
    return (day > other) - (day < other)


def _gone(draft: Draft, found: Collection[str]) -> list[str]:
    """Return the visits that leave the read with their scans."""
    marked = {mark.timepoint for mark in draft.marks.values()}
    return [
        label
        for label, item in draft.timepoints.items()
        if not (label in found or label in marked or is_settled(draft, label))
        and (may_move_baseline(draft) or not item.baseline)
    ]


def _with_baseline(
    draft: Draft, after: Mapping[str, Timepoint], reference: dt.date | None
) -> dict[str, Timepoint]:
    """Mark the baseline that the dates say, unless one is marked and stays."""
    chosen = baseline_by_dates(after.values(), reference)
    if not may_move_baseline(draft) and any(item.baseline for item in after.values()):
        return dict(after)
    return {
        label: item.model_copy(update={"baseline": label == chosen})
        for label, item in after.items()
    }


def _timepoint(draft: Draft, facts: VisitFacts) -> Timepoint:
    """Return the visit with its dates as found and what the reader stated of it."""
    known = draft.timepoints.get(facts.label) or draft.set_aside.get(facts.label)
    dates = {"date_first": facts.date_first, "date_last": facts.date_last}
    if known is None:
        return Timepoint.model_validate({"label": facts.label} | dates)
    return known.model_copy(update=dates)


def _set_aside(draft: Draft, label: str, timepoint: Timepoint | None) -> Change:
    """Return the change that keeps what is stated of a visit, or has it back in the read."""
    kept = timepoint is not None and any(getattr(timepoint, name) is not None for name in _STATED)
    after = timepoint.model_copy(update={"baseline": False}) if timepoint and kept else None
    return Change("set-aside", draft.set_aside.get(label), after)
