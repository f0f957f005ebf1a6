"""The case list: every subject of the folder, and how far this reader is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from napari_recistkit.widgets.plain_keys import KeepsKeys
from recistkit.reading.cases import Case

__all__ = ["CaseList"]

Index = QModelIndex | QPersistentModelIndex

_HEADERS: Final = ("subject", "state", "visits", "signed", "")


class _Cases(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cases: tuple[Case, ...] = ()

    def show(self, cases: Sequence[Case]) -> None:
        self.beginResetModel()
        self.cases = tuple(cases)
        self.endResetModel()

    def rowCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        return len(self.cases)

    def columnCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        return len(_HEADERS)

    def headerData(  # noqa: N802  Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  Qt takes what it knows
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        case = self.cases[index.row()]
        texts = (
            case.subject,
            case.state if case.can_be_read else "cannot be read",
            ", ".join(visit.label for visit in case.visits),
            f"{len(case.signed)} of {len(case.visits)}",
            "; ".join((*case.faults, *case.notes)),
        )
        return texts[index.column()]


class CaseList(QWidget):
    """Cases with their state; Return or a double click opens one.

    Signals
    -------
    opened
        Subject of the case to open.
    cancelled
        Loading is to stop.
    folder_wanted
        The reader wants to choose a folder.
    """

    opened = Signal(str)
    cancelled = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-cases")
        self._title = QLabel(self)
        self._model = _Cases(self)
        self.table = QTableView(self)
        self.table.setModel(self._model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.doubleClicked.connect(lambda _index: self.open_selected())
        self._folder = QPushButton("Folder ...", self)
        self._folder.clicked.connect(self.folder_wanted)
        self._open = QPushButton("Open (Return)", self)
        self._open.clicked.connect(self.open_selected)
        self._progress = QProgressBar(self)
        self._cancel = QPushButton("Cancel (Esc)", self)
        self._cancel.clicked.connect(self.cancelled)
        below = QHBoxLayout()
        for widget in (self._folder, self._open, self._progress, self._cancel):
            below.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addWidget(self._title)
        layout.addWidget(self.table)
        layout.addLayout(below)
        self._keys = KeepsKeys(
            self, {Qt.Key.Key_Return: self.open_selected, Qt.Key.Key_Enter: self.open_selected}
        )
        self._keys.keep(self.table)
        self.hide_progress()

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases that are shown."""
        return self._model.cases

    def show_cases(self, title: str, cases: Sequence[Case], subject: str | None) -> None:
        """Show cases and mark one of them."""
        self._title.setText(title)
        self._model.show(cases)
        self.table.resizeColumnsToContents()
        subjects = [case.subject for case in cases]
        if subjects:
            self.table.selectRow(subjects.index(subject) if subject in subjects else 0)

    def open_selected(self) -> None:
        """Open the case whose row is marked."""
        row = self.table.currentIndex().row()
        if 0 <= row < len(self.cases):
            self.opened.emit(self.cases[row].subject)

    def show_progress(self, done: int, total: int, text: str) -> None:
        """Show how far loading is."""
        self._progress.setMaximum(total)
        self._progress.setValue(done)
        self._progress.setFormat(f"{text} %v of %m")
        self._progress.show()
        self._cancel.show()

    def hide_progress(self) -> None:
        """Loading has ended."""
        self._progress.hide()
        self._cancel.hide()
