"""How far a reader is with a case: by the reader's own journal, else by the own document.

No file of another reader is ever opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import load_read_document
from recistkit.reading.case import Case, CaseState
from recistkit.reading.on_record import last_signed
from recistkit.reading.paths import document_path, journal_path, reads_folder
from recistkit.reading.read_chain import ReadChain
from recistkit.store.journal import Event, Journal

__all__ = ["with_state", "with_states"]

_OPENING: Final = "visits"
"""The command that opening a case makes by itself."""
_SIGNING: Final = ("import", "sign", "amend")
"""The commands that can change which visits are signed."""
_NO_DOCUMENT: Final = "its signed document is not there; opening the case writes it again"


def with_state(folder: Path | str, reader: str, case: Case) -> Case:
    """Return a case with its state as it is on disk now; its scans are not looked at again.

    Raises
    ------
    JournalError
        If the reader's journal cannot be used.
    """
    (known,) = with_states(Path(folder), reader, [case])
    return known


def with_states(
    folder: Path, reader: str, cases: Sequence[Case], *, on_file: Callable[[], None] = lambda: None
) -> tuple[Case, ...]:
    """Return the cases with their states; see `with_state`.

    What `on_file` raises, which is called before each case, ends the looking.

    Raises
    ------
    RoleError, OptionError
        If this login may not read as this reader.
    JournalError
        If the reader's journal cannot be used.
    """
    ReadChain.of(folder, reader)
    known = _known(journal_path(folder, reader), reader, cases)
    found = []
    for case in cases:
        on_file()
        found.append(_with_one_state(folder, reader, known.get(case.subject), case))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the journal says of one subject."""

    commands: frozenset[str]
    signing: Sequence[Event] = ()
    on_record: frozenset[str] = frozenset()
    """Visits of the document last signed, where there is no draft beside it."""


def _known(path: Path, reader: str, cases: Sequence[Case]) -> dict[str, _Known]:
    """Return what the journal says of each subject; nothing where there is none yet."""
    if not path.is_file() or not path.stat().st_size:
        return {}
    subject = cases[0].subject if len(cases) == 1 else None
    with closing(Journal.open_to_look(path, reader)) as journal:
        commands = journal.commands(subject)
        found = journal.events_of(_SIGNING, subject)
        without = [one.subject for one in cases if one.subject not in commands]
        on_record = {one: read for one in without if (read := last_signed(journal, one))}
    signing: dict[str, list[Event]] = {}
    for event in found:
        signing.setdefault(event.subject, []).append(event)
    known = {
        name: _Known(commands=names, signing=signing.get(name, []))
        for name, names in commands.items()
    }
    for name, read in on_record.items():
        labels = frozenset(item.label for item in read.timepoints)
        known[name] = _Known(commands=frozenset(_SIGNING), on_record=labels)
    return known


def _with_one_state(folder: Path, reader: str, known: _Known | None, case: Case) -> Case:
    """Return a case with its state: by the journal, else by the document."""
    path = document_path(reads_folder(folder, reader), case.subject, reader)
    if known is not None:
        signed, open_again = _signatures(known.signing)
        signed |= known.on_record
        case = _with_note(case, _NO_DOCUMENT, is_so=bool(signed) and not path.exists())
        begun = bool(known.commands - {_OPENING})
        return _stated(case, signed, begun=begun, open_again=bool(open_again))
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


def _with_note(case: Case, note: str, *, is_so: bool) -> Case:
    """Return a case with a note if it is so, and without it if it is not."""
    others = tuple(one for one in case.notes if one != note)
    return replace(case, notes=(*others, note) if is_so else others)


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
