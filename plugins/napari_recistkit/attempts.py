"""Commands that may be refused: done, said, and shown once; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from recistkit.errors import RecistkitError
from recistkit.reading.drawing import require_open

if TYPE_CHECKING:
    from napari_recistkit.forms import Form
    from recistkit.model.mark import Mark
    from recistkit.reading.rows import Row
    from recistkit.reading.session import ReadSession

__all__ = ["Attempts", "Window"]


class Window(Protocol):
    """What the room needs of the window: to ask, to say, to show anew."""

    def ask(self, form: Form) -> None:
        """Show a form."""

    def ask_organ(self, lesion: str, organ: str | None, on_chosen: Callable[[str], bool]) -> None:
        """Ask for an organ by type-ahead; it stays asked for until one is taken."""

    def say(self, text: str) -> None:
        """Say something in the status line; it stays until something else is said."""

    def refresh(self) -> None:
        """Show the session as it is now."""

    def signed(self) -> list[str]:
        """A visit was signed: write the key images; return what was not written, and why."""


class Attempts:
    """A session whose refusals are said, and whose changes are shown once per command.

    Parameters
    ----------
    session : ReadSession
    window : Window
    """

    def __init__(self, session: ReadSession, window: Window) -> None:
        self.session = session
        self._window = window
        self._depth = 0
        self._is_stale = False
        self._stop = session.on_change(self._changed)

    def close(self) -> None:
        """Show nothing any more."""
        self._stop()

    @property
    def row(self) -> Row | None:
        """The row of the current lesion."""
        if self.session.lesion is None:
            return None
        rows = self.session.rows()
        return next((row for row in rows if row.lesion.id == self.session.lesion), None)

    def _marks(self, lesion: str | None) -> tuple[Mark, ...]:
        """Return the marks of a lesion at the current visit."""
        visit = self.session.visit
        if lesion is None or visit is None:
            return ()
        return self.session.draft.marks_of(lesion, visit)

    def _require_open(self) -> None:
        """Refuse what would change a visit that is not open, before anything is asked."""
        require_open(self.session.draft, self.session.visit)

    def _try(self, work: Callable[[], str | None]) -> bool:
        """Do something and say what it returns; what is refused is said, and changes nothing.

        Returns
        -------
        bool
            False where it was refused.
        """
        self._depth += 1
        is_done = False
        try:
            said = work()
            is_done = True
        except RecistkitError as error:
            said = str(error)
        finally:
            self._depth -= 1
            self._show()
        if said is not None:
            self._window.say(said)
        return is_done

    def _changed(self) -> None:
        self._is_stale = True
        self._show()

    def _show(self) -> None:
        """Show what has changed, once the command is at its end."""
        if self._is_stale and not self._depth:
            self._is_stale = False
            self._window.refresh()
