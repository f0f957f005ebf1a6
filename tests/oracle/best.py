"""Best response of a row: confirmation, minimum time of SD (rules 1.11, conventions C24-C28)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.oracle.parameters import Options

STABLE = ("SD", "NC")
AS_GOOD_AS = {"CR": ("CR",), "PR": ("PR", "CR")}


def best_from_sequence(
    responses: Sequence[str],
    dates: Sequence[date],
    *,
    sustained: Sequence[bool] | None = None,
    has_targets: bool = True,
    confirmation_days: int = 28,
    max_intervening_ne: int = 1,
    accept_sd_between: bool = False,
    min_sd_days: int | None = None,
    reference: date | None = None,
    stable: str = "SD",
) -> dict[str, Any]:
    """Return the best response of visits after the baseline, in order of time.

    Visits after the first PD are left out. `dates` are those of the last scan
    of each visit, `sustained` tells which PR are only so by name, `reference`
    is where the minimum time of SD starts, `stable` the word for SD.

    Returns
    -------
    dict
        ``best_response``, ``best_response_confirmed``, ``confirmed_pair``
        (positions of the pair that makes the confirmed best response, or
        None), ``response_index`` (first PR or CR), ``progression_index``.
    """
    count = len(responses)
    if "PD" in responses:
        count = list(responses).index("PD") + 1
    words = list(responses[:count])
    only_by_name = list(sustained[:count]) if sustained is not None else [False] * count
    options = Options(
        confirmation_days=confirmation_days,
        max_intervening_ne=max_intervening_ne,
        accept_sd_between=accept_sd_between,
    )
    real = ["sustained" if name else word for word, name in zip(words, only_by_name, strict=True)]
    late_enough = [
        not min_sd_days
        or (reference is not None and day >= reference + timedelta(days=min_sd_days))
        for day in dates[:count]
    ]
    pairs = {kind: _first_pair(kind, real, dates, options) for kind in ("CR", "PR")}
    response_index = next((i for i, word in enumerate(real) if word in ("CR", "PR")), None)
    confirmed = _lesser(real, late_enough, stable, has_targets=has_targets)
    for kind in ("PR", "CR"):
        if pairs[kind] is not None:
            confirmed = kind
    unconfirmed = _lesser(real, late_enough, stable, has_targets=has_targets)
    for kind in ("PR", "CR"):
        if kind in real:
            unconfirmed = kind
    return {
        "best_response": unconfirmed,
        "best_response_confirmed": confirmed,
        "confirmed_pair": pairs.get(confirmed),
        "response_index": response_index,
        "progression_index": count - 1 if "PD" in words else None,
    }


def _lesser(
    words: Sequence[str], late_enough: Sequence[bool], stable: str, *, has_targets: bool
) -> str:
    """Return the best response below CR and PR: those count as SD, if late enough (C26, A17)."""
    held = [word for word, late in zip(words, late_enough, strict=True) if late]
    if has_targets and any(word in ("CR", "PR", "sustained", *STABLE) for word in held):
        return stable
    if any(word in STABLE for word in held):
        return stable
    if "NON-CR/NON-PD" in held or (not has_targets and ("CR" in held or "PR" in held)):
        return "NON-CR/NON-PD"
    if "PD" in words:
        return "PD"
    if words and all(word == "NA" for word in words):
        return "NA"
    return "NE"


def _first_pair(
    kind: str, words: Sequence[str], dates: Sequence[date], options: Options
) -> tuple[int, int] | None:
    """Return the first visit that begins a confirmed CR (PR), and the visit that confirms it.

    A CR begins a PR too (C25).
    """
    for start, word in enumerate(words):
        if word in AS_GOOD_AS[kind]:
            confirming = _confirming(kind, start, words, dates, options)
            if confirming is not None:
                return start, confirming
    return None


def _confirming(
    kind: str, start: int, words: Sequence[str], dates: Sequence[date], options: Options
) -> int | None:
    """Walk on from a CR (PR) until a visit confirms it or breaks it (C25)."""
    enough = dates[start] + timedelta(days=options.confirmation_days)
    not_evaluable = 0
    stable_left = 1 if options.accept_sd_between else 0
    for number in range(start + 1, len(words)):
        word = words[number]
        in_time = dates[number] >= enough
        if word == "sustained":
            # A PR on the way: it breaks what a PR breaks, but confirms nothing.
            if kind == "CR":
                return None
        elif word == "NE":
            not_evaluable += 1 if in_time else 0
            if not_evaluable > options.max_intervening_ne:
                return None
        elif word in STABLE and stable_left:
            stable_left -= 1
        elif word in AS_GOOD_AS[kind]:
            if in_time:
                return number
        else:
            return None
    return None
