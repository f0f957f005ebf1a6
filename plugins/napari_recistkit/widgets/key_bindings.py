"""The table of shortcuts as keys of the window."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QAction, QKeySequence, QShortcut
from qtpy.QtWidgets import QApplication, QWidget

from napari_recistkit.shortcuts import SHORTCUTS, Shortcut

__all__ = ["bind_keys", "take_keys_of"]


def bind_keys(widget: QWidget, act: Callable[[Shortcut], None]) -> None:
    """Let every shortcut of the table work wherever the focus is in a widget's window.

    In another window of the application, of napari's or of a script's, they do
    nothing: nobody there sees the read. A panel that belongs to the window is
    one with it.

    Parameters
    ----------
    widget : QWidget
        Whose life the keys share.
    act : callable
        Does what a shortcut says.
    """
    for shortcut in SHORTCUTS:
        for keys in shortcut.keys:
            made = QShortcut(QKeySequence(keys), widget)
            made.setContext(Qt.ShortcutContext.ApplicationShortcut)
            made.setAutoRepeat(shortcut.repeats)
            # Shift+Tab and Backtab are one key to Qt, and so of two of ours
            for pressed in (made.activated, made.activatedAmbiguously):
                pressed.connect(_worker(shortcut, widget, act))


def take_keys_of(window: QWidget) -> Callable[[], None]:
    """Take keys of the table from the menus of a window: of two owners Qt would serve neither.

    Returns
    -------
    callable
        Gives them back.
    """
    ours = {QKeySequence(keys) for shortcut in SHORTCUTS for keys in shortcut.keys}
    taken: list[tuple[QAction, list[QKeySequence]]] = []
    widgets = [window, *window.findChildren(QWidget)]
    for action in {id(one): one for widget in widgets for one in widget.actions()}.values():
        before = action.shortcuts()
        if any(keys in ours for keys in before):
            action.setShortcuts([keys for keys in before if keys not in ours])
            taken.append((action, before))

    def give_back() -> None:
        while taken:
            action, before = taken.pop()
            action.setShortcuts(before)

    return give_back


def _worker(
    shortcut: Shortcut, widget: QWidget, act: Callable[[Shortcut], None]
) -> Callable[[], None]:
    def work() -> None:
        if _is_before_the_reader(widget):
            act(shortcut)

    return work


def _is_before_the_reader(widget: QWidget) -> bool:
    """Tell whether the active window is that of a widget, or belongs to it as a panel does."""
    active = QApplication.activeWindow()
    return active is not None and _outermost(active) is _outermost(widget)


def _outermost(widget: QWidget) -> QWidget:
    """Return the widget that belongs to no other: the main window, also of a dock that floats."""
    above: QWidget | None = widget.parentWidget()
    return widget if above is None else _outermost(above)
