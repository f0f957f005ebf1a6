"""The folder of a study while scans are added: one at a time, all of them or none.

Copies are made in a folder of their own in the study, ``.adding-*``. When all of
them are on disk, their places are written down there, then each is moved to its
place, then they are recorded. A run that ended in between is settled by the next
one: what was recorded stays, what was not is removed.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from recistkit.exchange.on_disk import settle_folder, write_to_disk
from recistkit.model.scan_record import SCANS_FOLDER
from recistkit.study.adding.problems import Problem, ScansRefusedError
from recistkit.study.adding.unrecorded_rows import ROWS_FILE, drop_unrecorded

__all__ = ["LOCK_FILE", "STAGE_PREFIX", "free_number", "only_one", "place_all", "settle", "staged"]

LOCK_FILE: Final = ".add-scans.lock"
STAGE_PREFIX: Final = ".adding-"
_PLACES: Final = "places.json"
_PLACE: Final = re.compile(rf"{SCANS_FOLDER}/[^/\\]+/[^/\\]+/[1-9][0-9]*")


@contextmanager
def only_one(study: Path) -> Iterator[None]:
    """Keep others from adding scans to a study meanwhile.

    The lock is one of SQLite on an empty file: it works on every system, and
    ends with the process however that ends.

    Raises
    ------
    ScansRefusedError
        If somebody else is at it.
    """
    connection = None
    try:
        connection = sqlite3.connect(study / LOCK_FILE, timeout=0, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        reason = None
    except sqlite3.Error:
        reason = "somebody else adds scans to this study, or its folder cannot be written in"
    if connection is None or reason:
        if connection is not None:
            connection.close()
        raise ScansRefusedError([Problem(reason=reason or "the study cannot be locked")])
    try:
        yield
    finally:
        connection.close()


@contextmanager
def staged(study: Path) -> Iterator[Path]:
    """Give a new folder for copies; it is removed when they were moved, and when they were not."""
    stage = study / f"{STAGE_PREFIX}{secrets.token_hex(4)}"
    stage.mkdir()
    try:
        yield stage
    finally:
        # What its lists say may still be needed: they are left, and `settle` removes them.
        if not any((stage / name).exists() for name in (_PLACES, ROWS_FILE)):
            shutil.rmtree(stage, ignore_errors=True)


def place_all(study: Path, stage: Path, places: Mapping[Path, str]) -> None:
    """Move copies to their places, all of them or none.

    Parameters
    ----------
    study, stage : Path
        The study's folder, and that of the copies in it.
    places : mapping of Path to str
        Where each copy goes, as in `ScanRecord.path`.

    Raises
    ------
    OSError
        If one cannot be moved; those that were are back.
    """
    write_to_disk(stage / _PLACES, json.dumps(sorted(places.values())).encode("utf-8"))
    settle_folder(stage)
    settle_folder(study)
    try:
        for copy, place in places.items():
            target = study / place
            target.parent.mkdir(parents=True, exist_ok=True)
            copy.rename(target)
        _settle_folders(study, list(places.values()))
    except BaseException:
        _remove(study, places.values())
        (stage / _PLACES).unlink(missing_ok=True)
        raise


def settle(study: Path, recorded: Collection[str]) -> None:
    """Settle what runs that were interrupted left: keep what is recorded, remove the rest.

    That is scans, and rows of tables that were to come with them.

    Parameters
    ----------
    study : Path
        Folder of the study; `only_one` must hold it.
    recorded : collection of str
        Paths of the scans that the study has.

    Raises
    ------
    OSError
        If something cannot be removed.
    """
    subjects = {path.split("/")[1] for path in recorded}
    for stage in sorted(study.glob(f"{STAGE_PREFIX}*")):
        drop_unrecorded(study, stage, subjects)
        _remove(study, [place for place in _listed(stage) if place not in recorded])
        shutil.rmtree(stage)


def free_number(study: Path, visit: str, taken: Collection[str]) -> int:
    """Return the next number of a scan in the folder of a visit, such as ``scans/S001/visit-1``."""
    number = 1
    while f"{visit}/{number}" in taken or (study / visit / str(number)).exists():
        number += 1
    return number


def _listed(stage: Path) -> list[str]:
    """Return the places that a run wrote down; none where it did not come to that."""
    with contextlib.suppress(OSError, ValueError):
        content = json.loads((stage / _PLACES).read_text(encoding="utf-8"))
        places = [str(place) for place in content]
        return [place for place in places if _PLACE.fullmatch(place) and ".." not in place]
    return []


def _remove(study: Path, places: Collection[str]) -> None:
    """Remove scans that are not part of the study, and the folders that are then empty."""
    for place in places:
        target = study / place
        if target.exists():
            # Renamed first: a scan is there whole or not at all, also while it goes.
            doomed = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            target.rename(doomed)
            shutil.rmtree(doomed)
        for folder in (target.parent, target.parent.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _settle_folders(study: Path, places: Sequence[str]) -> None:
    """Have the new names on disk, from the scans up to the study."""
    folders = {parent for place in places for parent in (study / place).parents}
    for folder in sorted(folders):
        if folder.is_relative_to(study):
            settle_folder(folder)
