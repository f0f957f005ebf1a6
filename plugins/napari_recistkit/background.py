"""Work in a thread that can be cancelled, and hands over in the window's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from qtpy.QtCore import QObject, Qt, Signal

from recistkit.errors import RecistkitError

__all__ = ["Background", "Cancelled", "Job", "Shown", "Unshown"]

Made = TypeVar("Made")
Kind = Literal["taken", "text", "finished", "failed"]
"""What arrives of a job: something on the way, how far it is, or one of its two ends."""


class Cancelled(Exception):  # noqa: N818  it is no error
    """What a cancelled job ends with."""


class Shown(Protocol):
    """Where it stands how far a job is."""

    def show_text(self, text: str) -> None:
        """Show how far."""

    def hide(self) -> None:
        """Show that nothing is done."""


class Unshown:
    """For work that nobody waits for: how far it is stands nowhere."""

    def show_text(self, text: str) -> None:
        """Show nothing."""

    def hide(self) -> None:
        """Show nothing."""


class Job:
    """One piece of work, as its own thread knows it.

    Parameters
    ----------
    send : callable
        Gives what arrives of it to the window's thread.
    """

    def __init__(self, send: Callable[[Job, Kind, object], None]) -> None:
        self._send: Callable[[Job, Kind, object], None] | None = send
        self._cancelled = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Tell it to stop; nothing that it makes is sent any more, to whoever is there then."""
        self._cancelled.set()
        self._send = None

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
        self.send("taken", made)

    def tell(self, text: str) -> None:
        """Say how far it is."""
        self.send("text", text)

    def send(self, kind: Kind, made: object) -> None:
        """Let something arrive in the window's thread, unless it was told to stop."""
        send = self._send
        if send is not None:
            send(self, kind, made)


@dataclass(frozen=True, slots=True)
class _Takers:
    """What is called in the window's thread with what arrives."""

    taken: Callable[[Any], None]
    text: Callable[[Any], None]
    finished: Callable[[Any], None]
    failed: Callable[[Any], None]


class Background(QObject):
    """Does one job at a time; the next one takes the place of the one before.

    What was cancelled is never heard of again, also where its thread is still
    at its last file: the thread knows the work, and nothing of the window.

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
        self._takers: _Takers | None = None
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
        job = Job(self._arrived.emit)
        self._job = job
        self._takers = _Takers(taken, self._progress.show_text, finished, failed)
        self._progress.show_text(text)
        threading.Thread(target=_run, args=(job, work), name=self._name, daemon=True).start()

    def cancel(self) -> bool:
        """Stop the job at its next file, and tell whether there was one."""
        job, self._job, self._takers = self._job, None, None
        if job is None:
            return False
        job.cancel()
        self._progress.hide()
        return True

    def close(self) -> None:
        """Stop, and let go of the thread: a scan that is being loaded holds no window up."""
        self.cancel()

    def _take(self, job: Job, kind: Kind, made: object) -> None:
        """Pass on what a thread made, in the window's thread."""
        takers = self._takers
        if job is not self._job or takers is None:
            return
        if kind in {"finished", "failed"}:
            self._job = self._takers = None
            self._progress.hide()
        getattr(takers, kind)(made)


def _run(job: Job, work: Callable[[Job], object]) -> None:
    """Do a job, in its thread, and send how it ended."""
    try:
        made = work(job)
    except Cancelled:
        return
    except RecistkitError as error:
        job.send("failed", str(error))
    except Exception as error:  # noqa: BLE001  the window must not wait for ever
        job.send("failed", f"an unexpected fault: {type(error).__name__}")
    else:
        job.send("finished", made)
