"""Keys that belong to a widget while it has the focus, whatever the shortcuts say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

__all__ = ["KeepsKeys", "TypedKeys"]

_MODIFIED: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class KeepsKeys(QObject):
    """An event filter: some keys do something of their own in the widgets it is put on.

    The shortcuts of the room hold for the whole application; these keys do
    not become shortcuts where the widget has the focus.

    Parameters
    ----------
    parent : QObject
        Whose life it shares.
    work : mapping of Qt.Key to callable
        What the keys do, without Ctrl or Alt.
    """

    def __init__(
        self, parent: QObject, work: Mapping[Qt.Key, Callable[[], object]] | None = None
    ) -> None:
        super().__init__(parent)
        self._work = dict(work or {})

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
        elif event.type() == QEvent.Type.KeyPress and event.key() in self._work:
            self._work[Qt.Key(event.key())]()
            return True
        return False

    def _claims(self, event: QKeyEvent) -> bool:
        return event.key() in self._work


class TypedKeys(KeepsKeys):
    """The same where words are typed: every plain key stays in the field."""

    def _claims(self, event: QKeyEvent) -> bool:
        editing = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return super()._claims(event) or event.key() in editing or event.text().isprintable()
