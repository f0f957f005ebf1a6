"""Files of readers in a study: nobody else who reads there is given anything of them.

What enforces it is who may open the files; this refuses as well where they
all belong to one account, and without a look at whether there is such a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recistkit.errors import RoleError
from recistkit.model.scan_record import SCANS_FOLDER
from recistkit.study.study_files import STUDY_FILE, is_study

__all__ = ["beside_scans", "require_own"]

READERS: Final = "readers"


def require_own(path: Path | str) -> None:
    """Refuse the readers' files of a study, and its own, but to that reader and to the manager.

    Parameters
    ----------
    path : Path or str
        Need not be there; anywhere else it is no concern of this.

    Raises
    ------
    RoleError
        If this login may not look there.
    StoreError, SettingsError
        If the study cannot be opened.
    """
    try:
        found = _study_and_file(Path(path).resolve())
    except (OSError, ValueError):  # no file can have this name
        return
    if found is None:
        return
    from recistkit.study.folder import StudyFolder

    folder, name = found
    with StudyFolder.opened(folder, to_look=True) as study:
        person, actor = study.acting("manager", "reader")
        people = study.settings.people
    own = {one.id for one in people if (one.login, one.role) == (actor.login, "reader")}
    if person.role != "manager" and name not in {*own, *(f"{one}.db" for one in own)}:
        raise RoleError(f"{person.id} reads in this study, and is given no other reader's files")


def beside_scans(folder: Path) -> bool:
    """Return whether a folder is that of a study, or in one and not among its scans.

    How many files are there says what readers have done.
    """
    inside = folder
    for around in (folder, *folder.parents):
        if is_study(around):
            return inside == around or inside.name != SCANS_FOLDER
        inside = around
    return False


def _study_and_file(path: Path) -> tuple[Path, str] | None:
    """Return the study among whose readers' files a path is, and which of them; None elsewhere."""
    parts = path.parts
    for place, part in enumerate(parts):
        folder = Path(*parts[: place or 1])
        if part.casefold() == READERS and is_study(folder):
            return folder, parts[place + 1] if place + 1 < len(parts) else ""
    is_own_file = path.name.casefold() == STUDY_FILE and is_study(path.parent)
    return (path.parent, "") if is_own_file else None
