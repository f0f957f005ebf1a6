"""Load and save read documents: one reader's evaluation of one subject, as JSON.

`docs/read-document.md` shows a whole document and says what each field means;
`read_document.schema.json` beside this module is its schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from recistkit.errors import DocumentError, Fault, OutputError
from recistkit.exchange.on_disk import replace_on_disk
from recistkit.exchange.quoting import short_name
from recistkit.exchange.read_faults import Parts, part_faults, parts_of, signature_faults
from recistkit.model.fields import NAME_PATTERN, UID_PATTERN, DocumentPart, StepText
from recistkit.model.mark import Mark
from recistkit.model.read import SCHEMA_VERSION, Lesion, Read, Timepoint

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "load_read_document",
    "load_read_documents",
    "parse_read_document",
    "read_document_schema",
    "read_document_text",
    "read_faults",
    "save_read_document",
]

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""A document above this is refused before it is parsed; a long read has some 100 kB."""

_MAX_DIGITS: Final = 40
_TWICE: Final = "stands twice in one object"

_Part = TypeVar("_Part", bound=DocumentPart)

_MESSAGES: Final = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of a read document",
    "string_type": "expected text",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "tuple_type": "expected a list",
    "too_short": "expected three coordinates, x, y and z",
    "too_long": "expected three coordinates, x, y and z",
    "model_type": "expected an object",
    "date_from_datetime_parsing": "expected an ISO date, such as 2011-03-04",
    "date_parsing": "expected an ISO date, such as 2011-03-04",
    "date_type": "expected an ISO date, such as 2011-03-04",
    "string_too_short": "expected text, or null where nothing is said",
    "json_invalid": "is nested too deeply",
    "string_too_long": "is longer than the schema allows",
}
_PATTERNS: Final = {
    NAME_PATTERN: "expected one line of 1 to 200 characters, without spaces at its ends",
    UID_PATTERN: "expected a DICOM UID: digits and dots",
}


def load_read_document(path: Path | str) -> Read:
    """Load a read document.

    Parameters
    ----------
    path : Path or str
        A JSON file in UTF-8.

    Returns
    -------
    Read
        Without faults: its lengths fit its rulers, its marks name lesions and
        timepoints that are there, and its signature, if any, fits its content.

    Raises
    ------
    DocumentError
        If anything is wrong with it. Every fault is named, with its dotted path.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        message = f"cannot be opened: {error.strerror or type(error).__name__}"
        raise DocumentError(path.name, [Fault(0, "", message)]) from None
    return parse_read_document(data, path.name)


def load_read_documents(folder: Path | str) -> list[Read]:
    """Load every read document (``*.json``) of a folder, in order of subject and reader.

    Raises
    ------
    DocumentError
        If there is none, if one has faults (all of all files are named), or if
        two are of the same subject and reader.
    """
    folder = Path(folder)
    loaded: dict[tuple[str, str], tuple[Read, str]] = {}
    faults: list[Fault] = []
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    for path in paths:
        try:
            read = load_read_document(path)
        except DocumentError as error:
            faults += [
                Fault(0, f"{path.name}: {fault.column}".removesuffix(": "), fault.message)
                for fault in error.faults
            ]
            continue
        _, first = loaded.setdefault((read.subject, read.reader), (read, path.name))
        if first != path.name:
            message = f"is of subject {read.subject!r} and reader {read.reader!r}, as is {first}"
            faults.append(Fault(0, path.name, message))
    if not paths:
        faults.append(Fault(0, "", "there is no read document (*.json) in this folder"))
    if faults:
        raise DocumentError(folder.name, faults)
    return [loaded[key][0] for key in sorted(loaded)]


def save_read_document(read: Read, path: Path | str) -> None:
    """Save a read, whole or not at all; the same read gives the same bytes.

    Raises
    ------
    DocumentError
        If the read has faults: what could not be loaded again is not saved.
    OutputError
        If the file cannot be written; one that was there is untouched.
    """
    path = Path(path)
    faults = read_faults(read)
    if faults:
        raise DocumentError(path.name, faults)
    try:
        replace_on_disk(path, read_document_text(read).encode("utf-8"))
    except OSError as error:
        message = f"{path.name}: cannot be written: {error.strerror or type(error).__name__}"
        raise OutputError(message) from error


def read_document_text(read: Read) -> str:
    """Return a read as indented JSON, fields in the order of the schema, nulls left out."""
    content = read.model_dump(mode="json", exclude_none=True)
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_document_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of a read document."""
    schema = Read.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_faults(read: Read) -> list[Fault]:
    """Return what does not fit between the fields of a read; empty where it may be saved."""
    return sorted([*part_faults(parts_of(read)), *signature_faults(read)])


