"""Why a file cannot be taken as comma-separated text."""

from __future__ import annotations

import csv
import io

from recistkit.errors import Fault

__all__ = ["csv_faults"]


def csv_faults(content: bytes) -> list[Fault]:
    """Return what is wrong with a CSV file that could not be loaded; never empty.

    Parameters
    ----------
    content : bytes
        The whole file.
    """
    if not content.strip():
        return [Fault(0, "", "is empty; expected a header and rows")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [Fault(0, "", f"is not UTF-8 text (line {line})")]
    return _long_rows(text) or [Fault(0, "", "is no comma-separated text")]


def _long_rows(text: str) -> list[Fault]:
    """Name the rows with more values than the header has names."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error:
        return []
    width = len(rows[0])
    return [
        Fault(number, "", f"has {len(row)} values, but the header has {width} names")
        for number, row in enumerate(rows, start=1)
        if len(row) > width
    ]
