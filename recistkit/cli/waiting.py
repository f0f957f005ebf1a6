"""Progress on standard error, for whatever takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["waiting"]

PATIENCE_SECONDS: Final = 2.0
"""What is done within this time shows no progress bar."""


@contextmanager
def waiting(what: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Show a progress bar after two seconds, if standard error is a terminal.

    Parameters
    ----------
    what : str
        What is being done.
    total : int, optional
        Number of steps; unknown unless given.

    Yields
    ------
    callable
        To be called after each step.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(what, total=total)
    starter = threading.Timer(PATIENCE_SECONDS, progress.start)
    starter.daemon = True
    starter.start()
    try:
        yield lambda: progress.advance(task)
    finally:
        starter.cancel()
        starter.join()
        progress.stop()
