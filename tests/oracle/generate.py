"""Seeded, faultless, boundary-heavy tables: what both engines are held against each other on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.generate_lesions import Stop, Story
from tests.oracle.parameters import CRITERIA
from tests.oracle.tables import Row

COMPARTMENTS: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("primary", "distant"),
    ("primary", "distant"),
    ("primary",),
    ("liver", "primary", "bone"),
    ("neck", "chest wall"),
)
GAPS = (28, 28, 28, 27, 29, 14, 14, 21, 42, 42, 41, 56, 7, 3)


@dataclass
class Case:
    """Tables for one call of an engine, and the options of the call."""

    criteria: str
    reads: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    subjects: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """What is settled for a subject before any lesion is looked at."""

    subject: str
    readers: tuple[str | None, ...]
    stops: list[Stop]
    baseline: int
    stories: list[Story]
    marked: bool
    """The baseline is marked in the rows; else it follows from the reference date."""
    overlapping: bool
    """Visits begin before earlier ones have ended."""


def generate(seed: int, n_subjects: int, criteria: str) -> Case:
    """Return tables without faults for `n_subjects` subjects; the seed settles everything."""
    random = Random(f"{criteria} {seed}")
    case = Case(criteria, options=_options(random))
    parameters = CRITERIA[criteria]
    words = random.choice(COMPARTMENTS)
    readers: tuple[str | None, ...] = random.choice(((None,), ("A", "B"), ("B",)))
    minimum = case.options["min_sd_days"]
    minimum = parameters.min_sd_days if minimum is None else minimum
    for number in range(n_subjects):
        overlapping = random.random() < 0.1
        stops = list(_schedule(random, overlapping=overlapping))
        baseline = min(random.choice((0, 0, 0, 0, 1, 2)), len(stops) - 1)
        stories = [Story(random, parameters, stops, baseline, words) for _ in readers]
        # Only a row can be marked as baseline.
        can_be_marked = all(story.has_rows_at(baseline) for story in stories)
        while overlapping and not can_be_marked:
            stories = [Story(random, parameters, stops, baseline, words) for _ in readers]
            can_be_marked = all(story.has_rows_at(baseline) for story in stories)
        marked = can_be_marked and (overlapping or random.random() < 0.5)
        plan = Plan(f"S{number:04d}", readers, stops, baseline, stories, marked, overlapping)
        reference: date | None = _reference(plan, minimum, random)
        needed = minimum is not None and case.options["sd_from"] == "reference"
        if not needed and (marked or baseline == 0) and random.random() < 0.3:
            reference = None
        if reference is not None or random.random() < 0.5:
            case.subjects.append(
                {"subject": plan.subject, "reference_date": reference, "group": None}
            )
        _add_subject(case, plan, random)
    random.shuffle(case.reads)
    return case


def _options(random: Random) -> dict[str, Any]:
    return {
        "confirmation_days": random.choice((28, 28, 28, 28, 29, 27, 56, 1)),
        "max_intervening_ne": random.choice((0, 1, 1, 1, 2)),
        "accept_sd_between": random.random() < 0.4,
        "sustain_pr": random.random() < 0.4,
        "compartment_stop": random.choice(("first", "first", "own")),
        "min_sd_days": random.choice((None, None, 0, 42, 56)),
        "sd_from": random.choice(("reference", "baseline")),
        "imputed_can_progress": random.random() < 0.7,
        "who_pd": random.choice(("lesion", "lesion", "sum")),
    }


def _schedule(random: Random, *, overlapping: bool) -> Iterator[Stop]:
    """Yield one to seven visits in order; gaps are from last scan to last scan."""
    last = date(2020, 1, 1) + timedelta(days=random.randrange(400))
    count = random.choice((1, 2, 3, 4, 4, 5, 5, 6, 7))
    labels = [f"visit {number}" for number in range(count)]
    if random.random() < 0.3:
        random.shuffle(labels)
    previous: Stop | None = None
    for label in labels:
        first = last - timedelta(days=random.choice((0, 0, 1, 2, 2)))
        if previous is not None:
            last = previous.last + timedelta(days=random.choice(GAPS))
            first = last - timedelta(days=random.choice((0, 0, 1, 2, 2)))
            if overlapping and random.random() < 0.5:
                first = previous.first + timedelta(days=random.choice((1, 2)))
                last = max(first, random.choice((last, previous.last, first)))
        previous = Stop(label, first, last)
        yield previous


def _reference(plan: Plan, minimum: int | None, random: Random) -> date:
    """Return a reference date that leaves the baseline where it is meant to be."""
    # The minimum time of SD ends on the last scan of a visit, or on a day beside it.
    stop = random.choice(plan.stops[plan.baseline :])
    wished = stop.last - timedelta(days=(minimum or 42) + random.choice((0, 0, -1, 1)))
    if plan.marked:
        return wished
    earliest = plan.stops[plan.baseline].last
    if plan.baseline + 1 == len(plan.stops):
        return max(wished, earliest)
    latest = plan.stops[plan.baseline + 1].first - timedelta(days=1)
    return min(max(wished, earliest), latest)


def _add_subject(case: Case, plan: Plan, random: Random) -> None:
    """Add the rows of all tables for one subject."""
    label = plan.stops[plan.baseline].label
    for reader, story in zip(plan.readers, plan.stories, strict=True):
        for row in story.written:
            row |= {"subject": plan.subject, "reader": reader}
            row["baseline"] = row["timepoint"] == label if plan.marked else None
            case.reads.append(row)
    empty_baseline = not all(story.has_rows_at(plan.baseline) for story in plan.stories)
    if empty_baseline or plan.overlapping or random.random() < 0.5:
        case.visits += _visit_rows(plan, random)
    _add_events(case, plan, random)


def _visit_rows(plan: Plan, random: Random) -> Iterator[Row]:
    """Yield rows of the visits table: for every reader at once, each apart, or both (C2)."""
    elevated = random.random() < 0.5
    for number, stop in enumerate(plan.stops):
        # Visits that overlap keep their order only with the dates that the table gives them.
        if number != plan.baseline and not plan.overlapping and random.random() < 0.15:
            continue
        layout = random.choice(("shared", "apart", "both"))
        if layout == "both" and plan.readers != (None,):
            yield from _shared_and_own(plan, number, random, elevated=elevated)
            continue
        apart = [
            (reader, [story]) for reader, story in zip(plan.readers, plan.stories, strict=True)
        ]
        groups = apart if layout == "apart" else [(None, plan.stories)]
        for reader, of_group in groups:
            yield _visit_row(plan, number, random, elevated=elevated) | {
                "reader": reader,
                "date_first": stop.first,
                "date_last": stop.last,
                "new_lesions": _statement(of_group, number, random),
            }


def _visit_row(plan: Plan, number: int, random: Random, *, elevated: bool) -> Row:
    """Return a row without its reader, dates and statement."""
    marker = random.choice(("normal", "normal", "elevated", "not-done", None))
    if number == plan.baseline:
        marker = "elevated" if elevated else marker
    return {
        "subject": plan.subject,
        "timepoint": plan.stops[number].label,
        "image_quality": None,
        "comment": None,
        "coverage": random.choice((None, None, "complete", "pelvis missing")),
        "tumour_marker": marker,
    }


def _statement(stories: list[Story], number: int, random: Random) -> str | None:
    """Return a word on new lesions that is no fault beside the rows of any of the readers."""
    allowed = [None, None, "none", "equivocal", "not-assessable", "unequivocal"]
    for story in stories:
        allowed = [word for word in allowed if story.may_state(number, word)]
    return random.choice(allowed)


def _shared_and_own(plan: Plan, number: int, random: Random, *, elevated: bool) -> Iterator[Row]:
    """Yield readers' own rows with empty cells, and the row that fills them (C2)."""
    left_open: list[Story] = []
    stated: list[tuple[str | None, Story]] = list(zip(plan.readers, plan.stories, strict=True))
    if len(stated) > 1 and random.random() < 0.5:
        left_open.append(stated.pop(random.randrange(2))[1])
    dates_left_open = random.random() < 0.3 and not plan.overlapping
    for reader, story in stated:
        own = _visit_row(plan, number, random, elevated=elevated) | {
            "reader": reader,
            "new_lesions": _statement([story], number, random),
        }
        own |= (
            dict.fromkeys(("date_first", "date_last"))
            if dates_left_open
            else _dates(plan, [story], number, random)
        )
        for column in ("coverage", "tumour_marker", "new_lesions"):
            own[column] = own[column] if random.random() < 0.5 else None
        if own["new_lesions"] is None:
            left_open.append(story)
        yield own
    yield (
        _visit_row(plan, number, random, elevated=elevated)
        | {
            "reader": None,
            "new_lesions": _statement(left_open, number, random),
        }
        | _dates(plan, plan.stories, number, random)
    )


