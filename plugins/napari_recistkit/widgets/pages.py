"""The two pages of the room, of which one is shown: the case list, and the open case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QStackedWidget, QWidget

from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.read_page import ReadPage

if TYPE_CHECKING:
    from napari_recistkit.open_folder import OpenFolder

__all__ = ["Pages"]


class Pages(QStackedWidget):
    """Shows one page; the pages are public.

    Signals
    -------
    cancelled
        What is done in the background is to stop.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cases = CaseList(self)
        self.read = ReadPage(self)
        for page in (self.cases, self.read):
            self.addWidget(page)
            page.progress.cancelled.connect(self.cancelled)

    def say(self, text: str) -> None:
        """Say something on both pages."""
        self.read.line.show_text(text)
        self.cases.line.show_text(text)

    def fill_list(self, folder: OpenFolder | None, subject: str | None) -> None:
        """Let the list hold the cases of a folder, and mark one of them."""
        if folder is None:
            self.cases.show_cases("no folder", (), None)
        else:
            self.cases.show_cases(folder.title, folder.cases, subject)

    @property
    def is_list_shown(self) -> bool:
        """Whether the reader sees the case list, and no case."""
        return self.currentWidget() is self.cases

    def show_list(self) -> None:
        """Show the case list, and let it have the keys."""
        self.setCurrentWidget(self.cases)
        self.cases.table.setFocus()

    def show_read(self) -> bool:
        """Show the open case; tell whether it was not shown before."""
        was_hidden = self.currentWidget() is not self.read
        self.setCurrentWidget(self.read)
        return was_hidden
