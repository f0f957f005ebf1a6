"""A table in the terminal: a line below its head, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

__all__ = ["plain_table"]


def plain_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Iterable[int] = (),
    gap: int = 2,
) -> Table:
    """Return a table of text.

    Parameters
    ----------
    headers : sequence of str
        One per column.
    rows : iterable of sequence of str
        Cells.
    right : iterable of int
        Columns of numbers, which stand to the right.
    gap : int
        Letters between two columns.
    """
    numbers = set(right)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    for index, header in enumerate(headers):
        table.add_column(
            header,
            header_style="",
            justify="right" if index in numbers else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    return table
