"""One bit of any file of a study is flipped: verify finds it, or an export is what it was.

A short run; `python -m tests.store.faults --flips 1000` makes a long one.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.store.study_flips import KINDS, FlipTally, flip_study, study_to_flip

FLIPS = 5 * len(KINDS)


def test_a_flipped_bit_is_found_or_leaves_an_export_as_it_was(tmp_path: Path) -> None:
    tally = FlipTally()
    flip_study(study_to_flip(tmp_path), FLIPS, random.Random(), tally)  # others in every run
    print(tally)
    assert tally.missed == []
    assert tally.found.total() + tally.harmless.total() == FLIPS
    for kind in ("study.toml", "documents", "scans"):
        assert tally.found[kind] == 5, kind
