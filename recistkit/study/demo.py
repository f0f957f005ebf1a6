"""The example study from its image files to accepted responses: every arrow in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recistkit.errors import ScanError
from recistkit.exchange.read_document import load_read_documents
from recistkit.exchange.sources import open_table
from recistkit.findings.table import FINDING_COLUMNS
from recistkit.scans import load_folder
from recistkit.study.check import check
from recistkit.study.check_rulers import check_rulers
from recistkit.study.reconcile import StudyReconciliation, reconcile

if TYPE_CHECKING:
    from recistkit.model.read import Read
    from recistkit.model.series import Series

__all__ = ["DEMO_CRITERIA", "Demo", "DemoResult", "example_folder", "run_demo", "visit_folders"]

DEMO_CRITERIA: Final = ("recist-1.1", "zhu-2013")
_FOLDER: Final = "example_scans"
_READS: Final = "reads"
_DECISIONS: Final = "decisions.csv"
_SCAN_FILES: Final = ("*.dcm", "*.nii.gz")


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
    decisions : polars.DataFrame
        Decisions table of the adjudicator.
    results : dict of str to DemoResult
        By id of the criteria.
    """

    scans: tuple[Series, ...]
    refused: tuple[ScanError, ...]
    readers: tuple[str, ...]
    subjects: tuple[str, ...]
    rulers: int
    misplaced: int
    decisions: pl.DataFrame
    results: Mapping[str, DemoResult]


def example_folder() -> Path:
    """Return the folder of the example study: inside the installed package, or beside it.

    Raises
    ------
    ScanError
        If it is at neither place.
    """
    package = Path(str(resources.files("recistkit")))
    for folder in (package / _FOLDER, package.parent / _FOLDER):
        if (folder / _READS).is_dir():
            return folder
    raise ScanError(package / _FOLDER, "the example study is not installed")


def visit_folders(folder: Path) -> list[Path]:
    """Return the folders of scans of a study, ``<subject>/<visit>``, in order."""
    files = (path for ending in _SCAN_FILES for path in folder.glob(f"*/*/**/{ending}"))
    return sorted({folder.joinpath(*path.relative_to(folder).parts[:2]) for path in files})


def run_demo(folder: Path, *, on_visit: Callable[[], None] = lambda: None) -> Demo:
    """Work through a study of the form of the example: scans, rulers, responses, decisions.

    Parameters
    ----------
    folder : Path
        ``<subject>/<visit>/`` with scans, ``reads/`` with read documents of
        two readers, ``decisions.csv``, ``subjects.csv`` and maybe ``events.csv``.
    on_visit : callable
        Called after the scans of each of `visit_folders` were loaded.

    Raises
    ------
    TableError, DocumentError, ScanError
        If the files have faults.
    """
    scans, refused = _load_scans(folder, on_visit)
    reads = load_read_documents(folder / _READS)
    of_rulers = _ruler_findings(reads, scans)
    readers = tuple(sorted({read.reader for read in reads}))
    results = {
        criteria: DemoResult(
            findings=pl.concat([of_rulers, check(folder / _READS, **_tables(folder, criteria))]),
            reconciliation=_reconciled(folder, criteria, readers),
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
        decisions=open_table(folder / _DECISIONS).frame,
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


def _tables(folder: Path, criteria: str) -> dict[str, Any]:
    """Return criteria and tables of the study, as the arrows take them."""
    tables = {"subjects": folder / "subjects.csv", "events": folder / "events.csv"}
    there = {name: path for name, path in tables.items() if path.is_file()}
    return {"criteria": criteria, **there}


def _reconciled(folder: Path, criteria: str, readers: Sequence[str]) -> StudyReconciliation:
    """Reconcile the study under one rule set.

    The decisions were made under the first rule set. They name the read that
    is accepted of a subject, so they hold under another rule set too, except
    where both reads come to the same and there is nothing to settle.
    """
    table, tables = folder / _READS, _tables(folder, criteria)
    return reconcile(table, readers=readers, decisions=folder / _DECISIONS, **tables)