def _dates(plan: Plan, stories: list[Story], number: int, random: Random) -> Row:
    """Return dates that the readers' rows of the visit lie in: the schedule's or theirs."""
    stop = plan.stops[number]
    shown = [
        row["date"] for story in stories for row in story.written if row["timepoint"] == stop.label
    ]
    if plan.overlapping or not shown:
        return {"date_first": stop.first, "date_last": stop.last}
    return {
        "date_first": random.choice((stop.first, min(shown), min(shown))),
        "date_last": random.choice((stop.last, max(shown), max(shown))),
    }


def _add_events(case: Case, plan: Plan, random: Random) -> None:
    """Add events on, just before and just after the last scan of a visit."""
    named = sorted({row["compartment"] for story in plan.stories for row in story.written} - {None})
    for event in ("new-therapy", "local-therapy", "death", "last-contact"):
        if random.random() < 0.88:
            continue
        day = random.choice(plan.stops).last + timedelta(days=random.choice((-1, 0, 0, 1, 9)))
        compartment = None
        if event == "local-therapy":
            compartment = random.choice([None, *named, *named, *["overall"] * bool(named)])
        case.events.append(
            {
                "subject": plan.subject,
                "date": day,
                "event": event,
                "compartment": compartment,
                "note": None,
            }
        )
