"""Findings about what a lesion was measured on: scans that are not like those before.

The same technique is to be used at baseline and during follow-up (Eisenhauer
2009, section 3). What differs is told from the first scan that says it, which
is where a response is counted from, and from the one before, where an increase
may be only a change of scan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recistkit.findings.table import READ, as_findings, lengths
from recistkit.findings.targets import whole_lesions
from recistkit.model.limits import SelectionLimits

__all__ = ["THICKNESS_TOLERANCE_MM", "drift_findings"]

THICKNESS_TOLERANCE_MM: Final = 0.1
"""Slices that differ by less are equally thick: headers round (0.625 and 0.63 mm)."""

_LESION: Final = (*READ, "lesion")
_SEEN: Final = pl.col("state") != "not-evaluable"
_EARLIER: Final = ("first", "previous")
_UM_PER_MM: Final = 1000

_Differs = Callable[[pl.Expr, pl.Expr], pl.Expr]


@dataclass(frozen=True, slots=True)
class _Technique:
    """One word that a row says of its scan, and what it is called in a finding.

    `alike` holds other words for the same, in small letters.
    """

    column: str
    code: str
    before: str = ""
    alike: Mapping[str, str] = field(default_factory=dict)


_TECHNIQUES: Final = (
    _Technique("modality", "modality-changed", alike={"mri": "mr"}),
    _Technique("plane", "plane-changed", alike={"transverse": "axial", "transversal": "axial"}),
    _Technique("contrast", "contrast-changed", "contrast agent ", alike={"none": "not-stated"}),
)


def drift_findings(followed: pl.DataFrame, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find lesions that were measured on other scans than before, visit by visit.

    What a lesion was not evaluable on is left out; so is a row that does not
    say what it was measured on.

    Parameters
    ----------
    followed : polars.DataFrame
        Rows of the reads from the baseline on, with ``position``.
    limits : SelectionLimits
        Limits of the criteria: what slices do to the smallest measurable size.
    """
    seen = followed.filter(_SEEN)
    return [*(_words_changed(seen, one) for one in _TECHNIQUES), _slices_changed(seen, limits)]


def _words_changed(seen: pl.DataFrame, technique: _Technique) -> pl.DataFrame:
    """Find rows whose word for their scan is another than before."""
    column = pl.col(technique.column)
    word = column.str.strip_chars().str.to_lowercase().replace(technique.alike)
    stated = _of_changing_lesions(seen, column, lambda now, then: now != then)
    if not stated.height:
        return as_findings(stated, technique.code, pl.lit(None))
    found = _changed(stated.with_columns(now=word, shown=column), lambda now, then: now != then)
    return as_findings(found, technique.code, _then(pl.lit(technique.before), "shown"))


def _slices_changed(seen: pl.DataFrame, limits: SelectionLimits) -> pl.DataFrame:
    """Find lesions measured on thicker or thinner slices, and what that makes measurable."""
    thickness_um = (pl.col("slice_thickness_mm") * _UM_PER_MM).round().cast(pl.Int64)
    tolerance_um = round(THICKNESS_TOLERANCE_MM * _UM_PER_MM)

    def differs(now: pl.Expr, then: pl.Expr) -> pl.Expr:
        return (now - then).abs() >= tolerance_um

    sliced = _of_changing_lesions(seen, thickness_um, differs)
    if not sliced.height:
        return as_findings(sliced, "thickness-changed", pl.lit(None))
    node = pl.col("nodal") & pl.lit(limits.minimum_node_short_um is not None)
    stated = whole_lesions(sliced).with_columns(
        now=thickness_um,
        size_um=pl.when(node).then("short_um").otherwise("longest_um"),
        limit_um=_smallest_um(node, thickness_um, limits),
        axis=pl.when(node).then(pl.lit("short axis")).otherwise(pl.lit("longest diameter")),
    )
    told = stated.with_columns(
        shown=_mm("now"), limit=_mm("limit_um"), size=_mm("size_um") + _below()
    )
    found = _changed(told, differs)
    smallest = _then(pl.format("the smallest measurable {} is ", "axis"), "limit")
    own = _then(pl.lit("its own is "), "size")
    moved = pl.any_horizontal(pl.col("limit") != pl.col(f"{one}_limit") for one in _EARLIER)
    parts = [
        _then(pl.lit("slices of "), "shown"),
        *(pl.when(moved).then(one) for one in (smallest, own)),
    ]
    message = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return as_findings(found, "thickness-changed", message)


