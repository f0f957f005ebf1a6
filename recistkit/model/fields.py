"""Types of single fields: names, free text, UIDs, coordinates, committed lengths.

A committed length is a decimal and never a float: it is the number that is
shown, stored, exported and classified, so that nothing may change its digits.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
)
from pydantic_core import PydanticCustomError

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "NAME_PATTERN",
    "UID_PATTERN",
    "Coordinate",
    "DocumentPart",
    "FileBelow",
    "FreeText",
    "GrownPart",
    "LengthText",
    "Name",
    "Point",
    "ScanDate",
    "Sha256Text",
    "StepText",
    "Uid",
    "VolumeText",
]

NAME_PATTERN: Final = r"^[^\s\x00-\x1f]([^\x00-\x1f]{0,198}[^\s\x00-\x1f])?$"
UID_PATTERN: Final = r"^[0-9]+(\.[0-9]+)*$"
MAXIMUM_MM: Final = 1000
MAXIMUM_MM3: Final = 100_000_000
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
_DECIMAL: Final = r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?$"
_VOLUME: Final = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?$"
_DECIMAL_EXPECTED: Final = (
    'expected a decimal in quotes, such as "12.3", with at most three decimals'
)


class DocumentPart(BaseModel):
    """A part of a document: never changed, nothing unknown in it, no guessed types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class GrownPart(DocumentPart):
    """A part with fields that documents did not have at first, named in `added_fields`.

    Where they say nothing they are left out, also where every other field is
    named: the hash of a document that was signed without them stays what it is.
    """

    added_fields: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_empty_additions(self, content_of: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = content_of(self)
        return {
            name: value
            for name, value in content.items()
            if value is not None or name not in self.added_fields
        }


def _decimal_of(value: object, pattern: str) -> Decimal:
    """Return the decimal that a text of a form states, digit for digit.

    Raises
    ------
    PydanticCustomError
        If it is no text of that form (a JSON number is none).
    """
    text = str(value) if isinstance(value, str | Decimal) else ""
    if not re.fullmatch(pattern, text):
        raise PydanticCustomError("decimal_text", _DECIMAL_EXPECTED)
    return Decimal(text)


def _exact_decimal(value: object) -> Decimal:
    """Return the length that a text states.

    Raises
    ------
    PydanticCustomError
        If it states none, or one above `MAXIMUM_MM`.
    """
    length = _decimal_of(value, _DECIMAL)
    if length > MAXIMUM_MM:
        raise PydanticCustomError("too_long_for_a_body", f"expected at most {MAXIMUM_MM} mm")
    return length


def _exact_volume(value: object) -> Decimal:
    """Return the volume that a text states.

    Raises
    ------
    PydanticCustomError
        If it states none, or one above `MAXIMUM_MM3`.
    """
    volume = _decimal_of(value, _VOLUME)
    if volume > MAXIMUM_MM3:
        raise PydanticCustomError("too_large_for_a_body", f"expected at most {MAXIMUM_MM3} mm3")
    return volume


def _fit_name(value: str) -> str:
    """Return a name that may stand in a table that people open in a spreadsheet.

    Raises
    ------
    PydanticCustomError
        If it begins like a formula, or holds a character that cannot be seen.
    """
    if re.match(r"[=+@]|-[^0-9]", value):
        message = "begins like a formula, which a spreadsheet would run"
        raise PydanticCustomError("formula", message)
    if any(unicodedata.category(character).startswith("C") for character in value):
        raise PydanticCustomError("hidden_character", "holds a character that cannot be seen")
    return value


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


def _file_below(value: str) -> str:
    """Return a file name that leads nowhere else, on any system.

    Raises
    ------
    PydanticCustomError
        If it leads out of the document's folder.
    """
    if value.startswith("/") or ".." in value.split("/") or re.search(r"[\\:]", value):
        message = "expected a file below the document's folder, such as masks/a.nii.gz"
        raise PydanticCustomError("file_below", message)
    return value


def _plausible(value: dt.date) -> dt.date:
    """Return the date of a scan.

    Raises
    ------
    PydanticCustomError
        If it is none.
    """
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("far_off", f"lies outside {FIRST_YEAR} to {LAST_YEAR}")
    return value


ScanDate = Annotated[dt.date, AfterValidator(_plausible)]
"""Day of a scan; dates that were shifted for privacy may lie far back."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN), AfterValidator(_fit_name)]
"""One line of at most 200 characters without spaces at its ends, fit for a table."""

FileBelow = Annotated[Name, AfterValidator(_file_below)]
"""The name of a file in the document's folder or in a folder of that."""

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

VolumeText = Annotated[
    Decimal,
    BeforeValidator(_exact_volume),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _VOLUME}),
]
"""A volume in mm3, as text in the document."""

Sha256Text = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""
