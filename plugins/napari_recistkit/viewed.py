"""What views need to know of an open case: a read that is made, or two that are compared; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from recistkit.model.mark import Mark
    from recistkit.reading.place import Place

__all__ = ["Viewed"]


class Viewed(Protocol):
    """Where somebody is in a case, and what was marked there."""

    @property
    def visit(self) -> str | None:
        """Label of the visit that is shown."""

    @property
    def lesion(self) -> str | None:
        """Name of the current lesion."""

    @property
    def baseline(self) -> str | None:
        """Label of the baseline."""

    @property
    def nadir(self) -> str | None:
        """Label of the visit before this one with the smallest sum."""

    @property
    def prior(self) -> str | None:
        """Label of the visit before this one."""

    @property
    def place(self) -> Place:
        """What was on the screen."""

    def visits_before(self, visit: str) -> tuple[str, ...]:
        """Return the labels of the visits before one, in order."""

    def marks_of(self, lesion: str, visit: str) -> tuple[Mark, ...]:
        """Return what was marked of a lesion at a visit."""
