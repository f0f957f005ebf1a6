"""Whether the records of a read can follow each other: who signs, visits in order, leave to amend.

What a reading room refuses while a visit is read must not stand in a chain either,
whether it was put there or came in with a file. Nothing of a reading session is needed
to tell: `verify` asks it of every chain, and a merge of what is new to the study.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import parse_read_document
from recistkit.model.read import Read
from recistkit.store.anchoring import anchor_of, signed_text
from recistkit.store.bodies import AmendBody, SignBody
from recistkit.store.chain import Record, read_chain
from recistkit.study.chain_rules import ChainRules, LeavesOfRead

__all__ = ["Step", "steps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One record of a read, and what speaks against it after those before it.

    Attributes
    ----------
    record : Record
    read : Read or None
        The document that it signs; None where it signs none that can be read.
    fixed : tuple of str
        Visits of the document before it that were signed and not amended since.
    amended : frozenset of str
        Visits that are open again.
    faults : tuple of str
    """

    record: Record
    read: Read | None
    fixed: tuple[str, ...]
    amended: frozenset[str]
    faults: tuple[str, ...]

    @property
    def where(self) -> str:
        """Return ``S001, revision 2``."""
        return f"{_subject_of(self.record)}, revision {self.record.revision}"


def steps(reader: str, chain: Sequence[Record], known: int, rules: ChainRules) -> Iterator[Step]:
    """Yield the records of one read, each with what speaks against it.

    It ends with a document that cannot be read.

    Parameters
    ----------
    reader : str
    chain : sequence of Record
        From its first record on; sound as a chain.
    known : int
        How many of them the study had already. Those that are new are held to
        the charter in force too, whichever they name.
    rules : ChainRules
    """
    signatures = [one.revision for one in chain if signed_text(one) is not None]
    subject = _subject_of(chain[0]) if chain else ""
    leaves = LeavesOfRead(rules, subject, reader, signatures)
    before: Read | None = None
    amended: frozenset[str] = frozenset()
    for record in chain:
        fixed = tuple(label for label in _labels(before) if label not in amended)
        read, unread = _document(record)
        faults = [*_actor_faults(record, reader, rules), *unread]
        if read is not None:
            faults += _order_faults(before, amended, read, record)
        elif record.action == AmendBody.action:
            needs_leave = _needs_leave(record, known, rules)
            faults += _amendment_faults(record, fixed, leaves if needs_leave else None)
        elif not unread:
            faults.append(f"{record.action} belongs into no read")
        yield Step(record=record, read=read, fixed=fixed, amended=amended, faults=tuple(faults))
        if unread:
            return
        body = record.content()
        amended = amended | {body.timepoint} if isinstance(body, AmendBody) else frozenset()
        before = read or before


def _document(record: Record) -> tuple[Read | None, list[str]]:
    """Return the document that a record signs, or why it cannot be read; nothing of others."""
    text = signed_text(record)
    if text is None:
        return None, []
    try:
        return parse_read_document(text.encode("utf-8"), "document"), []
    except DocumentError as error:
        return None, [str(fault) for fault in error.faults]


def _actor_faults(record: Record, reader: str, rules: ChainRules) -> list[str]:
    """Return whether somebody acted who might not have, under the charter of that time."""
    people = rules.people.get(record.charter)
    if people is None:
        return [f"names charter {record.charter}, which this study does not have"]
    body = record.content()
    stated = body.charter_sha256 if isinstance(body, SignBody | AmendBody) else None
    if stated not in {None, rules.charters[record.charter]}:
        return [f"names charter {record.charter}, which is another one in this study"]
    if record.action == "IMPORT":
        allowed = {login for login, role, _ in people if role == record.role == "manager"}
    else:
        allowed = {login for login, role, name in people if (role, name) == ("reader", reader)}
        allowed = allowed if record.role == "reader" else set()
    return [] if record.login in allowed else ["was made by a login that may not do so"]


def _needs_leave(record: Record, known: int, rules: ChainRules) -> bool:
    """Return whether an amendment is one that needs leave."""
    is_new = record.revision > known
    return record.charter in rules.needs_leave or (is_new and rules.in_force in rules.needs_leave)


def _amendment_faults(
    record: Record, fixed: Sequence[str], leaves: LeavesOfRead | None
) -> list[str]:
    """Return whether a visit was opened again that was not signed, or without leave."""
    body = record.content()
    label = body.timepoint if isinstance(body, AmendBody) else ""
    if label not in fixed:
        return [f"{label} was amended and is not signed"]
    if leaves is not None and not leaves.serve(record.revision, label):
        return [f"{label} was amended without this study's leave"]
    return []


def _order_faults(
    before: Read | None, amended: frozenset[str], read: Read, record: Record
) -> list[str]:
    """Return whether visits were signed in another order, or changed after they were fixed."""
    labels, had = _labels(read), _labels(before)
    signed = anchor_of(record, read.reader)
    if not labels:
        return ["is a document without visits"]
    if signed is None or signed.timepoint != labels[-1]:
        return [f"is no signature of {labels[-1]}, the last visit of its document"]
    if record.action == "IMPORT":
        return [] if before is None else ["an import comes after what was signed"]
    if before is None:
        baseline = next((one.label for one in read.timepoints if one.baseline), labels[0])
        return [] if labels[-1] == baseline else [f"{labels[-1]} is signed before {baseline}"]
    found = []
    if labels[: len(had)] != had or len(labels) > len(had) + 1:
        found.append(f"does not follow {had[-1]}, which was signed before it")
    if labels == had and not amended:
        found.append(f"{had[-1]} was signed already, and not amended")
    fixed = [label for label in had if label not in amended]
    changed = [one for one in fixed if _stated_at(before, one) != _stated_at(read, one)]
    if changed:
        found.append(f"{', '.join(changed)} was changed and not amended")
    return found


def _labels(read: Read | None) -> list[str]:
    """Return the labels of the visits of a document in the order of their dates."""
    timepoints = () if read is None else read.timepoints
    return [item.label for item in sorted(timepoints, key=lambda one: (one.date_first, one.label))]


def _stated_at(read: Read, label: str) -> tuple[object, ...]:
    """Return all that a document states of a visit, and of the lesions that it marks there."""
    marks = {mark for mark in read.marks if mark.timepoint == label}
    marked = {mark.lesion for mark in marks}
    lesions = {lesion for lesion in read.lesions if lesion.id in marked}
    return (marks, lesions, *(item for item in read.timepoints if item.label == label))


def _subject_of(record: Record) -> str:
    """Return the subject of the read that a record is of."""
    return record.chain.removeprefix(read_chain(""))
