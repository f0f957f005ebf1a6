"""Sixteen processes that save one revision at the same moment."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

from recistkit.errors import RevisionTakenError, StoreError
from recistkit.store.actor import Actor
from recistkit.store.bodies import AmendBody, AssignBody, AssignedRead
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.study_file import StudyFile
from recistkit.store.verify import verify_reader_file, verify_study_file
from tests.store.studies import STUDY, journal_of, new_study, signed

__all__ = ["GIVEN", "PROCESSES", "SAVES", "race"]

if sys.platform == "win32":
    CONTEXT = multiprocessing.get_context("spawn")
else:
    CONTEXT = multiprocessing.get_context("forkserver")
    CONTEXT.set_forkserver_preload(["tests.store.killed_study"])

PROCESSES: Final = 16
GIVEN: Final = AssignBody(reads=(AssignedRead(subject="S001", reader="A"),))

START: Final[list[Barrier]] = []
"""What a process of the race waits for."""

Outcome = tuple[str, str, str, str]
"""What came of it, and who was first: login, role, time."""


def outcome(save: Callable[[], str]) -> Outcome:
    """Return what came of saving."""
    try:
        return ("saved", "", "", save())
    except RevisionTakenError as error:
        return ("taken", error.login, error.role, error.at_utc)
    except StoreError as error:
        return (str(error), "", "", "")


def save_in_study(folder: Path, number: int) -> Outcome:
    """Save revision 4 of the study's chain."""
    actor = Actor(f"login-{number}", "room", "manager")
    with StudyFile.open(folder / "study.db") as study:
        START[0].wait()
        return outcome(lambda: study.append(actor, GIVEN, expected_revision=4).at_utc)


def save_in_read(folder: Path, number: int) -> Outcome:
    """Save revision 2 of the chain of a read."""
    actor = Actor(f"login-{number}", "room", "reader")
    body = AmendBody(subject="S001", reader="A", timepoint="visit-1")
    entry = Entry(actor=actor, body=body, charter=1, reason="x", expected_revision=2)
    with Journal.open(folder / "readers" / "A.db", "A", study=STUDY) as journal:
        START[0].wait()
        return outcome(lambda: journal.append_record("S001", entry).at_utc)


def take_part(start: Barrier) -> None:
    """Begin a process of the race: it waits for the others before it saves."""
    START.append(start)


SAVES: Final[dict[str, Callable[[Path, int], Outcome]]] = {
    "study": save_in_study,
    "read": save_in_read,
}


def race(folder: Path, chain: str) -> int:
    """Let all save one revision of a chain of a new study: one wins, and the others know who.

    Returns
    -------
    int
        How many were told who has it, and since when.
    """
    new_study(folder).close()
    with journal_of(folder, "A") as journal:
        signed(journal, "S001")
    start = CONTEXT.Barrier(PROCESSES)
    with CONTEXT.Pool(PROCESSES, take_part, (start,)) as pool:
        numbers = [(folder, number) for number in range(PROCESSES)]
        said = pool.starmap(SAVES[chain], numbers, chunksize=1)
    (winner,) = (number for number, one in enumerate(said) if one[0] == "saved")
    role = "manager" if chain == "study" else "reader"
    told = ("taken", f"login-{winner}", role, said[winner][3])
    others = [one for number, one in enumerate(said) if number != winner]
    assert others == [told] * (PROCESSES - 1)
    assert verify_study_file(folder / "study.db") == ()
    assert verify_reader_file(folder / "readers" / "A.db", "A", study=STUDY) == ()
    return len(others)
