"""Where a table comes from: a file, standard input, a folder of read documents, or a frame."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import polars as pl

from recistkit.errors import Fault, TableError
from recistkit.exchange.csv_faults import csv_faults
from recistkit.exchange.quoting import short_name
from recistkit.exchange.read_document import load_read_document, load_read_documents
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.model.read import Read

__all__ = [
    "RawTable",
    "TableSource",
    "no_table",
    "open_documents",
    "open_table",
    "tables_of_documents",
]


class PandasFrame(Protocol):
    """What is needed of a pandas frame; pandas itself is not."""

    @property
    def columns(self) -> Any: ...  # noqa: ANN401  pandas is not a dependency

    @property
    def iloc(self) -> Any: ...  # noqa: ANN401  as above


FRAME = "<frame>"
STANDARD_INPUT = "<standard input>"
_EXPECTED = "expected a file, or a polars or pandas frame"


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it was found, before any column is understood.

    Attributes
    ----------
    name : str
        File name, or ``"<frame>"``.
    frame : polars.DataFrame
        The columns as they came.
    first_row : int
        What the first row is called in a fault: 2 in a CSV file (the header
        is line 1), else 1.
    warnings : tuple of str
        What should be known of where it came from.
    is_checked : bool
        Whether each single value was accepted already, by the model of read
        documents, whose rules are those of the columns.
    """

    name: str
    frame: pl.DataFrame
    first_row: int
    warnings: tuple[str, ...] = ()
    is_checked: bool = False


TableSource: TypeAlias = str | Path | pl.DataFrame | pl.LazyFrame | PandasFrame | RawTable


def open_table(source: TableSource) -> RawTable:
    """Open a table from a CSV or Parquet file, standard input (``"-"``) or a frame.

    Raises
    ------
    TableError
        If the file cannot be opened as a table.
    """
    if isinstance(source, RawTable):
        return source
    if isinstance(source, str | Path):
        return _open_file(source)
    if isinstance(source, pl.LazyFrame):
        return RawTable(FRAME, _collected(source), 1)
    if isinstance(source, pl.DataFrame):
        return RawTable(FRAME, source, 1)
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return RawTable(FRAME, _from_pandas(source), 1)
    raise no_table(source)


def no_table(source: object) -> TableError:
    """Return the error of something that is no table, such as None."""
    return TableError(FRAME, [Fault(0, "", f"{type(source).__name__} is no table; {_EXPECTED}")])


def open_documents(source: TableSource) -> tuple[RawTable, RawTable] | None:
    """Return the reads and visits tables of read documents, or None for another source.

    The reads table warns of every document that is not signed.

    Parameters
    ----------
    source
        A folder whose ``.json`` files are read documents, or one such file.

    Raises
    ------
    DocumentError
        If a document has faults (those of all documents are named), or a
        folder holds none.
    """
    if not isinstance(source, str | Path) or str(source) == "-":
        return None
    path = Path(source)
    if path.is_dir():
        reads = load_read_documents(path)
    elif path.suffix == ".json":
        reads = [load_read_document(path)]
    else:
        return None
    drafts = tuple(
        f"{path.name}: the read of subject {read.subject!r} by reader {read.reader!r} "
        "is a draft, not signed"
        for read in reads
        if read.state == "draft"
    )
    return tables_of_documents(reads, path.name, drafts)


def tables_of_documents(
    reads: Sequence[Read], name: str = FRAME, warnings: tuple[str, ...] = ()
) -> tuple[RawTable, RawTable]:
    """Return the reads and visits tables of read documents, whose values need no second check."""
    return (
        RawTable(name, reads_table(reads), 1, warnings, is_checked=True),
        RawTable(name, visits_table(reads), 1, is_checked=True),
    )


def _open_file(source: str | Path) -> RawTable:
    path = Path(source)
    try:
        if str(source) == "-":
            return RawTable(STANDARD_INPUT, _csv(STANDARD_INPUT, sys.stdin.buffer.read()), 2)
        if path.suffix.lower() == ".parquet":
            return RawTable(path.name, _parquet(path), 1)
        return RawTable(path.name, _csv(path.name, path), 2)
    except FileNotFoundError:
        raise TableError(path.name, [Fault(0, "", "there is no such file")]) from None
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or type(error).__name__}"
        raise TableError(path.name, [Fault(0, "", reason)]) from None


def _csv(name: str, source: Path | bytes) -> pl.DataFrame:
    """Take every column as text, so that each value keeps the digits it was written with."""
    opened = source if isinstance(source, Path) else io.BytesIO(source)
    try:
        frame = pl.read_csv(opened, infer_schema=False, glob=False)
    except pl.exceptions.PolarsError:
        content = source.read_bytes() if isinstance(source, Path) else source
        raise TableError(name, csv_faults(content)) from None
    if frame.width == 1 and re.search("[;\t]", frame.columns[0]):
        reason = "the header holds one name; expected names with commas between them"
        raise TableError(name, [Fault(1, "", reason)])
    return frame


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False)
    except pl.exceptions.PolarsError:
        raise TableError(path.name, [Fault(0, "", "is no Parquet file")]) from None


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = f"the lazy frame cannot be collected ({type(error).__name__})"
        raise TableError(FRAME, [Fault(0, "", reason)]) from None


def _from_pandas(frame: PandasFrame) -> pl.DataFrame:
    names = [str(name) for name in frame.columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        faults = [Fault(0, short_name(name), "stands more than once") for name in repeated]
        raise TableError(FRAME, faults)
    return pl.DataFrame({name: _series(frame.iloc[:, place]) for place, name in enumerate(names)})


def _series(column: Any) -> pl.Series:  # noqa: ANN401  pandas is not a dependency
    """Take a pandas column by its values, so that pyarrow is not needed."""
    if getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_localize(None)  # the day on the clock of the place
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else ""
    if kind and kind in "fiub":
        return pl.Series(column.to_numpy(), nan_to_null=True)
    if kind == "M":
        return pl.Series(column.to_numpy().astype("datetime64[ms]"))
    values = column.astype(object).where(column.notna(), None)
    return pl.Series(values.tolist(), strict=False)
