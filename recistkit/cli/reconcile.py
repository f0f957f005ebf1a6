"""``recistkit reconcile``: two readers side by side, and what is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.options import (
    AcceptSdBetween,
    CompartmentStop,
    CompartmentStopOption,
    ConfirmationDays,
    CriteriaOption,
    EventsOption,
    FileFormat,
    FormatOption,
    MaxInterveningNe,
    MinSdDays,
    OutputOption,
    SdFrom,
    SdFromOption,
    StrictOption,
    SubjectsOption,
    SustainPr,
    TableArgument,
    VisitsOption,
    tables_of,
)
from recistkit.cli.outputs import require_outside_studies, spare_inputs
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, joined, name_criteria, say, warn, write_into

if TYPE_CHECKING:
    import polars as pl

__all__ = ["reconcile"]

ReadersOption = Annotated[
    str | None,
    typer.Option(
        "--readers",
        metavar="A,B",
        help="The two readers to compare; the readers of a study that has two unless given.",
        show_default=False,
    ),
]
DecisionsOption = Annotated[
    str | None,
    typer.Option(
        "--decisions",
        metavar="FILE",
        help="The adjudicator's decisions; the study's own unless given.",
        show_default=False,
    ),
]
CompareOption = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="V,V",
        help="Columns of the best table to compare; those of the study's charter, or "
        "best_response, best_response_confirmed, response_date and progression_date unless given.",
        show_default=False,
    ),
]
FiguresOption = Annotated[
    Path | None,
    typer.Option(
        "--figures",
        metavar="DIR",
        help="Folder of their own for figures (SVG) of how far the readers agree; those of an "
        "earlier run in it are replaced.",
        show_default=False,
    ),
]
WhenAgreedOption = Annotated[
    str | None,
    typer.Option(
        "--when-agreed",
        metavar="READER",
        help="Whose read is accepted when both agree; the first reader's unless given.",
        show_default=False,
    ),
]


def reconcile(  # noqa: PLR0913  each parameter is an option of the command
    *,
    table: TableArgument,
    output: OutputOption,
    readers: ReadersOption = None,
    figures: FiguresOption = None,
    decisions: DecisionsOption = None,
    compare: CompareOption = None,
    when_agreed: WhenAgreedOption = None,
    criteria: CriteriaOption = None,
    visits: VisitsOption = None,
    subjects: SubjectsOption = None,
    events: EventsOption = None,
    confirmation_days: ConfirmationDays = None,
    max_intervening_ne: MaxInterveningNe = 1,
    accept_sd_between: AcceptSdBetween = False,
    sustain_pr: SustainPr = False,
    compartment_stop: CompartmentStopOption = CompartmentStop.first,
    min_sd_days: MinSdDays = None,
    sd_from: SdFromOption = SdFrom.reference,
    strict: StrictOption = False,
    file_format: FormatOption = FileFormat.csv,
) -> None:
    """Where two readers differ and why, which read is accepted, and how far they agree.

    Writes the tables responses, best, reconciled, differences, agreement, size_agreement,
    adjudication, matched_lesions, accepted_responses and accepted_best, with open disagreements
    too: the exit code is 0 unless --strict is given. Of a study, who manages it gets also how far
    readers agree with themselves, where subjects were read twice: reread_agreement,
    reread_size_agreement, reread_matched_lesions and reread_differences.
    """
    from recistkit.report.drawing import require_drawing
    from recistkit.report.reader_figures import reader_figures
    from recistkit.report.write_figures import require_apart, require_own_folder, write_figures
    from recistkit.study.reconcile import reconcile as reconcile_study

    tables = tables_of(table, visits, subjects, events, decisions)
    spare_inputs(output, [*tables.values(), decisions, criteria])
    if figures is not None:
        require_outside_studies(figures, [Path(table)], "--figures")
        require_own_folder(figures)
        require_apart(figures, output)
        require_drawing()
    rules = name_criteria(criteria, table)
    with waiting("reconciling"):
        result = reconcile_study(
            **tables,
            readers=None if readers is None else _words(readers),
            decisions=decisions,
            when_agreed=when_agreed,
            compare=None if compare is None else _words(compare),
            criteria=rules,
            confirmation_days=confirmation_days,
            max_intervening_ne=max_intervening_ne,
            accept_sd_between=accept_sd_between,
            sustain_pr=sustain_pr,
            compartment_stop=compartment_stop.value,
            min_sd_days=min_sd_days,
            sd_from=sd_from.value,
        )
        if readers is None:
            say(f"readers {joined(result.readers)}")
        warn(result.warnings)
        drawn = {} if figures is None else reader_figures(result, result.readers)
        write_into(output, result.tables, file_format.value)
    if figures is not None:
        write_figures(figures, drawn)
        say(f"wrote {counted(len(drawn), 'figure')} to {figures}")
    still_open = _say_state(result.reconciled)
    if strict and still_open:
        raise typer.Exit(FAULT)


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a list with commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _say_state(reconciled: pl.DataFrame) -> int:
    """Say how many subjects agree, are settled and are open; return how many are open."""
    import polars as pl

    states = {
        status: reconciled.filter(pl.col("status") == status)["subject"].unique().sort().to_list()
        for status in ("adjudicated", "adjudication-needed")
    }
    settled, still_open = states.values()
    agreed = reconciled["subject"].n_unique() - len(settled) - len(still_open)
    say(f"{counted(agreed, 'subject')} agreed, {len(settled)} adjudicated, {len(still_open)} open")
    if still_open:
        say(f"adjudication is needed for {joined(still_open)}")
    return len(still_open)
