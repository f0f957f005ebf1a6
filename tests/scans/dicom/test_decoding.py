"""A decoder that crashes, runs away or fills the memory costs one series, not the program."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import find_series, load_found, load_series
from recistkit.scans.dicom import decoding
from tests.scans.dicom_files import stored_values, write_series
from tests.scans.loading import loaded, voxels_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

RLE = "1.2.840.10008.1.2.5"
OWN = Path(decoding.__file__).with_name("decoder_process.py")
BEFORE = f"""
import importlib.util, os, signal, sys, time
spec = importlib.util.spec_from_file_location("decoder_process", {str(OWN)!r})
decoder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(decoder)
"""


def compressed(folder: Path, slices: int = 3) -> None:
    """Write an RLE series."""

    def change(dataset: Dataset, _: int) -> None:
        dataset.compress(RLE, generate_instance_uid=False)

    write_series(folder, stored=stored_values(slices), change=change)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the processes that are started."""
    found: list[subprocess.Popen[bytes]] = []

    def start(*args: Any, **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401
        found.append(subprocess.Popen(*args, **options))
        return found[-1]

    monkeypatch.setattr(decoding, "_start", start)
    return found


FATES = {
    "crash": (
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "its pixels cannot be decoded: the decoder crashed",
    ),
    "end": ("os._exit(0)", "its pixels cannot be decoded: the decoder crashed"),
    "runaway": ("time.sleep(60)", "took above 3 s to decode"),
    "memory": (
        "return bytearray(8 * 1024**3)",
        "its pixels cannot be decoded: damaged, cut short, or of an unknown encoding (MemoryError)",
    ),
    "size": (
        "import numpy; return numpy.zeros((2, 2))",
        "its pixels are not of the size that its header states",
    ),
    "text": (
        "raise ValueError('Doe^Jane')",
        "its pixels cannot be decoded: damaged, cut short, or of an unknown encoding (ValueError)",
    ),
}


@pytest.mark.parametrize("fate", FATES)
def test_what_becomes_of_a_decoder_is_told_with_the_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[subprocess.Popen[bytes]],
    fate: str,
) -> None:
    deed, reason = FATES[fate]
    program = tmp_path / "program.py"
    program.write_text(
        f"{BEFORE}\nown = decoder._decoded\ndef decoded(request, encoded):\n"
        f"    if not request['path'].endswith('slice-001.dcm'): return own(request, encoded)\n"
        f"    {deed}\ndecoder._decoded = decoded\ndecoder.main()\n",
        encoding="utf-8",
    )
    compressed(tmp_path / "scan")
    monkeypatch.setattr(decoding, "_PROGRAM", program)
    if fate == "runaway":
        monkeypatch.setattr(decoding, "FRAME_SECONDS", 3.0)
    with pytest.raises(ScanError) as raised:
        load_series(tmp_path / "scan")
    assert str(raised.value) == f"slice-001.dcm: {reason}"
    assert [process.poll() is None for process in started] == [False]


def test_what_a_decoder_prints_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        f"{BEFORE}\nown = decoder._decoded\ndef decoded(request, encoded):\n"
        "    print('Doe^Jane'); os.write(1, b'Doe'); os.write(2, b'Jane')\n"
        "    return own(request, encoded)\ndecoder._decoded = decoded\ndecoder.main()\n",
        encoding="utf-8",
    )
    compressed(tmp_path / "scan")
    monkeypatch.setattr(decoding, "_PROGRAM", program)
    assert np.array_equal(voxels_of(loaded(tmp_path / "scan")[1]), stored_values(3) - 1024)


def test_many_slices_are_decoded_in_two_processes_in_their_order(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    compressed(tmp_path, slices=21)
    assert np.array_equal(voxels_of(loaded(tmp_path)[1]), stored_values(21) - 1024)
    assert [process.poll() is None for process in started] == [False, False]


def test_slices_that_are_asked_for_one_by_one_share_a_process(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    compressed(tmp_path)
    (found,) = find_series(tmp_path).series
    with decoding.Decoders() as decoders:
        values = [decoders.values(frame) for frame in found.frames]
        assert [process.poll() for process in started] == [None]
    assert np.array_equal(values, stored_values(3))
    assert [process.poll() is None for process in started] == [False]


def test_a_file_that_is_taken_away_before_it_is_decoded_is_named(tmp_path: Path) -> None:
    compressed(tmp_path)
    (found,) = find_series(tmp_path).series
    found.paths[1].unlink()
    with pytest.raises(ScanError) as raised:
        load_found(found)
    assert str(raised.value) == "slice-001.dcm: there is no such file"


def test_a_decoder_that_ends_before_it_is_asked_is_named_as_well(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    compressed(tmp_path)
    (found,) = find_series(tmp_path).series
    with decoding.Decoders() as decoders:
        decoders.values(found.frames[0])
        started[0].kill()
        started[0].wait()
        with pytest.raises(ScanError) as raised:
            decoders.values(found.frames[1])
    assert str(raised.value) == ("slice-001.dcm: its pixels cannot be decoded: the decoder crashed")
