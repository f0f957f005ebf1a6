"""Find the series of a folder, and load them: headers first, pixels when the geometry holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.scans.dicom_header import SliceHeader, is_dicom, slice_header
from recistkit.scans.dicom_stack import stacked
from recistkit.scans.nifti import is_nifti, nifti_series, nifti_voxels

if TYPE_CHECKING:
    import SimpleITK

__all__ = [
    "MAX_VOLUME_BYTES",
    "FolderContents",
    "FolderScans",
    "FoundSeries",
    "find_series",
    "load_folder",
    "load_found",
    "load_series",
]

MAX_VOLUME_BYTES: Final = 4 * 1024**3
"""What the voxels of one series may take in memory unless the caller says otherwise."""

_BYTES_PER_VOXEL: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSeries:
    """One series of a folder, by its headers.

    `series` is None, and `reason` says why, where it cannot be placed
    honestly; `paths` are its files, in slice order where it can.
    """

    uid: str | None
    modality: str | None
    paths: tuple[Path, ...]
    series: Series | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderContents:
    """What is in a folder: its series, files that should be scans and are not, and others."""

    series: tuple[FoundSeries, ...]
    unreadable: tuple[ScanError, ...]
    other_files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderScans:
    """The scans of a folder that could be loaded, and why the others could not."""

    scans: tuple[tuple[Series, SimpleITK.Image], ...]
    refused: tuple[ScanError, ...]


def find_series(path: Path | str, *, on_file: Callable[[], None] = lambda: None) -> FolderContents:
    """Return what series are in a folder (and the folders in it), by their headers.

    Parameters
    ----------
    path : Path or str
        A folder of DICOM and NIfTI files, or one file.
    on_file : callable
        Called before each file is looked at; what it raises ends the search.

    Raises
    ------
    ScanError
        If there is no such file or folder. What is wrong with a series stands
        with that series.
    """
    path = Path(path)
    if not path.exists():
        raise ScanError(path, "there is no such file or folder")
    groups: dict[str, list[SliceHeader]] = {}
    found: list[FoundSeries] = []
    unreadable: list[ScanError] = []
    other_files = 0
    for file in _files(path):
        on_file()
        try:
            if not file.is_file():
                other_files += 1
            elif is_nifti(file):
                found.append(_found_nifti(file))
            elif is_dicom(file):
                header = slice_header(file)
                groups.setdefault(header.series_uid, []).append(header)
            else:
                other_files += 1
        except ScanError as error:
            unreadable.append(error)
    found += [_found_dicom(headers) for headers in groups.values()]
    return FolderContents(
        series=tuple(sorted(found, key=lambda item: (str(item.uid), item.paths))),
        unreadable=tuple(unreadable),
        other_files=other_files,
    )


def load_series(
    path: Path | str, uid: str | None = None, *, max_bytes: int = MAX_VOLUME_BYTES
) -> tuple[Series, SimpleITK.Image]:
    """Load one series.

    Parameters
    ----------
    path : Path or str
        A folder of DICOM files, or a NIfTI file.
    uid : str, optional
        Series UID; needed where there are several.
    max_bytes : int
        What its voxels may take in memory, at four bytes each; checked from
        the headers before any is decoded.

    Returns
    -------
    series : Series
        What the header says.
    image : SimpleITK.Image
        LPS, mm; axes column, row, slice. int16 where every grey value is a
        whole number that fits, else float32.

    Raises
    ------
    ScanError
        If there is not one such series, or it cannot be placed or decoded.
    """
    path = Path(path)
    contents = find_series(path)
    found = _chosen(path, contents, uid)
    return _loaded(path, found, max_bytes)


def load_found(
    found: FoundSeries, *, max_bytes: int = MAX_VOLUME_BYTES
) -> tuple[Series, SimpleITK.Image]:
    """Load a series that `find_series` found; see `load_series`.

    Raises
    ------
    ScanError
        If it cannot be placed, is too large, or cannot be decoded.
    """
    return _loaded(found.paths[0].parent, found, max_bytes)


def load_folder(path: Path | str, *, max_bytes: int = MAX_VOLUME_BYTES) -> FolderScans:
    """Load every series of a folder, each apart.

    Parameters
    ----------
    path : Path or str
        A folder of DICOM and NIfTI files.
    max_bytes : int
        Limit of each series, as in `load_series`.

    Raises
    ------
    ScanError
        If there is no such folder.
    """
    path = Path(path)
    contents = find_series(path)
    scans: list[tuple[Series, SimpleITK.Image]] = []
    refused = list(contents.unreadable)
    for found in contents.series:
        try:
            scans.append(_loaded(path, found, max_bytes))
        except ScanError as error:
            refused.append(error)
    return FolderScans(scans=tuple(scans), refused=tuple(refused))


def _files(path: Path) -> Iterator[Path]:
    """Yield the files below a folder in order of their names, or the one file."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if not name.startswith(".") and name != "DICOMDIR":
                yield Path(folder) / name


