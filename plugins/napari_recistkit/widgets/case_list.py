"""The case list: every subject of the folder, and how far this reader, or adjudicator, is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from napari_recistkit.widgets.one_line import OneLine, plain_tip
from napari_recistkit.widgets.plain_keys import MOVING, TypedKeys
from napari_recistkit.widgets.progress import Progress
from recistkit.reading.cases import Case

__all__ = ["CaseList"]

Index = QModelIndex | QPersistentModelIndex

_WIDEST_PX: Final = 360
_HEADERS: Final = ("subject", "state", "visits", "signed", "")
_DECISION: Final = "accepted"
"""What stands above a column of decisions, in the place of what is signed."""


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
            has_decisions = any(case.decision is not None for case in self.cases)
            header = _HEADERS[section]
            return _DECISION if header == "signed" and has_decisions else header
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  Qt takes what it knows
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        case = self.cases[index.row()]
        texts = (
            case.subject,
            case.state if case.can_be_read else "cannot be read",
            ", ".join(visit.label for visit in case.visits),
            f"{len(case.signed)} of {len(case.visits)}" if case.decision is None else case.decision,
            "; ".join((*case.faults, *case.notes)),
        )
        text = texts[index.column()]
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text


class CaseList(QWidget):
    """Cases with their state; Return or a double click opens one.

    Signals
    -------
    opened
        Subject of the case to open.
    folder_wanted
        The reader wants to choose a folder.
    """

    opened = Signal(str)
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-cases")
        self._title, self.line = OneLine(self), OneLine(self)
        self.progress = Progress(self)
        self._model = _Cases(self)
        self.table = QTableView(self)
        self.table.setModel(self._model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setMaximumSectionSize(_WIDEST_PX)
        self.table.setWordWrap(False)
        self.table.doubleClicked.connect(lambda _index: self.open_selected())
        self._folder = QPushButton("Folder ...", self)
        self._folder.clicked.connect(self.folder_wanted)
        self._open = QPushButton("Open (Return)", self)
        self._open.clicked.connect(self.open_selected)
        below = QHBoxLayout()
        for widget in (self._folder, self._open):
            below.addWidget(widget)
        above = QHBoxLayout()
        above.addWidget(self._title, 1)
        above.addWidget(self.progress)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addWidget(self.table)
        layout.addWidget(self.line)
        layout.addLayout(below)
        opening = {Qt.Key.Key_Return: self.open_selected, Qt.Key.Key_Enter: self.open_selected}
        TypedKeys(self, opening, left=MOVING).keep(self.table)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases that are shown."""
        return self._model.cases

    def show_cases(self, title: str, cases: Sequence[Case], subject: str | None) -> None:
        """Show cases and mark one of them."""
        self._title.show_text(title)
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
