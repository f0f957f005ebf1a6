"""The visits of a case as its scans show them, and what of that is new to the draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recistkit.model.read import Timepoint
from recistkit.reading.draft import Change, Draft

__all__ = ["VisitFacts", "is_open", "visit_changes", "visit_notices"]


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


def visit_changes(draft: Draft, visits: Sequence[VisitFacts]) -> tuple[Change, ...]:
    """Return what of the visits the draft does not know yet.

    What is signed stays as it was signed: of signed visits, and of visits that
    lie before one, nothing is taken over (see `visit_notices`).
    """
    wanted = [_timepoint(draft, facts) for facts in visits if not _too_late(draft, facts)]
    changes = [
        Change("timepoint", draft.timepoints.get(after.label), after)
        for after in _with_baseline(draft, wanted)
    ]
    return tuple(change for change in changes if change.before != change.after)


def visit_notices(draft: Draft, visits: Sequence[VisitFacts]) -> tuple[str, ...]:
    """Return what the reader should know where scans and draft differ."""
    said = []
    for facts in visits:
        known = draft.timepoints.get(facts.label)
        if not _too_late(draft, facts):
            continue
        if known is None:
            said.append(f"{facts.label} lies before a visit that is signed, and is left out")
        elif (known.date_first, known.date_last) != (facts.date_first, facts.date_last):
            said.append(f"{facts.label} is signed with other scan dates than are found now")
    found = {facts.label for facts in visits}
    said += [f"the scans of {label} are not there" for label in draft.order if label not in found]
    return tuple(said)


def is_open(draft: Draft, visit: str) -> bool:
    """Return whether a visit may be changed: it is not signed, and each before it is or was."""
    before = draft.visits_before(visit)
    reached = all(label in draft.signed or label in draft.amended for label in before)
    return visit in draft.visits and visit not in draft.signed and reached


def _too_late(draft: Draft, facts: VisitFacts) -> bool:
    """Return whether a visit is signed, or new and before one that is."""
    if facts.label in draft.timepoints:
        return facts.label in draft.signed
    signed = [draft.timepoints[label].date_first for label in draft.signed]
    return bool(signed) and facts.date_first <= max(signed)


def _with_baseline(draft: Draft, wanted: Sequence[Timepoint]) -> list[Timepoint]:
    """Make the first visit of an empty draft the baseline; a scan found later moves none."""
    ordered = sorted(wanted, key=lambda item: (item.date_first, item.label))
    if ordered and not draft.timepoints:
        ordered[0] = ordered[0].model_copy(update={"baseline": True})
    return ordered


def _timepoint(draft: Draft, facts: VisitFacts) -> Timepoint:
    """Return the visit with its dates as found and what the reader stated of it."""
    known = draft.timepoints.get(facts.label)
    dates = {"date_first": facts.date_first, "date_last": facts.date_last}
    if known is None:
        return Timepoint.model_validate({"label": facts.label} | dates)
    return known.model_copy(update=dates)
