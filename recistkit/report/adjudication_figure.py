"""How many subjects two reads differ in, and whose read the adjudicator accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from recistkit.report.drawing import FIRST, INK, SECOND, bare, shown, svg_of

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

__all__ = ["adjudication_figure"]

_WIDTH_IN: Final = 7.6
_LINE_IN: Final = 0.55
_AROUND_IN: Final = 1.5
_MARKERS: Final = "os^"
"""Another form beside each colour, for print."""


class _Share(NamedTuple):
    """A share in per cent, with the ends of its interval and what is said beside it."""

    label: str
    percent: float | None
    lower: float | None
    upper: float | None
    colour: str


def adjudication_figure(title: str, table: pl.DataFrame, *, adjudicated: bool) -> bytes:
    """Return the shares as points with their exact 95 % intervals.

    Parameters
    ----------
    title : str
    table : polars.DataFrame
        Of adjudication, one row per reader.
    adjudicated : bool
        Whether anybody decides between such reads.
    """
    rows = table.to_dicts()
    label = f"reads differ\n{rows[0]['discordant']} of {rows[0]['subjects']} subjects"
    shares = [_share(label, rows[0], "discordant_percent", INK)]
    for row, colour in zip(rows if adjudicated else (), (FIRST, SECOND), strict=False):
        label = f"{shown(row['reader'])} accepted\n{row['won']} of {row['adjudicated']} decided"
        shares.append(_share(label, row, "won_percent", colour))

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for line, share in enumerate(shares):
            if share.percent is None or share.lower is None or share.upper is None:
                axes.text(2, line, "nothing to count", va="center", fontsize=9)
                continue
            axes.plot([share.lower, share.upper], [line, line], color=share.colour, linewidth=2)
            axes.plot([share.percent], [line], _MARKERS[line], color=share.colour, markersize=8)
            axes.text(102, line, f"{share.percent:.0f} %", va="center", color=share.colour)
        axes.set_yticks(range(len(shares)), [share.label for share in shares])
        axes.set_ylim(len(shares) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("per cent, with the exact 95 % interval")
        axes.set_title(title, loc="left")
        bare(axes)

    return svg_of(_WIDTH_IN, _AROUND_IN + _LINE_IN * len(shares), draw)


def _share(label: str, row: Mapping[str, Any], name: str, colour: str) -> _Share:
    """Return a share of a row of the table."""
    return _Share(label, row[name], row[f"{name}_lower"], row[f"{name}_upper"], colour)
