"""The signed reads of a study: from the readers' chains, never before they may be seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from recistkit.errors import OptionError, StoreError
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.read import Read
from recistkit.store.anchoring import anchor_of
from recistkit.store.bodies import ImportBody, SignBody
from recistkit.store.chain import Record, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor, Assignment
from recistkit.study.folder import StudyFolder

__all__ = ["SignedRead", "completed", "signed_reads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRead:
    """A signed document with the anchor by which the study knows it.

    Attributes
    ----------
    anchor : Anchor
    text : str
        Exactly as it was signed.
    read : Read
    """

    anchor: Anchor
    text: str
    read: Read


def completed(study: StudyFolder) -> dict[str, tuple[Anchor, ...]]:
    """Return the subjects whose every assigned read is signed to the last visit, with the anchors.

    An unlocked read counts as signed until it is signed anew: what stands,
    stands.
    """
    last = {subject: labels[-1] for subject, labels in study.visits().items()}
    signed = {
        (one.subject, one.reader): one
        for one in study.file.rows(Anchor, superseded=0)
        if one.timepoint in {None, last.get(one.subject)}
    }
    wanted: dict[str, list[str]] = {}
    for given in study.file.rows(Assignment, role="reader"):
        wanted.setdefault(given.subject, []).append(given.reader)
    return {
        subject: tuple(signed[subject, reader] for reader in readers)
        for subject, readers in wanted.items()
        if all((subject, reader) in signed for reader in readers)
    }


def signed_reads(
    study: StudyFolder, *, subjects: Collection[str] | None = None
) -> tuple[SignedRead, ...]:
    """Return the last signed document of every read, in order of subject and reader.

    For who manages the study; an adjudicator gets those of subjects whose reads
    are all complete, and a reader none.

    Parameters
    ----------
    study : StudyFolder
    subjects : collection of str, optional
        Only these.

    Raises
    ------
    RoleError
        If this login may see no reads.
    StoreError
        If a document is not the one that the study knows.
    OptionError
        If nothing is signed that may be seen.
    """
    person, _ = study.acting("manager", "adjudicator")
    anchors = study.file.rows(Anchor, superseded=0)
    if person.role == "adjudicator":
        open_to_all = completed(study)
        anchors = tuple(one for one in anchors if one.subject in open_to_all)
    if subjects is not None:
        anchors = tuple(one for one in anchors if one.subject in subjects)
    if not anchors:
        raise OptionError("nothing is signed in this study that may be seen yet")
    found: list[SignedRead] = []
    for reader in sorted({one.reader for one in anchors}):
        path = study.reader_path(reader)
        if not path.is_file():
            raise StoreError(f"the file of reader {reader} is not there; put it back")
        with Journal.open_to_look(path, reader, study=study.file.study) as journal:
            found += [_signed(journal, one) for one in anchors if one.reader == reader]
    return tuple(sorted(found, key=lambda one: (one.anchor.subject, one.anchor.reader)))


def _signed(journal: Journal, anchor: Anchor) -> SignedRead:
    """Return the document that an anchor names.

    Raises
    ------
    StoreError
        If there is none, or another one.
    """
    records = journal.records(read_chain(anchor.subject))
    record = next((one for one in records if one.revision == anchor.revision), None)
    where = f"reader {anchor.reader}, subject {anchor.subject}"
    if record is None or record.hash != anchor.hash:
        raise StoreError(f"{where}: what was signed is not there, or otherwise; run verify")
    known = anchor_of(record, anchor.reader)
    text = _document_text(record)
    if known is None or known.document_hash != anchor.document_hash or text is None:
        raise StoreError(f"{where}: the signed document is not the one that the study knows")
    read = parse_read_document(text.encode("utf-8"), where)
    return SignedRead(anchor=anchor, text=text, read=read)


def _document_text(record: Record) -> str | None:
    """Return the text of the document that a record of a read holds."""
    content = record.content()
    if isinstance(content, SignBody):
        return content.document
    return content.reads[0].document if isinstance(content, ImportBody) else None
