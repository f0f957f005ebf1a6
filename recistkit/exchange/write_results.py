"""Write the tables of a run into a folder: all of them or none, never beside those of another run.

The tables are first written in full into a folder of their own inside the
target (so that all later steps are renames on one disk), then the former
tables are moved aside, then the new ones are moved in. Old and new tables never
stand in the folder together: whatever fails, the former ones are put back, and
a run that was killed between two renames is undone by the next one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from recistkit.errors import OptionError, OutputError

if TYPE_CHECKING:
    from io import IOBase

    import polars as pl

__all__ = ["FORMATS", "RESULT_TABLES", "write_table", "write_tables"]

FORMATS: Final = ("csv", "parquet", "json")
"""Kinds of file; each is the extension too."""

RESULT_TABLES: Final = (
    "responses",
    "best",
    "reconciled",
    "differences",
    "agreement",
    "size_agreement",
    "adjudication",
    "matched_lesions",
    "reread_agreement",
    "reread_size_agreement",
    "reread_matched_lesions",
    "reread_differences",
    "accepted_responses",
    "accepted_best",
)
"""What a run may leave in a folder; those it does not write are removed as out of date."""

_STAGE_PREFIX: Final = ".recistkit-writing-"
_NEW: Final = "new"
_FORMER: Final = "former"
_FORMER_WHOLE: Final = "former-whole"
"""The name of the folder of former tables once all of them are in it."""
_OUT_OF_DATE: Final = "out-of-date"
"""Its name when the new tables are in place: from here on nothing is undone."""
_FILES: Final = "files.txt"
_ROWS_PER_GROUP: Final = 262_144
_SMALL: Final = 1e-4
_LARGE: Final = 1e15
"""Floats nearer to zero, or from here on, may be written with an exponent."""


def write_tables(
    folder: Path | str,
    tables: Mapping[str, pl.DataFrame],
    file_format: str = "csv",
    *,
    replaces: Iterable[str] = RESULT_TABLES,
) -> tuple[Path, ...]:
    """Write the tables of a run, whole or not at all.

    Parameters
    ----------
    folder : Path or str
        Made if it is not there. Files of other names in it are left alone.
    tables : mapping of str to polars.DataFrame
        Tables by name; the file is called after it.
    file_format : {"csv", "parquet", "json"}
        CSV: UTF-8, lines ended by LF, nothing for null, shortest decimals
        without exponent, ISO dates. JSON: one array of objects.
    replaces : iterable of str
        Names of the tables of an earlier run, of any format, that are removed
        together with those of the names in `tables`.

    Returns
    -------
    tuple of Path
        The files, in the order of `tables`.

    Raises
    ------
    OptionError
        If there is no such format.
    OutputError
        If something cannot be written. The tables of an earlier run are then
        what they were.

    Notes
    -----
    Two runs that write into one folder at the same moment are not kept apart.
    """
    _check_format(file_format)
    folder = Path(folder)
    names = tuple(dict.fromkeys([*tables, *replaces]))
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with _as_output_error(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _undo_interrupted(folder)
            _write_and_swap(folder, tables, file_format, names)
        except BaseException:
            for path in made:
                with contextlib.suppress(OSError):
                    path.rmdir()
            raise
    return tuple(folder / f"{name}.{file_format}" for name in tables)


def write_table(table: pl.DataFrame, file: Path | BinaryIO, file_format: str = "csv") -> None:
    """Write one table to a path or an open binary file; the same table gives the same bytes.

    Raises
    ------
    OptionError
        If there is no such format.
    """
    _check_format(file_format)
    import polars as pl
    import polars.selectors as cs

    table = table.with_columns(cs.float() + pl.lit(0.0))  # minus zero is zero
    if file_format == "csv":
        table.with_columns(map(_without_exponent, table.select(cs.float()))).write_csv(file)
    elif file_format == "json":
        table.write_json(cast("IOBase", file))
    else:
        table.write_parquet(
            file, compression="lz4", statistics=False, row_group_size=_ROWS_PER_GROUP
        )


def _without_exponent(column: pl.Series) -> pl.Series:
    """Return a column of floats as it is, or as text where CSV would have exponents.

    Only the few values concerned are spelled out one by one: the option of
    polars that does it for all takes more than twice the time.
    """
    size = column.abs()
    extreme = (((size > 0) & (size < _SMALL)) | (size >= _LARGE)).fill_null(value=False)
    places = extreme.arg_true()
    if not len(places):
        return column
    plain = [format(Decimal(repr(value)), "f") for value in column.gather(places)]
    import polars as pl

    return column.cast(pl.String).scatter(places, plain)


def _check_format(file_format: str) -> None:
    if file_format not in FORMATS:
        raise OptionError(f"format is {file_format!r}; expected one of {', '.join(FORMATS)}")


@contextlib.contextmanager
def _as_output_error(folder: Path) -> Iterator[None]:
    """Turn what the disk says into an error that a user can act upon."""
    import polars as pl

    try:
        yield
    except OutputError:
        raise
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"{folder}: cannot be written ({reason}); what was there is unchanged"
        raise OutputError(message) from error


def _write_and_swap(
    folder: Path, tables: Mapping[str, pl.DataFrame], file_format: str, names: Iterable[str]
) -> None:
    """Write every table in full, then put them in the place of the former ones."""
    stage = folder / f"{_STAGE_PREFIX}{secrets.token_hex(4)}"
    try:
        _write_stage(stage, tables, file_format)
        _move_all(_present(folder, names), stage / _FORMER)
        (stage / _FORMER).rename(stage / _FORMER_WHOLE)
        _move_all(sorted((stage / _NEW).iterdir()), folder)
        _sync_folder(folder)
        (stage / _FORMER_WHOLE).rename(stage / _OUT_OF_DATE)
    except BaseException:
        _put_back(folder, stage)
        raise
    shutil.rmtree(stage, ignore_errors=True)


def _write_stage(stage: Path, tables: Mapping[str, pl.DataFrame], file_format: str) -> None:
    """Write the new tables, and the list of them, into a folder of their own."""
    stage.mkdir()
    (stage / _NEW).mkdir()
    for name, table in tables.items():
        path = stage / _NEW / f"{name}.{file_format}"
        write_table(table, path, file_format)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    files = "".join(f"{name}.{file_format}\n" for name in tables)
    (stage / _FILES).write_text(files, encoding="utf-8")
    (stage / _FORMER).mkdir()


def _present(folder: Path, names: Iterable[str]) -> list[Path]:
    """Return the table files of these names, of any format, that are in a folder."""
    paths = (folder / f"{name}.{ending}" for name in names for ending in FORMATS)
    return [path for path in paths if path.is_file()]


def _move_all(paths: Iterable[Path], folder: Path) -> None:
    for path in paths:
        path.replace(folder / path.name)


def _put_back(folder: Path, stage: Path) -> None:
    """Undo a swap that was not finished, from what the stage holds.

    Raises
    ------
    OutputError
        If the former tables cannot be put back now; the stage then keeps them.
    """
    whole = stage / _FORMER_WHOLE
    try:
        if whole.is_dir():  # all former tables are in it: those in the folder are the new ones
            for name in (stage / _FILES).read_text(encoding="utf-8").splitlines():
                (folder / name).unlink(missing_ok=True)
        for former in (whole, stage / _FORMER):
            if former.is_dir():
                _move_all(sorted(former.iterdir()), folder)
    except OSError as error:
        message = f"{folder}: cannot be written, and the former tables are in {stage.name} now; "
        raise OutputError(f"{message}the next run into this folder puts them back") from error
    shutil.rmtree(stage, ignore_errors=True)


def _undo_interrupted(folder: Path) -> None:
    """Undo what a killed run left between two renames."""
    for stage in sorted(folder.glob(f"{_STAGE_PREFIX}*")):
        _put_back(folder, stage)


def _sync_folder(folder: Path) -> None:
    """Make the renames last through a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
