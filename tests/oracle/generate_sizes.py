"""Sizes that lie on, just under and just over every limit, as decimal text."""

from __future__ import annotations

from math import isqrt
from random import Random

from tests.oracle.parameters import Parameters

SHORT_AXES = (25_000, 20_000, 16_000, 12_500, 10_000, 8_000, 5_000, 4_000, 2_500, 2_000, 1_000)
LONGEST = 1_000_000
"""The longest length that a table may hold, in 0.001 mm."""
TOO_SMALL = (2_000, 3_000, 4_000, 9_999)
NODE_SHORTS = (10_000, 9_999, 9_900, 10_001, 9_500, 5_000, 15_000)


def text(thousandths: int, random: Random) -> str:
    """Return a length in 0.001 mm as decimal text, with or without closing zeros."""
    whole, rest = divmod(thousandths, 1000)
    if rest == 0 and random.random() < 0.5:
        return str(whole)
    digits = f"{rest:03d}"
    return f"{whole}.{digits}" if random.random() < 0.3 else f"{whole}.{digits.rstrip('0') or '0'}"


def axes_of(
    value: int, parameters: Parameters, random: Random, *, as_node: bool
) -> tuple[int, int | None]:
    """Return longest and short axis in 0.001 mm whose size is `value`, or close to it."""
    if parameters.product:
        value = min(value, LONGEST * LONGEST)
        fitting = [s for s in SHORT_AXES if value % s == 0 and s <= value // s <= LONGEST]
        if fitting:
            short = random.choice(fitting[:3])
            return value // short, short
        short = min(isqrt(value), 1000) if value // 1000 <= LONGEST else isqrt(value)
        return min(value // short, LONGEST), short
    value = min(value, LONGEST)
    if as_node:
        return min(value + random.choice((0, 0, 1_000, 7_300)), LONGEST), value
    if random.random() < 0.6:
        return value, None
    return value, max(1, value - random.choice((0, 1, 2_500)))


def first_size(parameters: Parameters, random: Random) -> int:
    """Return a size for the baseline: whole, tenths or thousandths of a millimetre."""
    step = random.choice((5_000, 1_000, 1_000, 100, 100, 1))
    longest = random.randrange(10_000, 60_000, step) if random.random() < 0.99 else LONGEST
    if not parameters.product:
        return longest
    short = random.choice([axis for axis in SHORT_AXES[:6] if axis <= longest] or [10_000])
    return longest * short


def goal_of(
    intent: str, baseline_sum: int, nadir_sum: int, parameters: Parameters, random: Random
) -> int:
    """Return a sum for a visit: mostly on a limit or one step beside it."""
    aside = random.choice((0, 0, 0, -1, 1)) * random.choice((1, 1, 100, 1000))
    if parameters.product:
        aside *= 1000
    if intent == "PR":
        if random.random() < 0.6:
            return baseline_sum * parameters.response_percent // 100 + aside
        return int(baseline_sum * random.uniform(0.1, 0.8))
    if intent == "PD":
        by_percent = -(-nadir_sum * parameters.progression_percent // 100)
        by_least = nadir_sum + (parameters.least_increase or parameters.steps)
        either = random.choice((by_percent, by_percent, by_least, max(by_percent, by_least)))
        return either + aside
    if random.random() < 0.3:
        return random.choice((baseline_sum, nadir_sum)) + aside
    return int(random.uniform(0.65, 1.25) * random.choice((baseline_sum, nadir_sum)))


def share(goal: int, weights: list[int], parameters: Parameters, random: Random) -> list[int]:
    """Divide a sum among lesions after their weights; the last one makes it exact."""
    coarse = 100 if not parameters.product else 500_000
    least = parameters.steps // 2
    whole = sum(weights) or 1
    parts: list[int] = []
    for weight in weights[:-1]:
        part = int(goal * weight / whole * random.uniform(0.8, 1.15)) // coarse * coarse
        parts.append(max(part, least))
    rest = goal - sum(parts)
    while rest < least and any(part > 2 * least for part in parts):
        parts = [max(part // 2 // coarse * coarse, least) for part in parts]
        rest = goal - sum(parts)
    return [*parts, max(rest, least)]
