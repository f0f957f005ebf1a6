"""Work on many tasks on a running Dask cluster.

Its scheduler gives the tasks of a worker that ended to another one. A task under
which several workers ended may have had bad company, and is tried once more by
itself before it is given up.
"""

from __future__ import annotations

import asyncio
import logging
import queue
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from recistkit.errors import ClusterError, OptionError, RecistkitError

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["done_on_cluster"]

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

ANSWER_SECONDS: Final = 10.0
"""How long a scheduler may take to answer, and to name a worker."""

RETURN_SECONDS: Final = 60.0
"""How long a cluster may be without workers in the middle of the work."""

_UNDER_WAY: Final = 1000
"""Tasks that the scheduler has at a time: more than most clusters have processors for."""

_SCHEMES: Final = {"tcp", "tls", "ws", "wss"}
_ENCRYPTED: Final = {"tls", "wss"}
_LOUD: Final = ("distributed.client", "distributed.core")


def done_on_cluster(
    tasks: Iterable[Task], work: Callable[[Task], Outcome], address: str
) -> Iterator[tuple[Task, Outcome | None]]:
    """Yield each task with its outcome, as they are done.

    Parameters
    ----------
    tasks : iterable
        What is to be done.
    work : callable
        A function of a module that the workers have too.
    address : str
        Where the scheduler is, such as ``tcp://10.0.0.5:8786``.

    Yields
    ------
    task, outcome
        The outcome is None where the task ended its workers.

    Raises
    ------
    OptionError
        If the library for clusters is not installed, or that is no address.
    ClusterError
        If no scheduler answers there, it has no workers, they do not have this
        program, or the cluster goes away.
    """
    with _connected(address) as client:
        cluster = _Cluster(client, address)
        left, suspects = iter(tasks), list[Task]()
        under_way: dict[Future[Any], Task] = {}
        while True:
            for task in islice(left, _UNDER_WAY - len(under_way)):
                under_way[cluster.submitted(work, task)] = task
            if not under_way:
                break
            future = cluster.next_done()
            task = under_way.pop(future)
            if cluster.ended_workers(future):
                suspects.append(task)
            else:
                yield task, cluster.result(future)
        for task in suspects:
            future = cluster.submitted(work, task)
            cluster.next_done()
            yield task, None if cluster.ended_workers(future) else cluster.result(future)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """Give a client of a cluster that answers and has a worker.

    Raises
    ------
    OptionError
        If the library for clusters is not installed, that is no address, or one
        that needs certificates which are not there.
    ClusterError
        If nothing answers there, or there is no worker.
    """
    try:
        import distributed
    except ImportError:
        needed = 'a cluster needs distributed: pip install "recistkit[cluster]"'
        raise OptionError(needed) from None
    place = _whole_address(address)
    with _quiet():
        try:
            asyncio.run(_require_answer(place))
            client = distributed.Client(place, timeout=ANSWER_SECONDS, set_as_default=False)
        except OSError:  # TimeoutError is one
            raise ClusterError(f"no Dask scheduler answers at {address}") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=ANSWER_SECONDS)
            except TimeoutError:
                raise ClusterError(f"the cluster at {address} has no worker") from None
            yield client


def _whole_address(address: str) -> str:
    """Return the address of a scheduler with its kind, ``tcp`` unless it says so.

    Raises
    ------
    OptionError
        If it is none.
    """
    place = address if "://" in address else f"tcp://{address}"
    try:
        parts = urlsplit(place)
        if parts.scheme in _SCHEMES and parts.hostname and parts.port:
            return place
    except ValueError:  # a port that is none
        pass
    message = f"the scheduler is {address!r}; expected an address such as tcp://10.0.0.5:8786"
    raise OptionError(message)


async def _require_answer(place: str) -> None:
    """Ask who is there: a client would wait for ever for one that takes calls and says nothing.

    Raises
    ------
    OSError
        If nobody answers in time.
    OptionError
        If the way there is encrypted, and there are no certificates for it.
    """
    from distributed import Security, rpc

    security = Security().get_connection_args("client")
    if urlsplit(place).scheme in _ENCRYPTED and security.get("ssl_context") is None:
        needed = "expected certificates in Dask's configuration (distributed.comm.tls)"
        raise OptionError(f"the scheduler is {place!r}; {needed}")
    async with rpc(place, connection_args=security, timeout=ANSWER_SECONDS) as scheduler:
        await asyncio.wait_for(scheduler.identity(), ANSWER_SECONDS)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's words on lost connections to itself: they are said once, by an error."""
    with ExitStack() as put_back:
        for name in _LOUD:
            logger = logging.getLogger(name)
            put_back.callback(setattr, logger, "disabled", logger.disabled)
            logger.disabled = True
        yield


class _Cluster:
    """A cluster at work: tasks in, futures out as they are done."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()

    def submitted(self, work: Callable[[Task], Outcome], task: Task) -> Future[Any]:
        """Return the future of a task."""
        future = self._client.submit(work, task, pure=False)
        future.add_done_callback(self._done.put)
        return future

    def next_done(self) -> Future[Any]:
        """Return the next future that is done, however it ended.

        Raises
        ------
        ClusterError
            If there are no workers any more.
        """
        while True:
            try:
                return self._done.get(timeout=ANSWER_SECONDS)
            except queue.Empty:
                try:
                    self._client.wait_for_workers(1, timeout=RETURN_SECONDS)
                except (TimeoutError, OSError):
                    raise self._gone() from None

    def ended_workers(self, future: Future[Any]) -> bool:
        """Return whether a task was given up since workers ended under it."""
        from distributed import KilledWorker

        return future.status == "error" and isinstance(future.exception(), KilledWorker)

    def result(self, future: Future[Outcome]) -> Outcome:
        """Return what came of a task.

        Raises
        ------
        ClusterError
            If nothing did, since the cluster went away or cannot run this program.
        """
        try:
            outcome: Outcome = future.result(timeout=RETURN_SECONDS)
        except RecistkitError:
            raise
        except ImportError:
            message = f"workers of the cluster at {self._address} have no recistkit, or another one"
            raise ClusterError(message) from None
        except Exception as error:  # noqa: BLE001  whatever the library or the worker raises
            if future.status == "error":
                kind = type(error).__name__
                message = f"a worker of the cluster at {self._address} could not work ({kind})"
                raise ClusterError(message) from None
            raise self._gone() from None
        return outcome

    def _gone(self) -> ClusterError:
        return ClusterError(f"the cluster at {self._address} went away in the middle of the work")
