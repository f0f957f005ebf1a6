"""Kills at random moments: no command that had returned is ever lost.

A short run; `make faults` kills 200 times.

Each kill ends a process of its own with SIGKILL (on Windows TerminateProcess),
at a moment that nobody chose: while a case is opened, a command is saved, a
document is written. It shows what a crash of the program does; not what a
power cut does, which is SQLite's own promise (`synchronous = EXTRA`).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from recistkit.exchange.read_document import load_read_document
from recistkit.model.read import content_hash
from recistkit.reading.history import History, replay
from recistkit.store.journal import Journal
from tests.reading.killed_reader import OPENING, digest, read_until_killed
from tests.reading.sessions import SUBJECT, charter, open_session

KILLS_OF_A_CASE = 20
CASES = max(1, int(os.environ.get("RECISTKIT_KILLS", "20")) // KILLS_OF_A_CASE)
LONGEST_SECONDS = 0.08
"""Between the beginning of a reader's work and the kill."""

if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(["tests.reading.killed_reader"])

RULES = charter()

Said = tuple[int, str]


def killed_at_a_random_moment(folder: Path, chance: random.Random) -> Said:
    """Let a reader work, kill it, and return the last that it had said was saved."""
    hears, says = PROCESSES.Pipe(duplex=False)
    arguments = (folder, chance.randrange(10**9), says)
    reader = PROCESSES.Process(target=read_until_killed, args=arguments, daemon=True)
    reader.start()
    says.close()
    last: Said = hears.recv()
    end = time.monotonic() + chance.uniform(0, LONGEST_SECONDS)
    while (left := end - time.monotonic()) > 0:
        if hears.poll(left):
            last = hears.recv()
    reader.kill()
    reader.join()
    return last_of(hears, last)


def last_of(hears: Connection, last: Said) -> Said:
    """Return the last thing that a reader had said before it was killed."""
    try:
        while True:
            last = hears.recv()
    except (EOFError, OSError):
        hears.close()
        return last


def assert_nothing_lost(journal: Journal, said: Said) -> History:
    """Compare the journal with what the killed reader had said last."""
    revision, content = said
    events = journal.events(SUBJECT)
    assert len(events) >= revision
    assert len(events) <= revision + 1 or said == OPENING
    if revision:
        assert digest(replay(events[:revision]).draft) == content
    return replay(events)


def assert_reading_goes_on(folder: Path, journal: Journal, history: History) -> None:
    """Open the case again, which writes a document that a kill kept from disk, and go on."""
    session = open_session(folder, RULES, journal=journal)
    if history.document is not None:
        assert content_hash(load_read_document(session.document)) == content_hash(history.document)
    before = session.draft
    unsigned = [label for label in session.visits if label not in before.signed]
    if unsigned:
        session.go_to_visit(unsigned[0])
        session.state_visit(comment=f"read on at revision {session.revision}")
        session.undo()
    assert session.draft == before


@pytest.mark.parametrize("case", range(CASES))
def test_no_command_that_returned_is_lost_by_a_kill(case: int, tmp_path: Path) -> None:
    chance = random.Random()  # other moments in every run
    at_work = 0
    for _ in range(KILLS_OF_A_CASE):
        said = killed_at_a_random_moment(tmp_path, chance)
        journal = Journal.open(tmp_path / "readers" / "A.db", "A")  # refuses one that is damaged
        history = assert_nothing_lost(journal, said)
        assert_reading_goes_on(tmp_path, journal, history)
        journal.close()
        at_work += said[0] > 0
    print(f"case {case}: {at_work} of {KILLS_OF_A_CASE} kills after the first saved command")
    assert at_work > 0
