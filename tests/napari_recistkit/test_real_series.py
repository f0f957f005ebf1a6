"""Real scans of two dates, read in a real window from the folder they came in to the signature."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from recistkit.model.series import Vector
from recistkit.study.adding.add_scans import add_scans
from recistkit.study.assigning import assign
from recistkit.study.begin import init_study
from recistkit.study.folder import StudyFolder
from recistkit.study.recording_scans import scans_of
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import seat
from tests.study.small_trial import CHARTER, acting_as, verified

pytestmark = [pytest.mark.e2e, pytest.mark.real_scans]


@pytest.fixture
def trial(tmp_path: Path, scans_folder: Path) -> Path:
    """Return a study of one patient, whose series of two dates were added by patient and date."""
    source, study = tmp_path / "source", tmp_path / "trial"
    for archive in (scans_folder / "longitudinal_crc").glob("*.zip"):
        with zipfile.ZipFile(archive) as files:
            files.extractall(source / archive.stem)
    study.mkdir()
    (study / "study.toml").write_text(CHARTER, encoding="utf-8")
    with acting_as("M"):
        init_study(study)
        with StudyFolder.opened(study) as begun:
            add_scans(source, study, scans=scans_of(begun))
            assign(begun, ["A", "B", "J"])
    return study


def across(reader: Reader, length_mm: float) -> tuple[Vector, Vector]:
    """Return a line of a length along a row in the middle of the visit's scan."""
    grid = reader.room.present.grid
    assert grid is not None
    columns, rows, slices = grid.series.size
    x, y, z = grid.series.point_mm((columns // 2, rows // 2, slices // 2))
    along = grid.series.row_direction
    half = [length_mm / 2 * part for part in along]
    return (
        (x - half[0], y - half[1], z - half[2]),
        (x + half[0], y + half[1], z + half[2]),
    )


def test_real_series_of_two_dates_are_read_to_the_signature(trial: Path) -> None:
    with acting_as("A"), seat(trial, "A") as reader:
        reader.press("Return")
        reader.wait_for_scans()
        grid = reader.room.present.grid
        assert grid is not None
        assert grid.series.size == (256, 288, 45)
        reader.press("T")
        reader.draw(across(reader, 40.0))
        reader.type("liv")
        reader.press("Return")
        reader.shoot("real-baseline")
        reader.press(",")
        reader.press("Ctrl+Return")
        reader.press("Return")
        assert reader.session.locked
        reader.press("]")
        reader.draw(across(reader, 30.0))
        reader.shoot("real-follow-up")
        (size,) = (row.present for row in reader.session.rows())
        assert float(str(size)) == pytest.approx(30.0, abs=1.0)  # as exact as the screen's pixels
        changed = [finding.code for finding, _ in reader.session.findings()]
        assert changed == ["thickness-changed"]
        reader.press(".")
        reader.press(",")
        reader.press("Ctrl+Return")
        reader.press("Return")
        assert reader.session.locked
    with acting_as("M"):
        assert verified(trial) == ()
