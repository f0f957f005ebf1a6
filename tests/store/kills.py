"""Kill readers, an adjudicator and a manager at random moments, and look at what was saved."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from recistkit.store.anchoring import catch_up, unanchored
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.study_file import STUDY_CHAIN, StudyFile
from recistkit.store.verify import verify_reader_file, verify_study_file
from tests.store.killed_study import STUDY_FILE, SUBJECTS, WORKERS, Said, work_until_killed
from tests.store.studies import READERS, STUDY

__all__ = ["Tally", "kill_all_at_work"]

LONGEST_SECONDS = 0.25
"""Between the beginning of the work and the kill."""

if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(["tests.store.killed_study"])


@dataclass
class Tally:
    """What the kills came to."""

    kills: int = 0
    at_work: int = 0
    acknowledged: int = 0
    acknowledged_to: Counter[str] = field(default_factory=Counter)
    caught_up: int = 0
    lost: list[str] = field(default_factory=list)


def kill_all_at_work(folder: Path, chance: random.Random, tally: Tally) -> None:
    """Let all work on a study, kill each at a moment of its own, and check the files."""
    at_work = [begun(folder, name, chance.randrange(10**9)) for name in WORKERS]
    ends = sorted(
        (time.monotonic() + chance.uniform(0, LONGEST_SECONDS), *worker) for worker in at_work
    )
    for end, _name, process, _hears in ends:
        time.sleep(max(0.0, end - time.monotonic()))
        process.kill()
    for _end, name, process, hears in ends:
        process.join()
        said = all_of(hears)
        tally.kills += 1
        tally.at_work += len(said) > 1
        saves = sum(bool(revision) for _, revision, _ in said)
        tally.acknowledged += saves
        tally.acknowledged_to[name] += saves
        tally.lost += lost(folder, name, said)
    tally.lost += problems_after(folder, tally)


def begun(folder: Path, name: str, seed: int) -> tuple[str, BaseProcess, Connection]:
    """Begin one at work, who has opened nothing yet when this returns."""
    hears, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(
        target=work_until_killed, args=(folder, name, seed, says), daemon=True
    )
    process.start()
    says.close()
    hears.poll(30)
    return name, process, hears


def all_of(hears: Connection) -> list[Said]:
    """Return all that one who was killed had said."""
    said: list[Said] = []
    try:
        while True:
            said.append(hears.recv())
    except (EOFError, OSError):
        hears.close()
    return said


def lost(folder: Path, name: str, said: Sequence[Said]) -> list[str]:
    """Return what was acknowledged to one who was killed and is not there."""
    with StudyFile.open(folder / STUDY_FILE, to_look=True) as study:
        kept = {(STUDY_CHAIN, one.revision, one.hash) for one in study.records(STUDY_CHAIN)}
    if name in READERS:
        with Journal.open(folder / "readers" / f"{name}.db", name) as journal:
            kept |= {(one.chain, one.revision, one.hash) for one in journal.records()}
            kept |= {
                (f"event:{one.subject}", one.revision, one.body["said"])
                for subject in SUBJECTS
                for one in journal.events(subject)
            }
    return [f"{name}: {one[:2]}" for one in not_purged(said) if one not in kept]


def not_purged(said: Sequence[Said]) -> list[Said]:
    """Return what must be there: all but events that a purge, begun later, may have deleted."""
    must: list[Said] = []
    for one in said:
        word, _, subject = one[0].partition(":")
        if word in {"purging", "purged"}:
            must = [other for other in must if other[0] != f"event:{subject}"]
        elif one[1]:
            must.append(one)
    return must


def problems_after(folder: Path, tally: Tally) -> list[str]:
    """Return what is wrong with the files, after what was not anchored was caught up."""
    with StudyFile.open(folder / STUDY_FILE) as study:
        for name, actor in READERS.items():
            with Journal.open(folder / "readers" / f"{name}.db", name, study=STUDY) as journal:
                tally.caught_up += len(catch_up(journal, study, actor))
                if unanchored(journal, study):
                    tally.lost.append(f"{name}: a signature is not anchored")
        anchors = study.rows(Anchor)
    found = list(verify_study_file(folder / STUDY_FILE))
    for name in READERS:
        path = folder / "readers" / f"{name}.db"
        found += verify_reader_file(path, name, study=STUDY, anchors=anchors)
    return found
