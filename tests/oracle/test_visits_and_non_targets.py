"""The second engine on joined visits rows, non-targets never seen to go, and dates (C2 to C23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.oracle.build import best, column, courses, day, products, row, visit_row
from tests.oracle.engine import assess
from tests.oracle.tables import Row, reads_of

# ---- C2: a reader's own visits row, and the one of all readers


def _of_two_readers(*sizes: str) -> list[Row]:
    return [each | {"reader": reader} for reader in "AB" for each in courses(*sizes)]


def _joined(*rows: Row) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Return coverage, marker and statement of each reader's second visit."""
    return {
        reader: (visits[1].coverage, visits[1].marker, visits[1].statement)
        for (_, reader), visits in reads_of(_of_two_readers("30 30"), rows).items()
    }


@pytest.mark.parametrize("own_first", [True, False])
def test_own_visits_row_is_filled_from_the_shared_one_cell_by_cell(own_first: bool) -> None:
    own = visit_row(1, reader="A", coverage="pelvis missing", new_lesions="equivocal")
    shared = visit_row(1, coverage="complete", tumour_marker="normal", new_lesions="none")
    rows = (own, shared) if own_first else (shared, own)
    assert _joined(*rows) == {
        "A": ("pelvis missing", "normal", "equivocal"),
        "B": ("complete", "normal", "none"),
    }


def test_visit_dates_are_the_earliest_and_latest_of_own_and_shared_row() -> None:
    own = visit_row(1, reader="A", date_first=day(27), date_last=None)
    shared = visit_row(1, date_first=day(28), date_last=day(30))
    visits = reads_of(_of_two_readers("30 30"), [own, shared])
    assert (visits["S1", "A"][1].first, visits["S1", "A"][1].last) == (day(27), day(30))
    assert (visits["S1", "B"][1].first, visits["S1", "B"][1].last) == (day(28), day(30))


def test_shared_marker_stands_where_the_reader_states_only_the_coverage() -> None:
    visits = [visit_row(number, tumour_marker="elevated") for number in (0, 1)]
    visits.append(visit_row(1, reader="A", coverage="pelvis missing"))
    visits.append(visit_row(1, reader="B", tumour_marker="normal"))
    responses, _ = assess(_of_two_readers("30 0"), criteria="recist-1.1", visits=visits)
    assert [(line["response"], line["flags"]) for line in responses if line["response"]] == [
        ("PR", "marker-not-normal;coverage-incomplete"),
        ("CR", ""),
    ]


# ---- C14, C16: non-targets that nobody saw go


def _node(*shorts: str | None) -> list[Row]:
    """Return a nodal non-target with its short axes over the visits; None is absent."""
    return [
        row(visit, "X1", "present", "15", short_mm=short, nodal=True)
        if short
        else row(visit, "X1", "absent", nodal=True)
        for visit, short in enumerate(shorts)
    ]


@pytest.mark.parametrize(
    ("shorts", "words"),
    [
        (("10", "9.999"), ["CR"]),
        (("10", "10"), ["NON-CR/NON-PD"]),
        (("9.999", "8"), ["NON-CR/NON-PD"]),
        (("9.999", "12", "8"), ["NON-CR/NON-PD", "NON-CR/NON-PD"]),
        (("9.999", None), ["CR"]),
        (("10", "9", "9"), ["CR", "CR"]),
    ],
)
def test_node_below_10_mm_at_baseline_goes_only_by_being_absent(
    shorts: tuple[str | None, ...], words: list[str]
) -> None:
    assert column(_node(*shorts), "non_target") == words


def test_node_without_a_size_at_baseline_goes_by_its_size() -> None:
    reads = [row(0, "X1", "present", nodal=True), *_node("9", "9")[1:]]
    assert column(reads, "non_target") == ["CR"]
    unused = row(0, "X1", "not-evaluable", "9", short_mm="9", nodal=True, reason="artefact")
    assert column([unused, *_node("9", "9")[1:]], "non_target") == ["CR"]


def test_node_that_was_small_at_baseline_is_disease_after_a_complete_response() -> None:
    reads = [*_node("9", None, "9")]
    assert column(reads, "response") == ["CR", "PD"]
    assert column(reads, "flags") == ["", "reappeared"]


