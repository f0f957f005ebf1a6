"""Make the example study: four drawn patients, four visits, CT and MRI.

Run it with the project's virtual environment: ``python example_scans/make_example_scans.py``.
The same versions of the libraries give the same bytes each time.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

from phantom.dicom_files import CtSeries, save_ct
from phantom.images import ct_image, mri_image
from phantom.nifti_files import mri_series_uid, save_mri
from phantom.study import SUBJECTS, VISITS, Subject
from phantom.truth import HEADER

HERE = Path(__file__).resolve().parent


def make_visit(folder: Path, subject: Subject, visit: str) -> list[list[str]]:
    """Save the scans of one visit; return its rows of the truth table."""
    exam = subject.exams[VISITS.index(visit)]
    place = folder / subject.name / visit
    geometry, image, lesions = ct_image(subject, visit)
    series = CtSeries(
        subject=subject.name,
        visit=visit,
        sex=subject.sex,
        date=exam.ct_date,
        shuffled_names=subject.shuffled_names,
        reversed_numbers=visit in subject.reversed_visits,
    )
    save_ct(place / "ct", series, geometry, image)
    rows = [item.row(subject.name, visit, exam.ct_date, "CT", series.uid) for item in lesions]
    geometry, image, lesions = mri_image(subject, visit)
    save_mri(place, subject.name, visit, exam.mri_date, geometry, image)
    uid = mri_series_uid(subject.name, visit)
    rows += [item.row(subject.name, visit, exam.mri_date, "MR", uid) for item in lesions]
    return sorted(rows)


def save_table(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> None:
    """Save a table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def main() -> None:
    """Make the study in a folder, by default the one of this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=HERE)
    parser.add_argument("--subject", choices=[subject.name for subject in SUBJECTS])
    arguments = parser.parse_args()
    rows: list[list[str]] = []
    for subject in SUBJECTS:
        if arguments.subject not in (None, subject.name):
            continue
        for visit in VISITS:
            rows += make_visit(arguments.output, subject, visit)
            print(f"{subject.name} {visit}")
    save_table(arguments.output / "truth.csv", HEADER, rows)


if __name__ == "__main__":
    main()
