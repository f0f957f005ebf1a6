"""Loading for tests: images as objects without types, which the imaging libraries do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import SimpleITK

from recistkit.scans import load_series

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from recistkit.model.series import Series

__all__ = ["ITK", "loaded", "loaded_by_simpleitk", "voxels_of"]

ITK: Any = SimpleITK


def loaded(path: Path, uid: str | None = None) -> tuple[Series, Any]:
    """Load a series."""
    return load_series(path, uid)


def loaded_by_simpleitk(path: Path) -> Any:  # noqa: ANN401  an image without types
    """Load a folder of one DICOM series, or a file, as SimpleITK does by itself."""
    if path.is_file():
        return ITK.ReadImage(str(path))
    reader = ITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(path)))
    return reader.Execute()


def voxels_of(image: object) -> NDArray[Any]:
    """Return a copy of an image's voxels, shape (slices, rows, columns)."""
    voxels: NDArray[Any] = ITK.GetArrayFromImage(image)
    return voxels
