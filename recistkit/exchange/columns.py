"""Columns of a table: from what was written to a value, or a fault that says where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from recistkit.errors import Fault
from recistkit.exchange.sources import RawTable

__all__ = [
    "BAD",
    "Column",
    "ParsedTable",
    "date",
    "identifier",
    "length",
    "number",
    "parse_table",
    "text",
    "truth",
    "words",
]

MAXIMUM_MM: Final = 1000
BAD: Final = "bad_"
"""Prefix of the columns that say where a value could not be understood."""

# A spreadsheet would run an id that begins like a formula, and no id needs control characters.
_UNFIT_ID: Final = r"^[=+@]|^-[^0-9]|[\p{C}]"

# The name that a second column of the same name has in a loaded CSV file.
_TWICE: Final = "_duplicated_0"

_KINDS: Final = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Date, pl.Datetime, pl.Null)

Parser = Callable[[pl.DataFrame, str], tuple[pl.Expr, list[tuple[pl.Expr, str]]]]
"""From a frame and a column to its value, and (where it is wrong, what was expected)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table may have."""

    name: str
    parse: Parser
    required: bool = False


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """A table whose columns are understood.

    Attributes
    ----------
    name : str
        File name, or ``"<frame>"``.
    frame : polars.DataFrame
        Every column of the table in its type, ``row`` (as faults call it),
        and a ``bad_`` column of true/false for each column that had faults.
    present : frozenset of str
        Columns that the file had.
    faults : list of Fault
        What is wrong so far.
    warnings : tuple of str
        Unknown columns, which are ignored.
    """

    name: str
    frame: pl.DataFrame
    present: frozenset[str]
    faults: list[Fault]
    warnings: tuple[str, ...]

    def add(self, where: pl.Expr, column: str, message: pl.Expr | str) -> None:
        """Add a fault for each row for which `where` is true."""
        self.add_rows(self.frame.filter(where), column, message)

    def add_rows(self, rows: pl.DataFrame, column: str, message: pl.Expr | str) -> None:
        """Add a fault for each of `rows`, which have the column ``row``."""
        if rows.height:
            said = pl.lit(message) if isinstance(message, str) else message
            pairs = rows.select("row", said.alias("said")).rows()
            self.faults.extend(Fault(row, column, words) for row, words in pairs)

    def add_unless_all_or_none(self, column: str, things: str) -> None:
        """Add a fault for each row that differs from most: a value in all rows or in none."""
        empty = self.frame[column].null_count()
        given = self.frame.height - empty
        if empty and given:
            few, found = (pl.col(column).is_null(), "is empty")
            if given < empty:
                few, found = (pl.col(column).is_not_null(), "is given")
            message = f"{found}, unlike in most rows; {things} are given for all rows or none"
            self.add(few, column, message)

    def fine(self, *columns: str) -> pl.Expr:
        """Return where none of the columns had a fault, by itself or as a whole."""
        if any(not fault.row and fault.column in columns for fault in self.faults):
            return pl.lit(value=False)
        bad = [pl.col(BAD + name) for name in columns if BAD + name in self.frame.columns]
        return ~pl.any_horizontal(bad) if bad else pl.lit(value=True)


def parse_table(raw: RawTable, columns: Sequence[Column]) -> ParsedTable:
    """Return a table with every known column in its type; faults are collected, not raised."""
    known = {column.name: column for column in columns}
    unknown = [name for name in raw.frame.columns if name not in known]
    warnings = tuple(f"{raw.name}: unknown column {name!r} is ignored" for name in unknown)
    faults = _column_faults(raw.frame, columns)
    unfit = {fault.column for fault in faults}
    found = raw.frame.select(
        name for name in raw.frame.columns if name in known and name not in unfit
    )
    present = frozenset(found.columns)
    missing = [pl.lit(None, pl.String).alias(name) for name in known if name not in present]
    frame = found.with_row_index("row", raw.first_row).with_columns(missing)
    frame = _without_blank_rows(
        frame, [column.name for column in columns if column.required and column.name in present]
    )
    values = [pl.col("row").cast(pl.Int64)]
    checks: list[tuple[str, pl.Expr, str]] = []
    for column in columns:
        value, rules = column.parse(frame, column.name)
        if column.name not in present:
            kind = frame.head(0).select(value.alias(column.name)).schema[column.name]
            values.append(pl.lit(None, kind).alias(column.name))
            continue
        values.append(value.alias(column.name))
        if column.required:
            rules = [*rules, (_is_empty(frame, column.name), "is empty")]
        checks += [(column.name, where, expected) for where, expected in rules]
    bad = _with_faults(frame, checks, faults)
    return ParsedTable(
        raw.name, frame.select(values).with_columns(**bad), present, faults, warnings
    )


def _column_faults(frame: pl.DataFrame, columns: Sequence[Column]) -> list[Fault]:
    """Name the columns that are missing, stand twice, or hold what is no value."""
    faults = []
    for column in columns:
        name, kind = column.name, frame.schema.get(column.name)
        if kind is None and column.required:
            faults.append(Fault(0, name, "this required column is missing"))
        elif kind is not None and f"{name}{_TWICE}" in frame.columns:
            faults.append(Fault(0, name, "stands more than once"))
        elif kind is not None and not (kind.is_numeric() or isinstance(kind, _KINDS)):
            faults.append(Fault(0, name, f"holds {kind}; expected text, numbers or dates"))
    return faults


def _without_blank_rows(frame: pl.DataFrame, required: Sequence[str]) -> pl.DataFrame:
    """Drop the rows that say nothing at all, such as empty lines at the end of a file."""
    if not required or not frame[required[0]].null_count():
        return frame
    return frame.filter(~pl.all_horizontal(pl.exclude("row").is_null()))


def _with_faults(
    frame: pl.DataFrame,
    checks: list[tuple[str, pl.Expr, str]],
    faults: list[Fault],
) -> dict[str, pl.Series]:
    """Add the faults of single values; return the ``bad_`` columns that are needed."""
    bad: dict[str, pl.Series] = {}
    if not checks:
        return bad
    hit = frame.select(
        where.fill_null(value=False).any().alias(str(position))
        for position, (_, where, _) in enumerate(checks)
    ).row(0)
    for (name, where, expected), is_hit in zip(checks, hit, strict=True):
        if not is_hit:
            continue
        mask = frame.select(where.fill_null(value=False)).to_series()
        was = bad.get(BAD + name)
        bad[BAD + name] = mask if was is None else was | mask
        for row, value in frame.filter(mask).select("row", pl.col(name).cast(pl.String)).rows():
            faults.append(Fault(row, name, f"{value!r} {expected}" if value else expected))
    return bad


def text(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """Any text; empty is null."""
    value = _text(frame, name)
    return value, []


def identifier(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """Text that names something: no control characters, and not the beginning of a formula."""
    value = _text(frame, name)
    expected = "is not usable as a name: control characters, or begins like a formula"
    return value, [(value.str.contains(_UNFIT_ID), expected)]


def words(allowed: Sequence[str]) -> Parser:
    """Return a parser of a closed list of words."""
    return partial(_words, allowed=tuple(allowed))


def _words(
    frame: pl.DataFrame, name: str, *, allowed: tuple[str, ...]
) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    given = _text(frame, name)
    value = given.cast(pl.Enum(allowed), strict=False)
    return value, [(given.is_not_null() & value.is_null(), f"is none of {', '.join(allowed)}")]


def truth(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """Truth: the word true or false."""
    if frame.schema[name] == pl.Boolean:
        return pl.col(name), []
    given = _text(frame, name)
    lower = given.str.to_lowercase()
    is_word = lower.is_in(["true", "false"])
    value = pl.when(is_word).then(lower == "true")
    return value, [(given.is_not_null() & ~is_word, "is neither true nor false")]


def date(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """An ISO date, as text, date, or a time at midnight."""
    kind = frame.schema[name]
    if kind == pl.Date:
        return _plausible(pl.col(name)), [_far_off(pl.col(name))]
    if isinstance(kind, pl.Datetime):
        value = pl.col(name).dt.date()
        not_midnight = pl.col(name).dt.time() != dt.time(0)
        return _plausible(value), [
            (not_midnight, "has a time of day; expected a date"),
            _far_off(value),
        ]
    given = _text(frame, name)
    value = (
        pl.when(given.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
        .then(given)
        .str.to_date("%Y-%m-%d", strict=False)
    )
    return _plausible(value), [
        (given.is_not_null() & value.is_null(), "is not a date like 2011-03-31"),
        _far_off(value),
    ]


def _plausible(value: pl.Expr) -> pl.Expr:
    return pl.when(value.dt.year().is_between(1900, 2100)).then(value)


def _far_off(value: pl.Expr) -> tuple[pl.Expr, str]:
    return ~value.dt.year().is_between(1900, 2100), "lies outside 1900 to 2100"


def length(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """A length in mm, to whole micrometres: exact from text, to the nearest from floats."""
    kind = frame.schema[name]
    rules = []
    if kind.is_numeric():
        given = pl.col(name).cast(pl.Float64).fill_nan(None)
        rules.append((given.is_infinite(), "is not a number"))
        if isinstance(kind, pl.Decimal):
            exact = pl.col(name).cast(pl.Decimal(38, kind.scale)) * 1000 % 1 == 0
            rules.append((~exact, "has more than 3 decimals"))
    else:
        written = _text(frame, name)
        is_number = written.str.contains(r"^[+-]?[0-9]+(\.[0-9]+)?$")
        given = pl.when(is_number).then(written).cast(pl.Float64, strict=False)
        rules = [
            (written.is_not_null() & ~is_number, "is not a number"),
            (written.str.contains(r"^[+-]?[0-9]+\.[0-9]{4,}$"), "has more than 3 decimals"),
        ]
    rules += [
        (given.is_finite() & (given < 0), "is negative"),
        (given.is_finite() & (given > MAXIMUM_MM), f"is above {MAXIMUM_MM} mm"),
    ]
    usable = given.is_between(0, MAXIMUM_MM)
    return pl.when(usable).then((given * 1000).round()).cast(pl.Int64), rules


def number(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """Any finite number."""
    if frame.schema[name].is_numeric():
        given = pl.col(name).cast(pl.Float64).fill_nan(None)
        return given, [(given.is_infinite(), "is not a number")]
    written = _text(frame, name)
    value = written.cast(pl.Float64, strict=False)
    finite = value.is_finite().fill_null(value=False)
    return pl.when(finite).then(value), [(written.is_not_null() & ~finite, "is not a number")]


def _is_empty(frame: pl.DataFrame, name: str) -> pl.Expr:
    has_words = frame.schema[name] in (pl.String, pl.Categorical, pl.Enum)
    return (_text(frame, name) if has_words else pl.col(name)).is_null()


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    value = pl.col(name) if frame.schema[name] == pl.String else pl.col(name).cast(pl.String)
    return pl.when(value != "").then(value)
