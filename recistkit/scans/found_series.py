"""What a search of a folder finds: its series, by their headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.model.series_finding import SeriesFinding
from recistkit.scans.dicom.stored_frame import StoredFrame

__all__ = ["FolderContents", "FoundSeries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSeries:
    """One series of a folder, by its headers.

    Parameters
    ----------
    uid : str or None
        Series instance UID of the headers. That of `series` is another where
        several stacks of one series UID can be loaded: a mark names its scan
        by it.
    modality : str or None
        DICOM modality.
    paths : tuple of Path
        Its files, in slice order where it can be placed; a file of many
        slices once.
    series : Series or None
        None, and `reason` says why, where it cannot be placed honestly.
    reason : str or None
        In words that name no file.
    part : int
        Counts from 1 the stacks of one series UID that were told apart, in an
        order that does not depend on that of the files.
    findings : tuple of SeriesFinding
        What is to be known of a series that can be loaded.
    duplicates : tuple of Path
        Files that hold slices of `paths` once more; they are not used.
    where : Path or None
        The file that `reason` is about, if it is about one.
    frames : tuple of StoredFrame
        Where the pixels of each slice stand, of a DICOM series that can be
        placed.
    """

    uid: str | None
    modality: str | None
    paths: tuple[Path, ...]
    series: Series | None
    reason: str | None
    part: int = 1
    findings: tuple[SeriesFinding, ...] = ()
    duplicates: tuple[Path, ...] = ()
    where: Path | None = None
    frames: tuple[StoredFrame, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderContents:
    """What is in a folder: its series, files that should be scans and are not, and others."""

    series: tuple[FoundSeries, ...]
    unreadable: tuple[ScanError, ...]
    other_files: int
