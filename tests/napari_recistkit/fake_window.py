"""A window that is none: it keeps what it was asked and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from napari_recistkit.forms import Form

__all__ = ["FakeWindow"]


@dataclass
class FakeWindow:
    """What the room said last, and the questions that are open.

    Attributes
    ----------
    said : str
    form : Form or None
    organ_of : str or None
        The lesion whose organ is asked.
    refreshed : int
        How often it showed the session anew.
    signed_visits : list of str
    """

    said: str = ""
    form: Form | None = None
    organ_of: str | None = None
    refreshed: int = 0
    signed_visits: list[str] = field(default_factory=list)
    _on_organ: Callable[[str], None] | None = None

    def ask(self, form: Form) -> None:
        self.form = form

    def ask_organ(self, lesion: str, organ: str | None, on_chosen: Callable[[str], None]) -> None:
        del organ
        self.organ_of, self._on_organ = lesion, on_chosen

    def say(self, text: str) -> None:
        self.said = text

    def refresh(self) -> None:
        self.refreshed += 1

    def signed(self, visit: str) -> None:
        self.signed_visits.append(visit)

    def answer(self, **answers: str) -> None:
        """Accept the form that is shown: what is not said stays as it stands there."""
        form, self.form = self.form, None
        assert form is not None
        form.on_accept({question.name: question.value for question in form.questions} | answers)

    def choose_organ(self, organ: str) -> None:
        """Answer with an organ."""
        on_organ, self.organ_of = self._on_organ, None
        assert on_organ is not None
        on_organ(organ)
