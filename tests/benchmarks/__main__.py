"""Measure and compare with the bars: ``python -m tests.benchmarks [--subjects N]``."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np

from recistkit import criteria
from recistkit.response import assess
from recistkit.study.classify import classify as classify_study
from tests.benchmarks.loading import loading_bars
from tests.benchmarks.masks import mask_bars
from tests.benchmarks.propagation import propagation_bars
from tests.benchmarks.study import Shape, arrays, write_parquet
from tests.benchmarks.trial import build_trial, export_tables

BARE = """
import sys
import polars as pl
order = ["subject", "date"]
(
    pl.scan_parquet(sys.argv[1])
    .group_by("subject", "timepoint")
    .agg(pl.col("longest_mm").sum(), pl.col("date").min())
    .sort(order)
    .with_columns(smallest=pl.col("longest_mm").cum_min().over("subject"))
    .collect()
)
"""
ENGINE_SECONDS = 1.0
PROPORTION = 1.5
COMMAND_RATIO = 10.0
COMMAND_GIGABYTES = 4.0
VIEWER_MILLISECONDS = 5.0
STATUS_SECONDS = 1.0
STUDY_TO_TABLE = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--most-subjects", type=int, default=1_000_000)
    parser.add_argument("--trial-subjects", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    verdicts = [
        *_engine(given.subjects, given.most_subjects, given.runs),
        *_command(given.subjects, given.runs),
        _viewer(),
        *_trial(given.trial_subjects, given.runs),
        *mask_bars(given.runs),
        *loading_bars(given.runs),
        *propagation_bars(given.runs),
    ]
    print(f"{sum(verdicts)} of {len(verdicts)} bars are met")
    return 0 if all(verdicts) else 1


def _say(what: str, value: float, bar: float, unit: str = "") -> bool:
    met = value <= bar
    print(f"  {what}: {value:.3g}{unit}, bar {bar:g}{unit}: {'met' if met else 'MISSED'}")
    return met


def _median_seconds(work: Callable[[], object], runs: int) -> float:
    work()
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def _engine(subjects: int, most_subjects: int, runs: int) -> list[bool]:
    """Lesion rows to responses and best responses, in three compartments."""
    seconds = {}
    for count in (subjects, most_subjects):
        shape = Shape(count)
        observations, layout = arrays(shape)
        rules = criteria.load("recist-1.1")
        times = runs if count == subjects else 1
        seconds[count] = _median_seconds(lambda: assess(observations, layout, rules), times)  # noqa: B023  called in this turn only
        given = [getattr(observations, field.name) for field in fields(observations)]
        copy = _median_seconds(lambda: [np.copy(array) for array in given], times)  # noqa: B023  as above
        print(
            f"engine, {count} subjects x {shape.visits} visits x {shape.targets} targets: "
            f"{seconds[count]:.2f} s, {seconds[count] / copy:.0f} times copying its input"
        )
    in_proportion = seconds[most_subjects] / seconds[subjects] * subjects / most_subjects
    return [
        _say("engine, smaller study", seconds[subjects], ENGINE_SECONDS, " s"),
        _say("engine, seconds a subject, larger to smaller", in_proportion, PROPORTION),
    ]


def _command(subjects: int, runs: int) -> list[bool]:
    """The whole command from Parquet against a bare scan, group and cumulative minimum."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reads.parquet"
        write_parquet(Shape(subjects), path)
        output = str(Path(folder) / "results")
        ours = [sys.executable, "-m", "recistkit", "classify", str(path)]
        ours += ["--format", "parquet", "--output", output]
        bare = [sys.executable, "-c", BARE, str(path)]
        _process(ours), _process(bare)
        pairs = [(_process(ours), _process(bare)) for _ in range(runs)]
    ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in pairs)
    peak = max(mine[1] for mine, _ in pairs)
    seconds = [statistics.median(run[side][0] for run in pairs) for side in (0, 1)]
    print(f"command, {subjects} subjects: {seconds[0]:.2f} s; bare polars {seconds[1]:.2f} s")
    return [
        _say("command to bare polars, median of pairs", ratio, COMMAND_RATIO),
        _say("command, peak memory", peak, COMMAND_GIGABYTES, " GB"),
    ]


MEASURE = """
import resource, subprocess, sys, time
begin = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6)
"""


def _process(command: list[str]) -> tuple[float, float]:
    """Return seconds and peak memory (GB) of a command as a whole process."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], check=True, capture_output=True, text=True
    )
    seconds, gigabytes = map(float, run.stdout.split())
    return seconds, gigabytes


def _viewer() -> bool:
    """One patient of ten visits assessed again, as a viewer does after each ruler."""
    observations, layout = arrays(Shape(1, visits=10))
    rules = criteria.load("recist-1.1")
    print("one patient of ten visits again")
    milliseconds = 1000 * _median_seconds(lambda: assess(observations, layout, rules), 100)
    return _say("median of 100", milliseconds, VIEWER_MILLISECONDS, " ms")


def _trial(subjects: int, runs: int) -> list[bool]:
    """A study of two readers and eight visits: how far it is, and its responses, beside a table.

    Whole commands, interleaved, since whoever waits does so for a command; of
    the calls of the library the ratio is printed without a bar.
    """
    with tempfile.TemporaryDirectory() as folder:
        trial = build_trial(Path(folder) / "trial", subjects=subjects, visits=8)
        reads, visits = export_tables(trial)
        program = [sys.executable, "-m", "recistkit"]
        classify = [*program, "classify", "--output", str(Path(folder) / "results")]
        commands = {
            "version": [*program, "--version"],
            "status": [*program, "study", "status", str(trial)],
            "study": [*classify, str(trial)],
            "table": [*classify, str(reads), "--visits", str(visits)],
        }
        for command in commands.values():
            _process(command)
        taken = [
            {name: _process(command)[0] for name, command in commands.items()} for _ in range(runs)
        ]
        calls = [
            (_seconds(lambda: classify_study(trial)), _seconds(lambda: classify_study(reads)))
            for _ in range(runs)
        ]
    middle = {name: statistics.median(one[name] for one in taken) for name in commands}
    said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in middle.items())
    library = statistics.median(ours / theirs for ours, theirs in calls)
    print(f"trial, {subjects} subjects x 8 visits x 2 readers: {said}")
    print(f"  library calls, study to its exported table: {library:.2g}")
    ratio = statistics.median(one["study"] / one["table"] for one in taken)
    return [
        _say("study status, whole process", middle["status"], STATUS_SECONDS, " s"),
        _say("classify, study to its exported table, whole processes", ratio, STUDY_TO_TABLE),
    ]


def _seconds(work: Callable[[], object]) -> float:
    """Return how long something takes, once."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
