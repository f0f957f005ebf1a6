"""The arrays that the rules work on, from the tables of a study."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from recistkit.exchange.load_tables import raise_faults
from recistkit.exchange.sources import TableSource
from recistkit.model.batch import NEVER, NO_LENGTH
from recistkit.study.batch import Batch, build_batch
from recistkit.study.load import load_study
from recistkit.terms import NEW_LESION_STATEMENTS, ROLES, STATES, TUMOUR_MARKERS
from tests.exchange.small_tables import lesion, new_lesion, non_target, sound, table


def batch_of(reads: TableSource, **others: TableSource) -> Batch:
    """Return the batch of faultless tables."""
    study = load_study(reads, **others)
    raise_faults(study.tables.all)
    return build_batch(study.tables, study.visits)


def day(text: str) -> int:
    """Return a date as days since 1970."""
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


def test_every_lesion_row_from_the_baseline_on_is_an_observation() -> None:
    rows = table(
        lesion("BL", "T0", longest_mm="90.0"),
        lesion("W8", "T1", baseline="true", short_mm="20.5"),
        lesion("W16", "T1", longest_mm=None, state="too-small"),
        non_target("W8"),
        new_lesion("W16", certainty="equivocal"),
    )
    observations = batch_of(rows).observations
    assert observations.visit.tolist() == [0, 1, 0, 1]
    assert [ROLES[code] for code in observations.role] == ["target", "target", "non-target", "new"]
    assert [STATES[code] for code in observations.state] == [
        "measured",
        "too-small",
        "present",
        "present",
    ]
    assert observations.longest_um.tolist() == [50_000, NO_LENGTH, NO_LENGTH, NO_LENGTH]
    assert observations.short_um.tolist() == [20_500, NO_LENGTH, NO_LENGTH, NO_LENGTH]
    assert observations.certainty.tolist() == [1, 1, 1, 0]
    assert observations.day.tolist() == [day("2011-02-28"), day("2011-04-25")] * 2
    assert observations.lesion.tolist() == [0, 0, 1, 2]
    assert observations.holder.tolist() == [-1] * 4


def test_a_lesion_is_a_node_if_any_of_its_rows_says_so() -> None:
    rows = table(lesion("BL", nodal="true"), lesion("W8"), lesion("BL", "T2", nodal="false"))
    assert batch_of(rows).observations.nodal.tolist() == [True, True, False]


def test_lesions_of_one_name_in_two_reads_are_two() -> None:
    rows = table(*(lesion(visit, reader=name) for visit in ("BL", "W8") for name in "AB"))
    observations = batch_of(rows).observations
    assert observations.row.tolist() == [0, 1, 0, 1]
    assert len(np.unique(observations.lesion)) == 2


def test_a_merged_lesion_knows_its_holder_in_its_own_read() -> None:
    rows = table(
        *(
            row | {"reader": reader}
            for reader in "AB"
            for row in (
                lesion("BL", "T1"),
                lesion("BL", "T2"),
                lesion("W8", "T1", longest_mm=None, state="merged", merged_into="T2"),
                lesion("W8", "T2"),
            )
        )
    )
    observations = batch_of(rows).observations
    held = observations.lesion.tolist()
    assert observations.holder.tolist() == [-1, -1, held[1], -1, -1, -1, held[5], -1]


def test_the_layout_has_a_row_for_every_read_and_compartment() -> None:
    rows = table(
        *(lesion(visit, compartment="distant") for visit in ("BL", "W8")),
        lesion("BL", "T2", compartment="primary"),
        *(lesion(visit, subject="S2", compartment="distant") for visit in ("BL", "W8", "W16")),
    )
    batch = batch_of(rows)
    assert batch.rows.select("row", "read", "subject", "compartment").rows() == [
        (0, 0, "S1", "primary"),
        (1, 0, "S1", "distant"),
        (2, 0, "S1", "overall"),
        (3, 1, "S2", "distant"),
        (4, 1, "S2", "overall"),
    ]
    assert batch.layout.is_overall.tolist() == [False, False, True, False, True]
    assert batch.layout.n_visits.tolist() == [2, 3]
    assert batch.observations.row.tolist() == [1, 1, 0, 3, 3, 3]


def test_the_layout_holds_what_the_visits_table_says() -> None:
    visits = pl.DataFrame(
        {
            "subject": ["S1", "S1"],
            "timepoint": ["BL", "W8"],
            "date_last": [None, "2011-03-03"],
            "new_lesions": [None, "not-assessable"],
            "coverage": ["complete", "no pelvis"],
            "tumour_marker": ["elevated", None],
        }
    )
    subjects = pl.DataFrame({"subject": ["S1"], "reference_date": ["2011-01-10"]})
    layout = batch_of(sound(), visits=visits, subjects=subjects).layout
    assert layout.first_day.tolist() == [day("2011-01-03"), day("2011-02-28")]
    assert layout.last_day.tolist() == [day("2011-01-03"), day("2011-03-03")]
    assert layout.statement.tolist() == [-1, NEW_LESION_STATEMENTS.index("not-assessable")]
    assert layout.marker.tolist() == [TUMOUR_MARKERS.index("elevated"), -1]
    assert layout.coverage_incomplete.tolist() == [False, True]
    assert layout.reference_day.tolist() == [day("2011-01-10")]
    assert layout.new_therapy_day.tolist() == [NEVER]
    assert layout.local_therapy_day.tolist() == [NEVER]


def test_the_first_therapy_after_the_baseline_counts() -> None:
    rows = table(
        lesion("BL", compartment="primary"),
        lesion("BL", "T2", compartment="distant"),
        lesion("BL", subject="S2", compartment="primary"),
    )
    events = pl.DataFrame(
        [
            ("S1", "2011-01-03", "new-therapy", None),
            ("S1", "2011-05-01", "new-therapy", None),
            ("S1", "2011-04-01", "new-therapy", None),
            ("S1", "2011-01-03", "local-therapy", None),
            ("S1", "2011-02-01", "local-therapy", "distant"),
            ("S1", "2011-03-01", "local-therapy", "overall"),
            ("S1", "2011-01-04", "death", None),
        ],
        schema=["subject", "date", "event", "compartment"],
        orient="row",
    )
    layout = batch_of(rows, events=events).layout
    assert layout.new_therapy_day.tolist() == [day("2011-04-01"), NEVER]
    assert layout.local_therapy_day.tolist() == [
        day("2011-03-01"),
        day("2011-02-01"),
        day("2011-03-01"),
        NEVER,
        NEVER,
    ]


def test_a_read_of_visits_only_has_no_observations() -> None:
    visits = pl.DataFrame({"subject": ["S2"], "timepoint": ["BL"], "date_first": ["2011-01-03"]})
    batch = batch_of(sound().clear(), visits=visits)
    assert batch.observations.row.tolist() == []
    assert batch.rows["compartment"].to_list() == ["overall"]
