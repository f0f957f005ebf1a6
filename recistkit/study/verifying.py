"""Whether a study is what it was: chains, anchors, tables, scans, and the charter's file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from recistkit.errors import DocumentError, RecistkitError, RoleError, StoreError
from recistkit.exchange.mask_files import mask_faults
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.scan_record import BEFORE_READER
from recistkit.store.anchoring import anchor_of, signed_text, unanchored
from recistkit.store.chain import read_chain
from recistkit.store.event import event_of
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.taking_over import content_of
from recistkit.store.verify import verify_reader_file, verify_study_file
from recistkit.study.adding.verify_scans import verify_scans
from recistkit.study.begin import charter_text
from recistkit.study.chain_rules import ChainRules
from recistkit.study.draft_order import differing_draft, signed_in_draft
from recistkit.study.folder import StudyFolder
from recistkit.study.record_order import steps
from recistkit.study.settings import SETTINGS_FILE
from recistkit.study.study_files import STUDY_FILE

__all__ = ["verify_study"]

_ODD_EVENT: Final = (LookupError, TypeError, AttributeError, ValueError)
"""What comes of an event that no reading room saved."""
_NOT_SOUND: Final = f"{STUDY_FILE}: is not as recorded; ask who manages the study to verify it"


def verify_study(folder: Path) -> tuple[str, ...]:
    """Return everything that is found to be wrong with a study; nothing if it is sound.

    Nothing is changed. Who manages the study verifies the files of all readers;
    anybody else of it his own only, and learns nothing of another one's: not
    even which record of the study's chain is wrong, since that counts them.

    Raises
    ------
    RoleError
        If the charter does not name this login.
    """
    found, is_manager = list(verify_study_file(folder / STUDY_FILE)), False
    try:
        with StudyFolder.opened(folder, to_look=True) as study:
            person, _ = study.acting("manager", "adjudicator", "reader")
            is_manager = person.role == "manager"
            is_sound = not found
            found = found if is_manager else [_NOT_SOUND] * bool(found)
            found += _readers(study, None if is_manager else person.id, in_order=is_sound)
            found += verify_scans(study.file.scans(), folder)
            found += _charter(study)
    except RoleError:
        raise
    except RecistkitError as error:
        if not (is_manager and found):  # who asks may not be known, and be a reader
            found = [str(error)]
    return tuple(found)


def _readers(study: StudyFolder, only: str | None, *, in_order: bool) -> list[str]:
    """Return what is wrong with the files of the readers, or of one of them.

    Parameters
    ----------
    study : StudyFolder
    only : str or None
        Id of the one reader whose file is looked at; None for who manages the study.
    in_order : bool
        Whether the study's own file is sound, which the order of records is compared with.
    """
    anchors = study.file.rows(Anchor)
    found: list[str] = []
    readers = {*study.reader_ids, *(one.reader for one in anchors)}
    for reader in sorted(readers if only is None else readers & {only}):
        path = study.reader_path(reader)
        if path.is_file():
            name = study.file.study
            problems = verify_reader_file(path, reader, study=name, anchors=anchors)
            found += problems
            if in_order and only is None and not problems:
                found += _out_of_order(study, path, reader)
            found += _not_told(study, path, reader)
        elif any(one.reader == reader for one in anchors):
            found.append(f"{path.name}: is not there, and holds what was signed")
        found += [*_documents(path, reader), *_masks(path, reader)]
    return found


def _out_of_order(study: StudyFolder, path: Path, reader: str) -> Iterator[str]:
    """Yield the records and drafts that no reading room could have made; the file is sound."""
    with Journal.open_to_look(path, reader, study=study.file.study) as journal:
        content = content_of(journal)
    rules = ChainRules.of(study)  # after it: a leave is given before it is used
    for _, chain in sorted(content.chains.items()):
        for step in steps(reader, chain, len(chain), rules):
            yield from (f"{path.name}: {step.where}: {fault}" for fault in step.faults)
    for subject, rows in sorted(content.events.items()):
        try:
            signed = signed_in_draft(event_of(row) for row in rows)
        except _ODD_EVENT:
            yield f"{path.name}: {subject}: an event of the draft is none"
            continue
        chain = content.chains.get(read_chain(subject), ())
        yield from (f"{path.name}: {subject}: {fault}" for fault in differing_draft(signed, chain))


def _not_told(study: StudyFolder, path: Path, reader: str) -> list[str]:
    """Return the signatures that the study does not know of, and so does not count."""
    try:
        with Journal.open_to_look(path, reader, study=study.file.study) as journal:
            missing = unanchored(journal, study.file)
    except StoreError:
        return []  # what is wrong with the reader's file is said of the file
    return [
        f"{path.name}: {one.subject}, revision {one.revision} is signed and the study does not "
        "know it; opening the case tells it"
        for one in missing
    ]


def _documents(path: Path, reader: str) -> list[str]:
    """Return the documents beside a reader's file that are not what was signed last.

    They are copies of what stands in the chains, and are written again when the
    case is opened; until then nobody should take one for the signed read.
    """
    found = sorted(path.with_suffix("").glob("*.json"))
    try:
        last = _last_signed(path, reader) if path.is_file() else {}
    except StoreError:
        return []  # what is wrong with the reader's file is said of the file
    return [
        f"{one.name}: is not what was signed last"
        for one in found
        if _hash_of(one) != last.get(one.name)
    ]


def _masks(path: Path, reader: str) -> list[str]:
    """Return the masks of signed documents that are not there, or are not what was signed."""
    if not path.is_file():
        return []
    try:
        with Journal.open_to_look(path, reader) as journal:
            signed = [(one.chain, signed_text(one)) for one in journal.records()]
        last = {chain: text for chain, text in signed if text is not None}
        # Most documents have no mask, and need not be taken apart.
        masked = [text for text in last.values() if '"sha256"' in text]
        reads = [parse_read_document(text.encode("utf-8"), path.name) for text in masked]
    except (StoreError, DocumentError):
        return []  # what is wrong with the reader's file is said of the file
    return [
        f"{read.subject}: {fault}"
        for read in reads
        for fault in mask_faults(read, path.with_suffix(""))
    ]


def _hash_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _last_signed(path: Path, reader: str) -> dict[str, str]:
    """Return the hash of the last document of each read, by the name of its file.

    Raises
    ------
    StoreError
        If the reader's file cannot be read.
    """
    with Journal.open_to_look(path, reader) as journal:
        signed = [anchor_of(record, reader) for record in journal.records()]
    return {
        f"{one.subject}{BEFORE_READER}{reader}.json": one.document_hash
        for one in signed
        if one is not None
    }


def _charter(study: StudyFolder) -> list[str]:
    """Return whether `study.toml` says what the charter in force says."""
    path = study.path / SETTINGS_FILE
    if not path.exists():
        return [f"{path.name}: is not there; the charter in force is in {STUDY_FILE}"]
    if charter_text(path) != study.file.charter().text:
        return [f"{path.name}: is not the charter in force; 'study amend' makes it so"]
    return []
