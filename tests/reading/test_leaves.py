"""A leave to amend serves one amendment, whatever the clocks of the machines say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from recistkit.errors import ReadingError, StoreError
from recistkit.store.journal import Journal
from recistkit.study.assigning import unlock
from recistkit.study.folder import StudyFolder
from recistkit.study.progress import progress
from tests.napari_recistkit.small_study import opened
from tests.study.small_trial import acting_as, begin_trial, read_all, verified

NO_LEAVE = "baseline is signed: ask who manages the study to unlock it first"


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A trial in which A has signed all of S1."""
    trial = begin_trial(tmp_path)
    read_all(trial, "A", 0.5, ("S1",))
    return trial


@contextmanager
def clock_off_by(days: int) -> Iterator[None]:
    """Let the clock of the machine of who reads be wrong."""
    true = Journal.open.__func__  # type: ignore[attr-defined]

    def wrong(cls: type[Journal], path: Path, reader: str, *, study: str | None = None) -> Journal:
        off = dt.timedelta(days=days)
        journal: Journal = true(
            cls, path, reader, study=study, clock=lambda: dt.datetime.now(dt.UTC) + off
        )
        return journal

    with patch.object(Journal, "open", classmethod(wrong)):
        yield


def give_leave(trial: Path, timepoint: str | None = None) -> None:
    with acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S1", "A", "query 7", timepoint=timepoint)


def amend(trial: Path, visit: str = "baseline", *, sign: bool = True) -> None:
    with acting_as("A"), opened(trial, "S1") as session:
        session.go_to_visit(visit)
        session.amend("the wrong slice")
        if sign:
            session.sign("Reader A", "read")


def state_of(trial: Path) -> str:
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        rows = progress(study).rows(named=True)
    return next(str(one["state"]) for one in rows if (one["subject"], one["reader"]) == ("S1", "A"))


@pytest.mark.parametrize("days", [-1, 1])
def test_a_leave_serves_one_amendment_whatever_the_readers_clock_says(
    tmp_path: Path, days: int
) -> None:
    trial = begin_trial(tmp_path)
    with clock_off_by(days):
        read_all(trial, "A", 0.5, ("S1",))
        with pytest.raises(ReadingError, match=NO_LEAVE):
            amend(trial)
        give_leave(trial)
        assert state_of(trial) == "unlocked"
        amend(trial)
        assert state_of(trial) == "complete"
        with pytest.raises(ReadingError, match=NO_LEAVE):
            amend(trial)
        give_leave(trial)
        amend(trial)
    assert verified(trial) == ()


def test_a_leave_for_one_visit_opens_no_other(trial: Path) -> None:
    give_leave(trial, "week-8")
    with pytest.raises(ReadingError, match=NO_LEAVE):
        amend(trial)
    amend(trial, "week-8")


def test_a_signature_that_the_study_does_not_know_yet_has_used_its_leave(
    trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("study.db: NOT saved: database is locked")

    give_leave(trial)
    amend(trial, sign=False)
    with monkeypatch.context() as unreachable:
        unreachable.setattr("recistkit.reading.read_chain.catch_up", fails)
        with acting_as("A"), opened(trial, "S1") as session:
            session.sign("Reader A", "read again")
            with pytest.raises(ReadingError) as raised:
                session.amend("once more")
    assert str(raised.value) == (
        "baseline cannot be opened again now: study.db: NOT saved: database is locked"
    )
    with pytest.raises(ReadingError, match=NO_LEAVE):
        amend(trial)
