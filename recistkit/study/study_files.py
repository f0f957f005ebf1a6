"""Which files a study's folder has; light, so that whatever takes a table can ask."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["STUDY_FILE", "is_study", "table_path"]

STUDY_FILE: Final = "study.db"


def is_study(folder: Path | str) -> bool:
    """Return whether a folder is a study: one with a `study.db`."""
    return (Path(folder) / STUDY_FILE).is_file()


def table_path(folder: Path, name: str) -> Path | None:
    """Return where a table of a folder is, such as ``subjects``; None where there is none."""
    path = folder / f"{name}.csv"
    return path if path.is_file() else None
