"""``recistkit measure``: a table of sizes, whatever is wrong with some of the files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import polars as pl
import pytest

from tests.cli.conftest import Run
from tests.cli.test_program import example_of

FAILURE = (
    "cannot be understood as a label volume: damaged, cut short, or of a kind that is not supported"
)
DESCRIPTION = "where the description (JSON sidecar)"
HEADER = (
    "file,label,slice,longest_mm,short_mm,product_mm2,volume_mm3,convention,components,"
    "longest_start_x_mm,longest_start_y_mm,longest_start_z_mm,"
    "longest_end_x_mm,longest_end_y_mm,longest_end_z_mm,"
    "short_start_x_mm,short_start_y_mm,short_start_z_mm,"
    "short_end_x_mm,short_end_y_mm,short_end_z_mm\n"
)


def write_mask(path: Path, *, empty: bool = False) -> Path:
    """Write a mask with a bar of 3 x 4 mm (label 1) with a voxel apart, and a voxel (label 7)."""
    voxels = np.zeros((10, 8, 4), dtype=np.uint8)  # columns, rows, slices
    if not empty:
        voxels[2:6, 3:6, 2] = 1
        voxels[9, 3, 2] = 1
        voxels[0, 0, 0] = 7
    image: Any = nib.Nifti1Image(voxels, np.diag([-1.0, -1.0, 5.0, 1.0]))
    nib.save(image, path)
    return path


@pytest.fixture
def masks(study: Path) -> Path:
    """Folder with a mask, one without labels and one that is none; the working folder too."""
    write_mask(study / "mask.nii.gz")
    write_mask(study / "other.nii")
    write_mask(study / "empty.nii", empty=True)
    (study / "broken.nrrd").write_bytes(b"NRRD0004\n")
    return study


def test_a_mask_becomes_a_table_with_a_row_a_label(masks: Path, run: Run) -> None:
    ended = run("measure", "mask.nii.gz", "--output", "sizes.csv", "--convention", "centres")
    assert (ended.code, ended.out, ended.err) == (
        0,
        "",
        "wrote 2 labels of 1 file to sizes.csv (convention centres)\n",
    )
    assert (masks / "sizes.csv").read_text(encoding="utf-8") == (
        HEADER
        + "mask.nii.gz,1,2,7.280109889280518,2.080031396937291,15.142857142857142,65.0,centres,2,"
        "9.0,3.0,10.0,2.0,5.0,10.0,2.0,3.0,10.0,2.571428571428571,5.0,10.0\n"
        "mask.nii.gz,7,0,0.0,0.0,0.0,5.0,centres,1,0.0,0.0,0.0,0.0,0.0,0.0,"
        "0.0,0.0,0.0,0.0,0.0,0.0\n"
    )


def test_the_contour_is_measured_and_the_whole_label_unless_something_else_is_asked_for(
    masks: Path, run: Run
) -> None:
    run("measure", "mask.nii.gz", "--output", "whole.parquet")
    run("measure", "mask.nii.gz", "--output", "largest.parquet", "--largest-component")
    whole, largest = (pl.read_parquet(masks / f"{name}.parquet") for name in ("whole", "largest"))
    assert whole["convention"].to_list() == ["contour", "contour"]
    assert (whole["volume_mm3"][0], whole["components"][0]) == (65.0, 2)
    assert (largest["volume_mm3"][0], largest["components"][0]) == (60.0, 2)
    assert largest["longest_mm"][0] == pytest.approx(20**0.5, abs=1e-12)


def test_a_file_that_fails_is_named_with_its_reason_and_the_others_are_measured(
    masks: Path, run: Run
) -> None:
    files = ("other.nii", "broken.nrrd", "empty.nii", "absent.nii", "mask.nii.gz")
    ended = run("measure", *files, "--output", "sizes.csv")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines() == [
        "warning: empty.nii: holds no label",
        f"broken.nrrd: {FAILURE} (RuntimeError)",
        "absent.nii: there is no such file",
        "wrote 4 labels of 3 files to sizes.csv (convention contour)",
        "not measured: 2 files of 5",
    ]
    table = pl.read_csv(masks / "sizes.csv")
    assert table["file"].to_list() == ["other.nii", "other.nii", "mask.nii.gz", "mask.nii.gz"]


def test_a_table_of_an_earlier_run_stays_in_no_case(masks: Path, run: Run) -> None:
    assert run("measure", "mask.nii.gz", "--output", "sizes.csv").code == 0
    ended = run("measure", "broken.nrrd", "--output", "sizes.csv")
    assert ended.code == 1
    assert ended.err.splitlines()[1:] == [
        "wrote 0 labels of 0 files to sizes.csv (convention contour)",
        "not measured: 1 file of 1",
    ]
    assert (masks / "sizes.csv").read_text(encoding="utf-8") == HEADER


def test_the_result_has_the_same_bytes_for_any_number_of_workers(masks: Path, run: Run) -> None:
    files = ("other.nii", "broken.nrrd", "mask.nii.gz")
    one = run("measure", *files, "--output", "one.csv")
    two = run("measure", *files, "--output", "two.csv", "--workers", "2")
    assert (one.code, two.code) == (1, 1)
    assert two.err == one.err.replace("one.csv", "two.csv")
    assert (masks / "one.csv").read_bytes() == (masks / "two.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["mask.nii.gz", "--output", "sizes.xlsx"],
            "Error: --output is 'sizes.xlsx'; expected a name that ends in .csv, .parquet, .json\n",
        ),
        (
            ["mask.nii.gz", "other.nii", "mask.nii.gz", "--output", "sizes.csv"],
            "Error: mask.nii.gz is named twice; expected each mask once\n",
        ),
        (
            ["mask.nii.gz", "reads.csv", "--output", "reads.csv"],
            "Error: reads.csv is a mask of this run; expected another --output\n",
        ),
        (
            ["other.nii", "--output", "mask.json"],
            f"Error: mask.json is {DESCRIPTION} of mask.nii.gz stands; expected another --output\n",
        ),
        (
            ["other.nii", "--output", "sizes.csv", "--workers", "2", "--scheduler", "10.0.0.5:1"],
            "Error: --workers and --scheduler exclude each other; expected one of them\n",
        ),
        (
            ["other.nii", "--output", "sizes.csv", "--scheduler", "here"],
            "Error: the scheduler is 'here'; expected an address such as tcp://10.0.0.5:8786\n",
        ),
    ],
)
def test_wrong_usage_writes_nothing(
    arguments: list[str], message: str, masks: Path, run: Run
) -> None:
    before = {path: path.read_bytes() for path in masks.iterdir() if path.is_file()}
    ended = run("measure", *arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", message)
    assert {path: path.read_bytes() for path in masks.iterdir() if path.is_file()} == before


def test_a_table_that_cannot_be_written_leaves_what_was_there(masks: Path, run: Run) -> None:
    (masks / "sizes.csv").mkdir()
    ended = run("measure", "mask.nii.gz", "--output", "sizes.csv")
    assert ended.code == 1
    kept, error = ended.err.splitlines()
    assert kept == "sizes.csv.part keeps 1 measured file; the same command goes on from there"
    assert error.startswith("sizes.csv: cannot be written (")
    assert error.endswith("); what was there is unchanged")
    assert (masks / "sizes.csv").is_dir()
    assert [path.name for path in masks.iterdir() if path.name.endswith(".tmp")] == []


@pytest.mark.usefixtures("masks")
def test_the_example_of_the_help_runs(run: Run) -> None:
    example = example_of(run("measure", "--help").out)
    assert run(*shlex.split(example)[1:]).code == 0
