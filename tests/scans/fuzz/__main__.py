"""Try damaged files: ``python -m tests.scans.fuzz [--count N] [--seed N]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.scans.fuzz.seeds import KINDS, Seed, all_seeds
from tests.scans.fuzz.workers import Case, Result, results

COUNTS: Final = {"dicom": 20_000, "nifti": 2_000, "nrrd": 1_500, "segmentation": 1_500}
"""How many damaged files of each kind, beside the sound ones."""
KEPT: Final = 3
"""So many files are kept of each fault."""
EVERY: Final = 1000


def main() -> int:
    """Try the files, print what became of them, and return 1 if anything is wrong."""
    given = _arguments()
    faults: dict[str, list[Result]] = {}
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    peak = 0
    with tempfile.TemporaryDirectory(prefix="recistkit-fuzz-") as name:
        seeds = all_seeds(Path(name) / "sound")
        cases = _cases(seeds, given.seed, given.count, given.kind)
        print(f"{len(cases)} files, seed {given.seed}", flush=True)
        for done, result in enumerate(
            results(cases, seeds, Path(name), workers=given.workers), start=1
        ):
            _count(counts[result.case.kind], result)
            peak = max(peak, result.peak_bytes)
            for text, detail in zip(result.outcome.faults, result.outcome.details, strict=True):
                known = faults.setdefault(text, [])
                known.append(result)
                if len(known) <= KEPT:
                    _keep(given.keep, [*faults].index(text) + 1, result, text, detail)
                if len(known) == 1:
                    print(f"fault: {text}: {result.name}, {result.case}", flush=True)
            if done % EVERY == 0:
                print(f"{done} files, {sum(map(len, faults.values()))} faults", flush=True)
    _print(counts, faults, peak)
    if faults:
        print(f"kept in {given.keep}")
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, help="damaged files of each kind, unless as planned")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "recistkit-fuzz")
    return parser.parse_args()


def _cases(
    seeds: Mapping[str, list[Seed]], seed: int, count: int | None, kinds: list[str] | None
) -> list[Case]:
    """Return the cases of each kind: every sound file, then damaged ones."""
    return [
        Case(seed, kind, number)
        for kind in kinds or KINDS
        for number in range(len(seeds[kind]) + (COUNTS[kind] if count is None else count))
    ]


def _count(counts: Counter[str], result: Result) -> None:
    """Count what became of a file."""
    counts["files"] += 1
    told = result.outcome.counts
    if result.outcome.faults:
        counts["with a fault"] += 1
    elif told["series loaded"] or told["masks measured"]:
        counts["loaded or measured"] += 1
    else:
        counts["refused"] += 1
    counts.update(told)


def _keep(folder: Path, number: int, result: Result, text: str, detail: str) -> None:
    """Keep a file that shows a fault, with a word of what happens."""
    case = result.case
    place = folder / f"{number:03d}" / f"{case.kind}-{case.number}"
    place.mkdir(parents=True, exist_ok=True)
    for name, data in result.files.items():
        (place / name).write_bytes(data)
    said = f"{text}\nmade from {result.name}, {case}\n\n{detail}\n"
    (place / "why.txt").write_text(said, encoding="utf-8")


def _print(
    counts: Mapping[str, Counter[str]], faults: Mapping[str, list[Result]], peak: int
) -> None:
    """Print what became of the files."""
    for kind, of_kind in counts.items():
        words = ", ".join(f"{number} {word}" for word, number in of_kind.items())
        print(f"{kind}: {words or 'none'}")
    print(f"most memory of a process: {peak / 1024**2:.0f} MiB")
    print(f"{sum(map(len, faults.values()))} faults of {len(faults)} kinds")
    for text, found in sorted(faults.items(), key=lambda one: -len(one[1])):
        print(f"  {len(found)} x {text}")


if __name__ == "__main__":
    sys.exit(main())
