"""The arrow from a study's tables to responses and best responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import polars as pl

from recistkit import criteria as criteria_room
from recistkit.errors import OptionError
from recistkit.exchange.load_tables import raise_faults
from recistkit.exchange.sources import TableSource
from recistkit.response import Assessment, ResponseOptions, assess
from recistkit.study.batch import Batch, build_batch
from recistkit.study.load import Study, load_study
from recistkit.study.result_tables import best_table, responses_table

if TYPE_CHECKING:
    from pathlib import Path

    from recistkit.criteria import Criteria
    from recistkit.study.arguments import OptionArguments

__all__ = ["Classification", "classify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Responses of a study.

    Attributes
    ----------
    responses : polars.DataFrame
        One row per reader, subject, compartment (and ``overall``) and timepoint.
    best : polars.DataFrame
        One row per reader, subject and compartment.
    criteria : Criteria
        The rule set in force.
    options : ResponseOptions
        The conventions in force.
    warnings : tuple of str
        What was ignored.
    study : Study
        What was classified.
    """

    responses: pl.DataFrame
    best: pl.DataFrame
    criteria: Criteria
    options: ResponseOptions
    warnings: tuple[str, ...]
    study: Study

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """What is written, by the name of its file."""
        return {"responses": self.responses, "best": self.best}


def classify(
    table: TableSource,
    *,
    criteria: str | Path | Criteria = "recist-1.1",
    visits: TableSource | None = None,
    subjects: TableSource | None = None,
    events: TableSource | None = None,
    **options: Unpack[OptionArguments],
) -> Classification:
    """Return the response of every visit and the best response of every read.

    Parameters
    ----------
    table
        Reads table: a CSV or Parquet file, ``"-"``, a polars or pandas frame;
        or a folder of read documents.
    criteria
        Id of shipped criteria, or a trial's own TOML file.
    visits, subjects, events
        Optional tables, in the same forms.
    **options
        Fields of `recistkit.response.ResponseOptions`.

    Raises
    ------
    TableError
        If a table has faults: all of them are named.
    CriteriaError, OptionError
        If criteria or options cannot be used.

    Examples
    --------
    >>> import polars as pl
    >>> reads = pl.DataFrame(
    ...     {
    ...         "subject": ["S1", "S1"],
    ...         "timepoint": ["baseline", "week 8"],
    ...         "lesion": ["T1", "T1"],
    ...         "role": ["target", "target"],
    ...         "date": ["2011-01-03", "2011-02-28"],
    ...         "longest_mm": ["50.0", "35.0"],
    ...     }
    ... )
    >>> classify(reads).responses["response"].to_list()
    [None, 'PR']
    """
    rules = criteria_room.load(criteria)
    chosen = _options(options)
    study = load_study(table, visits=visits, subjects=subjects, events=events)
    _require_reference(study, rules, chosen)
    raise_faults(study.tables.all)
    batch = build_batch(study.tables, study.visits)
    assessment = assess(batch.observations, batch.layout, rules, chosen)
    return _classification(study, batch, assessment, rules, chosen)


def _options(options: OptionArguments) -> ResponseOptions:
    try:
        return ResponseOptions(**options)
    except TypeError as error:
        raise OptionError(str(error).removeprefix("ResponseOptions.__init__() ")) from None


def _require_reference(study: Study, rules: Criteria, options: ResponseOptions) -> None:
    """A minimum time of SD needs a day to count from: a silent one would change NE to SD."""
    days = options.min_sd_days
    if days is None:
        days = rules.best_response.minimum_stable_days
    if not days or options.sd_from == "baseline":
        return
    without = study.visits.filter(pl.col("reference_date").is_null()).select("subject").unique()
    if not without.height:
        return
    if study.tables.subjects is not None:
        doubtful = study.tables.subjects.frame.filter(~study.tables.subjects.fine("reference_date"))
        without = without.join(doubtful, on="subject", how="anti")
    reads = study.tables.reads
    first_rows = reads.frame.group_by("subject").agg(pl.col("row").min())
    rows = without.join(first_rows, on="subject", how="left").sort("row", "subject")
    reads.add_rows(
        rows.with_columns(pl.col("row").fill_null(0)),
        "subject",
        pl.format(
            "{} has no reference_date in the subjects table, from which the "
            f"{days} days before SD counts begin (or count them from the baseline scan: "
            "sd_from = baseline)",
            pl.col("subject"),
        ),
    )


def _classification(
    study: Study,
    batch: Batch,
    assessment: Assessment,
    rules: Criteria,
    options: ResponseOptions,
) -> Classification:
    return Classification(
        responses=responses_table(batch, assessment, rules),
        best=best_table(batch, assessment, rules, options),
        criteria=rules,
        options=options,
        warnings=(*study.tables.warnings, *study.warnings),
        study=study,
    )
