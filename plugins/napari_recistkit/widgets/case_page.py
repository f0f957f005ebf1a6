"""The page of an open case: what is in it, panel or form beside it, and what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.one_line import OneLine
from napari_recistkit.widgets.organ_field import OrganField
from napari_recistkit.widgets.progress import Progress
from napari_recistkit.widgets.response_panel import ResponsePanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_recistkit.forms import Form

__all__ = ["CasePage"]

_FORM_WIDTH_PX: Final = 330


class CasePage(QWidget):
    """Shows one case; what it holds is public, what is in it is given by the room.

    Parameters
    ----------
    parent : QWidget, optional
    panel_width_px : int
        Of the panel in the side.

    Signals
    -------
    side_closed
        A question was answered or left.
    """

    side_closed = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, panel_width_px: int = _FORM_WIDTH_PX
    ) -> None:
        super().__init__(parent)
        self._panel_width_px = panel_width_px
        self.title, self.line = OneLine(self), OneLine(self)
        self.panel, self.form = ResponsePanel(self), FormPanel(self)
        self.progress = Progress(self)
        self._side = QStackedWidget(self)
        self._side.setFixedWidth(panel_width_px)
        self._add_side(self.panel)
        self._add_side(self.form)
        self.form.closed.connect(self._close_side)

    def ask(self, form: Form) -> None:
        """Show a form in the place of the panel."""
        self._side.setCurrentWidget(self.form)
        self.form.ask(form)
        width_px = _FORM_WIDTH_PX * 2 if self.form.is_broad else _FORM_WIDTH_PX
        self._side.setFixedWidth(max(width_px, self._panel_width_px))

    @property
    def is_asking(self) -> bool:
        """Whether something waits for an answer."""
        return self._side.currentWidget() is not self.panel

    def answer_first(self) -> None:
        """Give the keyboard back to what is asked."""
        asked = self._side.currentWidget()
        if isinstance(asked, FormPanel | OrganField):
            asked.take_keyboard()

    def leave_side(self) -> bool:
        """Leave what is asked without an answer; tell whether something was."""
        was_there = self.is_asking
        self.form.leave()
        return was_there

    def clear(self) -> None:
        """Show no case: no title, no response, no question."""
        self.leave_side()
        self.title.show_text("")
        self.panel.clear()

    def _add_side(self, widget: QWidget) -> None:
        self._side.addWidget(widget)

    def _close_side(self) -> None:
        self._side.setFixedWidth(self._panel_width_px)
        self._side.setCurrentWidget(self.panel)
        self.side_closed.emit()

    def _arrange(self, tables: Sequence[tuple[QWidget, int]], *beside_title: QWidget) -> None:
        """Put tables, each with its share of the room, between the title and the last line."""
        above, middle = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.title, 1)
        for widget in (*beside_title, self.progress):
            above.addWidget(widget)
        for table, share in tables:
            middle.addWidget(table, share)
        middle.addWidget(self._side)
        page = QVBoxLayout(self)
        page.setContentsMargins(4, 0, 4, 2)
        page.addLayout(above)
        page.addLayout(middle, 1)
        page.addWidget(self.line)
