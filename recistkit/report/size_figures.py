"""Differences of sizes against their means, with bias and limits of agreement (Bland & Altman)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recistkit.report.drawing import BAND, FIRST, INK, SECOND, bare, number_text, shown, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["TITLES", "size_figure"]

TITLES: Final = {
    "baseline_sum": "Sum at baseline",
    "sum": "Sum, every visit",
    "longest_mm": "Longest diameter of matched targets",
    "short_mm": "Short axis of matched nodes",
}
"""What is said above a panel, by the variable of the table of size agreement."""

_LINES: Final = {"mean_difference": "bias", "lower_limit": "−1.96 SD", "upper_limit": "+1.96 SD"}
_STYLES: Final = {"mean_difference": "-", "lower_limit": "--", "upper_limit": "--"}
_PANEL_IN: Final = (5.6, 4.4)
_MARGIN: Final = 0.08
_LEAST_AROUND: Final = 0.5
"""So much is seen around what is drawn, in mm, also where no two sizes differ."""
_ROOM_OF_NAME: Final = 0.09
"""Part of the axis that the name of a line takes."""
_SPOT_AREA: Final = 24.0
"""Of a ring in square points; several pairs at one place are one ring of their common area."""


def size_figure(
    title: str, rows: Sequence[Mapping[str, Any]], pairs: pl.DataFrame, readers: Sequence[str]
) -> bytes:
    """Return a figure with one panel per variable.

    Parameters
    ----------
    title : str
    rows : sequence of mapping
        Rows of the table of size agreement, one per panel.
    pairs : polars.DataFrame
        As `recistkit.reconciliation.size_agreement.paired_sizes` returns them.
    readers : sequence of str
    """

    def draw(figure: Figure) -> None:
        figure.suptitle(title)
        for place, row in enumerate(rows):
            axes = figure.add_subplot(1, len(rows), place + 1)
            key = {name: row[name] for name in ("compartment", "variable")}
            _panel(axes, row, pairs.filter(**key).drop_nulls(["value_1", "value_2"]), readers)

    return svg_of(_PANEL_IN[0] * max(1, len(rows)), _PANEL_IN[1], draw)


def _panel(axes: Axes, row: Mapping[str, Any], pairs: pl.DataFrame, readers: Sequence[str]) -> None:
    """Draw the points of one variable, its bias and its limits."""
    unit = {"mm2": "mm²"}.get(row["unit"], row["unit"])
    both, difference = pl.col("value_1", "value_2"), pl.col("value_1") - pl.col("value_2")
    # Rounded, so that equal pairs are one spot whatever their last bits are.
    places = pairs.select(mean=pl.mean_horizontal(both).round(6), apart=difference.round(6))
    spots = places.group_by("mean", "apart").len("count")
    spots = spots.sort("mean", "apart")
    axes.axhline(0, color=INK, linewidth=0.6)
    least, most = _span(row, spots["apart"])
    for name in _LINES:
        _line(axes, row, name, labelled=_is_apart(row, name, most - least))
    axes.scatter(
        spots["mean"].to_list(),
        spots["apart"].to_list(),
        s=[_SPOT_AREA * count for count in spots["count"]],
        facecolors="none",
        edgecolors=SECOND,
    )
    axes.margins(x=_MARGIN)
    axes.set_ylim(least, most)
    axes.set_title(f"{TITLES[row['variable']]}\n{_said(row, unit)}", loc="left", fontsize=9)
    axes.set_xlabel(f"mean of both ({unit})")
    axes.set_ylabel(f"{shown(readers[0])} minus {shown(readers[1])} ({unit})")
    bare(axes)


def _span(row: Mapping[str, Any], apart: pl.Series) -> tuple[float, float]:
    """Return from where to where the axis of differences goes: all that is drawn, and some more."""
    ends = [row[f"{name}{end}"] for name in _LINES for end in ("", "_lower", "_upper")]
    drawn = [0.0, *apart, *(end for end in ends if end is not None)]
    least, most = min(drawn), max(drawn)
    around = max(_MARGIN * (most - least), _LEAST_AROUND)
    return least - around, most + around


def _is_apart(row: Mapping[str, Any], name: str, span: float) -> bool:
    """Return whether the name of a line has room beside that of the bias."""
    value, bias = row[name], row["mean_difference"]
    return name == "mean_difference" or (
        value is not None and abs(value - bias) > _ROOM_OF_NAME * span
    )


def _line(axes: Axes, row: Mapping[str, Any], name: str, *, labelled: bool) -> None:
    """Draw bias or limit with its interval; nothing where it cannot be estimated."""
    value, lower, upper = (row[f"{name}{end}"] for end in ("", "_lower", "_upper"))
    if value is None:
        return
    if lower is not None:
        axes.axhspan(lower, upper, color=BAND, linewidth=0, zorder=0)
    axes.axhline(value, color=FIRST, linewidth=1.4, linestyle=_STYLES[name])
    if not labelled:
        return
    axes.annotate(
        f"{_LINES[name]}\n{number_text(value, digits=1)}",
        xy=(1, value),
        xycoords=("axes fraction", "data"),
        xytext=(5, 0),
        textcoords="offset points",
        horizontalalignment="left",
        verticalalignment="center",
        color=FIRST,
        fontsize=9,
    )


def _said(row: Mapping[str, Any], unit: str) -> str:
    """Return the figures in words: how many, bias, correlation."""
    pairs, subjects = row["compared"], row["subjects"]
    many = f"{pairs} pair{'' if pairs == 1 else 's'} of "
    many += f"{subjects} subject{'' if subjects == 1 else 's'}"
    bias = f"bias {_value(row, 'mean_difference', 1)} {unit}"
    return f"{many}\n{bias}; {_limits(row)}\nICC(2,1) {_value(row, 'icc_2_1', 2)}"


def _limits(row: Mapping[str, Any]) -> str:
    """Return the limits of agreement in words."""
    if row["lower_limit"] is None:
        return str(row["limits_status"])
    lower, upper = (number_text(row[name], digits=1) for name in ("lower_limit", "upper_limit"))
    return f"limits {lower} and {upper}"


def _value(row: Mapping[str, Any], name: str, digits: int) -> str:
    """Return a number with its interval, or that it cannot be estimated."""
    value, lower, upper = (row[f"{name}{end}"] for end in ("", "_lower", "_upper"))
    return "not estimable" if value is None else number_text(value, lower, upper, digits=digits)
