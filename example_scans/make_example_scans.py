"""Make the example study: four drawn patients, four visits, CT and MRI, two readers.

Run it with the project's virtual environment: ``python example_scans/make_example_scans.py``.
The same versions of the libraries give the same bytes each time.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

from phantom.decisions_and_events import DECISIONS, EVENTS
from phantom.dicom_files import CtSeries, save_ct
from phantom.images import ct_image, mri_image
from phantom.nifti_files import mri_series_uid, save_mri
from phantom.randomness import uid
from phantom.readers import READERS, ScanOfVisit, read_of
from phantom.study import SUBJECTS, VISITS, Subject
from phantom.truth import HEADER

from recistkit.exchange.read_document import save_read_document

HERE = Path(__file__).resolve().parent


def make_ct(folder: Path, subject: Subject, visit: str) -> ScanOfVisit:
    """Save the CT of one visit."""
    geometry, image, lesions = ct_image(subject, visit)
    series = CtSeries(
        subject=subject.name,
        visit=visit,
        sex=subject.sex,
        date=subject.exams[VISITS.index(visit)].ct_date,
        shuffled_names=subject.shuffled_names,
        reversed_numbers=visit in subject.reversed_visits,
    )
    save_ct(folder / subject.name / visit / "ct", series, geometry, image)
    frame = uid(subject.name, visit, "ct", "frame")
    return ScanOfVisit(visit, "CT", series.date, series.uid, frame, geometry, tuple(lesions))


def make_mri(folder: Path, subject: Subject, visit: str) -> ScanOfVisit:
    """Save the MRI of one visit."""
    geometry, image, lesions = mri_image(subject, visit)
    date = subject.exams[VISITS.index(visit)].mri_date
    save_mri(folder / subject.name / visit, subject.name, visit, date, geometry, image)
    series, frame = mri_series_uid(subject.name, visit), uid(subject.name, visit, "mri", "frame")
    return ScanOfVisit(visit, "MR", date, series, frame, geometry, tuple(lesions))


def truth_rows(subject: Subject, scans: list[ScanOfVisit]) -> list[list[str]]:
    """Return a subject's rows of the truth table."""
    return [
        row
        for visit in VISITS
        for row in sorted(
            lesion.row(subject.name, visit, scan.date, scan.modality, scan.series_uid)
            for scan in scans
            if scan.visit == visit
            for lesion in scan.lesions
        )
    ]


def save_table(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> None:
    """Save a table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def save_study_tables(folder: Path) -> None:
    """Save what the study knows beside scans and reads."""
    starts = [[subject.name, subject.reference_date.isoformat()] for subject in SUBJECTS]
    save_table(folder / "subjects.csv", ("subject", "reference_date"), starts)
    header = ("subject", "accepted_reader", "adjudicator", "decided_on", "reason")
    save_table(folder / "decisions.csv", header, [list(row) for row in DECISIONS])
    events = ("subject", "date", "event", "compartment", "note")
    save_table(folder / "events.csv", events, [list(row) for row in EVENTS])


def main() -> None:
    """Make the study in a folder, by default the one of this script."""
    parser = argparse.ArgumentParser(description="Make the example study.")
    parser.add_argument("--output", type=Path, default=HERE)
    folder: Path = parser.parse_args().output
    (folder / "reads").mkdir(parents=True, exist_ok=True)
    rows: list[list[str]] = []
    for subject in SUBJECTS:
        scans = []
        for visit in VISITS:
            scans += [make_ct(folder, subject, visit), make_mri(folder, subject, visit)]
            print(f"{subject.name} {visit}")
        rows += truth_rows(subject, scans)
        for reader in READERS:
            path = folder / "reads" / f"{subject.name}_reader-{reader}.json"
            save_read_document(read_of(subject, reader, scans), path)
    save_table(folder / "truth.csv", HEADER, rows)
    save_study_tables(folder)


if __name__ == "__main__":
    main()
