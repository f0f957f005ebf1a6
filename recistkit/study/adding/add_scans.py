"""Scans into a study: de-identified copies, checked, hashed, all of them or none.

What a scan came with (names, dates of birth, numbers, institutions, the names
of files and folders) goes into the key file beside the study and nowhere else:
not into the study, a message, an error or what is said of the progress.
"""

from __future__ import annotations

from pathlib import Path

from recistkit.errors import RecistkitError, ScanError
from recistkit.study.adding.folder import only_one, settle
from recistkit.study.adding.key_file import default_key_file, load_key
from recistkit.study.adding.mapping import load_mapping
from recistkit.study.adding.problems import Problem, ScansRefusedError
from recistkit.study.adding.run import AddedScans, Job, Progress, StudyScans, added, looked_at

__all__ = ["AddedScans", "StudyScans", "add_scans"]


def add_scans(
    source: Path | str,
    study: Path | str,
    *,
    scans: StudyScans,
    mapping: Path | str | None = None,
    key_file: Path | str | None = None,
    visit_days: int = 0,
    skip_bad: bool = False,
    on_progress: Progress = lambda _step, _done, _total: None,
) -> AddedScans:
    """Copy the scans of a folder into a study, without the patients.

    Parameters
    ----------
    source : Path or str
        A folder of DICOM and NIfTI files, at any depth.
    study : Path or str
        Folder of the study.
    scans : StudyScans
        How the study is asked for its scans, and told of new ones.
    mapping : Path or str, optional
        See `recistkit.study.adding.mapping`. Without it subjects follow from
        the patients and timepoints from the dates of the imaging studies.
    key_file : Path or str, optional
        Where the link to the patients is kept; beside the study's folder
        unless said otherwise.
    visit_days : int
        How many days the scans of one visit may lie apart; with 0 a CT and an
        MRI of the next day are two visits.
    skip_bad : bool
        Whether bad files and scans are left out instead of refusing all.
    on_progress : callable
        Called with what is being done (``"looking"``, ``"copying"``), how many
        files are done, and how many there are.

    Raises
    ------
    ScansRefusedError
        If anything speaks against it. Everything that does is named; the study
        and the key file are what they were (a disk that fails may leave links in
        the key file that lead to no scan yet).
    """
    study, source = Path(study).absolute(), Path(source).absolute()
    key_path = Path(key_file).absolute() if key_file else default_key_file(study)
    _require_folders(source, study)
    rows = load_mapping(Path(mapping)) if mapping else None
    try:
        with only_one(study):
            known = tuple(scans.existing())
            settle(study, {one.path for one in known})
            key = load_key(key_path, study, known)
            job = Job(study, key, key_path, known, rows, scans, visit_days, skip_bad, on_progress)
            return added(job, looked_at(source, on_progress))
    except ScanError as error:
        reason = error.reason
    except RecistkitError:
        raise
    except OSError as error:
        reason = f"something could not be read or written ({type(error).__name__})"
    except ValueError as error:
        reason = f"something in the scans cannot be understood ({type(error).__name__})"
    # Raised out here: what was caught may hold the name of a file.
    raise ScansRefusedError([Problem(reason=reason)])


def _require_folders(source: Path, study: Path) -> None:
    """Refuse folders that are not there, or lie in each other.

    Raises
    ------
    ScansRefusedError
        Saying what is wrong.
    """
    one, other = source.resolve(), study.resolve()
    reason = None
    if not source.is_dir():
        reason = "there is no such folder to add scans from"
    elif not study.is_dir():
        reason = "there is no such study"
    elif one.is_relative_to(other) or other.is_relative_to(one):
        reason = "the folder to add scans from and that of the study lie in each other"
    if reason:
        raise ScansRefusedError([Problem(reason=reason)])
