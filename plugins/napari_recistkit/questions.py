"""The questions that the room asks; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from napari_recistkit.forms import Choice, Question
from napari_recistkit.said import size_said
from recistkit.model.mark import Mark
from recistkit.model.read import Lesion, Timepoint
from recistkit.terms import NEW_LESION_STATEMENTS, REASONS, TUMOUR_MARKERS

__all__ = [
    "COMPLETE",
    "fragment_question",
    "holder_question",
    "reason_question",
    "signature_questions",
    "visit_questions",
    "why_question",
]

COMPLETE: Final = "complete"
"""The word for a coverage without a gap."""


def reason_question() -> Question:
    """Ask why a lesion is not evaluable."""
    return Question(name="reason", text="why", choices=_choices(REASONS), other_words=True)


def why_question() -> Question:
    """Ask for a reason in the reader's own words."""
    return Question(name="reason", text="reason")


def holder_question(lesions: Sequence[Lesion]) -> Question:
    """Ask which lesion holds the common size."""
    choices = tuple(Choice(one.id, f"{one.id} {one.organ or ''}".strip()) for one in lesions)
    return Question(name="merged_into", text="into", choices=choices)


def fragment_question(marks: Sequence[Mark]) -> Question:
    """Ask which fragment of a split lesion is meant."""
    choices = tuple(
        Choice(name, f"{name}: {size_said(one)} mm") for one in marks if (name := one.fragment)
    )
    return Question(name="fragment", text="which", choices=choices)


def signature_questions(name: str) -> tuple[Question, ...]:
    """Ask who signs, and what the signature means."""
    return (
        Question(name="name", text="name", value=name),
        Question(name="meaning", text="meaning", value="read"),
    )


def visit_questions(
    stated: Timepoint, qualities: Sequence[str], *, is_baseline: bool
) -> tuple[Question, ...]:
    """Ask for everything that is stated of a visit as a whole.

    Parameters
    ----------
    stated : Timepoint
        What is stated already.
    qualities : sequence of str
        The study's words for image quality.
    is_baseline : bool
        Nothing is new there.
    """
    new_lesions = Question(
        name="new_lesions",
        text="new lesions",
        choices=_choices(NEW_LESION_STATEMENTS),
        value=stated.new_lesions or "",
        is_required=False,
    )
    others = (
        Question(
            name="coverage",
            text="coverage",
            choices=(Choice(COMPLETE, COMPLETE),),
            other_words=True,
            value=stated.coverage or "",
            is_required=False,
        ),
        Question(
            name="image_quality",
            text="image quality",
            choices=_choices(qualities),
            other_words=True,
            value=stated.image_quality or "",
            is_required=False,
        ),
        Question(
            name="tumour_marker",
            text="tumour marker",
            choices=_choices(TUMOUR_MARKERS),
            value=stated.tumour_marker or "",
            is_required=False,
        ),
        Question(name="comment", text="comment", value=stated.comment or "", is_required=False),
    )
    return others if is_baseline else (new_lesions, *others)


def _choices(words: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(word, word.replace("-", " ")) for word in words)
