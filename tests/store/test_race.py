"""Many who save at once: one wins each revision, and the others are told whose it is and when."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recistkit.errors import RevisionTakenError, StoreError
from recistkit.store.actor import Actor
from recistkit.store.anchoring import catch_up
from recistkit.store.bodies import AmendBody, AssignBody, AssignedRead
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.study_file import StudyFile
from recistkit.store.verify import verify_reader_file, verify_study_file
from tests.store.studies import READERS, STUDY, journal_of, new_study, signed

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


@pytest.mark.parametrize("save", [save_in_study, save_in_read])
def test_of_sixteen_processes_one_wins_and_the_others_know_who(
    save: Callable[[Path, int], Outcome], tmp_path: Path
) -> None:
    new_study(tmp_path).close()
    with journal_of(tmp_path, "A") as journal:
        signed(journal, "S001")
    barrier = CONTEXT.Barrier(PROCESSES)
    with CONTEXT.Pool(PROCESSES, take_part, (barrier,)) as pool:
        said = pool.starmap(save, [(tmp_path, number) for number in range(PROCESSES)], chunksize=1)
    (winner,) = (number for number, one in enumerate(said) if one[0] == "saved")
    at_utc, role = said[winner][3], "manager" if save is save_in_study else "reader"
    others = [one for number, one in enumerate(said) if number != winner]
    assert others == [("taken", f"login-{winner}", role, at_utc)] * (PROCESSES - 1)
    assert verify_study_file(tmp_path / "study.db") == ()
    assert verify_reader_file(tmp_path / "readers" / "A.db", "A", study=STUDY) == ()


class Windows(RuleBasedStateMachine):
    """Two windows on one study and one journal, in any order, beside a model of both."""

    folders: pytest.TempPathFactory

    @initialize()
    def begin(self) -> None:
        folder = self.folders.mktemp("windows")
        path = new_study(folder).path
        self.studies = [StudyFile.open(path), StudyFile.open(path)]
        self.journals = [journal_of(folder, "A"), journal_of(folder, "A")]
        self.seen = [3, 3]
        self.saved = 3
        self.drafts = 0
        self.signatures: list[str] = []
        self.anchored = 0

    def teardown(self) -> None:
        for file in [*getattr(self, "studies", []), *getattr(self, "journals", [])]:
            file.close()

    @rule(window=st.sampled_from((0, 1)))
    def look(self, window: int) -> None:
        self.seen[window] = self.studies[window].revision

    @rule(window=st.sampled_from((0, 1)))
    def assign(self, window: int) -> None:
        actor, expected = Actor(f"login-{window}", "room", "manager"), self.seen[window] + 1
        try:
            self.studies[window].append(actor, GIVEN, expected_revision=expected)
        except RevisionTakenError:
            assert expected <= self.saved
        else:
            assert expected == self.saved + 1
            self.saved += 1
            self.seen[window] = self.saved

    @rule(window=st.sampled_from((0, 1)), late=st.booleans())
    def draft(self, window: int, late: bool) -> None:
        revision = self.drafts + len(self.signatures) + (0 if late else 1)
        try:
            self.journals[window].append("S001", revision, "measure", {"number": revision})
        except StoreError:
            assert late
        else:
            assert not late
            self.drafts += 1

    @rule(window=st.sampled_from((0, 1)), word=st.sampled_from(("first", "second")))
    def sign(self, window: int, word: str) -> None:
        self.signatures.append(signed(self.journals[window], "S001", word).hash)

    @precondition(lambda self: self.signatures)
    @rule(window=st.sampled_from((0, 1)))
    def anchor(self, window: int) -> None:
        made = catch_up(self.journals[window], self.studies[1 - window], READERS["A"])
        assert len(made) == len(self.signatures) - self.anchored
        self.anchored += len(made)
        self.saved += len(made)

    @rule(window=st.sampled_from((0, 1)))
    def rebuild(self, window: int) -> None:
        self.studies[window].rebuild()

    @invariant()
    def both_windows_have_all_that_was_saved(self) -> None:
        for study in getattr(self, "studies", []):
            assert study.revision == self.saved
            hashes = [one.hash for one in study.rows(Anchor)]
            assert hashes == self.signatures[: self.anchored]
        for journal in getattr(self, "journals", []):
            assert len(journal.events("S001")) == self.drafts + len(self.signatures)
            assert [one.hash for one in journal.records()] == self.signatures


def test_two_windows_in_any_order_lose_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    machine = type("WindowsHere", (Windows,), {"folders": tmp_path_factory})
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=20))
