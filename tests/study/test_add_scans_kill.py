"""Kills at random moments of adding scans: all of them are in the study, or none.

As in the tests of the journal, a kill shows what a crash of the program does;
not what a power cut does.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from pathlib import Path

import pytest

from recistkit.study.adding.add_scans import add_scans
from recistkit.study.adding.verify_scans import verify_scans
from tests.study.hospital import write_ct
from tests.study.killed_adder import add_until_killed, recorded, study_scans

KILLS = 12
LONGEST_SECONDS = 0.8
"""Between the beginning of the work and the kill."""

if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(["tests.study.killed_adder"])

EXPECTED = ["scans/S001/visit-1/1", "scans/S001/visit-2/1", "scans/S002/visit-1/1"]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    write_ct(folder / "a", patient="77", series="1.2.1", date="20110301")
    write_ct(folder / "b", patient="77", series="1.2.2", date="20110501")
    write_ct(folder / "c", patient="78", series="1.2.3", date="20110301")
    return folder


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_leaves_all_scans_or_none(export: Path, tmp_path: Path, seed: int) -> None:
    study = tmp_path / "zhu"
    study.mkdir()
    hears, says = PROCESSES.Pipe(duplex=False)
    adder = PROCESSES.Process(target=add_until_killed, args=(export, study, says), daemon=True)
    adder.start()
    says.close()
    assert hears.recv() == "begun"
    time.sleep(random.Random(seed).uniform(0, LONGEST_SECONDS))
    adder.kill()
    adder.join()
    hears.close()
    records = recorded(study)
    assert [one.path for one in records] in ([], EXPECTED)
    if records:
        # Nothing is missing, whatever else lies there.
        assert [one for one in verify_scans(records, study) if "is missing" in one] == []
        write_ct(tmp_path / "more", patient="78", series="1.2.4", date="20110601")
        add_scans(tmp_path / "more", study, scans=study_scans(study))
        assert [one.path for one in recorded(study)] == [*EXPECTED, "scans/S002/visit-2/1"]
    else:
        add_scans(export, study, scans=study_scans(study))
        assert [one.path for one in recorded(study)] == EXPECTED
    assert verify_scans(recorded(study), study) == ()
