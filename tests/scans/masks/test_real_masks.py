"""Real masks: sizes that others published, and the same from every kind of file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import SimpleITK

from recistkit.measure import diameters
from recistkit.measure.mask_outline import CONVENTIONS
from recistkit.scans.masks.table import mask_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

pytestmark = pytest.mark.real_scans

CONVENTION_KEYS = {
    "centres": "long_short_mm_voxel_centres",
    "contour": "long_short_mm_0.5_contour",
    "corners": "long_short_mm_voxel_corners",
}


def published(folder: Path, name: str) -> dict[str, Any]:
    """Return what the manifest knows of a file."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (truth,) = [file["known_truth"] for file in manifest["files"] if file["file"] == name]
    known: dict[str, Any] = truth
    return known


def between_slices_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    """Return the longest line that pyradiomics' surface has half-way between two slices.

    There the surface has a corner wherever one of the two slices has the voxel
    and the other has not: so it spans voxels of both slices, and no reader can
    draw that line on either of them.
    """
    steps = mask[1:] ^ mask[:-1]
    return float(diameters(steps, spacing_mm, convention="centres")["longest_mm"][0])


PYRADIOMICS = {"breast1": True, "brain1": False, "lung1": False}
"""Whether the longest line that pyradiomics publishes lies on a slice, and not between two."""

SARCOMAS = ("STS_008_CT", "STS_008_MR_T1", "STS_019_CT", "STS_019_MR_T1")


def test_every_mask_of_known_size_is_measured(scans_folder: Path) -> None:
    manifest = json.loads((scans_folder / "manifest.json").read_text(encoding="utf-8"))
    sizes = {"Maximum2DDiameterSlice", *CONVENTION_KEYS.values()}
    known = {file["file"] for file in manifest["files"] if sizes & set(file["known_truth"])}
    assert known == {
        *(f"pyradiomics/{name}_label.nrrd" for name in PYRADIOMICS),
        *(f"sts/{name}_mask.nii.gz" for name in SARCOMAS),
    }


@pytest.mark.parametrize(("name", "coincides"), PYRADIOMICS.items())
def test_the_longest_diameter_is_that_of_pyradiomics_where_both_mean_the_same(
    scans_folder: Path, name: str, coincides: bool
) -> None:
    truth = published(scans_folder, f"pyradiomics/{name}_label.nrrd")
    path = scans_folder / "pyradiomics" / f"{name}_label.nrrd"
    row = mask_table(path).row(0, named=True)
    assert row["volume_mm3"] == pytest.approx(truth["VoxelVolume"], rel=1e-9)
    expected = truth["Maximum2DDiameterSlice"]
    assert (abs(row["longest_mm"] - expected) < 1e-3) == coincides
    # Where they differ, the published line lies between two slices.
    image: Any = SimpleITK.ReadImage(str(path))
    column_mm, row_mm, slice_mm = image.GetSpacing()
    mask = SimpleITK.GetArrayFromImage(image) == 1
    between = between_slices_mm(mask, (slice_mm, row_mm, column_mm))
    assert max(row["longest_mm"], between) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("name", SARCOMAS)
def test_a_sarcoma_has_the_axes_of_the_reference(
    scans_folder: Path,
    name: str,
    convention: Any,  # noqa: ANN401  one of CONVENTIONS
) -> None:
    truth = published(scans_folder, f"sts/{name}_mask.nii.gz")
    path = scans_folder / "sts" / f"{name}_mask.nii.gz"
    row = mask_table(path, convention=convention).row(0, named=True)
    axes = (row["longest_mm"], row["short_mm"])
    assert axes == pytest.approx(truth[CONVENTION_KEYS[convention]], abs=1e-3)
    assert row["slice"] == truth["slice_index"]
    assert row["volume_mm3"] / 1000 == pytest.approx(truth["voxel_volume_ml"], rel=1e-4)


@pytest.mark.parametrize(
    ("segmentation", "expected"),
    [
        ("liver.dcm", ["liver_seg.nrrd"]),
        ("sparse-labelmap-noppv.dcm", ["sparse_labelmap_noppv_seg.nrrd"]),
        ("partial_overlaps.dcm", [f"partial_overlaps-{number}.nrrd" for number in (1, 2, 3)]),
    ],
)
def test_a_dicom_segmentation_is_measured_like_the_nrrd_files_beside_it(
    scans_folder: Path, tmp_path: Path, segmentation: str, expected: list[str]
) -> None:
    with zipfile.ZipFile(scans_folder / "dicom_seg" / "dcmqi_ct3_seg.zip") as files:
        files.extractall(tmp_path)
    (path,) = tmp_path.rglob(segmentation)
    theirs = [
        row
        for name in expected
        for row in mask_table(path.with_name(name)).drop("slice").rows()  # a number of that file
    ]
    ours = mask_table(path).drop("slice").rows()
    for row, other in zip(ours, sorted(theirs), strict=True):
        assert row == pytest.approx(other, abs=1e-3)
