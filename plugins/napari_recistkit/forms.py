"""Forms: what is asked of the reader where one key does not say it; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Answers", "Choice", "Form", "Question"]

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a number key gives."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing asked: a choice, a line of text, or a choice with other words allowed.

    Attributes
    ----------
    name : str
        Key of the answer.
    text : str
        What is asked.
    choices : tuple of Choice
        None for a line of text.
    other_words : bool
        A line of text stands beside the choices.
    value : str
        What stands there at first; empty for nothing.
    is_required : bool
        The form cannot be accepted while this is empty.
    """

    name: str
    text: str
    choices: tuple[Choice, ...] = ()
    other_words: bool = False
    value: str = ""
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked at once.

    Attributes
    ----------
    title, text : str
        Plain text; what lies behind the question.
    questions : tuple of Question
    accept : str
        What Return does, in a word.
    on_accept : callable
        Called with the answers by name; what is not required may be empty. It
        tells whether the form is done with: what was written stays where it
        could not be taken.
    is_shown_first : bool
        It is accepted only after it was on the screen: a key that was pressed
        before the reader could see it answers nothing.
    """

    title: str
    on_accept: Callable[[Answers], bool]
    text: str = ""
    questions: tuple[Question, ...] = field(default=())
    accept: str = "Save"
    is_shown_first: bool = False
