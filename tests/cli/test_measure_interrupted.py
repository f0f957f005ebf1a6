"""``recistkit measure`` that was interrupted goes on where it was, with the same result."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from recistkit.scans.masks import cohort
from recistkit.scans.masks.outcome import MaskOutcome, MaskTask, outcome_of
from tests.cli.conftest import Run
from tests.test_readme import ROOT

NAMES = ("a.nii", "b.nii", "broken.nrrd", "c.nii", "d.nii", "e.nii")
PATIENCE_SECONDS = 60


@pytest.fixture
def masks(study: Path) -> Path:
    """Folder with five masks of different sizes and a broken one; the working folder too."""
    for size, name in enumerate(NAMES, start=2):
        voxels = np.zeros((12, 12, 4), dtype=np.uint8)
        voxels[1 : 1 + size, 2 : 2 + size, 1] = size
        nib.save(nib.Nifti1Image(voxels, np.diag([-0.7, -0.7, 3.0, 1.0])), study / "mask.nii")
        (study / "mask.nii").replace(study / name)
    (study / "broken.nrrd").write_bytes(b"NRRD0004\n")
    return study


@contextmanager
def killed(
    folder: Path, waits: tuple[str, ...], workers: int, kept: int
) -> Iterator[list[socket.socket]]:
    """Kill a run that has kept as many masks and is in the midst of some; give their calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_SECONDS)
        program = [sys.executable, "-m", "tests.scans.masks.killed_measurer"]
        where = [str(server.getsockname()[1]), ",".join(waits)]
        arguments = [*NAMES, "--output", "sizes.csv", "--workers", str(workers)]
        paths = [str(ROOT), str(ROOT / "plugins"), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        with subprocess.Popen(
            [*program, *where, *arguments],
            cwd=folder,
            env=environment,
            stderr=subprocess.DEVNULL,  # what Python says of processes that were killed
        ) as run:
            calls = [server.accept()[0] for _ in waits]
            wait_for_lines(folder / "sizes.csv.part", kept + 1)
            run.kill()
    try:
        yield calls
    finally:
        for call in calls:
            call.close()


def wait_for_lines(path: Path, count: int) -> None:
    """Wait until a file has as many lines that are not empty."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if path.exists() and lines(path) >= count:
            return
        time.sleep(0.01)
    raise AssertionError(path.read_bytes() if path.exists() else "no such file")


def lines(path: Path) -> int:
    """Return how many lines of a file are not empty."""
    return sum(bool(line.strip()) for line in path.read_bytes().splitlines())


def ended(call: socket.socket) -> bool:
    """Return whether the process at the other end is there no more, which may take a moment."""
    call.settimeout(PATIENCE_SECONDS)
    try:
        return call.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_run_that_was_killed_goes_on_and_gives_the_same_bytes(masks: Path, run: Run) -> None:
    whole = run("measure", *NAMES, "--output", "whole.csv")
    with killed(masks, ("b.nii",), workers=1, kept=1):
        pass
    assert not (masks / "sizes.csv").exists()
    with killed(masks, ("d.nii", "e.nii"), workers=2, kept=3) as calls:
        assert all(ended(call) for call in calls)
    resumed = run("measure", *NAMES, "--output", "sizes.csv")
    assert resumed.code == whole.code == 1
    told, taken, *rest = resumed.err.replace("sizes.csv", "whole.csv").splitlines()
    assert [told, *rest] == whole.err.splitlines()
    assert taken == "taken over from an interrupted run: 3 files of 6"
    assert (masks / "sizes.csv").read_bytes() == (masks / "whole.csv").read_bytes()
    assert not (masks / "sizes.csv.part").exists()


def test_a_run_that_is_stopped_says_what_is_kept(
    masks: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(task: MaskTask) -> MaskOutcome:
        if Path(task.path).name == "c.nii":
            raise KeyboardInterrupt
        return outcome_of(task)

    (masks / "sizes.csv").write_text("of an earlier run", encoding="utf-8")
    monkeypatch.setattr(cohort, "outcome_of", stopped)
    stop = run("measure", *NAMES, "--output", "sizes.csv")
    said = "sizes.csv.part keeps 2 measured files; the same command goes on from there\n"
    assert (stop.code, stop.out, stop.err) == (130, "", said)
    assert (masks / "sizes.csv").read_text(encoding="utf-8") == "of an earlier run"


def test_what_another_run_kept_is_not_used(
    masks: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("recistkit.cli.measure.write_file", lambda *_: 1 / 0)
        assert run("measure", "a.nii", "--output", "sizes.csv").code == 1
    again = run("measure", "a.nii", "--output", "sizes.csv", "--convention", "centres")
    assert again.err.splitlines() == [
        "sizes.csv.part is of a run with other options or by another version: not used",
        "wrote 1 label of 1 file to sizes.csv (convention centres)",
    ]
    assert not (masks / "sizes.csv.part").exists()


def test_a_file_beside_the_output_that_is_something_else_is_left_alone(
    masks: Path, run: Run
) -> None:
    (masks / "sizes.csv.part").write_text("a download\n", encoding="utf-8")
    refused = run("measure", "a.nii", "--output", "sizes.csv")
    message = "Error: sizes.csv.part is something else; expected another --output\n"
    assert (refused.code, refused.err) == (2, message)
    assert (masks / "sizes.csv.part").read_text(encoding="utf-8") == "a download\n"
    assert not (masks / "sizes.csv").exists()
