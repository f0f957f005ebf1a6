"""What is kept of a scan that was copied: its record in the study, its link in the key file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recistkit.model.scan_record import SCANS_FOLDER, ScanRecord
from recistkit.study.adding.copy import ScanCopy
from recistkit.study.adding.folder import free_number
from recistkit.study.adding.key_file import KeyDocument, PatientLink, SeriesLink
from recistkit.study.adding.subjects import SubjectScan, birth_of
from recistkit.study.adding.timepoints import PlacedScan

__all__ = ["CopiedScan", "numbered_records", "patient_links", "series_links"]


@dataclass(frozen=True, slots=True)
class CopiedScan:
    """A scan and its copy.

    Attributes
    ----------
    named : SubjectScan
    copy : ScanCopy
    folder : Path or None
        Where the copy is; None where nothing was written.
    """

    named: SubjectScan
    copy: ScanCopy
    folder: Path | None


def numbered_records(
    study: Path,
    copies: Sequence[CopiedScan],
    placed: Sequence[PlacedScan],
    key: KeyDocument,
    existing: Sequence[ScanRecord],
) -> dict[Path, ScanRecord]:
    """Return the record of each copy, by the folder that the copy is in.

    Scans of a visit are numbered by date, modality and the order in which they
    were found, behind those that the visit has.
    """
    timepoints = {one.scan.paths: one.timepoint for one in placed}
    taken = {record.path for record in existing}
    records: dict[Path, ScanRecord] = {}
    for one in sorted(copies, key=_order):
        if one.folder is None:
            continue
        visit = f"{SCANS_FOLDER}/{one.named.subject}/{timepoints[one.named.scan.paths]}"
        path = f"{visit}/{free_number(study, visit, taken)}"
        taken.add(path)
        records[one.folder] = _record(one, timepoints[one.named.scan.paths], path, key)
    return records


def patient_links(named: Sequence[SubjectScan], key: KeyDocument) -> list[PatientLink]:
    """Return which subject each patient is, for the key file."""
    return [
        PatientLink(
            patient_id=one.scan.patient.id,
            issuer=one.scan.patient.issuer,
            birth=birth_of(one.scan, key),
            subject=one.subject,
        )
        for one in named
        if one.scan.patient
    ]


def series_links(named: Sequence[SubjectScan], key: KeyDocument) -> list[SeriesLink]:
    """Return what each series was called where it came from, for the key file."""
    return [_series_link(one, key) for one in named]


def _order(one: CopiedScan) -> tuple[str, str, tuple[Path, ...]]:
    """Return what scans of a visit are numbered by."""
    series = one.named.scan.series
    return (str(series.date or ""), series.modality or "", one.named.scan.paths)


def _record(one: CopiedScan, timepoint: str, path: str, key: KeyDocument) -> ScanRecord:
    """Return the record of one scan."""
    series, reference = one.named.scan.series, one.named.scan.series.frame_of_reference
    return ScanRecord(
        subject=one.named.subject,
        timepoint=timepoint,
        series_uid=key.pseudonyms.uid(series.uid),
        path=path,
        files=one.copy.files,
        bytes=one.copy.bytes,
        sha256=one.copy.sha256,
        pixels_sha256=one.copy.pixels_sha256,
        modality=series.modality,
        date=series.date,
        study_date=one.named.scan.visit_date,
        slices=series.slices,
        slice_thickness_mm=series.slice_thickness_mm,
        frame_of_reference=key.pseudonyms.uid(reference) if reference else None,
    )


def _series_link(one: SubjectScan, key: KeyDocument) -> SeriesLink:
    """Return the link of one series."""
    scan, uid = one.scan, key.pseudonyms.uid
    study, reference = scan.identity.study_uid, scan.series.frame_of_reference
    prefix = _common_start(scan.sop_uids)
    return SeriesLink(
        patient=(scan.patient.id, scan.patient.issuer) if scan.patient else None,
        uid=uid(scan.series.uid),
        original_uid=scan.series.uid,
        study_uid=uid(study) if study else None,
        original_study_uid=study,
        frame_of_reference=uid(reference) if reference else None,
        original_frame_of_reference=reference,
        instances_prefix=prefix,
        instances=tuple(name[len(prefix) :] for name in scan.sop_uids),
    )


def _common_start(names: Sequence[str]) -> str:
    """Return what all names begin with.

    Examples
    --------
    >>> _common_start(["1.2.34", "1.2.35"]), _common_start([])
    ('1.2.3', '')
    """
    first, last = min(names, default=""), max(names, default="")
    pairs = enumerate(zip(first, last, strict=False))
    return first[: next((index for index, (a, b) in pairs if a != b), min(len(first), len(last)))]
