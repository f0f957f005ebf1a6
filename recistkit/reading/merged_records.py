"""Whether records that come from elsewhere could have been made here.

What a reading room refuses while a visit is read must not come in through a file:
who signs, what is assigned, the order of the visits, what is signed and fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recistkit.errors import DocumentError
from recistkit.exchange.read_document import parse_read_document, read_document_text
from recistkit.model.read import Read
from recistkit.store.anchoring import anchor_of, signed_text
from recistkit.store.bodies import AmendBody, ImportBody
from recistkit.store.chain import Record, read_chain
from recistkit.store.rows import CharterVersion, Unlock
from recistkit.study.charter import Role
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.document_faults import Expected, document_faults
from recistkit.study.importing.translation import KnownScans, translated
from recistkit.study.settings import settings_of

__all__ = ["StudyRules", "record_faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRules:
    """What a study asks of the records of its readers.

    Attributes
    ----------
    expected : Expected
    scans : KnownScans
    logins : mapping of int to frozenset
        Login, role and id of everybody, by the version of the charter.
    unlocks : tuple of Unlock
    needs_leave : bool
        Whether a signed visit is amended only after a manager's leave.
    """

    expected: Expected
    scans: KnownScans
    logins: Mapping[int, frozenset[tuple[str, Role, str]]]
    unlocks: tuple[Unlock, ...]
    needs_leave: bool

    @classmethod
    def of(cls, study: StudyFolder) -> StudyRules:
        """Return those of a study.

        Raises
        ------
        StoreError, SettingsError, CriteriaError
            If they cannot be told.
        """
        return cls(
            expected=Expected.of(study),
            scans=KnownScans({one.series_uid: one for one in study.file.scans()}, None),
            logins={
                one.version: _people(one.text, study.path)
                for one in study.file.rows(CharterVersion)
            },
            unlocks=study.file.rows(Unlock),
            needs_leave=study.settings.reading_order == "by-visit",
        )


@dataclass(slots=True)
class _Course:
    """What the records of one read came to so far."""

    read: Read | None = None
    signed_at: str = ""
    amended: frozenset[str] = frozenset()


def record_faults(
    reader: str, chain: Sequence[Record], known: int, rules: StudyRules
) -> Iterator[str]:
    """Yield what is wrong with the records of one read that are new.

    Parameters
    ----------
    reader : str
    chain : sequence of Record
        Of one read, from its first record on; sound as a chain.
    known : int
        How many of them the study has already.
    rules : StudyRules
    """
    course = _Course()
    for record in chain:
        text = signed_text(record)
        where = f"{record.chain.removeprefix(read_chain(''))}, revision {record.revision}"
        found: list[str] = []
        if text is not None:
            try:
                read = parse_read_document(text.encode("utf-8"), "document")
            except DocumentError as error:
                yield from (f"{where}: {fault}" for fault in error.faults)
                return
            found += _identity_faults(read, reader, record, text)
            found += _document_faults(read, rules) + _order_faults(course, read, record)
            course = _Course(read, record.at_utc)
        elif record.action == AmendBody.action:
            found += _amendment_faults(course, record, reader, rules)
        else:
            found.append(f"{record.action} belongs into no read")
        if record.revision > known:
            yield from (
                f"{where}: {one}" for one in [*_actor_faults(record, reader, rules), *found]
            )


def _people(charter: str, folder: Path) -> frozenset[tuple[str, Role, str]]:
    """Return login, role and id of everybody whom a charter names."""
    return frozenset((one.login, one.role, one.id) for one in settings_of(charter, folder).people)


def _actor_faults(record: Record, reader: str, rules: StudyRules) -> list[str]:
    """Return whether somebody acted who might not have, under the charter of that time."""
    people = rules.logins.get(record.charter)
    if people is None:
        return [f"names charter {record.charter}, which this study does not have"]
    if record.action == "IMPORT":
        allowed = {login for login, role, _ in people if role == record.role == "manager"}
    else:
        allowed = {login for login, role, name in people if (role, name) == ("reader", reader)}
        allowed = allowed if record.role == "reader" else set()
    return [] if record.login in allowed else ["was made by a login that may not do so"]


def _identity_faults(read: Read, reader: str, record: Record, text: str) -> list[str]:
    """Return whether a document is of another read than its chain, or not as written here."""
    subject, content = record.chain.removeprefix(read_chain("")), record.content()
    stated = [(read.subject, read.reader)]
    if isinstance(content, ImportBody):
        stated += [(one.subject, one.reader) for one in content.reads]
    found = []
    if any(one != subject for one, _ in stated):
        found.append("is of another subject")
    if any(one != reader for _, one in stated):
        found.append("is of another reader")
    if text != read_document_text(read):
        found.append("holds a document in other words than this program writes")
    return found


def _document_faults(read: Read, rules: StudyRules) -> list[str]:
    """Return what the study would not take of a document."""
    found = [*document_faults(read, rules.expected), *translated(read, rules.scans)[1]]
    return [str(fault) for fault in found]


def _order_faults(course: _Course, read: Read, record: Record) -> list[str]:
    """Return whether visits were signed in another order, or changed after they were fixed."""
    labels = _labels(read)
    signed = anchor_of(record, read.reader)
    if signed is None or signed.timepoint != labels[-1]:
        return [f"is no signature of {labels[-1]}, the last visit of its document"]
    if record.action == "IMPORT":
        return [] if course.read is None else ["an import comes after what was signed"]
    if course.read is None:
        baseline = next((one.label for one in read.timepoints if one.baseline), labels[0])
        return [] if labels[-1] == baseline else [f"{labels[-1]} is signed before {baseline}"]
    before = _labels(course.read)
    found = []
    if labels[: len(before)] != before or len(labels) > len(before) + 1:
        found.append(f"does not follow {before[-1]}, which was signed before it")
    if labels == before and not course.amended:
        found.append(f"{before[-1]} was signed already, and not amended")
    fixed = [label for label in before if label not in course.amended]
    changed = [one for one in fixed if _stated_at(course.read, one) != _stated_at(read, one)]
    if changed:
        found.append(f"{', '.join(changed)} was changed and not amended")
    return found


def _labels(read: Read) -> list[str]:
    """Return the labels of the visits of a document in the order of their dates."""
    ordered = sorted(read.timepoints, key=lambda item: (item.date_first, item.label))
    return [item.label for item in ordered]


def _stated_at(read: Read, label: str) -> tuple[object, ...]:
    """Return all that a document states of a visit, and of the lesions that it marks there."""
    marks = {mark for mark in read.marks if mark.timepoint == label}
    marked = {mark.lesion for mark in marks}
    lesions = {lesion for lesion in read.lesions if lesion.id in marked}
    return (marks, lesions, *(item for item in read.timepoints if item.label == label))


def _amendment_faults(course: _Course, record: Record, reader: str, rules: StudyRules) -> list[str]:
    """Return whether a visit was opened again without leave; otherwise take it over."""
    body = record.content()
    label = body.timepoint if isinstance(body, AmendBody) else ""
    subject = record.chain.removeprefix(read_chain(""))
    course.amended |= {label}
    if course.read is None:
        return ["nothing was signed before this amendment"]
    given = any(
        (one.subject, one.reader) == (subject, reader)
        and one.timepoint in {None, label}
        and course.signed_at < one.at_utc < record.at_utc
        for one in rules.unlocks
    )
    if rules.needs_leave and not given:
        return [f"{label} was amended without this study's leave"]
    return []
