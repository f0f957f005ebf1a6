"""Many who save at once: one wins each revision, and the others are told whose it is and when."""

from __future__ import annotations

from pathlib import Path

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
from recistkit.store.rows import Anchor
from recistkit.store.study_file import StudyFile
from tests.store.race import GIVEN, PROCESSES, SAVES, race
from tests.store.studies import READERS, journal_of, new_study, signed


@pytest.mark.parametrize("chain", SAVES)
def test_of_sixteen_processes_one_wins_and_the_others_know_who(chain: str, tmp_path: Path) -> None:
    assert race(tmp_path, chain) == PROCESSES - 1


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
