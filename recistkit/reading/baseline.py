"""Which visit is the baseline by the dates of its scans, as the tables choose it (C3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from recistkit.errors import ReadingError
from recistkit.exchange.columns import parse_table
from recistkit.exchange.load_tables import SUBJECTS
from recistkit.exchange.sources import open_table

if TYPE_CHECKING:
    import polars as pl

    from recistkit.model.read import Timepoint

__all__ = ["baseline_by_dates", "reference_date"]


def baseline_by_dates(
    timepoints: Iterable[Timepoint], reference: dt.date | None = None
) -> str | None:
    """Return the label of the visit that is the baseline; None where there is no visit.

    The last visit whose scans all lie on or before the reference date, else the first.
    """
    ordered = sorted(timepoints, key=lambda item: (item.date_first, item.date_last, item.label))
    if reference is not None:
        early = [item for item in ordered if item.date_last <= reference]
        ordered = early[-1:] or ordered
    return ordered[0].label if ordered else None


def reference_date(subjects: pl.DataFrame | None) -> dt.date | None:
    """Return the reference date that a subject's row of the subjects table states.

    Raises
    ------
    ReadingError
        If the row has faults: then nobody can tell which visit is the baseline.
    """
    if subjects is None:
        return None
    table = parse_table(open_table(subjects), SUBJECTS)
    dates = table.frame["reference_date"].drop_nulls().unique().to_list()
    if table.faults or len(dates) > 1:
        faults = "; ".join(fault.message for fault in table.faults) or "two reference dates"
        raise ReadingError(
            f"the subjects table cannot say which visit of this subject is the baseline: {faults}"
        )
    day: dt.date | None = dates[0] if dates else None
    return day