def test_recist_1_0_never_takes_a_node_as_gone_by_its_size() -> None:
    assert column(_node("12", "9"), "non_target", criteria="recist-1.0") == ["NON-CR/NON-PD"]


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ("not-evaluable absent", ["NE"]),
        ("not-evaluable absent absent", ["NE", "NE"]),
        ("not-evaluable present absent", ["NON-CR/NON-PD", "CR"]),
        ("not-evaluable increased absent", ["NON-CR/NON-PD", "CR"]),
        ("not-evaluable progressed absent", ["PD", "CR"]),
        ("not-evaluable absent present absent", ["NE", "NON-CR/NON-PD", "CR"]),
        ("present not-evaluable absent", ["NE", "CR"]),
    ],
)
def test_non_target_that_was_never_seen_cannot_have_gone(states: str, words: list[str]) -> None:
    reads = [row(visit, "X1", state) for visit, state in enumerate(states.split())]
    assert column(reads, "non_target") == words


def test_non_target_first_recorded_absent_is_not_evaluable() -> None:
    reads = [*courses("30 0 0"), row(1, "X1", "absent"), row(2, "X1", "absent")]
    assert column(reads, "non_target") == ["NE", "NE"]
    assert column(reads, "response") == ["PR", "PR"]


def test_non_target_seen_only_before_the_baseline_cannot_have_gone() -> None:
    reads = [row(visit, "X1", "present" if visit == 0 else "absent") for visit in (0, 2)]
    reads.append(row(1, "X1", "not-evaluable", baseline=True, reason="artefact"))
    responses, _ = assess(reads, criteria="recist-1.1")
    assert [line["non_target"] for line in responses] == [None, None, "NE"]


# ---- C23: the scan that shows progression by a single lesion


def _second_on(reads: list[Row], days: dict[str, int]) -> list[Row]:
    """Return the rows with the second visit's scans of some lesions so many days later."""
    for each in reads:
        if each["timepoint"] == "v1":
            each["date"] += timedelta(days=days.get(each["lesion"], 0))
    return reads


def _progression(reads: list[Row], **given: Any) -> object:  # noqa: ANN401 - as `best`
    return best(reads, criteria="who-1979", **given)["progression_date"]


def test_who_progression_is_dated_by_the_lesion_that_progressed() -> None:
    sizes = ("30x30 30x30", "10x10 20x20", "10x10 15x15")
    reads = _second_on(products(*sizes), {"T2": 2, "T3": 1})
    assert _progression(reads) == day(29)
    by_sum = _second_on(products("30x30 30x30", "30x30 40x40"), {"T2": 2})
    assert _progression(by_sum) == day(30)
    assert _progression(by_sum, who_pd="sum") == day(28)


@pytest.mark.parametrize(("delays", "shown"), [({"T1": 1, "T2": 2}, 29), ({"T1": 2, "T2": 1}, 29)])
def test_who_progression_of_merged_lesions_is_dated_by_any_of_them(
    delays: dict[str, int], shown: int
) -> None:
    reads = products("10x10 20x20", "10x10", "30x30 30x30")
    reads.append(row(1, "T2", "merged", merged_into="T1"))
    assert _progression(_second_on(reads, delays)) == day(shown)


def test_who_progression_by_an_imputed_size_is_dated_by_its_scan_where_it_counts() -> None:
    reads = [*products("10x10 10x10", "10x10 20x20"), row(0, "T3", "too-small", "1", short_mm="1")]
    reads.append(row(1, "T3", "too-small"))
    reads = _second_on(reads, {"T2": 2, "T3": 1})
    assert _progression(reads) == day(29)
    assert _progression(reads, imputed_can_progress=False) == day(30)


def test_who_progression_elsewhere_still_counts_for_the_date() -> None:
    reads = products("10x10 20x20", "30x30 30x30")
    reads += [row(0, "X1", "present"), row(1, "X1", "progressed")]
    assert _progression(_second_on(reads, {"T1": 2, "X1": 1})) == day(29)
