"""What a reader should know where the scans of a case and the read differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from recistkit.model.read import Timepoint
from recistkit.reading.baseline import baseline_by_dates
from recistkit.reading.draft import Draft
from recistkit.reading.visits import VisitFacts, leaves_marks

__all__ = ["baseline_notices", "visit_notices"]


def visit_notices(
    draft: Draft, visits: Sequence[VisitFacts], *, before: Draft, unusable: Collection[str] = ()
) -> tuple[str, ...]:
    """Return which scans were not taken over, and which are missing or cannot be used.

    Parameters
    ----------
    draft, before : Draft
        With the visits as they are taken over now, and as it was before.
    visits : sequence of VisitFacts
    unusable : collection of str
        Visits whose scans are there and cannot be used.
    """
    found = {facts.label for facts in visits}
    said = [
        f"the scans of {label} are not there any more, and it is not read"
        for label in before.order
        if label not in draft.timepoints and label not in draft.set_aside
    ]
    said += [notice for facts in visits for notice in _not_taken(draft, facts)]
    for label in draft.order:
        if label in unusable:
            said.append(f"no scan of {label} can be used; it cannot be signed as it is")
        elif label not in found:
            said.append(f"the scans of {label} are not there")
    said += [
        f"the scans of {label} are not there; what was stated of it is kept until they are back"
        for label in draft.set_aside
        if label not in found
    ]
    said += [
        f"no scan of {label} can be placed and has a date: it is left out, whether it is the "
        "baseline or any other visit"
        for label in unusable
        if label not in draft.timepoints
    ]
    return tuple(said)


def baseline_notices(
    draft: Draft, visits: Sequence[VisitFacts], reference: dt.date | None
) -> tuple[str, ...]:
    """Return which visits lie before the baseline, and whether the dates say another one."""
    days = {label: (item.date_first, item.date_last) for label, item in draft.timepoints.items()}
    days |= {facts.label: (facts.date_first, facts.date_last) for facts in visits}
    known = [
        Timepoint(label=label, date_first=first, date_last=last)
        for label, (first, last) in days.items()
    ]
    chosen, baseline = baseline_by_dates(known, reference), draft.baseline
    early = draft.order[: draft.order.index(baseline)] if baseline else ()
    said = [
        f"{label} lies before the baseline, {baseline}, and is not read"
        for label in early
        if label != chosen
    ]
    if baseline and chosen != baseline:
        said.append(
            f"by the dates known now {chosen} is the baseline; this read was begun with "
            f"{baseline}, which stays: tell the study before you go on"
        )
    return tuple(said)


def _not_taken(draft: Draft, facts: VisitFacts) -> Iterator[str]:
    """Yield why a visit stands in the read otherwise than its scans show it."""
    label, known = facts.label, draft.timepoints.get(facts.label)
    if known is None:
        yield f"{label} lies before a visit that is signed, and is left out"
    elif (known.date_first, known.date_last) == (facts.date_first, facts.date_last):
        return
    elif label in draft.signed:
        yield f"{label} is signed with other scan dates than are found now"
    elif leaves_marks(draft, facts):
        yield f"{label} has marks of other dates than its scans have now; it keeps its dates"
    else:
        yield f"{label} would move past a signed visit by the dates of its scans; it keeps its own"
