"""The reading room: case list, two views, lesion table, and what the visit comes to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from napari.components import ViewerModel
from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QCloseEvent, QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link
from napari_recistkit.loading import CaseLoader, Loaded, in_order
from napari_recistkit.open_case import OpenCase
from napari_recistkit.shortcuts import SHORTCUTS, Shortcut
from napari_recistkit.visit_text import visit_html
from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.help_panel import HelpPanel
from napari_recistkit.widgets.lesion_table import LesionTable
from napari_recistkit.widgets.organ_field import OrganField
from napari_recistkit.widgets.response_panel import ResponsePanel
from recistkit.errors import RecistkitError
from recistkit.reading.case import Case
from recistkit.reading.case_state import with_state
from recistkit.reading.cases import find_cases
from recistkit.reading.organs import suggestions
from recistkit.reading.paths import fit_for_file_name, journal_path
from recistkit.reading.settings import StudySettings, load_settings
from recistkit.store.journal import Journal

if TYPE_CHECKING:
    from napari_recistkit.forms import Form

__all__ = ["ReadingRoom"]

_NAPARI_DOCKS: Final = frozenset({"layer controls", "layer list"})
_SETTLED_MS: Final = 800
_BOTTOM_SHARE: Final = 0.34
_SIDE_WIDTH_PX: Final = 330


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
        self.open_case_: OpenCase | None = None
        self._closed = False
        self._beside = ViewerModel()
        self.present = Canvas(viewer)
        self.compared = Canvas(self._beside)
        self.link = Link(self.present, self.compared)
        self._beside_widget: Any = compat.embedded_viewer(self._beside)
        self._beside_dock: Any = None
        self._make_widgets()
        self._make_shortcuts()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLED_MS)
        self._settle.timeout.connect(self._remember)
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
            cases = find_cases(folder, reader)
            journal = Journal.open(journal_path(folder, reader), reader)
            self._close_folder()
            self._folder, self._reader, self._settings = folder, reader, settings
            self._journal, self._cases = journal, cases
            self.show_cases()

        self._try(work)

    def choose_folder(self) -> None:
        """Ask for a folder and a reader."""
        name = QFileDialog.getExistingDirectory(self, "Folder of subjects")
        if not name:
            return
        reader, accepted = QInputDialog.getText(self, "Reader", "Who reads?", text=self._reader)
        if accepted and reader:
            self.open_folder(Path(name), reader)

    def show_cases(self) -> None:
        """Show the list of cases."""
        current = self.open_case_.case.subject if self.open_case_ else None
        self._fresh_states()
        title = f"{self._folder.name}, reader {self._reader}" if self._folder else "no folder"
        self._case_list.show_cases(title, self._cases, current)
        self._pages.setCurrentWidget(self._case_list)
        self._case_list.table.setFocus()

    def next_case(self) -> None:
        """Open the next case that is not signed."""
        self._fresh_states()
        subjects = [case.subject for case in self._cases]
        current = self.open_case_.case.subject if self.open_case_ else None
        start = subjects.index(current) + 1 if current in subjects else 0
        for case in (*self._cases[start:], *self._cases[:start]):
            if case.can_be_read and case.state != "signed" and case.subject != current:
                self.open_case(case.subject)
                return
        self.say("every other case is signed")

    def open_case(self, subject: str) -> None:
        """Open a case where the reader left it, and load its scans in the background."""
        case = next((one for one in self._cases if one.subject == subject), None)
        if case is None or self._folder is None or self._journal is None:
            self.say(f"there is no case {subject}")
            return
        if not case.can_be_read:
            self.say(f"{subject} cannot be read: {'; '.join(case.faults)}")
            return
        folder, journal = self._folder, self._journal

        def work() -> None:
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
            self._pages.setCurrentWidget(self._read_page)
            self.refresh()
            self._focus_canvas()
            self._load(self.open_case_)

        self._try(work)

    def close_case(self) -> None:
        """Close the case that is open."""
        self._settle.stop()
        self.cancel_loading()
        if self.open_case_ is not None:
            self.open_case_.close()
            self.open_case_ = None
        for canvas in (self.present, self.compared):
            canvas.clear()
            canvas.set_caption("")

    @property
    def is_loading(self) -> bool:
        """Whether scans are being loaded."""
        return self._loader is not None

    def cancel_loading(self) -> None:
        """Stop loading; what is there stays."""
        if self._loader is not None:
            self._loader.cancel()
            self._loader = None
            self._progress.setText("")
            self.say("loading was cancelled")

    def _load(self, opened: OpenCase) -> None:
        session = opened.session
        first = (session.visit, opened.views.compared_visit, session.baseline)
        series = in_order(opened.case, first)
        self._progress.setText(f"loading 0 of {len(series)} (Ctrl+Esc cancels)")
        loader = CaseLoader(
            series, loaded=self._take_loaded, finished=lambda: self._end_loading(loader)
        )
        self._loader = loader
        loader.start()

    def _take_loaded(self, one: Loaded) -> None:
        if self.open_case_ is None:
            return
        self._progress.setText(f"loading {one.done} of {one.total} (Ctrl+Esc cancels)")
        if one.fault:
            self.say(one.fault)
        if one.grid is not None:
            self.open_case_.add_grid(one.grid)
            self.open_case_.refresh()

    def _end_loading(self, loader: CaseLoader) -> None:
        if self._loader is loader:
            self._loader = None
            self._progress.setText("")

    def _fresh_states(self) -> None:
        if self._folder is not None:
            folder, reader = self._folder, self._reader
            self._cases = tuple(with_state(folder, reader, case) for case in self._cases)

    def _close_folder(self) -> None:
        self.close_case()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    # What the room asks of the window

    def ask(self, form: Form) -> None:
        """Show a form."""
        self._side.setCurrentWidget(self._form)
        self._form.ask(form)

    def ask_organ(self, lesion: str, organ: str | None, on_chosen: Callable[[str], None]) -> None:
        """Ask for an organ by type-ahead."""
        self._side.setCurrentWidget(self._organ)
        self._organ.ask(lesion, organ, on_chosen)

    def say(self, text: str) -> None:
        """Say something in the line below the table."""
        self._line.setText(text)
        self._line.setToolTip(text)

    def refresh(self) -> None:
        """Show the session as it is now."""
        opened = self.open_case_
        if opened is None:
            return
        session = opened.session
        opened.refresh()
        self._table.show_rows(session.rows(), session.lesion)
        self._title.setText(_title(opened))
        self._panel.show_html(visit_html(session))

    def signed(self, visit: str) -> None:
        """A visit was signed: write its key images."""
        if self.open_case_ is not None:
            self.say(f"{visit} is signed")
            self.open_case_.save_key_images(visit)

    # Keys

    def show_help(self) -> None:
        """Show the table of keys."""
        self._help.show()
        self._help.raise_()

    def _make_shortcuts(self) -> None:
        self._shortcuts = []
        for shortcut in SHORTCUTS:
            for keys in shortcut.keys:
                made = QShortcut(QKeySequence(keys), self)
                made.setContext(Qt.ShortcutContext.ApplicationShortcut)
                made.activated.connect(self._worker(shortcut))
                self._shortcuts.append(made)

    def _worker(self, shortcut: Shortcut) -> Callable[[], None]:
        """Return what a key does: in the window, the views or the room, by its name."""

        def work() -> None:
            for owner in self._owners():
                method = getattr(owner, shortcut.action, None)
                if method is not None:
                    arguments = () if shortcut.argument is None else (shortcut.argument,)
                    method(*arguments)
                    return
            self.say("open a case first (F2)")

        return work

    def _owners(self) -> tuple[object, ...]:
        opened = self.open_case_
        return (self,) if opened is None else (self, opened.views, opened.room)

    # Widgets

    def _make_widgets(self) -> None:
        self._case_list = CaseList(self)
        self._case_list.opened.connect(self.open_case)
        self._case_list.folder_wanted.connect(self.choose_folder)
        self._table = LesionTable(self)
        self._table.chosen.connect(self._choose_lesion)
        self._panel = ResponsePanel(self)
        self._form = FormPanel(self)
        self._organ = OrganField(lambda typed: [one.name for one in suggestions(typed)], self)
        self._side = QStackedWidget(self)
        for widget in (self._panel, self._form, self._organ):
            self._side.addWidget(widget)
        self._side.setFixedWidth(_SIDE_WIDTH_PX)
        for closed in (self._form.closed, self._organ.closed):
            closed.connect(self._show_panel)
        self._title, self._line, self._progress = QLabel(self), QLabel(self), QLabel(self)
        for label in (self._title, self._line):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._read_page = QWidget(self)
        above, middle, below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        above.addWidget(self._title, 1)
        above.addWidget(self._progress)
        middle.addWidget(self._table, 1)
        middle.addWidget(self._side)
        below.addWidget(self._line, 1)
        page = QVBoxLayout(self._read_page)
        page.setContentsMargins(4, 0, 4, 2)
        for part in (above, middle, below):
            page.addLayout(part)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._case_list)
        self._pages.addWidget(self._read_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._help = HelpPanel(self)

    def _arrange(self) -> None:
        """Put the second canvas beside the first, and napari's own panels away."""
        window = self.window()
        if self._closed or not isinstance(window, QMainWindow):
            return
        for dock in window.findChildren(QDockWidget):
            if dock.objectName() in _NAPARI_DOCKS:
                dock.hide()
        self._beside_dock = self._viewer.window.add_dock_widget(
            self._beside_widget, name="compared", area="right", add_vertical_stretch=False
        )
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)
        docks = [self._beside_dock, self.parentWidget()]
        window.resizeDocks([docks[0]], [window.width() // 2], Qt.Orientation.Horizontal)
        if isinstance(docks[1], QDockWidget):
            height = int(window.height() * _BOTTOM_SHARE)
            window.resizeDocks([docks[1]], [height], Qt.Orientation.Vertical)
        if self._pages.currentWidget() is self._case_list:
            self._case_list.table.setFocus()

    def _choose_lesion(self, lesion: str) -> None:
        if self.open_case_ is not None:
            session = self.open_case_.session
            self._try(lambda: session.go_to_lesion(lesion))
            self._focus_canvas()

    def _show_panel(self) -> None:
        self._side.setCurrentWidget(self._panel)
        self._focus_canvas()

    def _focus_canvas(self) -> None:
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

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """Close the case and take everything off the viewer."""
        self.shut()
        super().closeEvent(event)

    def shut(self) -> None:
        """Close the case, the journal and the second canvas."""
        if self._closed:
            return
        self._closed = True
        self._close_folder()
        CaseLoader.wait_for_all()
        self.link.close()
        self.present.close()
        self.compared.close()
        self._beside_widget.close()
        self._beside_widget.deleteLater()
        self._beside_widget = self._beside_dock = self._viewer = None


def _title(opened: OpenCase) -> str:
    session = opened.session
    locked = ", signed" if session.locked else ""
    beside = opened.views.compared_visit
    said = [f"{session.subject}, reader {session.reader}", f"{session.visit}{locked}"]
    said += [f"beside {beside} ({opened.views.comparison})"] if beside else []
    said += [session.charter.criteria.reference]
    said += [f"drag: {opened.room.armed}"] if opened.room.armed else []
    return "   ".join(said)
