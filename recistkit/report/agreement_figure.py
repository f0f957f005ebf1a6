"""Responses of one read against those of the other: how often each pair of words occurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recistkit.report.drawing import GREY, INK, number_text, shown, svg_of
from recistkit.terms import RESPONSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["TITLES", "agreement_figure"]

TITLES: Final = {
    "best_response": "Best response",
    "best_response_confirmed": "Confirmed best response",
    "response": "Response of each visit",
}
"""What is said above a panel, by the variable of the table of agreement."""

_NONE: Final = "none"
_PANEL_IN: Final = (4.6, 4.6)
_DARKEST: Final = 0.5
"""Of the most frequent pair, white being 0: black numbers and frames stay readable on it."""


def agreement_figure(
    title: str, rows: Sequence[Mapping[str, Any]], pairs: pl.DataFrame, readers: Sequence[str]
) -> bytes:
    """Return a figure with one matrix per variable.

    Parameters
    ----------
    title : str
    rows : sequence of mapping
        Rows of the table of agreement, one per matrix.
    pairs : polars.DataFrame
        As `recistkit.reconciliation.agreement.paired_words` returns them.
    readers : sequence of str
    """

    def draw(figure: Figure) -> None:
        figure.suptitle(title)
        for place, row in enumerate(rows):
            axes = figure.add_subplot(1, len(rows), place + 1)
            key = {name: row[name] for name in ("compartment", "variable")}
            both = pairs.filter(pl.col("has_1") & pl.col("has_2"), **key)
            _matrix(axes, row, both, readers)

    return svg_of(_PANEL_IN[0] * max(1, len(rows)), _PANEL_IN[1], draw)


def _matrix(axes: Axes, row: Mapping[str, Any], both: pl.DataFrame, readers: Sequence[str]) -> None:
    """Draw the counts of one variable as numbers on shades; agreement is framed."""
    from matplotlib.patches import Rectangle

    words = both.select(pl.col("value_1", "value_2").fill_null(_NONE))
    found = {*words["value_1"], *words["value_2"]}
    always = {"CR", "PR", "NC" if "NC" in found else "SD", "PD"}
    names = [word for word in (*RESPONSES, _NONE) if word in found | always]
    names += sorted(found - set(names))
    counts = {(a, b): n for a, b, n in words.group_by("value_1", "value_2").len().iter_rows()}
    table = [[counts.get((first, second), 0) for second in names] for first in names]
    largest = max(counts.values())
    for line, column in ((a, b) for a in range(len(names)) for b in range(len(names))):
        count = table[line][column]
        shade = str(1 - _DARKEST * count / largest)  # a grey of matplotlib's, white being 1
        square = Rectangle((column - 0.5, line - 0.5), 1, 1, facecolor=shade)
        if line == column:
            square.set(edgecolor=INK, linewidth=2, zorder=2)
        axes.add_patch(square)
        colour = INK if count else GREY
        axes.text(column, line, str(count), ha="center", va="center", color=colour, zorder=3)
    axes.set_aspect("equal")
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(shown(readers[1]))
    axes.set_ylabel(shown(readers[0]))
    axes.set_title(f"{TITLES[row['variable']]}\n{_said(row)}", loc="left", fontsize=9)


def _said(row: Mapping[str, Any]) -> str:
    """Return how many agree, and kappa with its interval."""
    agreed = f"{row['agreed']} of {row['compared']} {row['unit']} agree"
    return f"{agreed}\nkappa {_kappa(row, 'kappa')}\nweighted kappa {_kappa(row, 'weighted_kappa')}"


def _kappa(row: Mapping[str, Any], name: str) -> str:
    """Return a kappa with its interval, or that it cannot be estimated."""
    value, lower, upper = (row[f"{name}{end}"] for end in ("", "_lower", "_upper"))
    if value is None:
        return str(row[f"{name}_status"])
    return number_text(value, lower, upper, digits=2)
