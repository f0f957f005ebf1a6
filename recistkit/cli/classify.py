"""``recistkit classify``: responses and best responses of a reads table."""

from __future__ import annotations

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
    SubjectsOption,
    SustainPr,
    TableArgument,
    VisitsOption,
    tables_of,
)
from recistkit.cli.outputs import spare_inputs
from recistkit.cli.waiting import waiting
from recistkit.cli.words import name_criteria, warn, write_into

__all__ = ["classify"]


def classify(  # noqa: PLR0913  each parameter is an option of the command
    *,
    table: TableArgument,
    output: OutputOption,
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
    file_format: FormatOption = FileFormat.csv,
) -> None:
    """Response of every visit and best response, per compartment and for the whole patient.

    Writes the tables responses and best.
    """
    from recistkit.study.classify import classify as classify_study

    tables = tables_of(table, visits, subjects, events)
    spare_inputs(output, [*tables.values(), criteria])
    rules = name_criteria(criteria, table)
    with waiting("classifying"):
        result = classify_study(
            **tables,
            criteria=rules,
            confirmation_days=confirmation_days,
            max_intervening_ne=max_intervening_ne,
            accept_sd_between=accept_sd_between,
            sustain_pr=sustain_pr,
            compartment_stop=compartment_stop.value,
            min_sd_days=min_sd_days,
            sd_from=sd_from.value,
        )
        warn(result.warnings)
        write_into(output, result.tables, file_format.value)
