"""A NIfTI file in a study: place and grey values of the scan, and nothing of the patient."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import load_series
from recistkit.scans.deidentification import nifti
from recistkit.scans.deidentification.nifti import CleanNifti, clean_nifti
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.volume_files.nifti import nifti_series
from tests.scans.loading import voxels_of
from tests.scans.planted import NUMBER, SECRET, leaks

nib: Any = nibabel

PSEUDONYMS = Pseudonyms(bytes(range(32)))


def write_planted(path: Path, kind: Any = nib.Nifti1Image) -> Path:  # noqa: ANN401  nibabel
    """Write a volume with a secret in every text of its header, of gzip, and of the JSON file."""
    affine = np.array([[-0.6, 0, 0, 90], [0, 0.8, 0, -110], [0, 0, 4, -60], [0, 0, 0, 1.0]])
    image = kind(np.arange(210, dtype=np.int16).reshape(7, 6, 5), affine)
    header = image.header
    header.set_xyzt_units("mm")
    for name in ("descrip", "aux_file", "intent_name"):
        header[name] = SECRET.encode()
    if kind is nib.Nifti1Image:
        header["db_name"] = header["data_type"] = SECRET.encode()[:10]
    header.extensions.append(nib.nifti1.Nifti1Extension("comment", SECRET.encode()))
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(image, path)
    if path.suffix == ".gz":
        content = gzip.decompress(path.read_bytes()) + SECRET.encode()
        with path.open("wb") as raw, gzip.GzipFile(SECRET, "wb", fileobj=raw) as packed:
            packed.write(content)
    sidecar = {
        "SeriesInstanceUID": f"1.2.{NUMBER}",
        "FrameOfReferenceUID": f"1.3.{NUMBER}",
        "Modality": "MR",
        "AcquisitionDate": "2011-03-02",
        "SliceThickness": 4,
        "SeriesDescription": SECRET,
        "PatientName": SECRET,
        "InstitutionName": {"of": [SECRET]},
    }
    beside = path.with_name(path.name.split(".")[0] + ".json")
    beside.write_text(json.dumps(sidecar), encoding="utf-8")
    return path


def cleaned(path: Path, folder: Path) -> tuple[Path, CleanNifti]:
    """Write the clean copy into a folder; return its file, and what was written."""
    clean = clean_nifti(path, nifti_series(path), PSEUDONYMS)
    folder.mkdir()
    (folder / "volume.nii.gz").write_bytes(clean.data)
    (folder / "volume.json").write_bytes(clean.sidecar)
    return folder / "volume.nii.gz", clean


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("name", ["mri.nii", "mri.nii.gz"])
def test_place_and_values_are_kept_and_no_text_is(tmp_path: Path, name: str, kind: object) -> None:
    path = write_planted(tmp_path / "in" / name, kind)
    former, before = load_series(path)
    copy, _ = cleaned(path, tmp_path / "out")
    series, image = load_series(copy)
    assert series.origin_mm == former.origin_mm
    assert series.direction == former.direction
    assert series.spacing_mm == former.spacing_mm
    assert (series.modality, series.date) == (former.modality, former.date)
    assert series.slice_thickness_mm == 4.0
    assert series.uid == PSEUDONYMS.uid(f"1.2.{NUMBER}")
    assert series.frame_of_reference == PSEUDONYMS.uid(f"1.3.{NUMBER}")
    assert np.array_equal(voxels_of(image), voxels_of(before))
    assert len(leaks((tmp_path / "in").iterdir())) >= 2  # the search finds what is there
    assert leaks((tmp_path / "out").iterdir()) == []


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = write_planted(tmp_path / "in" / "mri.nii.gz")
    first, second = cleaned(path, tmp_path / "a")[1], cleaned(path, tmp_path / "b")[1]
    assert first == second


def test_scaled_and_big_endian_values_stay_what_they_are(tmp_path: Path) -> None:
    affine = np.diag([1.0, 1.0, 2.0, 1.0])
    image = nib.Nifti1Image(np.arange(60, dtype=">i2").reshape(3, 4, 5), affine)
    image.header.set_xyzt_units("mm")
    image = nib.Nifti1Image(image.dataobj, affine, image.header.as_byteswapped(">"))
    image.header.set_slope_inter(0.5, 3.0)
    nib.save(image, tmp_path / "mri.nii")
    copy, _ = cleaned(tmp_path / "mri.nii", tmp_path / "out")
    before, after = load_series(tmp_path / "mri.nii")[1], load_series(copy)[1]
    assert np.array_equal(voxels_of(after), voxels_of(before))


def test_the_hash_is_that_of_the_grey_values_alone(tmp_path: Path) -> None:
    plain = cleaned(write_planted(tmp_path / "a" / "mri.nii"), tmp_path / "out-a")[1]
    packed = cleaned(
        write_planted(tmp_path / "b" / "x.nii.gz", nib.Nifti2Image), tmp_path / "out-b"
    )[1]
    assert plain.pixels_sha256 == packed.pixels_sha256
    assert plain.data != packed.data


def test_a_volume_too_large_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_planted(tmp_path / "in" / "mri.nii")
    monkeypatch.setattr(nifti, "_MAX_BYTES", 210)
    with pytest.raises(ScanError) as raised:
        clean_nifti(path, nifti_series(path), PSEUDONYMS)
    assert raised.value.reason == "is larger than 0 MiB"


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_planted(tmp_path / "in" / "mri.nii")
    series = nifti_series(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ScanError, match="damaged, or cut short"):
        clean_nifti(path, series, PSEUDONYMS)
