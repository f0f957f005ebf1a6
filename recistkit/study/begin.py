"""From a charter to a study: `study.toml` becomes version 1 of the charter in `study.db`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recistkit.errors import OptionError, OutputError
from recistkit.store.actor import Actor
from recistkit.store.bodies import CharterBody
from recistkit.store.chain import Record
from recistkit.store.study_file import StudyFile
from recistkit.study.folder import StudyFolder
from recistkit.study.own_files import require_own
from recistkit.study.settings import SETTINGS_FILE, StudySettings, settings_of
from recistkit.study.study_files import STUDY_FILE, is_study

__all__ = ["amend_charter", "init_study"]

_TEMPLATE: Final = """\
# The charter of this study. Once the study is begun, a change to this file takes
# effect with `recistkit study amend`, which asks for the reason.
id = "{study}"
criteria = "recist-1.1"
resolution_mm = 0.1
show_response = "after-measurement"
reading_order = "by-visit"

[[people]]
id = "manager"
login = {login}
role = "manager"

# [[people]]
# id = "A"
# login = "the login that reads as A"
# role = "reader"
"""


def init_study(folder: Path, *, study: str | None = None) -> StudySettings:
    """Begin a study in a folder, by its `study.toml` or by one that is written for it.

    Parameters
    ----------
    folder : Path
        Is made where it is not there.
    study : str, optional
        Id of the study, for a `study.toml` that is not there; the folder's
        name unless given.

    Raises
    ------
    OptionError
        If the folder is a study already, or its charter names no manager.
    SettingsError, StoreError, OutputError
        If the charter has faults, or nothing can be written.
    """
    require_own(folder)
    if is_study(folder):
        raise OptionError(f"{folder.name} is a study already; its charter changes by 'study amend'")
    actor = Actor.here("manager")
    path = folder / SETTINGS_FILE
    is_new = not path.exists()
    text = _new_charter(study or folder.name, actor) if is_new else charter_text(path)
    settings = _usable(text, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_new:
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path.name}: cannot be written: {error.strerror}") from None
    StudyFile.create(folder / STUDY_FILE, settings.id, charter=text, actor=actor).close()
    return settings


def amend_charter(study: StudyFolder, text: str, reason: str) -> Record:
    """Let another text be the charter from now on; what was done before names its own version.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    OptionError
        If nothing is changed, or the study would become another one.
    SettingsError
        If the text has faults.
    """
    _, actor = study.acting("manager")
    before = study.file.charter()
    if text == before.text:
        raise OptionError("the charter says the same already")
    settings = _usable(text, study.path)
    if settings.id != study.settings.id:
        raise OptionError(f"this study is {study.settings.id!r}; its id cannot change")
    return study.file.append(
        actor,
        CharterBody.of(text),
        reason=reason,
        expected_revision=study.file.revision + 1,
    )


def charter_text(path: Path) -> str:
    """Return the text of a charter's file.

    Raises
    ------
    OptionError
        If it cannot be opened as text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise OptionError(f"{path.name} cannot be opened as text: {reason}") from None


def _usable(text: str, folder: Path) -> StudySettings:
    """Return the settings of a charter that a study can be managed by.

    Raises
    ------
    SettingsError
        If it has faults.
    OptionError
        If nobody could manage the study.
    """
    settings = settings_of(text, folder)
    if not any(person.role == "manager" for person in settings.people):
        raise OptionError(f'{SETTINGS_FILE} names no manager: [[people]] with role = "manager"')
    return settings


def _new_charter(study: str, actor: Actor) -> str:
    """Return the text of a first charter, managed by whoever begins the study."""
    login = "'" + actor.login + "'" if "'" not in actor.login else f'"{actor.login}"'
    return _TEMPLATE.format(study=study.replace('"', ""), login=login)
