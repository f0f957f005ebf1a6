"""Work on many tasks in this process, or in several others of this machine.

A process that ends in the middle of a task, for want of memory or by a fault of
a decoder, takes no other task with it: what was under way is done again, each
task in a process of its own, and the rest goes on in new processes.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Final, TypeVar

from recistkit.errors import OptionError

__all__ = ["done_here"]

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

_MOST_WORKERS: Final = 61
"""Windows waits for no more processes than that."""

_AHEAD: Final = 2
"""Tasks under way for each process, so that none has to wait for its next one."""


def done_here(
    tasks: Iterable[Task], work: Callable[[Task], Outcome], workers: int
) -> Iterator[tuple[Task, Outcome | None]]:
    """Yield each task with its outcome, as they are done.

    Parameters
    ----------
    tasks : iterable
        What is to be done.
    work : callable
        A function of a module, from a task to its outcome.
    workers : int
        How many processes; with 1 this one does it all.

    Yields
    ------
    task, outcome
        The outcome is None where the task ended its process.

    Raises
    ------
    OptionError
        If there is less than one worker.
    """
    if workers < 1:
        raise OptionError(f"workers is {workers}; expected 1 or more")
    if workers == 1:
        return ((task, work(task)) for task in tasks)
    return _done_by_processes(iter(tasks), work, min(workers, _MOST_WORKERS))


def _done_by_processes(
    tasks: Iterator[Task], work: Callable[[Task], Outcome], workers: int
) -> Iterator[tuple[Task, Outcome | None]]:
    """Yield each task with its outcome; see `done_here`."""
    pool = _processes(workers)
    under_way: dict[Future[Outcome], Task] = {}
    try:
        while True:
            for task in islice(tasks, workers * _AHEAD - len(under_way)):
                under_way[_submitted(pool, work, task)] = task
            if not under_way:
                return
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            if any(isinstance(one.exception(), BrokenProcessPool) for one in done):
                pool.shutdown(wait=True, cancel_futures=True)
                pool = _processes(workers)
                yield from _done_again(under_way, work)
                under_way = {}
                continue
            for future in done:
                yield under_way.pop(future), future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[[Task], Outcome], task: Task
) -> Future[Outcome]:
    """Return the future of a task, which has failed already if the pool is broken."""
    try:
        return pool.submit(work, task)
    except BrokenProcessPool as error:
        future: Future[Outcome] = Future()
        future.set_exception(error)
        return future


def _done_again(
    under_way: dict[Future[Outcome], Task], work: Callable[[Task], Outcome]
) -> Iterator[tuple[Task, Outcome | None]]:
    """Yield the tasks that were under way when a process ended, each done by itself."""
    for future, task in under_way.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            yield task, future.result()
            continue
        with _processes(1) as pool:
            try:
                yield task, pool.submit(work, task).result()
            except BrokenProcessPool:
                yield task, None


def _processes(workers: int) -> ProcessPoolExecutor:
    """Return processes that begin anew, the same way on every system."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begun)


def _begun() -> None:
    """Leave it to the first process to be interrupted, and end when it has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process as soon as the one that began it is there no more, even if killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
