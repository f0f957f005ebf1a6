"""Asking for the folder of a study, and for who reads."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QInputDialog, QWidget

__all__ = ["ask_folder"]


def ask_folder(parent: QWidget, reader: str) -> tuple[Path, str] | None:
    """Return the folder and the reader that were chosen; None where the asking was left.

    Parameters
    ----------
    parent : QWidget
    reader : str
        Who read last.
    """
    name = QFileDialog.getExistingDirectory(parent, "Folder of subjects")
    if not name:
        return None
    said, accepted = QInputDialog.getText(parent, "Reader", "Who reads?", text=reader)
    return (Path(name), said.strip()) if accepted and said.strip() else None
