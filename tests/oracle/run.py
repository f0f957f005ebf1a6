"""Hold the two engines against each other: ``python -m tests.oracle.run --reads 100000``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.oracle.compare import Comparison, compare_counting
from tests.oracle.generate import generate
from tests.oracle.parameters import CRITERIA

SUBJECTS_A_CASE = 150
SHOWN = 5


@dataclass
class Tally:
    """What the cases of one set of criteria came to."""

    cases: int = 0
    reads: int = 0
    rows: int = 0
    disagreements: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, seed: int, found: Comparison) -> None:
        self.cases += 1
        self.reads += found.reads
        self.rows += found.rows
        self.disagreements += len(found.differences)
        for text in found.differences[: SHOWN - len(self.first)]:
            self.first.append(f"case {seed}: {text}")


def main() -> int:
    """Compare, print the counts, and return 1 if there is any disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=100_000, help="reads per criteria")
    parser.add_argument("--seed", type=int, default=1, help="number of the first case")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--criteria", choices=list(CRITERIA), action="append")
    given = parser.parse_args()
    disagreements = 0
    with get_context("spawn").Pool(given.processes) as pool:
        for criteria in given.criteria or CRITERIA:
            tally = Tally()
            seed = given.seed
            while tally.reads < given.reads:
                seeds = range(seed, seed + 4 * given.processes)
                seed = seeds.stop
                cases = [(criteria, number) for number in seeds]
                for number, found in zip(seeds, pool.map(_one, cases, chunksize=1), strict=True):
                    tally.add(number, found)
            print(
                f"{criteria}: {tally.reads} reads, {tally.rows} rows, {tally.cases} cases, "
                f"{tally.disagreements} disagreements",
                flush=True,
            )
            for text in tally.first:
                print(f"  {text}", flush=True)
            disagreements += tally.disagreements
    return 1 if disagreements else 0


def _one(case: tuple[str, int]) -> Comparison:
    criteria, seed = case
    try:
        return compare_counting(generate(seed, SUBJECTS_A_CASE, criteria))
    except Exception as error:  # noqa: BLE001 - a crash of an engine is a disagreement too
        text = f"{type(error).__name__}: {error}"
        return Comparison(reads=SUBJECTS_A_CASE, differences=[text])


if __name__ == "__main__":
    sys.exit(main())
