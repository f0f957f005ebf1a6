"""The one place where whatever a broken file raises becomes a `ScanError`."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

from recistkit.errors import GeometryError, RecistkitError, ScanError

__all__ = ["scan_boundary", "silence"]

_RUST: Final = "pyo3_runtime"
"""Where the panics of decoders in Rust come from, which are no `Exception`."""
_LOUD: Final = ("pydicom", "nibabel.global")


@contextmanager
def scan_boundary(path: Path, failure: str) -> Iterator[None]:
    """Turn every exception into a `ScanError` about one file.

    Only the kind of a foreign exception is told: its text, and the warnings
    and logs of the libraries, may quote what stands in the file, which may be
    a name.

    Parameters
    ----------
    path : Path
        File or folder concerned.
    failure : str
        What could not be done, such as ``"its header cannot be understood"``.

    Raises
    ------
    ScanError
        Instead of whatever was raised inside.
    """
    try:
        with _SILENCE.kept():
            yield
    except GeometryError as error:
        raise ScanError(path, str(error)) from None
    except RecistkitError:
        raise
    except FileNotFoundError:
        raise ScanError(path, "there is no such file") from None
    except PermissionError:
        raise ScanError(path, "may not be opened") from None
    except MemoryError:
        raise ScanError(path, "does not fit into memory") from None
    except Exception as error:  # noqa: BLE001  a damaged file may make a decoder raise anything
        raise ScanError(path, f"{failure} ({type(error).__name__})") from None
    except BaseException as error:
        if type(error).__module__ != _RUST:
            raise
        raise ScanError(path, f"{failure} ({type(error).__name__})") from None


def silence() -> AbstractContextManager[None]:
    """Keep the warnings and logs of the libraries silent, over more than one file.

    Each boundary does so by itself; between hundreds of files it takes its time.
    """
    return _SILENCE.kept()


class _Silence:
    """Warnings and loggers that are silent as long as any thread is inside.

    Both belong to the whole process: were each thread to put back what it
    found, one of two would let the libraries speak while the other is still
    inside, and the last would put back the silence for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._put_back = ExitStack()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep silence for a while."""
        with self._lock:
            if not self._inside:
                self._begin()
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._put_back.close()

    def _begin(self) -> None:
        self._put_back.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        for name in _LOUD:
            logger = logging.getLogger(name)
            self._put_back.callback(setattr, logger, "disabled", logger.disabled)
            logger.disabled = True


_SILENCE: Final = _Silence()
