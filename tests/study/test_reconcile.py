"""The arrow of ``reconcile``: two readers and an adjudicator's decisions in, accepted reads out."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import recistkit
from recistkit.errors import OptionError, TableError
from recistkit.exchange.read_document import save_read_document
from recistkit.exchange.read_tables import (
    READS_COLUMNS,
    VISITS_COLUMNS,
    reads_from_tables,
    reads_table,
)
from recistkit.exchange.write_results import RESULT_TABLES
from recistkit.model.read import CriteriaReference
from recistkit.study.reconcile import StudyReconciliation, reconcile
from tests.exchange.small_tables import lesion, table

READS = table(
    *(lesion("BL", subject=subject, reader=reader) for subject in ("S1", "S2") for reader in "AB"),
    lesion("W8", subject="S1", reader="A", longest_mm="34.0"),
    lesion("W8", subject="S1", reader="B", longest_mm="40.0"),
    lesion("W8", subject="S2", reader="A", longest_mm="45.0"),
    lesion("W8", subject="S2", reader="B", longest_mm="46.0"),
)
DECISION = {
    "subject": "S1",
    "accepted_reader": "B",
    "adjudicator": "C",
    "decided_on": "2011-06-01",
    "reason": "the wall is not tumour",
}
DECISIONS = pl.DataFrame([DECISION])


def accepted(result: StudyReconciliation) -> list[tuple[str, str, str]]:
    """Return subject, reader and best response of the accepted reads."""
    return result.accepted_best.select("subject", "reader", "best_response").rows()


def statuses(result: StudyReconciliation) -> list[tuple[str, str, str]]:
    """Return subject, variable and status."""
    return result.reconciled.select("subject", "variable", "status").rows()


def test_readers_of_a_table_have_to_be_named() -> None:
    with pytest.raises(OptionError) as caught:
        reconcile(READS)
    assert str(caught.value) == "readers: expected the two readers to compare"


def test_without_decisions_the_disagreement_stands_open() -> None:
    result = reconcile(READS, readers=("A", "B"))
    assert accepted(result) == [("S2", "A", "SD")]
    assert statuses(result) == [
        ("S1", "best_response", "adjudication-needed"),
        ("S1", "best_response_confirmed", "agreed"),
        ("S1", "response_date", "adjudication-needed"),
        ("S1", "progression_date", "agreed"),
        ("S2", "best_response", "agreed"),
        ("S2", "best_response_confirmed", "agreed"),
        ("S2", "response_date", "agreed"),
        ("S2", "progression_date", "agreed"),
    ]


def test_the_decision_settles_it_with_the_whole_read(tmp_path: Path) -> None:
    DECISIONS.write_csv(tmp_path / "decisions.csv")
    for decisions in (DECISIONS, tmp_path / "decisions.csv"):
        result = reconcile(READS, readers=("A", "B"), decisions=decisions)
        assert accepted(result) == [("S1", "B", "SD"), ("S2", "A", "SD")]
        assert result.accepted_responses.select("subject", "reader", "timepoint").rows() == [
            ("S1", "B", "BL"),
            ("S1", "B", "W8"),
            ("S2", "A", "BL"),
            ("S2", "A", "W8"),
        ]


def test_criteria_options_and_compared_variables_are_passed_on() -> None:
    result = reconcile(
        READS,
        readers=("B", "A"),
        compare=("best_response_confirmed",),
        when_agreed="A",
        criteria="recist-1.0",
        min_sd_days=0,
    )
    assert [reader for _, reader, _ in accepted(result)] == ["A", "A"]
    assert result.classification.criteria.id == "recist-1.0"
    assert result.classification.options.min_sd_days == 0
    assert [variable for _, variable, _ in statuses(result)] == ["best_response_confirmed"] * 2
    assert result.agreement.height


def test_faults_of_reads_and_decisions_are_told_together(tmp_path: Path) -> None:
    decisions = pl.DataFrame([DECISION | {"decided_on": "June"}])
    decisions.write_csv(tmp_path / "decisions.csv")
    wrong = table(*READS.to_dicts(), lesion("W16", reader="A", subject="S1", longest_mm="x"))
    with pytest.raises(TableError) as raised:
        reconcile(wrong, readers=("A", "B"), decisions=tmp_path / "decisions.csv")
    assert str(raised.value) == (
        "<frame>: 1 fault\n  row 9, column 'longest_mm': 'x' is not a number\n"
        "decisions.csv: 1 fault\n"
        "  row 2, column 'decided_on': a text of 4 characters is not a date like 2011-03-31"
    )
    with pytest.raises(TableError) as raised:
        reconcile(READS, readers=("A", "B"), decisions=tmp_path / "decisions.csv")
    assert raised.value.source == "decisions.csv"


def test_absent_decisions_are_told_with_absent_reads(tmp_path: Path) -> None:
    with pytest.raises(TableError) as raised:
        reconcile(tmp_path / "reads.csv", readers=("A", "B"), decisions=tmp_path / "d.csv")
    assert str(raised.value) == (
        "reads.csv: 1 fault\n  there is no such file\nd.csv: 1 fault\n  there is no such file"
    )


def test_a_decision_that_cannot_be_followed_is_told_under_the_name_of_its_file(
    tmp_path: Path,
) -> None:
    pl.DataFrame([DECISION | {"accepted_reader": "D"}]).write_csv(tmp_path / "decisions.csv")
    with pytest.raises(TableError) as raised:
        reconcile(READS, readers=("A", "B"), decisions=tmp_path / "decisions.csv")
    assert str(raised.value) == (
        "decisions.csv: 1 fault\n"
        "  row 2, column 'accepted_reader': 'D' stands there; expected A, B or neither"
    )


@pytest.mark.parametrize("missing", list(DECISION))
def test_a_decision_says_everything(missing: str) -> None:
    with pytest.raises(TableError) as raised:
        reconcile(READS, readers=("A", "B"), decisions=DECISIONS.drop(missing))
    (fault,) = raised.value.faults
    assert fault.column == missing


PLACES = READS.with_columns(
    organ=pl.lit("rectum"),
    series=pl.lit("1.2"),
    x_mm=pl.lit("1.5"),
    y_mm=pl.lit("2"),
    z_mm=pl.lit("3"),
)


def test_lesions_are_matched_and_named_where_the_table_has_places() -> None:
    result = reconcile(PLACES, readers=("A", "B"), decisions=DECISIONS)
    name = PLACES["lesion"][0]
    assert result.differences.select("subject", "variable", "cause", "timepoint").rows() == [
        ("S1", "best_response", "measurement", "W8"),
        ("S1", "response_date", "measurement", "W8"),
    ]
    assert result.differences["text"].unique().to_list() == [
        f"{name} of A and {name} of B: 34 mm and 40 mm"
    ]
    assert result.matched_lesions["longest_difference_mm"].to_list() == [0.0, -6.0, 0.0, -1.0]
    assert result.adjudication.select("reader", "won").rows() == [("A", 0), ("B", 1)]
    assert result.size_agreement.filter(compartment="overall")["compared"].to_list() == [2, 4, 4]


def test_places_change_no_cause_where_the_lesions_are_the_same() -> None:
    with_places = reconcile(PLACES, readers=("A", "B"))
    without = reconcile(PLACES.drop("x_mm", "y_mm", "z_mm"), readers=("A", "B"))
    assert with_places.reconciled.equals(without.reconciled)
    assert with_places.agreement.equals(without.agreement)


def test_every_table_is_written_by_its_name() -> None:
    tables = reconcile(READS, readers=("A", "B")).tables
    of_two_readers = [name for name in RESULT_TABLES if not name.startswith("reread_")]
    assert list(tables) == of_two_readers


def test_unknown_readers_are_refused() -> None:
    with pytest.raises(OptionError):
        reconcile(READS, readers=("A", "Z"))


def test_the_library_offers_it() -> None:
    assert recistkit.reconcile is reconcile


def test_lesions_are_matched_from_a_table_as_from_its_documents(tmp_path: Path) -> None:
    """Two series of one frame of reference: without the frame, places could not be compared."""
    frames = {("A", "T1"): "2.2", ("A", "T2"): "2.3", ("B", "T1"): "2.2", ("B", "T2"): "2.3"}
    rows = [
        lesion(
            "BL",
            name,
            reader=reader,
            baseline=True,
            nodal=False,
            state="measured",
            organ=f"organ of {reader}",
            series=f"1.{number}",
            frame_of_reference=frames[reader, name],
            x_mm="1.000",
            y_mm="2.000",
            z_mm="3.000",
        )
        for number, (reader, name) in enumerate(frames, start=1)
    ]
    reads = pl.DataFrame(rows).select(
        pl.col(name) if name in rows[0] else pl.lit(None, pl.String).alias(name)
        for name in READS_COLUMNS
    )
    visits = reads.select("subject", "reader", "timepoint", date_first="date", date_last="date")
    visits = visits.unique(maintain_order=True).with_columns(
        pl.lit(None, pl.String).alias(name) for name in VISITS_COLUMNS[5:]
    )
    criteria = CriteriaReference(id="recist-1.1")
    documents = reads_from_tables(reads, visits, study="S", criteria=criteria)
    (tmp_path / "reads").mkdir()
    for read in documents:
        save_read_document(read, tmp_path / "reads" / f"{read.reader}.json")
    reads_table(documents).write_csv(tmp_path / "reads.csv")
    found = [
        reconcile(source, readers=("A", "B")).matched_lesions
        for source in (tmp_path / "reads", tmp_path / "reads.csv")
    ]
    assert found[0].equals(found[1])
    assert found[1].select("lesion_1", "lesion_2", "matched_by", "distance_mm").rows() == [
        ("T1", "T1", "place", 0.0),
        ("T2", "T2", "place", 0.0),
    ]
