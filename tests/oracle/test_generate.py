"""The made-up tables: faultless, settled by the seed, and on the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from tests.oracle.engine import FLAGS, assess
from tests.oracle.generate import Case, generate
from tests.oracle.lesions import thousandths
from tests.oracle.parameters import CRITERIA
from tests.oracle.tables import Row, Visit, baseline_of, reads_of


@pytest.mark.parametrize("criteria", list(CRITERIA))
def test_generator_is_settled_by_its_seed(criteria: str) -> None:
    assert generate(3, 10, criteria) == generate(3, 10, criteria)
    assert generate(3, 10, criteria) != generate(4, 10, criteria)


@pytest.mark.parametrize("criteria", list(CRITERIA))
def test_generator_hits_every_limit_and_every_flag(criteria: str) -> None:
    limits = {"PR": 0, "PD": 0}
    flags: set[str] = set()
    words: set[str] = set()
    for seed in range(40):
        case = generate(seed, 30, criteria)
        given: dict[str, Any] = {"visits": case.visits, "subjects": case.subjects}
        given |= {"events": case.events, "margins": False}
        responses, _ = assess(case.reads, criteria=criteria, **given, **case.options)
        for line in responses:
            flags |= set(line["flags"].split(";"))
            words.add(line["response"])
            parameters = CRITERIA[criteria]
            limits["PR"] += (
                line["change_from_baseline_percent"] == parameters.response_percent - 100
            )
            limits["PD"] += (
                line["change_from_nadir_percent"] == parameters.progression_percent - 100
            )
    assert min(limits.values()) >= 20
    assert flags - {""} == set(FLAGS)
    assert words == {None, "CR", "PR", parameters.stable, "PD", "NE", "NON-CR/NON-PD", "NA"}


@pytest.mark.parametrize("criteria", list(CRITERIA))
def test_generated_tables_have_no_faults(criteria: str) -> None:
    faults = [fault for seed in range(30) for fault in _faults(generate(seed, 20, criteria))]
    assert faults == []


def _faults(case: Case) -> list[str]:
    """Return what is wrong with made-up tables, in a few words each."""
    faults = []
    references = {r["subject"]: r["reference_date"] for r in case.subjects}
    for (subject, reader), visits in reads_of(case.reads, case.visits).items():
        baseline = visits[baseline_of(visits, references.get(subject))]
        where = f"{subject} {reader}"
        if any(before.first >= after.first for before, after in pairwise(visits)):
            faults.append(f"{where}: visits begin on the same day")
        names = {r["lesion"] for v in visits for r in v.rows if r["role"] == "target"}
        if not names <= {
            r["lesion"] for r in baseline.rows if r["state"] in ("measured", "split", "too-small")
        }:
            faults.append(f"{where}: a target without its size at baseline")
        if any(r["role"] == "new" for v in visits if v.first <= baseline.first for r in v.rows):
            faults.append(f"{where}: a new lesion at baseline")
        stated = [
            r for r in case.visits if r["subject"] == subject and r["reader"] in (None, reader)
        ]
        faults += [f"{where}: {fault}" for fault in _visit_faults(visits, baseline, stated)]
        for visit in visits:
            faults += [f"{where}: {fault}" for each in visit.rows for fault in _row_faults(each)]
            seen = [(r["lesion"], r["fragment"]) for r in visit.rows]
            if len(seen) != len(set(seen)):
                faults.append(f"{where}: a lesion twice")
            holders = {r["lesion"]: r for r in visit.rows if r["role"] == "target"}
            faults += [
                f"{where}: merged into what is not there"
                for r in visit.rows
                if r["state"] == "merged"
                and (
                    holders[r["merged_into"]]["state"] in ("merged", "absent")
                    or holders[r["merged_into"]]["compartment"] != r["compartment"]
                )
            ]
    return faults


def _visit_faults(visits: list[Visit], baseline: Visit, stated: list[Row]) -> list[str]:
    """Return faults of dates (C2), of non-targets at the baseline (C16), of statements (C18)."""
    faults = []
    if any(
        row["role"] == "non-target" and row["state"] not in ("present", "not-evaluable")
        for row in baseline.rows
    ):
        faults.append("a non-target that is neither present nor not evaluable at baseline")
    if any(visit.statement is not None for visit in visits if visit.first <= baseline.first):
        faults.append("a new lesion stated at baseline")
    for visit in visits:
        for row in (row for row in stated if row["timepoint"] == visit.timepoint):
            first, last = row["date_first"] or visit.first, row["date_last"] or visit.last
            if any(not first <= each["date"] <= last for each in visit.rows) or last < first:
                faults.append("a row dated outside the dates of its visit")
    if len({(row["timepoint"], row["reader"]) for row in stated}) < len(stated):
        faults.append("a visit stated twice")
    return faults


def _row_faults(each: Row) -> list[str]:
    faults = []
    sizes = [thousandths(text) for text in (each["longest_mm"], each["short_mm"]) if text]
    if each["state"] in ("measured", "split") and each["role"] == "target" and not all(sizes):
        faults.append("no size")
    if each["state"] in ("measured", "split") and not sizes:
        faults.append("no size")
    if any(size > 1_000_000 for size in sizes):
        faults.append("longer than a metre")
    if each["state"] == "too-small" and any(size >= 10_000 for size in sizes):
        faults.append("too small to measure with 10 mm")
    if each["state"] == "absent" and sizes:
        faults.append("a size where there is none")
    if len(sizes) == 2 and sizes[1] > sizes[0]:
        faults.append("short above long")
    if (each["state"] == "not-evaluable") != (each["reason"] is not None):
        faults.append("reason")
    return faults


@pytest.mark.parametrize("criteria", list(CRITERIA))
def test_generator_makes_every_situation_that_conventions_settle(criteria: str) -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        seen.update(_situations(generate(seed, 30, criteria)))
    assert {name for name in SITUATIONS if seen[name] < 10} == set()


SITUATIONS = (
    "own and shared visits row",
    "own visits row leaves a marker open",
    "own visits row leaves its dates open",
    "own and shared dates differ",
    "own and shared markers differ",
    "not evaluable at baseline, then absent",
    "first recorded absent",
    "small node at baseline, present and small later",
    "a metre",
    "too small with 9.999 mm",
    "several dates of the targets of a visit",
)


def _situations(case: Case) -> Iterator[str]:
    """Yield a name for each time that a table shows what a convention settles."""
    shared = {(r["subject"], r["timepoint"]): r for r in case.visits if r["reader"] is None}
    for own in case.visits:
        other = shared.get((own["subject"], own["timepoint"]))
        if own["reader"] is None or other is None:
            continue
        yield "own and shared visits row"
        if own["tumour_marker"] is None and other["tumour_marker"] is not None:
            yield "own visits row leaves a marker open"
        elif own["tumour_marker"] != other["tumour_marker"] is not None:
            yield "own and shared markers differ"
        if own["date_first"] is None:
            yield "own visits row leaves its dates open"
        elif own["date_last"] != other["date_last"]:
            yield "own and shared dates differ"
    for row in case.reads:
        yield from _sizes(row)
    references = {r["subject"]: r["reference_date"] for r in case.subjects}
    for (subject, _), visits in reads_of(case.reads, case.visits).items():
        yield from _courses(visits[baseline_of(visits, references.get(subject)) :])


def _sizes(row: Row) -> Iterator[str]:
    """Yield the situations of one row."""
    if row["longest_mm"] is not None and thousandths(row["longest_mm"]) == 1_000_000:
        yield "a metre"
    sized = [thousandths(text) for text in (row["longest_mm"], row["short_mm"]) if text]
    if row["state"] == "too-small" and 9_999 in sized:
        yield "too small with 9.999 mm"


def _courses(visits: list[Visit]) -> Iterator[str]:
    """Yield the situations of one read from its baseline on."""
    for visit in visits:
        if len({row["date"] for row in visit.rows if row["role"] == "target"}) > 1:
            yield "several dates of the targets of a visit"
    names = {row["lesion"] for v in visits for row in v.rows if row["role"] == "non-target"}
    for name in names:
        rows = [row for visit in visits for row in visit.lesion(name)]
        if [row["state"] for row in rows[:2]] == ["not-evaluable", "absent"]:
            yield "not evaluable at baseline, then absent"
        if rows[0]["state"] == "absent":
            yield "first recorded absent"
        small = [
            row["state"] == "present" and row["short_mm"] and thousandths(row["short_mm"]) < 10_000
            for row in rows
        ]
        if rows[0]["nodal"] and small[0] and any(small[1:]) and visits[0].lesion(name):
            yield "small node at baseline, present and small later"


def test_who_progression_is_often_shown_by_a_later_scan_than_the_first() -> None:
    later = 0
    for seed in range(20):
        case = generate(seed, 40, "who-1979")
        by_lesion = case.options | {"who_pd": "lesion"}
        _, best = _assessed(case, by_lesion)
        visits = reads_of(case.reads, case.visits)
        for row in best:
            day = row["progression_date"]
            of_read = visits[row["subject"], row["reader"]]
            later += any(visit.first < day <= visit.last for visit in of_read if day)
    assert later >= 20


def _assessed(case: Case, options: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    given: dict[str, Any] = {"visits": case.visits, "subjects": case.subjects}
    given |= {"events": case.events, "margins": False}
    return assess(case.reads, criteria=case.criteria, **given, **options)


@pytest.mark.parametrize(
    ("option", "change"),
    [
        ("confirmation_days", lambda days: days + 1),
        ("confirmation_days", lambda days: days - 1),
        ("max_intervening_ne", lambda most: most + 1),
        ("accept_sd_between", lambda accept: not accept),
        ("sustain_pr", lambda sustain: not sustain),
        ("compartment_stop", lambda stop: "own" if stop == "first" else "first"),
        ("min_sd_days", lambda days: days and days + 1),
        ("min_sd_days", lambda days: days and days - 1),
        ("imputed_can_progress", lambda can: not can),
    ],
)
def test_made_up_tables_tell_options_apart(option: str, change: Callable[[Any], Any]) -> None:
    cases = (generate(seed, 40, "recist-1.1") for seed in range(40))
    assert any(
        _assessed(case, case.options)
        != _assessed(case, case.options | {option: change(case.options[option])})
        for case in cases
    )


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("normal_node_below", 10_001),
        ("normal_node_below", 9_999),
        ("stand_in", 4_999),
        ("least_increase", 4_999),
        ("least_increase", 5_001),
        ("response_percent", 71),
        ("progression_percent", 119),
    ],
)
def test_made_up_tables_tell_limits_apart(
    rule: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other: dict[str, Any] = {rule: value}
    as_it_is, changed = CRITERIA["recist-1.1"], replace(CRITERIA["recist-1.1"], **other)
    found = False
    for seed in range(40):
        case = generate(seed, 40, "recist-1.1")
        before = _assessed(case, case.options)
        monkeypatch.setitem(CRITERIA, "recist-1.1", changed)
        found = _assessed(case, case.options) != before
        monkeypatch.setitem(CRITERIA, "recist-1.1", as_it_is)
        if found:
            break
    assert found
