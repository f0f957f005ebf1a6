"""A study's folder: its charter in force, its files, and who may do what in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from recistkit.errors import OptionError, RoleError, StoreError
from recistkit.store.actor import Actor
from recistkit.store.rows import Timepoint
from recistkit.store.study_file import StudyFile
from recistkit.study.charter import Role
from recistkit.study.settings import Person, StudySettings, load_settings, settings_of
from recistkit.study.study_files import STUDY_FILE, is_study

__all__ = ["StudyFolder", "settings_in_force"]

READERS: Final = "readers"


def settings_in_force(folder: Path | str) -> StudySettings:
    """Return the settings of a folder: of a study's charter, else of its `study.toml`.

    Raises
    ------
    SettingsError, StoreError
        If they have faults, or cannot be read.
    """
    if not is_study(folder):
        return load_settings(folder)
    with StudyFolder.opened(folder, to_look=True) as study:
        return study.settings


class StudyFolder:
    """A study that is open; see `StudyFolder.opened`.

    Attributes
    ----------
    path : Path
    file : StudyFile
        Gives a reader, or a login that the charter does not name, nothing of other readers.
    settings : StudySettings
        Of the charter in force, which is the one in `study.db`.
    charter_version : int
    """

    def __init__(self, path: Path, file: StudyFile) -> None:
        self.path = path
        self.file = file
        charter = file.charter()
        self.charter_version = charter.version
        self.settings: StudySettings = settings_of(charter.text, path, name="the study's charter")
        if not self._may_see_all():
            file.restrict_to(self._own_ids("reader"))

    @classmethod
    @contextmanager
    def opened(cls, path: Path | str, *, to_look: bool = False) -> Iterator[StudyFolder]:
        """Give a study until the block ends.

        Raises
        ------
        StoreError, SettingsError
            If it is no study, or cannot be used.
        """
        path = Path(path)
        with StudyFile.open(path / STUDY_FILE, to_look=to_look) as file:
            yield cls(path, file)

    @property
    def reader_ids(self) -> tuple[str, ...]:
        """Ids of the readers, in the order of the charter."""
        return tuple(one.id for one in self.settings.people if one.role == "reader")

    def visits(self) -> dict[str, tuple[str, ...]]:
        """Return the labels of each subject's visits in their order."""
        found: dict[str, list[str]] = {}
        for one in sorted(self.file.rows(Timepoint), key=lambda visit: visit.position):
            found.setdefault(one.subject, []).append(one.label)
        return {subject: tuple(labels) for subject, labels in found.items()}

    def person(self, name: str) -> Person:
        """Return somebody of the study by id.

        Raises
        ------
        OptionError
            If there is nobody of this id.
        """
        found = next((one for one in self.settings.people if one.id == name), None)
        if found is None:
            known = ", ".join(one.id for one in self.settings.people) or "nobody"
            raise OptionError(f"the charter names no {name!r}; it names {known}")
        return found

    def acting(self, *roles: Role) -> tuple[Person, Actor]:
        """Return who this process acts as, in the first of the roles that its login has.

        Raises
        ------
        RoleError
            If the charter gives this login none of them.
        """
        for role in roles:
            actor = Actor.here(role)
            for person in self.settings.people:
                if (person.login, person.role) == (actor.login, role):
                    return person, actor
        raise RoleError(
            f"this needs the role {' or '.join(roles)}; the study's charter does not give it to "
            f"the login {Actor.here(roles[0]).login}"
        )

    def _may_see_all(self) -> bool:
        """Return whether this login manages or adjudicates here."""
        return bool(self._own_ids("manager") or self._own_ids("adjudicator"))

    def _own_ids(self, role: Role) -> tuple[str, ...]:
        """Return whom of a role this login acts as."""
        try:
            login = Actor.here(role).login
        except StoreError:
            return ()
        own = (login, role)
        return tuple(one.id for one in self.settings.people if (one.login, one.role) == own)

    def require_reader(self, reader: str) -> Actor:
        """Return who reads, if this login may act as this reader.

        Raises
        ------
        OptionError
            If there is no such person, or it is no reader.
        RoleError
            If the login is another one's.
        """
        person = self.person(reader)
        if person.role != "reader":
            raise OptionError(f"{reader} does not read in this study: {person.role}")
        actor = Actor.here("reader")
        if person.login != actor.login:
            raise RoleError(f"the login {actor.login} may not read as {reader}")
        return actor

    def require_subjects(self, subjects: Collection[str], known: Collection[str]) -> None:
        """Refuse subjects that the study does not have, all at once.

        Raises
        ------
        OptionError
        """
        strangers = [subject for subject in subjects if subject not in known]
        if strangers:
            raise OptionError(f"the study has no subject {', '.join(strangers)}")

    def reader_path(self, reader: str) -> Path:
        """Return where the file of a reader is."""
        return self.path / READERS / f"{reader}.db"
