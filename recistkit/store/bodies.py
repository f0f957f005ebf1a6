"""Bodies: what each action of a chain says, one model per action.

The text in the chain is the canonical JSON of its model, and nothing enters a
chain that its model does not accept.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from recistkit.errors import StoreError
from recistkit.model.fields import DocumentPart, Name
from recistkit.model.scan_record import ScanRecord, Sha256

__all__ = [
    "AddScansBody",
    "AdjudicateBody",
    "AmendBody",
    "AnchorBody",
    "AssignBody",
    "AssignedRead",
    "Body",
    "CharterBody",
    "ComparedRead",
    "CreateBody",
    "ExportBody",
    "ExportedFile",
    "ImportBody",
    "ImportedRead",
    "MergeBody",
    "RereadBody",
    "SignBody",
    "UnlockBody",
    "VisitOfSubject",
    "accepted",
    "body_text",
    "text_hash",
]

Text = Annotated[str, StringConstraints(min_length=1, max_length=64 * 1024 * 1024)]
Count = Annotated[int, Field(ge=1)]


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Body(DocumentPart):
    """What one action says; its model names the action."""

    action: ClassVar[str]


class _WithText(Body):
    """A body with a text, such as a charter, and the hash of that text."""

    text: Text
    sha256: Sha256

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the body of a text.

        Raises
        ------
        StoreError
            If the text is empty.
        """
        if not text:
            raise StoreError("NOT saved: there is no text of it")
        return cls(text=text, sha256=text_hash(text))

    @model_validator(mode="after")
    def _hash_fits(self) -> Self:
        if text_hash(self.text) != self.sha256:
            raise PydanticCustomError("hash", "its text does not have its hash")
        return self


class CreateBody(_WithText):
    """A study begins, with the text of its first charter."""

    action: ClassVar[str] = "CREATE"
    study: Name


class CharterBody(_WithText):
    """The charter changes; the text is the whole new one."""

    action: ClassVar[str] = "CHARTER"


class VisitOfSubject(DocumentPart):
    """A timepoint of a subject and its place in the order of visits, from 1."""

    subject: Name
    label: Name
    position: Count


class AddScansBody(Body):
    """Scans come into the study, with the subjects that are new and all visits they touch."""

    action: ClassVar[str] = "ADD-SCANS"
    subjects: tuple[Name, ...] = ()
    timepoints: tuple[VisitOfSubject, ...] = ()
    scans: tuple[ScanRecord, ...] = ()


class AssignedRead(DocumentPart):
    """Who is to read a subject, or to adjudicate it."""

    subject: Name
    reader: Name
    role: Literal["reader", "adjudicator"] = "reader"


class AssignBody(Body):
    """Subjects are given to readers, or taken from them."""

    action: ClassVar[str] = "ASSIGN"
    reads: tuple[AssignedRead, ...]
    withdrawn: bool = False


class SignBody(Body):
    """A reader signs: the exact text of the signed document.

    The number of a charter says which one only within one copy of a study; its
    hash says it anywhere.
    """

    action: ClassVar[str] = "SIGN"
    subject: Name
    reader: Name
    timepoint: Name | None = None
    document: Text
    document_hash: Sha256
    charter_sha256: Sha256 | None = None

    @classmethod
    def of(
        cls,
        *,
        subject: str,
        reader: str,
        document: str,
        timepoint: str | None = None,
        charter_sha256: str | None = None,
    ) -> SignBody:
        """Return the body of a signed document."""
        return cls(
            subject=subject,
            reader=reader,
            timepoint=timepoint,
            document=document,
            document_hash=text_hash(document),
            charter_sha256=charter_sha256,
        )

    @model_validator(mode="after")
    def _hash_fits(self) -> Self:
        if text_hash(self.document) != self.document_hash:
            raise PydanticCustomError("hash", "its document does not have its hash")
        return self


class AnchorBody(Body):
    """The study knows of a signature: which record of which read, and its hash."""

    action: ClassVar[str] = "ANCHOR"
    subject: Name
    reader: Name
    timepoint: Name | None = None
    revision: Count
    hash: Sha256
    at_utc: Name
    document_hash: Sha256


