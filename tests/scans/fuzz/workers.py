"""Processes in which damaged files are tried: limited in memory and time, made anew when lost."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, NamedTuple, cast

from tests.scans.fuzz.dicom_mutations import DICOM
from tests.scans.fuzz.doors import Outcome, check_text, tried
from tests.scans.fuzz.mutations import ANY_FILE, Mutation
from tests.scans.fuzz.seeds import Seed
from tests.scans.fuzz.volume_mutations import NIFTI, NRRD

if sys.platform != "win32":
    import resource

__all__ = ["MEMORY_BYTES", "SECONDS", "Case", "Result", "damaged", "results"]

MEMORY_BYTES: Final = 1024**3
"""How much more than at its beginning a process may have of address space."""
SECONDS: Final = 90.0
"""How long one file may take, through all doors."""

_MUTATIONS: Final[Mapping[str, Sequence[Mutation]]] = {
    "dicom": (*ANY_FILE, *DICOM),
    "nifti": NIFTI,
    "nrrd": NRRD,
    "segmentation": (*ANY_FILE, *DICOM),
}
_MOST_CHANGES: Final = (1, 1, 1, 2, 3)
_DEFAULT_LIMITS_EVERY: Final = 8
_SPAWN: Final = get_context("spawn")
_READY: Final = "ready"
_CASE: Final = "case"
_SAID: Final = "said.txt"
Seeds = Mapping[str, Sequence[Seed]]
Doors = Callable[[Path, bool], Outcome]
"""What a file is put through, and whether also as a command does it."""


class Case(NamedTuple):
    """One damaged file: the same for the same seed, kind and number."""

    seed: int
    kind: str
    number: int


@dataclass(slots=True)
class Result:
    """What became of one damaged file.

    Attributes
    ----------
    case : Case
    name : str
        Of the sound file.
    outcome : Outcome
    peak_bytes : int
        The most memory that the process and those it began have had so far.
    files : mapping of str to bytes
        The damaged file and those beside it, where there is a fault.
    """

    case: Case
    name: str
    outcome: Outcome
    peak_bytes: int = 0
    files: Mapping[str, bytes] = field(default_factory=dict)


def sound_file(case: Case, seeds: Seeds) -> Seed:
    """Return the sound file that is damaged."""
    return seeds[case.kind][case.number % len(seeds[case.kind])]


def damaged(case: Case, seeds: Seeds) -> bytes:
    """Return what becomes of a sound file; the first cases are the sound files themselves."""
    chance = random.Random(f"{case.seed}/{case.kind}/{case.number}")
    data = sound_file(case, seeds).data
    if case.number >= len(seeds[case.kind]):
        for _ in range(chance.choice(_MOST_CHANGES)):
            data = chance.choice(_MUTATIONS[case.kind])(data, chance)
    return data


def results(
    cases: Iterable[Case],
    seeds: Seeds,
    folder: Path,
    *,
    workers: int,
    seconds: float = SECONDS,
    through: Doors = tried,
) -> Iterator[Result]:
    """Yield what became of each case, in no order.

    Parameters
    ----------
    cases : iterable of Case
        What to try.
    seeds : mapping of str to sequence of Seed
        The sound files of each kind.
    folder : Path
        Where files are written.
    workers : int
        Number of processes.
    seconds : float
        How long a case may take.
    through : callable
        What each file is put through.
    """
    todo: queue.SimpleQueue[Case | None] = queue.SimpleQueue()
    for case in (*cases, *(None,) * workers):
        todo.put(case)
    done: queue.SimpleQueue[Result | BaseException | None] = queue.SimpleQueue()

    def serve(number: int) -> None:
        worker = _Worker(seeds, folder / str(number), seconds, through)
        try:
            while (case := todo.get()) is not None:
                done.put(worker.result_of(case))
            done.put(None)
        except BaseException as error:  # noqa: BLE001  raised again where somebody sees it
            done.put(error)
        finally:
            worker.end()

    for number in range(workers):
        threading.Thread(target=serve, args=(number,), daemon=True).start()
    left = workers
    while left:
        result = done.get()
        if isinstance(result, BaseException):
            raise result
        left -= result is None
        if result is not None:
            yield result


class _Worker:
    """A process in which cases are tried one after the other."""

    def __init__(self, seeds: Seeds, folder: Path, seconds: float, through: Doors) -> None:
        self._seeds, self._folder, self._seconds = seeds, folder, seconds
        self._through = through
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def result_of(self, case: Case) -> Result:
        """Return what became of a case, also where it took the process with it or never ended."""
        connection = self._begun()
        connection.send(case)
        try:
            if connection.poll(self._seconds):
                return cast("Result", connection.recv())
            fault = f"no end within {self._seconds:.0f} seconds"
        except EOFError:
            fault = "the process ended"
        assert self._process is not None
        self._process.join(1)
        code = self._process.exitcode
        self.end()
        outcome = Outcome()
        outcome.fault(fault if code is None else f"{fault} (exit code {code})")
        files = {one.name: one.read_bytes() for one in (self._folder / _CASE).iterdir()}
        return Result(case, sound_file(case, self._seeds).name, outcome, files=files)

    def end(self) -> None:
        """End the process, and those it began."""
        if self._process is None or self._process.pid is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.join()
        self._process = None

    def _begun(self) -> Connection:
        """Return the connection to a process that is ready."""
        if self._process is None:
            self._connection, other = _SPAWN.Pipe()
            self._process = _SPAWN.Process(
                target=_work,
                args=(other, self._seeds, self._folder, self._through),
                daemon=True,  # whoever stops the run stops them
            )
            self._process.start()
            other.close()
            if self._connection.recv() != _READY:
                raise RuntimeError("a process did not begin")
        assert self._connection is not None
        return self._connection


def _work(connection: Connection, seeds: Seeds, folder: Path, through: Doors) -> None:
    """Try the cases that come in until there are no more."""
    if sys.platform != "win32":
        os.setsid()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _SAID).open("wb") as said:
        os.dup2(said.fileno(), sys.stderr.fileno())
        os.dup2(said.fileno(), sys.stdout.fileno())
        for kind in seeds:  # whatever is imported is so before memory is limited
            _result(Case(0, kind, 0), seeds, folder, tried)
        _limit_memory()
        connection.send(_READY)
        with contextlib.suppress(EOFError):
            while True:
                connection.send(_result(connection.recv(), seeds, folder, through))


def _result(case: Case, seeds: Seeds, folder: Path, through: Doors) -> Result:
    """Return what becomes of a case."""
    place, said = folder / _CASE, folder / _SAID
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    seed, data = sound_file(case, seeds), damaged(case, seeds)
    for name, content in {**seed.beside, seed.file: data}.items():
        (place / name).write_bytes(content)
    spoken = said.stat().st_size
    outcome = through(place / seed.file, not case.number % _DEFAULT_LIMITS_EVERY)
    with said.open("rb") as file:
        file.seek(spoken)
        words = file.read().decode(errors="replace")
    if words:
        check_text(outcome, "standard error", words, longest=10**6)
    files = {**seed.beside, seed.file: data} if outcome.faults else {}
    return Result(case, seed.name, outcome, _peak_bytes(), files)


def _limit_memory() -> None:
    """Let the process have no more than `MEMORY_BYTES` above what it has; on Linux only."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _peak_bytes() -> int:
    """Return the most memory that this process has had, or one that it began; 0 if unknown."""
    if sys.platform != "linux":
        return 0
    people = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return 1024 * max(resource.getrusage(one).ru_maxrss for one in people)
