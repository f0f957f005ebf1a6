"""Charter: what a study lays down for its readers before the first read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from recistkit.criteria import Criteria

__all__ = ["Charter", "ShowResponse"]

ShowResponse = Literal["after-measurement", "always", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """The rules that a read is made under; they are the same for every reader.

    Attributes
    ----------
    study : str
        The study's own word for itself.
    criteria : Criteria
    resolution_mm : Decimal
        To what lengths are rounded.
    compartments : tuple of str
        Those that a lesion may be in; none where the study has none.
    show_response : {"after-measurement", "always", "never"}
        When the reader sees responses.
    """

    study: str
    criteria: Criteria
    resolution_mm: Decimal = Decimal("0.1")
    compartments: tuple[str, ...] = ()
    show_response: ShowResponse = "after-measurement"
