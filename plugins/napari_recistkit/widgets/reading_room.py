"""The reading room: case list, two views, lesion table, and what the visit comes to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from napari.components import ViewerModel
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link
from napari_recistkit.loading import CaseLoader, Loaded, in_order
from napari_recistkit.open_case import OpenCase
from napari_recistkit.visit_text import title_text, visit_html
from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.docks import arrange
from napari_recistkit.widgets.folder_dialog import ask_folder
from napari_recistkit.widgets.help_panel import HelpPanel
from napari_recistkit.widgets.key_bindings import bind_keys, take_keys_of
from napari_recistkit.widgets.organ_field import nodes_first, organs_first
from napari_recistkit.widgets.read_page import ReadPage
from recistkit.errors import RecistkitError
from recistkit.reading.case import Case, next_to_read
from recistkit.reading.case_state import with_states
from recistkit.reading.cases import find_cases
from recistkit.reading.paths import fit_for_file_name, journal_path
from recistkit.reading.settings import StudySettings, load_settings
from recistkit.store.journal import Journal

if TYPE_CHECKING:
    from qtpy.QtGui import QCloseEvent

    from napari_recistkit.forms import Form
    from napari_recistkit.shortcuts import Shortcut

__all__ = ["ReadingRoom"]

_SETTLED_MS: Final = 800


class ReadingRoom(QWidget):
    """The widget below the canvas; it makes the second canvas beside the first.

    Parameters
    ----------
    viewer : napari.Viewer
        Its canvas shows the visit being read.
    folder : Path, optional
        Study to open; the reader chooses one where it is not given.
    reader : str, optional
        Who reads.
    """

    def __init__(
        self,
        viewer: Any,  # noqa: ANN401  napari ships no types
        folder: Path | None = None,
        reader: str | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("recistkit-room")
        self._viewer = viewer
        self._folder: Path | None = None
        self._reader = ""
        self._settings = StudySettings()
        self._journal: Journal | None = None
        self._cases: tuple[Case, ...] = ()
        self._loader: CaseLoader | None = None
        self._loaders: list[CaseLoader] = []
        self.open_case_: OpenCase | None = None
        self._closed = False
        self._undo_arranging: list[Callable[[], None]] = []
        self._bring_panels_back: Callable[[], None] = lambda: None
        self._beside = ViewerModel()
        self.present = Canvas(viewer)
        self.compared = Canvas(self._beside)
        self.link = Link(self.present, self.compared)
        self._beside_widget: Any = compat.embedded_viewer(self._beside)
        self._make_widgets()
        bind_keys(self, self._act)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settle.timeout.connect(self._remember)
        self._panel_due = QTimer(self, singleShot=True)
        self._panel_due.timeout.connect(self._show_panel)
        for topic in ("slice", "view", "window", "plane"):
            self.present.listen(topic, self._settle.start)
        QTimer.singleShot(0, self._arrange)
        if folder is not None and reader is not None:
            self.open_folder(folder, reader)

    # Folder and cases

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the folder that is open."""
        return self._cases

    def open_folder(self, folder: Path, reader: str) -> None:
        """Open a study for a reader and show its cases."""

        def work() -> None:
            fit_for_file_name(reader, of="reader")
            settings = load_settings(folder)
            cases = find_cases(folder, reader, on_progress=self._case_list.show_looking)
            journal = Journal.open(journal_path(folder, reader), reader)
            self._close_folder()
            self._folder, self._reader, self._settings = folder, reader, settings
            self._journal, self._cases = journal, cases

        self._try(work)
        self.show_cases()

    def choose_folder(self) -> None:
        """Ask for a folder and a reader."""
        chosen = ask_folder(self, self._reader)
        if chosen is not None:
            self.open_folder(*chosen)

    def show_cases(self) -> None:
        """Show the list of cases."""
        self._fresh_states()
        title = f"{self._folder.name}, reader {self._reader}" if self._folder else "no folder"
        self._case_list.show_cases(title, self._cases, self._subject)
        self._pages.setCurrentWidget(self._case_list)
        self._case_list.table.setFocus()

    def next_case(self) -> None:
        """Open the next case that is not signed."""
        self._fresh_states()
        case = next_to_read(self._cases, self._subject)
        if case is not None:
            return self.open_case(case.subject)
        return self.say("every other case is signed, or cannot be read")

    def open_case(self, subject: str) -> None:
        """Open a case where the reader left it, and load its scans in the background."""
        case = next((one for one in self._cases if one.subject == subject), None)
        if case is None or self._folder is None or self._journal is None:
            self.say(f"there is no case {subject}")
        elif not case.can_be_read:
            self.say(f"{subject} cannot be read: {'; '.join(case.faults)}")
        else:
            folder, journal, readable = self._folder, self._journal, case
            self._try(lambda: self._open(folder, readable, journal))

    def _open(self, folder: Path, case: Case, journal: Journal) -> None:
        self.close_case()
        self.open_case_ = OpenCase(
            folder,
            case,
            journal,
            self._settings,
            present=self.present,
            compared=self.compared,
            link=self.link,
            window=self,
        )
        self._show_read_page()
        self.say("")
        self.refresh()
        self._load(self.open_case_)

    def close_case(self) -> None:
        """Close the case that is open."""
        self._settle.stop()
        self._panel_due.stop()
        self._page.panel.show_html("")
        self._stop_loading()
        self._page.leave_side()
        if self.open_case_ is not None:
            self.open_case_.close()
            self.open_case_ = None
        for canvas in (self.present, self.compared):
            canvas.clear()
            canvas.set_caption("")

    @property
    def _subject(self) -> str | None:
        return self.open_case_.case.subject if self.open_case_ else None

    def _fresh_states(self) -> None:
        def work() -> None:
            if self._folder is not None:
                self._cases = with_states(self._folder, self._reader, self._cases)

        self._try(work)

    def _close_folder(self) -> None:
        self.close_case()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    # Loading

    @property
    def is_loading(self) -> bool:
        """Whether scans are being loaded."""
        return self._loader is not None

    def cancel_loading(self) -> None:
        """Stop loading; what is there stays."""
        if self._stop_loading():
            self.say("loading was cancelled; open the case again to load the rest")

    def _stop_loading(self) -> bool:
        if self._loader is None:
            return False
        self._loader.cancel()
        self._end_loading()
        return True

    def _load(self, opened: OpenCase) -> None:
        session = opened.session
        first = (session.visit, opened.views.compared_visit, session.baseline)
        series = in_order(opened.case, first)
        self._page.show_progress(0, len(series))
        self._loader = CaseLoader(series, loaded=self._take_loaded, finished=self._end_loading)
        self._loaders = [one for one in self._loaders if one.is_running] + [self._loader]
        self._loader.start()

    def _take_loaded(self, one: Loaded) -> None:
        if self.open_case_ is None:
            return
        self._page.show_progress(one.done, one.total)
        if one.grid is not None:
            self.open_case_.add_grid(one.grid)
        else:
            self.open_case_.views.add_fault(one.uid)
            self.say(one.fault)

    def _end_loading(self) -> None:
        self._loader = None
        self._page.hide_progress()
        if self.open_case_ is not None:
            self.open_case_.views.end_loading()

    # What the room asks of the window

    def ask(self, form: Form) -> None:
        """Show a form."""
        self._page.show_form()
        self._page.form.ask(form)

    def ask_organ(self, lesion: str, organ: str | None, on_chosen: Callable[[str], None]) -> None:
        """Ask for an organ by type-ahead; of a node for nodes first."""
        opened = self.open_case_
        if opened is None:
            return
        is_nodal = opened.session.draft.lesions[lesion].nodal
        self._page.show_organ()
        self._page.organ.ask(lesion, organ, nodes_first if is_nodal else organs_first, on_chosen)

    def say(self, text: str) -> None:
        """Say something in the line below the table, and below the case list."""
        self._page.line.show_text(text)
        self._case_list.line.show_text(text)

    def refresh(self) -> None:
        """Show the session as it is now: rulers and table at once, the response right after."""
        opened = self.open_case_
        if opened is None:
            return
        session = opened.session
        opened.refresh()
        self._page.table.show_rows(session.rows() if session.visit else (), session.lesion)
        views, armed = opened.views, opened.room.armed
        self._page.title.show_text(
            title_text(session, views.compared_visit, views.comparison, armed)
        )
        self._panel_due.start(0)

    def _show_panel(self) -> None:
        if self.open_case_ is not None:
            self._page.panel.show_html(visit_html(self.open_case_.session))

    def signed(self, visit: str) -> None:
        """A visit was signed: write its key images."""
        if self.open_case_ is not None:
            self.open_case_.save_key_images(visit)

    # Keys

    def disarm(self) -> None:
        """Leave a form if there is one, else put the tool down."""
        if not self._page.leave_side() and self.open_case_ is not None:
            self.open_case_.room.disarm()

    def show_help(self) -> None:
        """Show the table of keys, or put it away."""
        self._help.setVisible(not self._help.isVisible())

    def _act(self, shortcut: Shortcut) -> None:
        """Do what a key does: in the window, the views or the room, by its name."""
        opened = self.open_case_
        owners = (self,) if opened is None else (self, opened.views, opened.room)
        owner = next((one for one in owners if hasattr(one, shortcut.action)), None)
        if owner is None:
            self.say("open a case first: choose it and press Return")
            return
        if owner is not self:
            self._show_read_page()  # nothing is done to a case that is not seen
        given = () if shortcut.argument is None else (shortcut.argument,)
        self._try(lambda: getattr(owner, shortcut.action)(*given))
        if opened is not None and owner is opened.views:
            self.refresh()
            self._settle.start()

    # Widgets

    def _make_widgets(self) -> None:
        self._case_list = CaseList(self)
        self._case_list.opened.connect(self.open_case)
        self._case_list.folder_wanted.connect(self.choose_folder)
        self._page = ReadPage(self)
        self._page.table.chosen.connect(self._choose_lesion)
        self._page.cancelled.connect(self.cancel_loading)
        self._page.side_closed.connect(self.setFocus)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._case_list)
        self._pages.addWidget(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._help = HelpPanel(self)

    def _arrange(self) -> None:
        """Put the second canvas beside the first, and napari's own panels away."""
        if not self._closed:
            window = self.window()
            self._bring_panels_back = arrange(self._viewer, self, self._beside_widget)
            self._undo_arranging.append(take_keys_of(window))
            window.installEventFilter(self)
            self._undo_arranging.append(lambda: window.removeEventFilter(self))
            if self._pages.currentWidget() is self._case_list:
                self._case_list.table.setFocus()

    def _show_read_page(self) -> None:
        if self._pages.currentWidget() is not self._page:
            self._pages.setCurrentWidget(self._page)
            self.setFocus()

    def _choose_lesion(self, lesion: str) -> None:
        if self.open_case_ is not None:
            self.open_case_.room.choose_lesion(lesion)
            self.setFocus()

    def _remember(self) -> None:
        if self.open_case_ is not None:
            self.open_case_.remember()

    def _try(self, work: Callable[[], object]) -> None:
        """Do something; what is refused is said."""
        try:
            work()
        except RecistkitError as error:
            self.say(str(error))

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Remember where the reader is when the window is closed; closing is napari's."""
        if event.type() == QEvent.Type.Close:
            self._remember()
        return False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  Qt's name
        """Close everything when the room is taken out of its dock."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange and self.parent() is None:
            QTimer.singleShot(0, self._leave_the_window)

    def _leave_the_window(self) -> None:
        if not self._closed:
            self.shut()
            self._bring_panels_back()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """Close the case and take everything off the viewer."""
        self.shut()
        super().closeEvent(event)

    def shut(self) -> None:
        """Close the case, the journal and the second canvas."""
        if self._closed:
            return
        self._close_folder()
        self._closed = True
        for loader in self._loaders:
            loader.wait()
        while self._undo_arranging:
            self._undo_arranging.pop()()
        self.link.close()
        self.present.close()
        self.compared.close()
        self._beside_widget.close()
        self._beside_widget.deleteLater()
        self._beside_widget = self._viewer = None
