"""Which lesions each disagreement concerns.

This follows from the cause, at the visit that shows it:

- `selection`: the baseline targets that are no target of the other reader;
- `measurement`: the targets of both whose states or sizes differ, at that
  visit or at an earlier one;
- `non-target`: the non-targets whose states differ, or that only one reader
  has (gone in one read and unknown to the other is no difference);
- `new-lesion`: the new lesions that only one reader has, or only one is sure of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recistkit.reconciliation.side_by_side import SHOWN, in_scope

__all__ = ["concerned_lesions"]

_GROUP: Final = ("subject", "compartment")
_PAIR: Final = ("lesion_1", "lesion_2")
_NOT_SEEN: Final = ("absent", "not-evaluable")


def concerned_lesions(
    cases: pl.DataFrame, rows: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return the lesions that each case concerns.

    Parameters
    ----------
    cases : polars.DataFrame
        ``case, subject, compartment, cause, timepoint``.
    rows : polars.DataFrame
        As `recistkit.reconciliation.side_by_side.side_by_side` returns them.
    responses : polars.DataFrame
        Responses table, for the baselines.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        The columns of `cases` and `rows` (at the visit of the case);
        ``concerns_1`` and ``concerns_2``, whether the lesion has in this read
        the role that the cause is about; where it is `measurement`, timepoint,
        states and sizes of the first visit at which the two differ, with the
        suffix ``_first``, and whether it ``is_earlier`` than the visit of the
        case. A case without such lesions has no row.
    """
    scoped = in_scope(_at_baselines(rows, responses, readers))
    visit = [*_GROUP, "timepoint"]
    found = [
        _selection(cases.filter(cause="selection"), scoped),
        _measurement(cases.filter(cause="measurement"), scoped),
        _non_target(cases.filter(cause="non-target").join(scoped, on=visit)),
        _new_lesion(cases.filter(cause="new-lesion").join(scoped, on=visit)),
    ]
    return pl.concat(found, how="diagonal")


def _at_baselines(
    rows: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Add ``baseline_1`` and ``baseline_2``: whether this is the visit from which a read starts."""
    visit = ["subject", "timepoint"]
    baselines = responses.filter(pl.col("reason") == "baseline")
    for side, reader in enumerate(readers, start=1):
        name = f"baseline_{side}"
        here = baselines.filter(reader=reader).select(visit).unique()
        rows = rows.join(
            here.with_columns(pl.lit(value=True).alias(name)), on=visit, how="left"
        ).with_columns(pl.col(name).fill_null(value=False))
    return rows


def _has(role: str, side: int) -> pl.Expr:
    """Return whether one read has a lesion of a role here."""
    here = pl.col(f"has_{side}") & pl.col(f"in_{side}")
    return (here & (pl.col(f"role_{side}") == role)).fill_null(value=False)


def _concerns(role: str) -> list[pl.Expr]:
    return [_has(role, side).alias(f"concerns_{side}") for side in (1, 2)]


def _differ(*names: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(f"{name}_1").ne_missing(pl.col(f"{name}_2")) for name in names)


def _selection(cases: pl.DataFrame, scoped: pl.DataFrame) -> pl.DataFrame:
    """Find baseline targets of one reader only, whatever they are at the visit of the case."""
    pair = [*_GROUP, *_PAIR]
    chosen = (
        scoped.group_by(pair)
        .agg(
            (_has("target", n) & pl.col(f"baseline_{n}")).any().alias(f"concerns_{n}")
            for n in (1, 2)
        )
        .filter(pl.col("concerns_1") != pl.col("concerns_2"))
    )
    kept = ["role_1", "role_2"]
    roles = scoped.select(*pair, *kept).unique(pair)
    return (
        cases.join(chosen, on=_GROUP)
        .join(roles, on=pair, nulls_equal=True)
        .join(scoped.drop(kept), on=[*pair, "timepoint"], how="left", nulls_equal=True)
    )


def _measurement(cases: pl.DataFrame, scoped: pl.DataFrame) -> pl.DataFrame:
    """Find targets of both readers that they see differently, here or at an earlier visit."""
    pair = [*_GROUP, *_PAIR]
    both = scoped.filter(_has("target", 1) & _has("target", 2))
    shown = [f"{name}_{n}" for name in SHOWN for n in (1, 2)]
    first = (
        both.filter(_differ(*SHOWN))
        .sort("date", "timepoint")
        .unique(pair, keep="first", maintain_order=True)
        .select(
            *pair,
            pl.col("timepoint").alias("timepoint_first"),
            pl.col("date").alias("date_first"),
            *(pl.col(name).alias(f"{name}_first") for name in shown),
        )
    )
    return (
        cases.join(both, on=[*_GROUP, "timepoint"])
        .join(first, on=pair)
        .with_columns(is_earlier=(pl.col("date_first") < pl.col("date")).fill_null(value=False))
        .filter(_differ(*SHOWN) | pl.col("is_earlier"))
    )


def _non_target(rows: pl.DataFrame) -> pl.DataFrame:
    """Find non-targets in other states, and those of one reader only that are not gone."""
    named = rows.with_columns(_concerns("non-target"))
    both = pl.col("concerns_1") & pl.col("concerns_2")
    state = pl.when("concerns_1").then("state_1").otherwise("state_2")
    one = (pl.col("concerns_1") != pl.col("concerns_2")) & state.ne_missing(pl.lit("absent"))
    return named.filter((both & _differ("state")) | one)


def _new_lesion(rows: pl.DataFrame) -> pl.DataFrame:
    """Find new lesions that one reader sees and the other does not, or is not sure of."""
    seen = [
        _has("new", n) & ~pl.col(f"state_{n}").is_in(_NOT_SEEN).fill_null(value=False)
        for n in (1, 2)
    ]
    named = rows.with_columns(concerns_1=seen[0], concerns_2=seen[1])
    sure = [pl.col(f"certainty_{n}").fill_null("unequivocal") for n in (1, 2)]
    both = pl.col("concerns_1") & pl.col("concerns_2")
    return named.filter(
        (pl.col("concerns_1") != pl.col("concerns_2")) | (both & (sure[0] != sure[1]))
    )
