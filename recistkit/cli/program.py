"""The program: its commands in order, and what concerns all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from recistkit import __version__
from recistkit.cli import study_reads, study_records, study_rereads  # noqa: F401  add their commands
from recistkit.cli.check import check
from recistkit.cli.classify import classify
from recistkit.cli.criteria import criteria_program
from recistkit.cli.demo import demo
from recistkit.cli.example import example
from recistkit.cli.measure import measure
from recistkit.cli.read import read
from recistkit.cli.reconcile import reconcile
from recistkit.cli.scans import scans
from recistkit.cli.study import study_program

__all__ = ["program", "study_program"]

program = typer.Typer(
    name="recistkit",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"recistkit {__version__}")
        raise typer.Exit


@program.callback(epilog=example("recistkit classify reads.csv --output results"))
def recistkit(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Response to treatment from readers' marks: sums, CR, PR, SD, PD and NE, each explained.

    Data go to files or standard output, words to standard error. Exit code 0: fine; 1: a fault
    in the data; 2: wrong usage.
    """


program.command(
    short_help="Responses and best responses.",
    epilog=example("recistkit classify reads.csv --subjects subjects.csv --output results"),
)(classify)
program.command(
    short_help="Findings on the choice of targets and on the data.",
    epilog=example("recistkit check reads.csv --subjects subjects.csv"),
)(check)
program.command(
    short_help="Where two readers differ, and what is accepted.",
    epilog=example(
        "recistkit reconcile reads.csv --readers A,B --decisions decisions.csv --output results"
    ),
)(reconcile)
program.command(
    short_help="What series are in a folder, and what is wrong with them.",
    epilog=example("recistkit scans export"),
)(scans)
program.command(
    short_help="Diameters of the labels of mask files.",
    epilog=example("recistkit measure mask.nii.gz --output sizes.csv"),
)(measure)
program.add_typer(criteria_program, name="criteria", short_help="Rule sets: list, show, validate.")
program.command(
    short_help="The example study, from scans to accepted responses.",
    epilog=example("recistkit demo --output demo-results"),
)(demo)
program.command(
    short_help="Read cases in a window.",
    epilog=example("recistkit read study --reader A"),
)(read)
program.add_typer(
    study_program, name="study", short_help="A study: scans, readers, signatures, audit trail."
)
