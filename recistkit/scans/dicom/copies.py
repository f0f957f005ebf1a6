"""Files of a series that hold one and the same slice: counted once if they are the same."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom.elements import inflated
from recistkit.scans.dicom.header import SliceHeader
from recistkit.scans.dicom.refusals import StackError
from recistkit.scans.dicom.stored_frame import StoredFrame

__all__ = ["Copy", "without_copies"]

Copy = tuple[Path, Path]
"""The file whose slice is kept, and the one that holds it once more."""


def without_copies(
    headers: Sequence[SliceHeader],
) -> tuple[list[SliceHeader], list[Copy]]:
    """Return slices without those that are there already, and the copies.

    Parameters
    ----------
    headers : sequence of SliceHeader
        Of one series UID, in the order of their files.

    Raises
    ------
    StackError
        If two files with one SOP instance UID are not the same slice.
    ScanError
        If one of those cannot be read.
    """
    instances: dict[tuple[str, int], SliceHeader] = {}
    kept: list[SliceHeader] = []
    copies: list[Copy] = []
    hashed = functools.cache(_pixel_hash)
    for header in headers:
        instance = (header.sop_uid or f"none {len(kept)}", header.stored.frame)
        first = instances.setdefault(instance, header)
        if first is header:
            kept.append(header)
            continue
        like = replace(header, path=first.path, stored=first.stored)
        if like != first or hashed(*_whole(header)) != hashed(*_whole(first)):
            raise StackError("holds two different slices that state the same SOP instance UID")
        copies.append((first.path, header.path))
    return kept, copies


def _whole(header: SliceHeader) -> tuple[Path, StoredFrame]:
    """Return the file of a slice, and how all its frames are stored."""
    return header.path, replace(header.stored, frame=0)


def _pixel_hash(path: Path, stored: StoredFrame) -> str:
    """Return the SHA-256 of the encoded pixels of a file, and of how they are encoded."""
    digest = hashlib.sha256(f"{stored.syntax} {stored.dtype} {stored.bits_stored} ".encode())
    if stored.element is None:
        return digest.hexdigest()
    with scan_boundary(path, "cannot be read"):
        digest.update(_encoded(path, stored.element.offset, deflated=stored.deflated))
    return digest.hexdigest()


def _encoded(path: Path, offset: int, *, deflated: bool) -> bytes:
    """Return a file from its pixels on."""
    if deflated:
        return inflated(path)[offset:]
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()
