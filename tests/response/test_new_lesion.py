"""New lesions: unequivocal, equivocal, stated by the reader (Eisenhauer 2009, 4.3.5; C17-C19)."""

from __future__ import annotations

import pytest

from tests.response.patients import best, course

FOUR = ("recist-1.1", "recist-1.0", "who-1979", "zhu-2013")


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("size", ["gone", "10x10", "50x50", "NE", "90x90"])
def test_an_unequivocal_new_lesion_is_pd_whatever_the_rest(name: str, size: str) -> None:
    text = f"""
        T1 50x50 {size}
        N1 .     new
    """
    rows = course(text, "new_lesion", "response", criteria=name)
    assert rows == [("unequivocal", "PD")]


def test_the_rule_names_the_new_lesion_only_where_nothing_else_decides() -> None:
    text = """
        T1 50   20  90  90
        X1 seen seen seen worse
        N1 .    new new new
    """
    assert course(text, "rule") == ["new-lesion", "target-pd", "target-pd"]
    text = """
        T1 50   20   20
        X1 seen worse seen
        N1 .    new  new
    """
    assert course(text, "rule") == ["non-target-pd", "new-lesion"]


def test_a_new_lesion_is_new_for_good() -> None:
    text = """
        T1 50 20 20 20 20
        N1 .  new . gone NE
    """
    assert course(text, "new_lesion", "response") == [("unequivocal", "PD")] * 4


def test_an_equivocal_lesion_changes_no_response() -> None:
    text = """
        T1 50 20 20
        N1 .  maybe .
    """
    assert course(text, "new_lesion", "response", "flags") == [
        ("equivocal", "PR", None),
        ("none", "PR", None),
    ]


def test_progression_is_dated_back_to_the_first_sighting() -> None:
    text = """
        T1 50 20 20    20    20  20
        N1 .  .  maybe maybe new .
    """
    assert course(text, "new_lesion", "response", "flags") == [
        ("none", "PR", None),
        ("unequivocal", "PD", "back-dated"),
        ("unequivocal", "PD", "back-dated;after-progression"),
        ("unequivocal", "PD", "after-progression"),
        ("unequivocal", "PD", "after-progression"),
    ]
    assert best(text, "progression_date", "best_response") == (56, "PR")


def test_an_equivocal_lesion_that_goes_away_is_no_sighting_of_another() -> None:
    text = """
        T1 50 20    20
        N1 .  maybe gone
        N2 .  .     new
    """
    assert course(text, "new_lesion", "response", "flags") == [
        ("equivocal", "PR", None),
        ("unequivocal", "PD", None),
    ]


@pytest.mark.parametrize("cell", ["gone", "NE"])
def test_absent_or_not_evaluable_is_no_sighting(cell: str) -> None:
    text = f"""
        T1 50 20     20
        N1 .  {cell} new
    """
    assert course(text, "new_lesion", "response", "flags") == [
        ("none", "PR", None),
        ("unequivocal", "PD", None),
    ]


def test_a_lesion_that_is_absent_for_good_is_never_new() -> None:
    text = """
        T1 50 20
        N1 .  gone
    """
    assert course(text, "new_lesion", "response") == [("none", "PR")]


def test_a_doubtful_lesion_is_not_dated_back_where_another_is_new_already() -> None:
    text = """
        T1 50 20    20    20
        N1 .  new   .     .
        N2 .  maybe maybe new
    """
    assert course(text, "flags") == [None, "after-progression", "after-progression"]


def test_a_doubtful_lesion_is_dated_back_only_to_where_the_other_became_certain() -> None:
    text = """
        T1 50 20    20    20
        N1 .  maybe maybe new
        N2 .  .     new   .
    """
    assert course(text, "flags") == ["back-dated", "after-progression", "after-progression"]


def test_the_statement_of_the_reader_makes_the_patient_pd() -> None:
    text = """
        T1 50 20 20 20
        stated . none unequivocal .
    """
    assert course(text, "new_lesion", "response", "flags") == [
        ("none", "PR", None),
        ("unequivocal", "PD", None),
        ("unequivocal", "PD", "after-progression"),
    ]


