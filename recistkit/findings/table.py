"""The findings table: its columns, its order, and how one kind of finding becomes rows of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

__all__ = ["FINDING_COLUMNS", "READ", "as_findings", "lengths", "millimetres", "sorted_findings"]

FINDING_COLUMNS: Final = ("subject", "reader", "timepoint", "lesion", "code", "message")
READ: Final = ("subject", "reader")
"""The columns that name one read."""

_SCHEMA: Final = {
    "subject": pl.String,
    "reader": pl.String,
    "timepoint": pl.String,
    "position": pl.Int64,
    "lesion": pl.String,
    "code": pl.String,
    "message": pl.String,
}


def millimetres(length_um: int) -> str:
    """Return a limit as text.

    Examples
    --------
    >>> millimetres(15000), millimetres(7500)
    ('15 mm', '7.5 mm')
    """
    return f"{length_um / 1000:.15g} mm"


def lengths(column: str) -> pl.Expr:
    """Return a column of micrometres as text in mm, without zeros at its end.

    Rounded because the quotient alone is not always the float of its decimal.
    """
    return (pl.col(column) / 1000).round(3).cast(pl.String).str.strip_suffix(".0")


def as_findings(frame: pl.DataFrame, code: str, message: pl.Expr) -> pl.DataFrame:
    """Return one finding per row of `frame`.

    Parameters
    ----------
    frame : polars.DataFrame
        What was found: ``subject``, ``reader`` and those of ``timepoint``,
        ``position`` and ``lesion`` that the finding concerns; a column that is
        not there stays empty.
    code : str
        Word of the finding.
    message : polars.Expr
        What was found and what was expected.
    """
    if not frame.height:
        return pl.DataFrame(schema=_SCHEMA)
    there = [
        pl.col(name) if name in frame.columns else pl.lit(None).alias(name)
        for name in ("subject", "reader", "timepoint", "position", "lesion")
    ]
    found = frame.select(*there, code=pl.lit(code), message=message)
    return found.cast(_SCHEMA)  # type: ignore[arg-type]


def sorted_findings(found: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return all findings as one table: by subject, reader, visit, lesion and code.

    What concerns a whole read stands before what concerns one visit of it, and
    that before what concerns one lesion.
    """
    rows = pl.concat([pl.DataFrame(schema=_SCHEMA), *found])
    order = ["subject", "reader", "position", "timepoint", "lesion", "code", "message"]
    return rows.sort(order, nulls_last=False).select(FINDING_COLUMNS)
