"""Forms: answered by keys, left by Escape, never half."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel, QLineEdit, QRadioButton, QScrollArea, QWidget

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
        self.is_taken = True
        self.panel.closed.connect(self._count)

    def ask(self, *questions: Question, text: str = "", title: str = "why") -> None:
        self.panel.ask(Form(title=title, text=text, questions=questions, on_accept=self.take))
        QApplication.processEvents()

    def take(self, answers: Mapping[str, str]) -> bool:
        self.answers.append(answers)
        return self.is_taken

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


LINES = tuple(f"T{number} liver: measured {number}.0 mm" for number in range(1, 31))
NAME = Question(name="name", text="name", value="A")


def behind(asked: Asked) -> tuple[QLabel, QScrollArea]:
    """Return the text behind a question, and what it scrolls in."""
    (label,) = (one for one in asked.panel.findChildren(QLabel) if LINES[0] in one.text())
    area = label.parentWidget().parentWidget()  # type: ignore[union-attr]
    assert isinstance(area, QScrollArea)
    return label, area


def lines_in_sight(asked: Asked) -> float:
    label, area = behind(asked)
    return area.viewport().height() / label.fontMetrics().lineSpacing()


def test_a_long_text_has_the_whole_height_beside_what_is_asked(asked: Asked) -> None:
    asked.panel.resize(660, 236)  # what the window leaves it at 1280 x 800
    asked.ask(NAME, text="\n".join(LINES))
    assert asked.panel.is_broad
    assert lines_in_sight(asked) >= 12
    label, area = behind(asked)
    assert area.viewport().width() > 300
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_long_text_is_scrolled_by_keys_while_words_are_typed(asked: Asked) -> None:
    asked.panel.resize(660, 236)
    asked.ask(NAME, text="\n".join(LINES))
    bar = behind(asked)[1].verticalScrollBar()
    assert isinstance(focused(), QLineEdit)
    seen = [bar.value()]
    for _ in range(10):
        asked.press(Qt.Key.Key_PageDown)
        seen.append(bar.value())
        assert seen[-1] - seen[-2] < behind(asked)[1].viewport().height()  # nothing is skipped
    assert (seen[0], seen[-1]) == (0, bar.maximum())
    for _ in range(10):
        asked.press(Qt.Key.Key_PageUp)
    assert bar.value() == 0
    assert (asked.answers, asked.closed) == ([], 0)
    said = [one.whole_text for one in asked.panel.findChildren(OneLine) if one.isVisible()]
    assert "PageDown, PageUp: the rest of the text" in said


def test_a_text_that_has_room_says_nothing_of_scrolling(asked: Asked) -> None:
    asked.panel.resize(660, 500)
    asked.ask(NAME, text="\n".join(LINES[:8]))
    said = [one.whole_text for one in asked.panel.findChildren(OneLine) if one.isVisible()]
    assert said == ["why"]


def test_a_short_text_stands_below_what_is_asked(asked: Asked) -> None:
    asked.ask(NAME, text="\n".join(LINES))
    asked.ask(NAME, text="\n".join(LINES[:3]))
    assert not asked.panel.is_broad


def frame_of(widget: QWidget) -> list[float]:
    """Return how bright the outermost pixels of a widget are, along its upper edge."""
    picture = widget.grab().toImage()
    across = range(4, picture.width() - 4)
    return [picture.pixelColor(column, 0).lightnessF() for column in across]


def test_what_has_the_keyboard_has_a_frame_that_nothing_else_has(asked: Asked) -> None:
    asked.panel.setStyleSheet(asked.panel.styleSheet() + "QWidget { background: #26293b; }")
    asked.ask(choice("a", other_words=True), Question(name="b", text="b"))
    kinds = (QRadioButton, QLineEdit)
    widgets = [one for kind in kinds for one in asked.panel.findChildren(kind) if one.isVisible()]
    for _ in range(3):
        framed = [one for one in widgets if min(frame_of(one)) > 0.5]
        assert framed == [focused()]
        asked.press(Qt.Key.Key_Tab)


def test_words_that_cannot_be_taken_stay_in_the_form(asked: Asked) -> None:
    asked.ask(Question(name="comment", text="comment"))
    asked.type("forty words that took a minute")
    asked.is_taken = False
    asked.press(Qt.Key.Key_Return)
    assert (asked.closed, len(asked.answers)) == (0, 1)
    line = focused()
    assert isinstance(line, QLineEdit)
    assert line.text() == "forty words that took a minute"
    asked.is_taken = True
    asked.press(Qt.Key.Key_Return)
    assert (asked.closed, asked.answers[0]) == (1, asked.answers[1])


def hold(key: Qt.Key) -> None:
    """Send what the window system sends while a key is held."""
    press = QEvent.Type.KeyPress
    QApplication.sendEvent(focused(), QKeyEvent(press, key, Qt.KeyboardModifier(0), "", True))


def test_a_key_that_is_held_answers_nothing(asked: Asked) -> None:
    asked.ask(choice(value="artefact"))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_2, Qt.Key.Key_Escape):
        hold(key)
        assert (asked.answers, asked.closed) == ([], 0)
    asked.press(Qt.Key.Key_Return)
    assert asked.answers == [{"reason": "artefact"}]


def test_what_must_be_seen_first_is_not_accepted_before_it_is_on_the_screen(asked: Asked) -> None:
    form = Form(
        title="sign week-8",
        text="12 lesions",
        questions=(Question(name="name", text="name", value="A"),),
        on_accept=asked.take,
        is_shown_first=True,
    )
    asked.panel.ask(form)
    asked.press(Qt.Key.Key_Return)  # it was typed ahead
    assert (asked.answers, asked.panel.form) == ([], form)
    QApplication.processEvents()
    asked.press(Qt.Key.Key_Return)
    assert asked.answers == [{"name": "A"}]


def test_what_gets_the_keyboard_comes_into_sight(asked: Asked) -> None:
    names = [choice(name, other_words=True) for name in "abcdef"]
    asked.ask(*names)
    area = next(one for one in asked.panel.findChildren(QScrollArea) if one.isVisible())
    for _ in range(12):
        asked.press(Qt.Key.Key_Tab)
        corner = focused().mapTo(area.viewport(), focused().rect().bottomLeft())
        assert area.viewport().rect().contains(corner)