def test_the_statement_counts_from_its_first_visit_on() -> None:
    text = """
        T1 50 20 20 20
        stated . unequivocal none unequivocal
    """
    assert course(text, "new_lesion", "response") == [("unequivocal", "PD")] * 3


def test_a_stated_lesion_without_a_place_is_pd_of_no_compartment() -> None:
    text = """
        T1/primary 50 20 20
        T2/distant 50 20 20
        stated . unequivocal none
    """
    assert course(text, "new_lesion", "response", "flags") == [
        ("unequivocal", "PD", "new-lesion-not-placed"),
        ("unequivocal", "PD", "after-progression"),
    ]
    assert course(text, "new_lesion", "response", "flags", of="primary") == [
        ("none", "PR", "new-lesion-not-placed"),
        ("none", "PR", "after-progression"),
    ]


def test_a_statement_beside_the_row_of_the_lesion_adds_nothing() -> None:
    text = """
        T1/primary 50 20  20
        N1/primary .  new .
        stated . unequivocal unequivocal
    """
    assert course(text, "response", "flags") == [("PD", None), ("PD", "after-progression")]
    assert course(text, "new_lesion", "response", of="primary") == [("unequivocal", "PD")] * 2


def test_a_statement_before_the_lesion_has_its_row_counts_by_itself() -> None:
    text = """
        T1/primary 50 20  20
        T2/distant 50 20  20
        N1/primary .  .   new
        stated . unequivocal unequivocal
    """
    assert course(text, "new_lesion", "flags") == [
        ("unequivocal", "new-lesion-not-placed"),
        ("unequivocal", "after-progression"),
    ]
    assert course(text, "new_lesion", "response", of="primary") == [
        ("none", "PR"),
        ("unequivocal", "PD"),
    ]
    assert course(text, "new_lesion", of="distant") == ["none", "none"]


def test_without_compartments_a_stated_lesion_needs_no_place() -> None:
    assert course("T1 50 20\nstated . unequivocal", "flags") == [None]


def test_a_stated_doubt_is_shown_on_the_whole_patient() -> None:
    text = """
        T1/primary 50 20
        stated . equivocal
    """
    assert course(text, "new_lesion", "response") == [("equivocal", "PR")]
    assert course(text, "new_lesion", "response", of="primary") == [("none", "PR")]


def test_a_doubtful_lesion_is_not_dated_back_where_the_statement_came_first() -> None:
    text = """
        T1 50 20          20    20
        N1 .  .           maybe new
        stated . unequivocal . .
    """
    assert course(text, "flags") == [None, "after-progression", "after-progression"]


def test_a_stated_lesion_that_the_rows_call_doubtful_at_first_is_dated_back() -> None:
    text = """
        T1 50 20          20
        N1 .  maybe       new
        stated . unequivocal .
    """
    assert course(text, "response", "flags") == [
        ("PD", "back-dated"),
        ("PD", "after-progression"),
    ]


def test_not_assessable_keeps_the_response_and_is_shown_on_every_row() -> None:
    text = """
        T1/primary 50 20
        stated . not-assessable
    """
    for of in ("overall", "primary"):
        assert course(text, "new_lesion", "response", "flags", of=of) == [
            ("not-assessable", "PR", "new-lesions-not-assessable")
        ]


def test_the_strongest_word_is_shown() -> None:
    text = """
        T1 50 20    20  20
        N1 .  maybe .   .
        N2 .  .     new .
        stated . not-assessable not-assessable not-assessable
    """
    assert course(text, "new_lesion") == ["equivocal", "unequivocal", "unequivocal"]
    assert course("T1 50 20\nstated . none", "new_lesion") == ["none"]


def test_a_new_lesion_belongs_to_its_compartment_and_the_patient() -> None:
    text = """
        T1/primary 50 20
        T2/distant 50 20
        N1/distant .  new
    """
    found = {of: course(text, "response", of=of)[0] for of in ("primary", "distant", "overall")}
    assert found == {"primary": "PR", "distant": "PD", "overall": "PD"}


def test_a_compartment_without_disease_is_na_until_a_new_lesion() -> None:
    text = """
        T1/primary 50 20 20
        N1/distant .  .  new
    """
    assert course(text, "target", "non_target", "response", of="distant") == [
        ("NA", "NA", "NA"),
        ("NA", "NA", "PD"),
    ]
