"""The scans of a study against their records: nothing missing, changed or added beside them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from recistkit.model.scan_record import SCANS_FOLDER, ScanRecord
from recistkit.study.adding.copy import SUMS
from recistkit.study.adding.folder import STAGE_PREFIX

__all__ = ["verify_scans"]

_LINE: Final = re.compile(r"([0-9a-f]{64})  ([0-9a-z.]{1,64})")
_MAX_LIST_BYTES: Final = 64 * 1024**2


def verify_scans(
    records: Sequence[ScanRecord],
    study: Path | str,
    *,
    on_scan: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """Return what is wrong with the scans of a study; empty where they are as they were added.

    Parameters
    ----------
    records : sequence of ScanRecord
        As they stand in the study's chain.
    study : Path or str
        Folder of the study.
    on_scan : callable
        Called after each scan: every byte of it is read.

    Notes
    -----
    Files that do not belong there are counted and never named: their names may
    be those of patients.
    """
    study = Path(study)
    problems: list[str] = []
    for record in records:
        problems += _scan_problems(record, study)
        on_scan()
    problems += _strangers(records, study)
    if any(study.glob(f"{STAGE_PREFIX}*")):
        problems.append("adding scans was interrupted; adding others will settle it")
    return tuple(problems)


def _scan_problems(record: ScanRecord, study: Path) -> Iterator[str]:
    """Yield what is wrong with one scan."""
    folder = study / record.path
    try:
        listed = _listed(folder, record)
    except OSError as error:
        yield f"{record.path}/{SUMS}: {_unread(error)}"
        return
    if listed is None:
        yield f"{record.path}/{SUMS}: was changed"
        return
    for name, expected in listed.items():
        try:
            with (folder / name).open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            yield f"{record.path}/{name}: {_unread(error)}"
        else:
            if actual != expected:
                yield f"{record.path}/{name}: was changed"
    others = [path for path in folder.iterdir() if path.name not in {SUMS, *listed}]
    if others:
        yield f"{record.path}: {_counted(len(others))}"


def _listed(folder: Path, record: ScanRecord) -> dict[str, str] | None:
    """Return the hashes of a scan's files by name; None if the list is not that of the record.

    Raises
    ------
    OSError
        If the list cannot be read.
    """
    with (folder / SUMS).open("rb") as file:
        data = file.read(_MAX_LIST_BYTES)
    if hashlib.sha256(data).hexdigest() != record.sha256:
        return None
    lines = [_LINE.fullmatch(line) for line in data.decode("ascii").splitlines()]
    return {line[2]: line[1] for line in lines if line}


def _strangers(records: Sequence[ScanRecord], study: Path) -> Iterator[str]:
    """Yield how much lies in the folder of scans that is no scan of the records."""
    scans = {study / record.path for record in records}
    above = {study / SCANS_FOLDER, *(path for scan in scans for path in scan.parents[:2])}
    known = scans | above
    for folder in sorted(path for path in above if path.is_dir()):
        others = [path for path in folder.iterdir() if path not in known]
        if others:
            yield f"{folder.relative_to(study).as_posix()}: {_counted(len(others))}"


def _counted(count: int) -> str:
    """Return that something is there which does not belong there."""
    noun = "file or folder that does" if count == 1 else "files or folders that do"
    return f"holds {count} {noun} not belong to the study"


def _unread(error: OSError) -> str:
    """Return why a file was not read, without the system's text."""
    missing = isinstance(error, FileNotFoundError)
    return "is missing" if missing else f"cannot be read ({type(error).__name__})"
