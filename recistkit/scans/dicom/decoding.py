"""Decoding of compressed slices in processes of their own, which are stopped when they run away.

Two are enough: whoever waits shares the machine. Each frame may take a certain
time, and each process a certain memory (not on Windows, and on macOS not for
sure); a decoder that crashes is one that could not decode.
"""

from __future__ import annotations

import json
import multiprocessing.spawn
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from recistkit.errors import ScanError
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom.stored_frame import StoredFrame, require_same

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FRAME_SECONDS", "Decoders"]

FRAME_SECONDS: Final = 60.0
"""What a frame may take, the start of the process included; a large one in proportion."""
_SMALL_FRAME_BYTES: Final = 2 * 1024**2
_PROCESSES: Final = 2
_WORTH_A_SECOND: Final = 8
_AHEAD: Final = 2
"""How many frames a process is asked for, so that it need not wait for the next."""
_PIPE_BYTES: Final = 1024**2
_LONGEST_LINE: Final = 4096
_PROGRAM: Final = Path(__file__).with_name("decoder_process.py")
_start = subprocess.Popen
_DAMAGED: Final = "its pixels cannot be decoded: damaged, cut short, or of an unknown encoding"


class Decoders:
    """Processes that decode, started when they are needed; they end with the ``with`` block."""

    def __init__(self) -> None:
        self._processes: list[_Decoder] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.end()
        self._processes.clear()

    def values(self, frame: StoredFrame) -> NDArray[Any]:
        """Return the stored values of a compressed slice, shape (rows, columns).

        Raises
        ------
        ScanError
            If it cannot be decoded within its time and memory. No process is
            asked again after that.
        """
        (values,) = self.each([frame])  # to its end: an iterator that is left ends the processes
        return values

    def each(self, frames: Sequence[StoredFrame]) -> Iterator[NDArray[Any]]:
        """Yield the stored values of compressed slices in their order, shape (rows, columns).

        Raises
        ------
        ScanError
            As for `values`.
        """
        most = _PROCESSES if len(frames) >= _WORTH_A_SECOND else 1
        while len(self._processes) < min(most, len(frames), os.cpu_count() or 1):
            self._processes.append(_Decoder())
        count = len(self._processes)
        ahead = count * _AHEAD
        try:
            for index, frame in enumerate(frames[:ahead]):
                self._processes[index % count].ask(frame)
            for index, frame in enumerate(frames):
                process = self._processes[index % count]
                values = process.answer(frame)
                if index + ahead < len(frames):
                    process.ask(frames[index + ahead])
                yield values
        except BaseException:  # answers that nobody waits for would be taken for those of others
            self.__exit__()
            raise


class _Decoder:
    """One process that decodes one frame after the other."""

    def __init__(self) -> None:
        self._process = _start(
            [_executable(), "-P", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._requests: Any = self._process.stdin
        self._answers: Any = self._process.stdout
        self._stopped = False
        _widen(self._answers)

    def ask(self, frame: StoredFrame) -> None:
        """Have a frame decoded.

        Raises
        ------
        ScanError
            If its file is there no more, or another.
        """
        with scan_boundary(frame.path, "cannot be opened"), frame.path.open("rb") as file:
            require_same(frame, os.fstat(file.fileno()))
        element = frame.element
        if element is None:
            raise ScanError(frame.path, "holds no pixels")
        request = {
            "path": str(frame.path.absolute()),
            "file_bytes": frame.file_bytes,
            "syntax": frame.syntax,
            "offset": element.offset,
            "length": element.length,
            "frame": frame.frame,
            "frames": frame.frames,
            "rows": frame.rows,
            "columns": frame.columns,
            "bits": frame.bits,
            "bits_stored": frame.bits_stored,
            "signed": frame.signed,
        }
        with suppress(OSError):  # a process that has ended is seen when it is to answer
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()

    def answer(self, frame: StoredFrame) -> NDArray[Any]:
        """Return the frame that was asked for.

        Raises
        ------
        ScanError
            If it could not be decoded, or took too long.
        """
        seconds = FRAME_SECONDS * max(1.0, frame.frame_bytes / _SMALL_FRAME_BYTES)
        limit = threading.Timer(seconds, self._stop)
        limit.start()
        try:
            return self._read(frame)
        except EOFError:
            if self._stopped:
                raise ScanError(frame.path, f"took above {seconds:.0f} s to decode") from None
            reason = "its pixels cannot be decoded: the decoder crashed"
            raise ScanError(frame.path, reason) from None
        finally:
            limit.cancel()

    def _read(self, frame: StoredFrame) -> NDArray[Any]:
        line = self._answers.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise EOFError
        answer = json.loads(line)
        if "error" in answer:
            raise ScanError(frame.path, f"{_DAMAGED} ({answer['error']})")
        if tuple(answer["shape"]) != (frame.rows, frame.columns):
            raise ScanError(frame.path, "its pixels are not of the size that its header states")
        dtype = np.dtype(answer["dtype"])
        if dtype.kind not in "iuf":
            raise ScanError(frame.path, f"{_DAMAGED} ({dtype})")
        values = np.empty(answer["shape"], dtype)
        memory, done = values.reshape(-1).view(np.uint8).data, 0
        while done < len(memory):
            count = self._answers.readinto(memory[done:])
            if not count:
                raise EOFError
            done += count
        return values

    def _stop(self) -> None:
        self._stopped = True
        self._process.kill()

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        with suppress(OSError):  # what it was asked after its end is still to be written
            self._requests.close()
        with self._process:
            pass


def _widen(pipe: Any) -> None:  # noqa: ANN401  a file
    """Let a pipe hold a whole slice, so that whoever writes need not wait; only Linux can."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _executable() -> str:
    """Return the Python that this one starts others with, also where it is built into a program."""
    path: str | bytes = multiprocessing.spawn.get_executable() or sys.executable
    return os.fsdecode(path)
