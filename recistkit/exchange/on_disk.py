"""Files that are on disk, not only with the system, before anything is said of them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

__all__ = ["replace_on_disk", "settle_folder", "write_to_disk"]


def write_to_disk(path: Path, data: bytes) -> None:
    """Write a new file; it is on disk when this returns, its name once its folder is settled.

    Raises
    ------
    OSError
        If it cannot be written, or there is one of this name.
    """
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def settle_folder(folder: Path) -> None:
    """Have the names in a folder on disk too, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def replace_on_disk(path: Path, data: bytes) -> None:
    """Write a file anew, whole or not at all; it is on disk when this returns.

    Raises
    ------
    OSError
        If it cannot be written; one that was there is untouched.

    Notes
    -----
    Who may open the file stays as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_to_disk(temporary, data)
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    settle_folder(path.parent)
