"""Types of single fields: names, free text, UIDs, coordinates, committed lengths.

A committed length is a decimal and never a float: it is the number that is
shown, stored, exported and classified, so that nothing may change its digits.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

__all__ = [
    "NAME_PATTERN",
    "UID_PATTERN",
    "Coordinate",
    "DocumentPart",
    "FreeText",
    "LengthText",
    "Name",
    "Point",
    "StepText",
    "Uid",
]

NAME_PATTERN: Final = r"^[^\s\x00-\x1f]([^\x00-\x1f]{0,198}[^\s\x00-\x1f])?$"
UID_PATTERN: Final = r"^[0-9]+(\.[0-9]+)*$"
_DECIMAL: Final = r"^(0|[1-9][0-9]{0,4})(\.[0-9]{1,3})?$"
_DECIMAL_EXPECTED: Final = (
    'expected a decimal in quotes, such as "12.3", with at most three decimals'
)


class DocumentPart(BaseModel):
    """A part of a document: never changed, nothing unknown in it, no guessed types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _exact_decimal(value: object) -> Decimal:
    """Return the decimal that a text states, digit for digit.

    Raises
    ------
    PydanticCustomError
        If it is no text of that form; a JSON number is none.
    """
    text = str(value) if isinstance(value, str | Decimal) else ""
    if not re.fullmatch(_DECIMAL, text):
        raise PydanticCustomError("decimal_text", _DECIMAL_EXPECTED)
    return Decimal(text)


def _above_zero(value: Decimal) -> Decimal:
    """Return a step that something can be rounded to.

    Raises
    ------
    PydanticCustomError
        If it is zero.
    """
    if not value:
        raise PydanticCustomError("above_zero", "expected a decimal above zero")
    return value


Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""One line of at most 200 characters without spaces at its ends."""

FreeText = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")]
"""Text of any form; nothing said is null, never an empty text."""

Uid = Annotated[str, StringConstraints(max_length=64, pattern=UID_PATTERN)]
"""A DICOM unique identifier (PS3.5, 9.1)."""

Coordinate = Annotated[float, Field(ge=-100_000.0, le=100_000.0, allow_inf_nan=False)]
"""One patient coordinate (LPS), in mm."""

Point = tuple[Coordinate, Coordinate, Coordinate]
"""A place in the patient: x to the left, y to the back, z to the head, in mm."""

LengthText = Annotated[
    Decimal,
    BeforeValidator(_exact_decimal),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _DECIMAL}),
]
"""A committed length in mm, as text in the document."""

StepText = Annotated[LengthText, AfterValidator(_above_zero)]
"""A length above zero, as text in the document."""
