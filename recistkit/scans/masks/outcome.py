"""What comes of one mask file: the rows of its labels, or the reason why there are none.

`outcome_of` is the whole work on a file, from plain values to plain values: it
is the same in this process, in others, and on the workers of a cluster.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ClusterError, ScanError
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.load import MAX_VOLUME_BYTES
from recistkit.scans.masks.label_volumes import NO_SUCH_FILE
from recistkit.scans.masks.table import noted_mask_table

if TYPE_CHECKING:
    from recistkit.measure.mask_outline import Convention

__all__ = ["MaskOutcome", "MaskTask", "Row", "outcome_of", "program_version"]

Row = tuple[Any, ...]
"""One label: the values of `LABEL_SCHEMA`."""

_DIGEST: Final = "sha256"


@dataclass(frozen=True, slots=True)
class MaskTask:
    """One file to be measured.

    Parameters
    ----------
    path : str
        The file, as text: the process that measures may run on another system.
    convention, largest_component
        As for `recistkit.measure.diameters`.
    version : str
        Of the program that asks; no other answers.
    known_sha256 : str or None
        The content of which the rows are known.
    """

    path: str
    convention: Convention
    largest_component: bool
    version: str
    known_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class MaskOutcome:
    """What came of a file.

    Parameters
    ----------
    rows : tuple of tuple
        One a label.
    notes : tuple of str
        What is to be noted of the file.
    sha256 : str
        Of the content that was measured; empty if it was refused.
    reason : str or None
        Why it was refused.
    is_known : bool
        Whether the content is that of which the rows were known; `rows` is
        then empty.
    """

    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    sha256: str = ""
    reason: str | None = None
    is_known: bool = False


def program_version() -> str:
    """Return the version of this program, as it is installed."""
    return version("recistkit")


def outcome_of(task: MaskTask) -> MaskOutcome:
    """Return what comes of a file; whatever is wrong with it is a reason and no exception.

    Raises
    ------
    ClusterError
        If this is another version of the program than the one that asks.
    """
    if task.version != program_version():
        theirs = f"a worker has recistkit {program_version()}, and this is {task.version}"
        raise ClusterError(f"{theirs}; expected the same version on all workers")
    path = Path(task.path)
    try:
        return _measured(path, task)
    except ScanError as error:
        return MaskOutcome(reason=error.reason)
    except Exception as error:  # noqa: BLE001  one file must not end the run of thousands
        kind = type(error).__name__
        return MaskOutcome(reason=f"could not be measured ({kind}), a fault of recistkit")


def _measured(path: Path, task: MaskTask) -> MaskOutcome:
    """Return the outcome of a file that can be measured.

    Raises
    ------
    ScanError
        If it cannot, or became another one in the meantime.
    """
    before = _stamp(path)
    if task.known_sha256 is not None and _sha256(path) == task.known_sha256:
        return MaskOutcome(sha256=task.known_sha256, is_known=True)
    table, notes = noted_mask_table(
        path,
        convention=task.convention,
        largest_component=task.largest_component,
        max_bytes=MAX_VOLUME_BYTES,
    )
    content = _sha256(path)
    if _stamp(path) != before:
        raise ScanError(path, "was changed while it was measured")
    return MaskOutcome(rows=tuple(table.rows()), notes=notes, sha256=content)


def _stamp(path: Path) -> tuple[int, int]:
    """Return the size of a file and when it was last changed.

    Raises
    ------
    ScanError
        If there is no such file.
    """
    with scan_boundary(path, "cannot be looked at"):
        if not path.is_file():
            raise ScanError(path, NO_SUCH_FILE)
        status = path.stat()
        return status.st_size, status.st_mtime_ns


def _sha256(path: Path) -> str:
    """Return the SHA-256 of what a file holds.

    Raises
    ------
    ScanError
        If it cannot be opened.
    """
    with scan_boundary(path, "cannot be loaded"), path.open("rb") as file:
        return hashlib.file_digest(file, _DIGEST).hexdigest()
