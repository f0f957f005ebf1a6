"""Which mark of a visit a drawn ruler belongs to."""

from __future__ import annotations

from typing import NamedTuple

from recistkit.model.mark import Mark

__all__ = ["MarkName", "mark_text"]


class MarkName(NamedTuple):
    """A lesion, and the fragment where it is split."""

    lesion: str
    fragment: str | None


def mark_text(mark: Mark) -> str:
    """Return the name of a mark: its lesion, with the fragment where it is split."""
    return mark.lesion if mark.fragment is None else f"{mark.lesion}-{mark.fragment}"
