"""A form in the side of the room: answered by keys, left by Escape; never a modal window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from qtpy.QtCore import QEvent, QObject, Qt, Signal
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
from napari_recistkit.widgets.focus import FOCUS_STYLE
from napari_recistkit.widgets.one_line import OneLine, plain_tip
from napari_recistkit.widgets.plain_keys import MOVING, TypedKeys

if TYPE_CHECKING:
    from qtpy.QtGui import QPaintEvent

__all__ = ["FormPanel"]

_CHOICE_WIDTH_PX: Final = 130
_SHORT_LINES: Final = 4
"""What fits below the questions; longer texts have a side of their own."""


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
        self._was_shown = False
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
        self._title, self._note, self._more = OneLine(self), OneLine(self), OneLine(self)
        self._title.setStyleSheet("font-weight: bold")
        self._scroll, self._beside = _scroll_area(self), _scroll_area(self)
        self._beside.verticalScrollBar().rangeChanged.connect(self._say_more)
        self._accept = self._button("", self.accept)
        self._arrange(self._button("Leave (Esc)", self.leave))
        self.setStyleSheet(FOCUS_STYLE)

    def _arrange(self, leaving: QPushButton) -> None:
        """Put a long text on the left, over the whole height, and what is asked on the right."""
        buttons, asked, layout = QHBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        for button in (self._accept, leaving):
            buttons.addWidget(button)
        asked.addWidget(self._title)
        asked.addWidget(self._scroll, 1)
        for line in (self._more, self._note):
            asked.addWidget(line)
        asked.addLayout(buttons)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._beside, 1)
        layout.addLayout(asked, 1)

    @property
    def is_broad(self) -> bool:
        """Whether a long text stands beside what is asked, and needs as much room again."""
        return not self._beside.isHidden()

    @property
    def form(self) -> Form | None:
        """The form that is shown, if one is."""
        return self._form

    def ask(self, form: Form) -> None:
        """Show a form and give it the keyboard."""
        self._form, self._was_shown = form, False
        self._rebuild(form)
        self.update()
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Give the keyboard to the question that was answered last, else to the first."""
        first = next(iter(self._answers.values()), None)
        at_first = first.first_widget if first else self._body
        before: QWidget | None = self._body.focusWidget()
        (at_first if before is None else before).setFocus()

    def accept(self) -> None:
        """Hand the answers over, unless one that is required is missing.

        The form stays where they could not be taken: what was written is not
        lost.
        """
        form = self._form
        if form is None or (form.is_shown_first and not self._was_shown):
            return
        missing = [q for q in form.questions if q.is_required and not self._answers[q.name].value]
        if missing:
            self._note.show()
            self._note.show_text(f"still to say: {', '.join(q.text for q in missing)}")
            self._answers[missing[0].name].first_widget.setFocus()
            return
        answers = {name: answer.value for name, answer in self._answers.items()}
        if form.on_accept(answers) and self._form is form:
            self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Notice that the form came to the screen."""
        super().paintEvent(event)
        self._was_shown = self._form is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Let what gets the keyboard be seen."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._scroll.ensureWidgetVisible(watched)
        return False

    def leave(self) -> None:
        """Close the form without an answer."""
        if self._form is not None:
            self._form = None
            self.closed.emit()

    def _scroll_by(self, pages: int) -> None:
        """Show more of what lies behind the question."""
        bar = (self._beside if self.is_broad else self._scroll).verticalScrollBar()
        line = self.fontMetrics().lineSpacing()  # stays in sight
        bar.setValue(bar.value() + pages * max(bar.pageStep() - line, line))

    def _say_more(self, _lowest: int, highest: int) -> None:
        """Say how to see the rest of a text that has no room."""
        self._more.setVisible(self.is_broad and highest > 0)
        self._more.show_text("PageDown, PageUp: the rest of the text")

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
        is_long = len(form.text.splitlines()) > _SHORT_LINES
        self._beside.setVisible(is_long)
        self._more.hide()
        if is_long:
            self._beside.setWidget(_plain_text(form.text))
            self._beside.verticalScrollBar().setValue(0)
        elif form.text:
            layout.addRow(_plain_text(form.text))
        for widget in (body, *body.findChildren(QWidget)):
            is_line = isinstance(widget, QLineEdit)
            (self._line_keys if is_line else self._other_keys).keep(widget)
            widget.installEventFilter(self)
        body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._body = body
        self._scroll.setWidget(body)

    def _button(self, words: str, work: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(work)
        return button


def _plain_text(words: str) -> QLabel:
    """Return words as they are, over several lines, which widen nothing."""
    text = QLabel(words)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setAlignment(Qt.AlignmentFlag.AlignTop)
    text.setMargin(2)
    text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return text


def _scroll_area(parent: QWidget) -> QScrollArea:
    """Return an area that scrolls up and down, and never has the keyboard itself."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


class _Answer:
    """The widgets of one question."""

    def __init__(self, question: Question, parent: QWidget) -> None:
        self.widget = QWidget(parent)
        self._question = question
        self._group = QButtonGroup(self.widget)
        layout = QVBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
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
