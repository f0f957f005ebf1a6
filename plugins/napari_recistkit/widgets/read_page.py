"""The page of an open case: lesion table, response panel or form, and what happened last."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.lesion_table import LesionTable
from napari_recistkit.widgets.one_line import OneLine
from napari_recistkit.widgets.organ_field import OrganField, nodes_first, organs_first
from napari_recistkit.widgets.progress import Progress
from napari_recistkit.widgets.response_panel import ResponsePanel

if TYPE_CHECKING:
    from napari_recistkit.forms import Form

__all__ = ["ReadPage"]

_SIDE_WIDTH_PX: Final = 330


class ReadPage(QWidget):
    """Shows one case; what it holds is public, what is in it is given by the room.

    Signals
    -------
    side_closed
        A form or the organ was answered or left.
    """

    side_closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.line = OneLine(self), OneLine(self)
        self.table, self.panel = LesionTable(self), ResponsePanel(self)
        self.form, self.organ = FormPanel(self), OrganField(self)
        self._side = QStackedWidget(self)
        self._side.setFixedWidth(_SIDE_WIDTH_PX)
        for widget in (self.panel, self.form, self.organ):
            self._side.addWidget(widget)
        for closed in (self.form.closed, self.organ.closed):
            closed.connect(self._close_side)
        self.progress = Progress(self)
        self._arrange()

    def ask(self, form: Form) -> None:
        """Show a form in the place of the panel."""
        self.organ.leave()
        self._side.setCurrentWidget(self.form)
        self.form.ask(form)
        self._side.setFixedWidth(_SIDE_WIDTH_PX * (2 if self.form.is_broad else 1))

    def ask_organ(
        self, lesion: str, organ: str | None, on_chosen: Callable[[str], bool], *, is_nodal: bool
    ) -> None:
        """Ask for an organ in the place of the panel; of a node for nodes first."""
        self.form.leave()
        self._side.setCurrentWidget(self.organ)
        self.organ.ask(lesion, organ, nodes_first if is_nodal else organs_first, on_chosen)

    @property
    def is_asking(self) -> bool:
        """Whether a form or the organ is waiting for an answer."""
        return self._side.currentWidget() is not self.panel

    def answer_first(self) -> None:
        """Give the keyboard back to what is asked."""
        asked = self._side.currentWidget()
        if isinstance(asked, FormPanel | OrganField):
            asked.take_keyboard()

    def forget_lesions_but(self, lesions: Collection[str]) -> None:
        """Ask no more for the organ of a lesion that is gone."""
        if self.organ.lesion is not None and self.organ.lesion not in lesions:
            self.organ.leave()

    def clear(self) -> None:
        """Show no case: no title, no rows, no response, no question."""
        self.leave_side()
        self.title.show_text("")
        self.table.show_rows((), None)
        self.panel.clear()

    def leave_side(self) -> bool:
        """Leave form and organ field without an answer; tell whether one was there."""
        was_there = self.is_asking
        self.form.leave()
        self.organ.leave()
        return was_there

    def _close_side(self) -> None:
        self._side.setFixedWidth(_SIDE_WIDTH_PX)
        self._side.setCurrentWidget(self.panel)
        self.side_closed.emit()

    def _arrange(self) -> None:
        above, middle = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.title, 1)
        above.addWidget(self.progress)
        middle.addWidget(self.table, 1)
        middle.addWidget(self._side)
        page = QVBoxLayout(self)
        page.setContentsMargins(4, 0, 4, 2)
        page.addLayout(above)
        page.addLayout(middle, 1)
        page.addWidget(self.line)
