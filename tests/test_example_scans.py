"""The example study: made again it is the same, and its scans show what its truth table says."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import SimpleITK

from recistkit.exchange.read_document import load_read_documents
from recistkit.scans import load_series

EXAMPLE = Path(__file__).parent.parent / "example_scans"
MAKE_ONE_VISIT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from make_example_scans import make_ct, make_mri, save_study_tables
from phantom.study import SUBJECTS
folder, subject = Path(sys.argv[2]), SUBJECTS[2]
make_ct(folder, subject, "month-2")
make_mri(folder, subject, "month-2")
save_study_tables(folder)
"""


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    subprocess.run([sys.executable, "-c", MAKE_ONE_VISIT, EXAMPLE, folder], check=True)
    return folder


def voxels(path: Path) -> np.ndarray:
    return SimpleITK.GetArrayFromImage(load_series(path)[1])


def test_a_visit_made_again_has_the_same_voxels_and_places(made_again: Path) -> None:
    for name in ("ct", "mri.nii.gz"):
        series, image = load_series(EXAMPLE / "RK-003/month-2" / name)
        again, image_again = load_series(made_again / "RK-003/month-2" / name)
        assert again == series
        np.testing.assert_array_equal(
            SimpleITK.GetArrayFromImage(image_again), SimpleITK.GetArrayFromImage(image)
        )


def test_files_without_a_library_in_between_have_the_same_bytes(made_again: Path) -> None:
    for name in ("subjects.csv", "decisions.csv", "events.csv", "RK-003/month-2/mri.json"):
        assert (made_again / name).read_bytes() == (EXAMPLE / name).read_bytes()
    name = "RK-003/month-2/mri.nii.gz"
    ours, again = ((folder / name).read_bytes() for folder in (EXAMPLE, made_again))
    assert gzip.decompress(again) == gzip.decompress(ours)


def test_the_study_is_at_most_twenty_megabytes() -> None:
    assert sum(path.stat().st_size for path in EXAMPLE.rglob("*.*")) <= 20_000_000


def test_every_reader_read_every_subject_and_signed() -> None:
    reads = load_read_documents(EXAMPLE / "reads")
    assert sorted((read.subject, read.reader, read.state) for read in reads) == [
        (f"RK-00{number}", reader, "signed") for number in range(1, 5) for reader in "AB"
    ]


def test_a_liver_metastasis_is_darker_than_the_liver_around_it() -> None:
    truth = pl.read_csv(EXAMPLE / "truth.csv").filter(
        (pl.col("subject") == "RK-001")
        & (pl.col("timepoint") == "baseline")
        & pl.col("lesion").str.starts_with("liver")
        & (pl.col("state") == "measured")
    )
    _, image = load_series(EXAMPLE / "RK-001/baseline/ct")
    assert truth.height >= 2
    for lesion in truth.iter_rows(named=True):
        centre = np.array([lesion["x_mm"], lesion["y_mm"], lesion["z_mm"]])
        start = np.array([lesion[f"long_start_{axis}_mm"] for axis in "xyz"])
        inside = image[image.TransformPhysicalPointToIndex(centre.tolist())]
        beyond = centre + 1.6 * (start - centre)
        outside = image[image.TransformPhysicalPointToIndex(beyond.tolist())]
        assert outside - inside >= 20


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("RK-003/baseline/ct", "anisotropic"),
        ("RK-002/baseline/mri.nii.gz", "oblique"),
    ],
)
def test_anisotropic_and_oblique_geometry_appear(place: str, expected: str) -> None:
    series, _ = load_series(EXAMPLE / place)
    found = {
        "anisotropic": series.row_spacing_mm != series.column_spacing_mm,
        "oblique": max(abs(part) for part in series.slice_direction) < 0.95,
    }
    assert found[expected]
