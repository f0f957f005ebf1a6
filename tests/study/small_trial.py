"""A small trial: two subjects, three visits, two readers, an adjudicator, a manager."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from recistkit.model.mark import ImagePlace
from recistkit.reading.session import ReadSession
from recistkit.study.adding.add_scans import add_scans
from recistkit.study.adding.key_file import default_key_file
from recistkit.study.assigning import assign
from recistkit.study.begin import init_study
from recistkit.study.folder import StudyFolder
from recistkit.study.recording_scans import scans_of
from recistkit.study.verifying import verify_study
from tests.napari_recistkit.small_study import LESIONS, VISITS, axes_of, opened, write_series

__all__ = [
    "CHARTER",
    "PEOPLE",
    "SUBJECTS",
    "acting_as",
    "begin_trial",
    "copy_key",
    "read_all",
    "read_visit",
    "verified",
    "write_source",
]

SUBJECTS = ("S1", "S2")
LOGINS = {"A": "anna", "B": "bert", "J": "judy", "M": "mona"}
ROLES = {"A": "reader", "B": "reader", "J": "adjudicator", "M": "manager"}
_ENTRIES = {
    name: f'\n[[people]]\nid = "{name}"\nlogin = "{login}"\nrole = "{ROLES[name]}"\n'
    for name, login in LOGINS.items()
}
CHARTER = 'id = "TRIAL"\n' + "".join(_ENTRIES.values())
PEOPLE = "".join(_ENTRIES[name] for name in "ABJ")


@contextmanager
def acting_as(person: str) -> Iterator[None]:
    """Let this process be somebody of the charter."""
    with patch("recistkit.store.actor.account_name", lambda: LOGINS[person]):
        yield


def write_source(source: Path, mapping: Path) -> None:
    """Write scans as they come from a hospital, and whose they are."""
    rows = ["folder,subject,timepoint"]
    for number, (subject, visit) in enumerate(itertools.product(SUBJECTS, VISITS), start=1):
        place = source / subject / visit
        write_series(place, "ct", f"1.2.{number}", VISITS[visit], "CT", seed=number)
        rows.append(f"{subject}/{visit},{subject},{visit}")
    mapping.write_text("\n".join(rows) + "\n", encoding="utf-8")


def begin_trial(folder: Path) -> Path:
    """Begin the trial with scans, and assign every subject to everybody."""
    begun = _begun()
    shutil.copy(begun.with_name("trial-key.json"), folder / "trial-key.json")
    return Path(shutil.copytree(begun, folder / "trial"))


def copy_key(trial: Path) -> None:
    """Put the key file where it belongs: beside the trial."""
    shutil.copy(default_key_file(_begun()), default_key_file(trial))


@cache
def _begun() -> Path:
    """Begin it once for all tests of this process."""
    kept = tempfile.TemporaryDirectory()
    atexit.register(kept.cleanup)
    return _begin(Path(kept.name))


def _begin(folder: Path) -> Path:
    source, study, mapping = folder / "source", folder / "trial", folder / "mapping.csv"
    write_source(source, mapping)
    study.mkdir()
    (study / "study.toml").write_text(CHARTER, encoding="utf-8")
    with acting_as("M"):
        init_study(study)
        with StudyFolder.opened(study) as opened_study:
            add_scans(source, study, scans=scans_of(opened_study), mapping=mapping)
            assign(opened_study, ["A", "B", "J"])
    return study


def verified(study: Path, person: str = "M") -> tuple[str, ...]:
    """Return what somebody finds to be wrong with the trial."""
    with acting_as(person):
        return verify_study(study)


def read_all(
    study: Path,
    reader: str,
    share: float,
    subjects: tuple[str, ...] = SUBJECTS,
    *,
    since: int = 0,
    visits: int = len(VISITS),
    sign: bool = True,
) -> None:
    """Read visits of subjects as somebody; later lesions have a share of their size.

    Parameters
    ----------
    study : Path
    reader : str
    share : float
    subjects : tuple of str
    since, visits : int
        The first visit that is read, counted from 0, and the first that is not.
    sign : bool
        Whether what is read is signed.
    """
    with acting_as(reader):
        for subject in subjects:
            with opened(study, subject, reader) as session:
                for number, visit in list(enumerate(session.visits))[since:visits]:
                    session.go_to_visit(visit)
                    read_visit(session, number, share if number else 1.0)
                    if sign:
                        session.sign(f"Reader {reader}", "read")


def read_visit(session: ReadSession, number: int, share: float) -> None:
    """Read the visit at which a session is: its number in the course, and the share of sizes."""
    for name in ("T1", "T2", "NT1"):
        longest, short = axes_of(name, share)
        if number == 0:
            place = ImagePlace(series=None, slice=None, plane="axial", modality="CT")
            session.add_lesion(
                "non-target" if name.startswith("NT") else "target",
                longest=longest,
                short=short,
                image=place,
            )
            session.set_organ(LESIONS[name][0])
        else:
            session.go_to_lesion(name)
            if name.startswith("NT"):
                session.set_state("present")
            else:
                session.measure(longest, short)
    if number:
        session.state_new_lesions("none")
    session.state_visit(coverage="complete", image_quality="adequate")
