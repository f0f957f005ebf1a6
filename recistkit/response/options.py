"""The options of a response that trials settle differently, each with a name."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Final, Literal

from recistkit.errors import OptionError

__all__ = ["ResponseOptions"]

MOST: Final = 3650
"""Ten years: more is a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOptions:
    """Conventions in force.

    Parameters
    ----------
    confirmation_days : int, optional
        Days after which a response can be confirmed, inclusive; the
        criteria's own (28) unless given.
    max_intervening_ne : int
        NE visits allowed between a response and its confirmation.
    accept_sd_between : bool
        Whether one SD between them is allowed.
    sustain_pr : bool
        Call a visit PR that is SD only against the baseline, after a PR.
    compartment_stop : {"first", "own"}
        Whether the first overall PD ends the best response of a compartment.
    min_sd_days : int, optional
        Days after the reference date from which SD counts; the criteria's
        own unless given, 0 for none.
    sd_from : {"reference", "baseline"}
        Where those days begin.

    Raises
    ------
    OptionError
        If a value is of another kind, or outside its range.
    """

    confirmation_days: int | None = None
    max_intervening_ne: int = 1
    accept_sd_between: bool = False
    sustain_pr: bool = False
    compartment_stop: Literal["first", "own"] = "first"
    min_sd_days: int | None = None
    sd_from: Literal["reference", "baseline"] = "reference"

    def __post_init__(self) -> None:
        """Check kinds and ranges."""
        _check_whole_number("max_intervening_ne", self.max_intervening_ne)
        for name in ("confirmation_days", "min_sd_days"):
            value = getattr(self, name)
            if value is not None:
                _check_whole_number(name, value)
        for name in ("accept_sd_between", "sustain_pr"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                message = f"{name} is {value!r}; expected True or False"
                raise OptionError(message)
        if self.compartment_stop not in ("first", "own"):
            message = f"compartment_stop is {self.compartment_stop!r}; expected 'first' or 'own'"
            raise OptionError(message)
        if self.sd_from not in ("reference", "baseline"):
            message = f"sd_from is {self.sd_from!r}; expected 'reference' or 'baseline'"
            raise OptionError(message)


def _check_whole_number(name: str, value: object) -> None:
    """Refuse what is no number of days or visits; True is none, though Python counts with it.

    Raises
    ------
    OptionError
        Saying what was expected.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        message = f"{name} is {value!r}; expected a whole number from 0 to {MOST}"
        raise OptionError(message)
    if not 0 <= int(value) <= MOST:
        message = f"{name} is {value}; expected 0 to {MOST}"
        raise OptionError(message)
