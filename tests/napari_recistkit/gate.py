"""Loading one series after the other, and searching file by file, as a test allows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from napari_recistkit import loading
from recistkit.reading.grid import ViewGrid
from recistkit.scans import FolderContents, FoundSeries, find_series

if TYPE_CHECKING:
    import pytest

__all__ = ["Gate", "SearchGate", "threads"]


class Gate:
    """Lets series be loaded one by one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.may = threading.Semaphore(0)
        self.loaded: list[str] = []
        self._load = loading.load_one
        patch.setattr(loading, "load_one", self._wait)

    def _wait(self, found: FoundSeries) -> tuple[ViewGrid | None, str]:
        assert self.may.acquire(timeout=20)
        assert found.series is not None
        self.loaded.append(found.series.uid)
        return self._load(found)


class SearchGate:
    """Lets a search for cases look at one file of the visits after the other.

    Attributes
    ----------
    held : list of str
        Where the search came to a file and waited: names of visits, with their subjects.
    """

    def __init__(self, patch: pytest.MonkeyPatch, study: Path) -> None:
        self.may = threading.Semaphore(0)
        self.held: list[str] = []
        self._study = study
        self._find = find_series
        patch.setattr("recistkit.reading.cases.find_series", self._wait)

    def _wait(self, path: Path, *, on_file: Callable[[], None]) -> FolderContents:
        def held() -> None:
            if path.is_relative_to(self._study):
                self.held.append(path.relative_to(self._study).as_posix())
                assert self.may.acquire(timeout=20)
            on_file()

        return self._find(path, on_file=held)


def threads(name: str = "recistkit-loading") -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == name]
