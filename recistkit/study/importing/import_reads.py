"""Read documents made elsewhere become signed reads of the study: all of them or none.

Each is added to the chain of its read as an IMPORT by whoever manages the study,
with the hash of the file that it came in: an audit tells it from a signature
that was given here. A document that was imported before is left as it is, so that
an import that was interrupted between the files of two readers is simply repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.errors import DocumentError, Fault, OptionError
from recistkit.exchange.read_document import (
    MAX_DOCUMENT_BYTES,
    parse_read_document,
    read_document_text,
)
from recistkit.model.read import Read
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.store.actor import Actor
from recistkit.store.anchoring import catch_up
from recistkit.store.bodies import ImportBody, ImportedRead, text_hash
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.rows import Subject
from recistkit.study.adding.key_file import default_key_file, stored_key
from recistkit.study.adding.problems import ScansRefusedError
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.begun_reads import begun_reads
from recistkit.study.importing.document_faults import Expected, document_faults, table_faults
from recistkit.study.importing.subject_mapping import load_subject_mapping
from recistkit.study.importing.translation import KnownScans, renamed, translated

__all__ = ["ImportedReads", "import_reads"]

_SOURCE: Final = "documents"
"""What errors call all documents together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedReads:
    """What was imported.

    Attributes
    ----------
    added : tuple of ImportedRead
        In order of subject and reader.
    known : int
        How many documents had been imported before.
    """

    added: tuple[ImportedRead, ...]
    known: int


@dataclass(frozen=True, slots=True)
class _Document:
    """A document with the file that it came in."""

    name: str
    original_sha256: str
    read: Read

    @property
    def key(self) -> tuple[str, str]:
        """Subject and reader."""
        return self.read.subject, self.read.reader

    def with_read(self, read: Read) -> _Document:
        return _Document(self.name, self.original_sha256, read)


def import_reads(
    study: StudyFolder,
    documents: Sequence[Path | str],
    *,
    mapping: Path | str | None = None,
    key_file: Path | str | None = None,
    from_study: str | None = None,
) -> ImportedReads:
    """Let read documents made elsewhere be signed reads of a study.

    Parameters
    ----------
    study : StudyFolder
    documents : sequence of Path or str
        Files, and folders of which every ``*.json`` is taken.
    mapping : Path or str, optional
        CSV with ``subject,study_subject``, where documents call subjects otherwise.
    key_file : Path or str, optional
        Leads from the series that documents name to the study's; beside the
        study's folder unless given.
    from_study : str, optional
        Id of the study that the documents state, where it is another one.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    DocumentError, TableError
        If documents or mapping have faults: all of them are named, and nothing was imported.
    OptionError
        If there is no document.
    StoreError
        If something was not saved; each reader's documents are all imported or none.
    """
    _, actor = study.acting("manager")
    subjects = [one.subject for one in study.file.rows(Subject)]
    names = load_subject_mapping(Path(mapping), subjects) if mapping else {}
    found, faults = _loaded(_paths(documents))
    faults += _unmapped(found, names) if mapping else ()
    own = study.settings.id
    found = [
        one.with_read(
            renamed(
                one.read,
                study=own if one.read.study in {own, from_study} else one.read.study,
                subject=names.get(one.read.subject, one.read.subject),
            )
        )
        for one in found
    ]
    faults += _twice(found)
    new, known = _not_imported_yet(study, found, faults)
    new = _checked(study, new, Path(key_file) if key_file else None, faults)
    if faults:
        raise DocumentError(_SOURCE, faults)
    return ImportedReads(added=_saved(study, actor, new, known), known=len(known))


def _paths(documents: Iterable[Path | str]) -> list[Path]:
    """Return the files of documents.

    Raises
    ------
    OptionError
        If there is none.
    """
    paths = [
        path
        for given in map(Path, documents)
        for path in (sorted(given.glob("*.json")) if given.is_dir() else [given])
    ]
    if not paths:
        raise OptionError("there is no read document (*.json) to import")
    return list(dict.fromkeys(paths))


def _loaded(paths: Iterable[Path]) -> tuple[list[_Document], list[Fault]]:
    """Return the documents that can be loaded, and the faults of the others."""
    found: list[_Document] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_DOCUMENT_BYTES + 1)
            read = parse_read_document(data, path.name)
        except OSError as error:
            message = f"cannot be opened: {error.strerror or type(error).__name__}"
            faults.append(Fault(0, path.name, message))
        except DocumentError as error:
            faults += [_named(path.name, fault) for fault in error.faults]
        else:
            found.append(_Document(path.name, hashlib.sha256(data).hexdigest(), read))
    return found, faults


