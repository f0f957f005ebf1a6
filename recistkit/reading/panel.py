"""What the response panel says: sum, changes and response of a visit, per compartment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recistkit.study.display import limits_percent, percent_text, sum_text

if TYPE_CHECKING:
    import polars as pl

    from recistkit.criteria import Criteria

__all__ = ["PanelLine", "panel_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelLine:
    """One compartment (or the whole patient) at one visit, as text.

    Attributes
    ----------
    compartment : str
    sum : str
        With its unit; empty where the sum is not complete.
    from_baseline, from_nadir : str
        In per cent, rounded, but never to the other side of a limit.
    response : str
        Empty at the baseline.
    reason : str
    flags : str
        Words with commas between them.
    """

    compartment: str
    sum: str
    from_baseline: str
    from_nadir: str
    response: str
    reason: str
    flags: str


def panel_lines(responses: pl.DataFrame, visit: str, criteria: Criteria) -> tuple[PanelLine, ...]:
    """Return the lines of a visit in the order of the responses table, the whole patient last.

    Parameters
    ----------
    responses : polars.DataFrame
        Responses table of one read.
    visit : str
        Label of the timepoint.
    criteria : Criteria
        The rule set in force.
    """
    limits = limits_percent(criteria)
    unit = {"mm2": "mm²"}.get(criteria.unit, criteria.unit)
    lines = []
    for row in responses.filter(timepoint=visit).iter_rows(named=True):
        total = sum_text(row["sum"])
        lines.append(
            PanelLine(
                compartment=row["compartment"],
                sum=f"{total} {unit}" if total else "",
                from_baseline=percent_text(row["change_from_baseline_percent"], limits),
                from_nadir=percent_text(row["change_from_nadir_percent"], limits),
                response=row["response"] or "",
                reason=row["reason"] or "",
                flags=(row["flags"] or "").replace(";", ", "),
            )
        )
    return tuple(lines)
