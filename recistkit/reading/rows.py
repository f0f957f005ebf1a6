"""The rows of the lesion table at a visit: values beside each other, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from recistkit.criteria import Criteria
from recistkit.model.read import Lesion
from recistkit.reading.completeness import Missing, lesions_shown_at, missing_of
from recistkit.reading.draft import Draft
from recistkit.reading.sizes import Axis, counted_axes, counted_size
from recistkit.study.charter import Charter
from recistkit.study.display import limits_percent, percent_text

__all__ = ["Row", "nadir_visit", "rows_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One lesion at a visit.

    Attributes
    ----------
    lesion : Lesion
        With `id`, `role`, `organ`, `compartment`, `nodal`.
    axes : tuple of {"longest", "short"}
        What counts; both for a product. Empty for lesions that have no size.
    baseline, nadir, prior, present : Decimal or None
        What the lesion adds to the sum, in the unit of the criteria; `nadir` is
        its smallest size before this visit. None where it is not evaluable, or
        is no target.
    from_baseline, from_nadir : str
        Change in per cent, rounded, but never to the other side of a limit, as
        in the response panel. Empty where there is none, and as long as the
        reader sees no responses: the change of a single target is the response.
    state, prior_state : str or None
        The word of this visit and of the one before it; None where none is said.
    certainty : str or None
        Of a new lesion.
    missing : tuple of Missing
        What this row lacks; complete where it is empty.
    """

    lesion: Lesion
    axes: tuple[Axis, ...]
    baseline: Decimal | None
    nadir: Decimal | None
    prior: Decimal | None
    present: Decimal | None
    from_baseline: str
    from_nadir: str
    state: str | None
    prior_state: str | None
    certainty: str | None
    missing: tuple[Missing, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def rows_at(draft: Draft, charter: Charter, visit: str, *, with_changes: bool) -> tuple[Row, ...]:
    """Return one row per lesion of a visit, in the order in which lesions were given.

    Parameters
    ----------
    draft : Draft
    charter : Charter
    visit : str
    with_changes : bool
        Whether the reader may see how much a size has changed.
    """
    rows = (_row(draft, charter, visit, lesion) for lesion in lesions_shown_at(draft, visit))
    if with_changes:
        return tuple(rows)
    return tuple(replace(row, from_baseline="", from_nadir="") for row in rows)


def nadir_visit(draft: Draft, criteria: Criteria, visit: str) -> str | None:
    """Return the visit before one with the smallest complete sum; the first of equal ones.

    It is what `nadir` in the choice of the compared visit means. None before
    the first follow-up, or where no sum is complete.
    """
    sums = {label: _sum(draft, criteria, label) for label in draft.visits_before(visit)}
    complete = {label: total for label, total in sums.items() if total is not None}
    return min(complete, key=lambda label: complete[label], default=None)


def _row(draft: Draft, charter: Charter, visit: str, lesion: Lesion) -> Row:
    """Return the row of a lesion."""
    before = draft.visits_before(visit)
    earlier = [counted_size(draft, charter.criteria, label, lesion) for label in before]
    present = counted_size(draft, charter.criteria, visit, lesion)
    baseline = earlier[0] if before else present
    nadir = min((size for size in earlier if size is not None), default=None)
    marks = draft.marks_of(lesion.id, visit)
    prior_marks = draft.marks_of(lesion.id, before[-1]) if before else ()
    is_target = lesion.role == "target"
    return Row(
        lesion=lesion,
        axes=counted_axes(draft, charter.criteria, visit, lesion) if is_target else (),
        baseline=baseline,
        nadir=nadir,
        prior=earlier[-1] if before else None,
        present=present,
        from_baseline=_change(present, baseline, charter.criteria) if before else "",
        from_nadir=_change(present, nadir, charter.criteria),
        state=marks[0].state if marks else None,
        prior_state=prior_marks[0].state if prior_marks else None,
        certainty=marks[0].certainty if marks else None,
        missing=missing_of(draft, charter, visit, lesion),
    )


def _sum(draft: Draft, criteria: Criteria, visit: str) -> Decimal | None:
    """Return the sum of the targets at a visit; None where it is incomplete."""
    targets = [lesion for lesion in draft.followed if lesion.role == "target"]
    sizes: Sequence[Decimal | None] = [
        counted_size(draft, criteria, visit, lesion) for lesion in targets
    ]
    known = [size for size in sizes if size is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(sizes) else None


def _change(now: Decimal | None, then: Decimal | None, criteria: Criteria) -> str:
    """Return the change in per cent as the response panel writes it."""
    if now is None or not then:
        return ""
    return percent_text(float(100 * (now - then) / then), limits_percent(criteria))
