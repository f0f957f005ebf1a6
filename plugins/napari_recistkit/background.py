"""Work in a thread that can be cancelled, and hands over in the window's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from qtpy.QtCore import QObject, Qt, Signal

from recistkit.errors import RecistkitError

__all__ = ["Background", "Cancelled", "Job", "Shown"]

LONGEST_WAIT_SECONDS: Final = 60.0

Made = TypeVar("Made")


class Cancelled(Exception):  # noqa: N818  it is no error
    """What a cancelled job ends with."""


class Shown(Protocol):
    """Where it stands how far a job is."""

    def show_text(self, text: str) -> None:
        """Show how far."""

    def hide(self) -> None:
        """Show that nothing is done."""


class Job:
    """One piece of work, as its own thread knows it.

    Parameters
    ----------
    hand_over, tell : callable
        Give what was made, and how far it is, to the window's thread.
    """

    def __init__(
        self, hand_over: Callable[[Job, Any], None], tell: Callable[[Job, str], None]
    ) -> None:
        self._hand_over = hand_over
        self._tell = tell
        self._cancelled = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Tell it to stop; nothing that it makes is taken any more."""
        self._cancelled.set()

    def check(self) -> None:
        """Go on only if nobody told it to stop; to be called before each file.

        Raises
        ------
        Cancelled
            If it was told to stop.
        """
        if self.is_cancelled:
            raise Cancelled

    def hand_over(self, made: object) -> None:
        """Give something to the window."""
        self._hand_over(self, made)

    def tell(self, text: str) -> None:
        """Say how far it is."""
        self._tell(self, text)


class Background(QObject):
    """Does one job at a time; the next one takes the place of the one before.

    What was cancelled is never heard of again, also where its thread is still
    at its last file.

    Parameters
    ----------
    name : str
        What its threads are called.
    progress : Shown
        Where it stands how far the job is.
    """

    _arrived = Signal(object, object, object)

    def __init__(self, name: str, progress: Shown) -> None:
        super().__init__()
        self._name = name
        self._progress = progress
        self._job: Job | None = None
        self._threads: list[threading.Thread] = []
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """Whether there is a job whose end was not heard of."""
        return self._job is not None

    def start(
        self,
        text: str,
        work: Callable[[Job], Made],
        *,
        finished: Callable[[Made], None],
        failed: Callable[[str], None],
        taken: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """Begin a job; one that is under way is cancelled.

        Parameters
        ----------
        text : str
            What is done, until the job tells how far it is.
        work : callable
            Called in a thread, with the job.
        finished : callable
            Called with what the work returned.
        failed : callable
            Called with the reason why it came to nothing.
        taken : callable
            Called with each thing that the job hands over on the way.
        """
        self.cancel()
        arrived, show = self._arrived.emit, self._progress.show_text
        job = Job(
            lambda job, made: arrived(job, taken, made), lambda job, text: arrived(job, show, text)
        )

        def run() -> None:
            try:
                made = work(job)
            except Cancelled:
                return
            except RecistkitError as error:
                arrived(job, self._ended(failed), str(error))
            except Exception as error:  # noqa: BLE001  the window must not wait for ever
                arrived(job, self._ended(failed), f"an unexpected fault: {type(error).__name__}")
            else:
                arrived(job, self._ended(finished), made)

        thread = threading.Thread(target=run, name=self._name, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        self._job = job
        show(text)
        thread.start()

    def cancel(self) -> bool:
        """Stop the job at its next file, and tell whether there was one."""
        job, self._job = self._job, None
        if job is None:
            return False
        job.cancel()
        self._progress.hide()
        return True

    def close(self) -> None:
        """Stop, and wait for the threads: they must not outlive their window."""
        self.cancel()
        for thread in self._threads:
            thread.join(LONGEST_WAIT_SECONDS)

    def _take(self, job: Job, take: Callable[[Any], None], made: object) -> None:
        """Pass on what a thread made, in the window's thread."""
        if not job.is_cancelled:
            take(made)

    def _ended(self, end: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what is called at the end of a job, in the window's thread."""

        def take(made: object) -> None:
            self._job = None
            self._progress.hide()
            end(made)

        return take
