"""The Qt binding: the one that is pinned, and it does not lose references to None."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import qtpy
from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from qtpy.QtWidgets import QApplication, QTableView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ROWS: Final = 10
COLUMNS: Final = 8
REFRESHES: Final = 100

Index = QModelIndex | QPersistentModelIndex


class Numbers(QAbstractTableModel):
    """A table of 80 cells whose numbers change with each refresh."""

    def __init__(self) -> None:
        super().__init__()
        self.refreshed = 0

    def rowCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        return ROWS

    def columnCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        return COLUMNS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole:
            return str(self.refreshed + index.row() * COLUMNS + index.column())
        return None

    def refresh(self) -> None:
        """Tell the view that all cells have changed."""
        self.refreshed += 1
        self.dataChanged.emit(self.index(0, 0), self.index(ROWS - 1, COLUMNS - 1))


def numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def test_the_binding_is_pyside6_within_its_pins() -> None:
    assert qtpy.API_NAME == "PySide6"
    installed = numbers(version("PySide6_Essentials"))
    assert (6, 8) <= installed < (6, 12)
    assert installed not in {(6, 11, 0), (6, 11, 1)}
    assert "PyQt6" not in sys.modules


def test_refreshing_a_table_loses_no_reference_to_none(qtbot: QtBot) -> None:
    # PySide6 6.12.0 loses 58 a refresh, and on Python 3.11 the process ends when none is left.
    model, view = Numbers(), QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.resize(900, 500)
    view.show()
    qtbot.waitExposed(view)
    QApplication.processEvents()
    before = sys.getrefcount(None)
    for _ in range(REFRESHES):
        model.refresh()
        view.viewport().repaint()
        QApplication.processEvents()
    assert model.refreshed == REFRESHES
    assert sys.getrefcount(None) >= before
