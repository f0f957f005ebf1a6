"""Words to the user, on standard error, and tables on standard output."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from recistkit.errors import OptionError

if TYPE_CHECKING:
    import polars as pl

    from recistkit.criteria import Criteria

__all__ = [
    "DEFAULT_CRITERIA",
    "counted",
    "joined",
    "name_criteria",
    "print_table",
    "say",
    "warn",
    "write_into",
]

DEFAULT_CRITERIA: Final = "recist-1.1"


def say(text: str) -> None:
    """Say something to the user."""
    typer.echo(text, err=True)


def warn(sentences: Iterable[str]) -> None:
    """Say each sentence as a warning."""
    for sentence in sentences:
        say(f"warning: {sentence}")


def name_criteria(criteria: str | None, table: str = "-") -> Criteria:
    """Load criteria and say which are in force, with their warning; of a study its charter too.

    Parameters
    ----------
    criteria : str or None
        Id or file; None for those of the study, or else RECIST 1.1.
    table : str
        What they are for; it may be a study.

    Raises
    ------
    OptionError
        If there are no such criteria.
    CriteriaError, SettingsError, StoreError
        If they cannot be used.
    """
    from recistkit.study.study_files import is_study

    if is_study(table):
        from recistkit.study.folder import StudyFolder

        with StudyFolder.opened(table, to_look=True) as study:
            say(f"study {study.settings.id}, charter version {study.charter_version}")
            loaded = _named(criteria) if criteria else study.settings.load_criteria(study.path)
    else:
        loaded = _named(criteria or DEFAULT_CRITERIA)
    say(f"criteria {loaded.reference} ({loaded.title})")
    if loaded.warning:
        warn([f"{loaded.id} is {loaded.warning}"])
    return loaded


def _named(criteria: str) -> Criteria:
    """Return criteria by id or file.

    Raises
    ------
    OptionError
        If there are none.
    """
    from recistkit.criteria import load, shipped

    path = Path(criteria)
    if criteria not in shipped() and (path.is_dir() or not path.exists()):
        known = ", ".join(shipped())
        raise OptionError(f"there are no criteria {criteria}; known are {known}, or give a file")
    return load(criteria)


def write_into(
    folder: Path, tables: Mapping[str, pl.DataFrame], file_format: str, **options: Sequence[str]
) -> None:
    """Write tables into a folder and say so.

    Raises
    ------
    OutputError
        If something cannot be written.
    """
    from recistkit.exchange.write_results import write_tables

    paths = write_tables(folder, tables, file_format, **options)
    say(f"wrote {joined([path.name for path in paths])} to {folder}")


def print_table(table: pl.DataFrame, file_format: str) -> None:
    """Print a table on standard output: the bytes that a file of it would have."""
    from recistkit.exchange.write_results import write_table

    content = io.BytesIO()  # polars takes a reader that has left for a fault of its own
    write_table(table, content, file_format)
    sys.stdout.flush()
    sys.stdout.buffer.write(content.getvalue())
    sys.stdout.buffer.flush()


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "subject"), counted(0, "subject"), counted(2, "series", "series")
    ('1 subject', '0 subjects', '2 series')
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def joined(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
