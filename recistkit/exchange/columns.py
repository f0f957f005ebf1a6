"""Columns of a table: from what was written to a value, or a fault that says where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress, groupby
from operator import itemgetter
from typing import Final, NamedTuple

import polars as pl

from recistkit.errors import Fault
from recistkit.exchange.quoting import quoted_value, short_name
from recistkit.exchange.sources import RawTable

__all__ = [
    "BAD",
    "Column",
    "Kind",
    "ParsedTable",
    "Rule",
    "Wrong",
    "date",
    "identifier",
    "length",
    "number",
    "parse_table",
    "text",
    "thickness",
    "truth",
    "words",
]

MAXIMUM_MM: Final = 1000
DECIMALS: Final = 3
BAD: Final = "bad_"
"""Prefix of the columns that say where a value could not be understood."""

FEW_ROWS: Final = 1000
"""Up to so many rows one query over all columns costs less than finding their different texts."""

# A spreadsheet would run an id that begins like a formula, and no id needs control characters.
_UNFIT_ID: Final = r"^[=+@]|^-[^0-9]|[\p{C}]"

# The name that a second column of the same name has in a loaded CSV file.
_TWICE: Final = "_duplicated_0"

_KINDS: Final = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Date, pl.Datetime, pl.Null)


class Rule(NamedTuple):
    """Where a value is wrong, and what is said of it."""

    where: pl.Expr
    expected: str
    is_repeated: bool = True
    """Whether a message may repeat the value, if it is a word or a number."""


class Wrong(NamedTuple):
    """Where rows are wrong, the column that is blamed, and what is said of it."""

    where: pl.Expr
    column: str
    message: pl.Expr | str


Parser = Callable[[pl.DataFrame, str], tuple[pl.Expr, list[Rule]]]
"""From a frame and a column to its value, and the rules that it may break."""


class Kind(NamedTuple):
    """What a column holds: the type of its values, and how they are understood."""

    dtype: pl.DataType
    parse: Parser


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
        checks += [(column.name, rule) for rule in rules]
    bad = _with_faults(frame, checks, faults)
    return ParsedTable(
        raw.name,
        frame.select(values).with_columns(**bad),
        present,
        faults,
        (*raw.warnings, *ignored),
    )


def _understood(frame: pl.DataFrame, column: Column) -> tuple[pl.Expr, list[Rule]]:
    """Return the value of a column and its rules; without a cell there is nothing to understand."""
    name = column.name
    if name not in frame.columns:
        return pl.lit(None, column.kind.dtype), []
    rules: list[Rule] = []
    if column.required:
        rules = [Rule(_is_empty(frame, name), "is empty", is_repeated=False)]
    if frame[name].null_count() == frame.height:
        return pl.lit(None, column.kind.dtype), rules
    value, own = column.kind.parse(frame, name)
    return value, [*own, *rules]


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


def _parse_text(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Any text; empty is null."""
    value = _text(frame, name)
    return value, []


