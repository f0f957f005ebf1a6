"""A read in a study: each signature goes into the chain of the read, and the study learns of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recistkit.errors import ReadingError, RecistkitError
from recistkit.exchange.read_document import read_document_text
from recistkit.model.read import Read
from recistkit.store.actor import Actor
from recistkit.store.anchoring import catch_up
from recistkit.store.bodies import AmendBody, SignBody
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.rows import CharterVersion
from recistkit.study.folder import StudyFolder
from recistkit.study.own_files import require_own
from recistkit.study.study_files import is_study

__all__ = ["ReadChain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChain:
    """What a session needs of the study that it belongs to.

    Attributes
    ----------
    folder : Path
        Of the study.
    study, reader : str
    actor : Actor
        Who reads.
    charter : int
        Version in force when the case was opened.
    charter_sha256 : str
        Of its text.
    needs_leave : bool
        Whether a signed visit is opened again only after a manager's leave.
    """

    folder: Path
    study: str
    reader: str
    actor: Actor
    charter: int
    charter_sha256: str
    needs_leave: bool

    @classmethod
    def of(cls, folder: Path, reader: str) -> ReadChain | None:
        """Return that of a reader; None in a folder that is no study.

        Raises
        ------
        RoleError, OptionError
            If this login may not read as this reader.
        """
        if not is_study(folder):
            require_own(folder)
            return None
        with StudyFolder.opened(folder, to_look=True) as study:
            (charter,) = study.file.rows(CharterVersion, version=study.charter_version)
            return cls(
                folder=folder,
                study=study.file.study,
                reader=reader,
                actor=study.require_reader(reader),
                charter=charter.version,
                charter_sha256=charter.sha256,
                needs_leave=study.settings.reading_order == "by-visit",
            )

    def signed(self, document: Read) -> Entry:
        """Return the record of a signature: of the exact text, which reaches to its last visit."""
        body = SignBody.of(
            subject=document.subject,
            reader=self.reader,
            document=read_document_text(document),
            timepoint=document.timepoints[-1].label,
            charter_sha256=self.charter_sha256,
        )
        return self._entry(body)

    def amended(self, journal: Journal, subject: str, visit: str, reason: str) -> Entry:
        """Return the record of an amendment.

        Raises
        ------
        ReadingError
            If the study's manager has given no leave since the last signature,
            or the study cannot be told of that one.
        """
        if self.needs_leave:
            self._require_leave(journal, subject, visit)
        body = AmendBody(
            subject=subject,
            reader=self.reader,
            timepoint=visit,
            charter_sha256=self.charter_sha256,
        )
        return self._entry(body, reason)

    def tell_study(self, journal: Journal) -> str:
        """Let the study know of every signature; return what to say to the reader if it fails."""
        try:
            with StudyFolder.opened(self.folder) as study:
                catch_up(journal, study.file, self.actor)
        except RecistkitError as error:  # what is signed is on disk whatever the study says
            return f"the study does not know of the last signature yet: {error}"
        return ""

    def _require_leave(self, journal: Journal, subject: str, visit: str) -> None:
        try:
            with StudyFolder.opened(self.folder) as study:
                catch_up(journal, study.file, self.actor)  # or a leave that was used would be good
                leaves = study.file.leaves(subject=subject, reader=self.reader)
        except RecistkitError as error:
            raise ReadingError(f"{visit} cannot be opened again now: {error}") from error
        if not any(one.timepoint in {None, visit} for one in leaves):
            raise ReadingError(f"{visit} is signed: ask who manages the study to unlock it first")

    def _entry(self, body: SignBody | AmendBody, reason: str | None = None) -> Entry:
        return Entry(actor=self.actor, body=body, charter=self.charter, reason=reason)
