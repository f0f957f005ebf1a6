"""Loading of a series against SimpleITK's reader: ``python -m tests.benchmarks.loading``.

One series of 300 slices of 512 x 512 (int16, private elements, file names in
no order), uncompressed and RLE, in one process, in turns: our search of the
folder and loading, SimpleITK's list of the folder and its series reader, and
the bare reading of the files.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import SimpleITK

from recistkit.scans import load_series
from tests.scans.dicom_files import write_series

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

SLICES: Final = 300
SIDE: Final = 512
TO_SIMPLEITK: Final = 2.0
RAW_READS: Final = 12.0
RLE_TO_SIMPLEITK: Final = 5.0
RLE: Final = "1.2.840.10008.1.2.5"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    verdicts = loading_bars(parser.parse_args().runs)
    print(f"{sum(verdicts)} of {len(verdicts)} bars are met")
    return 0 if all(verdicts) else 1


def loading_bars(runs: int) -> list[bool]:
    """Print the figures, and return which bars are met."""
    with tempfile.TemporaryDirectory() as name:
        plain, packed = Path(name) / "plain", Path(name) / "rle"
        _write(plain, packed)
        _same_voxels(plain, packed)
        uncompressed = _in_turns(plain, runs)
        rle = _in_turns(packed, runs)
    return [
        _verdict(
            "loading, SimpleITK to ours, uncompressed",
            _ratios(uncompressed, "SimpleITK", "ours"),
            TO_SIMPLEITK,
            at_least=True,
        ),
        _verdict(
            "loading, times the bare reading of the files",
            _ratios(uncompressed, "ours", "bare"),
            RAW_READS,
            at_least=False,
        ),
        _verdict(
            "loading, SimpleITK to ours, RLE",
            _ratios(rle, "SimpleITK", "ours"),
            RLE_TO_SIMPLEITK,
            at_least=True,
        ),
    ]


def _write(plain: Path, packed: Path) -> None:
    """Write the series as it is, and compressed."""
    generator = np.random.default_rng(1)
    names = [f"{number:06d}.dcm" for number in range(SLICES)]
    random.Random(1).shuffle(names)

    def private(dataset: Dataset, _: int) -> None:
        block = dataset.private_block(0x0009, "RECISTKIT BENCHMARK", create=True)
        for number in range(20):
            block.add_new(number, "LO", f"value {number}")
        block.add_new(30, "OB", bytes(2000))

    def compressed(dataset: Dataset, index: int) -> None:
        private(dataset, index)
        dataset.compress(RLE, generate_instance_uid=False)

    stored = _anatomy(generator)
    for folder, change in ((plain, private), (packed, compressed)):
        write_series(folder, stored=stored, change=change, names=names, step_mm=(0.0, 0.0, 1.0))


def _anatomy(generator: np.random.Generator) -> NDArray[np.int16]:
    """Return smooth shapes with noise, shape (slices, rows, columns)."""
    rows, columns = np.indices((SIDE, SIDE)) / SIDE
    volume = np.empty((SLICES, SIDE, SIDE), np.int16)
    for index in range(SLICES):
        smooth = 200 * np.sin(9 * rows + index / 30) * np.cos(7 * columns) + 1000
        volume[index] = smooth + generator.normal(0, 15, (SIDE, SIDE))
    return volume


def _same_voxels(plain: Path, packed: Path) -> None:
    """See to it that all read the same; loads what is imported late, too."""
    ours = [_array(load_series(folder)[1]) for folder in (plain, packed)]
    if not np.array_equal(ours[0], ours[1]) or not np.array_equal(ours[0], _array(_itk(plain))):
        raise SystemExit("the voxels differ")


def _array(image: Any) -> NDArray[Any]:  # noqa: ANN401  SimpleITK has no types
    voxels: NDArray[Any] = SimpleITK.GetArrayFromImage(image)
    return voxels


def _itk(folder: Path) -> Any:  # noqa: ANN401  SimpleITK has no types
    reader: Any = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def _bare(folder: Path) -> None:
    for path in folder.iterdir():
        path.read_bytes()


def _in_turns(folder: Path, runs: int) -> dict[str, list[float]]:
    """Return the seconds of each way to read a folder."""
    work: dict[str, Callable[[], object]] = {
        "bare": lambda: _bare(folder),
        "ours": lambda: load_series(folder),
        "SimpleITK": lambda: _itk(folder),
    }
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(runs):
        for name, one in work.items():
            begin = time.perf_counter()
            one()
            seconds[name].append(time.perf_counter() - begin)
    for name, times in seconds.items():
        print(f"loading, {folder.name}, {name}: {1000 * statistics.median(times):.0f} ms")
    return seconds


def _ratios(seconds: dict[str, list[float]], slow: str, quick: str) -> list[float]:
    return [a / b for a, b in zip(seconds[slow], seconds[quick], strict=True)]


def _verdict(what: str, ratios: list[float], bar: float, *, at_least: bool) -> bool:
    middle = statistics.median(ratios)
    met = middle >= bar if at_least else middle <= bar
    spread = f"{min(ratios):.3g} to {max(ratios):.3g}"
    print(f"  {what}: {middle:.3g} ({spread}), bar {bar:g}: {'met' if met else 'MISSED'}")
    return met


if __name__ == "__main__":
    sys.exit(main())
