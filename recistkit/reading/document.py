"""From a draft to its read document, and from a document on disk to the changes of a draft."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from recistkit.errors import ReadingError
from recistkit.model.mark import Mark
from recistkit.model.read import SCHEMA_VERSION, CriteriaReference, Read
from recistkit.reading.draft import Change, Draft, VisitSignature
from recistkit.study.charter import Charter, ReadRules

__all__ = ["document_of", "import_changes", "labels_up_to", "require_same_rules"]


def labels_up_to(draft: Draft, visit: str) -> tuple[str, ...]:
    """Return the timepoints of the document when a visit is signed.

    All up to it; an amendment of an early visit does not take away the later
    ones that the document had.
    """
    order = draft.order
    had = [order.index(label) for label in order if label in draft.signed or label in draft.amended]
    return order[: max([*had, order.index(visit)]) + 1]


def document_of(
    draft: Draft, charter: Charter, subject: str, reader: str, labels: Collection[str]
) -> Read:
    """Return a draft as the document that it makes of some of its timepoints.

    Lesions that have no mark at them are left out.
    """
    marks = [mark for mark in draft.marks.values() if mark.timepoint in labels]
    marked = {mark.lesion for mark in marks}
    lesions = tuple(lesion for lesion in draft.followed if lesion.id in marked)
    visit_place = {label: place for place, label in enumerate(draft.order)}
    lesion_place = {name: place for place, name in enumerate(draft.lesions)}

    def order(mark: Mark) -> tuple[int, int, str]:
        return visit_place[mark.timepoint], lesion_place[mark.lesion], mark.fragment or ""

    criteria = charter.criteria
    return Read(
        schema_version=SCHEMA_VERSION,
        study=charter.study,
        subject=subject,
        reader=reader,
        criteria=CriteriaReference(id=criteria.id, hash=criteria.content_hash),
        state="draft",
        resolution_mm=charter.resolution_mm,
        timepoints=tuple(draft.timepoints[label] for label in draft.order if label in labels),
        lesions=lesions,
        marks=tuple(sorted(marks, key=order)),
    )


def import_changes(read: Read, charter: Charter, subject: str, reader: str) -> tuple[Change, ...]:
    """Return the changes that make an empty draft of a document that was there before.

    Raises
    ------
    ReadingError
        If it is of another subject or reader, or was made under other rules.
    """
    persons = {"subject": read.subject == subject, "reader": read.reader == reader}
    different = [name for name, same in persons.items() if not same]
    different += charter.rules.differences(ReadRules.of_read(read))
    if different:
        raise ReadingError(
            "the document of this read that is there already has another "
            f"{', '.join(different)} than this study; move it away or change the settings"
        )
    changes = [Change("timepoint", None, item) for item in read.timepoints]
    changes += [Change("lesion", None, item) for item in read.lesions]
    changes += [Change("mark", None, item) for item in read.marks]
    if read.signature is not None:
        changes += [
            Change(
                "signature", None, VisitSignature(timepoint=item.label, signature=read.signature)
            )
            for item in read.timepoints
        ]
    return tuple(changes)


def require_same_rules(charter: Charter, begun_under: Iterable[ReadRules]) -> None:
    """Refuse to go on with a read under other rules than it was begun under.

    Raises
    ------
    ReadingError
        Naming what is different.
    """
    names = [name for rules in begun_under for name in charter.rules.differences(rules)]
    if names:
        raise ReadingError(
            f"this read was begun under another {', '.join(dict.fromkeys(names))} than this "
            "study has now; change the settings back"
        )
