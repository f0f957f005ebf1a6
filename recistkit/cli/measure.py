"""``recistkit measure``: diameters of every label of mask files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.output_file import format_of, write_file
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, joined, say, warn
from recistkit.errors import OptionError

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
            "replaced.",
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
        int,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="Files measured at a time; the result is the same for any number.",
        ),
    ] = 1,
) -> None:
    """Longest diameter, perpendicular short axis and volume of every label of mask files.

    The longest diameter is taken over all slices as they were acquired, the short axis in the same
    slice. A file that cannot be measured is named with its reason, the others are measured, and the
    exit code is 1.
    """
    _require_inputs(masks, output)
    from recistkit.scans.measured_masks import measured_masks

    with waiting("measuring", total=len(masks)) as step:
        done = measured_masks(
            masks,
            convention=convention.value,
            largest_component=largest_component,
            workers=workers,
            on_file=step,
        )
    warn(f"{path}: holds no label" for path in done.without_labels)
    for error in done.refused:
        say(f"{error.path}: {error.reason}")
    if len(done.refused) < len(masks):
        write_file(output, done.table)
        measured = counted(len(masks) - len(done.refused), "file")
        labels = counted(done.table.height, "label")
        say(f"wrote {labels} of {measured} to {output} (convention {convention.value})")
    if done.refused:
        say(f"not measured: {counted(len(done.refused), 'file')} of {len(masks)}")
        raise typer.Exit(FAULT)


def _require_inputs(masks: list[Path], output: Path) -> None:
    """Refuse masks that are named twice, and an output that is one of them or of no known kind.

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
