"""Run the tests on changed copies of the project, one change at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.mutants.mutant import Mutant
from tests.mutants.plan import Plan

_PYTEST = ("-m", "pytest", "-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider")
_PASSED = 0
_FAILED, _STOPPED, _NOT_STARTED = 1, 2, 4  # a module that no longer loads gives the last two
_NOTICED = {_FAILED, _STOPPED, _NOT_STARTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a mutant: noticed by a test (or never ending), or survived."""

    mutant: Mutant
    killed: bool


def copy_project(plan: Plan, root: Path, folder: Path) -> None:
    """Copy what a trial needs, without caches.

    The byte code of the copy is checked by content, not by time: two changes of
    the same length within one second would otherwise be taken for each other.
    """
    leave_out = shutil.ignore_patterns("__pycache__")
    folder.mkdir(parents=True)
    for name in plan.copied:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=leave_out)
        else:
            shutil.copy(source, folder / name)
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "."]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)


def run_tests(
    tests: Sequence[str], folder: Path, limit_seconds: float, *, keep_byte_code: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run tests in a copy; raises `subprocess.TimeoutExpired`."""
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "" if keep_byte_code else "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # those of the window alone take two seconds
        "RECISTKIT_HYPOTHESIS": "mutants",
        "OPENBLAS_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "1",
    }
    for inherited in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "COV_CORE_SOURCE"):
        environment.pop(inherited, None)
    return subprocess.run(
        [sys.executable, *_PYTEST, *tests],
        cwd=folder,
        env=environment,
        timeout=limit_seconds,
        capture_output=True,
        text=True,
        check=False,
    )


def unchanged_seconds(plan: Plan, folder: Path) -> float:
    """Return how long the tests take on the unchanged copy, and leave their byte code there.

    Raises
    ------
    RuntimeError
        If they do not pass; then no trial would mean anything.
    """
    start = time.monotonic()
    done = run_tests(plan.tests, folder, limit_seconds=1800, keep_byte_code=True)
    if done.returncode != _PASSED:
        raise RuntimeError("the tests do not pass on the unchanged copy:\n" + done.stdout[-4000:])
    return time.monotonic() - start


def try_mutant(plan: Plan, folder: Path, mutant: Mutant, limit_seconds: float) -> Verdict:
    """Run the tests with one mutant in place, and put the file back.

    Raises
    ------
    RuntimeError
        If pytest itself failed, so that nothing is known about the mutant.
    """
    path = folder / mutant.path
    original = path.read_bytes()
    path.write_text(mutant.text, encoding="utf-8")
    first = plan.first_for(mutant.path)
    try:
        killed = bool(first) and _is_noticed(first, folder, mutant, limit_seconds)
        killed = killed or _is_noticed(plan.tests, folder, mutant, limit_seconds)
    finally:
        path.write_bytes(original)
    return Verdict(mutant=mutant, killed=killed)


def _is_noticed(tests: Sequence[str], folder: Path, mutant: Mutant, limit_seconds: float) -> bool:
    try:
        done = run_tests(tests, folder, limit_seconds)
    except subprocess.TimeoutExpired:
        return True
    ended_by_signal = done.returncode < 0
    if done.returncode not in _NOTICED | {_PASSED} and not ended_by_signal:
        raise RuntimeError(
            f"{mutant.name}: pytest ended with {done.returncode}\n{done.stdout[-2000:]}"
        )
    return done.returncode != _PASSED


def run_trials(
    plan: Plan,
    root: Path,
    mutants: Sequence[Mutant],
    scratch: Path,
    *,
    workers: int = 2,
    tell: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Try every mutant.

    Parameters
    ----------
    plan : Plan
        Which tests to run.
    root : Path
        The project; nothing in it is changed.
    mutants : sequence of Mutant
        What to try.
    scratch : Path
        An empty folder for the copies.
    workers : int
        Trials at the same time.
    tell : callable
        Called with each verdict as it is known.

    Returns
    -------
    list of Verdict
        In the order of `mutants`.
    """
    first = scratch / "0"
    copy_project(plan, root, first)
    limit_seconds = 10 + 5 * unchanged_seconds(plan, first)
    copies: Queue[Path] = Queue()
    copies.put(first)
    for number in range(1, workers):
        copies.put(Path(shutil.copytree(first, scratch / str(number))))

    def trial(mutant: Mutant) -> Verdict:
        folder = copies.get()
        try:
            verdict = try_mutant(plan, folder, mutant, limit_seconds)
        finally:
            copies.put(folder)
        tell(verdict)
        return verdict

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(trial, mutants))


def score_percent(verdicts: Sequence[Verdict]) -> float:
    """Return the share of the mutants that were noticed, in per cent; 0 where there are none."""
    return 100 * sum(one.killed for one in verdicts) / len(verdicts) if verdicts else 0.0
