"""`python -m tests.mutants`: the mutation score, with the name of each survivor."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.mutants.plan import all_mutants, load_plan, spread
from tests.mutants.trials import Verdict, run_trials, score_percent

ROOT = Path(__file__).resolve().parents[2]


def tell(verdict: Verdict) -> None:
    """Name a survivor as soon as it is known."""
    if not verdict.killed:
        print(f"survived  {verdict.mutant.name}", flush=True)


def main() -> int:
    """Run the trials; return 0 if the score is high enough."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="try this many, evenly spread, instead of all")
    parser.add_argument("--only", default="", help="try those whose name contains this text")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the names and try nothing")
    options = parser.parse_args()
    plan = load_plan(Path(__file__).with_name("plan.toml"))
    mutants = [one for one in all_mutants(plan, ROOT) if options.only in one.name]
    mutants = spread(mutants, options.sample) if options.sample else mutants
    if options.list:
        print("\n".join(one.name for one in mutants))
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        workers = options.workers
        verdicts = run_trials(plan, ROOT, mutants, Path(scratch), workers=workers, tell=tell)
    score = score_percent(verdicts)
    killed = sum(one.killed for one in verdicts)
    print(
        f"mutation score {score:.1f} % ({killed} of {len(verdicts)} noticed, "
        f"{len(plan.equivalent)} equivalent left out; {plan.needed_percent:.0f} % needed)"
    )
    return 0 if score >= plan.needed_percent else 1


if __name__ == "__main__":
    sys.exit(main())
