"""Two real scans of one head, and how their publisher lays them over each other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import SimpleITK

from recistkit.model.series import Vector
from recistkit.propagation import Scan

__all__ = ["PAIR", "in_the_head", "published"]

PAIR: Final = Path("longitudinal_ms") / "patient12"


def published(folder: Path, point_mm: Vector) -> Vector:
    """Return where a place of the first scan is in the second one.

    Which way the two transforms are put together is said nowhere; the other
    way is 20 mm off.
    """
    first, second = (
        SimpleITK.ReadTransform(str(folder / PAIR / f"study{number}_FLAIR_to_common_space.txt"))
        for number in (1, 2)
    )
    x, y, z = second.TransformPoint(first.GetInverse().TransformPoint(point_mm))
    return (x, y, z)


def in_the_head(scan: Scan, count: int) -> list[Vector]:
    """Return places spread evenly over what is bright: the head."""
    voxels = SimpleITK.GetArrayViewFromImage(scan[1])
    places = np.argwhere(voxels > np.percentile(voxels, 60))
    chosen = places[np.linspace(0, len(places) - 1, count + 2).astype(int)[1:-1]]
    return [scan[1].TransformIndexToPhysicalPoint([int(n) for n in one[::-1]]) for one in chosen]
