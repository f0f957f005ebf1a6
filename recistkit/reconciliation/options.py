"""What a reconciliation may be asked for: which readers, which variables, whose read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from recistkit.errors import OptionError
from recistkit.terms import COMPARABLE

__all__ = ["NEITHER", "check_options"]

NEITHER: Final = "neither"
"""A decision for no read: the case goes to a third one."""


def check_options(
    readers: Sequence[str],
    compare: Sequence[str],
    when_agreed: str | None,
    known_readers: Collection[str],
) -> None:
    """Raise if the options cannot be followed.

    Raises
    ------
    OptionError
        If there are not exactly two different readers, one of them is in no
        row of the best table or is called ``neither``; if nothing is
        compared, a variable is named twice or cannot be compared; if
        `when_agreed` is not one of the two readers.
    """
    if len(readers) != 2 or len(set(readers)) != 2:  # noqa: PLR2004  two is the rule here
        raise OptionError(f"readers: expected two different readers, not {_listed(readers)}")
    if NEITHER in readers:
        raise OptionError(f"readers: {NEITHER!r} is what a decision for no read says")
    unknown = [reader for reader in readers if reader not in known_readers]
    if unknown:
        raise OptionError(
            f"readers: no read by {_listed(unknown)}; there are reads by "
            f"{_listed(sorted(known_readers))}"
        )
    if when_agreed is not None and when_agreed not in readers:
        raise OptionError(f"when_agreed: expected {readers[0]} or {readers[1]}, not {when_agreed}")
    wrong = [variable for variable in compare if variable not in COMPARABLE]
    if wrong or not compare or len(set(compare)) != len(compare):
        raise OptionError(
            f"compare: expected different ones of {_listed(COMPARABLE)}, not {_listed(compare)}"
        )


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "none"