def _parse_identifier(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Text that names something; where it is unfit, it is not repeated: it may be a patient."""
    value = _text(frame, name)
    unfit = value.str.contains(_UNFIT_ID)
    expected = "is not usable as a name: control characters, or begins like a formula"
    return value, [
        Rule(unfit, expected, is_repeated=False),
        Rule(
            (value != value.str.strip_chars()) & ~unfit,
            "begins or ends with a space",
            is_repeated=False,
        ),
    ]


def _parse_words(
    frame: pl.DataFrame, name: str, *, allowed: tuple[str, ...]
) -> tuple[pl.Expr, list[Rule]]:
    given = _text(frame, name)
    value = given.cast(pl.Enum(allowed), strict=False)
    return value, [Rule(given.is_not_null() & value.is_null(), f"is none of {', '.join(allowed)}")]


def _parse_truth(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Truth: the word true or false."""
    if frame[name].dtype == pl.Boolean:
        return pl.col(name), []
    given = _text(frame, name)
    lower = given.str.to_lowercase()
    is_word = lower.is_in(["true", "false"])
    value = pl.when(is_word).then(lower == "true")
    return value, [Rule(given.is_not_null() & ~is_word, "is neither true nor false")]


def _parse_date(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """An ISO date, as text, date, or a time at midnight."""
    kind = frame[name].dtype
    if kind == pl.Date:
        return _plausible(pl.col(name)), [_far_off(pl.col(name))]
    if isinstance(kind, pl.Datetime):
        value = pl.col(name).dt.date()
        not_midnight = pl.col(name).dt.time() != dt.time(0)
        return _plausible(value), [
            Rule(not_midnight, "has a time of day; expected a date"),
            _far_off(value),
        ]
    given = _text(frame, name)
    value = (
        pl.when(given.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
        .then(given)
        .str.to_date("%Y-%m-%d", strict=False)
    )
    return _plausible(value), [
        Rule(given.is_not_null() & value.is_null(), "is not a date like 2011-03-31"),
        _far_off(value),
    ]


def _plausible(value: pl.Expr) -> pl.Expr:
    return pl.when(value.dt.year().is_between(1900, 2100)).then(value)


def _far_off(value: pl.Expr) -> Rule:
    return Rule(~value.dt.year().is_between(1900, 2100), "lies outside 1900 to 2100")


def _parse_length(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """A length in mm, to whole micrometres: exact from text, to the nearest from floats."""
    kind = frame[name].dtype
    rules = []
    if kind.is_numeric():
        given = _float(name)
        rules.append(Rule(given.is_infinite(), "is not a number"))
        if isinstance(kind, pl.Decimal) and kind.scale > DECIMALS:
            digits = pl.col(name).cast(pl.String)
            more = digits.str.contains(r"\.[0-9]{3}[0-9]*[1-9]")
            rules.append(Rule(more, "has more than 3 decimals"))
    else:
        written = _text(frame, name)
        is_number = written.str.contains(r"^[+-]?[0-9]+(\.[0-9]+)?$")
        given = pl.when(is_number).then(written).cast(pl.Float64, strict=False)
        rules = [
            Rule(written.is_not_null() & ~is_number, "is not a number"),
            Rule(written.str.contains(r"^[+-]?[0-9]+\.[0-9]{4,}$"), "has more than 3 decimals"),
        ]
    rules += [
        Rule(given.is_finite() & (given < 0), "is negative"),
        Rule(given.is_finite() & (given > MAXIMUM_MM), f"is above {MAXIMUM_MM} mm"),
    ]
    usable = given.is_between(0, MAXIMUM_MM)
    return pl.when(usable).then((given * 1000).round()).cast(pl.Int64), rules


def _parse_number(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Any finite number."""
    if frame[name].dtype.is_numeric():
        given = _float(name)
        return given, [Rule(given.is_infinite(), "is not a number")]
    written = _text(frame, name)
    value = written.cast(pl.Float64, strict=False)
    finite = value.is_finite().fill_null(value=False)
    return pl.when(finite).then(value), [Rule(written.is_not_null() & ~finite, "is not a number")]


def _parse_thickness(frame: pl.DataFrame, name: str) -> tuple[pl.Expr, list[Rule]]:
    """The thickness of a slice in mm: a number above 0."""
    value, rules = _parse_number(frame, name)
    possible = (value > 0) & (value <= MAXIMUM_MM)
    expected = f"is no slice thickness; expected above 0 and at most {MAXIMUM_MM} mm"
    return pl.when(possible).then(value), [*rules, Rule(value.is_finite() & ~possible, expected)]


def _is_empty(frame: pl.DataFrame, name: str) -> pl.Expr:
    kind = frame[name].dtype
    if kind in (pl.String, pl.Categorical, pl.Enum):
        return _text(frame, name).is_null()
    return (pl.col(name).fill_nan(None) if kind.is_float() else pl.col(name)).is_null()


def _float(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64).fill_nan(None)


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    kind = frame[name].dtype
    if kind.is_float():
        return _whole_text(pl.col(name).fill_nan(None))
    value = pl.col(name) if kind == pl.String else pl.col(name).cast(pl.String)
    return pl.when(value != "").then(value)


def _whole_text(value: pl.Expr) -> pl.Expr:
    """Return floats as text, whole ones as 1 and not 1.0: integers with gaps come as floats."""
    whole = value.cast(pl.Int64, strict=False)
    return pl.when(value == whole).then(whole.cast(pl.String)).otherwise(value.cast(pl.String))


text: Final = Kind(pl.String(), _parse_text)
identifier: Final = Kind(pl.String(), _parse_identifier)
truth: Final = Kind(pl.Boolean(), _parse_truth)
date: Final = Kind(pl.Date(), _parse_date)
length: Final = Kind(pl.Int64(), _parse_length)
number: Final = Kind(pl.Float64(), _parse_number)
thickness: Final = Kind(pl.Float64(), _parse_thickness)


def words(allowed: Sequence[str]) -> Kind:
    """Return the kind of a closed list of words."""
    return Kind(pl.Enum(allowed), partial(_parse_words, allowed=tuple(allowed)))
