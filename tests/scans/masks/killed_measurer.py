"""Measures masks as the command does, but waits for ever at some of them: to be killed there.

``python -m tests.scans.masks.killed_measurer PORT NAMES ARGUMENTS...``: at each mask of NAMES (with
commas) the process that measures it calls PORT, by which the test knows that it is there and,
when the call ends, that it is there no more.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from recistkit.cli import main
from recistkit.scans.masks import cohort, outcome
from recistkit.scans.masks.outcome import MaskOutcome, MaskTask

PORT = "RECISTKIT_TEST_PORT"
NAMES = "RECISTKIT_TEST_NAMES"


def outcome_unless_waiting(task: MaskTask) -> MaskOutcome:
    """Return what comes of a mask, unless it is one to wait at."""
    if Path(task.path).name in os.environ[NAMES].split(","):
        with socket.create_connection(("127.0.0.1", int(os.environ[PORT]))) as call:
            call.recv(1)
    return outcome.outcome_of(task)


if __name__ == "__main__":
    os.environ[PORT], os.environ[NAMES] = sys.argv[1:3]
    setattr(cohort, "outcome_of", outcome_unless_waiting)  # noqa: B010  not its export
    sys.exit(main(["measure", *sys.argv[3:]]))
