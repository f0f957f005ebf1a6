"""What may be said to the arrows by name; one list for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

    from recistkit.criteria import Criteria
    from recistkit.exchange.sources import TableSource

__all__ = ["ClassifyArguments", "OptionArguments"]


class OptionArguments(TypedDict, total=False):
    """Fields of `recistkit.response.ResponseOptions`."""

    confirmation_days: int | None
    max_intervening_ne: int
    accept_sd_between: bool
    sustain_pr: bool
    compartment_stop: Literal["first", "own"]
    min_sd_days: int | None
    sd_from: Literal["reference", "baseline"]


class ClassifyArguments(OptionArguments, total=False):
    """Arguments of `recistkit.classify` besides the reads table."""

    criteria: str | Path | Criteria
    visits: TableSource | None
    subjects: TableSource | None
    events: TableSource | None
