"""Layers of a viewer that are not ours: unseen while a scan is shown, as they were after it.

One that was there before, or is dropped on the canvas, would lie over the
scan under our caption, and be measured on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from napari_recistkit import compat

__all__ = ["ForeignLayers"]


class ForeignLayers:
    """Hides what others put into a viewer.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    changed : callable
        Called when one of them is shown or hidden, whoever did it.
    """

    def __init__(self, viewer: Any, changed: Callable[[Any], None]) -> None:  # noqa: ANN401  napari ships no types
        self._viewer = viewer
        self._changed = changed
        self._known: list[Any] = []
        self._hidden: list[Any] = []
        self._connections = compat.Connections()

    def are_seen(self, ours: Iterable[Any]) -> bool:
        """Tell whether one of them may be on the screen."""
        return any(layer.visible for layer in self._others(ours))

    def hide(self, ours: Iterable[Any]) -> bool:
        """Hide them; tell whether one was seen that had not been hidden before."""
        is_new = False
        for layer in self._others(ours):
            if not any(layer is known for known in self._known):
                self._known.append(layer)
                self._connections.connect(layer.events.visible, self._changed)
            if layer.visible:
                if not any(layer is one for one in self._hidden):
                    self._hidden.append(layer)
                    is_new = True
                layer.visible = False
        return is_new

    def bring_back(self) -> None:
        """Show again those that were hidden."""
        self._connections.close()
        for layer in self._hidden:
            if layer in self._viewer.layers:
                layer.visible = True
        self._known.clear()
        self._hidden.clear()

    def _others(self, ours: Iterable[Any]) -> list[Any]:
        own = list(ours)
        return [one for one in self._viewer.layers if not any(one is layer for layer in own)]
