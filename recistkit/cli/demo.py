"""``recistkit demo``: the example study, from its scans to accepted responses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.waiting import waiting
from recistkit.cli.words import write_into

__all__ = ["demo"]

PLAIN_WIDTH = 100


def demo(
    output: Annotated[
        Path,
        typer.Option("--output", metavar="DIR", help="Folder for the result tables."),
    ] = Path("demo-results"),
) -> None:
    """Work through the example study: scans, rulers, both readers, the adjudicator's decisions.

    Prints a summary on standard output and writes the result tables of each rule set into a
    folder of its own. A scan that cannot be loaded is said to be so, and the exit code is 1.
    """
    from rich.console import Console

    from recistkit.cli.summary import print_summary
    from recistkit.study.demo import example_folder, run_demo, visit_folders

    folder = example_folder()
    with waiting("loading scans", total=len(visit_folders(folder))) as step:
        result = run_demo(folder, on_visit=step)
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    print_summary(Console(width=width, highlight=False, markup=False, emoji=False), result)
    for criteria, one in result.results.items():
        write_into(output / criteria, one.tables, "csv")
    if result.refused:
        raise typer.Exit(FAULT)
