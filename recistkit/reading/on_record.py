"""What is on record of a read: the document last signed in its chain, whoever keeps the drafts."""

from __future__ import annotations

from pathlib import Path

from recistkit.errors import ReadingError
from recistkit.exchange.read_document import load_read_document, parse_read_document
from recistkit.model.read import Read
from recistkit.store.anchoring import signed_text
from recistkit.store.chain import read_chain
from recistkit.store.journal import Journal

__all__ = ["last_signed", "read_before"]


def last_signed(journal: Journal, subject: str) -> Read | None:
    """Return the document that was signed or imported last; None where there is none.

    Raises
    ------
    StoreError
        If the file cannot be read, or a record is none.
    DocumentError
        If what was signed is no document.
    """
    texts = map(signed_text, reversed(journal.records(read_chain(subject))))
    text = next((one for one in texts if one is not None), None)
    if text is None:
        return None
    return parse_read_document(text.encode("utf-8"), f"{journal.path.name}: the read of {subject}")


def read_before(journal: Journal, subject: str, document: Path, *, in_study: bool) -> Read | None:
    """Return the read that a session without a draft goes on from; None where there is none.

    Parameters
    ----------
    journal : Journal
        Of the reader.
    subject : str
    document : Path
        Where the signed document stands.
    in_study : bool
        Whether only what is on record counts. Anywhere else it is the document.

    Raises
    ------
    ReadingError
        If a document lies there that the study does not know.
    DocumentError, StoreError
        If what is there cannot be used.
    """
    if not in_study:
        return load_read_document(document) if document.exists() else None
    found = last_signed(journal, subject)
    if found is None and document.exists():
        raise ReadingError(
            f"{document.name} was not signed in this study; move it away, or ask who manages the "
            "study to import it"
        )
    return found
