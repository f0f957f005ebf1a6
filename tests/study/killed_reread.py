"""A process that lets a reader read a subject once more, and is killed at a step of that."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from recistkit.store.study_file import StudyFile
from recistkit.study import reread_tables, rereading
from recistkit.study.folder import StudyFolder
from tests.study.small_trial import acting_as

__all__ = ["STEPS", "reread_until"]

STEPS: Final = {
    "the rows are noted": (reread_tables, "note_rows", 1),
    "the subjects table is written": (reread_tables, "replace_on_disk", 1),
    "the events table is written": (reread_tables, "replace_on_disk", 2),
    "the scans are placed": (rereading, "place_all", 1),
    "it is recorded": (StudyFile, "append_all", 1),
}
"""What is just done when the process ends: the owner and name of a function, and its call."""


def reread_until(trial: Path, step: str) -> None:
    """Let A read S1 once more, up to a step."""
    owner, name, call = STEPS[step]
    calls = [0]

    def then_killed(function: Callable[..., Any]) -> Callable[..., Any]:
        def carried_out(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as the function
            result = function(*arguments, **options)
            calls[0] += 1
            if calls[0] == call:
                os._exit(9)
            return result

        return carried_out

    with (
        acting_as("M"),
        patch.object(owner, name, then_killed(getattr(owner, name))),
        StudyFolder.opened(trial) as study,
    ):
        rereading.reread(study, "A", ["S1"])
