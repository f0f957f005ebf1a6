"""The pages of the room, of which one is shown: the case list, and two for the open case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QStackedWidget

from napari_recistkit.open_adjudication import OpenAdjudication
from napari_recistkit.widgets.adjudication_page import AdjudicationPage
from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.read_page import ReadPage

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from napari_recistkit.opened import AnyCase, AnyFolder
    from napari_recistkit.widgets.progress import Progress

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
        self.read, self.adjudication = ReadPage(self), AdjudicationPage(self)
        for page in (self.cases, self.read, self.adjudication):
            self.addWidget(page)
            page.progress.cancelled.connect(self.cancelled)
        self.case_page: ReadPage | AdjudicationPage = self.read
        """The one on which the open case is shown."""
        self.loading = _Everywhere(self.read.progress, self.adjudication.progress)

    def say(self, text: str) -> None:
        """Say something on every page."""
        for page in (self.cases, self.read, self.adjudication):
            page.line.show_text(text)

    def fill_list(self, folder: AnyFolder | None, subject: str | None) -> None:
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

    def show_page_of(self, opened: AnyCase) -> bool:
        """Show the page of an open case; tell whether it was not shown before."""
        page = self.adjudication if isinstance(opened, OpenAdjudication) else self.read
        self.case_page, was_hidden = page, self.currentWidget() is not page
        self.setCurrentWidget(page)
        return was_hidden

    def show_case(self, opened: AnyCase) -> None:
        """Show title and tables of a case as they are now."""
        if isinstance(opened, OpenAdjudication):
            self.adjudication.show_case(opened)
        else:
            self.read.show_case(opened)

    def show_panel(self, opened: AnyCase) -> None:
        """Show what the visit comes to, of both reads where there are two."""
        if isinstance(opened, OpenAdjudication):
            self.adjudication.show_panel(opened)
        else:
            self.read.show_panel(opened)

    def show_findings(self, opened: AnyCase) -> None:
        """Show the findings of a read; those of others are not the adjudicator's."""
        if not isinstance(opened, OpenAdjudication):
            self.read.show_findings(opened)

    def clear(self) -> None:
        """Show no case."""
        self.read.clear()
        self.adjudication.clear()


class _Everywhere:
    """How far the loading of scans is, on each page of a case."""

    def __init__(self, *shown: Progress) -> None:
        self._shown = shown

    def show_text(self, text: str) -> None:
        """Show how far."""
        for one in self._shown:
            one.show_text(text)

    def hide(self) -> None:
        """Show that nothing is loaded."""
        for one in self._shown:
            one.hide()
