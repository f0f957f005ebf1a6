"""All at work on a study are killed at random moments: nothing that was saved is lost.

A short run; `python -m tests.store.faults --kills 500` makes a long one.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.store.kills import Tally, kill_all_at_work
from tests.store.studies import new_study

ROUNDS = 4
"""Of four kills each."""


def test_nothing_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    chance, tally = random.Random(), Tally()  # other moments in every run
    new_study(tmp_path).close()
    for _ in range(ROUNDS):
        kill_all_at_work(tmp_path, chance, tally)
    print(tally)
    assert tally.lost == []
    assert tally.kills == 4 * ROUNDS
    assert tally.acknowledged > ROUNDS
