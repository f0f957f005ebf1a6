"""The page of an adjudication: where two reads differ, their lesions, and what each comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel

from napari_recistkit.compared_marks import KINDS
from napari_recistkit.compared_text import (
    PAIR_HEADERS,
    VALUE_HEADERS,
    legend_html,
    pair_cells,
    responses_html,
    value_cells,
)
from napari_recistkit.lesion_layer import COLOURS
from napari_recistkit.widgets.case_page import CasePage
from napari_recistkit.widgets.text_table import TextTable

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from napari_recistkit.open_adjudication import OpenAdjudication
    from recistkit.reading.compared_reads import ComparedValue, LesionPair

__all__ = ["AdjudicationPage"]

_PANEL_WIDTH_PX: Final = 330


class AdjudicationPage(CasePage):
    """Shows one case that is adjudicated.

    Signals
    -------
    chosen
        The compared value, or the pair of lesions, whose row was chosen.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, panel_width_px=_PANEL_WIDTH_PX)
        self.setObjectName("recistkit-adjudication")
        colours = {str(side): COLOURS[kind] for side, kind in KINDS.items()}
        self.values = TextTable(self, "recistkit-differences", VALUE_HEADERS, colours)
        self.pairs = TextTable(self, "recistkit-pairs", PAIR_HEADERS, colours)
        self._rows: tuple[tuple[ComparedValue, ...], tuple[LesionPair, ...]] = ((), ())
        self.values.chosen.connect(lambda row: self.chosen.emit(self._rows[0][row]))
        self.pairs.chosen.connect(lambda row: self.chosen.emit(self._rows[1][row]))
        self.legend = QLabel(legend_html(), self)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self._arrange([(self.values, 3), (self.pairs, 2)], self.legend)

    def show_case(self, opened: OpenAdjudication) -> None:
        """Show title, differences and lesions of a case as they are now."""
        session = opened.session
        values, pairs = self._rows = (session.reads.values, session.reads.pairs)
        agreed = frozenset(place for place, one in enumerate(values) if not one.differs)
        current = values.index(session.value) if session.value in values else None
        self.values.show_rows([value_cells(one) for one in values], current, agreed)
        self.values.setColumnHidden(0, len({one.compartment for one in values}) == 1)
        names = [one.name for one in pairs]
        at = names.index(session.lesion) if session.lesion in names else None
        self.pairs.show_rows([pair_cells(session, one) for one in pairs], at)
        self.title.show_text(opened.title)

    def show_panel(self, opened: OpenAdjudication) -> None:
        """Show what both reads come to."""
        self.panel.show_visit(responses_html(opened.session))

    def clear(self) -> None:
        """Show no case."""
        super().clear()
        self.values.show_rows((), None)
        self.pairs.show_rows((), None)
