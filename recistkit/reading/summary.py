"""A visit in words: what the reader looks at before signing it."""

from __future__ import annotations

from collections.abc import Iterator

from recistkit.model.mark import Mark
from recistkit.reading.charter import Charter
from recistkit.reading.completeness import lesions_at
from recistkit.reading.draft import Draft
from recistkit.reading.evaluation import Evaluation

__all__ = ["visit_summary"]

_STATED = {
    "new_lesions": "new lesions",
    "coverage": "coverage",
    "image_quality": "image quality",
    "tumour_marker": "tumour marker",
    "comment": "comment",
}


def visit_summary(draft: Draft, charter: Charter, visit: str, evaluation: Evaluation | None) -> str:
    """Return a visit as lines: dates, lesions, statements, and responses if they are shown.

    Parameters
    ----------
    draft : Draft
    charter : Charter
    visit : str
    evaluation : Evaluation or None
        None where the reader does not see responses.
    """
    timepoint = draft.timepoints[visit]
    lines = [f"{visit}, scans of {timepoint.date_first} to {timepoint.date_last}"]
    if timepoint.date_first == timepoint.date_last:
        lines = [f"{visit}, scan of {timepoint.date_first}"]
    lines += _lesions(draft, visit)
    for name, text in _STATED.items():
        said = getattr(timepoint, name)
        lines += [] if said is None else [f"{text}: {said}"]
    if evaluation is not None:
        lines += _responses(evaluation, visit)
    return "\n".join([*lines, f"criteria: {charter.criteria.reference}"])


def _lesions(draft: Draft, visit: str) -> Iterator[str]:
    """Yield one line per lesion: id, organ, what it is at this visit."""
    for lesion in lesions_at(draft, visit):
        marks = draft.marks_of(lesion.id, visit)
        said = " + ".join(_size(mark) for mark in marks) or "no state"
        yield f"{lesion.id} {lesion.organ or 'no organ'}: {said}"


def _size(mark: Mark) -> str:
    """Return state, lengths and what goes with them."""
    lengths = [str(length) for length in (mark.longest_mm, mark.short_mm) if length is not None]
    size = f" {' x '.join(lengths)} mm" if lengths else ""
    with_it = mark.certainty or mark.reason or mark.merged_into
    return f"{mark.state}{size}{f' ({with_it})' if with_it else ''}"


def _responses(evaluation: Evaluation, visit: str) -> Iterator[str]:
    """Yield one line per compartment that has a response, and for the whole patient."""
    for row in evaluation.at(visit):
        if row["response"] is not None:
            yield f"{row['compartment']}: {row['response']} ({row['reason']})"
