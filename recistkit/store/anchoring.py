"""Anchoring: the study learns of each signature, also of one that a crash kept from it."""

from __future__ import annotations

from typing import Final

from recistkit.errors import StoreError
from recistkit.store.actor import Actor
from recistkit.store.bodies import AnchorBody, ImportBody, SignBody
from recistkit.store.chain import Record
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.study_file import StudyFile

__all__ = ["anchor_of", "catch_up", "signed_text", "unanchored"]

_SIGNED: Final = ("SIGN", "IMPORT")
"""Actions that bring a signed document into the chain of a read."""


def anchor_of(record: Record, reader: str) -> AnchorBody | None:
    """Return what the study is to know of a record of a read; None where it signs nothing.

    Raises
    ------
    StoreError
        If the body is none of its action.
    """
    if record.action not in _SIGNED:
        return None
    content = record.content()
    if isinstance(content, SignBody):
        timepoint, document_hash = content.timepoint, content.document_hash
    elif isinstance(content, ImportBody) and len(content.reads) == 1:
        (read,) = content.reads
        timepoint, document_hash = read.timepoint, read.document_hash
    else:
        raise StoreError(f"{record.chain}: revision {record.revision} is not one signed read")
    return AnchorBody(
        subject=record.chain.removeprefix("read:"),
        reader=reader,
        timepoint=timepoint,
        revision=record.revision,
        hash=record.hash,
        at_utc=record.at_utc,
        document_hash=document_hash,
    )


def signed_text(record: Record) -> str | None:
    """Return the exact text of the document that a record of a read signs; None where it is none.

    Raises
    ------
    StoreError
        If the body is none of its action.
    """
    if record.action not in _SIGNED:
        return None
    content = record.content()
    if isinstance(content, SignBody):
        return content.document
    return content.reads[0].document if isinstance(content, ImportBody) else None


def unanchored(journal: Journal, study: StudyFile) -> tuple[AnchorBody, ...]:
    """Return the signatures of a reader that the study does not know yet, in order of saving.

    Raises
    ------
    StoreError
        If one of the files cannot be read.
    """
    known = {
        (one.subject, one.revision, one.hash) for one in study.rows(Anchor, reader=journal.reader)
    }
    signed = (anchor_of(record, journal.reader) for record in journal.records())
    return tuple(
        one
        for one in signed
        if one is not None and (one.subject, one.revision, one.hash) not in known
    )


def catch_up(journal: Journal, study: StudyFile, actor: Actor) -> tuple[Record, ...]:
    """Anchor what is not anchored yet; doing it twice, or two at once, changes nothing.

    Raises
    ------
    StoreError
        If the files belong to different studies, the study knows a signature
        otherwise, or it was not saved.
    """
    if journal.study != study.study:
        raise StoreError(f"{journal.path.name}: does not belong to this study")
    missing = unanchored(journal, study)
    return study.anchor(actor, missing) if missing else ()