class UnlockBody(Body):
    """A manager lets a reader change what is signed."""

    action: ClassVar[str] = "UNLOCK"
    subject: Name
    reader: Name
    timepoint: Name | None = None


class AmendBody(Body):
    """A reader opens a signed visit again; the charter is named as in `SignBody`."""

    action: ClassVar[str] = "AMEND"
    subject: Name
    reader: Name
    timepoint: Name
    charter_sha256: Sha256 | None = None


class RereadBody(Body):
    """A reader is to read a subject once more, under another name that hides that it is so."""

    action: ClassVar[str] = "REREAD"
    subject: Name
    reader: Name
    shown_as: Name


class ComparedRead(DocumentPart):
    """One of the two reads that an adjudicator saw, and which document that was."""

    reader: Name
    document_hash: Sha256


class AdjudicateBody(Body):
    """An adjudicator decides between two reads, in the order they were shown as A and B."""

    action: ClassVar[str] = "ADJUDICATE"
    subject: Name
    adjudicator: Name
    accepted_reader: Name | None = Field(description="null: neither of the two")
    reads: tuple[ComparedRead, ComparedRead]

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        readers = [read.reader for read in self.reads]
        if readers[0] == readers[1]:
            raise PydanticCustomError("two", "the two reads are of one reader")
        if self.accepted_reader is not None and self.accepted_reader not in readers:
            raise PydanticCustomError("one_of_two", "the accepted read is not one of the two")
        return self


class ExportedFile(DocumentPart):
    """A file of an export."""

    name: Name
    sha256: Sha256


class ExportBody(Body):
    """Something left the study: which files."""

    action: ClassVar[str] = "EXPORT"
    files: tuple[ExportedFile, ...]


class ImportedRead(DocumentPart):
    """A read document from elsewhere; its text stands in the chain of the read only.

    Attributes
    ----------
    subject, reader : str
    timepoint : str or None
        The last visit that it was signed for; None: all of them.
    document_hash, document : str
        The exact text under the names of this study, and its hash.
    original_sha256 : str or None
        Of the file that it came in.
    """

    subject: Name
    reader: Name
    timepoint: Name | None = None
    document_hash: Sha256
    document: Text | None = None
    original_sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _hash_fits(self) -> Self:
        if self.document is not None and text_hash(self.document) != self.document_hash:
            raise PydanticCustomError("hash", "its document does not have its hash")
        return self


class ImportBody(Body):
    """Read documents come from elsewhere, with the subjects and visits that are new."""

    action: ClassVar[str] = "IMPORT"
    subjects: tuple[Name, ...] = ()
    timepoints: tuple[VisitOfSubject, ...] = ()
    reads: tuple[ImportedRead, ...]


class MergeBody(Body):
    """A reader's file from elsewhere was taken over."""

    action: ClassVar[str] = "MERGE"
    reader: Name
    file_sha256: Sha256
    records: Annotated[int, Field(ge=0)]


_MODELS: Final[dict[str, type[Body]]] = {
    model.action: model
    for model in (
        CreateBody,
        CharterBody,
        AddScansBody,
        AssignBody,
        SignBody,
        AnchorBody,
        UnlockBody,
        AmendBody,
        RereadBody,
        AdjudicateBody,
        ExportBody,
        ImportBody,
        MergeBody,
    )
}


def accepted(action: str, text: str) -> Body:
    """Return the body that a text of a chain states.

    Raises
    ------
    StoreError
        If there is no such action, or the text is not one of its bodies.
    """
    if action not in _MODELS:
        raise StoreError(f"there is no action {action!r}")
    try:
        return _MODELS[action].model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        said = "; ".join(f"{_place(item['loc'])}{item['msg']}" for item in found)
        raise StoreError(f"{action}: {said}") from None


def body_text(body: Body) -> str:
    """Return the text of a body as it stands in a chain: canonical JSON."""
    content = body.model_dump(mode="json")
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _place(parts: tuple[Any, ...]) -> str:
    """Return where a fault is."""
    return f"{'.'.join(str(part) for part in parts)}: " if parts else ""
