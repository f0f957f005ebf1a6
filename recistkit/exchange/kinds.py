"""Kinds of columns: how text, words, dates and numbers of a table are understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import polars as pl

from recistkit.model.fields import FIRST_YEAR, LAST_YEAR

__all__ = [
    "Kind",
    "Rule",
    "date",
    "identifier",
    "is_empty",
    "length",
    "number",
    "text",
    "thickness",
    "truth",
    "words",
]

MAXIMUM_MM: Final = 1000
DECIMALS: Final = 3

# A spreadsheet would run an id that begins like a formula, and no id needs control characters.
_UNFIT_ID: Final = r"^[=+@]|^-[^0-9]|[\p{C}]"


class Rule(NamedTuple):
    """Where a value is wrong, and what is said of it."""

    where: pl.Expr
    expected: str
    is_repeated: bool = True
    """Whether a message may repeat the value, if it is a word or a number."""


Parser = Callable[[pl.DataType, str], tuple[pl.Expr, list[Rule]]]
"""From the type and the name of a column to its value, and the rules that it may break."""


class Kind(NamedTuple):
    """What a column holds: the type of its values, and how they are understood."""

    dtype: pl.DataType
    parse: Parser


def is_empty(dtype: pl.DataType, name: str) -> pl.Expr:
    """Return where a column has no value."""
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return _text(dtype, name).is_null()
    return (pl.col(name).fill_nan(None) if dtype.is_float() else pl.col(name)).is_null()


def _parse_text(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Any text; empty is null."""
    value = _text(dtype, name)
    return value, []


def _parse_identifier(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Text that names something; where it is unfit, it is not repeated: it may be a patient."""
    value = _text(dtype, name)
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
    dtype: pl.DataType, name: str, *, allowed: tuple[str, ...]
) -> tuple[pl.Expr, list[Rule]]:
    given = _text(dtype, name)
    value = given.cast(pl.Enum(allowed), strict=False)
    return value, [Rule(given.is_not_null() & value.is_null(), f"is none of {', '.join(allowed)}")]


def _parse_truth(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Truth: the word true or false."""
    if dtype == pl.Boolean:
        return pl.col(name), []
    given = _text(dtype, name)
    lower = given.str.to_lowercase()
    is_word = lower.is_in(["true", "false"])
    value = pl.when(is_word).then(lower == "true")
    return value, [Rule(given.is_not_null() & ~is_word, "is neither true nor false")]


def _parse_date(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """An ISO date, as text, date, or a time at midnight."""
    if dtype == pl.Date:
        return _plausible(pl.col(name)), [_far_off(pl.col(name))]
    if isinstance(dtype, pl.Datetime):
        value = pl.col(name).dt.date()
        not_midnight = pl.col(name).dt.time() != dt.time(0)
        return _plausible(value), [
            Rule(not_midnight, "has a time of day; expected a date"),
            _far_off(value),
        ]
    given = _text(dtype, name)
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
    return pl.when(value.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(value)


def _far_off(value: pl.Expr) -> Rule:
    return Rule(
        ~value.dt.year().is_between(FIRST_YEAR, LAST_YEAR),
        f"lies outside {FIRST_YEAR} to {LAST_YEAR}",
    )


def _parse_length(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """A length in mm, to whole micrometres: exact from text, to the nearest from floats."""
    rules = []
    if dtype.is_numeric():
        given = _float(name)
        rules.append(Rule(given.is_infinite(), "is not a number"))
        if isinstance(dtype, pl.Decimal) and dtype.scale > DECIMALS:
            digits = pl.col(name).cast(pl.String)
            more = digits.str.contains(r"\.[0-9]{3}[0-9]*[1-9]")
            rules.append(Rule(more, "has more than 3 decimals"))
    else:
        written = _text(dtype, name)
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


def _parse_number(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """Any finite number."""
    if dtype.is_numeric():
        given = _float(name)
        return given, [Rule(given.is_infinite(), "is not a number")]
    written = _text(dtype, name)
    value = written.cast(pl.Float64, strict=False)
    finite = value.is_finite().fill_null(value=False)
    return pl.when(finite).then(value), [Rule(written.is_not_null() & ~finite, "is not a number")]


def _parse_thickness(dtype: pl.DataType, name: str) -> tuple[pl.Expr, list[Rule]]:
    """The thickness of a slice in mm: a number above 0."""
    value, rules = _parse_number(dtype, name)
    possible = (value > 0) & (value <= MAXIMUM_MM)
    expected = f"is no slice thickness; expected above 0 and at most {MAXIMUM_MM} mm"
    return pl.when(possible).then(value), [*rules, Rule(value.is_finite() & ~possible, expected)]


def _float(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64).fill_nan(None)


def _text(dtype: pl.DataType, name: str) -> pl.Expr:
    if dtype.is_float():
        return _whole_text(pl.col(name).fill_nan(None))
    value = pl.col(name) if dtype == pl.String else pl.col(name).cast(pl.String)
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
