"""Diameters of a hundred labels against others: ``python -m tests.benchmarks.masks``.

All on one array of 512 x 512 x 300 voxels (uint8) in one process, in turns. What
scikit-image and pyradiomics take is worked out from a share of the slices and of
the labels: the whole would take minutes. pyradiomics needs an environment of its
own (it is built from source); ``RECISTKIT_PYRADIOMICS`` names its Python.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from recistkit.measure import diameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE: Final = (300, 512, 512)
LABELS: Final = 100
SPACING_MM: Final = (1.0, 0.75, 0.75)
STREAMS: Final = 60.0
SKIMAGE_TIMES: Final = 20.0
PYRADIOMICS_TIMES: Final = 40.0
SLICE_STEP: Final = 10
LABEL_STEP: Final = 10
PYRADIOMICS_VARIABLE: Final = "RECISTKIT_PYRADIOMICS"

PYRADIOMICS: Final = """
import json, sys, time
import numpy as np, SimpleITK
from radiomics import shape
import logging; logging.disable(logging.CRITICAL)
volume, spacing = np.load(sys.argv[1]), json.loads(sys.argv[2])
image = SimpleITK.GetImageFromArray(volume); image.SetSpacing(spacing[::-1])
seconds = 0.0
for label in json.loads(sys.argv[3]):
    places = [np.flatnonzero((volume == label).any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    low = [max(int(one[0]) - 1, 0) for one in places][::-1]
    size = [int(one[-1]) + 2 - a for one, a in zip(places[::-1], low)]
    piece = SimpleITK.RegionOfInterest(image, size, low) == label
    begin = time.perf_counter()
    features = shape.RadiomicsShape(piece, piece, label=1)
    features.getMaximum2DDiameterSliceFeatureValue()
    seconds += time.perf_counter() - begin
print(seconds)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    verdicts = mask_bars(parser.parse_args().runs)
    print(f"{sum(verdicts)} of {len(verdicts)} bars are met")
    return 0 if all(verdicts) else 1


def mask_bars(runs: int) -> list[bool]:
    """Print the figures, and return which bars are met."""
    volume = ellipsoids()
    diameters(volume[:50], SPACING_MM)  # imports
    seconds: dict[str, list[float]] = {}
    work: dict[str, Callable[[], float]] = {
        "streaming": lambda: _timed(lambda: volume.reshape(-1).view(np.uint64).sum()),
        "ours": lambda: _timed(lambda: diameters(volume, SPACING_MM)),
        "scikit-image": lambda: _skimage_seconds(volume),
    }
    for _ in range(runs):
        for name, one in work.items():
            seconds.setdefault(name, []).append(one())
    streams = [a / b for a, b in zip(seconds["ours"], seconds["streaming"], strict=True)]
    skimage = [a / b for a, b in zip(seconds["scikit-image"], seconds["ours"], strict=True)]
    for name, times in seconds.items():
        print(f"masks, {name}: {1000 * statistics.median(times):.1f} ms")
    verdicts = [
        _at_most("masks, times streaming the bytes once", streams, STREAMS),
        _at_least(
            "masks, scikit-image (from a tenth of the slices) to ours", skimage, SKIMAGE_TIMES
        ),
    ]
    python = os.environ.get(PYRADIOMICS_VARIABLE)
    if python is None:
        print(f"  masks, pyradiomics: not run, {PYRADIOMICS_VARIABLE} names no Python that has it")
        return verdicts
    theirs = _pyradiomics_seconds(python, volume)
    print(f"masks, pyradiomics: {theirs:.2f} s")
    ratios = [theirs / one for one in seconds["ours"]]
    bar = "masks, pyradiomics (from a tenth of the labels) to ours"
    return [*verdicts, _at_least(bar, ratios, PYRADIOMICS_TIMES)]


def ellipsoids(
    count: int = LABELS, shape: tuple[int, int, int] = SHAPE, seed: int = 1
) -> NDArray[np.uint8]:
    """Return ellipsoids in any direction, 8 to 32 voxels in radius, none of them over another."""
    generator = np.random.default_rng(seed)
    volume = np.zeros(shape, np.uint8)
    for label in range(1, count + 1):
        radii = generator.uniform(8, 32, 3)
        reach = radii.max() + 1
        centre = np.array([generator.uniform(reach, size - reach) for size in shape])
        axes, _ = np.linalg.qr(generator.normal(size=(3, 3)))
        low = np.maximum(0, centre - reach).astype(int)
        high = np.minimum(shape, centre + reach + 1).astype(int)
        ranges = [np.arange(a, b) - c for a, b, c in zip(low, high, centre, strict=True)]
        places = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1) @ axes / radii
        part = volume[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        part[((places**2).sum(axis=-1) <= 1) & (part == 0)] = label
    return volume


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _skimage_seconds(volume: NDArray[np.uint8]) -> float:
    """Return what scikit-image's Feret diameter takes for all slices, from every tenth."""
    from skimage.measure import regionprops

    begin = time.perf_counter()
    for plane in volume[::SLICE_STEP]:
        for region in regionprops(plane):  # type: ignore[no-untyped-call]
            region.feret_diameter_max  # noqa: B018  computed when it is asked for
    return (time.perf_counter() - begin) * SLICE_STEP


def _pyradiomics_seconds(python: str, volume: NDArray[np.uint8]) -> float:
    """Return what the largest diameter in a slice takes for all labels, from every tenth."""
    labels = list(range(1, LABELS + 1, LABEL_STEP))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "volume.npy"
        np.save(path, volume)
        command = [python, "-c", PYRADIOMICS, str(path), json.dumps(SPACING_MM), json.dumps(labels)]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(run.stdout.splitlines()[-1]) * LABEL_STEP


def _at_most(what: str, ratios: list[float], bar: float) -> bool:
    return _verdict(what, ratios, bar, statistics.median(ratios) <= bar)


def _at_least(what: str, ratios: list[float], bar: float) -> bool:
    return _verdict(what, ratios, bar, statistics.median(ratios) >= bar)


def _verdict(what: str, ratios: list[float], bar: float, met: bool) -> bool:
    spread = f"{min(ratios):.3g} to {max(ratios):.3g}"
    verdict = "met" if met else "MISSED"
    print(f"  {what}: {statistics.median(ratios):.3g} ({spread}), bar {bar:g}: {verdict}")
    return met


if __name__ == "__main__":
    sys.exit(main())
