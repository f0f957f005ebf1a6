"""A study from its image files to accepted responses: every arrow in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.errors import ScanError
from recistkit.findings.table import FINDING_COLUMNS
from recistkit.model.scan_record import SCANS_FOLDER
from recistkit.scans import load_folder
from recistkit.study.adjudicating import decisions_of
from recistkit.study.check import check
from recistkit.study.check_rulers import check_rulers
from recistkit.study.example_study import visit_folders
from recistkit.study.folder import StudyFolder
from recistkit.study.reconcile import StudyReconciliation, reconcile
from recistkit.study.signed_reads import signed_reads

if TYPE_CHECKING:
    from recistkit.model.read import Read
    from recistkit.model.series import Series

__all__ = ["DEMO_CRITERIA", "Demo", "DemoResult", "run_demo"]

DEMO_CRITERIA: Final = ("recist-1.1", "zhu-2013")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the example study comes to under one rule set.

    Attributes
    ----------
    findings : polars.DataFrame
        Findings table: of the rulers, then of ``check``.
    reconciliation : StudyReconciliation
        Both readers' responses, and what is accepted.
    """

    findings: pl.DataFrame
    reconciliation: StudyReconciliation

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table of the run, by the name of its file."""
        return {**self.reconciliation.tables, "findings": self.findings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The example study, worked through.

    Attributes
    ----------
    scans : tuple of Series
        Those that could be loaded.
    refused : tuple of ScanError
        Why others could not.
    readers : tuple of str
        The two readers.
    subjects : tuple of str
        Those that were read.
    rulers, misplaced : int
        How many rulers the readers set, and how many findings there are on them.
    decisions : polars.DataFrame or None
        Decisions table of the adjudicator; None where nothing was decided.
    results : dict of str to DemoResult
        By id of the criteria.
    """

    scans: tuple[Series, ...]
    refused: tuple[ScanError, ...]
    readers: tuple[str, ...]
    subjects: tuple[str, ...]
    rulers: int
    misplaced: int
    decisions: pl.DataFrame | None
    results: Mapping[str, DemoResult]


def run_demo(study: Path, *, on_visit: Callable[[], None] = lambda: None) -> Demo:
    """Work through a study of two readers: scans, rulers, responses, decisions.

    Parameters
    ----------
    study : Path
        See `recistkit.study.example_study.begin_example`.
    on_visit : callable
        Called after the scans of each visit were loaded.

    Raises
    ------
    RoleError
        If this login may not see the reads.
    TableError, StoreError, ScanError
        If something in the study has faults.
    """
    scans, refused = _load_scans(study / SCANS_FOLDER, on_visit)
    with StudyFolder.opened(study, to_look=True) as opened:
        reads = [one.read for one in signed_reads(opened)]
        readers, decisions = opened.reader_ids, decisions_of(opened)
    of_rulers = _ruler_findings(reads, scans)
    results = {
        criteria: DemoResult(
            findings=pl.concat([of_rulers, check(study, criteria=criteria)]),
            reconciliation=_reconciled(study, criteria, readers),
        )
        for criteria in DEMO_CRITERIA
    }
    return Demo(
        scans=tuple(series for group in scans.values() for series in group),
        refused=refused,
        readers=readers,
        subjects=tuple(sorted({read.subject for read in reads})),
        rulers=sum(bool(mark.longest) + bool(mark.short) for read in reads for mark in read.marks),
        misplaced=of_rulers.height,
        decisions=decisions,
        results=results,
    )


def _load_scans(
    folder: Path, on_visit: Callable[[], None]
) -> tuple[dict[str, list[Series]], tuple[ScanError, ...]]:
    """Load every image series, pixels too; return what their headers say, by subject."""
    scans: dict[str, list[Series]] = defaultdict(list)
    refused: list[ScanError] = []
    for path in visit_folders(folder):
        found = load_folder(path)
        scans[path.parent.name] += [series for series, _ in found.scans]
        refused += found.refused
        on_visit()
    return dict(scans), tuple(refused)


def _ruler_findings(reads: Iterable[Read], scans: Mapping[str, Sequence[Series]]) -> pl.DataFrame:
    """Return the findings on rulers; each read is held against its own subject's scans."""
    rows = [
        asdict(finding)
        for read in reads
        for finding in check_rulers(read, scans.get(read.subject, ()))
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(FINDING_COLUMNS, pl.String))


def _reconciled(study: Path, criteria: str, readers: Sequence[str]) -> StudyReconciliation:
    """Reconcile the study under one rule set.

    The decisions were made under the charter's. They name the read that is
    accepted of a subject, so they hold under another rule set too, except where
    both reads come to the same and there is nothing to settle.
    """
    return reconcile(study, readers=readers, criteria=criteria)
