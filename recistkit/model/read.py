"""Read: one reader's evaluation of one subject over all timepoints.

The noun is the document: these classes are what a read document holds, field
by field. They check each field for itself; what must hold between fields is
checked where documents are loaded and saved (`recistkit.exchange`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from recistkit.model.fields import DocumentPart, FreeText, Name, ScanDate, StepText
from recistkit.model.mark import Mark

__all__ = [
    "SCHEMA_VERSION",
    "CriteriaReference",
    "Lesion",
    "Read",
    "Role",
    "Signature",
    "Timepoint",
    "content_hash",
    "sign_read",
]

SCHEMA_VERSION: Final = "1"

Role = Literal["target", "non-target", "new"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _in_utc(value: dt.datetime) -> dt.datetime:
    """Return a time that is stated in UTC.

    Raises
    ------
    PydanticCustomError
        If it has another offset, or none.
    """
    if value.utcoffset() != dt.timedelta(0):
        raise PydanticCustomError(
            "utc_time", "expected a time in UTC, such as 2011-03-04T09:30:00Z"
        )
    return value.astimezone(dt.UTC)


class CriteriaReference(DocumentPart):
    """The criteria that were in force while reading."""

    id: Name
    hash: Annotated[str, StringConstraints(pattern=r"^(sha256:)?[0-9a-f]{8,64}$")] | None = None


class Timepoint(DocumentPart):
    """One imaging visit: its scan dates and what the reader states about it as a whole."""

    label: Name
    date_first: ScanDate
    date_last: ScanDate
    baseline: bool = False
    new_lesions: Literal["none", "equivocal", "unequivocal", "not-assessable"] | None = None
    coverage: FreeText | None = Field(
        default=None, description="'complete', or the regions missing"
    )
    image_quality: FreeText | None = None
    tumour_marker: Literal["normal", "elevated", "not-done"] | None = None
    comment: FreeText | None = None


class Lesion(DocumentPart):
    """A site that the reader follows. What is said here never changes within a read."""

    id: Name
    role: Role
    organ: Name | None = None
    nodal: bool | None = None
    compartment: Name | None = None
    kind: Literal["non-target", "target"] | None = Field(
        default=None, description="New lesions only (iRECIST); none stated is non-target"
    )


class Signature(DocumentPart):
    """Who stands for this read, in what sense, since when, and for which content."""

    name: Name
    meaning: Name
    signed_at: Annotated[dt.datetime, AfterValidator(_in_utc)]
    hash: Sha256


class Read(DocumentPart):
    """One reader, one subject, all timepoints; draft, then signed, then never changed."""

    schema_version: Literal["1"]
    study: Name
    subject: Name
    reader: Name
    criteria: CriteriaReference
    state: Literal["draft", "signed"]
    resolution_mm: StepText = Decimal("0.1")
    timepoints: tuple[Timepoint, ...]
    lesions: tuple[Lesion, ...]
    marks: tuple[Mark, ...]
    signature: Signature | None = None


def content_hash(read: Read) -> str:
    """Return the SHA-256 of a read without its signature, in hexadecimal digits.

    The content is the document as JSON in UTF-8 with every field named (null
    where nothing is said), names in order of their characters, no spaces.

    Parameters
    ----------
    read : Read
        Draft or signed.
    """
    content = read.model_dump(mode="json", exclude={"signature"})
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sign_read(read: Read, *, name: str, meaning: str, signed_at: dt.datetime) -> Read:
    """Return the signed read of a draft.

    Parameters
    ----------
    read : Read
        A draft.
    name : str
        Who signs.
    meaning : str
        In what sense, such as ``"read"``.
    signed_at : datetime.datetime
        Time in UTC.

    Raises
    ------
    ValueError
        If the read is signed already: a signed read never changes.
    """
    if read.state == "signed":
        raise ValueError("this read is signed already, and a signed read is never changed")
    signed = read.model_copy(update={"state": "signed", "signature": None})
    signature = Signature(
        name=name, meaning=meaning, signed_at=signed_at, hash=content_hash(signed)
    )
    return signed.model_copy(update={"signature": signature})
