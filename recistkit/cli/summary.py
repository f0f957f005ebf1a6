"""The summary of a demo in the terminal: what both readers saw, and what is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from recistkit.cli.summary_best import best_table, decision_lines, difference_lines
from recistkit.cli.summary_tables import plain_table
from recistkit.cli.summary_visits import comparison_table, visit_tables
from recistkit.cli.words import counted

if TYPE_CHECKING:
    from rich.console import Console

    from recistkit.study.demo import Demo, DemoResult

__all__ = ["print_summary"]


def print_summary(console: Console, demo: Demo) -> None:
    """Print what a radiologist would want to know of a study.

    Parameters
    ----------
    console : rich.console.Console
        Where to; made for 100 columns.
    demo : Demo
        The study, worked through. The first of its rule sets is shown in
        full, the others beside it.
    """
    first, *others = demo.results.values()
    _print_scans(console, demo)
    for subject in demo.subjects:
        _print_subject(console, demo, first, subject)
    for other in others:
        _print_beside(console, demo, first, other)
    _print_findings(console, first)


def _print_scans(console: Console, demo: Demo) -> None:
    series = counted(len(demo.scans), "image series", "image series")
    subjects, readers = counted(len(demo.subjects), "subject"), " and ".join(demo.readers)
    console.print(f"Example study: {subjects}, readers {readers}, {series} loaded")
    for result in demo.results.values():
        classification = result.reconciliation.classification
        console.print(
            f"{classification.criteria.reference}: {classification.best['convention'][0]}"
        )
    for error in demo.refused:
        console.print(f"refused: {error}")
    rulers = counted(demo.rulers, "ruler")
    if demo.misplaced:
        misfits = counted(demo.misplaced, "finding")
        console.print(f"{rulers} checked against the scans they name: {misfits}, see below")
    else:
        console.print(f"{rulers} checked against the scans they name: all of them fit")


def _print_subject(console: Console, demo: Demo, result: DemoResult, subject: str) -> None:
    """Print one subject under the first rule set."""
    reconciliation = result.reconciliation
    criteria = reconciliation.classification.criteria
    console.print()
    console.print(Rule(f"{subject}, {criteria.title}", align="left"))
    for title, table, notes in visit_tables(reconciliation.classification, subject, demo.readers):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(table)
        _print_lines(console, notes)
    console.print()
    console.print(Text("best response", style="bold"))
    console.print(best_table(reconciliation, subject))
    _print_lines(console, difference_lines(reconciliation, subject))
    _print_lines(console, decision_lines(demo.decisions, subject))


def _print_lines(console: Console, lines: Iterable[str]) -> None:
    """Print lines below a table, each set in."""
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 3)))


def _print_beside(console: Console, demo: Demo, first: DemoResult, other: DemoResult) -> None:
    """Print what another rule set says of the same reads, next to the first one."""
    criteria = other.reconciliation.classification.criteria
    console.print()
    console.print(Rule(f"the same reads under {criteria.title}", align="left"))
    if criteria.warning:
        console.print(Text(f"{criteria.id} is {criteria.warning}", style="bold"))
    console.print()
    console.print("response and change from baseline, of a PD from the smallest sum before")
    console.print(comparison_table(first.reconciliation, other.reconciliation, demo.readers))
    for subject in demo.subjects:
        console.print()
        console.print(Text(f"best response of {subject}, {criteria.id}", style="bold"))
        console.print(best_table(other.reconciliation, subject))
        _print_lines(console, difference_lines(other.reconciliation, subject))


def _print_findings(console: Console, result: DemoResult) -> None:
    """Print what somebody should look at."""
    title = f"findings, {result.reconciliation.classification.criteria.id}"
    console.print()
    console.print(Rule(title, align="left"))
    if not result.findings.height:
        console.print("none")
        return
    headers = ("subject", "reader", "visit", "lesion", "finding", "")
    rows = [tuple(cell or "" for cell in row) for row in result.findings.iter_rows()]
    console.print(plain_table(headers, rows))
