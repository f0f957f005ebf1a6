"""Places proposed at a follow-up: found beside the reading, shown as boxes, taken by a key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nibabel
import numpy as np
import pytest
import SimpleITK

from napari_recistkit.lesion_layer import COLOURS
from napari_recistkit.proposed_places import ProposedPlaces
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.series import Vector
from tests.napari_recistkit.pictures import shows
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import opened
from tests.propagation.phantom import Pair, pair

nib: Any = nibabel
DATES: Final = ("2011-01-03", "2011-03-07")
LEFT_VIEW: Final = (0, 20, 630, 470)


@pytest.fixture(scope="module")
def patient() -> Pair:
    return pair(1, lesions=2, spacing_mm=(4.0, 4.0, 4.0), length_mm=140.0)


@pytest.fixture
def sitting(tmp_path: Path, patient: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader at the first follow-up of a subject with one CT at each visit."""
    for visit, date, scan in zip(
        ("baseline", "week-8"), DATES, (patient.baseline, patient.follow_up), strict=True
    ):
        write_scan(tmp_path / "S1" / visit, date, *scan)
    read_baseline(tmp_path, patient)
    monkeypatch.setattr(ProposedPlaces, "is_on", True)
    with seat(tmp_path) as reader:
        open_case(reader)
        yield reader


def write_scan(folder: Path, date: str, series: Any, image: Any) -> None:  # noqa: ANN401  as loaded
    """Write a scan as NIfTI: its axes point to the right and the front, those of DICOM do not."""
    folder.mkdir(parents=True)
    placed = np.diag([*series.spacing_mm, 1.0])
    placed[:3, 3] = series.origin_mm
    voxels = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0)
    file = nib.Nifti1Image(voxels, np.diag([-1.0, -1.0, 1.0, 1.0]) @ placed)
    file.header.set_xyzt_units("mm")
    nib.save(file, folder / "ct.nii.gz")
    said = {"SeriesInstanceUID": series.uid, "Modality": "CT", "AcquisitionDate": date}
    (folder / "ct.json").write_text(json.dumps(said), encoding="utf-8")


def read_baseline(folder: Path, patient: Pair) -> None:
    with opened(folder) as session:
        image = ImagePlace(series=patient.baseline[0].uid, modality="CT", plane="axial")
        for lesion in patient.lesions:
            start, end = across(lesion.centre_mm, lesion.radius_mm)
            session.add_lesion("target", longest=Ruler(start_mm=start, end_mm=end), image=image)
            session.set_organ("liver")
        session.state_visit(coverage="complete", image_quality="adequate")
        session.sign("Reader A", "read")
        session.go_to_visit("week-8")
        session.go_to_lesion("T1")


def across(centre_mm: Vector, radius_mm: float) -> tuple[Vector, Vector]:
    x, y, z = centre_mm
    return (x - radius_mm, y, z), (x + radius_mm, y, z)


def test_a_place_is_proposed_taken_and_recorded_beside_the_readers_own_ruler(
    sitting: Reader, patient: Pair
) -> None:
    room, session, opened_case = sitting.room, sitting.session, sitting.room.open_case_
    assert opened_case is not None
    sitting.wait_until(lambda: not room._proposing.is_running, "the places are proposed")
    revision = session.revision
    first = session.proposal
    assert np.linalg.norm(np.subtract(first.place.point_mm, patient.truth_mm[0])) < 4.0
    assert "drag: measures T1, place proposed, high: H goes there" in opened_case.title
    sitting.press("H")
    centre_mm = room.present.centre_mm
    assert centre_mm is not None
    assert np.allclose(centre_mm[:2], first.place.point_mm[:2], rtol=0.0, atol=0.01)
    assert shows(sitting.shoot("proposed-place"), COLOURS["proposed"], LEFT_VIEW)
    assert (session.revision, session.marks_of("T1", "week-8")) == (revision, ())

    sitting.draw(across(first.place.point_mm, 12.0))
    (mark,) = session.marks_of("T1", "week-8")
    assert mark.proposed == first.place.model_copy(update={"taken": "accepted"})
    assert mark.longest is not None
    assert abs(float(mark.longest_mm) - 24.0) < 1.0

    assert session.lesion == "T2"
    second = session.proposal
    sitting.press("Shift+H")
    assert session.proposal.place.taken == "moved"
    assert session.proposal.aim_mm == room.present.centre_mm
    sitting.press("I")
    assert "proposed" not in opened_case.title
    assert not shows(sitting.shoot("proposal-taken-off"), COLOURS["proposed"], LEFT_VIEW)
    sitting.press("X")
    (mark,) = session.marks_of("T2", "week-8")
    assert (mark.state, mark.proposed) == ("absent", second.place)
