"""A table of texts, one row of which is current; two of its columns are those of the reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from napari_recistkit.widgets.one_line import plain_tip

__all__ = ["TextTable"]

Index = QModelIndex | QPersistentModelIndex

_FAINT: Final = "#A0A0A0"
_WIDEST_PX: Final = 240
_ROW_GAP_PX: Final = 6


class _Texts(QAbstractTableModel):
    """Rows of cells; other texts of as many rows are no reset."""

    def __init__(self, parent: QWidget, headers: Sequence[str], colours: Mapping[str, str]) -> None:
        super().__init__(parent)
        self._headers, self._colours = headers, colours
        self.rows: tuple[tuple[str, ...], ...] = ()
        self.faint: frozenset[int] = frozenset()

    def show(self, rows: Sequence[tuple[str, ...]], faint: frozenset[int]) -> None:
        before, now = (self.rows, self.faint), (tuple(rows), faint)
        if before == now:
            return
        if len(now[0]) == len(before[0]):
            self.rows, self.faint = now
            last = self.index(len(rows) - 1, len(self._headers) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.rows, self.faint = now
        self.endResetModel()

    def rowCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        """Return the number of rows."""
        return len(self.rows)

    def columnCount(self, _parent: Index | None = None) -> int:  # noqa: N802  Qt's name
        """Return the number of columns."""
        return len(self._headers)

    def headerData(  # noqa: N802  Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return the header of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  Qt takes what it knows
        """Return text or colour of a cell."""
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(text)
        if role == Qt.ItemDataRole.ForegroundRole:
            if index.row() in self.faint:
                return QColor(_FAINT)
            colour = self._colours.get(self._headers[index.column()])
            return None if colour is None else QColor(colour)
        return None


class TextTable(QTableView):
    """The table.

    Parameters
    ----------
    parent : QWidget
    name : str
        Of the widget.
    headers : sequence of str
    colours : mapping of str to str
        Colour of the texts of a column, by its header.

    Signals
    -------
    chosen
        Number of the row that was chosen.
    """

    chosen = Signal(int)

    def __init__(
        self, parent: QWidget, name: str, headers: Sequence[str], colours: Mapping[str, str]
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._model = _Texts(self, headers, colours)
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
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The texts that are shown."""
        return self._model.rows

    @property
    def current_row(self) -> int | None:
        """Number of the row that is marked."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def show_rows(
        self,
        rows: Sequence[tuple[str, ...]],
        current: int | None,
        faint: frozenset[int] = frozenset(),
    ) -> None:
        """Show rows, mark the current one, and let some stand back."""
        self._model.show(rows, faint)
        if current is None:
            self.clearSelection()
        else:
            self.selectRow(current)
            self.scrollTo(self._model.index(current, 0))
