"""Real scans in the list of a folder: what their publisher says about them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.listing import list_scans
from tests.scans.test_real_scans import DIFFUSION

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real_scans


def test_two_dates_of_one_patient_are_listed_with_their_geometry(
    scans_folder: Path, tmp_path: Path
) -> None:
    for name, *_ in DIFFUSION:
        (archive,) = (scans_folder / "longitudinal_crc").glob(f"*{name}*.zip")
        with zipfile.ZipFile(archive) as files:
            files.extractall(tmp_path / name)
    listing = list_scans(tmp_path, Pseudonyms(bytes(32)))
    columns = ("date", "columns", "rows", "slices", "slice_spacing_mm", "slice_thickness_mm")
    found = listing.table.select(columns).rows()
    assert found == [
        (date, *size, pytest.approx(spacing, abs=1e-6), thickness)
        for _, size, spacing, thickness, date in DIFFUSION
    ]
    assert listing.table["modality"].to_list() == ["MR", "MR"]
    assert listing.table["plane"].to_list() == ["axial", "axial"]
    assert listing.table["patient"].n_unique() == 1
    assert listing.table["files"].to_list() == listing.table["slices"].to_list()
