"""A form in the side of the room: answered by keys, left by Escape; never a modal window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

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
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_recistkit.forms import Form, Question
from napari_recistkit.widgets.one_line import OneLine, plain_tip
from napari_recistkit.widgets.plain_keys import MOVING, TypedKeys

__all__ = ["FormPanel"]

_CHOICE_WIDTH_PX: Final = 130


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
            Qt.Key.Key_Tab: lambda: self._step(1),
            Qt.Key.Key_Backtab: lambda: self._step(-1),
            Qt.Key.Key_PageDown: lambda: self._scroll_by(1),
            Qt.Key.Key_PageUp: lambda: self._scroll_by(-1),
        }
        digits = {
            Qt.Key(Qt.Key.Key_0.value + number): partial(self._choose, number)
            for number in range(1, 10)
        }
        self._line_keys = TypedKeys(self, leaving)
        self._other_keys = TypedKeys(self, {**leaving, **digits}, left=MOVING)
        self._body = QWidget(self)
        self._title, self._note = OneLine(self), OneLine(self)
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
            self._note.show()
            self._note.show_text(f"still to say: {', '.join(q.text for q in missing)}")
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

    def _scroll_by(self, pages: int) -> None:
        """Show more of what lies behind the question."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def _step(self, step: int) -> None:
        """Give the keyboard to the next thing that can be answered, or the one before."""
        stops = [widget for answer in self._answers.values() for widget in answer.stops]
        places = [number for number, widget in enumerate(stops) if widget.hasFocus()]
        if stops:
            stops[((places[0] if places else -1) + step) % len(stops)].setFocus()

    def _choose(self, number: int) -> None:
        """Take a choice by its number: of the question with the keyboard, else of the first."""
        focused = [answer for answer in self._answers.values() if answer.has_focus()]
        answers = focused or list(self._answers.values())
        if answers and answers[0].choose(number - 1) and len(self._answers) == 1:
            self.accept()

    def _rebuild(self, form: Form) -> None:
        """Make the widgets of a form: its questions, and below them what lies behind."""
        self._title.show_text(form.title)
        self._note.hide()
        self._accept.setText(f"{form.accept} (Return)")
        body = QWidget(self)
        layout = QFormLayout(body)
        layout.setContentsMargins(2, 2, 6, 2)
        self._answers = {question.name: _Answer(question, body) for question in form.questions}
        for question in form.questions:
            layout.addRow(question.text, self._answers[question.name].widget)
        if form.text:
            text = QLabel(form.text, body)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
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
            button = QRadioButton(self.widget)
            text = button.fontMetrics().elidedText(
                choice.text, Qt.TextElideMode.ElideRight, _CHOICE_WIDTH_PX
            )
            text = text.replace("&", "&&")  # else Qt takes it for the mark of a key
            button.setText(f"{number + 1}  {text}")
            button.setToolTip(plain_tip(choice.text))
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
    def stops(self) -> list[QWidget]:
        """Where Tab stops: at the choices, and at the line."""
        checked = self._group.checkedButton()
        choices = self._group.buttons()[:1] if checked is None else [checked]
        return [*choices, *([] if self._line.isHidden() else [self._line])]

    @property
    def first_widget(self) -> QWidget:
        """What takes the keyboard: what was written, else the choices."""
        return self.stops[-1] if self._line.text() else self.stops[0]

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
