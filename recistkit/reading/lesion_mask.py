"""The outline of one lesion on a scan: drafted from its rulers, its volume, its file and back.

For the volume alone: what is committed as a length is the ruler, and nothing
here changes it (Eisenhauer 2009, 3: RECIST knows no volumes).
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.errors import MaskError, ReadingError
from recistkit.measure.draft_mask import MAX_BOX_VOXELS, IndexLine, draft_mask
from recistkit.model.fields import MAXIMUM_MM3
from recistkit.reading.grid import PLANE_AXES, ViewGrid
from recistkit.reading.key_images import drawing_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recistkit.model.mark import Mark, Ruler

__all__ = ["LesionMask", "drafted", "from_file", "to_file", "volume_mm3"]

_MM3: Final = Decimal("0.001")
_LPS_TO_RAS: Final = np.array([-1.0, -1.0, 1.0])
_STEP_TOLERANCE: Final = 1e-3
"""So far may a voxel lie from one of the scan, in steps: a NIfTI header has single precision."""
_SCANNER: Final = 1
_HEADER_BYTES: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class LesionMask:
    """An outline in a box of a scan as it is displayed.

    Attributes
    ----------
    start : tuple of int
        Display index [S, P, L] of the box's first voxel.
    voxels : ndarray of bool
        Shape [S, P, L] of the box.
    """

    start: tuple[int, int, int]
    voxels: NDArray[np.bool_]


def drafted(grid: ViewGrid, mark: Mark) -> LesionMask:
    """Return a draft of the outline of a mark with both rulers; see `measure.draft_mask`.

    Raises
    ------
    ReadingError
        If it lacks a ruler, or was drawn on another series.
    GeometryError
        If the rulers do not lie in the scan, or span more than can be looked at.
    """
    if mark.longest is None or mark.short is None:
        raise ReadingError(f"draw both axes of {mark.lesion} first: a draft is made from them")
    if mark.image is not None and mark.image.series not in {None, grid.series.uid}:
        raise ReadingError(f"{mark.lesion} was measured on another series; go to that one (R)")
    axes = PLANE_AXES[drawing_plane(grid, mark)]
    first, second, third = (grid.spacing_mm[axis] for axis in axes)
    draft = draft_mask(
        grid.voxels.transpose(axes),
        (first, second, third),
        _line(grid, mark.longest, axes),
        _line(grid, mark.short, axes),
    )
    back = np.argsort(axes)
    start = np.array(draft.start)[back].tolist()
    return LesionMask((start[0], start[1], start[2]), draft.voxels.transpose(back))


def volume_mm3(grid: ViewGrid, voxels: NDArray[np.bool_]) -> Decimal:
    """Return the volume of an outline as it is stored: number of voxels times that of one.

    Raises
    ------
    ReadingError
        If there is none, or it is that of no lesion.
    """
    volume = Decimal(int(np.count_nonzero(voxels)) * _voxel_mm3(grid)).quantize(_MM3, ROUND_HALF_UP)
    if not 0 < volume <= MAXIMUM_MM3:
        raise ReadingError(f"a mask of {volume:f} mm3 is none of a lesion")
    return volume


def to_file(grid: ViewGrid, mask: LesionMask) -> bytes:
    """Return a mask as a compressed NIfTI file: its box, label 1, on voxels of the scan.

    The same mask gives the same bytes. The header says where the box lies in
    the patient, so that any viewer shows it on the scan.
    """
    import nibabel

    start, stored = _stored(grid, mask)
    affine = np.eye(4)
    affine[:3, :3] = _LPS_TO_RAS[:, None] * _directions(grid) * grid.series.spacing_mm
    affine[:3, 3] = _LPS_TO_RAS * grid.series.point_mm(start)
    image: Any = nibabel.Nifti1Image(stored.astype(np.uint8), affine)
    image.set_sform(affine, code=_SCANNER)
    image.set_qform(affine, code=0)  # it holds no slant, and one place is enough
    image.header.set_xyzt_units("mm")
    return gzip.compress(image.to_bytes(), compresslevel=6, mtime=0)


def from_file(grid: ViewGrid, data: bytes) -> LesionMask:
    """Return the mask of a file that `to_file` made of the same scan.

    Raises
    ------
    MaskError
        If it is of another scan, or none of ours.
    """
    import nibabel

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(MAX_BOX_VOXELS + _HEADER_BYTES)
        image: Any = nibabel.Nifti1Image.from_bytes(content)
        stored = np.asanyarray(image.dataobj) == 1
        affine = np.asarray(image.affine, dtype=float)
    except Exception:  # noqa: BLE001  whatever a decoder makes of a file that is none
        raise MaskError("the mask cannot be understood") from None
    x, y, z = (float(part) for part in _LPS_TO_RAS * affine[:3, 3])
    start = grid.series.index((x, y, z))
    whole = [round(place) for place in start]
    ends = [place + count for place, count in zip(whole, stored.shape, strict=True)]
    is_off = max(abs(place - near) for place, near in zip(start, whole, strict=True))
    if is_off > _STEP_TOLERANCE or min(whole) < 0 or (np.array(ends) > grid.series.size).any():
        raise MaskError("the mask is one of another scan")
    return _displayed(grid, (whole[0], whole[1], whole[2]), stored)


def _voxel_mm3(grid: ViewGrid) -> float:
    """Return the volume of a voxel; slices may lie aslant."""
    return float(abs(np.linalg.det(_directions(grid))) * np.prod(grid.series.spacing_mm))


def _directions(grid: ViewGrid) -> NDArray[np.float64]:
    """Return the unit vectors (LPS) of stored columns, rows and slices, side by side."""
    series = grid.series
    axes = (series.row_direction, series.column_direction, series.slice_direction)
    return np.array(axes, dtype=float).T


def _line(grid: ViewGrid, ruler: Ruler, axes: tuple[int, int, int]) -> IndexLine:
    """Return the ends of a ruler as indices along display axes in another order."""
    ends = [grid.display_index(end) for end in (ruler.start_mm, ruler.end_mm)]
    first, second = ((end[axes[0]], end[axes[1]], end[axes[2]]) for end in ends)
    return (first, second)


def _stored(grid: ViewGrid, mask: LesionMask) -> tuple[tuple[int, int, int], NDArray[np.bool_]]:
    """Return first index and voxels of a box as they are stored: columns, rows, slices."""
    start = [0, 0, 0]
    for axis, place, count in zip(grid.stored_axes, mask.start, mask.voxels.shape, strict=True):
        shown = grid.stored_axes.index(axis)
        is_mirrored = grid.mirrored[shown]
        start[axis] = grid.shape[shown] - place - count if is_mirrored else place
    turned = mask.voxels[_mirror(grid)].transpose(np.argsort(grid.stored_axes))
    return (start[0], start[1], start[2]), turned


def _displayed(
    grid: ViewGrid, start: tuple[int, int, int], stored: NDArray[np.bool_]
) -> LesionMask:
    """Return a box as it is displayed; the way back of `_stored`."""
    voxels = np.ascontiguousarray(stored.transpose(grid.stored_axes)[_mirror(grid)])
    places = [
        grid.shape[shown] - start[axis] - stored.shape[axis] if flip else start[axis]
        for shown, (axis, flip) in enumerate(zip(grid.stored_axes, grid.mirrored, strict=True))
    ]
    return LesionMask((places[0], places[1], places[2]), voxels)


def _mirror(grid: ViewGrid) -> tuple[slice, ...]:
    return tuple(slice(None, None, -1 if flip else 1) for flip in grid.mirrored)
