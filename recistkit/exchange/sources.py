"""Where a table comes from: a file, standard input, a folder of read documents, or a frame."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import polars as pl

from recistkit.errors import Fault, TableError
from recistkit.exchange.read_document import load_read_document, load_read_documents
from recistkit.exchange.read_tables import reads_table, visits_table

__all__ = ["RawTable", "TableSource", "open_documents", "open_table"]


class PandasFrame(Protocol):
    """What is needed of a pandas frame; pandas itself is not."""

    @property
    def columns(self) -> Any: ...  # noqa: ANN401  pandas is not a dependency

    def __getitem__(self, name: Any) -> Any: ...  # noqa: ANN401  as above


TableSource: TypeAlias = str | Path | pl.DataFrame | pl.LazyFrame | PandasFrame

FRAME = "<frame>"


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
    """

    name: str
    frame: pl.DataFrame
    first_row: int


def open_table(source: TableSource) -> RawTable:
    """Open a table from a CSV or Parquet file, standard input (``"-"``) or a frame.

    Raises
    ------
    TableError
        If the file cannot be opened as a table.
    """
    if isinstance(source, pl.LazyFrame):
        source = source.collect()
    if isinstance(source, pl.DataFrame):
        return RawTable(FRAME, source, 1)
    if isinstance(source, str | Path):
        return _open_file(source)
    return RawTable(FRAME, _from_pandas(source), 1)


def open_documents(source: TableSource) -> tuple[RawTable, RawTable] | None:
    """Return the reads and visits tables of read documents, or None for another source.

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
    return (
        RawTable(path.name, reads_table(reads), 1),
        RawTable(path.name, visits_table(reads), 1),
    )


def _open_file(source: str | Path) -> RawTable:
    path = Path(source)
    try:
        if str(source) == "-":
            return RawTable("<standard input>", _csv(io.BytesIO(sys.stdin.buffer.read())), 2)
        if path.suffix == ".parquet":
            return RawTable(path.name, pl.read_parquet(path), 1)
        return RawTable(path.name, _csv(path), 2)
    except FileNotFoundError:
        raise TableError(path.name, [Fault(0, "", "there is no such file")]) from None
    except (OSError, pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        reason = f"cannot be opened as a table ({type(error).__name__})"
        raise TableError(path.name, [Fault(0, "", reason)]) from None


def _csv(source: Path | io.BytesIO) -> pl.DataFrame:
    """Take every column as text, so that each value keeps the digits it was written with."""
    return pl.read_csv(source, infer_schema=False)


def _from_pandas(frame: PandasFrame) -> pl.DataFrame:
    return pl.DataFrame({str(name): _series(frame[name]) for name in frame.columns})


def _series(column: Any) -> pl.Series:  # noqa: ANN401  pandas is not a dependency
    """Take a pandas column by its values, so that pyarrow is not needed."""
    if column.dtype.kind in "fiub":
        return pl.Series(column.to_numpy(), nan_to_null=True)
    if column.dtype.kind == "M":
        return pl.Series(column.to_numpy().astype("datetime64[ms]"))
    values = column.astype(object).where(column.notna(), None)
    return pl.Series(values.tolist(), strict=False)
