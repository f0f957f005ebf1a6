"""The signed reads of a study: from the readers' chains, never before they may be seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from recistkit.errors import OptionError, StoreError
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.read import Read
from recistkit.store.bodies import ImportBody, text_hash
from recistkit.store.chain import Record, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor, Assignment
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import reread_names

__all__ = [
    "SignedRead",
    "SignedText",
    "completed",
    "completed_of",
    "require_own_names",
    "signed_reads",
    "signed_rereads",
    "signed_texts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedText:
    """A signed document's exact text with the anchor by which the study knows it."""

    anchor: Anchor
    text: str


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
    stands. Re-reads are no subjects.
    """
    return completed_of(
        study.visits(),
        study.file.rows(Anchor, superseded=0),
        study.file.rows(Assignment),
        reread_names(study),
    )


def completed_of(
    visits: Mapping[str, Sequence[str]],
    anchors: Iterable[Anchor],
    assignments: Iterable[Assignment],
    hidden: Collection[str],
) -> dict[str, tuple[Anchor, ...]]:
    """Return what `completed` does, of rows that the caller has at hand.

    Parameters
    ----------
    visits : mapping
        Labels of each subject's visits in their order.
    anchors : iterable of Anchor
        Those that no later signature takes the place of.
    assignments : iterable of Assignment
    hidden : collection of str
        Ids of re-reads.
    """
    last = {subject: labels[-1] for subject, labels in visits.items()}
    signed = {
        (one.subject, one.reader): one
        for one in anchors
        if one.timepoint in {None, last.get(one.subject)}
    }
    wanted: dict[str, list[str]] = {}
    for given in assignments:
        if given.role == "reader" and given.subject not in hidden:
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
    are all complete, and a reader none. Re-reads are not among them.

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
    return _parsed(signed_texts(study, subjects=subjects))


def signed_texts(
    study: StudyFolder, *, subjects: Collection[str] | None = None
) -> tuple[SignedText, ...]:
    """Return what `signed_reads` does as text, which takes a tenth of the time.

    Who takes a text apart compares what it names; see `require_own_names`.

    Raises
    ------
    RoleError, StoreError, OptionError
        As `signed_reads`.
    """
    person, _ = study.acting("manager", "adjudicator")
    hidden = reread_names(study)
    anchors = tuple(
        one for one in study.file.rows(Anchor, superseded=0) if one.subject not in hidden
    )
    if person.role == "adjudicator":
        open_to_all = completed(study)
        anchors = tuple(one for one in anchors if one.subject in open_to_all)
    if subjects is not None:
        anchors = tuple(one for one in anchors if one.subject in subjects)
    if not anchors:
        raise OptionError("nothing is signed in this study that may be seen yet")
    return _documents(study, anchors)


def signed_rereads(study: StudyFolder) -> tuple[SignedRead, ...]:
    """Return the last signed document of every re-read, under the id that it was shown as.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    StoreError
        If a document is not the one that the study knows.
    """
    study.acting("manager")
    hidden = reread_names(study)
    anchors = study.file.rows(Anchor, superseded=0)
    return _parsed(_documents(study, [one for one in anchors if one.subject in hidden]))


def _documents(study: StudyFolder, anchors: Collection[Anchor]) -> tuple[SignedText, ...]:
    """Return the documents that anchors name, in order of subject and reader.

    Raises
    ------
    StoreError
        If one is not there, or another one.
    """
    found: list[SignedText] = []
    for reader in sorted({one.reader for one in anchors}):
        path = study.reader_path(reader)
        if not path.is_file():
            raise StoreError(f"the file of reader {reader} is not there; put it back")
        own = [one for one in anchors if one.reader == reader]
        with Journal.open_to_look(path, reader, study=study.file.study) as journal:
            records = journal.records_at((read_chain(one.subject), one.revision) for one in own)
        found += [_signed(records, one) for one in own]
    return tuple(sorted(found, key=lambda one: (one.anchor.subject, one.anchor.reader)))


def _signed(records: Mapping[tuple[str, int], Record], anchor: Anchor) -> SignedText:
    """Return the document that an anchor names.

    Raises
    ------
    StoreError
        If there is none, or another one.
    """
    record = records.get((read_chain(anchor.subject), anchor.revision))
    if record is None or record.hash != anchor.hash:
        raise StoreError(
            f"{_where(anchor)}: what was signed is not there, or otherwise; run verify"
        )
    text, stated = _said(record)
    if text is None or text_hash(text) != anchor.document_hash:
        raise StoreError(
            f"{_where(anchor)}: the signed document is not the one that the study knows"
        )
    _require_same(anchor, stated)
    return SignedText(anchor=anchor, text=text)


def _said(record: Record) -> tuple[str | None, object]:
    """Return the document in a record, and the subject and reader that the record names.

    Without looking into the document: a hash binds it to the signature.
    """
    try:
        body = json.loads(record.body)
        (part,) = body["reads"] if record.action == ImportBody.action else (body,)
        text = part["document"]
        return (text if isinstance(text, str) else None), (part["subject"], part["reader"])
    except (ValueError, LookupError, TypeError):
        return None, None


def require_own_names(signed: Iterable[SignedText], named: Iterable[tuple[str, str]]) -> None:
    """Refuse documents that name another subject or reader than the study knows them by.

    Parameters
    ----------
    signed : iterable of SignedText
    named : iterable of tuple of str
        Subject and reader that each names, by who took it apart.

    Raises
    ------
    StoreError
    """
    for one, names in zip(signed, named, strict=True):
        _require_same(one.anchor, names)


def _require_same(anchor: Anchor, names: object) -> None:
    """Refuse a read of somebody else."""
    if names != (anchor.subject, anchor.reader):
        raise StoreError(
            f"{_where(anchor)}: the signed document is of another subject or reader; run verify"
        )


def _parsed(texts: Iterable[SignedText]) -> tuple[SignedRead, ...]:
    """Return documents with what they say."""
    signed = tuple(texts)
    reads = [parse_read_document(one.text.encode("utf-8"), _where(one.anchor)) for one in signed]
    require_own_names(signed, ((one.subject, one.reader) for one in reads))
    return tuple(
        SignedRead(anchor=one.anchor, text=one.text, read=read)
        for one, read in zip(signed, reads, strict=True)
    )


def _where(anchor: Anchor) -> str:
    return f"reader {anchor.reader}, subject {anchor.subject}"
