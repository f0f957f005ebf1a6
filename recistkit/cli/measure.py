"""``recistkit measure``: diameters of every label of mask files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.output_file import format_of, write_file
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, joined, say, warn
from recistkit.errors import OptionError

if TYPE_CHECKING:
    from recistkit.measure.mask_outline import Convention
    from recistkit.scans.masks.cohort import MeasuredMasks
    from recistkit.scans.masks.kept_outcomes import KeptOutcomes

__all__ = ["measure"]


class ConventionWord(StrEnum):
    """Where a voxel ends."""

    contour = "contour"
    centres = "centres"
    corners = "corners"


def measure(
    masks: Annotated[
        list[Path],
        typer.Argument(
            metavar="MASKS",
            help="Label volumes: NIfTI, NRRD or DICOM segmentations.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            metavar="FILE",
            help="The measurements table: .csv, .parquet or .json; one of an earlier run is "
            "replaced. Until it is written FILE.part keeps what is measured, and an interrupted "
            "run goes on from there when it is called again.",
            show_default=False,
        ),
    ],
    convention: Annotated[
        ConventionWord,
        typer.Option(
            "--convention",
            metavar="contour|centres|corners",
            help="Where a voxel ends: half a voxel from its centre along rows and columns, at its "
            "centre, or at its corners.",
        ),
    ] = ConventionWord.contour,
    largest_component: Annotated[
        bool,
        typer.Option(
            "--largest-component",
            help="Measure the largest piece of each label only, not the whole label.",
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="Files measured at a time; the result is the same for any number. 1 unless given.",
            show_default=False,
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="Measure on the running Dask cluster whose scheduler is there, such as "
            "tcp://10.0.0.5:8786; its workers see the files at the same paths.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Longest diameter, perpendicular short axis and volume of every label of mask files.

    The longest diameter is taken over all slices as they were acquired, the short axis in the same
    slice. A file that cannot be measured is named with its reason, the others are measured, and the
    exit code is 1.
    """
    if workers is not None and scheduler is not None:
        raise OptionError("--workers and --scheduler exclude each other; expected one of them")
    _require_inputs(masks, output)
    from recistkit.scans.masks.cohort import measured_masks
    from recistkit.scans.masks.kept_outcomes import kept_path

    with _kept(
        kept_path(output), convention=convention.value, largest_component=largest_component
    ) as kept:
        with waiting("measuring", total=len(masks)) as step:
            done = measured_masks(
                masks,
                convention=convention.value,
                largest_component=largest_component,
                workers=workers or 1,
                scheduler=scheduler,
                kept=kept,
                on_file=step,
            )
        _say_state(done, len(masks))
        write_file(output, done.table)
        kept.remove()
    measured = counted(len(masks) - len(done.refused), "file")
    labels = counted(done.table.height, "label")
    say(f"wrote {labels} of {measured} to {output} (convention {convention.value})")
    if done.refused:
        say(f"not measured: {counted(len(done.refused), 'file')} of {len(masks)}")
        raise typer.Exit(FAULT)


def _require_inputs(masks: list[Path], output: Path) -> None:
    """Refuse masks that are named twice, and an output that stands for something else.

    Raises
    ------
    OptionError
    """
    format_of(output)
    twice = sorted({str(path) for path in masks if masks.count(path) > 1})
    if twice:
        verb = "is" if len(twice) == 1 else "are"
        raise OptionError(f"{joined(twice)} {verb} named twice; expected each mask once")
    if output.exists() and any(path.exists() and output.samefile(path) for path in masks):
        raise OptionError(f"{output} is a mask of this run; expected another --output")
    _require_no_sidecar(output)


def _require_no_sidecar(output: Path) -> None:
    """Refuse an output that would be taken for the description of a scan or a mask beside it.

    Raises
    ------
    OptionError
    """
    from recistkit.scans.volume_files.sidecar import VOLUME_SUFFIXES

    if output.suffix.lower() == ".json":
        for volume in map(output.with_suffix, VOLUME_SUFFIXES):
            if volume.exists():
                message = f"{output} is where the description (JSON sidecar) of {volume.name}"
                raise OptionError(f"{message} stands; expected another --output")


@contextmanager
def _kept(path: Path, *, convention: Convention, largest_component: bool) -> Iterator[KeptOutcomes]:
    """Give what an interrupted run kept; say what is kept if this one is interrupted."""
    from recistkit.scans.masks.kept_outcomes import KeptOutcomes

    with KeptOutcomes(path, convention=convention, largest_component=largest_component) as kept:
        if kept.of_another_run:
            say(f"{path} is of a run with other options or by another version: not used")
        try:
            yield kept
        except BaseException:
            if kept.count:
                files = counted(kept.count, "measured file")
                say(f"{path} keeps {files}; the same command goes on from there")
            raise


def _say_state(done: MeasuredMasks, total: int) -> None:
    """Say what is to be noted of files, which were refused, and how many were taken over."""
    warn(f"{path}: {note}" for path, note in done.noted)
    for error in done.refused:
        say(f"{error.path}: {error.reason}")
    if done.taken_over:
        say(f"taken over from an interrupted run: {counted(done.taken_over, 'file')} of {total}")
