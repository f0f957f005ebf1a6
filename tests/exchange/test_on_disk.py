"""Files are written whole, to disk, and keep who may open them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from recistkit.exchange.on_disk import replace_on_disk, write_to_disk


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_to_disk(path, b"first")
    with pytest.raises(FileExistsError):
        write_to_disk(path, b"second")
    assert path.read_bytes() == b"first"


def test_a_file_is_replaced_and_who_may_open_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    replace_on_disk(path, b"first")
    path.chmod(0o640)
    before = stat.S_IMODE(path.stat().st_mode)
    replace_on_disk(path, b"second")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"second", before)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_file_that_cannot_be_replaced_is_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.csv"
    path.write_bytes(b"first")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left on device"):
        replace_on_disk(path, b"second")
    assert path.read_bytes() == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
