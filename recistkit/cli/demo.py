"""``recistkit demo``: the example study, from its scans to accepted responses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.waiting import waiting
from recistkit.cli.words import say, write_into

__all__ = ["demo"]

PLAIN_WIDTH = 100
STUDY = "study"


def demo(
    output: Annotated[
        Path,
        typer.Option("--output", metavar="DIR", help="Folder for the study and the result tables."),
    ] = Path("demo-results"),
) -> None:
    """Work through the example study: scans, rulers, both readers, the adjudicator's decisions.

    Makes the study in a folder of its own, for other commands to be tried on, prints a summary on
    standard output and writes the result tables of each rule set beside it. A study that is there
    already is used as it is.
    """
    from rich.console import Console

    from recistkit.cli.summary import print_summary
    from recistkit.model.scan_record import SCANS_FOLDER
    from recistkit.study.demo import run_demo
    from recistkit.study.example_study import begin_example, example_folder, visit_folders
    from recistkit.study.study_files import is_study

    study = output / STUDY
    if not is_study(study):
        with waiting("making the study"):
            begin_example(example_folder(), study)
        say(f"made the study {study.as_posix()}")
    with waiting("loading scans", total=len(visit_folders(study / SCANS_FOLDER))) as step:
        result = run_demo(study, on_visit=step)
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    print_summary(Console(width=width, highlight=False, markup=False, emoji=False), result)
    for criteria, one in result.results.items():
        write_into(output / criteria, one.tables, "csv")
    if result.refused:
        raise typer.Exit(FAULT)
