"""``recistkit check``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from recistkit.criteria import load
from tests.cli.conftest import Run
from tests.cli.small_study import READS

NAMED = f"criteria {load('recist-1.1').reference} (RECIST 1.1)\n"
SMALL = READS.replace("60.0,45.0", "9.0,8.0")
HEADER = "subject,reader,timepoint,lesion,code,message\n"


def test_findings_go_to_standard_output_and_are_no_error(run: Run) -> None:
    ended = run("check", "-", stdin=SMALL)
    assert ended.code == 0
    assert ended.out.startswith(HEADER)
    lines = ended.out.splitlines()[1:]
    assert [line.split(",")[:5] for line in lines] == [
        ["S2", "A", "baseline", "T1", "below-minimum-size"],
        ["S2", "B", "baseline", "T1", "below-minimum-size"],
    ]
    assert ended.err == f"{NAMED}2 findings\n"


def test_findings_exit_with_1_when_strict(run: Run) -> None:
    assert run("check", "-", "--strict", stdin=SMALL).code == 1
    assert run("check", "-", "--strict", stdin=READS).code == 0


def test_no_finding_is_a_header(run: Run) -> None:
    ended = run("check", "reads.csv")
    assert (ended.code, ended.out, ended.err) == (0, HEADER, f"{NAMED}0 findings\n")


def test_findings_can_be_json(run: Run) -> None:
    found = json.loads(run("check", "-", "--format", "json", stdin=SMALL).out)
    assert [one["reader"] for one in found] == ["A", "B"]


def test_findings_are_written_into_a_folder_and_leave_its_results(run: Run, study: Path) -> None:
    run("classify", "reads.csv", "--output", "results")
    ended = run("check", "-", "--output", "results", stdin=SMALL)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"{NAMED}wrote findings.csv to results\n2 findings\n"
    assert sorted(path.name for path in (study / "results").iterdir()) == [
        "best.csv",
        "findings.csv",
        "responses.csv",
    ]


def test_a_reader_that_leaves_early_ends_the_command_quietly(study: Path) -> None:
    nobody, pipe = os.pipe()
    os.close(nobody)
    ended = subprocess.run(
        [sys.executable, "-m", "recistkit", "check", "reads.csv"],
        stdout=pipe,
        stderr=subprocess.PIPE,
        text=True,
        cwd=study,
        check=False,
    )
    os.close(pipe)
    assert ended.stderr == NAMED


def test_a_faulty_table_has_no_findings(run: Run) -> None:
    ended = run("check", "-", stdin=READS.replace("42.1", "-42.1"))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[1] == "<standard input>: 1 fault"
