"""Where a reader's files are in a folder, and which names can be part of a file name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from recistkit.errors import OptionError
from recistkit.model.scan_record import BEFORE_READER, FolderName
from recistkit.study.study_files import is_study

__all__ = [
    "SUBJECT_FREE",
    "document_path",
    "fit_for_file_name",
    "journal_path",
    "key_image_folder",
    "key_image_name",
    "reads_folder",
    "scans_folder",
]

DOCUMENTS: Final = "reads"
JOURNALS: Final = "readers"
KEY_IMAGES: Final = "key-images"
SCANS: Final = "scans"
SUBJECT_FREE: Final = frozenset({DOCUMENTS, JOURNALS})
"""Folders beside those of the subjects."""
_UNFIT_CHARACTER: Final = re.compile(r'[<>:"/\\|?*]')
_NAME: Final = TypeAdapter[str](FolderName)
_REASONS: Final = {
    "long_folder_name": "the name of this {of} is longer than 64 characters",
    "folder_name": "the name of this {of} cannot be part of a file name on every system",
}
_NO_NAME: Final = "this {of} has no name that a document could hold"


def fit_for_file_name(name: str, *, of: str) -> str:
    """Return a name that may be part of a file's, on every system.

    Parameters
    ----------
    name : str
        Id of a reader or a subject.
    of : str
        Whose, for the message: ``"reader"`` or ``"subject"``.

    Raises
    ------
    OptionError
        If it may not. The message does not repeat it.
    """
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        reason = _REASONS.get(error.errors()[0]["type"], _NO_NAME)
    raise OptionError(reason.format(of=of))


def reads_folder(folder: Path, reader: str) -> Path:
    """Return where the read documents of a reader are.

    In a study they lie in a folder of the reader's own, so that not even the
    name of a file tells another reader anything.
    """
    return folder / JOURNALS / reader if is_study(folder) else folder / DOCUMENTS


def scans_folder(folder: Path) -> Path:
    """Return where the folders of the subjects are."""
    return folder / SCANS if is_study(folder) else folder


def document_path(reads_folder: Path, subject: str, reader: str) -> Path:
    """Return where the read document of a subject and reader is, in the folder of documents."""
    return reads_folder / f"{subject}{BEFORE_READER}{reader}.json"


def key_image_folder(folder: Path, subject: str, reader: str) -> Path:
    """Return where the key images of a reader and a subject are: beside the document."""
    return reads_folder(folder, reader) / KEY_IMAGES / f"{subject}{BEFORE_READER}{reader}"


def key_image_name(visit: str, lesion: str, fragment: str | None = None) -> str:
    """Return the file name of a key image; what no file name may hold becomes ``-``.

    Examples
    --------
    >>> key_image_name("month 2", "T1"), key_image_name("week 8/9", "T2", "a")
    ('month 2_T1.png', 'week 8-9_T2-a.png')
    """
    lesion = lesion if fragment is None else f"{lesion}-{fragment}"
    return _UNFIT_CHARACTER.sub("-", f"{visit}_{lesion}") + ".png"


def journal_path(folder: Path, reader: str) -> Path:
    """Return where the journal of a reader is."""
    return folder / JOURNALS / f"{reader}.db"