def _smallest_um(node: pl.Expr, thickness_um: pl.Expr, limits: SelectionLimits) -> pl.Expr:
    """Return the smallest size of a target on slices; empty where slices do not say it."""
    if limits.slice_thickness_factor is None:
        return pl.lit(None, pl.Int64)
    by_slices = (thickness_um * limits.slice_thickness_factor).round().cast(pl.Int64)
    by_itself = (
        pl.when(node).then(limits.minimum_node_short_um).otherwise(limits.minimum_longest_um)
    )
    smallest = pl.max_horizontal(by_slices, by_itself)
    return pl.when(pl.col("role") == "target").then(smallest)


def _mm(column: str) -> pl.Expr:
    """Return lengths of a column as text with their unit."""
    return pl.concat_str(lengths(column), pl.lit(" mm"))


def _below() -> pl.Expr:
    """Return what stands behind a size that could not be measured on these slices."""
    below = pl.col("size_um") < pl.col("limit_um")
    return pl.when(below).then(pl.lit(" (below that)")).when(~below).then(pl.lit(""))


def _of_changing_lesions(seen: pl.DataFrame, said: pl.Expr, differs: _Differs) -> pl.DataFrame:
    """Return the rows that say something, of lesions for which not all say the same.

    Most lesions stay on the same scans: the rest is looked at row by row.
    """
    stated = seen.with_columns(now=said).filter(pl.col("now").is_not_null())
    ends = stated.group_by(_LESION).agg(least=pl.col("now").min(), most=pl.col("now").max())
    changing = ends.filter(differs(pl.col("most"), pl.col("least")))
    return stated.join(changing, on=_LESION, how="semi", maintain_order="left")


def _changed(stated: pl.DataFrame, differs: _Differs) -> pl.DataFrame:
    """Return the rows that differ from the first row of their lesion, or from the visit before.

    Parameters
    ----------
    stated : polars.DataFrame
        Rows with ``now``, which is compared.
    differs : callable
        From what is said now and what was said then to whether it differs.

    Returns
    -------
    polars.DataFrame
        One row per lesion and visit. Each column that is compared or shown is
        there as ``first_...`` and ``previous_...`` too, empty where that does
        not differ; the visit before is told only where it is not like the first.
    """
    ordered = stated.sort("position", "row")
    shown = [name for name in ("now", "timepoint", "shown", "limit", "size") if name in stated]
    visits = ordered.unique([*_LESION, "position"], keep="first", maintain_order=True)
    before = visits.select(
        *_LESION,
        "position",
        *(pl.col(name).first().over(_LESION).alias(f"first_{name}") for name in shown),
        *(pl.col(name).shift(1).over(_LESION).alias(f"previous_{name}") for name in shown),
    )
    compared = ordered.join(before, on=[*_LESION, "position"], maintain_order="left")
    now, first, previous = (pl.col(name) for name in ("now", "first_now", "previous_now"))
    is_other = {
        "first": differs(now, first),
        "previous": differs(now, previous) & differs(previous, first),
    }
    told = compared.filter(pl.any_horizontal(*is_other.values())).with_columns(
        pl.when(is_other[which]).then(f"{which}_{name}").alias(f"{which}_{name}")
        for which in _EARLIER
        for name in shown
    )
    return told.unique([*_LESION, "position"], keep="first", maintain_order=True)


def _then(begin: pl.Expr, column: str) -> pl.Expr:
    """Return ``5 mm here, 3 mm at baseline, 4 mm at month-2``; empty where nothing is known."""
    parts = [
        pl.format("{} here", column),
        *(pl.format("{} at {}", f"{one}_{column}", f"{one}_timepoint") for one in _EARLIER),
    ]
    known = pl.any_horizontal(part.is_not_null() for part in parts)
    return pl.when(known).then(begin + pl.concat_str(parts, separator=", ", ignore_nulls=True))
