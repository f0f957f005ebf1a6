"""Reads that are not signed to the last visit: they count as far as they go, which is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from recistkit.store.rows import Anchor

__all__ = ["interim_warnings"]

_NAMED: Final = 5
"""How many reads a warning names."""


def interim_warnings(
    anchors: Iterable[Anchor], visits: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return a sentence on the reads whose last signature covers no last visit; none where all do.

    Parameters
    ----------
    anchors : iterable of Anchor
        The last signature of each read, in the order in which reads are named.
    visits : mapping of str to sequence of str
        Labels of each subject's visits in their order.
    """
    last = {subject: labels[-1] for subject, labels in visits.items()}
    found = [
        f"{one.reader} {one.subject}"
        for one in anchors
        if one.timepoint not in {None, last.get(one.subject)}
    ]
    if not found:
        return ()
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    reads = "1 read is" if len(found) == 1 else f"{len(found)} reads are"
    return (f"{reads} not signed to the last visit: {', '.join(found[:_NAMED])}{more}",)
