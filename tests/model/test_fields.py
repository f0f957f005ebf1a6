"""Fields of a read document: lengths keep their digits, names are fit for a table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from recistkit.model.fields import FileBelow, LengthText, Name, StepText

DECIMAL = 'expected a decimal in quotes, such as "12.3", with at most three decimals'
FORMULA = "begins like a formula, which a spreadsheet would run"
HIDDEN = "holds a character that cannot be seen"


def said(kind: Any, value: object) -> str:  # noqa: ANN401 - a type with its rules
    """Return what is said of a value that is refused."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    (fault,) = caught.value.errors()
    return str(fault["msg"])


@pytest.mark.parametrize("text", ["0", "12.30", "0.001", "999.999", "1000", "1000.000"])
def test_a_length_keeps_its_digits(text: str) -> None:
    length = TypeAdapter(LengthText).validate_python(text)
    assert length == Decimal(text)
    assert str(length) == text


@pytest.mark.parametrize("value", [12.3, 12, "12,3", "1e1", "0.0001", "-1", "01", "", None])
def test_a_length_is_a_decimal_in_quotes(value: object) -> None:
    assert said(LengthText, value) == DECIMAL


def test_a_length_of_more_than_a_metre_is_refused() -> None:
    assert said(LengthText, "1000.001") == "expected at most 1000 mm"


def test_a_step_is_above_zero() -> None:
    assert TypeAdapter(StepText).validate_python("0.1") == Decimal("0.1")
    assert said(StepText, "0.000") == "expected a decimal above zero"


@pytest.mark.parametrize("name", ["=1", "+1", "@a", "-a"])
def test_a_name_that_begins_like_a_formula_is_refused(name: str) -> None:
    assert said(Name, name) == FORMULA


@pytest.mark.parametrize("name", ["a\u200bb", "a\u00adb", "\ufeffa"])
def test_a_name_with_a_hidden_character_is_refused(name: str) -> None:
    assert said(Name, name) == HIDDEN


@pytest.mark.parametrize("name", ["T1", "week 8", "-5", "-", "Läsion 3", "a" * 200])
def test_a_usual_name_is_accepted(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == name


@pytest.mark.parametrize("name", ["/a", "../a", "a/../b", "a\\b", "C:a"])
def test_a_file_lies_below_the_folder_of_its_document(name: str) -> None:
    expected = "expected a file below the document's folder, such as masks/a.nii.gz"
    assert said(FileBelow, name) == expected
    assert TypeAdapter(FileBelow).validate_python("masks/a..b.nii.gz") == "masks/a..b.nii.gz"
