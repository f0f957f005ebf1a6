"""``recistkit check``: what somebody should look at before the responses are believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.options import (
    CriteriaOption,
    EventsOption,
    FileFormat,
    FormatOption,
    StrictOption,
    SubjectsOption,
    TableArgument,
    VisitsOption,
    tables_of,
)
from recistkit.cli.outputs import spare_inputs
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, name_criteria, print_table, say, write_into

__all__ = ["check"]

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="DIR",
        help="Folder for the table of findings; standard output unless given.",
        show_default=False,
    ),
]


def check(
    *,
    table: TableArgument,
    output: FolderOption = None,
    criteria: CriteriaOption = None,
    visits: VisitsOption = None,
    subjects: SubjectsOption = None,
    events: EventsOption = None,
    strict: StrictOption = False,
    file_format: FormatOption = FileFormat.csv,
) -> None:
    """Findings on the choice of targets and on the data, one row each.

    A finding is no error: the exit code is 0 unless --strict is given.
    """
    from recistkit.study.check import check as check_study

    tables = tables_of(table, visits, subjects, events)
    if output is not None:
        spare_inputs(output, [*tables.values(), criteria], names=["findings"])
    rules = name_criteria(criteria, table)
    with waiting("checking"):
        findings = check_study(**tables, criteria=rules)
        if output is None:
            print_table(findings, file_format.value)
        else:
            write_into(output, {"findings": findings}, file_format.value, replaces=())
    say(counted(findings.height, "finding"))
    if strict and findings.height:
        raise typer.Exit(FAULT)
