"""Whether a draft calls those visits signed that the chain of its read does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import parse_read_document
from recistkit.store.anchoring import signed_text
from recistkit.store.bodies import AmendBody
from recistkit.store.chain import Record
from recistkit.store.event import Event

__all__ = ["differing_draft", "signed_in_draft"]


def signed_in_draft(events: Iterable[Event]) -> frozenset[str]:
    """Return the visits that the events of a draft leave signed, without any other part of it.

    Parameters
    ----------
    events : iterable of Event
        Of one subject, in order. What each changes has a part, a before and an after.

    Raises
    ------
    LookupError, TypeError, AttributeError
        If one changes nothing that a draft has.
    """
    signed: set[str] = set()
    for event in events:
        for change in event.body["changes"]:
            if change["part"] != "signature":
                continue
            if change["before"] is not None:
                signed.discard(change["before"]["timepoint"])
            if change["after"] is not None:
                signed.add(change["after"]["timepoint"])
    return frozenset(signed)


def differing_draft(signed: Iterable[str], chain: Sequence[Record]) -> Iterator[str]:
    """Yield where a draft calls other visits signed than the chain of its read.

    Parameters
    ----------
    signed : iterable of str
        Visits that the draft holds for signed.
    chain : sequence of Record
        Of the read.
    """
    fixed, locked = _fixed(chain), set(signed)
    again = [label for label in fixed if label not in locked]
    if again:
        yield f"the draft opens {', '.join(again)} again, signed and not amended"
    unknown = sorted(locked - {*fixed})
    if unknown:
        yield f"the draft calls {', '.join(unknown)} signed, and no record does"


def _fixed(chain: Sequence[Record]) -> tuple[str, ...]:
    """Return the visits of the last document of a chain that were not amended since, if any."""
    text, amended = None, set[str]()
    for record in chain:
        body = record.content()
        if isinstance(body, AmendBody):
            amended.add(body.timepoint)
        elif signed_text(record) is not None:
            text, amended = signed_text(record), set()
    try:
        read = parse_read_document((text or "").encode("utf-8"), "document")
    except DocumentError:  # which is said of the record
        return ()
    return tuple(item.label for item in read.timepoints if item.label not in amended)
