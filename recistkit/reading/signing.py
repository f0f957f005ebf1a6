"""Signing a visit: what must hold, the signed document, and where it stands on disk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import ValidationError

from recistkit.errors import DocumentError, OutputError, ReadingError
from recistkit.exchange.read_document import (
    load_read_document,
    read_faults,
    save_read_document,
)
from recistkit.model.read import Read, content_hash, sign_read
from recistkit.reading.charter import Charter
from recistkit.reading.completeness import Missing, missing_at
from recistkit.reading.document import document_of, labels_up_to
from recistkit.reading.draft import Amendment, Change, Draft, VisitSignature
from recistkit.reading.drawing import require_open
from recistkit.reading.evaluation import table_faults

__all__ = [
    "amend",
    "missing_to_sign",
    "require_own_document",
    "restore_document",
    "sign",
    "write_document",
]


def missing_to_sign(
    draft: Draft, charter: Charter, subject: str, reader: str, visit: str
) -> tuple[Missing, ...]:
    """Return everything that stands against signing a visit.

    What the visit lacks, what an amendment makes others lack that the signature
    covers; where nothing is lacking, what the batch commands would refuse.
    """
    labels = labels_up_to(draft, visit)
    covered = [label for label in draft.visits if label in labels]
    found = [item for label in covered for item in _missing_at(draft, charter, label)]
    if found:
        return tuple(found)
    read = document_of(draft, charter, subject, reader, labels)
    faults = (*(str(fault) for fault in read_faults(read)), *table_faults(read))
    return tuple(Missing("", "", "table", fault) for fault in dict.fromkeys(faults))


def _missing_at(draft: Draft, charter: Charter, label: str) -> tuple[Missing, ...]:
    """Return what a visit lacks; of a signed one only the states that an amendment asks for."""
    if label not in draft.signed:
        return missing_at(draft, charter, label)
    if not draft.amended:
        return ()
    return tuple(item for item in missing_at(draft, charter, label) if item.what == "state")


def sign(
    draft: Draft,
    charter: Charter,
    subject: str,
    reader: str,
    visit: str,
    *,
    name: str,
    meaning: str,
    at: dt.datetime,
) -> tuple[Read, tuple[Change, ...]]:
    """Return the signed document, and the changes that lock what it holds.

    Raises
    ------
    ReadingError
        If the visit is not open, anything is missing (all of it is named), or
        the signature lacks name or meaning.
    """
    require_open(draft, visit)
    missing = missing_to_sign(draft, charter, subject, reader, visit)
    if missing:
        lines = "\n".join(f"  {item}" for item in missing)
        raise ReadingError(f"{visit} cannot be signed yet:\n{lines}")
    labels = labels_up_to(draft, visit)
    read = document_of(draft, charter, subject, reader, labels)
    try:
        signed = sign_read(read, name=name.strip(), meaning=meaning.strip(), signed_at=at)
    except ValidationError:
        raise ReadingError("a signature needs a name and a meaning, each on one line") from None
    assert signed.signature is not None  # noqa: S101  sign_read gives one
    changes = [Change("amendment", draft.amended[label], None) for label in draft.amended]
    changes += [
        Change(
            "signature",
            draft.signed.get(label),
            VisitSignature(timepoint=label, signature=signed.signature),
        )
        for label in labels
    ]
    return signed, tuple(changes)


def amend(draft: Draft, visit: str, reason: str) -> tuple[Change, ...]:
    """Open a signed visit again.

    Raises
    ------
    ReadingError
        If it is not signed, or there is no reason.
    """
    signature = draft.signed.get(visit)
    if signature is None:
        raise ReadingError(f"{visit} is not signed, and needs no amendment")
    try:
        amendment = Amendment(timepoint=visit, reason=reason.strip())
    except ValidationError:
        raise ReadingError("why is it amended? A reason is expected") from None
    return (Change("signature", signature, None), Change("amendment", None, amendment))


def require_own_document(path: Path, hashes: frozenset[str]) -> None:
    """Refuse to write over a document that this read did not make.

    Raises
    ------
    ReadingError
        If one stands there.
    """
    if path.exists() and _hash_on_disk(path) not in hashes:
        raise ReadingError(
            f"{path.name} was changed outside of the reading room; move it away, then sign"
        )


def restore_document(path: Path, document: Read | None, hashes: frozenset[str]) -> str | None:
    """Write the last signed document where a crash kept it from disk.

    Returns
    -------
    str or None
        What the reader should know.
    """
    if document is None or document.state != "signed":
        return None
    found = _hash_on_disk(path) if path.exists() else None
    if found == content_hash(document):
        return None
    if (found is None and path.exists()) or found not in {None, *hashes}:
        return f"{path.name} is not the document that was signed here; it is left as it is"
    try:
        write_document(document, path)
    except OutputError as error:
        return str(error)
    return f"{path.name} was written again from the journal"


def write_document(document: Read, path: Path) -> None:
    """Write a signed document where it belongs.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.name}: cannot be written: {error.strerror}") from error
    save_read_document(document, path)


def _hash_on_disk(path: Path) -> str | None:
    """Return the hash of a document's content; None where it is no sound document."""
    try:
        return content_hash(load_read_document(path))
    except DocumentError:
        return None
