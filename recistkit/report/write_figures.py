"""Write figures into a folder of their own: all of them or none, none of an earlier run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from recistkit.errors import OptionError, OutputError

__all__ = ["require_apart", "require_own_folder", "write_figures"]

_OURS: Final = re.compile(r"(reread-.*_)?(sums_|lesions_|responses_|adjudication).*\.svg")


def require_own_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but figures, which a run replaces as a whole.

    Raises
    ------
    OptionError
        If it does, or is no folder.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or any(
        not _OURS.fullmatch(path.name) or not path.is_file() for path in folder.iterdir()
    ):
        raise OptionError(
            f"{folder} holds other things than figures; expected a new folder for --figures"
        )


def require_apart(folder: Path, tables: Path) -> None:
    """Refuse a folder for figures that holds, or is, the one for tables: it is replaced as a whole.

    Raises
    ------
    OptionError
    """
    if tables.resolve().is_relative_to(folder.resolve()):
        raise OptionError(f"{tables} lies in {folder}; expected a folder of its own for --figures")


def write_figures(folder: Path, figures: Mapping[str, bytes]) -> None:
    """Write figures in the place of those of an earlier run.

    Raises
    ------
    OptionError
        If the folder holds anything else.
    OutputError
        If they cannot be written; those of the earlier run are then what they were.
    """
    require_own_folder(folder)
    place = folder.absolute()
    made = place.with_name(f".{place.name}.part")
    former = place.with_name(f".{place.name}.former")
    try:
        for rest in (made, former):  # of a run that was killed
            shutil.rmtree(rest, ignore_errors=True)
        made.mkdir(parents=True)
        for name, content in figures.items():
            (made / name).write_bytes(content)
        if place.exists():
            place.rename(former)
        made.rename(place)
    except OSError as error:
        if former.exists() and not place.exists():
            former.rename(place)
        message = f"{folder}: cannot be written: {error.strerror}; what was there is unchanged"
        raise OutputError(message) from None
    shutil.rmtree(former, ignore_errors=True)
