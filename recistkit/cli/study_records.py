"""``recistkit study``: what stands on record: decisions, verification, exports."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.example import example
from recistkit.cli.faults import FAULT
from recistkit.cli.study import ReasonOption, StudyArgument, SubjectOption, study_program
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, say, warn


class Choice(StrEnum):
    """What an adjudicator can choose."""

    A = "A"
    B = "B"
    neither = "neither"


@study_program.command(
    "adjudicate",
    short_help="Decide between two reads.",
    epilog=example("recistkit study adjudicate trial --subject S001 --accept A --reason 'liver'"),
)
def adjudicate(
    study: StudyArgument,
    subject: SubjectOption,
    accept: Annotated[
        Choice,
        typer.Option("--accept", metavar="A|B|neither", help="The read.", show_default=False),
    ],
    reason: ReasonOption,
) -> None:
    """Accept one of the two reads of a subject, as the case shows them: A and B, or neither."""
    from recistkit.study.adjudicating import adjudicate as decide
    from recistkit.study.adjudicating import case_to_adjudicate
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(study) as opened:
        decide(opened, case_to_adjudicate(opened, subject), accept.value, reason)
    say(f"{subject}: {accept.value} is on record")


@study_program.command(
    "verify",
    short_help="Say whether anything was changed or lost.",
    epilog=example("recistkit study verify trial"),
)
def verify(study: StudyArgument) -> None:
    """Look at chains, anchors, triggers, tables and the hashes of all scans; change nothing.

    Prints a line for everything that is wrong; exit code 1 where anything is. A reader verifies
    his own file only.
    """
    from recistkit.study.verifying import verify_study

    with waiting("verifying"):
        problems = verify_study(study)
    for problem in problems:
        typer.echo(problem)
    say(f"{counted(len(problems), 'problem')} found" if problems else "everything is as recorded")
    if problems:
        raise typer.Exit(FAULT)


@study_program.command(
    "export",
    short_help="Write signed reads, tables and the audit trail.",
    epilog=example("recistkit study export trial --output trial-export"),
)
def export(
    study: StudyArgument,
    output: Annotated[
        Path,
        typer.Option("--output", metavar="DIR", help="A new folder.", show_default=False),
    ],
) -> None:
    """Write the signed documents, their tables, the decisions, the charter and the audit trail.

    SHA256SUMS names every file, and the study keeps on record that it was exported.
    """
    from recistkit.study.exporting import export_study
    from recistkit.study.folder import StudyFolder
    from recistkit.study.unknown_signatures import unknown_signatures

    with StudyFolder.opened(study) as opened:
        files = export_study(opened, output)
        warn(unknown_signatures(opened))
    say(f"wrote {counted(len(files) + 1, 'file')} to {output}")
