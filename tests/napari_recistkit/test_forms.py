"""Forms: answered by keys, left by Escape, never half."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel, QLineEdit, QRadioButton, QWidget

from napari_recistkit.forms import Choice, Form, Question
from napari_recistkit.questions import visit_questions
from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.one_line import OneLine
from recistkit.model.read import Timepoint

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORDS = tuple(Choice(word, word) for word in ("artefact", "resected"))


def focused() -> QWidget:
    """Return what has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


class Asked:
    """A form on the screen, and what was answered."""

    def __init__(self) -> None:
        self.panel = FormPanel()
        self.answers: list[Mapping[str, str]] = []
        self.closed = 0
        self.panel.closed.connect(self._count)

    def ask(self, *questions: Question, text: str = "", title: str = "why") -> None:
        self.panel.ask(
            Form(title=title, text=text, questions=questions, on_accept=self.answers.append)
        )
        QApplication.processEvents()

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(focused(), key)

    def type(self, text: str) -> None:
        QTest.keyClicks(focused(), text)

    def _count(self) -> None:
        self.closed += 1


@pytest.fixture
def asked(qtbot: QtBot) -> Asked:
    made = Asked()
    qtbot.addWidget(made.panel)
    made.panel.resize(330, 200)
    made.panel.show()
    made.panel.activateWindow()
    assert QTest.qWaitForWindowActive(made.panel, 3000)
    return made


def choice(name: str = "reason", **changes: object) -> Question:
    given: dict[str, object] = {"name": name, "text": name, "choices": WORDS} | changes
    return Question(**given)  # type: ignore[arg-type]


def test_one_number_answers_a_single_choice(asked: Asked) -> None:
    asked.ask(choice())
    asked.press(Qt.Key.Key_2)
    assert (asked.answers, asked.closed, asked.panel.form) == ([{"reason": "resected"}], 1, None)


def test_a_number_that_is_no_choice_does_nothing(asked: Asked) -> None:
    asked.ask(choice())
    asked.press(Qt.Key.Key_7)
    assert (asked.answers, asked.closed) == ([], 0)


def test_other_words_take_the_place_of_a_choice(asked: Asked) -> None:
    asked.ask(choice(other_words=True))
    asked.press(Qt.Key.Key_Tab)
    asked.type("stent 2")
    asked.press(Qt.Key.Key_Return)
    assert asked.answers == [{"reason": "stent 2"}]


def test_what_is_required_is_asked_for_again(asked: Asked) -> None:
    asked.ask(choice(), Question(name="note", text="note", is_required=False))
    asked.press(Qt.Key.Key_Return)
    assert (asked.answers, asked.closed) == ([], 0)
    lines = [one.whole_text for one in asked.panel.findChildren(OneLine)]
    assert "still to say: reason" in lines
    asked.press(Qt.Key.Key_1, Qt.Key.Key_Return)
    assert asked.answers == [{"reason": "artefact", "note": ""}]


def test_escape_leaves_without_an_answer(asked: Asked) -> None:
    asked.ask(choice())
    asked.press(Qt.Key.Key_Escape)
    assert (asked.answers, asked.closed, asked.panel.form) == ([], 1, None)
    asked.panel.leave()
    asked.panel.accept()
    assert (asked.answers, asked.closed) == ([], 1)


def test_tab_goes_round_through_choices_and_lines(asked: Asked) -> None:
    asked.ask(choice("a", other_words=True), Question(name="b", text="b"))
    stops = []
    for _ in range(4):
        stops.append(type(QApplication.focusWidget()))
        asked.press(Qt.Key.Key_Tab)
    assert stops == [QRadioButton, QLineEdit, QLineEdit, QRadioButton]
    asked.press(Qt.Key.Key_Backtab)
    assert isinstance(QApplication.focusWidget(), QRadioButton)


def test_what_stands_there_is_shown_again(asked: Asked) -> None:
    stated = Timepoint.model_validate(
        {
            "label": "month-2",
            "date_first": dt.date(2011, 3, 7),
            "date_last": dt.date(2011, 3, 7),
            "new_lesions": "none",
            "coverage": "pelvis not covered",
        }
    )
    asked.ask(*visit_questions(stated, ("good", "poor & grainy"), is_baseline=False))
    asked.press(Qt.Key.Key_Return)
    assert asked.answers == [
        {
            "new_lesions": "none",
            "coverage": "pelvis not covered",
            "image_quality": "",
            "tumour_marker": "",
            "comment": "",
        }
    ]
    texts = [button.text() for button in asked.panel.findChildren(QRadioButton)]
    assert "2  poor && grainy" in texts


def test_outside_words_are_plain_and_widen_nothing(asked: Asked) -> None:
    long = "<img src=x> " + "m" * 400
    asked.ask(Question(name="a", text="a"), text=long, title=long)
    QApplication.processEvents()
    labels = [one for one in asked.panel.findChildren(QLabel) if "img" in one.text()]
    assert len(labels) == 2
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert asked.panel.minimumSizeHint().width() <= 330
