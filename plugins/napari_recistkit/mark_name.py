"""Which mark of a visit a drawn ruler belongs to."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MarkName"]


class MarkName(NamedTuple):
    """A lesion, and the fragment where it is split."""

    lesion: str
    fragment: str | None
