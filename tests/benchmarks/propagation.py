"""Places carried between two real scans of one head: ``python -m tests.benchmarks.propagation``.

One global step and six lesions, loading not counted; where `RECISTKIT_SCANS`
names no folder of real scans, nothing is measured.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Final

from recistkit.propagation import LesionPlace, global_step, propagate
from recistkit.scans import load_series
from tests.conftest import SCANS_VARIABLE
from tests.propagation.real_pair import PAIR, in_the_head

SECONDS: Final = 15.0
LESIONS: Final = 6


def main() -> int:
    return 0 if all(propagation_bars(runs=3)) else 1


def propagation_bars(runs: int) -> list[bool]:
    """Print the seconds, and return whether the bar is met."""
    folder = os.environ.get(SCANS_VARIABLE)
    if not folder:
        print(f"propagation: {SCANS_VARIABLE} names no folder of real scans; not measured")
        return []
    first, second = (load_series(Path(folder) / PAIR / f"study{n}_FLAIR.nii.gz") for n in (1, 2))
    lesions = [LesionPlace(point_mm=one) for one in in_the_head(first, LESIONS)]
    whole, local = [], []
    for _ in range(runs):
        begin = time.perf_counter()
        step = global_step(first, second)
        whole.append(time.perf_counter() - begin)
        propagate(first, second, lesions, step=step)
        local.append(time.perf_counter() - begin - whole[-1])
    total = statistics.median(a + b for a, b in zip(whole, local, strict=True))
    print(
        f"propagation: global step {statistics.median(whole):.1f} s, "
        f"{LESIONS} lesions {statistics.median(local):.1f} s"
    )
    met = total <= SECONDS
    print(f"  both: {total:.1f} s, bar {SECONDS:g} s: {'met' if met else 'MISSED'}")
    return [met]


if __name__ == "__main__":
    sys.exit(main())
