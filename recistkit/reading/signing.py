"""Signing a visit: what must hold, the signed document, and where it stands on disk."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from recistkit.errors import DocumentError, OutputError, ReadingError
from recistkit.exchange.read_document import (
    load_read_document,
    save_read_document,
)
from recistkit.model.read import Read, sign_read
from recistkit.reading.completeness import Missing, missing_at
from recistkit.reading.document import document_of, labels_up_to
from recistkit.reading.draft import Amendment, Change, Draft, VisitSignature
from recistkit.reading.drawing import require_open
from recistkit.reading.history import document_hash
from recistkit.reading.refusals import refusals
from recistkit.study.charter import Charter

__all__ = [
    "amend",
    "missing_to_sign",
    "missing_when_covered",
    "now_utc",
    "require_own_document",
    "require_signable",
    "restore_document",
    "sign",
    "write_document",
]

_UNSOUND: Final = "unsound"
"""A file that holds no JSON: what a power cut leaves."""
_FOREIGN: Final = "foreign"
"""A document that cannot be loaded, such as one of a newer recistkit."""


def now_utc() -> dt.datetime:
    """Return the time in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def missing_to_sign(
    draft: Draft,
    charter: Charter,
    subject: str,
    reader: str,
    visit: str,
    *,
    without_scans: Collection[str] = (),
) -> tuple[Missing, ...]:
    """Return everything that stands against signing a visit.

    What the visit lacks, its scans too, what an amendment makes others lack
    that the signature covers; where nothing is lacking, what the batch commands
    would refuse.
    """
    labels = labels_up_to(draft, visit)
    covered = [label for label in draft.visits if label in labels]
    found = [
        Missing(label, "", "scans", "its scans are not there; put its folder back")
        for label in covered
        if label in without_scans and label not in draft.signed
    ]
    found += [item for label in covered for item in missing_when_covered(draft, charter, label)]
    if found:
        return tuple(found)
    return refusals(document_of(draft, charter, subject, reader, labels))


def missing_when_covered(draft: Draft, charter: Charter, label: str) -> tuple[Missing, ...]:
    """Return what a visit lacks that a signature covers, be it by this one or by one before.

    Of a signed one only the states that an amendment asks for.
    """
    if label not in draft.signed:
        return missing_at(draft, charter, label)
    if not draft.amended:
        return ()
    return tuple(item for item in missing_at(draft, charter, label) if item.what == "state")


def require_signable(draft: Draft, visit: str, missing: Sequence[Missing]) -> None:
    """Refuse to sign a visit that is not open, or that lacks anything.

    Raises
    ------
    ReadingError
        Naming all that is missing.
    """
    require_open(draft, visit)
    if missing:
        lines = "\n".join(f"  {item}" for item in missing)
        raise ReadingError(f"{visit} cannot be signed yet:\n{lines}")


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
    """Return the signed document of a visit that lacks nothing, and the changes that lock it.

    Raises
    ------
    ReadingError
        If the signature lacks name or meaning.
    """
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


def amend(
    draft: Draft, visit: str, reason: str, *, without_scans: Collection[str] = ()
) -> tuple[Change, ...]:
    """Open a signed visit again.

    Raises
    ------
    ReadingError
        If it is not signed, its scans are not there, or there is no reason.
    """
    signature = draft.signed.get(visit)
    if signature is None:
        raise ReadingError(f"{visit} is not signed, and needs no amendment")
    if visit in without_scans:
        raise ReadingError(f"the scans of {visit} are not there; an amendment needs them")
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
    if path.exists() and _on_disk(path) not in hashes:
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
    found = _on_disk(path) if path.exists() else None
    if found == document_hash(document):
        return None
    try:
        aside = _set_aside(path) if found == _UNSOUND else ""
        if found not in {None, _UNSOUND, *hashes}:
            return f"{path.name} is not the document that was signed here; it is left as it is"
        write_document(document, path)
    except OutputError as error:
        return str(error)
    return f"{path.name} was written again from the journal{aside}"


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


def _on_disk(path: Path) -> str:
    """Return the hash of the document in a file, or what the file is instead."""
    try:
        return document_hash(load_read_document(path))
    except DocumentError:
        return _FOREIGN if _is_json(path) else _UNSOUND


def _is_json(path: Path) -> bool:
    """Return whether there is JSON in a file, or nobody can look."""
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    except (OSError, RecursionError):
        return True
    return True


def _set_aside(path: Path) -> str:
    """Keep a file that holds no document under another name; return what is to be said of it.

    Raises
    ------
    OutputError
        If it cannot be renamed.
    """
    names = (f"{path.name}.unsound-{number}" for number in itertools.count(1))
    aside = next(one for name in names if not (one := path.with_name(name)).exists())
    try:
        path.rename(aside)
    except OSError as error:
        raise OutputError(f"{path.name}: cannot be renamed: {error.strerror}") from error
    return f"; what stood there is no document and is kept as {aside.name}"
