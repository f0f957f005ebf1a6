"""Two real scans of one head: propagation agrees with the publisher's own alignment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recistkit.propagation import LesionPlace, global_step, propagate
from recistkit.scans import load_series
from tests.propagation.real_pair import PAIR, in_the_head, published

pytestmark = pytest.mark.real_scans


def test_a_real_head_is_aligned_as_its_publisher_did(scans_folder: Path) -> None:
    first, second = (
        load_series(scans_folder / PAIR / f"study{number}_FLAIR.nii.gz") for number in (1, 2)
    )
    step = global_step(first, second)
    points = in_the_head(first, 200)
    errors = [np.subtract(step.point_mm(one), published(scans_folder, one)) for one in points]
    assert np.linalg.norm(errors, axis=1).mean() < 1.0

    lesions = [LesionPlace(point_mm=one) for one in in_the_head(first, 6)]
    proposals = propagate(first, second, lesions, step=step)
    sure = [
        np.subtract(found.point_mm, published(scans_folder, one.point_mm))
        for one, found in zip(lesions, proposals, strict=True)
        if found.confidence == "high"
    ]
    assert len(sure) > 2
    assert np.linalg.norm(sure, axis=1).mean() < 1.0
