"""One trial three times: reader B has read nothing, has planted secrets, or has read otherwise.

Reader A has done exactly the same in all three. Whatever differs between what
A is told in them gives B away.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from recistkit.model.mark import ImagePlace
from recistkit.reading.session import ReadSession
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.study_file import StudyFile
from recistkit.study.assigning import unlock
from recistkit.study.folder import StudyFolder
from tests.napari_recistkit.small_study import VISITS, axes_of, opened
from tests.study.small_trial import acting_as, begin_trial, read_all

__all__ = ["WORLDS", "build_worlds", "hashes_of", "secrets_in"]

WORLDS: Final = ("alone", "planted", "otherwise")
PLANTED_AT: Final = dt.datetime(2033, 7, 19, 4, 44, 44, tzinfo=dt.UTC)
"""When reader B of the planted trial does everything, and who manages it unlocks it."""
WORD: Final = "zebrafish"
"""Stands in everything that reader B of the planted trial writes himself."""
SHARE: Final = 3.9129
"""Makes B's targets 93.9 mm long and 70.4 mm short."""
_MOMENTS: Final = itertools.count(1)
_HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")
_SECRETS: Final = re.compile(
    rf"{WORD}|93\.9\d|\b93\.9\b|\b70\.4\b|86\.9548|14\.7839|2033-07-19|04:44:44|\bNT7\b",
    re.IGNORECASE,
)
"""Words, sizes, ends of rulers, days, hours, a lesion that only B has."""


def build_worlds(folder: Path) -> dict[str, Path]:
    """Make the three trials, each in a folder of its own."""
    alone = begin_trial(_made(folder / "alone"))
    read_all(alone, "A", 0.5, ("S1",))
    with acting_as("A"), opened(alone, "S2", "A") as session:
        read_visit(session, 0, 1.0)
    worlds = {name: folder / name / "trial" for name in WORLDS}
    for name in WORLDS[1:]:
        shutil.copytree(alone, worlds[name])
    plant(worlds["planted"])
    read_all(worlds["otherwise"], "B", 0.9, ("S1",))
    return worlds


def plant(trial: Path) -> None:
    """Let B read the last visits of one subject, and all but the last of the other, in secrets."""
    with at_planted_time(), acting_as("B"):
        for subject, visits in (("S1", 2), ("S2", 3)):
            with opened(trial, subject, "B") as session:
                for number in range(visits):
                    read_visit(session, number, SHARE, WORD)
                session.go_to_visit(session.visits[-1])
                if visits < len(VISITS):
                    session.state_visit(comment=f"{WORD} draft")
    with at_planted_time(), acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S2", "B", f"{WORD} query")
    with at_planted_time(), acting_as("B"), opened(trial, "S2", "B") as session:
        session.go_to_visit(session.visits[-1])
        session.amend(f"{WORD} amended")
        session.sign(f"{WORD} person", f"{WORD} again")
    image = trial / "readers" / "B" / "key-images" / "S2_reader-B" / f"week-8_{WORD}.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    image.write_bytes(WORD.encode())


def read_visit(session: ReadSession, number: int, share: float, word: str = "") -> None:
    """Read a visit and sign it; with a word that stands in everything that can be written."""
    session.go_to_visit(session.visits[number])
    names = ("T1", "T2", "NT1", *(f"NT{of}" for of in range(2, 8) if word))
    for name in names:
        drawn = axes_of(name if name in {"T1", "T2"} else "NT1", share)
        if number == 0:
            place = ImagePlace(series=None, slice=None, plane="axial", modality="CT")
            session.add_lesion(
                "non-target" if name.startswith("NT") else "target",
                longest=drawn[0],
                short=drawn[1],
                image=place,
            )
            session.set_organ(f"{word} organ" if word else "liver")
        elif name.startswith("NT"):
            session.go_to_lesion(name)
            state = "not-evaluable" if word else "present"
            session.set_state(state, reason=f"{word} reason" if word else None)
        else:
            session.go_to_lesion(name)
            session.measure(*drawn)
    if number:
        session.state_new_lesions("none")
    session.state_visit(coverage="complete", image_quality="adequate", comment=word or None)
    session.sign(f"{word} person", f"{word} meaning")


@contextmanager
def at_planted_time() -> Iterator[None]:
    """Let everything that is saved be saved within one second."""

    def clock() -> dt.datetime:
        return PLANTED_AT + dt.timedelta(microseconds=next(_MOMENTS))

    openings: tuple[Any, ...] = (Journal.open, StudyFile.open, ReadSession.open)
    with ExitStack() as stack:
        for opening in openings:
            stack.enter_context(patch.dict(opening.__func__.__kwdefaults__, clock=clock))
        yield


def secrets_in(text: str, hashes: frozenset[str]) -> list[str]:
    """Return the secrets of reader B that stand in a text."""
    known = [found for found in _HASH.findall(text) if found in hashes]
    return [*_SECRETS.findall(text), *known]


def hashes_of(trial: Path) -> frozenset[str]:
    """Return the hashes of all that reader B has signed."""
    with Journal.open_to_look(trial / "readers" / "B.db", "B") as journal:
        found = {record.hash for record in journal.records()}
    with StudyFile.open(trial / "study.db", to_look=True) as study:
        anchors = study.rows(Anchor, reader="B")
    return frozenset(found | {one.document_hash for one in anchors})


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
