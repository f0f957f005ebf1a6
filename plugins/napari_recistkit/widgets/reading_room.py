"""The reading room: case list, two views, lesion table, and what the visit comes to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QVBoxLayout

from napari_recistkit.background import Background, Unshown
from napari_recistkit.open_adjudication import OpenAdjudication
from napari_recistkit.open_case import OpenCase
from napari_recistkit.open_folder import FoundFolder, search_folder
from napari_recistkit.opened import AnyCase, AnyFolder, opened_case, opened_folder
from napari_recistkit.shortcuts import ANSWERS, keys_of
from napari_recistkit.widgets.docked import Docked
from napari_recistkit.widgets.docks import Arranged
from napari_recistkit.widgets.folder_dialog import ask_folder
from napari_recistkit.widgets.help_panel import HelpPanel
from napari_recistkit.widgets.key_bindings import bind_keys
from napari_recistkit.widgets.one_room import require_no_other, take_place
from napari_recistkit.widgets.pages import Pages
from napari_recistkit.widgets.two_canvases import TwoCanvases
from recistkit.errors import RecistkitError

if TYPE_CHECKING:
    from napari_recistkit.forms import Form
    from napari_recistkit.shortcuts import Shortcut, Situation
    from recistkit.reading.adjudication import ComparedRow
    from recistkit.reading.case import Case

__all__ = ["ReadingRoom"]

_SETTLED_MS: Final = 800
_OPEN_FIRST: Final = "open a case first: choose it and press Return"


class ReadingRoom(Docked):
    """The widget below the canvas; it makes the second canvas beside the first.

    Parameters
    ----------
    viewer : napari.Viewer
        Its canvas shows the visit being read.
    folder : Path, optional
        Study to open; the reader chooses one where it is not given.
    reader : str, optional
        Who reads.
    subject : str, optional
        Whose case to open as soon as it is found.

    Raises
    ------
    ReadingError
        If another one is open: there is one in a process.
    """

    def __init__(
        self,
        viewer: Any,  # noqa: ANN401  napari ships no types
        folder: Path | None = None,
        reader: str | None = None,
        subject: str | None = None,
    ) -> None:
        require_no_other()
        super().__init__()
        self.setObjectName("recistkit-room")
        self._folder: AnyFolder | None = None
        self.open_case_: AnyCase | None = None
        self.viewer, self._closed = viewer, False
        self._arranged: Arranged | None = None
        self._canvases = TwoCanvases(viewer)
        self.present, self.compared = self._canvases.present, self._canvases.compared
        self._make_widgets()
        self._search = Background("recistkit-search", self._pages.cases.progress)
        self._loading = Background("recistkit-loading", self._pages.loading)
        self._proposing = Background("recistkit-proposing", Unshown())
        bind_keys(self, self._act)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settle.timeout.connect(self._remember)
        self._panel_due = QTimer(self, singleShot=True)
        self._panel_due.timeout.connect(self._show_panel)
        self._findings_due = QTimer(self, singleShot=True)
        self._findings_due.timeout.connect(self._show_findings)
        for canvas in (self.present, self.compared):
            for topic in ("slice", "view", "window", "plane"):
                canvas.listen(topic, self._settle.start)
        QTimer.singleShot(0, self._arrange)
        take_place(self)
        self._pages.fill_list(self._folder, self._subject)
        if folder is not None and reader is not None:
            self.open_folder(folder, reader, subject)

    # Folder

    @property
    def is_shut(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the folder that is open."""
        return self._folder.cases if self._folder is not None else ()

    @property
    def is_searching(self) -> bool:
        """Whether a folder is searched for cases."""
        return self._search.is_running

    def choose_folder(self) -> None:
        """Ask for a folder and a reader."""
        chosen = ask_folder(self, self._folder.reader if self._folder is not None else "")
        if chosen is not None and not self._closed:
            self.open_folder(*chosen)

    def open_folder(self, path: Path, reader: str, subject: str | None = None) -> None:
        """Search a folder in the background, then show its cases, or open that of a subject.

        Until it is found, what was open stays. The last folder that was chosen wins.
        """

        def take(found: FoundFolder) -> None:
            self._try(lambda: self._take_folder(opened_folder(found), subject))

        self._pages.show_list()
        self.say("")
        search_folder(self._search, path, reader, found=take, failed=self.say)

    def _take_folder(self, folder: AnyFolder, subject: str | None) -> None:
        self._close_folder()
        self._folder = folder
        self._pages.fill_list(self._folder, self._subject)
        if subject is not None:
            self._open(folder, subject)

    def _close_folder(self) -> None:
        self.close_case()
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    @property
    def _situation(self) -> Situation | None:
        """What has the reader's attention now; None for the read itself."""
        if self.is_searching:
            return "searching"
        if self._pages.is_list_shown:
            return "list"
        if self._pages.case_page.is_asking:
            return "question"
        return self.open_case_.situation if self.open_case_ is not None else None

    def _is_free(self) -> bool:
        """Tell whether cases can be worked on; say why not while a folder is searched."""
        if self.is_searching:
            self.say(f"a folder is being searched for cases; {keys_of('cancel_loading')} stops it")
        return not self.is_searching

    # Cases

    def show_cases(self) -> None:
        """Show the list of cases."""
        if self._is_free():
            if self._folder is not None:
                self._try(self._folder.refresh_states)
            self._pages.fill_list(self._folder, self._subject)
            self._pages.show_list()

    def next_case(self) -> None:
        """Open the next case that is not signed."""
        self._in_folder(lambda folder: self._open(folder, folder.subject_after(self._subject)))

    def open_case(self, subject: str) -> None:
        """Open a case where the reader left it, and load its scans in the background."""
        self._in_folder(lambda folder: self._open(folder, subject))

    def _in_folder(self, work: Callable[[AnyFolder], None]) -> None:
        """Do something with the folder that is open; say why nothing can be done."""
        folder = self._folder
        if self._is_free():
            if folder is not None:
                self._try(lambda: work(folder))
            else:
                self.say("choose a folder first")

    def _open(self, folder: AnyFolder, subject: str) -> None:
        case = folder.case(subject)
        self.close_case()
        try:
            self.open_case_ = opened_case(
                folder,
                case,
                present=self.present,
                compared=self.compared,
                link=self._canvases.link,
                window=self,
                is_free=self._is_free,
            )
        except RecistkitError:
            self._pages.show_list()  # no case is open now
            raise
        self._show_case_page()
        self.say(self.open_case_.opening_said)
        self.refresh()
        self.open_case_.load(self._loading)
        self.open_case_.propose_with(self._proposing)

    def close_case(self) -> None:
        """Close the case that is open."""
        self._settle.stop()
        self._panel_due.stop()
        self._findings_due.stop()
        self._loading.cancel()
        self._pages.clear()
        if self.open_case_ is not None:
            self.open_case_.close()
            self.open_case_ = None
        self._canvases.clear()

    @property
    def _subject(self) -> str | None:
        return self.open_case_.case.subject if self.open_case_ else None

    @property
    def is_loading(self) -> bool:
        """Whether scans are being loaded."""
        return self._loading.is_running

    def cancel_loading(self) -> None:
        """Stop searching a folder, else loading scans; what is there stays."""
        if self._search.cancel():
            self.say("the search was cancelled; nothing has changed")
        elif self._loading.cancel() and self.open_case_ is not None:
            self.open_case_.views.end_loading()
            self.say("loading was cancelled; open the case again to load the rest")

    # What the room asks of the window

    def ask(self, form: Form) -> None:
        """Show a form."""
        self._pages.case_page.ask(form)

    def ask_organ(self, lesion: str, organ: str | None, on_chosen: Callable[[str], bool]) -> None:
        """Ask for an organ by type-ahead; of a node for nodes first."""
        if isinstance(self.open_case_, OpenCase):
            is_nodal = bool(self.open_case_.session.draft.lesions[lesion].nodal)
            self._pages.read.ask_organ(lesion, organ, on_chosen, is_nodal=is_nodal)

    def say(self, text: str) -> None:
        """Say something in the line below the table, and below the case list."""
        self._pages.say(text)

    def refresh(self) -> None:
        """Show the session as it is now: rulers and table at once, the response right after."""
        opened = self.open_case_
        if opened is not None:
            opened.refresh()
            self._pages.show_case(opened)
            self._panel_due.start(0)

    def _show_panel(self) -> None:
        if self.open_case_ is not None:
            self._pages.show_panel(self.open_case_)
            self._findings_due.start(0)  # the response does not wait for them

    def _show_findings(self) -> None:
        if self.open_case_ is not None:
            self._pages.show_findings(self.open_case_)

    def signed(self) -> list[str]:
        """A visit was signed: write the key images; return what was not written, and why."""
        return self.open_case_.save_key_images() if self.open_case_ is not None else []

    # Keys

    def disarm(self) -> None:
        """Give the drag up if there is one, else leave a form, else put the tool down."""
        opened = self.open_case_
        if opened is not None and opened.give_up_drag():
            return
        if not self._pages.case_page.leave_side() and opened is not None:
            opened.room.disarm()

    def show_help(self) -> None:
        """Show the table of keys, or put it away."""
        self._help.setVisible(not self._help.isVisible())

    def _act(self, shortcut: Shortcut) -> None:
        """Do what a key does: in the window, the views or the room, by its name."""
        situation = self._situation
        if situation is not None and situation not in shortcut.also:
            self._turn_to_it(situation)
            return
        opened = self.open_case_
        owners = (self,) if opened is None else (self, opened.views, opened.room, opened)
        owner = next((one for one in owners if hasattr(one, shortcut.action)), None)
        if owner is None:
            self.say(_OPEN_FIRST if opened is None else opened.refuses)
            return
        given = () if shortcut.argument is None else (shortcut.argument,)
        self._try(lambda: getattr(owner, shortcut.action)(*given))
        if opened is not None and owner is opened.views:
            self.refresh()
            self._settle.start()

    def _turn_to_it(self, situation: Situation) -> None:
        """Do nothing but say, or show, what comes before the read."""
        if situation == "searching":
            self._is_free()
        elif situation in ANSWERS:
            self.say(ANSWERS[situation])
            self._pages.case_page.answer_first()
        elif self.open_case_ is not None:
            self._show_case_page()  # nothing is done to a case that is not seen
        else:
            self.say(_OPEN_FIRST)

    # Widgets

    def _make_widgets(self) -> None:
        self._pages = Pages(self)
        self._pages.cancelled.connect(self.cancel_loading)
        self._pages.currentChanged.connect(self._take_page)
        self._pages.cases.opened.connect(self.open_case)
        self._pages.cases.folder_wanted.connect(self.choose_folder)
        read, adjudication = self._pages.read, self._pages.adjudication
        read.table.chosen.connect(self._choose_lesion)
        adjudication.chosen.connect(self._choose_row)
        for page in (read, adjudication):
            page.side_closed.connect(self.setFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._help = HelpPanel(self)

    def _arrange(self) -> None:
        """Put the second canvas beside the first, and napari's own panels away."""
        if not self._closed:
            self._arranged = Arranged(self.viewer, self, self._canvases.beside)
            if self._pages.is_list_shown:
                self._pages.show_list()

    def _take_page(self, _number: int) -> None:
        """Let no drag reach a case that is not seen."""
        if self.open_case_ is not None:
            self.open_case_.is_seen = not self._pages.is_list_shown
            self.open_case_.refresh()

    def _show_case_page(self) -> None:
        if self.open_case_ is not None and self._pages.show_page_of(self.open_case_):
            self.setFocus()

    def _choose_lesion(self, lesion: str) -> None:
        if isinstance(self.open_case_, OpenCase):
            self.open_case_.choose_lesion(lesion)
            self.setFocus()

    def _choose_row(self, row: ComparedRow) -> None:
        if isinstance(self.open_case_, OpenAdjudication):
            self.open_case_.room.go_to(row)
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

    def window_closes(self) -> None:
        """Remember where the reader is."""
        self._remember()

    def leave_the_window(self) -> None:
        """Close everything, and give the window back as it was."""
        if not self._closed:
            self.shut()
            if self._arranged is not None:
                self._arranged.bring_panels_back()

    def shut(self) -> None:
        """Close the case, the journal and the second canvas."""
        if self._closed:
            return
        self._close_folder()
        self._closed = True
        for background in (self._search, self._loading, self._proposing):
            background.close()
        if self._arranged is not None:
            self._arranged.give_keys_back()
        self._canvases.close()
        self.viewer = None
