"""The long run against loss: ``python -m tests.store.faults --kills 500 --flips 1000``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.store.flips import flip_bytes
from tests.store.injection import FAULTS, SAVES, sweep
from tests.store.killed_study import WORKERS
from tests.store.kills import Tally, kill_all_at_work
from tests.store.race import SAVES as SAVES_AT_ONCE
from tests.store.race import race
from tests.store.studies import new_study
from tests.store.study_flips import KINDS, FlipTally, flip_study, study_to_flip

ROUNDS_OF_A_STUDY = 20
"""Then a fresh one is begun, since to look at all of it takes longer as it grows."""


def kill(kills: int, chance: random.Random) -> Tally:
    """Kill two readers, an adjudicator and a manager, and print what came of it."""
    tally = Tally()
    while tally.kills < kills and not tally.lost:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            new_study(Path(folder)).close()
            left = -(-(kills - tally.kills) // len(WORKERS))
            for _ in range(min(left, ROUNDS_OF_A_STUDY)):
                kill_all_at_work(Path(folder), chance, tally)
    print(
        f"kills: {tally.kills}, {tally.at_work} of them in the middle of work; saves that were "
        f"acknowledged: {tally.acknowledged}; signatures anchored afterwards: {tally.caught_up}; "
        f"lost or damaged: {len(tally.lost)}",
        "saves by worker: "
        + ", ".join(f"{name} {tally.acknowledged_to[name]}" for name in WORKERS),
        *tally.lost[:10],
        sep="\n  ",
        flush=True,
    )
    return tally


def inject() -> None:
    """Make faults at every place of every save, and print how many; one between states raises."""
    for fault in FAULTS:
        for save in SAVES:
            with tempfile.TemporaryDirectory() as folder:
                found = sweep(Path(folder), fault, save)
            print(
                f"{fault} faults while saving ({save}): {found.faults}; state before: "
                f"{found.before}; signed, anchored later: {found.signed_only}; between: 0",
                flush=True,
            )


def flip_databases(flips: int, chance: random.Random) -> None:
    """Flip bytes of both kinds of database, and print how many were found; one missed raises."""
    with tempfile.TemporaryDirectory() as folder:
        for file, found in flip_bytes(Path(folder), flips, chance).items():
            print(f"{file}: {flips} bytes flipped, {found} found, {flips - found} altered nothing")


def flip_all(flips: int, chance: random.Random) -> FlipTally:
    """Flip bytes of every kind of file of a study, and print what came of it."""
    tally = FlipTally()
    with tempfile.TemporaryDirectory() as folder:
        flip_study(study_to_flip(Path(folder)), flips, chance, tally)
    for kind in KINDS:
        found, harmless = tally.found[kind], tally.harmless[kind]
        print(f"{kind}: {found} flips found, {harmless} left an export as it was", flush=True)
    print(f"flips: {flips}; missed: {len(tally.missed)}", *tally.missed, sep="\n  ", flush=True)
    return tally


def run_races() -> None:
    """Let sixteen processes save one revision, of both kinds of chain; two winners raise."""
    for chain in SAVES_AT_ONCE:
        with tempfile.TemporaryDirectory() as folder:
            told = race(Path(folder), chain)
        print(
            f"{told + 1} processes saved one revision of the chain of a {chain}: 1 won, "
            f"{told} were told who and when",
            flush=True,
        )


def main() -> int:
    """Do all, and return 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--flips", type=int, default=1000, help="of all files together")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    chance = random.Random(given.seed)
    inject()
    run_races()
    flip_databases(given.flips // 2, chance)
    missed = flip_all(given.flips, chance).missed
    return 1 if kill(given.kills, chance).lost or missed else 0


if __name__ == "__main__":
    sys.exit(main())
