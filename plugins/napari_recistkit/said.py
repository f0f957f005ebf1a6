"""What the line below the table says of a lesion after a command; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recistkit.model.mark import Mark
from recistkit.reading.completeness import Missing, missing_of

if TYPE_CHECKING:
    from recistkit.reading.session import ReadSession

__all__ = ["lesion_said", "marks_said", "missing_said", "never_shown_said", "size_said"]


def lesion_said(session: ReadSession, name: str | None) -> str:
    """Return what a lesion is at the current visit, and what is still to say of it.

    Such as ``T3 rectum: measured 32.2 mm``; empty for none.
    """
    lesion, visit = session.draft.lesions.get(name or ""), session.visit
    if lesion is None or visit is None or lesion.id in session.draft.removed:
        return ""
    marks = session.draft.marks_of(lesion.id, visit)
    said = [marks_said(marks)] if marks else []
    said += [item.message for item in missing_of(session.draft, session.charter, visit, lesion)]
    called = f"{lesion.id} {lesion.organ}" if lesion.organ else lesion.id
    return f"{called}: {'; '.join(said)}"


def missing_said(missing: Sequence[Missing], visit: str | None) -> str:
    """Return what is missing, with lesions that lack the same together.

    Such as ``T1, T2: what is its state?; are there new lesions?``; visits are
    named where they are not the current one.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for item in missing:
        alike.setdefault((item.timepoint, item.message), []).append(item.lesion)
    said = []
    for (timepoint, message), lesions in alike.items():
        elsewhere = [timepoint] if timepoint and timepoint != visit else []
        where = ", ".join(filter(None, [*elsewhere, *lesions]))
        said.append(f"{where}: {message}" if where else message)
    return "; ".join(said)


def never_shown_said(series: Sequence[str]) -> str:
    """Return what stands above a summary of scans that were not looked at; empty for none."""
    if not series:
        return ""
    return f"Not on the screen since the case was opened: {'; '.join(series)}\n\n"


def marks_said(marks: tuple[Mark, ...]) -> str:
    """Return state and lengths, such as ``split 12.0 + 9.5 × 7.0 mm``."""
    sizes = " + ".join(size for mark in marks if (size := size_said(mark)))
    first = marks[0]
    with_it = first.certainty or first.reason or first.merged_into
    said = first.state.replace("-", " ")
    said += f" {sizes} mm" if sizes else ""
    return f"{said} ({with_it})" if with_it else said


def size_said(mark: Mark) -> str:
    """Return the lengths of a mark, such as ``9.5 × 7.0``; empty for none."""
    lengths = (mark.longest_mm, mark.short_mm)
    return " × ".join(f"{length:f}" for length in lengths if length is not None)
