"""Topics: who wants to hear when something of a canvas changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

__all__ = ["Topic", "Topics"]

Topic = Literal["slice", "view", "window", "plane", "grid", "others"]


class Topics:
    """Listeners by topic, called in the order in which they came."""

    def __init__(self) -> None:
        self._listeners: list[tuple[Topic, Callable[[], None]]] = []

    def listen(self, topic: Topic, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a function whenever something changes; returns what takes it off again."""
        entry = (topic, listener)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry) if entry in self._listeners else None

    def tell(self, *topics: Topic) -> None:
        """Call the listeners of some topics, topic after topic."""
        for topic in topics:
            for heard, listener in list(self._listeners):
                if heard == topic:
                    listener()

    def clear(self) -> None:
        """Let everybody go."""
        self._listeners.clear()
