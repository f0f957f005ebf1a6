"""From a draft to its read document, and from a document on disk to the changes of a draft."""

from __future__ import annotations

from collections.abc import Collection

from recistkit.errors import ReadingError
from recistkit.model.mark import Mark
from recistkit.model.read import SCHEMA_VERSION, CriteriaReference, Read
from recistkit.reading.charter import Charter
from recistkit.reading.draft import Change, Draft, VisitSignature

__all__ = ["document_of", "import_changes", "labels_up_to"]


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
    stated = charter.criteria
    pairs = {
        "subject": read.subject == subject,
        "reader": read.reader == reader,
        "study": read.study == charter.study,
        "criteria": read.criteria.id == stated.id,
        "criteria hash": _same_hash(read.criteria.hash, stated.content_hash),
        "resolution_mm": read.resolution_mm == charter.resolution_mm,
    }
    different = [name for name, same in pairs.items() if not same]
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


def _same_hash(stated: str | None, content_hash: str) -> bool:
    """Return whether a document's hash of its criteria, if any, is that of these criteria."""
    return stated is None or content_hash.startswith(stated.removeprefix("sha256:"))
