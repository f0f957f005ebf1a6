"""A table from what was written to values in their types, or faults that say where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, groupby
from operator import itemgetter
from typing import Final, NamedTuple

import polars as pl

from recistkit.errors import Fault
from recistkit.exchange.kinds import Kind, Rule, is_empty
from recistkit.exchange.quoting import quoted_value, short_name
from recistkit.exchange.sources import RawTable

__all__ = ["BAD", "Column", "ParsedTable", "Wrong", "parse_table"]

BAD: Final = "bad_"
"""Prefix of the columns that say where a value could not be understood."""

FEW_ROWS: Final = 1000
"""Up to so many rows one query over all columns costs less than finding their different texts."""

# The name that a second column of the same name has in a loaded CSV file.
_TWICE: Final = "_duplicated_0"

_KINDS: Final = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Date, pl.Datetime, pl.Null)


class Wrong(NamedTuple):
    """Where rows are wrong, the column that is blamed, and what is said of it."""

    where: pl.Expr
    column: str
    message: pl.Expr | str


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table may have."""

    name: str
    kind: Kind
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
        What was said of the source, and unknown columns, which are ignored.
    """

    name: str
    frame: pl.DataFrame
    present: frozenset[str]
    faults: list[Fault]
    warnings: tuple[str, ...]

    def add(self, *wrongs: Wrong) -> None:
        """Add a fault for each row that is wrong; all are looked for in one query."""
        broken = _which(self.frame, [wrong.where for wrong in wrongs])
        for where, column, message in compress(wrongs, broken):
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
            self.add_rows(self.frame.filter(few), column, message)

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
    ignored = (f"{raw.name}: unknown column {short_name(name)!r} is ignored" for name in unknown)
    faults = _column_faults(raw.frame, columns)
    unfit = {fault.column for fault in faults}
    found = raw.frame.select(
        name for name in raw.frame.columns if name in known and name not in unfit
    )
    present = frozenset(found.columns)
    frame = found.with_row_index("row", raw.first_row)
    frame = _without_blank_rows(
        frame, [column.name for column in columns if column.required and column.name in present]
    )
    values = [pl.col("row").cast(pl.Int64)]
    checks: list[tuple[str, Rule]] = []
    for column in columns:
        value, rules = _understood(frame, column)
        values.append(value.alias(column.name))
        if not raw.is_checked:
            checks += [(column.name, rule) for rule in rules]
    bad = _with_faults(frame, checks, faults)
    return ParsedTable(
        raw.name,
        frame.select(values).hstack([mask.alias(name) for name, mask in bad.items()]),
        present,
        faults,
        (*raw.warnings, *ignored),
    )


def _understood(frame: pl.DataFrame, column: Column) -> tuple[pl.Expr, Sequence[Rule]]:
    """Return the value of a column and its rules; without a cell there is nothing to understand."""
    name = column.name
    if name not in frame.columns:
        return pl.lit(None, column.kind.dtype), []
    value, own, required = _rules_of(column, frame[name].dtype)
    if frame[name].null_count() == frame.height:
        return pl.lit(None, column.kind.dtype), required
    return value, [*own, *required]


@lru_cache(maxsize=512)
def _rules_of(column: Column, dtype: pl.DataType) -> tuple[pl.Expr, Sequence[Rule], Sequence[Rule]]:
    """Return the value of a column of a type, what it may break, and whether it may be empty."""
    value, own = column.kind.parse(dtype, column.name)
    empty = Rule(is_empty(dtype, column.name), "is empty", is_repeated=False)
    return value, own, [empty] if column.required else []


def _column_faults(frame: pl.DataFrame, columns: Sequence[Column]) -> list[Fault]:
    """Name the columns that are missing, stand twice, or hold what is no value."""
    faults, schema = [], frame.schema
    for column in columns:
        name, kind = column.name, schema.get(column.name)
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
    frame: pl.DataFrame, checks: list[tuple[str, Rule]], faults: list[Fault]
) -> dict[str, pl.Series]:
    """Add the faults of single values; return the ``bad_`` columns that are needed."""
    bad: dict[str, pl.Series] = {}
    for name, rule in _broken(frame, checks):
        mask = frame.select(rule.where.fill_null(value=False)).to_series()
        was = bad.get(BAD + name)
        bad[BAD + name] = mask if was is None else was | mask
        values = frame.filter(mask).select("row", pl.col(name).cast(pl.String)).rows()
        faults.extend(Fault(row, name, _said(value, rule)) for row, value in values)
    return bad


def _broken(frame: pl.DataFrame, checks: list[tuple[str, Rule]]) -> Iterator[tuple[str, Rule]]:
    """Return the rules that some value breaks."""
    for values, together in _looked_at(frame, checks):
        broken = _which(values, [rule.where for _, rule in together])
        yield from compress(together, broken)


def _looked_at(
    frame: pl.DataFrame, checks: list[tuple[str, Rule]]
) -> Iterator[tuple[pl.DataFrame, list[tuple[str, Rule]]]]:
    """Return rules with the values to try them on; of many texts each different one once."""
    if frame.height <= FEW_ROWS:
        yield frame, checks
        return
    for name, together in groupby(checks, key=itemgetter(0)):
        is_text = frame[name].dtype == pl.String
        yield (frame[name].unique().to_frame() if is_text else frame), list(together)


def _which(frame: pl.DataFrame, conditions: Sequence[pl.Expr]) -> Sequence[bool]:
    """Return for each condition whether it is true of any row."""
    found = (where.any().alias(str(place)) for place, where in enumerate(conditions))
    return frame.select(found).row(0) if conditions else ()


def _said(value: str | None, rule: Rule) -> str:
    """Return what is wrong with a value, with the value where it may be repeated."""
    return f"{quoted_value(value)} {rule.expected}" if value and rule.is_repeated else rule.expected
