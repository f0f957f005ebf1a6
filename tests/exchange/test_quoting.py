"""Messages repeat words and numbers of a file, and nothing that may be a person."""

from __future__ import annotations

import pytest

from recistkit.exchange.quoting import quoted_value, short_name


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "absnt",
        "non target",
        "non-target",
        "a" * 24,
        "12,5",
        "-4.0001",
        "03.02.2011",
        "2011/02/03",
        "12:30",
        "+5",
        "9" * 24,
    ],
)
def test_a_short_word_or_number_is_repeated(value: str) -> None:
    assert quoted_value(value) == f"'{value}'"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Miller", "a text of 6 characters"),
        ("MILLER^JANE", "a text of 11 characters"),
        ("\u738b", "a text of 1 character"),
        ("m\xfcller", "a text of 6 characters"),
        (" ", "a text of 1 character"),
        (" miller", "a text of 7 characters"),
        ("miller\n", "a text of 7 characters"),
        ("5\n", "a text of 2 characters"),
        ("\u0665", "a text of 1 character"),
        ("PAT-1234567", "a text of 11 characters"),
        ("1e300", "a text of 5 characters"),
        ("a" * 25, "a text of 25 characters"),
        ("9" * 25, "a text of 25 characters"),
    ],
)
def test_of_anything_else_only_the_length_is_said(value: str, expected: str) -> None:
    assert quoted_value(value) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("colour", "colour"),
        ("a\x1b[31m\u202eb", "a[31mb"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 37 + "..."),
    ],
)
def test_the_name_of_a_column_is_short_and_without_control_characters(
    name: str, expected: str
) -> None:
    assert short_name(name) == expected
