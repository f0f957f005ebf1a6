"""Keys that belong to a widget while it has the focus, whatever the shortcuts say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

__all__ = ["MOVING", "KeepsKeys", "TypedKeys"]

_MODIFIED: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_EDITING: Final = frozenset(
    {Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
)
MOVING: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
"""Keys that go through a list, or through the choices of a question."""


class KeepsKeys(QObject):
    """An event filter: some keys do something of their own in the widgets it is put on.

    The shortcuts of the room hold for the whole application; these keys do
    not become shortcuts where the widget has the focus. One that is held does
    its work once, unless it only moves: a finger that stays answers nothing.

    Parameters
    ----------
    parent : QObject
        Whose life it shares.
    work : mapping of Qt.Key to callable
        What the keys do, without Ctrl, Alt or Meta.
    left : collection of Qt.Key
        Keys that are left to the widget itself.
    """

    def __init__(
        self,
        parent: QObject,
        work: Mapping[Qt.Key, Callable[[], object]] | None = None,
        left: Collection[Qt.Key] = (),
    ) -> None:
        super().__init__(parent)
        self._work = dict(work or {})
        self._left = frozenset(left)

    def keep(self, *widgets: QWidget) -> None:
        """Keep the keys of some widgets."""
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Claim a key before it becomes a shortcut; do its work when it is pressed."""
        if not isinstance(event, QKeyEvent) or event.modifiers() & _MODIFIED:
            return False
        if event.type() == QEvent.Type.ShortcutOverride and self._claims(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() in self._work:
            key = Qt.Key(event.key())
            if key in MOVING or not event.isAutoRepeat():
                self._work[key]()
            return True
        return False

    def _claims(self, event: QKeyEvent) -> bool:
        return event.key() in self._work or event.key() in self._left


class TypedKeys(KeepsKeys):
    """The same where words are typed: every plain key stays in the field."""

    def _claims(self, event: QKeyEvent) -> bool:
        is_letter = bool(event.text()) and event.text().isprintable()
        return super()._claims(event) or event.key() in _EDITING or is_letter
