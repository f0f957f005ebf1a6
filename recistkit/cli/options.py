"""Arguments and options that several commands share, each described once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from recistkit.errors import OptionError

__all__ = [
    "AcceptSdBetween",
    "CompartmentStop",
    "CompartmentStopOption",
    "ConfirmationDays",
    "CriteriaOption",
    "EventsOption",
    "FileFormat",
    "FormatOption",
    "MaxInterveningNe",
    "MinSdDays",
    "OutputOption",
    "SdFrom",
    "SdFromOption",
    "StrictOption",
    "SubjectsOption",
    "SustainPr",
    "TableArgument",
    "VisitsOption",
    "tables_of",
]

STANDARD_INPUT = "-"


class FileFormat(StrEnum):
    """Kinds of result files."""

    csv = "csv"
    parquet = "parquet"
    json = "json"


class CompartmentStop(StrEnum):
    """What ends the best response of a compartment."""

    first = "first"
    own = "own"


class SdFrom(StrEnum):
    """Where the minimum time of SD begins."""

    reference = "reference"
    baseline = "baseline"


TableArgument = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="Reads table: a CSV or Parquet file, - for CSV on standard input, a read document "
        "(.json) or a folder of them; a study.",
        show_default=False,
    ),
]
CriteriaOption = Annotated[
    str | None,
    typer.Option(
        "--criteria",
        metavar="ID|FILE",
        help="Rule set: an id of 'criteria list', or a trial's own TOML file; the study's own, or "
        "recist-1.1, unless given.",
        show_default=False,
    ),
]
VisitsOption = Annotated[
    str | None,
    typer.Option("--visits", metavar="FILE", help="Visits table.", show_default=False),
]
SubjectsOption = Annotated[
    str | None,
    typer.Option("--subjects", metavar="FILE", help="Subjects table.", show_default=False),
]
EventsOption = Annotated[
    str | None,
    typer.Option("--events", metavar="FILE", help="Events table.", show_default=False),
]
OutputOption = Annotated[
    Path,
    typer.Option(
        "--output",
        metavar="DIR",
        help="Folder for the result tables; those of an earlier run in it are replaced.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    FileFormat,
    typer.Option("--format", metavar="csv|parquet|json", help="Kind of the result files."),
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="Exit with 1 where somebody still has to act."),
]
ConfirmationDays = Annotated[
    int | None,
    typer.Option(
        "--confirmation-days",
        metavar="N",
        help="Days after which a response can be confirmed; the criteria's own (28) unless given.",
        show_default=False,
    ),
]
MaxInterveningNe = Annotated[
    int,
    typer.Option(
        "--max-intervening-ne",
        metavar="N",
        help="NE visits allowed between a response and its confirmation.",
    ),
]
AcceptSdBetween = Annotated[
    bool,
    typer.Option(
        "--accept-sd-between/--no-accept-sd-between", help="Whether one SD between them is allowed."
    ),
]
SustainPr = Annotated[
    bool,
    typer.Option(
        "--sustain-pr/--no-sustain-pr",
        help="Call a visit PR that is SD against the baseline, after a PR.",
    ),
]
CompartmentStopOption = Annotated[
    CompartmentStop,
    typer.Option(
        "--compartment-stop",
        metavar="first|own",
        help="What ends the best response of a compartment: the patient's first PD, or its own.",
    ),
]
MinSdDays = Annotated[
    int | None,
    typer.Option(
        "--min-sd-days",
        metavar="N",
        help="Days from which on SD counts; the criteria's own unless given, 0 for none.",
        show_default=False,
    ),
]
SdFromOption = Annotated[
    SdFrom,
    typer.Option(
        "--sd-from",
        metavar="reference|baseline",
        help="Where those days begin: the subject's reference_date, or the baseline scan.",
    ),
]


def tables_of(
    table: str, visits: str | None, subjects: str | None, events: str | None, *others: str | None
) -> dict[str, Any]:
    """Return the tables of a study as the arrows take them; `others` are looked at only.

    Raises
    ------
    OptionError
        If a file is not there (all that are not are named), or more than one
        is standard input.
    """
    tables = {"table": table, "visits": visits, "subjects": subjects, "events": events}
    names = [name for name in (*tables.values(), *others) if name is not None]
    if names.count(STANDARD_INPUT) > 1:
        raise OptionError("only one table can come from standard input")
    paths = [Path(name) for name in names if name != STANDARD_INPUT]
    absent = [path.name for path in paths if not path.exists()]
    if absent:
        raise OptionError(f"there is no file {' and no file '.join(absent)}")
    return tables
