"""Every key of the table, by real key events, wherever the focus is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from qtpy.QtCore import QKeyCombination, Qt
from qtpy.QtGui import QKeySequence
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLineEdit, QRadioButton, QWidget

from napari_recistkit.adjudication_room import AdjudicationRoom
from napari_recistkit.forms import Answers, Choice, Form, Question
from napari_recistkit.open_adjudication import OpenAdjudication
from napari_recistkit.open_case import OpenCase
from napari_recistkit.room import Room
from napari_recistkit.shortcuts import GROUPS, SHORTCUTS, Shortcut
from napari_recistkit.views import Views
from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.help_panel import HelpPanel, help_text
from napari_recistkit.widgets.lesion_table import LesionTable
from napari_recistkit.widgets.organ_field import OrganField
from napari_recistkit.widgets.reading_room import ReadingRoom
from tests.napari_recistkit.driving import native_of, settle
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import opened, read_baseline, write_study

# In the case list these go through what is there, and letters look for a subject.
OWN_KEYS_OF_THE_LIST = {"Return", "Enter", "Up", "Down", "PgUp", "PgDown"}
OWN_KEYS_OF_THE_LIST |= {
    "Tab",
    "Shift+Tab",
    "Backtab",
    "Delete",
    "Shift+L",
    "Shift+A",
    "Shift+B",
    "Shift+H",
    "Shift+K",
    "Shift+M",
    "Shift+N",
    "Shift+V",
    "Shift+Delete",
    "Backspace",
}


def key_of(keys: str) -> QKeyCombination:
    """Return one key with its modifiers."""
    sequence: Any = QKeySequence(keys)  # Qt's types do not know that it can be indexed
    combination = sequence[0]
    assert isinstance(combination, QKeyCombination)
    return combination


@dataclass
class Keyboard:
    """A seat at which keys do nothing but being noticed."""

    reader: Reader
    acted: list[Shortcut] = field(default_factory=list)

    def find(self, kind: type[QWidget]) -> QWidget:
        room = self.reader.room
        found = room._pages.read.findChild(kind) or room.findChild(kind)
        assert isinstance(found, QWidget)
        return found

    @property
    def places(self) -> dict[str, QWidget]:
        """Whatever can have the focus, by its name."""
        room = self.reader.room
        return {
            "room": room,
            "table": self.find(LesionTable),
            "present": native_of(self.reader.viewer),
            "compared": native_of(room._canvases.beside),
        }

    def press(self, widget: QWidget, keys: str) -> list[Shortcut]:
        """Press a key with the focus in a widget; return what it did."""
        widget.setFocus()
        QApplication.processEvents()
        self.acted.clear()
        combination = key_of(keys)
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, combination.key(), combination.keyboardModifiers())
        QApplication.processEvents()
        return list(self.acted)


@pytest.fixture(scope="module")
def keyboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyboard]:
    folder = write_study(tmp_path_factory.mktemp("study"), subjects=("S1",))
    with opened(folder) as session:
        read_baseline(session)
    made: list[Keyboard] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReadingRoom, "_act", lambda _room, shortcut: made[0].acted.append(shortcut))
        with seat(folder) as reader:
            made.append(Keyboard(reader))
            open_case(reader)
            yield made[0]
            made[0].reader = None  # type: ignore[assignment]


def test_no_two_shortcuts_share_keys() -> None:
    counts = Counter(
        QKeySequence(keys).toString() for shortcut in SHORTCUTS for keys in shortcut.keys
    )
    assert [keys for keys, count in counts.items() if count > 1] == []


def test_only_keys_that_move_repeat_while_they_are_held() -> None:
    repeating = {shortcut.action for shortcut in SHORTCUTS if shortcut.repeats}
    assert repeating == {"next_slice", "next_lesion", "resize_brush"}


def test_keys_that_say_something_of_the_read_wait_for_it_to_be_seen() -> None:
    anywhere = {shortcut.action for shortcut in SHORTCUTS if "searching" in shortcut.also}
    in_the_list = {shortcut.action for shortcut in SHORTCUTS if "list" in shortcut.also}
    beside_a_question = {shortcut.action for shortcut in SHORTCUTS if "question" in shortcut.also}
    assert anywhere == {"show_help", "cancel_loading"}
    assert in_the_list == anywhere | {"show_cases", "next_case", "say_saved"}
    assert beside_a_question == in_the_list | {"disarm", "undo", "redo", "next_slice"}
    with_a_mask = {shortcut.action for shortcut in SHORTCUTS if "mask" in shortcut.also}
    of_the_brush = {"edit_mask", "keep_mask", "resize_brush", "undo_stroke", "disarm"}
    assert with_a_mask == anywhere | of_the_brush | {
        "next_slice",
        "next_plane",
        "show_window",
        "fit",
    }


def test_every_key_is_one_that_qt_knows() -> None:
    for shortcut in SHORTCUTS:
        for keys in shortcut.keys:
            assert QKeySequence(keys).count() == 1
            assert key_of(keys).key() not in {Qt.Key.Key_unknown, 0}


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda one: f"{one.action}-{one.argument}")
def test_every_shortcut_has_one_that_does_it(shortcut: Shortcut) -> None:
    def owners(room: type, opened: type) -> int:
        every = (ReadingRoom, Views, room, opened)
        return sum(callable(getattr(owner, shortcut.action, 0)) for owner in every)

    expected = 2 if shortcut.action == "disarm" else 1  # the window leaves a form first
    of_both = {owners(Room, OpenCase), owners(AdjudicationRoom, OpenAdjudication)}
    assert of_both <= {0, expected}
    assert of_both != {0}


def test_an_adjudicator_has_no_key_that_changes_a_read() -> None:
    actions = {shortcut.action for shortcut in SHORTCUTS}
    of_the_room = {one for one in actions if callable(getattr(AdjudicationRoom, one, 0))}
    assert of_the_room == {"accept_read", "disarm", "next_lesion", "next_visit"}
    assert "accept_read" not in dir(Room)


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda one: "-".join(one.keys))
def test_a_shortcut_works_wherever_the_focus_is(keyboard: Keyboard, shortcut: Shortcut) -> None:
    for name, widget in keyboard.places.items():
        for keys in shortcut.keys:
            assert (name, keyboard.press(widget, keys)) == (name, [shortcut])


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda one: "-".join(one.keys))
def test_a_shortcut_works_in_the_case_list_but_for_the_keys_of_a_list(
    keyboard: Keyboard, shortcut: Shortcut, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = keyboard.reader.room
    monkeypatch.setattr(room, "open_case", lambda _subject: None)
    room.show_cases()
    cases = keyboard.find(CaseList)
    assert isinstance(cases, CaseList)
    for keys in shortcut.keys:
        is_of_the_list = keys in OWN_KEYS_OF_THE_LIST or len(keys) == 1
        expected = [] if is_of_the_list else [shortcut]
        assert keyboard.press(cases.table, keys) == expected
    room._show_case_page()


def typed_keys() -> list[str]:
    """Return the keys of the table that write something."""
    keys = [keys for shortcut in SHORTCUTS for keys in shortcut.keys]
    return [one for one in keys if len(one) == 1]


def test_letters_of_shortcuts_are_typed_into_the_organ_field(keyboard: Keyboard) -> None:
    keyboard.reader.room.ask_organ("T1", None, lambda _organ: True)
    organ = keyboard.find(OrganField)
    assert isinstance(organ, OrganField)
    for keys in typed_keys():
        organ.line.clear()
        assert keyboard.press(organ.line, keys) == []
        assert organ.line.text() == keys.lower()
    organ.leave()


def test_letters_of_shortcuts_are_typed_into_the_lines_of_a_form(keyboard: Keyboard) -> None:
    questions = (Question(name="name", text="name"), Question(name="meaning", text="meaning"))
    keyboard.reader.room.ask(Form(title="sign", questions=questions, on_accept=lambda _: True))
    lines = [one for one in keyboard.find(FormPanel).findChildren(QLineEdit) if one.isVisible()]
    assert len(lines) == len(questions)
    for line in lines:
        for keys in typed_keys():
            line.clear()
            assert keyboard.press(line, keys) == []
            assert line.text() == keys.lower()
    keyboard.press(lines[0], "Tab")
    assert QApplication.focusWidget() is lines[1]
    keyboard.press(lines[1], "Tab")
    assert QApplication.focusWidget() is lines[0]
    keyboard.press(lines[0], "Esc")


@pytest.mark.parametrize("keys", ["F1", "F2", "F3", "Ctrl+S", "]"])
def test_keys_that_write_nothing_work_beside_a_form(keyboard: Keyboard, keys: str) -> None:
    """But "]" is a letter, and stays in the form."""
    keyboard.reader.room.ask(
        Form(title="t", questions=(Question(name="a", text="a"),), on_accept=lambda _: True)
    )
    line = next(one for one in keyboard.find(FormPanel).findChildren(QLineEdit) if one.isVisible())
    acted = keyboard.press(line, keys)
    assert [one.keys[0] for one in acted] == ([] if keys == "]" else [keys])
    keyboard.press(line, "Esc")


def test_no_letter_acts_on_the_read_while_a_choice_is_asked(keyboard: Keyboard) -> None:
    answers: list[str] = []

    def take(given: Answers) -> bool:
        answers.append(given["new"])
        return True

    choices = tuple(Choice(word, word) for word in ("none", "equivocal"))
    form = Form(
        title="new lesions",
        questions=(Question(name="new", text="new", choices=choices),),
        on_accept=take,
    )
    keyboard.reader.room.ask(form)
    button = keyboard.find(FormPanel).findChildren(QRadioButton)[0]
    for keys in (*(key for key in typed_keys() if not key.isdigit()), "Delete", "Tab"):
        assert keyboard.press(button, keys) == []
    assert answers == []
    assert keyboard.press(button, "2") == []
    assert answers == ["equivocal"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_accepts_a_form_and_asks_for_no_organ(keyboard: Keyboard, key: Qt.Key) -> None:
    answers: list[str] = []

    def take(given: Answers) -> bool:
        answers.append(given["a"])
        return True

    form = Form(
        title="t",
        questions=(Question(name="a", text="a", value="x"),),
        on_accept=take,
    )
    keyboard.reader.room.ask(form)
    keyboard.acted.clear()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)
    assert (answers, keyboard.acted) == (["x"], [])


def test_help_shows_every_shortcut() -> None:
    text = help_text()
    for name, group in GROUPS.items():
        assert f"<h3>{name}</h3>" in text
        for shortcut in group:
            assert f"<b>{' or '.join(shortcut.keys)}</b>" in text
            assert shortcut.text in text


def test_help_opens_beside_the_room_and_goes_by_its_own_key(keyboard: Keyboard) -> None:
    room = keyboard.reader.room
    room.show_help()
    panel = keyboard.find(HelpPanel)
    assert panel.isVisible()
    settle(50)
    text = next(one for one in panel.findChildren(QWidget) if one.hasFocus() or one.isEnabled())
    for key in (Qt.Key.Key_F1, Qt.Key.Key_Escape):
        panel.show()
        keyboard.acted.clear()
        QTest.keyClick(panel.findChildren(type(text))[0], key)
        settle(20)
        assert (panel.isVisible(), keyboard.acted) == (False, [])
    room.window().activateWindow()
    assert QTest.qWaitForWindowActive(room.window(), 3000)
