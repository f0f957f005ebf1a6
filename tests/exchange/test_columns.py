"""Columns become values, or faults that say where and what was expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recistkit.exchange.columns import Column, ParsedTable, parse_table
from recistkit.exchange.kinds import (
    Kind,
    date,
    identifier,
    length,
    number,
    text,
    thickness,
    truth,
    words,
)
from recistkit.exchange.quoting import quoted_value
from recistkit.exchange.sources import RawTable


def parsed(
    kind_of_value: Kind, values: pl.Series | list[object], *, required: bool = False
) -> ParsedTable:
    """Return a table of one column, beside one that is filled in every row."""
    column = values if isinstance(values, pl.Series) else pl.Series(values, strict=True)
    frame = pl.DataFrame({"row_name": ["filled"] * len(column), "value": column})
    columns = [Column("row_name", text), Column("value", kind_of_value, required=required)]
    return parse_table(RawTable("a.csv", frame, 2), columns)


def values_of(kind_of_value: Kind, values: pl.Series | list[object]) -> list[object]:
    """Return the values of a column that has no fault."""
    found = parsed(kind_of_value, values)
    assert found.faults == []
    return found.frame["value"].to_list()


def faults(kind_of_value: Kind, values: pl.Series | list[object]) -> list[str]:
    """Return the faults of a column; a value with a fault is null or left as it is."""
    return [str(fault) for fault in sorted(parsed(kind_of_value, values).faults)]


def test_text_is_any_text_and_empty_is_null() -> None:
    assert values_of(text, ["a b", "", None, "=1+1"]) == ["a b", None, None, "=1+1"]
    assert values_of(text, [1, None]) == ["1", None]


@pytest.mark.parametrize("name", ["S1", "S-1", "-1", "病人一", "1.5", "a=b", "A+", "L 1"])
def test_a_name_is_any_ordinary_text(name: str) -> None:
    assert values_of(identifier, [name, None, ""]) == [name, None, None]


@pytest.mark.parametrize(
    "name",
    [
        "=S1",
        "+S1",
        "@S1",
        "-S1",
        "S\x001",
        "S\n1",
        "S\t",
        "\x7f",
        "S\u200b1",
        "\u202eS",
        "\ufeffS",
    ],
)
def test_control_characters_and_formulas_are_no_names(name: str) -> None:
    expected = "is not usable as a name: control characters, or begins like a formula"
    assert faults(identifier, ["S1", name]) == [f"row 3, column 'value': {expected}"]


@pytest.mark.parametrize("name", [" S1", "S1 ", "\xa0S1", "S1\u3000", " ", "S1\u2003"])
def test_a_name_that_begins_or_ends_with_a_space_is_a_fault(name: str) -> None:
    assert faults(identifier, ["S1", name]) == [
        "row 3, column 'value': begins or ends with a space"
    ]


@pytest.mark.parametrize("name", ["=Miller, Jane", " miller jane", "miller\x07"])
def test_a_name_that_is_none_is_never_repeated(name: str) -> None:
    assert "miller" not in str(faults(identifier, [name])).lower()


def test_whole_numbers_that_came_as_floats_are_names_without_a_point() -> None:
    column = pl.Series([1.0, None, float("nan"), 20.0, -0.0, 1.5, 2.0**53])
    expected = ["1", None, None, "20", "0", "1.5", "9007199254740992"]
    assert values_of(identifier, column) == expected
    assert values_of(identifier, column.cast(pl.Float32))[:4] == expected[:4]
    assert values_of(text, column)[:4] == expected[:4]


def test_a_closed_list_takes_its_words_only() -> None:
    kind_of_value = words(("CR", "PR"))
    assert values_of(kind_of_value, ["PR", None, "", "CR"]) == ["PR", None, None, "CR"]
    assert parsed(kind_of_value, ["PR"]).frame["value"].dtype == pl.Enum(["CR", "PR"])
    assert faults(kind_of_value, ["cr", "CR ", "PR", "1"]) == [
        "row 2, column 'value': 'cr' is none of CR, PR",
        "row 3, column 'value': a text of 3 characters is none of CR, PR",
        "row 5, column 'value': '1' is none of CR, PR",
    ]


def test_truth_is_written_true_or_false() -> None:
    assert values_of(truth, ["true", "FALSE", "True", "", None]) == [True, False, True, None, None]
    assert values_of(truth, [True, False, None]) == [True, False, None]
    assert faults(truth, ["yes", "0"]) == [
        "row 2, column 'value': 'yes' is neither true nor false",
        "row 3, column 'value': '0' is neither true nor false",
    ]
    assert faults(truth, [1]) == ["row 2, column 'value': '1' is neither true nor false"]


DAY = dt.date(2012, 2, 29)
MIDNIGHT = dt.datetime(2012, 2, 29)  # noqa: DTZ001  as frames hold it


@pytest.mark.parametrize(
    "values",
    [
        ["2012-02-29", None],
        [DAY, None],
        [MIDNIGHT, None],
        pl.Series([MIDNIGHT, None]).dt.cast_time_unit("ns"),
        pl.Series([MIDNIGHT, None]).dt.replace_time_zone("Asia/Shanghai"),
        pl.Series(["2012-02-29", None], dtype=pl.Categorical),
    ],
    ids=["text", "date", "microseconds", "nanoseconds", "time zone", "categories"],
)
def test_a_date_is_an_iso_date_a_date_or_a_midnight(values: pl.Series | list[object]) -> None:
    assert values_of(date, values) == [DAY, None]


@pytest.mark.parametrize(
    "written",
    [
        "2011-02-29",
        "2011-2-3",
        "03.02.2011",
        "2011-13-01",
        "20110203",
        "2011-02-03T00:00",
        "\uff12\uff10\uff11\uff11-02-03",
    ],
)
def test_no_other_text_is_a_date(written: str) -> None:
    assert faults(date, [written]) == [
        f"row 2, column 'value': {quoted_value(written)} is not a date like 2011-03-31"
    ]


def test_a_date_with_a_time_of_day_is_a_fault() -> None:
    assert faults(date, [MIDNIGHT + dt.timedelta(hours=5)]) == [
        "row 2, column 'value': a text of 26 characters has a time of day; expected a date"
    ]


@pytest.mark.parametrize("kind", [pl.String, pl.Date, pl.Datetime])
def test_years_outside_1900_to_2100_are_faults_and_no_values(kind: type[pl.DataType]) -> None:
    days = pl.Series(["1899-12-31", "1900-01-01", "2100-12-31", "2101-01-01"])
    column = days if kind is pl.String else days.str.to_date().cast(kind)
    found = parsed(date, column)
    assert [fault.row for fault in found.faults] == [2, 5]
    assert all(fault.message.endswith(" lies outside 1900 to 2100") for fault in found.faults)
    assert found.frame["value"].to_list() == [
        None,
        dt.date(1900, 1, 1),
        dt.date(2100, 12, 31),
        None,
    ]


@pytest.mark.parametrize(
    ("written", "micrometres"),
    [
        ("50", 50_000),
        ("50.0", 50_000),
        ("0.001", 1),
        ("+5.25", 5_250),
        ("007.5", 7_500),
        ("-0", 0),
        ("1000.000", 1_000_000),
    ],
)
def test_a_written_length_keeps_its_digits(written: str, micrometres: int) -> None:
    assert values_of(length, [written, "", None]) == [micrometres, None, None]


@pytest.mark.parametrize(
    "written",
    [
        "1e5",
        "\uff11\uff12",
        "\u0663",
        "NaN",
        "inf",
        "1,5",
        " 12",
        "12 ",
        "0x10",
        "1_000",
        ".5",
        "5.",
        "--5",
        "12 mm",
        " ",
    ],
)
def test_no_other_text_is_a_length(written: str) -> None:
    assert faults(length, [written]) == [
        f"row 2, column 'value': {quoted_value(written)} is not a number"
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12.3456", "has more than 3 decimals"),
        ("12.3450", "has more than 3 decimals"),
        ("-4.0", "is negative"),
        ("1000.001", "is above 1000 mm"),
        ("9" * 40, "is above 1000 mm"),
    ],
)
def test_lengths_out_of_bounds_are_faults(written: str, expected: str) -> None:
    assert faults(length, [written]) == [
        f"row 2, column 'value': {quoted_value(written)} {expected}"
    ]


def test_a_length_may_have_two_faults() -> None:
    assert faults(length, ["-4.0001"]) == [
        "row 2, column 'value': '-4.0001' has more than 3 decimals",
        "row 2, column 'value': '-4.0001' is negative",
    ]


def test_floats_go_to_the_nearest_micrometre() -> None:
    assert values_of(length, [12.0004, 12.0006, 0.1 + 0.2, float("nan"), None]) == [
        12_000,
        12_001,
        300,
        None,
        None,
    ]
    assert values_of(length, [12, None]) == [12_000, None]


def test_floats_out_of_bounds_are_faults() -> None:
    assert faults(length, [-0.5, 1000.5, float("inf"), float("-inf")]) == [
        "row 2, column 'value': '-0.5' is negative",
        "row 3, column 'value': '1000.5' is above 1000 mm",
        "row 4, column 'value': 'inf' is not a number",
        "row 5, column 'value': a text of 4 characters is not a number",
    ]


def test_decimals_are_exact() -> None:
    assert values_of(length, [Decimal("12.345"), Decimal("50.1"), None]) == [12_345, 50_100, None]
    assert values_of(length, pl.Series([Decimal("12.3450000000")], dtype=pl.Decimal(20, 10))) == [
        12_345
    ]
    assert faults(length, [Decimal("12.3456")]) == [
        "row 2, column 'value': '12.3456' has more than 3 decimals"
    ]


def test_true_is_no_length() -> None:
    assert faults(length, [True]) == ["row 2, column 'value': 'true' is not a number"]


@given(st.integers(0, 1_000_000))
def test_every_length_of_three_decimals_survives_text_float_and_decimal(micrometres: int) -> None:
    exact = Decimal(micrometres).scaleb(-3)
    for written in (str(exact), float(exact), exact):
        assert values_of(length, [written]) == [micrometres]


def test_a_number_is_any_finite_number() -> None:
    assert values_of(number, ["-1.5e3", "7", "", None]) == [-1500.0, 7.0, None, None]
    assert values_of(number, [1.5, float("nan"), None]) == [1.5, None, None]
    assert values_of(number, [3]) == [3.0]
    assert faults(number, ["left", "nan", "inf"]) == [
        "row 2, column 'value': 'left' is not a number",
        "row 3, column 'value': 'nan' is not a number",
        "row 4, column 'value': 'inf' is not a number",
    ]
    assert faults(number, [float("inf")]) == ["row 2, column 'value': 'inf' is not a number"]


@pytest.mark.parametrize(
    ("kind_of_value", "values"),
    [
        (text, ["a", "", None]),
        (identifier, pl.Series(["a", "", None], dtype=pl.Categorical)),
        (date, [MIDNIGHT, None, None]),
        (length, [1.5, None, None]),
    ],
    ids=["text", "categories", "times", "floats"],
)
def test_a_required_value_may_not_be_empty(
    kind_of_value: Kind, values: pl.Series | list[object]
) -> None:
    found = parsed(kind_of_value, values, required=True)
    assert [str(fault) for fault in found.faults] == [
        "row 3, column 'value': is empty",
        "row 4, column 'value': is empty",
    ]


def test_rows_that_say_nothing_at_all_are_no_rows() -> None:
    frame = pl.DataFrame(
        {"a": ["x", None, None], "b": ["y", None, "z"], "other": [None, "1", None]}
    )
    columns = [Column("a", text, required=True), Column("b", text)]
    found = parse_table(RawTable("a.csv", frame, 2), columns)
    assert found.frame["row"].to_list() == [2, 4]
    assert [str(fault) for fault in found.faults] == ["row 4, column 'a': is empty"]


def test_a_slice_thickness_is_above_zero_and_at_most_one_metre() -> None:
    assert values_of(thickness, ["0.5", "1000", "1e1", "", None]) == [0.5, 1000.0, 10.0, None, None]
    assert values_of(thickness, [5, None]) == [5.0, None]
    expected = "is no slice thickness; expected above 0 and at most 1000 mm"
    written: list[object] = ["0", "-1.5", "1000.01", "1e300", "thick", "5"]
    found = parsed(thickness, written)
    assert [str(fault) for fault in sorted(found.faults)] == [
        f"row 2, column 'value': '0' {expected}",
        f"row 3, column 'value': '-1.5' {expected}",
        f"row 4, column 'value': '1000.01' {expected}",
        f"row 5, column 'value': a text of 5 characters {expected}",
        "row 6, column 'value': 'thick' is not a number",
    ]
    assert found.frame["value"].to_list() == [None, None, None, None, None, 5.0]
    assert faults(thickness, [1e300, float("-inf"), 0.0]) == [
        f"row 2, column 'value': a text of 6 characters {expected}",
        "row 3, column 'value': a text of 4 characters is not a number",
        f"row 4, column 'value': '0.0' {expected}",
    ]


def test_decimals_of_any_scale_are_lengths() -> None:
    fine = Decimal("12.345000000000000000000000000000000000")
    column = pl.Series([fine, None], dtype=pl.Decimal(38, 36))
    assert values_of(length, column) == [12_345, None]
    too_fine = pl.Series([Decimal("12." + "0" * 35 + "1")], dtype=pl.Decimal(38, 36))
    assert faults(length, too_fine) == [
        "row 2, column 'value': a text of 39 characters has more than 3 decimals"
    ]
    huge = pl.Series([Decimal("9" * 38)], dtype=pl.Decimal(38, 0))
    assert faults(length, huge) == [
        "row 2, column 'value': a text of 38 characters is above 1000 mm"
    ]


def test_the_name_of_an_unknown_column_is_short_and_in_one_line() -> None:
    frame = pl.DataFrame({"a": ["x"], "Miller\n" + "x" * 40: [1]})
    found = parse_table(RawTable("x.csv", frame, 2), [Column("a", text)])
    assert found.warnings == (f"x.csv: unknown column 'Miller{'x' * 31}...' is ignored",)


def test_what_was_said_of_the_source_is_a_warning_too() -> None:
    raw = RawTable("x", pl.DataFrame({"a": ["x"], "b": ["y"]}), 1, ("x: is a draft",))
    found = parse_table(raw, [Column("a", text)])
    assert found.warnings == ("x: is a draft", "x: unknown column 'b' is ignored")


def test_missing_columns_are_named_at_once_and_unknown_ones_are_ignored() -> None:
    columns = [
        Column("a", text, required=True),
        Column("b", text, required=True),
        Column("c", text),
    ]
    found = parse_table(RawTable("x.csv", pl.DataFrame({"Sex": ["m"], "d": [1]}), 2), columns)
    assert [str(fault) for fault in found.faults] == [
        "column 'a': this required column is missing",
        "column 'b': this required column is missing",
    ]
    assert found.warnings == (
        "x.csv: unknown column 'Sex' is ignored",
        "x.csv: unknown column 'd' is ignored",
    )
    assert found.present == frozenset()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pl.Series([["a"]]), "List(String)"),
        (pl.Series([{"a": 1}]), "Struct({'a': Int64})"),
        (pl.Series([b"a\xff"]), "Binary"),
        (pl.Series([dt.time(1)]), "Time"),
        (pl.Series([dt.timedelta(1)]), "Duration(time_unit='us')"),
        (pl.Series([object()], dtype=pl.Object), "Object"),
    ],
    ids=["list", "struct", "binary", "time", "duration", "object"],
)
@pytest.mark.parametrize(
    "kind_of_value", [text, identifier, words(("a",)), truth, date, length, number]
)
def test_a_column_of_what_is_no_value_is_one_fault(
    values: pl.Series, kind: str, kind_of_value: Kind
) -> None:
    found = parsed(kind_of_value, values, required=True)
    assert [str(fault) for fault in found.faults] == [
        f"column 'value': holds {kind}; expected text, numbers or dates"
    ]
    assert found.frame.select(where=found.fine("value")).to_series().to_list() == [False]


def test_a_column_that_stands_twice_is_a_fault_if_it_is_known() -> None:
    frame = pl.DataFrame({"a": ["x"], "a_duplicated_0": ["y"], "q": ["z"], "q_duplicated_0": ["z"]})
    found = parse_table(RawTable("a.csv", frame, 2), [Column("a", text, required=True)])
    assert [str(fault) for fault in found.faults] == ["column 'a': stands more than once"]


def test_values_are_fine_where_no_column_has_a_fault() -> None:
    frame = pl.DataFrame({"a": ["1", "x", "2"], "b": ["y", "3", "4"], "c": ["5", "6", "7"]})
    columns = [Column(name, length) for name in "abc"]
    found = parse_table(RawTable("a.csv", frame, 2), columns)
    fine = found.frame.select(one=found.fine("a"), two=found.fine("a", "b"), none=found.fine("c"))
    assert fine["one"].to_list() == [True, False, True]
    assert fine["two"].to_list() == [False, False, True]
    assert fine["none"].to_list() == [True, True, True]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([None, None], []),
        (["a", "b"], []),
        (["a", "b", None], ["row 4, column 'value': is empty, unlike in most rows"]),
        (["a", None], ["row 3, column 'value': is empty, unlike in most rows"]),
        ([None, "a", None], ["row 3, column 'value': is given, unlike in most rows"]),
    ],
)
def test_a_column_for_all_rows_or_none_names_the_rows_that_differ(
    values: list[object], expected: list[str]
) -> None:
    found = parsed(text, pl.Series(values, dtype=pl.String))
    found.add_unless_all_or_none("value", "readers")
    ending = "; readers are given for all rows or none"
    assert [str(fault) for fault in found.faults] == [text + ending for text in expected]