def _found_nifti(path: Path) -> FoundSeries:
    """Return the series of a NIfTI file, or why it cannot be placed."""
    try:
        series = nifti_series(path)
    except ScanError as error:
        return FoundSeries(uid=None, modality=None, paths=(path,), series=None, reason=error.reason)
    return FoundSeries(
        uid=series.uid, modality=series.modality, paths=(path,), series=series, reason=None
    )


def _found_dicom(headers: list[SliceHeader]) -> FoundSeries:
    """Return the series of DICOM slices, or why they cannot be placed."""
    uid, modality = headers[0].series_uid, headers[0].modality
    try:
        order, series = stacked(headers)
    except ValueError as error:
        paths = tuple(header.path for header in headers)
        return FoundSeries(uid=uid, modality=modality, paths=paths, series=None, reason=str(error))
    paths = tuple(header.path for header in order)
    return FoundSeries(uid=uid, modality=modality, paths=paths, series=series, reason=None)


def _chosen(path: Path, contents: FolderContents, uid: str | None) -> FoundSeries:
    """Return the one series that is asked for.

    Raises
    ------
    ScanError
        If there is none, or more than one, or files of it may be damaged.
    """
    if contents.unreadable and not contents.series and len(contents.unreadable) == 1:
        raise contents.unreadable[0]
    if contents.unreadable:
        names = ", ".join(str(error) for error in contents.unreadable[:3])
        count = len(contents.unreadable)
        files = f"{count} file{'' if count == 1 else 's'}"
        raise ScanError(
            path, f"holds {files} that may belong to the series and cannot be used: {names}"
        )
    found = [item for item in contents.series if uid is None or item.uid == uid]
    if not found:
        raise ScanError(path, "holds no scan" if uid is None else f"holds no series {uid}")
    if len(found) > 1:
        listed = "; ".join(
            f"{item.uid} ({item.modality or 'modality not stated'}, {len(item.paths)} files)"
            for item in found
        )
        raise ScanError(path, f"holds {len(found)} series, and one is asked for: {listed}")
    return found[0]


def _loaded(path: Path, found: FoundSeries, max_bytes: int) -> tuple[Series, SimpleITK.Image]:
    """Return a found series and its image.

    Raises
    ------
    ScanError
        If it cannot be placed, is too large, or cannot be decoded.
    """
    where = found.paths[0] if len(found.paths) == 1 else path
    if found.series is None:
        raise ScanError(where, found.reason or "cannot be placed")
    series = found.series
    size = series.columns * series.rows * series.slices * _BYTES_PER_VOXEL
    if size > max_bytes:
        count = f"{series.columns} x {series.rows} x {series.slices} voxels"
        raise ScanError(
            where, f"is too large: {count}, and the limit is {max_bytes // 1024**2} MiB"
        )
    from recistkit.scans.dicom_pixels import stack_voxels
    from recistkit.scans.voxels import image_of

    if is_nifti(found.paths[0]):
        return series, image_of(nifti_voxels(found.paths[0]), series)
    return series, image_of(stack_voxels(found.paths, series), series)
