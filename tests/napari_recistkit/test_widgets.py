"""The widgets by themselves: tables, the organ field, lines, the case list."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog, QInputDialog, QLabel, QWidget

from napari_recistkit.widgets import folder_dialog
from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.lesion_table import COLUMNS, LesionTable
from napari_recistkit.widgets.one_line import OneLine, plain_tip
from napari_recistkit.widgets.organ_field import OrganField, nodes_first, organs_first
from napari_recistkit.widgets.progress import Progress
from napari_recistkit.widgets.response_panel import ResponsePanel
from recistkit.reading.case import Case
from recistkit.reading.organs import suggestions
from recistkit.reading.session import ReadSession
from tests.reading.sessions import complete_statements, line, open_session, read_baseline, sign

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ReadSession]:
    opened = open_session(tmp_path)
    read_baseline(opened)
    sign(opened)
    opened.go_to_visit("month-2")
    yield opened
    opened.close()


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Show a widget as the active window."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        widget.activateWindow()
        assert QTest.qWaitForWindowActive(widget, 3000)
        return widget

    return show


def cells(table: LesionTable, row: int, role: int = DISPLAY) -> list[object]:
    model = table.model()
    return [model.index(row, column).data(role) for column in range(len(COLUMNS))]


def test_the_table_says_what_was_and_what_is(qtbot: QtBot, session: ReadSession) -> None:
    table = LesionTable()
    qtbot.addWidget(table)
    session.go_to_lesion("T1")
    session.measure(line(40), line(20, upright=True))
    table.show_rows(session.rows(), "T1")
    sizes = ["long", "50.0", "50.0", "50.0", "40.0"]
    assert cells(table, 0) == ["T1", "target", "liver", "", *sizes, "", "", "measured", ""]
    node = ["T2", "target, nodal", "mesorectal lymph node", "", "short", "20.0", "20.0", "20.0"]
    assert cells(table, 1) == [*node, "", "", "", "", "what is its state?"]
    assert cells(table, 2)[:3] == ["NT1", "non-target", "lung"]
    assert table.currentIndex().row() == 0


def test_changes_of_single_lesions_wait_as_the_response_does(
    qtbot: QtBot, session: ReadSession
) -> None:
    table = LesionTable()
    qtbot.addWidget(table)
    session.go_to_lesion("T1")
    session.measure(line(40), line(20, upright=True))
    session.go_to_lesion("T2")
    session.set_state("absent")
    session.go_to_lesion("NT1")
    session.set_state("present")
    table.show_rows(session.rows(), "T1")
    assert cells(table, 0)[9:11] == ["", ""]
    complete_statements(session)
    table.show_rows(session.rows(), "T1")
    assert cells(table, 0)[9:11] == ["-20.0 %", "-20.0 %"]
    assert cells(table, 1)[9:12] == ["-100.0 %", "-100.0 %", "absent"]


def test_a_row_that_lacks_something_is_seen_to(qtbot: QtBot, session: ReadSession) -> None:
    table = LesionTable()
    qtbot.addWidget(table)
    session.go_to_lesion("NT1")
    session.set_state("present")
    table.show_rows(session.rows(), None)
    colours = [table.model().index(row, 0).data(Qt.ItemDataRole.ForegroundRole) for row in range(3)]
    assert [colour is None for colour in colours] == [False, False, True]
    assert table.selectionModel().selectedRows() == []


def test_a_click_on_a_row_chooses_its_lesion(
    shown: Callable[[QWidget], QWidget], session: ReadSession
) -> None:
    table = LesionTable()
    table.show_rows(session.rows(), "T1")
    shown(table)
    chosen: list[str] = []
    table.chosen.connect(chosen.append)
    where = table.visualRect(table.model().index(1, 2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert chosen == ["T2"]


def test_a_tip_shows_outside_words_as_they_are(qtbot: QtBot, session: ReadSession) -> None:
    table = LesionTable()
    qtbot.addWidget(table)
    session.add_lesion("new", position_mm=(1.0, 2.0, 3.0))
    session.set_organ("<b>lung</b>")
    table.show_rows(session.rows(), None)
    assert cells(table, 3)[2] == "<b>lung</b>"
    assert cells(table, 3, TIP)[2] == "<qt>&lt;b&gt;lung&lt;/b&gt;</qt>"


def test_showing_the_same_rows_again_resets_nothing(qtbot: QtBot, session: ReadSession) -> None:
    table = LesionTable()
    qtbot.addWidget(table)
    resets: list[int] = []
    table.model().modelReset.connect(lambda: resets.append(1))
    table.show_rows(session.rows(), "T1")
    table.show_rows(session.rows(), "T2")
    assert (resets, table.currentIndex().row()) == ([1], 1)


def test_refreshing_the_table_loses_no_reference_to_none(
    qtbot: QtBot, session: ReadSession
) -> None:
    table = LesionTable()
    qtbot.addWidget(table)
    table.show()
    before = sys.getrefcount(None)
    rows = session.rows()
    for number in range(100):
        table.show_rows(rows[: 1 + number % 3], "T1")
        QApplication.processEvents()
    assert sys.getrefcount(None) >= before - 10


class Organs:
    """An organ field, and what was chosen."""

    def __init__(self) -> None:
        self.field = OrganField()
        self.chosen: list[str] = []
        self.is_taken = True
        self.closed: list[int] = []
        self.field.closed.connect(lambda: self.closed.append(1))

    def ask(self, organ: str | None = None) -> None:
        self.field.ask(
            "T1",
            organ,
            lambda typed: [one.name for one in suggestions(typed)],
            self._take,
        )

    def _take(self, organ: str) -> bool:
        self.chosen.append(organ)
        return self.is_taken

    def type(self, letters: str, *keys: Qt.Key) -> None:
        QTest.keyClicks(self.field.line, letters)
        for key in keys:
            QTest.keyClick(self.field.line, key)


@pytest.fixture
def organs(shown: Callable[[QWidget], QWidget]) -> Organs:
    made = Organs()
    shown(made.field)
    return made


def test_three_letters_and_return_name_an_organ(organs: Organs) -> None:
    organs.ask()
    organs.type("liv", Qt.Key.Key_Return)
    assert (organs.chosen, organs.closed) == (["liver"], [1])


def test_the_arrows_choose_another_suggestion(organs: Organs) -> None:
    organs.ask()
    organs.type("lun", Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert organs.chosen == ["left lung"]


def test_words_that_no_organ_fits_are_taken_as_typed(organs: Organs) -> None:
    organs.ask()
    organs.type("xyz tissue", Qt.Key.Key_Enter)
    assert organs.chosen == ["xyz tissue"]


def test_nothing_typed_names_nothing(organs: Organs) -> None:
    organs.ask()
    organs.type("", Qt.Key.Key_Return)
    assert (organs.chosen, organs.closed) == ([], [])
    organs.type("", Qt.Key.Key_Escape)
    assert (organs.chosen, organs.closed) == ([], [1])


def test_an_organ_that_cannot_be_taken_is_asked_for_still(organs: Organs) -> None:
    organs.ask()
    organs.is_taken = False
    organs.type("liv", Qt.Key.Key_Return)
    assert (organs.closed, organs.field.line.text()) == ([], "liv")
    organs.is_taken = True
    organs.type("", Qt.Key.Key_Return)
    assert (organs.closed, organs.chosen) == ([1], ["liver", "liver"])


def test_the_organ_that_is_there_is_kept_or_typed_over(organs: Organs) -> None:
    organs.ask("spleen")
    organs.type("", Qt.Key.Key_Return)
    organs.ask("spleen")
    organs.type("liv", Qt.Key.Key_Return)
    assert organs.chosen == ["spleen", "liver"]


def test_a_line_is_cut_and_never_widens_its_window(qtbot: QtBot) -> None:
    label = OneLine()
    qtbot.addWidget(label)
    label.resize(100, 20)
    label.show_text("two\nlines " + "m" * 200)
    assert label.whole_text == "two lines " + "m" * 200
    assert label.text().endswith("…")
    assert label.minimumSizeHint().width() <= 100 or label.sizePolicy().horizontalPolicy() == (
        label.sizePolicy().Policy.Ignored
    )
    label.resize(4000, 20)
    label.show_text("<i>short</i>")
    assert (label.text(), label.textFormat()) == ("<i>short</i>", Qt.TextFormat.PlainText)
    assert label.toolTip() == plain_tip("<i>short</i>") == "<qt>&lt;i&gt;short&lt;/i&gt;</qt>"


def test_the_case_list_opens_what_is_marked(shown: Callable[[QWidget], QWidget]) -> None:
    cases = CaseList()
    shown(cases)
    opened: list[str] = []
    cases.opened.connect(opened.append)
    cases.show_cases("<b>study</b>", [Case(subject=name) for name in ("S1", "S2", "S3")], "S2")
    cases.table.setFocus()
    QTest.keyClick(cases.table, Qt.Key.Key_Return)
    QTest.keyClick(cases.table, Qt.Key.Key_Down)
    QTest.keyClick(cases.table, Qt.Key.Key_Enter)
    assert opened == ["S2", "S3"]
    assert [one.subject for one in cases.cases] == ["S1", "S2", "S3"]


def test_the_case_list_says_what_cannot_be_read_and_why(qtbot: QtBot) -> None:
    cases = CaseList()
    qtbot.addWidget(cases)
    cases.show_cases("study", [Case(subject="S1", faults=("no dates",), notes=("odd",))], None)
    model = cases.table.model()
    texts = [model.index(0, column).data(DISPLAY) for column in range(5)]
    assert texts == ["S1", "cannot be read", "", "0 of 0", "no dates; odd"]


def test_the_panel_never_scrolls_sideways(qtbot: QtBot) -> None:
    panel = ResponsePanel()
    qtbot.addWidget(panel)
    panel.resize(330, 200)
    panel.show_visit("<p>" + "word " * 500 + "</p>")
    panel.show()
    assert panel.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    assert panel.text.startswith("<p>word")


def test_a_folder_and_its_reader_are_asked_for(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    answers: dict[str, object] = {"folder": str(tmp_path), "reader": (" B ", True)}
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: answers["folder"])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: answers["reader"])
    assert folder_dialog.ask_folder(parent, "A") == (tmp_path, "B")
    answers["reader"] = ("B", False)
    assert folder_dialog.ask_folder(parent, "A") is None
    answers["folder"] = ""
    assert folder_dialog.ask_folder(parent, "A") is None


def test_nodes_stand_first_where_a_node_is_asked_for() -> None:
    assert nodes_first("med")[0] == "mediastinal lymph node"
    assert organs_first("liv")[0] == "liver"


def test_progress_of_a_folder_with_a_long_name_does_not_widen_the_window(
    shown: Callable[[QWidget], QWidget],
) -> None:
    progress = Progress()
    shown(progress)
    text = f"looking for cases in {'<b>trial</b> ' * 30}: 7 of 900 visits"
    progress.show_text(text)
    label = progress.findChild(QLabel)
    assert isinstance(label, QLabel)
    assert label.sizeHint().width() <= 490
    assert label.text().endswith(": 7 of 900 visits")
    assert (progress.text, label.toolTip()) == (text, plain_tip(text))
    progress.hide()
    assert progress.text == ""
