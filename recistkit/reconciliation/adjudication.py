"""How often two reads went to the adjudicator, and whose read was accepted there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from recistkit.reconciliation.options import NEITHER

__all__ = ["ADJUDICATION_SCHEMA", "adjudication"]

_DIGITS = 6
_TAIL = 0.025

ADJUDICATION_SCHEMA: Final = {
    "reader": pl.String,
    "subjects": pl.Int64,
    "one_reader_only": pl.Int64,
    "discordant": pl.Int64,
    "discordant_percent": pl.Float64,
    "discordant_percent_lower": pl.Float64,
    "discordant_percent_upper": pl.Float64,
    "open": pl.Int64,
    "neither": pl.Int64,
    "adjudicated": pl.Int64,
    "won": pl.Int64,
    "won_percent": pl.Float64,
    "won_percent_lower": pl.Float64,
    "won_percent_upper": pl.Float64,
}
"""Columns of the adjudication table; `adjudication` says what they hold."""


def adjudication(
    values: pl.DataFrame, decided: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return the adjudication rate, and the share of adjudications that each reader won.

    Parameters
    ----------
    values : polars.DataFrame
        As `recistkit.reconciliation.pairs.paired_values` returns it.
    decided : polars.DataFrame
        ``subject, accepted_reader``.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        One row per reader. ``subjects`` were read by both, ``one_reader_only``
        by one of the two (they count in nothing else). Of the subjects,
        ``discordant`` differ in a compared variable: the adjudication rate is
        ``discordant_percent``. Of these ``open`` are undecided, ``neither``
        went to a third read, and ``adjudicated`` have one of the two reads
        accepted: ``won`` is how often this reader's. Intervals are exact, 95 %
        (Clopper & Pearson 1934); a percentage of nothing is empty.
    """
    state = values.group_by("subject").agg(pl.col("has_1", "has_2", "differs").any())
    both = state.filter(pl.col("has_1") & pl.col("has_2"))
    cases = both.filter("differs").join(decided, on="subject", how="left")
    chosen = cases["accepted_reader"]
    neither = int((chosen == NEITHER).sum())
    settled = len(chosen) - chosen.null_count() - neither
    common = {
        "subjects": both.height,
        "one_reader_only": state.height - both.height,
        "discordant": cases.height,
        **_share("discordant_percent", cases.height, both.height),
        "open": chosen.null_count(),
        "neither": neither,
        "adjudicated": settled,
    }
    rows = []
    for reader in readers:
        won = int((chosen == reader).sum())
        rows.append({"reader": reader, **common, "won": won, **_share("won_percent", won, settled)})
    return pl.DataFrame(rows, schema=ADJUDICATION_SCHEMA)


def _share(name: str, count: int, of: int) -> dict[str, Any]:
    """Return a percentage with its exact interval."""
    if not of:
        return {name: None, f"{name}_lower": None, f"{name}_upper": None}
    from scipy.special import betaincinv

    lower = float(betaincinv(count, of - count + 1, _TAIL)) if count else 0.0
    upper = float(betaincinv(count + 1, of - count, 1 - _TAIL)) if count < of else 1.0
    ends = (count / of, lower, upper)
    names = (name, f"{name}_lower", f"{name}_upper")
    return {key: round(100 * end, _DIGITS) for key, end in zip(names, ends, strict=True)}
