"""The mask files that marks name: beside the document, named after their content, never changed.

A file is on disk before anything names it, so that a crash leaves a mask that
nobody names, and never a mark whose mask is not there. Two masks are two
files: what undo brings back is there still.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from recistkit.errors import MaskError, OutputError
from recistkit.exchange.on_disk import replace_on_disk
from recistkit.model.mark import Mark, MaskReference
from recistkit.model.read import Read

__all__ = ["MASKS_FOLDER", "mask_bytes", "mask_faults", "mask_files", "save_mask", "take_masks"]

MASKS_FOLDER: Final = "masks"
"""Where masks are, beside the documents that name them."""
MAX_MASK_BYTES: Final = 64 * 1024**2
_DIGITS: Final = 16
_LONGEST: Final = 32
"""So much of visit and lesion fits into a field of 200 characters beside the longest subject."""
_UNFIT_CHARACTER: Final = re.compile(r'[<>:"/\\|?*\s]')


def save_mask(data: bytes, document: Path, visit: str, lesion: str) -> MaskReference:
    """Write the file of a mask with one label; it is on disk when this returns.

    Parameters
    ----------
    data : bytes
        Compressed NIfTI.
    document : Path
        Of the read whose mark is to name it; need not be there yet.
    visit, lesion : str
        For the name of the file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    digest = hashlib.sha256(data).hexdigest()
    name = _UNFIT_CHARACTER.sub("-", f"{visit}_{lesion}")[:_LONGEST] + _ending(digest)
    path = document.parent / MASKS_FOLDER / document.stem / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if _digest_of(path) != digest:
            replace_on_disk(path, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"{name}: cannot be written: {reason}") from error
    return MaskReference(file=f"{MASKS_FOLDER}/{document.stem}/{name}", label=1, sha256=digest)


def mask_bytes(reference: MaskReference, folder: Path) -> bytes:
    """Return the content of a mask's file, as it was when its mark was made.

    Parameters
    ----------
    reference : MaskReference
    folder : Path
        That of the document.

    Raises
    ------
    MaskError
        If it is not there, or not what it was.
    """
    path = folder / reference.file
    try:
        if path.stat().st_size > MAX_MASK_BYTES:
            raise MaskError(f"{path.name}: is not the mask that was kept")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise MaskError(f"{path.name}: cannot be opened: {reason}") from None
    if hashlib.sha256(data).hexdigest() != reference.sha256:
        raise MaskError(f"{path.name}: is not the mask that was kept")
    return data


def take_masks(source: Path, folder: Path) -> tuple[str, ...]:
    """Take over the masks beside a reader's documents in a copy of the study.

    A file that is not named after its content is none of ours, and is left.

    Parameters
    ----------
    source, folder : Path
        Folders of documents: where from, where to.

    Returns
    -------
    tuple of str
        What could not be taken over, and why.
    """
    faults = []
    for path in sorted(source.glob(f"{MASKS_FOLDER}/*/*.nii.gz")):
        taken = folder / path.relative_to(source)
        try:
            if path.stat().st_size > MAX_MASK_BYTES or taken.exists():
                continue
            data = path.read_bytes()
            if path.name.endswith(_ending(hashlib.sha256(data).hexdigest())):
                taken.parent.mkdir(parents=True, exist_ok=True)
                replace_on_disk(taken, data)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            faults.append(f"{path.name}: cannot be taken over: {reason}")
    return tuple(faults)


def mask_files(read: Read, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name, relative to the document, and content of each mask file of a read.

    Masks without a hash came with a document from elsewhere and are not looked at.

    Raises
    ------
    MaskError
        If one is not there, or not what it was.
    """
    for _, reference in _kept(read):
        yield reference.file, mask_bytes(reference, folder)


def mask_faults(read: Read, folder: Path) -> tuple[str, ...]:
    """Return which mask files of a read are not there, or are not what they were."""
    found = []
    for mark, reference in _kept(read):
        try:
            mask_bytes(reference, folder)
        except MaskError as error:
            found.append(f"{mark.timepoint} {mark.lesion}: {error}")
    return tuple(found)


def _kept(read: Read) -> Iterator[tuple[Mark, MaskReference]]:
    """Yield the marks with a mask that was written with them."""
    for mark in read.marks:
        if mark.mask is not None and mark.mask.sha256 is not None:
            yield mark, mark.mask


def _ending(digest: str) -> str:
    return f"_{digest[:_DIGITS]}.nii.gz"


def _digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a file; None where there is none that can be opened."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
