"""Find the series of a folder, and load them: headers first, pixels when the geometry holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.scans.boundary import silence
from recistkit.scans.dicom.found import found_dicom
from recistkit.scans.dicom.header import SliceHeader, is_dicom, slice_headers
from recistkit.scans.found_series import FolderContents, FoundSeries
from recistkit.scans.volume_files.by_ending import (
    is_volume_file,
    volume_file_image,
    volume_file_series,
)

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
        A folder of DICOM, NIfTI, NRRD and MetaImage files, or one file.
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
    search = _Search()
    with silence():
        for file in _files(path):
            on_file()
            search.look_at(file)
        return search.contents()


class _Search:
    """What was found so far."""

    def __init__(self) -> None:
        self._slices: dict[str, list[SliceHeader]] = {}
        self._volumes: list[FoundSeries] = []
        self._unreadable: list[ScanError] = []
        self._other_files = 0

    def look_at(self, file: Path) -> None:
        """Put a file where it belongs, by its header."""
        try:
            if not file.is_file():
                self._other_files += 1
            elif is_volume_file(file):
                self._volumes.append(_found_volume(file))
            elif is_dicom(file):
                headers = slice_headers(file)
                self._slices.setdefault(headers[0].series_uid, []).extend(headers)
            else:
                self._other_files += 1
        except ScanError as error:
            self._unreadable.append(error)

    def contents(self) -> FolderContents:
        """Return the series that all of that makes."""
        stacks = [found for headers in self._slices.values() for found in found_dicom(headers)]
        return FolderContents(
            series=tuple(sorted([*self._volumes, *stacks], key=_order)),
            unreadable=tuple(self._unreadable),
            other_files=self._other_files,
        )


def load_series(
    path: Path | str,
    uid: str | None = None,
    *,
    part: int | None = None,
    max_bytes: int = MAX_VOLUME_BYTES,
) -> tuple[Series, SimpleITK.Image]:
    """Load one series.

    Parameters
    ----------
    path : Path or str
        A folder of DICOM files, or a NIfTI, NRRD or MetaImage file.
    uid : str, optional
        Series UID, that of the headers or that of the part; needed where there
        are several.
    part : int, optional
        Which stack of a series UID that holds several (`FoundSeries.part`).
    max_bytes : int
        What its voxels may take in memory; checked from the headers before
        any is decoded.

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
    found = _chosen(path, contents, uid, part)
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
        A folder of DICOM, NIfTI, NRRD and MetaImage files.
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


def _found_volume(path: Path) -> FoundSeries:
    """Return the series of a volume file, or why it cannot be placed."""
    try:
        series = volume_file_series(path)
    except ScanError as error:
        return FoundSeries(uid=None, modality=None, paths=(path,), series=None, reason=error.reason)
    return FoundSeries(
        uid=series.uid, modality=series.modality, paths=(path,), series=series, reason=None
    )


def _order(found: FoundSeries) -> tuple[str, int, tuple[Path, ...]]:
    """Return what series are sorted by."""
    return str(found.uid), found.part, found.paths


def _chosen(path: Path, contents: FolderContents, uid: str | None, part: int | None) -> FoundSeries:
    """Return the one series that is asked for.

    Of the stacks of one series UID the only one that can be loaded is meant,
    unless a part is named.

    Raises
    ------
    ScanError
        If there is none, or more than one, or files of it may be damaged.
    """
    _refuse_unreadable(path, contents)
    found = [
        item
        for item in contents.series
        if (uid is None or uid in {item.uid, item.series.uid if item.series else None})
        and part in {None, item.part}
    ]
    if not found:
        wanted = "scan" if uid is None else f"series {uid}"
        raise ScanError(path, f"holds no {wanted}{'' if part is None else f', part {part}'}")
    usable = [item for item in found if item.series is not None]
    if len(usable) == 1 and len({item.uid for item in found}) == 1:
        return usable[0]
    if len(found) > 1:
        listed = "; ".join(map(_listed, found))
        raise ScanError(path, f"holds {len(found)} series, and one is asked for: {listed}")
    return found[0]


def _refuse_unreadable(path: Path, contents: FolderContents) -> None:
    """Refuse a folder with files that cannot be used: they may be of any series.

    Raises
    ------
    ScanError
        With the first of them.
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


def _listed(found: FoundSeries) -> str:
    """Return what a series is called where one is to be chosen."""
    split = any(finding.code == "split-series" for finding in found.findings)
    part = f" part {found.part}" if split or found.part > 1 else ""
    files = f"{len(found.paths)} file{'' if len(found.paths) == 1 else 's'}"
    return f"{found.uid}{part} ({found.modality or 'modality not stated'}, {files})"


def _loaded(path: Path, found: FoundSeries, max_bytes: int) -> tuple[Series, SimpleITK.Image]:
    """Return a found series and its image.

    Raises
    ------
    ScanError
        If it cannot be placed, is too large, or cannot be decoded.
    """
    where = found.paths[0] if len(found.paths) == 1 else path
    if found.series is None:
        raise ScanError(found.where or where, found.reason or "cannot be placed")
    series = found.series

    def require_room(voxel_bytes: int) -> None:
        if series.columns * series.rows * series.slices * voxel_bytes > max_bytes:
            count = f"{series.columns} x {series.rows} x {series.slices} voxels"
            limit = f"the limit is {max_bytes // 1024**2} MiB"
            raise ScanError(where, f"is too large: {count} of {voxel_bytes} bytes, and {limit}")

    if is_volume_file(found.paths[0]):
        return series, volume_file_image(found.paths[0], series, require_room)
    from recistkit.scans.dicom.pixels import stack_image

    return series, stack_image(found.frames, series, require_room)
