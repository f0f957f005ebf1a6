"""The key images of a signed document: on disk is what the document says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from recistkit.errors import RecistkitError
from recistkit.model.mark import Mark
from recistkit.model.read import Read
from recistkit.reading.key_images import MARK_TEXT, mark_hash, save_key_image
from recistkit.reading.paths import key_image_name

__all__ = ["images_of", "update_key_images"]


def images_of(document: Read) -> dict[str, Mark]:
    """Return the marks of a document that have a key image, by the names of the files.

    Each target with a ruler, at each of its visits.
    """
    targets = {lesion.id for lesion in document.lesions if lesion.role == "target"}
    return {
        key_image_name(mark.timepoint, mark.lesion, mark.fragment): mark
        for mark in document.marks
        if mark.lesion in targets and (mark.longest or mark.short)
    }


def update_key_images(
    folder: Path, document: Read, draw: Callable[[Mark], bytes]
) -> tuple[str, ...]:
    """Let the key images in a folder be those of a document.

    What is there of a mark as it stands in the document stays. Images of marks
    that are otherwise now, or are no more, go first: none may contradict what
    was signed, also where the new one cannot be drawn.

    Parameters
    ----------
    folder : Path
        Of one reader and subject. Files that are no key images stay.
    document : Read
        Signed.
    draw : callable
        Returns the image of a mark, or raises a `RecistkitError`.

    Returns
    -------
    tuple of str
        What could not be done, and why.
    """
    images = images_of(document)
    faults = list(_remove_others(folder, images))
    for name, mark in images.items():
        if _hash_in(folder / name) == mark_hash(mark):
            continue
        try:
            save_key_image(draw(mark), folder / name)
        except RecistkitError as error:
            faults.append(f"{mark.timepoint} {mark.lesion}: {error}")
    return tuple(faults)


def _remove_others(folder: Path, images: Mapping[str, Mark]) -> list[str]:
    """Remove key images that are of no mark of the document; return what stays, and why."""
    faults = []
    for path in sorted(folder.glob("*.png")):
        found, mark = _hash_in(path), images.get(path.name)
        if found is None or (mark is not None and found == mark_hash(mark)):
            continue
        try:
            path.unlink()
        except OSError as error:
            faults.append(f"{path.name}: cannot be removed: {error.strerror}")
    return faults


def _hash_in(path: Path) -> str | None:
    """Return which mark a file says it is an image of; None where it is no key image."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            stated = picture.info.get(MARK_TEXT)
    except (OSError, SyntaxError, ValueError):
        return None
    return stated if isinstance(stated, str) else None
