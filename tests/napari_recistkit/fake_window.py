"""A window that is none: it keeps what it was asked and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from napari_recistkit.forms import Form

__all__ = ["FakeSight", "FakeWindow"]


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
    signatures : int
        How often it was told of one.
    not_written : list of str
        Key images that cannot be written, and why.
    """

    said: str = ""
    form: Form | None = None
    organ_of: str | None = None
    refreshed: int = 0
    signatures: int = 0
    not_written: list[str] = field(default_factory=list)
    _on_organ: Callable[[str], bool] | None = None

    def ask(self, form: Form) -> None:
        self.form = form

    def ask_organ(self, lesion: str, organ: str | None, on_chosen: Callable[[str], bool]) -> None:
        del organ
        self.organ_of, self._on_organ = lesion, on_chosen

    def say(self, text: str) -> None:
        self.said = text

    def refresh(self) -> None:
        self.refreshed += 1

    def signed(self) -> list[str]:
        self.signatures += 1
        return self.not_written

    def answer(self, **answers: str) -> None:
        """Accept the form that is shown: what is not said stays as it stands there."""
        form, self.form = self.form, None
        assert form is not None
        given = {question.name: question.value for question in form.questions} | answers
        if not form.on_accept(given):
            self.form = form

    def choose_organ(self, organ: str) -> None:
        """Answer with an organ."""
        on_organ, self.organ_of = self._on_organ, None
        assert on_organ is not None
        on_organ(organ)


@dataclass
class FakeSight:
    """Views whose scans are there, unless it is said why not.

    Attributes
    ----------
    fault : str
        Why nothing can be seen.
    not_looked_at : tuple of str
        Series that were never on the screen.
    """

    fault: str = ""
    not_looked_at: tuple[str, ...] = ()

    def unseen(self, visit: str | None) -> str:
        return f"{visit}: {self.fault}" if self.fault else ""

    def never_shown(self, visit: str | None) -> tuple[str, ...]:
        del visit
        return self.not_looked_at
