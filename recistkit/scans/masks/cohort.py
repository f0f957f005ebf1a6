"""Diameters of all the labels of many files: in this process, in several, or on a cluster.

What is measured where, and in which order it is done, changes nothing: the table
is put together in the order of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.errors import ScanError
from recistkit.measure.mask_outline import require_convention
from recistkit.scans.masks.label_volumes import NO_SUCH_FILE
from recistkit.scans.masks.local_workers import done_here
from recistkit.scans.masks.outcome import MaskOutcome, MaskTask, outcome_of, program_version
from recistkit.scans.masks.table import LABEL_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Generator

    from recistkit.measure.mask_outline import Convention
    from recistkit.scans.masks.kept_outcomes import KeptOutcomes

__all__ = ["MEASURED_COLUMNS", "MeasuredMasks", "measured_masks"]

_SCHEMA: Final = {"file": pl.String} | LABEL_SCHEMA
MEASURED_COLUMNS: Final = tuple(_SCHEMA)
"""The measurements table."""

_ENDED: Final = "ended the process that measured it: too large for the memory, or damaged"
_UNSEEN: Final = (
    "is seen here and not by the cluster; expected a folder that its workers have at the same path"
)


@dataclass(frozen=True, slots=True)
class MeasuredMasks:
    """What was measured.

    Parameters
    ----------
    table : polars.DataFrame
        One row a label (`MEASURED_COLUMNS`), files in the order given.
    refused : tuple of ScanError
        The files that could not be measured.
    noted : tuple of (Path, str)
        What is to be noted of files that were measured.
    taken_over : int
        How many files an earlier run had measured.
    """

    table: pl.DataFrame
    refused: tuple[ScanError, ...]
    noted: tuple[tuple[Path, str], ...]
    taken_over: int


def measured_masks(
    paths: Sequence[Path],
    *,
    convention: Convention = "contour",
    largest_component: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
    kept: KeptOutcomes | None = None,
    on_file: Callable[[], None] = lambda: None,
) -> MeasuredMasks:
    """Return the diameters of each label of many files; a file that fails stops no other.

    Parameters
    ----------
    paths : sequence of Path
        The files, each once.
    convention, largest_component
        As for `recistkit.measure.diameters`.
    workers : int
        How many processes measure; the result is the same for any number.
    scheduler : str, optional
        Address of a Dask cluster that measures instead.
    kept : KeptOutcomes, optional
        What an earlier run has measured, which is taken over where the content of
        a file is still the same; and where this run keeps what it measures.
    on_file : callable
        Called after each file.

    Raises
    ------
    OptionError
        If there is no such convention, less than one worker, or no library for
        clusters.
    ClusterError
        If the cluster does not answer, or has another version of the program.
    OutputError
        If outcomes cannot be kept.
    """
    require_convention(convention)
    version = program_version()
    tasks = {}
    for path in paths:
        known = kept.of(path.as_posix()) if kept else None
        digest = known.sha256 if known else None
        task = MaskTask(str(path.absolute()), convention, largest_component, version, digest)
        tasks[task] = path
    outcomes: dict[Path, MaskOutcome] = {}
    with closing(_done(tasks, workers, scheduler)) as done:
        for task, outcome in done:
            path = tasks[task]
            outcomes[path] = _settled(path, outcome, kept, on_cluster=scheduler is not None)
            on_file()
    return _together(paths, outcomes)


def _done(
    tasks: Iterable[MaskTask], workers: int, scheduler: str | None
) -> Generator[tuple[MaskTask, MaskOutcome | None]]:
    """Yield each task with its outcome, None where it ended its process."""
    if scheduler is None:
        yield from done_here(tasks, outcome_of, workers)
    else:
        from recistkit.scans.masks.cluster import done_on_cluster

        yield from done_on_cluster(tasks, outcome_of, scheduler)


def _settled(
    path: Path, outcome: MaskOutcome | None, kept: KeptOutcomes | None, *, on_cluster: bool
) -> MaskOutcome:
    """Return what came of a file in the end, and keep it where it was measured now."""
    if outcome is None:
        return MaskOutcome(reason=_ENDED)
    if outcome.reason == NO_SUCH_FILE and on_cluster and path.is_file():
        return MaskOutcome(reason=_UNSEEN)
    file = path.as_posix()
    if kept and outcome.is_known and (known := kept.of(file)):
        return replace(known, is_known=True)
    if kept and outcome.reason is None:
        kept.keep(file, outcome)
    return outcome


def _together(paths: Sequence[Path], outcomes: dict[Path, MaskOutcome]) -> MeasuredMasks:
    """Return outcomes as one, in the order of the files."""
    rows, refused, noted = [], [], []
    for path in paths:
        outcome = outcomes[path]
        rows += [(path.as_posix(), *row) for row in outcome.rows]
        noted += [(path, note) for note in outcome.notes]
        if outcome.reason is not None:
            refused.append(ScanError(path, outcome.reason))
        elif not outcome.rows:
            noted.append((path, "holds no label"))
    return MeasuredMasks(
        table=pl.DataFrame(rows, schema=_SCHEMA, orient="row"),
        refused=tuple(refused),
        noted=tuple(noted),
        taken_over=sum(outcome.is_known for outcome in outcomes.values()),
    )
