"""The response of one row (a compartment, or the whole patient) at one visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle.parameters import Options, Parameters


@dataclass(frozen=True)
class Facts:
    """All that the response of one visit hangs on, but for the sum of its targets."""

    has_targets: bool
    complete: bool
    """Every target is evaluable."""
    all_gone: bool
    """Every target is absent or a normal node."""
    imputed: int
    """The part of the sum that nobody measured."""
    baseline_sum: int | None
    nadir_sum: int | None
    """Smallest complete sum before this visit (A5)."""
    lesion_progresses: bool
    lesion_progresses_as_measured: bool
    had_response: bool
    """An earlier visit had target PR or CR, and none since then was PD (C13)."""
    non_target: str
    new_lesion: bool
    comes_back: bool
    """There was a CR before, and this visit shows disease (C20)."""


@dataclass(frozen=True)
class Answer:
    """A response and how it came about."""

    target: str
    response: str
    sustained: bool = False
    by_imputed_size: bool = False
    by_partial_sum: bool = False
    reappeared: bool = False


def grown(size: int, smallest: int | None, parameters: Parameters) -> bool:
    """Tell whether a size has progressed from the smallest earlier one (1.4, A2, A6, C10)."""
    if smallest is None:
        return False
    return (
        size > smallest
        and 100 * size >= parameters.progression_percent * smallest
        and size - smallest >= parameters.least_increase
    )


def overall_cell(target: str, non_target: str, new: bool) -> str:
    """Return the cell of Tables 1 and 2 (Eisenhauer 2009), with A7 and A11.

    `target` and `non_target` are `NA` where there was no such disease at baseline.
    """
    if new or "PD" in (target, non_target):
        return "PD"
    if target == "NA":
        # Table 2: the non-target column is the answer; NA where there is nothing at all.
        return non_target
    if target == "CR":
        # CR with non-targets that persist or were not evaluated is PR.
        return "CR" if non_target in ("CR", "NA") else "PR"
    # PR, SD (NC) and NE stand, whether the non-targets were evaluated or not.
    return target


def answer(total: int, facts: Facts, parameters: Parameters, options: Options) -> Answer:
    """Return the response of a visit whose targets sum up to `total` (the measured part)."""
    target = _target(total, facts, parameters, options)
    cell = overall_cell(target.target, facts.non_target, facts.new_lesion)
    reappeared = facts.comes_back and cell != "PD"
    return Answer(
        target=target.target,
        response="PD" if reappeared else cell,
        sustained=target.sustained,
        by_imputed_size=target.by_imputed_size,
        by_partial_sum=target.by_partial_sum,
        reappeared=reappeared,
    )


def _target(total: int, facts: Facts, parameters: Parameters, options: Options) -> Answer:
    """Return the target response; the tests stand in the order CR, PD, NE, PR, SD (1.4)."""
    if not facts.has_targets:
        return Answer("NA", "")
    if facts.complete and facts.all_gone:
        return Answer("CR", "")
    if options.by_lesion:
        progresses = facts.lesion_progresses
        as_measured = facts.lesion_progresses_as_measured
    else:
        progresses = grown(total, facts.nadir_sum, parameters)
        as_measured = grown(total - facts.imputed, facts.nadir_sum, parameters)
    if as_measured or (progresses and options.imputed_can_progress):
        return Answer("PD", "", by_imputed_size=not as_measured, by_partial_sum=not facts.complete)
    if not facts.complete or facts.baseline_sum is None:
        return Answer("NE", "")
    smaller = 100 * total <= parameters.response_percent * facts.baseline_sum
    sustained = not smaller and options.sustain_pr and facts.had_response
    return Answer("PR" if smaller or sustained else "SD", "", sustained=sustained)


def margin(total: int, facts: Facts, parameters: Parameters, options: Options) -> int | None:
    """Return the smallest change of the sum that alters the response (C22), found by trying.

    A response answers to the sum in stretches that follow each other (PR, SD,
    PD), so on either side of today's sum the altered part begins somewhere and
    goes on to the end: it is looked for between today's sum and that end.
    """
    today = answer(total, facts, parameters, options).response

    def altered(change: int) -> bool:
        return answer(total + change, facts, parameters, options).response != today

    references = [total, facts.baseline_sum or 0, facts.nadir_sum or 0, facts.imputed]
    far_up = 10 * sum(references) + 10 * parameters.steps
    up = _first_altered(altered, far_up)
    down = _first_altered(lambda change: altered(-change), total)
    if up is not None and (down is None or up <= down):
        return up
    return None if down is None else -down


def _first_altered(altered: Callable[[int], bool], end: int) -> int | None:
    """Return the smallest change in 1..end that alters, by halving."""
    if end < 1 or not altered(end):
        return None
    same, other = 0, end
    while other - same > 1:
        middle = (same + other) // 2
        if altered(middle):
            other = middle
        else:
            same = middle
    return other