def _named(name: str, fault: Fault) -> Fault:
    """Return a fault with the name of its file."""
    return Fault(0, f"{name}: {fault.column}".removesuffix(": "), fault.message)


def _twice(found: Iterable[_Document]) -> list[Fault]:
    """Return which documents are of a subject and reader of which another one is."""
    first: dict[tuple[str, str], str] = {}
    faults = []
    for one in found:
        if first.setdefault(one.key, one.name) != one.name:
            subject, reader = one.key
            message = f"is of subject {subject} and reader {reader}, as is {first[one.key]}"
            faults.append(Fault(0, one.name, message))
    return faults


def _unmapped(found: Iterable[_Document], names: Collection[str]) -> list[Fault]:
    """Return which documents, as they came, are of a subject that the mapping does not name."""
    return [
        Fault(0, one.name, "the mapping does not name its subject")
        for one in found
        if one.read.subject not in names
    ]


def _not_imported_yet(
    study: StudyFolder, found: Sequence[_Document], faults: list[Fault]
) -> tuple[list[_Document], list[_Document]]:
    """Return the documents that are new, and those that stand in their chains already."""
    readers = {one.read.reader for one in found} & {*study.reader_ids}
    begun = {reader: begun_reads(study, reader) for reader in readers}
    new, known = [], []
    for one in found:
        before = begun.get(one.read.reader, {}).get(one.read.subject)
        if before is None:
            new.append(one)
        elif before.original_sha256 == one.original_sha256:
            known.append(one)
        else:
            new.append(one)
            faults.append(Fault(0, one.name, before.said))
    return new, known


def _checked(
    study: StudyFolder, found: Sequence[_Document], key_file: Path | None, faults: list[Fault]
) -> list[_Document]:
    """Return documents under the study's names of scans; what speaks against them is added."""
    expected, scans = Expected.of(study), _known_scans(study, key_file)
    checked = []
    for one in found:
        speaks_against = document_faults(one.read, expected)
        read, of_scans = translated(one.read, scans)
        if one.read.subject in expected.visits:
            speaks_against += of_scans
        faults += [_named(one.name, fault) for fault in speaks_against]
        checked.append(one.with_read(read))
    if checked and not faults:  # tables of what is wrong already would only repeat it
        faults += [
            _named(checked[number].name, fault)
            for number, fault in table_faults([one.read for one in checked])
        ]
    return checked


def _known_scans(study: StudyFolder, key_file: Path | None) -> KnownScans:
    """Return the scans of a study, and what leads to them from their former UIDs.

    Raises
    ------
    OptionError
        If the key file cannot be used.
    """
    path = key_file or default_key_file(study.path)
    pseudonyms: Pseudonyms | None = None
    if key_file is not None or path.is_file():
        try:
            pseudonyms = stored_key(path).pseudonyms
        except ScansRefusedError as error:
            raise OptionError("; ".join(one.reason for one in error.problems)) from None
    return KnownScans({scan.series_uid: scan for scan in study.file.scans()}, pseudonyms)


def _saved(
    study: StudyFolder, actor: Actor, new: Sequence[_Document], known: Sequence[_Document]
) -> tuple[ImportedRead, ...]:
    """Add documents to the chains of their reads, reader by reader, and anchor them."""
    added: list[ImportedRead] = []
    for reader in sorted({one.read.reader for one in (*new, *known)}):
        bodies = {one.read.subject: _body(study, one) for one in new if one.read.reader == reader}
        records: Mapping[str, Entry] = {
            subject: Entry(
                actor=actor, body=ImportBody(reads=(body,)), charter=study.charter_version
            )
            for subject, body in sorted(bodies.items())
        }
        with Journal.open(study.reader_path(reader), reader, study=study.file.study) as journal:
            journal.append_first_records(records)
            catch_up(journal, study.file, actor)
        added += bodies.values()
    return tuple(sorted(added, key=lambda body: (body.subject, body.reader)))


def _body(study: StudyFolder, document: _Document) -> ImportedRead:
    """Return what the chain of a read is to say of a document."""
    text, labels = read_document_text(document.read), study.visits()[document.read.subject]
    covered = {item.label for item in document.read.timepoints}
    return ImportedRead(
        subject=document.read.subject,
        reader=document.read.reader,
        timepoint=[label for label in labels if label in covered][-1],
        document=text,
        document_hash=text_hash(text),
        original_sha256=document.original_sha256,
    )
