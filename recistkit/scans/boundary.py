"""The one place where whatever a broken file raises becomes a `ScanError`."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recistkit.errors import GeometryError, RecistkitError, ScanError

__all__ = ["scan_boundary"]


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
        with warnings.catch_warnings(), _silenced("pydicom"), _silenced("nibabel.global"):
            warnings.simplefilter("ignore")
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


@contextmanager
def _silenced(name: str) -> Iterator[None]:
    """Keep a logger silent for a while."""
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
