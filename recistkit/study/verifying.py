"""Whether a study is what it was: chains, anchors, tables, scans, and the charter's file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from recistkit.errors import RecistkitError, RoleError, StoreError
from recistkit.store.anchoring import anchor_of, unanchored
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.verify import verify_reader_file, verify_study_file
from recistkit.study.adding.verify_scans import verify_scans
from recistkit.study.begin import charter_text
from recistkit.study.folder import StudyFolder
from recistkit.study.settings import SETTINGS_FILE
from recistkit.study.study_files import STUDY_FILE

__all__ = ["verify_study"]

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
            found = found if is_manager else [_NOT_SOUND] * bool(found)
            found += _readers(study, None if is_manager else person.id)
            found += verify_scans(study.file.scans(), folder)
            found += _charter(study)
    except RoleError:
        raise
    except RecistkitError as error:
        if not (is_manager and found):  # who asks may not be known, and be a reader
            found = [str(error)]
    return tuple(found)


def _readers(study: StudyFolder, only: str | None) -> list[str]:
    """Return what is wrong with the files of the readers, or of one of them."""
    anchors = study.file.rows(Anchor)
    found: list[str] = []
    readers = {*study.reader_ids, *(one.reader for one in anchors)}
    for reader in sorted(readers if only is None else readers & {only}):
        path = study.reader_path(reader)
        if path.is_file():
            name = study.file.study
            found += verify_reader_file(path, reader, study=name, anchors=anchors)
            found += _not_told(study, path, reader)
        elif any(one.reader == reader for one in anchors):
            found.append(f"{path.name}: is not there, and holds what was signed")
        found += _documents(path, reader)
    return found


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
        last = _last_signed(path, reader) if path.is_file() else frozenset()
    except StoreError:
        return []  # what is wrong with the reader's file is said of the file
    return [
        f"{one.name}: is not what was signed last" for one in found if _hash_of(one) not in last
    ]


def _hash_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _last_signed(path: Path, reader: str) -> frozenset[str]:
    """Return the hashes of the last document of each read.

    Raises
    ------
    StoreError
        If the reader's file cannot be read.
    """
    with Journal.open_to_look(path, reader) as journal:
        signed = [anchor_of(record, reader) for record in journal.records()]
    last = {one.subject: one.document_hash for one in signed if one is not None}
    return frozenset(last.values())


def _charter(study: StudyFolder) -> list[str]:
    """Return whether `study.toml` says what the charter in force says."""
    path = study.path / SETTINGS_FILE
    if not path.exists():
        return [f"{path.name}: is not there; the charter in force is in {STUDY_FILE}"]
    if charter_text(path) != study.file.charter().text:
        return [f"{path.name}: is not the charter in force; 'study amend' makes it so"]
    return []
