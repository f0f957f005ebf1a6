"""The key file of a study: the only place that links its subjects to patients.

It lies beside the study's folder, never in it, and belongs to whoever added the
scans. It holds the secret key of the study's stand-ins (UIDs above all), which
subject each patient is, and which UIDs the scans came with. Without it no scan
can be added to the study any more; the reads do not need it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from recistkit.exchange.on_disk import settle_folder
from recistkit.model.fields import DocumentPart, Uid
from recistkit.model.scan_record import FolderName, ScanRecord
from recistkit.scans.deidentification.pseudonyms import KEY_BYTES, Pseudonyms, new_key
from recistkit.study.adding.problems import Problem, ScansRefusedError

__all__ = [
    "CopyLink",
    "KeyDocument",
    "PatientLink",
    "SeriesLink",
    "default_key_file",
    "load_key",
    "save_key",
    "stored_key",
]

_OWNER_ONLY: Final = 0o600
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_MAX_BYTES: Final = 1024**3
_LOST: Final = (
    "the study has scans, and its key file is not there; without it nobody can tell which patient "
    "is which subject. Say where it is, or put it back from a copy"
)


class PatientLink(DocumentPart):
    """Which subject a patient is.

    Attributes
    ----------
    patient_id, issuer : str
        As the scans state them.
    birth : str
        Stand-in of the birth date, to notice two patients of one id; empty where unknown.
    subject : str
        The study's own id.
    """

    patient_id: str
    issuer: str
    birth: str
    subject: FolderName


class SeriesLink(DocumentPart):
    """What a series was called where it came from.

    Attributes
    ----------
    patient : tuple of str or None
        Patient id and issuer.
    uid, original_uid : str
        The study's UID and the one that it came with; so are the others.
    instances_prefix, instances : str, tuple of str
        Former UIDs of the slices, in their order: the prefix and the end of
        each. Their new ones follow from them and the key.
    """

    patient: tuple[str, str] | None
    uid: Uid
    original_uid: str
    study_uid: Uid | None
    original_study_uid: str | None
    frame_of_reference: Uid | None
    original_frame_of_reference: str | None
    instances_prefix: str
    instances: tuple[str, ...]


class CopyLink(DocumentPart):
    """That a series is a second copy of one that is in the study, both by the study's UIDs."""

    uid: Uid
    copy_of: Uid


class KeyDocument(DocumentPart):
    """What a key file holds.

    Attributes
    ----------
    format : str
        Always ``"recistkit-key-1"``.
    key : str
        The secret key, in hexadecimal digits.
    patients : tuple of PatientLink
    series : tuple of SeriesLink
    copies : tuple of CopyLink
    """

    format: Literal["recistkit-key-1"] = "recistkit-key-1"
    key: Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{2 * KEY_BYTES}}}$")] = Field(
        repr=False
    )
    patients: tuple[PatientLink, ...] = Field(default=(), repr=False)
    series: tuple[SeriesLink, ...] = Field(default=(), repr=False)
    copies: tuple[CopyLink, ...] = Field(default=(), repr=False)

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The stand-ins that are made with this key."""
        return Pseudonyms(bytes.fromhex(self.key))

    def extended(
        self, patients: Iterable[PatientLink], series: Iterable[SeriesLink]
    ) -> KeyDocument:
        """Return it with links added; one that is there already stays as it is."""
        known = {(link.patient_id, link.issuer): link for link in self.patients}
        for link in patients:
            known.setdefault((link.patient_id, link.issuer), link)
        scans = {link.uid: link for link in self.series}
        scans.update({link.uid: link for link in series})
        return self.model_copy(
            update={"patients": tuple(known.values()), "series": tuple(scans.values())}
        )


def default_key_file(study: Path | str) -> Path:
    """Return where the key file of a study is unless said otherwise: beside its folder.

    Examples
    --------
    >>> default_key_file("trials/zhu").as_posix().rpartition("trials/")[2]
    'zhu-key.json'
    """
    folder = Path(study).absolute()
    return folder.with_name(f"{folder.name}-key.json")


def load_key(path: Path, study: Path, existing: Sequence[ScanRecord]) -> KeyDocument:
    """Return the key of a study; a new one, not yet saved, for a study without scans.

    Parameters
    ----------
    path : Path
        The key file.
    study : Path
        Folder of the study.
    existing : sequence of ScanRecord
        The scans that the study has.

    Raises
    ------
    ScansRefusedError
        If it is lost, damaged, that of another study, or would lie in the study.
    """
    if path.absolute().resolve().is_relative_to(study.absolute().resolve()):
        raise _refused("the key file must not lie in the study's folder, which readers can open")
    if not path.exists():
        if existing:
            raise _refused(_LOST)
        return KeyDocument(key=new_key().hex())
    document = stored_key(path)
    linked = {link.uid for link in document.series} | {link.uid for link in document.copies}
    if not {record.series_uid for record in existing} <= linked:
        raise _refused("the key file is that of another study, or an old copy: scans are not in it")
    return document


def stored_key(path: Path) -> KeyDocument:
    """Return what a key file holds; its `pseudonyms` lead from a former UID to the study's.

    Raises
    ------
    ScansRefusedError
        If that cannot be told. What stands in it is not repeated.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) <= _MAX_BYTES:
            return KeyDocument.model_validate_json(data)
        reason = "the key file is too large to be one"
    except OSError as error:
        reason = f"the key file cannot be opened ({type(error).__name__})"
    except ValidationError:
        reason = "the key file is damaged, or no key file of this version"
    raise _refused(reason)


def save_key(document: KeyDocument, path: Path) -> None:
    """Save a key file, whole or not at all, for its owner only where the system can say so.

    Raises
    ------
    ScansRefusedError
        If it cannot be written; one that was there is untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    data = (document.model_dump_json(indent=1) + "\n").encode("utf-8")
    try:
        opened = os.open(temporary, _NEW_FILE, _OWNER_ONLY)
        with os.fdopen(opened, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        settle_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        reason = f"the key file cannot be written ({type(error).__name__})"
    else:
        return
    raise _refused(reason)


def _refused(reason: str) -> ScansRefusedError:
    """Return the error of one reason."""
    return ScansRefusedError([Problem(reason=reason)])
