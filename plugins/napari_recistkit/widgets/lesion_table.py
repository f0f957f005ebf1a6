"""The lesion table: one row per lesion of the visit, complete or visibly not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from napari_recistkit.widgets.one_line import plain_tip
from recistkit.reading.rows import Row

__all__ = ["COLUMNS", "LesionTable", "LesionTableModel"]

Index = QModelIndex | QPersistentModelIndex

_OPEN: Final = "#E69F00"
_WIDEST_PX: Final = 240
_ROW_GAP_PX: Final = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: its header, and what it says of a row."""

    header: str
    text: Callable[[Row], str]
    is_number: bool = False


def _size(size: Decimal | None) -> str:
    return "" if size is None else f"{size:f}"


def _percent(change: str) -> str:
    return f"{change} %" if change else ""


def _kind(row: Row) -> str:
    nodal = ", nodal" if row.lesion.nodal else ""
    return f"{row.lesion.role}{nodal}"


def _state(row: Row) -> str:
    sure = f", {row.certainty}" if row.certainty else ""
    return f"{row.state}{sure}" if row.state else ""


def _axes(row: Row) -> str:
    return " × ".join({"longest": "long", "short": "short"}[axis] for axis in row.axes)


def _open(row: Row) -> str:
    return "; ".join(item.message for item in row.missing)


COLUMNS: Final = (
    Column("", lambda row: row.lesion.id),
    Column("kind", _kind),
    Column("organ", lambda row: row.lesion.organ or ""),
    Column("compartment", lambda row: row.lesion.compartment or ""),
    Column("counts", _axes),
    Column("base", lambda row: _size(row.baseline), is_number=True),
    Column("nadir", lambda row: _size(row.nadir), is_number=True),
    Column("prior", lambda row: _size(row.prior), is_number=True),
    Column("now", lambda row: _size(row.present), is_number=True),
    Column("Δ base", lambda row: _percent(row.from_baseline), is_number=True),
    Column("Δ nadir", lambda row: _percent(row.from_nadir), is_number=True),
    Column("state", _state),
    Column("still to say", _open),
)


class LesionTableModel(QAbstractTableModel):
    """Rows as Qt wants them; other lesions are one reset, other values of the same are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        before, now = self.rows, tuple(rows)
        if now == before:
            return
        if [row.lesion.id for row in before] == [row.lesion.id for row in now]:
            self.rows = now
            last = self.index(len(before) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.rows = now
        self.endResetModel()

    def rowCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        """Return the number of lesions."""
        return len(self.rows)

    def columnCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        """Return the number of columns."""
        return len(COLUMNS)

    def headerData(  # noqa: N802  Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return the header of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].header
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  Qt takes what it knows
        """Return text, alignment or colour of a cell."""
        column, row = COLUMNS[index.column()], self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.text(row))
        if role == Qt.ItemDataRole.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and not row.is_complete:
            return QColor(_OPEN)
        return None


class LesionTable(QTableView):
    """The table; a row that is chosen is the current lesion.

    Signals
    -------
    chosen
        Id of the lesion whose row was chosen.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-lesions")
        self._model = LesionTableModel(self)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _ROW_GAP_PX)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(_WIDEST_PX)
        self.clicked.connect(self._choose)

    def show_rows(self, rows: Sequence[Row], current: str | None) -> None:
        """Show rows and mark the current lesion's."""
        self._model.show(rows)
        ids = [row.lesion.id for row in self._model.rows]
        if current in ids:
            index = self._model.index(ids.index(current), 0)
            if not self.selectionModel().isRowSelected(index.row()):
                self.selectRow(index.row())
            self.scrollTo(index)
        else:
            self.clearSelection()

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.rows[index.row()].lesion.id)
