"""What a signature stands for, in words: what the reader looks at before signing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recistkit.model.mark import Mark
from recistkit.reading.completeness import is_measured, lesions_at
from recistkit.reading.document import labels_up_to
from recistkit.reading.draft import Draft
from recistkit.reading.evaluation import Evaluation
from recistkit.study.charter import Charter

__all__ = ["visit_summary"]

_MM3_PER_ML: Final = 1000
_STATED = {
    "new_lesions": "new lesions",
    "coverage": "coverage",
    "image_quality": "image quality",
    "tumour_marker": "tumour marker",
    "comment": "comment",
}


def visit_summary(
    draft: Draft,
    charter: Charter,
    visit: str,
    evaluation: Evaluation | None,
    signed_before: Evaluation | None = None,
) -> str:
    """Return what a signature of a visit stands for, as lines.

    The visit with its dates, lesions, statements and, if they are shown,
    responses; then the other visits that are signed anew with it: those that
    are amended, and those whose response is another than was signed.

    Parameters
    ----------
    draft : Draft
    charter : Charter
    visit : str
    evaluation : Evaluation or None
        None where the reader does not see responses.
    signed_before : Evaluation or None
        Of the document last signed.
    """
    lines = [*_visit_lines(draft, visit)]
    if evaluation is not None:
        lines += _responses(evaluation, visit)
    labels = labels_up_to(draft, visit)
    for label in (one for one in draft.visits if one in labels and one != visit):
        shown = evaluation if _is_shown(draft, charter, label) else None
        lines += _covered(draft, label, shown, signed_before)
    return "\n".join([*lines, f"criteria: {charter.criteria.reference}"])


def _is_shown(draft: Draft, charter: Charter, visit: str) -> bool:
    """Return whether the responses of another visit may be shown if those of this one are."""
    measured = visit in draft.signed or is_measured(draft, charter, visit)
    return measured or charter.show_response == "always"


def _visit_lines(draft: Draft, visit: str) -> Iterator[str]:
    """Yield a visit: dates, lesions, statements."""
    timepoint = draft.timepoints[visit]
    if timepoint.date_first == timepoint.date_last:
        yield f"{visit}, scan of {timepoint.date_first}"
    else:
        yield f"{visit}, scans of {timepoint.date_first} to {timepoint.date_last}"
    yield from _lesions(draft, visit)
    for name, text in _STATED.items():
        said = getattr(timepoint, name)
        if said is not None:
            yield f"{text}: {said}"


def _covered(
    draft: Draft, visit: str, evaluation: Evaluation | None, before: Evaluation | None
) -> Iterator[str]:
    """Yield what is signed anew of another visit; nothing where it stays as it was signed."""
    changed = list(_changed_responses(visit, evaluation, before))
    if visit in draft.amended:
        yield "also signed with it, amended:"
        yield from _visit_lines(draft, visit)
        yield from changed or (() if evaluation is None else _responses(evaluation, visit))
    elif changed:
        yield f"also signed with it, {visit} has another response now:"
        yield from changed


def _changed_responses(
    visit: str, now: Evaluation | None, before: Evaluation | None
) -> Iterator[str]:
    """Yield the responses of a visit that are others than were signed."""
    if now is None or before is None:
        return
    signed = {row["compartment"]: row["response"] for row in before.at(visit)}
    for row in now.at(visit):
        word = signed.get(row["compartment"])
        if word != row["response"]:
            then = "none" if word is None else word
            yield f"{row['compartment']}: {row['response'] or 'none'} ({row['reason']}), was {then}"


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
    volume = None if mark.volume_mm3 is None else f"mask of {mark.volume_mm3 / _MM3_PER_ML:.1f} ml"
    words = (mark.reason, mark.certainty, mark.merged_into, volume)
    with_it = ", ".join(word for word in words if word is not None)
    return f"{mark.state}{size}{f' ({with_it})' if with_it else ''}"


def _responses(evaluation: Evaluation, visit: str) -> Iterator[str]:
    """Yield one line per compartment that has a response, and for the whole patient."""
    for row in evaluation.at(visit):
        if row["response"] is not None:
            yield f"{row['compartment']}: {row['response']} ({row['reason']})"
