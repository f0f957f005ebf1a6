"""How far a reader is with a case: by the reader's own journal, else by the own document.

No file of another reader is ever opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import load_read_document
from recistkit.reading.case import Case, CaseState
from recistkit.reading.paths import document_path, journal_path, reads_folder
from recistkit.store.journal import Event, Journal

__all__ = ["with_state", "with_states"]

_OPENING: Final = frozenset({"import", "visits"})
"""Commands that opening a case makes by itself."""


def with_state(folder: Path | str, reader: str, case: Case) -> Case:
    """Return a case with its state as it is on disk now; its scans are not looked at again.

    Raises
    ------
    JournalError
        If the reader's journal cannot be used.
    """
    (known,) = with_states(Path(folder), reader, [case])
    return known


def with_states(folder: Path, reader: str, cases: Sequence[Case]) -> tuple[Case, ...]:
    """Return the cases with their states; see `with_state`."""
    path = journal_path(folder, reader)
    journal = Journal.open(path, reader) if path.is_file() else None
    try:
        return tuple(_with_one_state(folder, reader, journal, case) for case in cases)
    finally:
        if journal is not None:
            journal.close()


def _with_one_state(folder: Path, reader: str, journal: Journal | None, case: Case) -> Case:
    """Return a case with its state: by the journal, else by the document."""
    events = journal.events(case.subject) if journal else ()
    if events:
        signed, open_again = _signatures(events)
        begun = any(event.command not in _OPENING for event in events)
        return _stated(case, signed, begun=begun or bool(signed), open_again=bool(open_again))
    path = document_path(reads_folder(folder), case.subject, reader)
    if not path.is_file():
        return _stated(case, frozenset(), begun=False)
    try:
        read = load_read_document(path)
    except DocumentError as error:
        return _with_fault(case, str(error))
    if (read.subject, read.reader) != (case.subject, reader):
        return _with_fault(case, f"{path.name}: is the document of another subject or reader")
    labels = frozenset(item.label for item in read.timepoints if read.signature is not None)
    return _stated(case, labels, begun=True)


def _with_fault(case: Case, fault: str) -> Case:
    """Return a case with a fault, which stands in it only once."""
    return case if fault in case.faults else replace(case, faults=(*case.faults, fault))


def _signatures(events: Sequence[Event]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the visits that are signed, and those that an amendment opened again."""
    now: dict[str, set[str]] = {"signature": set(), "amendment": set()}
    for event in events:
        for change in event.body["changes"]:
            visits = now.get(change["part"])
            if visits is None:
                continue
            if change["after"] is None:
                visits.discard(change["before"]["timepoint"])
            else:
                visits.add(change["after"]["timepoint"])
    return frozenset(now["signature"]), frozenset(now["amendment"])


def _stated(case: Case, signed: frozenset[str], *, begun: bool, open_again: bool = False) -> Case:
    """Return a case with its state: signed when its last visit is, and none is open again."""
    labels = tuple(visit.label for visit in case.visits)
    complete = bool(labels) and labels[-1] in signed and not open_again
    state: CaseState = "signed" if complete else "draft" if begun else "not started"
    return replace(case, state=state, signed=tuple(label for label in labels if label in signed))
