"""Anchoring: the study learns of each signature, also of one that a crash kept from it."""

from __future__ import annotations

from recistkit.errors import StoreError
from recistkit.store.actor import Actor
from recistkit.store.bodies import AnchorBody, ImportBody, SignBody
from recistkit.store.chain import Record, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.signatures import signatures
from recistkit.store.study_file import StudyFile
from recistkit.terms import SIGNING_ACTIONS

__all__ = ["anchor_of", "catch_up", "signed_text", "unanchored"]


def anchor_of(record: Record, reader: str) -> AnchorBody | None:
    """Return what the study is to know of a record of a read; None where it signs nothing.

    Raises
    ------
    StoreError
        If the body is none of its action.
    """
    if record.action not in SIGNING_ACTIONS:
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
        subject=record.chain.removeprefix(read_chain("")),
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
    if record.action not in SIGNING_ACTIONS:
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
    missing = [one for one in signatures(journal) if one not in known]
    places = [(read_chain(subject), revision) for subject, revision, _ in missing]
    records = journal.records_at(places)  # few, if any: what is known need not be taken apart
    found = (anchor_of(records[place], journal.reader) for place in places if place in records)
    return tuple(one for one in found if one is not None)


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
