"""The series of a folder in the terminal: a table, and below it what is to be known of its rows."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from recistkit.cli.summary_tables import plain_table
from recistkit.cli.words import counted

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from recistkit.scans.listing import Listing

__all__ = ["print_listing"]

MOST_FILES: Final = 20
"""So many files that cannot be read are named one by one."""

_HEADERS: Final = (
    *("", "patient", "date", "mod", "plane", "size", "spacing mm", "slice mm", "files", "folder"),
)
_RIGHT: Final = (0, 7, 8, 9)
_Row = dict[str, Any]


def print_listing(console: Console, listing: Listing) -> None:
    """Print the series of a folder, and what is wrong with them.

    Parameters
    ----------
    console : rich.console.Console
        Where to; made for 100 columns.
    listing : Listing
        What was found.
    """
    readable = listing.table["status"] != "unreadable"
    series, files = listing.table.filter(readable), listing.table.filter(~readable)
    if series.height:
        rows = [_cells(row) for row in series.iter_rows(named=True)]
        console.print(plain_table(_HEADERS, rows, right=_RIGHT, gap=1))
        console.print()
    notes = [*_series_notes(series), *_file_notes(files)]
    if notes:
        for line in _hanging(notes, console.width):
            console.print(line)
        console.print()
    console.print(_summary(listing, series, files))


def _cells(row: _Row) -> tuple[str, ...]:
    """Return the cells of a series."""
    size = [row["columns"], row["rows"], row["slices"]]
    spacing = [row["column_spacing_mm"], row["row_spacing_mm"], row["slice_spacing_mm"]]
    thickness = row["slice_thickness_mm"]
    return (
        str(row["number"]),
        row["patient"] or "",
        str(row["date"] or ""),
        row["modality"] or "",
        row["plane"] or "",
        "×".join(str(count) for count in size if count is not None),
        "×".join(f"{length:.3g}" for length in spacing if length is not None),
        "" if thickness is None else f"{thickness:.3g}",
        str(row["files"]),
        str(row["folder"]) + (f", file {row['file']}" if row["files"] == 1 else ""),
    )


def _series_notes(series: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield number and text of whatever there is to say of a series."""
    for row in series.iter_rows(named=True):
        if row["message"]:
            cannot = "cannot be used: " if row["status"] == "refused" else ""
            yield str(row["number"]), f"{cannot}{row['message']}"
        if row.get("path"):
            yield str(row["number"]), f"{row['path']}, series {row['series'] or 'without a UID'}"


def _file_notes(files: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield number and text of files and folders that cannot be read, not of too many."""
    for row in files.head(MOST_FILES).iter_rows(named=True):
        where = "" if row["folder"] is None else f"folder {row['folder']}, file {row['file']}: "
        name = f" ({row['path']})" if row.get("path") else ""
        yield str(row["number"]), f"{where}{row['message']}{name}"
    if files.height > MOST_FILES:
        yield "", f"and {files.height - MOST_FILES} more, all of them with --format csv"


def _hanging(notes: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield the lines of numbered notes, each set in below its number."""
    indent = max(len(number) for number, _ in notes) + 1
    for number, text in notes:
        first = f"{number:>{indent - 1}} "
        yield from textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * indent)


def _summary(listing: Listing, series: pl.DataFrame, files: pl.DataFrame) -> str:
    """Return how much of everything there is."""
    usable = series.filter(series["status"] == "usable").height
    patients = series["patient"].drop_nulls().n_unique()
    parts = [
        f"{counted(series.height, 'series', 'series')}, of which {usable} can be used",
        *([f"{counted(files.height, 'file')} that cannot be read"] if files.height else []),
        counted(listing.other_files, "other file"),
    ]
    return f"{counted(patients, 'patient')}; {'; '.join(parts)}"
