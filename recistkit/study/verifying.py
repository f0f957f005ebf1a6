"""Whether a study is what it was: chains, anchors, tables, scans, and the charter's file."""

from __future__ import annotations

from pathlib import Path

from recistkit.errors import RecistkitError, RoleError
from recistkit.store.rows import Anchor
from recistkit.store.verify import verify_reader_file, verify_study_file
from recistkit.study.adding.verify_scans import verify_scans
from recistkit.study.begin import charter_text
from recistkit.study.folder import StudyFolder
from recistkit.study.settings import SETTINGS_FILE
from recistkit.study.study_files import STUDY_FILE

__all__ = ["verify_study"]


def verify_study(folder: Path) -> tuple[str, ...]:
    """Return everything that is found to be wrong with a study; nothing if it is sound.

    Nothing is changed. Who manages the study verifies the files of all readers;
    anybody else of it his own only, and learns nothing of another one's.

    Raises
    ------
    RoleError
        If the charter does not name this login.
    """
    found = list(verify_study_file(folder / STUDY_FILE))
    try:
        with StudyFolder.opened(folder, to_look=True) as study:
            person, _ = study.acting("manager", "adjudicator", "reader")
            found += _readers(study, None if person.role == "manager" else person.id)
            found += verify_scans(study.file.scans(), folder)
            found += _charter(study)
    except RoleError:
        raise
    except RecistkitError as error:
        found += [] if found else [str(error)]
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
        elif any(one.reader == reader for one in anchors):
            found.append(f"{path.name}: is not there, and holds what was signed")
    return found


def _charter(study: StudyFolder) -> list[str]:
    """Return whether `study.toml` says what the charter in force says."""
    path = study.path / SETTINGS_FILE
    if not path.exists():
        return [f"{path.name}: is not there; the charter in force is in {STUDY_FILE}"]
    if charter_text(path) != study.file.charter().text:
        return [f"{path.name}: is not the charter in force; 'study amend' makes it so"]
    return []
