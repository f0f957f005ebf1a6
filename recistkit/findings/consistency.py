"""Findings about one lesion over time, and about what was recorded beside it."""

from __future__ import annotations

import polars as pl

from recistkit.findings.table import READ, as_findings, lengths
from recistkit.model.organs import organ_keys

__all__ = [
    "node_not_marked",
    "node_without_compartment",
    "organ_changed",
    "size_not_used",
    "sizes_finer_than_a_tenth",
]

_LESION = (*READ, "lesion")
FINEST_UM = 100


def organ_changed(followed: pl.DataFrame) -> pl.DataFrame:
    """Find lesions whose organ is another than at first; another side is another organ here."""
    word = pl.col("organ").str.strip_chars().str.to_lowercase()
    stated = followed.with_columns(word=word).filter(pl.col("word").is_not_null())
    ordered = stated.filter(pl.col("word").n_unique().over(_LESION) > 1).sort("position", "row")
    first = ordered.unique(_LESION, keep="first", maintain_order=True).select(
        *_LESION,
        pl.col("word").alias("first_word"),
        pl.col("organ").alias("first_organ"),
        pl.col("timepoint").alias("first_timepoint"),
    )
    differing = ordered.join(first, on=_LESION, maintain_order="left").filter(
        pl.col("word") != pl.col("first_word")
    )
    found = differing.unique([*_LESION, "timepoint"], keep="first", maintain_order=True)
    message = pl.format("{} here, {} at {}", "organ", "first_organ", "first_timepoint")
    return as_findings(found, "organ-changed", message)


def size_not_used(followed: pl.DataFrame) -> pl.DataFrame:
    """Find sizes beside ``not-evaluable`` and ``merged``, which no rule uses."""
    unused = pl.col("state").is_in(["not-evaluable", "merged"])
    sized = pl.any_horizontal(pl.col("longest_um", "short_um").is_not_null())
    by = [*_LESION, "timepoint"]
    found = followed.filter(unused & sized).sort("row").unique(by, keep="first")
    return as_findings(found, "size-not-used", pl.format("a size beside {} is not used", "state"))


def sizes_finer_than_a_tenth(followed: pl.DataFrame) -> pl.DataFrame:
    """Find reads with sizes finer than 0.1 mm: one finding per read, with their number."""
    finer = pl.any_horizontal(pl.col("longest_um", "short_um") % FINEST_UM != 0)
    axis = pl.col("longest_um")
    shown = pl.when(axis % FINEST_UM != 0).then("longest_um").otherwise("short_um")
    rows = followed.filter(finer)
    if not rows.height:
        return as_findings(rows, "finer-than-0.1-mm", pl.lit(None))
    found = (
        rows.with_columns(shown_um=shown)
        .sort("position", "lesion", "fragment", nulls_last=False)
        .group_by(READ, maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("timepoint", "lesion", "shown_um").first())
        .with_columns(shown=lengths("shown_um"))
    )
    message = pl.format(
        "sizes finer than 0.1 mm in {} row(s), first {} mm of {} at {}",
        "count",
        "shown",
        "lesion",
        "timepoint",
    )
    # The message names lesion and visit; the finding is about the read.
    named = found.select(*READ, message=message)
    return as_findings(named, "finer-than-0.1-mm", pl.col("message"))


def _first_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the first row of each lesion."""
    if not rows.height:
        return rows
    return rows.sort("position", "row").unique(_LESION, keep="first", maintain_order=True)


def node_without_compartment(followed: pl.DataFrame) -> pl.DataFrame:
    """Find nodes whose compartment the reader did not state (A10).

    Where compartments are in use every row must state one, so that such a node
    stands in a table without any: it counts for the whole patient only, and
    nobody said whether it belongs to the primary.
    """
    found = _first_rows(followed.filter(pl.col("nodal") & pl.col("compartment").is_null()))
    message = pl.lit("node without a stated compartment; it counts for the whole patient only")
    return as_findings(found, "node-without-stated-compartment", message)


def node_not_marked(followed: pl.DataFrame) -> pl.DataFrame:
    """Find lesions whose organ names a lymph node and which are not marked nodal."""
    unmarked = followed.filter(~pl.col("nodal"))
    keys = organ_keys(unmarked["organ"]).filter(pl.col("names_a_node"))
    found = _first_rows(unmarked.join(keys, on="organ", how="semi"))
    message = pl.format("organ {} names a lymph node, but the lesion is not marked nodal", "organ")
    return as_findings(found, "node-not-marked-nodal", message)
