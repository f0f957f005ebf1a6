"""Findings about the size of lesions at baseline (Eisenhauer 2009, 3 and 4.2)."""

from __future__ import annotations

import polars as pl

from recistkit.findings.table import as_findings, lengths, millimetres
from recistkit.model.limits import SelectionLimits

__all__ = ["size_findings"]

_TARGET = pl.col("role") == "target"
_AXES = {"longest_um": "longest diameter", "short_um": "short axis"}


def size_findings(lesions: pl.DataFrame, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find targets below the smallest size and nodes that are normal.

    A target is held to the axis that the criteria measure it by: a node to
    its short axis where the criteria have a rule for nodes, anything else to
    its longest diameter. A lesion without that axis is not judged here.

    Parameters
    ----------
    lesions : polars.DataFrame
        As `recistkit.findings.targets.baseline_lesions` returns it.
    limits : SelectionLimits
        Limits of the criteria.
    """
    nodes_apart = limits.minimum_node_short_um is not None
    node = pl.col("nodal") & pl.lit(nodes_apart)
    nodes, others = lesions.filter(_TARGET & node), lesions.filter(_TARGET & ~node)
    return [
        *_below(nodes, "short_um", limits.minimum_node_short_um, "node-below-15"),
        *_below(others, "longest_um", limits.minimum_longest_um, "below-minimum-size"),
        *_below_slices(nodes, "short_um", limits),
        *_below_slices(others, "longest_um", limits),
        *_normal_nodes(lesions, limits),
    ]


def _below(targets: pl.DataFrame, axis: str, limit_um: int | None, code: str) -> list[pl.DataFrame]:
    """Find targets below the smallest size; one too small to be measured is below it."""
    if limit_um is None:
        return []
    unmeasured = (pl.col("state") == "too-small") & pl.col(axis).is_null()
    found = targets.filter((pl.col(axis) < limit_um) | unmeasured)
    what = pl.concat_str(pl.lit(f"{_AXES[axis]} "), lengths(axis), pl.lit(" mm"))
    expected = pl.lit(f", expected at least {millimetres(limit_um)} for a target")
    message = pl.concat_str(what.fill_null("too small to measure"), expected)
    return [as_findings(found, code, message)]


def _below_slices(targets: pl.DataFrame, axis: str, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find targets smaller than so many of the slices that they were measured on."""
    factor = limits.slice_thickness_factor
    if factor is None:
        return []
    thickness_um = (pl.col("slice_thickness_mm") * 1000).round().cast(pl.Int64)
    sized = targets.with_columns(
        thickness_um=thickness_um, limit_um=(thickness_um * factor).round().cast(pl.Int64)
    )
    found = sized.filter(pl.col(axis) < pl.col("limit_um"))
    message = pl.format(
        f"{_AXES[axis]} {{}} mm on slices of {{}} mm, expected at least {{}} mm for a target",
        lengths(axis),
        lengths("thickness_um"),
        lengths("limit_um"),
    )
    return [as_findings(found, "below-twice-slice-thickness", message)]


def _normal_nodes(lesions: pl.DataFrame, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find nodes of normal size, which are neither recorded nor followed."""
    if limits.normal_node_short_um is None:
        return []
    normal = pl.col("largest_short_um") < limits.normal_node_short_um
    found = lesions.filter(pl.col("nodal") & normal)
    message = pl.format(
        f"node with a short axis of {{}} mm; below {millimetres(limits.normal_node_short_um)}"
        " a node is normal and is not followed",
        lengths("largest_short_um"),
    )
    return [as_findings(found, "normal-node", message)]
