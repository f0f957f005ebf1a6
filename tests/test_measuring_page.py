"""The page on measuring masks: its commands and its script say what the program says."""

from __future__ import annotations

import doctest
import os
from pathlib import Path
from typing import Any, Final

import nibabel as nib
import numpy as np

from tests.expected_files import UPDATE_VARIABLE
from tests.test_readme import ROOT, TRANSCRIPT, played

PAGE: Final = ROOT / "docs" / "measuring.md"


def write_lesions(path: Path) -> None:
    """Write two lesions: an ellipsoid (1), and two bars (2)."""
    column, row, slice_index = np.indices((64, 64, 20))
    voxels = np.zeros((64, 64, 20), dtype=np.uint8)
    inside = ((column - 20) / 12) ** 2 + ((row - 24) / 8) ** 2 + ((slice_index - 9) / 3) ** 2 <= 1
    voxels[inside] = 1
    voxels[40:52, 44:48, 5] = 2
    voxels[40:44, 52:56, 5] = 2
    image: Any = nib.Nifti1Image(voxels, np.diag([-0.75, -0.75, 3.0, 1.0]))
    nib.save(image, path)


def test_the_transcript_is_what_the_commands_print(tmp_path: Path) -> None:
    write_lesions(tmp_path / "lesions.nii.gz")
    text = PAGE.read_text(encoding="utf-8")
    (transcript,) = TRANSCRIPT.findall(text)
    expected = played(transcript, tmp_path)
    if os.environ.get(UPDATE_VARIABLE) == "1":
        PAGE.write_text(text.replace(transcript, expected), encoding="utf-8", newline="\n")
        (transcript,) = TRANSCRIPT.findall(PAGE.read_text(encoding="utf-8"))
    assert transcript == expected


def test_the_script_prints_what_it_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    case = doctest.DocTestParser().get_doctest(text, {}, "measuring", str(PAGE), 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(case, out=said.append)
    assert (result.failed, "".join(said)) == (0, "")
    assert result.attempted == 7