def parse_read_document(data: bytes, source: str) -> Read:
    """Return the read that a document's bytes hold.

    Parameters
    ----------
    data : bytes
        JSON in UTF-8.
    source : str
        What to call the document in messages, such as its file name.

    Raises
    ------
    DocumentError
        As `load_read_document`.
    """
    raw = _parsed_json(data, source)
    if raw.get("schema_version") != SCHEMA_VERSION:
        message = f"expected {SCHEMA_VERSION!r}, the one schema that this version loads"
        raise DocumentError(source, [Fault(0, "schema_version", message)])
    read, faults = _validated(Read, raw)
    if read is None:
        raise DocumentError(source, [*faults, *part_faults(_salvaged(raw))])
    faults = read_faults(read)
    if faults:
        raise DocumentError(source, faults)
    return read


def _parsed_json(data: bytes, source: str) -> dict[str, Any]:
    """Return the object in a document's bytes.

    Raises
    ------
    DocumentError
        If there is no single JSON object in them, if it is too large, or if a
        field stands in it twice.
    """
    repeated: list[str] = []
    try:
        raw = _json_value(data, repeated)
    except ValueError as error:
        raise DocumentError(source, [Fault(0, "", str(error))]) from None
    if not isinstance(raw, dict):
        raise DocumentError(source, [Fault(0, "", "expected one JSON object")])
    if repeated:
        raise DocumentError(source, [Fault(0, short_name(name), _TWICE) for name in repeated])
    return raw


def _json_value(data: bytes, repeated: list[str]) -> object:
    """Return the JSON value in a document's bytes; fields that stand twice go to `repeated`.

    Raises
    ------
    ValueError
        If there is none, saying why.
    """

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.extend(sorted(name for name in content if names.count(name) > 1))
        return content

    if len(data) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES // 1024**2
        raise ValueError(f"is larger than {limit} MiB, which no read document is")
    try:
        raw = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=object_of,
            parse_int=_whole_number,
            parse_constant=_no_constant,
        )
        json.dumps(raw, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise ValueError(message) from None
    except UnicodeDecodeError:
        raise ValueError("is not text in UTF-8") from None
    except UnicodeEncodeError:
        raise ValueError("holds text that is no text: half of a surrogate pair") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    return raw


def _whole_number(digits: str) -> int:
    """Return a whole number of a length that one can have.

    Raises
    ------
    ValueError
        If it has more digits than any number of a document.
    """
    if len(digits) > _MAX_DIGITS:
        raise ValueError("is not JSON: a number has too many digits")
    return int(digits)


def _no_constant(name: str) -> float:
    """Refuse the numbers that JSON does not have.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(f"is not JSON: {name} is not a number")


def _validated(model: type[_Part], raw: object) -> tuple[_Part | None, list[Fault]]:
    """Return the part that an object holds, or None and its faults."""
    try:
        text = json.dumps(raw)
        return model.model_validate_json(text, strict=True), []
    except ValidationError as error:
        return None, [
            Fault(0, _joined(*(short_name(str(part)) for part in item["loc"])), _message(item))
            for item in error.errors(include_url=False, include_input=False)
        ]


def _message(item: ErrorDetails) -> str:
    """Return one fault of a field in our words; never what stands there, which may be anything."""
    if item["type"] == "string_pattern_mismatch":
        pattern = item.get("ctx", {}).get("pattern", "")
        return _PATTERNS.get(pattern, f"expected text of the form {pattern}")
    return _MESSAGES.get(item["type"], item["msg"].replace("Input should be", "expected"))


def _joined(*names: str) -> str:
    """Return a dotted path of the names that are not empty."""
    return ".".join(name for name in names if name)


def _salvaged(raw: Mapping[str, Any]) -> Parts:
    """Return what can be understood of a document that has faults in single fields."""
    return Parts(
        timepoints=dict(_valid_items(raw, "timepoints", Timepoint)),
        lesions=dict(_valid_items(raw, "lesions", Lesion)),
        marks=dict(_valid_items(raw, "marks", Mark)),
        known_timepoints=_names(raw, "timepoints", "label"),
        known_lesions=_names(raw, "lesions", "id"),
        resolution_mm=_resolution(raw),
        complete=False,
    )


def _resolution(raw: Mapping[str, Any]) -> Decimal | None:
    """Return the resolution that a document states or leaves at its default; None if it is none."""
    try:
        return TypeAdapter[Decimal](StepText).validate_python(raw.get("resolution_mm", "0.1"))
    except ValidationError:
        return None


def _items(raw: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list of the document, empty if it is none."""
    items = raw.get(name)
    return items if isinstance(items, list) else []


def _valid_items(
    raw: Mapping[str, Any], name: str, model: type[_Part]
) -> Iterator[tuple[str, _Part]]:
    """Yield path and part of every item of a list that has no fault of its own."""
    for index, item in enumerate(_items(raw, name)):
        part, _ = _validated(model, item)
        if part is not None:
            yield f"{name}.{index}", part


def _names(raw: Mapping[str, Any], name: str, key: str) -> set[str]:
    """Return the names of the items of a list, of those with faults too."""
    items = (item.get(key) for item in _items(raw, name) if isinstance(item, dict))
    return {item for item in items if isinstance(item, str)}
