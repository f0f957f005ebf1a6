"""Loading one series after the other, as a test allows it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from napari_recistkit import loading
from recistkit.reading.grid import ViewGrid
from recistkit.scans import FoundSeries

if TYPE_CHECKING:
    import pytest

__all__ = ["Gate", "threads"]


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


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "recistkit-loading"]
