"""Exports of a hospital, of patients who have names, and a study that adds their scans."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recistkit.model.scan_record import ScanRecord
from recistkit.study.adding.add_scans import AddedScans, StudyScans, add_scans
from recistkit.study.adding.problems import ScansRefusedError
from recistkit.study.adding.verify_scans import verify_scans
from tests.scans.dicom_files import Change, write_series

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["StudyUnderTest", "files_below", "write_ct"]


def write_ct(
    folder: Path,
    *,
    patient: str = "HOSPITAL-77",
    date: str = "20110301",
    series: str = "1.2.826.1",
    slices: int = 3,
    seed: int | None = None,
    change: Change | None = None,
    **values: object,
) -> list[Path]:
    """Write a CT of one patient and study; its pixels follow from its UID unless seeded."""
    number = seed if seed is not None else zlib.crc32(series.encode())
    stored = np.random.default_rng(number).integers(0, 2000, (slices, 6, 8), dtype=np.int16)

    def of_patient(dataset: Dataset, index: int) -> None:
        dataset.PatientID = patient
        dataset.StudyDate = dataset.AcquisitionDate = date
        dataset.StudyInstanceUID = f"{series}.0"
        for name, value in values.items():
            setattr(dataset, name, value)
        if change is not None:
            change(dataset, index)

    return write_series(folder, uid=series, stored=stored, change=of_patient)


@dataclass
class StudyUnderTest:
    """A study: its folder, and the records that its chain would hold."""

    folder: Path
    records: list[ScanRecord] = field(default_factory=list)
    locked: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def scans(self) -> StudyScans:
        return StudyScans(
            existing=lambda: tuple(self.records),
            record=self.records.extend,
            is_locked=lambda subject, timepoint: (subject, timepoint) in self.locked,
        )

    @property
    def key_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-key.json")

    def add(self, source: Path, **options: Any) -> AddedScans:  # noqa: ANN401  as add_scans
        return add_scans(source, self.folder, scans=self.scans, **options)

    def refusal(self, source: Path, **options: Any) -> list[str]:  # noqa: ANN401  as add_scans
        """Return why scans are refused; nothing in the study or beside it may have changed."""
        before = snapshot(self.folder.parent)
        try:
            self.add(source, **options)
        except ScansRefusedError as error:
            after = snapshot(self.folder.parent)
            after.pop(self.folder / ".add-scans.lock", None)
            before.pop(self.folder / ".add-scans.lock", None)
            assert after == before
            return [str(problem) for problem in error.problems]
        raise AssertionError("nothing was refused")

    def visits(self) -> list[tuple[str, str, str]]:
        """Return subject, timepoint and date of every scan."""
        return [(one.subject, one.timepoint, str(one.study_date)) for one in self.records]

    def verified(self) -> tuple[str, ...]:
        return verify_scans(self.records, self.folder)


def snapshot(folder: Path) -> dict[Path, bytes]:
    """Return the content of every file below a folder."""
    return {path: path.read_bytes() for path in files_below(folder)}


def files_below(folder: Path) -> Sequence[Path]:
    """Return every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
