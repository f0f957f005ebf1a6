"""Whether drafts from elsewhere fit what is signed, and whether that can be classified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recistkit.errors import JournalError
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.read import Read
from recistkit.reading.history import replay
from recistkit.store.anchoring import signed_text
from recistkit.store.chain import Record, read_chain
from recistkit.store.journal import Journal
from recistkit.store.taking_over import ReaderContent
from recistkit.study.draft_order import differing_draft
from recistkit.study.importing.document_faults import table_faults

__all__ = ["draft_faults", "unclassifiable"]


def draft_faults(journal: Journal, content: ReaderContent) -> Iterator[str]:
    """Yield which drafts cannot be gone on with, or open what is signed and not amended.

    Parameters
    ----------
    journal : Journal
        Of the file from elsewhere; sound as a file.
    content : ReaderContent
        What it holds.
    """
    for subject in sorted(content.events):
        try:
            history = replay(journal.events(subject))
        except JournalError as error:
            yield f"{subject}: {error}"
            continue
        chain = content.chains.get(read_chain(subject), ())
        for fault in differing_draft(history.draft.signed, chain):
            yield f"{subject}: {fault}"


def unclassifiable(chains: Sequence[Sequence[Record]]) -> Iterator[str]:
    """Yield why the batch commands would refuse the last documents of reads."""
    reads = [read for chain in chains if (read := _last(chain)) is not None]
    for number, fault in table_faults(reads) if reads else ():
        yield f"{reads[number].subject}: {fault}"


def _last(chain: Sequence[Record]) -> Read | None:
    """Return the document that was signed last."""
    texts = [text for record in chain if (text := signed_text(record)) is not None]
    return parse_read_document(texts[-1].encode("utf-8"), "document") if texts else None
