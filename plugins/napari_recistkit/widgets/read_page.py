"""The page of a case that is read: lesion table, response panel, form or organ."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from napari_recistkit.visit_text import findings_html, visit_html
from napari_recistkit.widgets.case_page import CasePage
from napari_recistkit.widgets.lesion_table import LesionTable
from napari_recistkit.widgets.organ_field import OrganField, nodes_first, organs_first

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from napari_recistkit.forms import Form
    from napari_recistkit.open_case import OpenCase

__all__ = ["ReadPage"]


class ReadPage(CasePage):
    """Shows one case that is read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table, self.organ = LesionTable(self), OrganField(self)
        self._add_side(self.organ)
        self.organ.closed.connect(self._close_side)
        self._arrange([(self.table, 1)])

    def show_case(self, opened: OpenCase) -> None:
        """Show title and lesions of a case as they are now."""
        rows = opened.rows
        self.table.show_rows(rows, opened.session.lesion)
        self.forget_lesions_but([row.lesion.id for row in rows])
        self.title.show_text(opened.title)

    def show_panel(self, opened: OpenCase) -> None:
        """Show what the visit comes to."""
        self.panel.show_visit(visit_html(opened.session))

    def show_findings(self, opened: OpenCase) -> None:
        """Show the findings of the read."""
        self.panel.show_findings(findings_html(opened.session))

    def ask(self, form: Form) -> None:
        """Show a form in the place of the panel."""
        self.organ.leave()
        super().ask(form)

    def ask_organ(
        self, lesion: str, organ: str | None, on_chosen: Callable[[str], bool], *, is_nodal: bool
    ) -> None:
        """Ask for an organ in the place of the panel; of a node for nodes first."""
        self.form.leave()
        self._side.setCurrentWidget(self.organ)
        self.organ.ask(lesion, organ, nodes_first if is_nodal else organs_first, on_chosen)

    def forget_lesions_but(self, lesions: Collection[str]) -> None:
        """Ask no more for the organ of a lesion that is gone."""
        if self.organ.lesion is not None and self.organ.lesion not in lesions:
            self.organ.leave()

    def leave_side(self) -> bool:
        """Leave form and organ field without an answer; tell whether one was there."""
        was_there = super().leave_side()
        self.organ.leave()
        return was_there

    def clear(self) -> None:
        """Show no case: no title, no rows, no response, no question."""
        super().clear()
        self.table.show_rows((), None)
