"""A small CT study to read in a window: two subjects, three visits, lesions at known places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import nibabel
import numpy as np

from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.series import Vector
from recistkit.reading.cases import find_cases
from recistkit.reading.opening import open_journal, open_session
from recistkit.reading.session import ReadSession
from recistkit.study.folder import settings_in_force

__all__ = ["LESIONS", "VISITS", "axes_of", "opened", "read_baseline", "write_study"]

nib: Any = nibabel

VISITS: Final = {"baseline": "2011-01-03", "week-8": "2011-03-07", "week-16": "2011-05-02"}
SPACING_MM: Final = (2.0, 2.0, 4.0)
SHAPE: Final = (80, 80, 24)

LESIONS: Final[dict[str, tuple[str, Vector]]] = {
    "T1": ("liver", (40.0, 50.0, 12.0)),
    "T2": ("left lung", (110.0, 50.0, 28.0)),
    "T3": ("spleen", (60.0, 100.0, 40.0)),
    "T4": ("inguinal lymph node", (100.0, 110.0, 56.0)),
    "T5": ("mediastinal lymph node", (50.0, 60.0, 72.0)),
    "NT1": ("bone", (80.0, 120.0, 16.0)),
    "NT2": ("pleura", (120.0, 90.0, 44.0)),
    "NT3": ("peritoneum", (40.0, 110.0, 60.0)),
}
"""Organ and place (LPS, mm) of each lesion."""


def write_study(folder: Path, subjects: tuple[str, ...] = ("S1", "S2"), settings: str = "") -> Path:
    """Write the study; every visit has a CT, and an MRI of another frame of reference."""
    for subject in subjects:
        for number, (visit, date) in enumerate(VISITS.items(), start=1):
            write_series(folder / subject / visit, "ct", f"1.2.{number}.1", date, "CT")
            write_series(folder / subject / visit, "mr", f"1.2.{number}.2", date, "MR")
    if settings:
        (folder / "study.toml").write_text(settings, encoding="utf-8")
    return folder


def write_series(
    folder: Path, name: str, uid: str, date: str, modality: str, *, seed: int = 7
) -> None:
    """Write one volume with its sidecar; a few bright lesions on a noisy ground."""
    folder.mkdir(parents=True, exist_ok=True)
    voxels = np.random.default_rng(seed).integers(20, 60, SHAPE).astype(np.int16)
    for _, place in LESIONS.values():
        column, row, slice_number = (
            round(at / step) for at, step in zip(place, SPACING_MM, strict=True)
        )
        voxels[column - 5 : column + 6, row - 4 : row + 5, slice_number] = 150
    image = nib.Nifti1Image(voxels, np.diag([-SPACING_MM[0], -SPACING_MM[1], SPACING_MM[2], 1.0]))
    image.header.set_xyzt_units("mm")
    nib.save(image, folder / f"{name}.nii.gz")
    sidecar = {"SeriesInstanceUID": uid, "Modality": modality, "AcquisitionDate": date}
    (folder / f"{name}.json").write_text(json.dumps(sidecar), encoding="utf-8")


def axes_of(lesion: str, share: float = 1.0) -> tuple[Ruler, Ruler]:
    """Return long and short axis of a lesion: 24 and 18 mm, or a share of that."""
    _, (x, y, z) = LESIONS[lesion]
    long, short = 12.0 * share, 9.0 * share
    return (
        Ruler(start_mm=(x - long, y, z), end_mm=(x + long, y, z)),
        Ruler(start_mm=(x, y - short, z), end_mm=(x, y + short, z)),
    )


@contextmanager
def opened(folder: Path, subject: str = "S1", reader: str = "A") -> Iterator[ReadSession]:
    """Open a case without a window."""
    (case,) = (one for one in find_cases(folder, reader) if one.subject == subject)
    journal = open_journal(folder, reader)
    try:
        yield open_session(folder, case, journal, settings_in_force(folder))
    finally:
        journal.close()


def read_baseline(session: ReadSession, lesions: tuple[str, ...] = tuple(LESIONS)) -> None:
    """Read a baseline on the CT, sign it, and go on to the next visit."""
    for name in lesions:
        organ, place = LESIONS[name]
        longest, short = axes_of(name)
        image = ImagePlace(
            series="1.2.1.1", slice=round(place[2] / SPACING_MM[2]), plane="axial", modality="CT"
        )
        session.add_lesion(
            "non-target" if name.startswith("NT") else "target",
            nodal="node" in organ,
            longest=longest,
            short=short,
            image=image,
        )
        session.set_organ(organ)
    session.state_visit(coverage="complete", image_quality="adequate")
    session.sign("Reader A", "read")
    session.go_to_visit(session.visits[1])
    session.go_to_lesion(None)
