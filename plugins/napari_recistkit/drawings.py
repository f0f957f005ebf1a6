"""The rulers that a canvas was given, drawn once however often they are given in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from napari_recistkit.layer_stack import LINES, Lines
from napari_recistkit.lesion_layer import ShownRuler

__all__ = ["Drawings"]


class Drawings:
    """What the layers of lines are to show.

    Parameters
    ----------
    draw : callable
        Draws the rulers of one layer.
    """

    def __init__(self, draw: Callable[[Lines], None]) -> None:
        self._draw = draw
        self._given: dict[Lines, tuple[ShownRuler, ...]] = dict.fromkeys(LINES, ())
        self._due: set[Lines] = set()
        self._depth = 0

    def of(self, name: Lines) -> tuple[ShownRuler, ...]:
        """Return the rulers that were given for a layer."""
        return self._given[name]

    def set(self, name: Lines, rulers: Sequence[ShownRuler]) -> None:
        """Give rulers in place of those before."""
        if tuple(rulers) != self._given[name]:
            self._given[name] = tuple(rulers)
            self._want(name)

    def forget(self) -> None:
        """Take that there is nothing to draw."""
        self._given = dict.fromkeys(LINES, ())
        self._due.clear()

    def draw_all(self) -> None:
        """Draw everything that was given."""
        self._want(*LINES)

    @contextmanager
    def once(self) -> Iterator[None]:
        """Draw what is given meanwhile at the end, each layer once at most."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._want()

    def _want(self, *names: Lines) -> None:
        self._due.update(names)
        if not self._depth:
            due, self._due = self._due, set()
            for name in LINES:
                if name in due:
                    self._draw(name)
