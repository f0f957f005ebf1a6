"""Lesions are found where they went; what cannot be sure says so, with the reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest
import SimpleITK

from recistkit.errors import RegistrationError
from recistkit.propagation import (
    GlobalStep,
    LesionPlace,
    SearchBox,
    global_step,
    propagate,
)
from tests.propagation.phantom import Lesion, Pair, pair, scan

SPACING_MM: Final = (3.0, 3.0, 4.0)
LENGTH_MM: Final = 160.0
GONE: Final = "the lesion itself looks otherwise, or is gone"


class Stopped(Exception):  # noqa: N818  it is no error
    """What a caller stops with."""


@pytest.fixture(scope="module")
def patient() -> Pair:
    return pair(1, lesions=3, spacing_mm=SPACING_MM, length_mm=LENGTH_MM)


@pytest.fixture(scope="module")
def step(patient: Pair) -> GlobalStep:
    return global_step(patient.baseline, patient.follow_up)


def places(lesions: Sequence[Lesion]) -> list[LesionPlace]:
    return [LesionPlace(point_mm=one.centre_mm, longest_mm=2 * one.radius_mm) for one in lesions]


def test_lesions_are_found_where_they_went(patient: Pair, step: GlobalStep) -> None:
    proposals = propagate(patient.baseline, patient.follow_up, places(patient.lesions), step=step)
    assert [(one.confidence, one.reasons) for one in proposals] == [("high", ())] * 3
    for one, lesion, truth in zip(proposals, patient.lesions, patient.truth_mm, strict=True):
        assert math.dist(one.point_mm, truth) < 2.0
        assert one.box == SearchBox.about(one.point_mm, lesion.radius_mm + 10.0)
        assert one.box.contains(truth)


def test_the_same_scans_give_the_same_bits_whatever_the_number_of_threads(
    patient: Pair, step: GlobalStep
) -> None:
    usual = SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
    first = places(patient.lesions[:1])
    made = []
    try:
        for threads in (1, 3):
            SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
            again = global_step(patient.baseline, patient.follow_up)
            made.append((again, propagate(patient.baseline, patient.follow_up, first, step=again)))
    finally:
        SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(usual)
    assert made[0] == made[1]
    assert made[0][0] == step


def test_a_lesion_that_is_gone_is_not_sure(patient: Pair, step: GlobalStep) -> None:
    gone = replace(patient.later[0], radius_mm=1e-3)
    later = scan(
        patient.patient,
        (gone, *patient.later[1:]),
        patient.motion,
        spacing_mm=SPACING_MM,
        uid=patient.follow_up[0].uid,
    )
    proposals = propagate(patient.baseline, later, places(patient.lesions), step=step)
    assert [one.confidence for one in proposals] == ["low", "high", "high"]
    assert GONE in proposals[0].reasons
    reach_mm = patient.lesions[0].radius_mm + 30.0
    assert proposals[0].box == SearchBox.about(proposals[0].point_mm, reach_mm)


def test_a_scan_that_ends_before_a_lesion_is_said_and_the_others_are_found(patient: Pair) -> None:
    lesions = sorted(patient.lesions, key=lambda one: one.centre_mm[2])
    lowest, highest = (patient.motion.forth(one.centre_mm)[2] for one in (lesions[0], lesions[-1]))
    part = scan(
        patient.patient,
        patient.later,
        patient.motion,
        spacing_mm=SPACING_MM,
        uid="2.25.3",
        from_mm=lowest + 12.0,
        to_mm=200.0,
    )
    proposals = propagate(patient.baseline, part, places([lesions[0], lesions[-1]]))
    assert proposals[0].confidence == "low"
    assert proposals[0].reasons == ("outside the follow-up scan",)
    assert highest > lowest + 12.0
    assert math.dist(proposals[1].point_mm, patient.motion.forth(lesions[-1].centre_mm)) < 3.0


def test_a_place_outside_the_baseline_is_said(patient: Pair, step: GlobalStep) -> None:
    outside = LesionPlace(point_mm=(0.0, 0.0, -500.0))
    (proposal,) = propagate(patient.baseline, patient.follow_up, [outside], step=step)
    assert (proposal.confidence, proposal.reasons) == ("low", ("outside the baseline scan",))


def test_another_patient_is_never_sure(patient: Pair) -> None:
    other = pair(51, lesions=3, spacing_mm=SPACING_MM, length_mm=LENGTH_MM)
    proposals = propagate(patient.baseline, other.follow_up, places(patient.lesions[:2]))
    assert [one.confidence for one in proposals] == ["low"] * 2
    assert all(one.reasons for one in proposals)


def test_scans_of_two_modalities_are_refused(patient: Pair) -> None:
    series, image = patient.follow_up
    magnetic = (replace(series, modality="MR"), image)
    with pytest.raises(RegistrationError) as refused:
        propagate(patient.baseline, magnetic, places(patient.lesions))
    assert str(refused.value) == "a place is not carried from CT to MR"


def test_a_step_of_other_scans_is_refused(patient: Pair, step: GlobalStep) -> None:
    with pytest.raises(RegistrationError) as refused:
        propagate(patient.follow_up, patient.baseline, places(patient.lesions), step=step)
    assert str(refused.value) == "the global step is one of other scans"


def test_scans_that_show_nothing_are_refused(patient: Pair) -> None:
    series, image = patient.follow_up
    nothing = image * 0
    with pytest.raises(RegistrationError) as refused:
        propagate(patient.baseline, (series, nothing), places(patient.lesions))
    assert str(refused.value) == "the two scans show nothing in common"


def test_scans_of_one_slice_are_refused_or_unsure(patient: Pair) -> None:
    thin = scan(
        patient.patient,
        patient.lesions,
        spacing_mm=SPACING_MM,
        uid="2.25.4",
        from_mm=60.0,
        to_mm=61.0,
    )
    assert thin[0].slices == 1
    try:
        proposals = propagate(patient.baseline, thin, places(patient.lesions))
    except RegistrationError:
        return
    assert [one.confidence for one in proposals] == ["low"] * 3


@pytest.mark.parametrize("at", [1, 5, 40])
def test_a_caller_can_stop_it_at_any_step(patient: Pair, at: int) -> None:
    told: list[float] = []

    def stop(share: float) -> None:
        told.append(share)
        if len(told) == at:
            raise Stopped

    with pytest.raises(Stopped):
        propagate(patient.baseline, patient.follow_up, places(patient.lesions), on_step=stop)
    assert len(told) == at


def test_what_is_done_is_told_from_nothing_to_all(patient: Pair, step: GlobalStep) -> None:
    told: list[float] = []
    first = places(patient.lesions[:1])
    global_step(patient.baseline, patient.follow_up, on_step=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    told.clear()
    propagate(patient.baseline, patient.follow_up, first, step=step, on_step=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_no_lesions_are_nothing_to_do(patient: Pair, step: GlobalStep) -> None:
    assert propagate(patient.baseline, patient.follow_up, [], step=step) == ()
