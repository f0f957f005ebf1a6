"""A form in the side of the room: answered by keys, left by Escape; never a modal window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from napari_recistkit.forms import Form, Question
from napari_recistkit.widgets.plain_keys import TypedKeys

__all__ = ["FormPanel"]


class FormPanel(QWidget):
    """Shows one form at a time.

    Signals
    -------
    closed
        The form was accepted or left.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-form")
        self._form: Form | None = None
        self._answers: dict[str, _Answer] = {}
        leaving = {
            Qt.Key.Key_Return: self.accept,
            Qt.Key.Key_Enter: self.accept,
            Qt.Key.Key_Escape: self.leave,
        }
        digits = {
            Qt.Key(Qt.Key.Key_0.value + number): partial(self._choose, number)
            for number in range(1, 10)
        }
        self._line_keys = TypedKeys(self, leaving)
        self._other_keys = TypedKeys(self, {**leaving, **digits})
        self._body = QWidget(self)
        self._title, self._note = QLabel(self), QLabel(self)
        self._title.setStyleSheet("font-weight: bold")
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._accept = self._button("", self.accept)
        buttons = QHBoxLayout()
        for button in (self._accept, self._button("Leave (Esc)", self.leave)):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._title)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._note)
        layout.addLayout(buttons)

    @property
    def form(self) -> Form | None:
        """The form that is shown, if one is."""
        return self._form

    def ask(self, form: Form) -> None:
        """Show a form and give it the keyboard."""
        self._form = form
        self._rebuild(form)
        first = next(iter(self._answers.values()), None)
        (first.first_widget if first else self._body).setFocus()

    def accept(self) -> None:
        """Hand the answers over, unless one that is required is missing."""
        form = self._form
        if form is None:
            return
        missing = [q for q in form.questions if q.is_required and not self._answers[q.name].value]
        if missing:
            self._note.setText(f"still to say: {', '.join(q.text for q in missing)}")
            self._answers[missing[0].name].first_widget.setFocus()
            return
        answers = {name: answer.value for name, answer in self._answers.items()}
        self.leave()
        form.on_accept(answers)

    def leave(self) -> None:
        """Close the form without an answer."""
        if self._form is not None:
            self._form = None
            self.closed.emit()

    def _choose(self, number: int) -> None:
        """Take a choice by its number: of the question with the keyboard, else of the first."""
        focused = [answer for answer in self._answers.values() if answer.has_focus()]
        answers = focused or list(self._answers.values())
        if answers and answers[0].choose(number - 1) and len(self._answers) == 1:
            self.accept()

    def _rebuild(self, form: Form) -> None:
        """Make the widgets of a form: its questions, and below them what lies behind."""
        self._title.setText(form.title)
        self._note.setText("")
        self._accept.setText(f"{form.accept} (Return)")
        body = QWidget(self)
        layout = QFormLayout(body)
        self._answers = {question.name: _Answer(question, body) for question in form.questions}
        for question in form.questions:
            layout.addRow(question.text, self._answers[question.name].widget)
        if form.text:
            text = QLabel(form.text, body)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            layout.addRow(text)
        for widget in (body, *body.findChildren(QWidget)):
            is_line = isinstance(widget, QLineEdit)
            (self._line_keys if is_line else self._other_keys).keep(widget)
        body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._body = body
        self._scroll.setWidget(body)

    def _button(self, words: str, work: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(work)
        return button


class _Answer:
    """The widgets of one question."""

    def __init__(self, question: Question, parent: QWidget) -> None:
        self.widget = QWidget(parent)
        self._question = question
        self._group = QButtonGroup(self.widget)
        layout = QVBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        for number, choice in enumerate(question.choices):
            button = QRadioButton(f"{number + 1}  {choice.text}", self.widget)
            button.setChecked(choice.value == question.value)
            self._group.addButton(button, number)
            layout.addWidget(button)
        self._line = QLineEdit(self.widget)
        is_a_choice = any(choice.value == question.value for choice in question.choices)
        self._line.setText("" if is_a_choice else question.value)
        self._line.setVisible(not question.choices or question.other_words)
        if question.choices:
            self._line.setPlaceholderText("or in other words")
            self._line.textEdited.connect(self._put_choices_down)
        layout.addWidget(self._line)

    @property
    def first_widget(self) -> QWidget:
        """What takes the keyboard."""
        checked = self._group.checkedButton()
        return checked or next(iter(self._group.buttons()), self._line)

    @property
    def value(self) -> str:
        """The answer as it stands; empty for none."""
        written = self._line.text().strip()
        chosen = self._group.checkedId()
        if written or chosen < 0:
            return written
        return self._question.choices[chosen].value

    def has_focus(self) -> bool:
        """Whether the keyboard is in this question."""
        return any(w.hasFocus() for w in (*self._group.buttons(), self._line))

    def choose(self, number: int) -> bool:
        """Take a choice by its place; False if there is none."""
        if number not in range(len(self._question.choices)):
            return False
        self._line.clear()
        button = self._group.button(number)
        button.setChecked(True)
        button.setFocus()
        return True

    def _put_choices_down(self, _text: str) -> None:
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(False)
        self._group.setExclusive(True)
