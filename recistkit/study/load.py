"""A study's tables with their visits in order: what every arrow begins with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from recistkit.errors import Fault
from recistkit.exchange.load_tables import StudyTables, load_tables
from recistkit.study.own_files import require_own
from recistkit.study.study_files import is_study
from recistkit.study.visit_faults import visit_faults, visit_warnings
from recistkit.study.visits import order_visits

if TYPE_CHECKING:
    import polars as pl

    from recistkit.exchange.sources import TableSource

__all__ = ["Study", "load_study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Faultless tables of a study with their visits in order.

    Attributes
    ----------
    tables : StudyTables
    visits : polars.DataFrame
        See `recistkit.study.visits.order_visits`.
    warnings : tuple of str
        Subjects that stand in one table only.
    """

    tables: StudyTables
    visits: pl.DataFrame
    warnings: tuple[str, ...] = ()


def load_study(
    table: TableSource,
    *,
    visits: TableSource | None = None,
    subjects: TableSource | None = None,
    events: TableSource | None = None,
) -> Study:
    """Load tables and order their visits; faults are collected in the tables, not raised.

    A study's folder stands for the signed reads in it, with its own
    ``subjects.csv`` and ``events.csv`` where no other tables are given.

    Raises
    ------
    RoleError
        If a table lies among the files of a reader that this login is not.
    """
    given = {"visits": visits, "subjects": subjects, "events": events}
    for source in (table, *given.values()):
        if isinstance(source, str | Path):
            require_own(source)
    if isinstance(table, str | Path) and is_study(table):
        table, given = _of_study(Path(table), given)
    tables = load_tables(table, **given)
    ordered = order_visits(tables)
    visit_faults(tables, ordered)
    if not ordered.height and not any(table.faults for table in tables.all):
        tables.reads.faults.append(Fault(0, "", "holds no rows"))
    return Study(tables=tables, visits=ordered, warnings=visit_warnings(tables, ordered))


def _of_study(
    folder: Path, given: dict[str, TableSource | None]
) -> tuple[TableSource, dict[str, TableSource | None]]:
    """Return the tables of the signed reads of a study, with what else it has.

    They name the readers, whom an adjudicator is not to know: for who manages the study.

    Raises
    ------
    RoleError, OptionError, StoreError
        If this login may not see them, there are none, or they are not as signed.
    """
    from recistkit.exchange.signed_tables import tables_of_texts
    from recistkit.study.folder import StudyFolder
    from recistkit.study.interim_reads import interim_warnings
    from recistkit.study.reread_tables import own_table
    from recistkit.study.signed_reads import require_own_names, signed_texts
    from recistkit.study.unknown_signatures import unknown_signatures

    with StudyFolder.opened(folder, to_look=True) as study:
        study.acting("manager")
        signed = signed_texts(study)
        table, visits = tables_of_texts(
            [one.text for one in signed],
            folder.name,
            check_names=lambda named: require_own_names(signed, named),
        )
        interim = interim_warnings((one.anchor for one in signed), study.visits())
        warnings = (*table.warnings, *interim, *unknown_signatures(study))
        table = replace(table, warnings=warnings)
        own: dict[str, TableSource | None] = {"visits": visits}
        own |= {name: own_table(study, name) for name in ("subjects", "events")}
    return table, {name: own[name] if table is None else table for name, table in given.items()}
