"""One result table as one file, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from recistkit.errors import OptionError, OutputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["format_of", "write_file"]


def format_of(path: Path) -> str:
    """Return the kind of file that a name's ending asks for.

    Raises
    ------
    OptionError
        If there is no such kind.

    Examples
    --------
    >>> format_of(Path("sizes.CSV"))
    'csv'
    """
    from recistkit.exchange.write_results import FORMATS

    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        endings = ", ".join(f".{one}" for one in FORMATS)
        raise OptionError(f"--output is {path.name!r}; expected a name that ends in {endings}")
    return ending


def write_file(path: Path, table: pl.DataFrame) -> None:
    """Write a table to a file, of the kind that its ending asks for; folders are made.

    Raises
    ------
    OptionError
        If there is no such kind.
    OutputError
        If it cannot be written. What was there before is then untouched.
    """
    from recistkit.exchange.write_results import write_table

    file_format = format_of(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            write_table(table, file, file_format)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{path}: cannot be written ({reason}); what was there is unchanged"
        raise OutputError(message) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
