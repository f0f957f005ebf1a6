"""Whether two readers chose the same targets at baseline."""

from __future__ import annotations

import polars as pl

from recistkit.reconciliation.matching import BY_PLACE, Matching
from recistkit.terms import OVERALL

__all__ = ["baseline_targets", "in_compartments", "same_targets"]

_GROUP = ("subject", "compartment")


def in_compartments(lesions: pl.DataFrame) -> pl.DataFrame:
    """Return lesions under each compartment that they count in: their own, and ``overall``."""
    own = lesions.filter(pl.col("compartment").is_not_null())
    return pl.concat([own, lesions.with_columns(compartment=pl.lit(OVERALL))])


def baseline_targets(lesions: pl.DataFrame, responses: pl.DataFrame) -> pl.DataFrame:
    """Return the targets of each read at its baseline, under each compartment they count in.

    Parameters
    ----------
    lesions : polars.DataFrame
        As `recistkit.reconciliation.lesions.lesions_of` returns them, with ``reader``.
    responses : polars.DataFrame
        Responses table: its rows with the reason ``baseline`` say which visit
        of a read is the baseline.
    """
    visit = ["subject", "reader", "timepoint"]
    baselines = responses.filter(pl.col("reason") == "baseline").select(visit).unique()
    targets = lesions.filter(pl.col("role") == "target")
    return in_compartments(targets.join(baselines, on=visit, how="semi"))


def same_targets(targets: pl.DataFrame, matching: Matching) -> pl.DataFrame:
    """Return for each subject and compartment whether the two choices are the same.

    They are if every target of either reader is one of the other's by
    `matching`, and one pair at least is so by its place. They are not if one
    reader has a target that is none of the other's, and its place was compared
    with every target of the other reader that it could be. Where places do not
    tell, the choices are the same if as many targets lie in each organ as it
    is written, nodes apart; two different lesions of one organ cannot be told apart then.

    Parameters
    ----------
    targets : polars.DataFrame
        As `baseline_targets` returns them.
    matching : Matching
        Which lesions of the two reads are the same.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, same, by_place``; ``overall`` is all targets of
        the subject. Where neither reader chose a target there is no row.
    """
    by_organ = _same_organs(targets)
    by_place = _same_places(targets, matching)
    return by_organ.join(by_place, on=_GROUP, how="left").select(
        *_GROUP,
        same=pl.coalesce("same_place", "same_organs"),
        by_place=pl.col("same_place").is_not_null(),
    )


def _same_organs(targets: pl.DataFrame) -> pl.DataFrame:
    """Compare the sorted organs of both readers' targets."""
    organ = pl.col("organ").fill_null("").str.strip_chars().str.to_lowercase()
    node = pl.when("nodal").then(pl.lit("node ")).otherwise(pl.lit("lesion "))
    kind, first = pl.concat_str(node, organ), pl.col("side") == 1
    return targets.group_by(_GROUP).agg(
        same_organs=kind.filter(first).sort().str.join("\n")
        == kind.filter(~first).sort().str.join("\n")
    )


def _same_places(targets: pl.DataFrame, matching: Matching) -> pl.DataFrame:
    """Compare places, where they tell; ``same_place`` is empty where they do not."""
    told = pl.concat([_told(targets, matching, side) for side in (1, 2)])
    strange = (pl.col("matched_by").is_null() & pl.col("open").is_null()).any()
    same = pl.col("matched_by").is_not_null().all() & (pl.col("matched_by") == BY_PLACE).any()
    verdict = pl.when("strange").then(pl.lit(value=False)).when("same").then(pl.lit(value=True))
    return told.group_by(_GROUP).agg(strange=strange, same=same).select(*_GROUP, same_place=verdict)


def _told(targets: pl.DataFrame, matching: Matching, side: int) -> pl.DataFrame:
    """Return how each target of one side has its partner, or whether one is still possible.

    ``open`` is true where a target of the other side may be the same: the two
    were not compared by place, and the other one has no partner by its place.
    """
    mine, other = f"lesion_{side}", f"lesion_{3 - side}"
    own = targets.filter(side=side).select(*_GROUP, "nodal", pl.col("lesion").alias(mine))
    others = targets.filter(side=3 - side).select(*_GROUP, "nodal", pl.col("lesion").alias(other))
    possible = own.join(others, on=[*_GROUP, "nodal"])
    pair = ["subject", mine, other]
    taken = matching.pairs.filter(matched_by=BY_PLACE).select("subject", other)
    still_open = (
        possible.join(matching.compared, on=pair, how="anti")
        .join(taken, on=["subject", other], how="anti")
        .select(*_GROUP, mine)
        .unique()
        .with_columns(open=pl.lit(value=True))
    )
    matched = possible.join(matching.pairs, on=pair).select(*_GROUP, mine, "matched_by")
    return (
        own.join(matched, on=[*_GROUP, mine], how="left")
        .join(still_open, on=[*_GROUP, mine], how="left")
        .select(*_GROUP, "matched_by", "open")
    )
