"""The second engine's door: tables in, rows of responses and best responses out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.oracle.best import best_from_sequence
from tests.oracle.course import Course, Moment, Read, course_of
from tests.oracle.parameters import CRITERIA, Options, Parameters
from tests.oracle.response import overall_cell
from tests.oracle.tables import Row, baseline_of, compartments_of, reads_of

__all__ = ["assess", "best_from_sequence", "overall_cell"]

FLAGS = (
    "pre-baseline",
    "sustained",
    "back-dated",
    "progression-by-imputed-size",
    "partial-sum-progression",
    "reappeared",
    "marker-not-normal",
    "compartment-progression",
    "new-lesion-not-placed",
    "new-lesions-not-assessable",
    "coverage-incomplete",
    "after-progression",
    "after-new-therapy",
    "after-local-therapy",
)


def assess(
    reads: list[Row],
    *,
    criteria: str,
    visits: Iterable[Row] = (),
    subjects: Iterable[Row] = (),
    events: Iterable[Row] = (),
    confirmation_days: int = 28,
    max_intervening_ne: int = 1,
    accept_sd_between: bool = False,
    sustain_pr: bool = False,
    compartment_stop: str = "first",
    min_sd_days: int | None = None,
    sd_from: str = "reference",
    imputed_can_progress: bool = True,
    who_pd: str = "lesion",
    margins: bool = True,
) -> tuple[list[Row], list[Row]]:
    """Assess faultless tables; return the rows of the responses and of the best table.

    Sums and margins are fractions in mm or mm2, percentages exact fractions.
    `margins=False` leaves the margins empty, for speed.
    """
    parameters = CRITERIA[criteria]
    options = Options(
        confirmation_days=confirmation_days,
        max_intervening_ne=max_intervening_ne,
        accept_sd_between=accept_sd_between,
        sustain_pr=sustain_pr,
        compartment_stop=compartment_stop,
        min_sd_days=parameters.min_sd_days if min_sd_days is None else min_sd_days,
        sd_from=sd_from,
        imputed_can_progress=imputed_can_progress,
        by_lesion=criteria == "who-1979" and who_pd == "lesion",
    )
    references: dict[str, date | None] = {r["subject"]: r["reference_date"] for r in subjects}
    happened: dict[str, list[Row]] = {}
    for event in events:
        happened.setdefault(event["subject"], []).append(event)
    named = compartments_of(reads)
    responses: list[Row] = []
    best: list[Row] = []
    for (subject, reader), of_read in reads_of(reads, visits).items():
        reference = references.get(subject)
        read = Read(
            visits=of_read,
            baseline=baseline_of(of_read, reference),
            events=happened.get(subject, []),
            compartments=named.get(subject, []),
        )
        courses = [
            course_of(read, compartment, parameters, options, margins=margins)
            for compartment in [*read.compartments, None]
        ]
        for course in courses:
            name = {
                "subject": subject,
                "reader": reader,
                "compartment": course.compartment or "overall",
            }
            cut = _cut(course, courses[-1], options)
            counting = _counting(read, course, cut)
            responses += [name | line for line in _lines(read, course, courses, cut, parameters)]
            best.append(name | _best(read, course, counting, reference, parameters, options))
    return responses, best


def _cut(course: Course, overall: Course, options: Options) -> int | None:
    """Return the visit after which progression ends what counts (C24, A26)."""
    ends = [course.first_progression]
    if course.compartment is not None and options.compartment_stop == "first":
        ends.append(overall.first_progression)
    known = [end for end in ends if end is not None]
    return min(known) if known else None


def _counting(read: Read, course: Course, cut: int | None) -> list[int]:
    """Return the visits that count for the best response (C24)."""
    return [
        number
        for number in course.moments
        if (cut is None or number <= cut)
        and not read.after_new_therapy(number)
        and not read.after_local_therapy(number, course.compartment)
    ]


def _lines(
    read: Read, course: Course, courses: list[Course], cut: int | None, parameters: Parameters
) -> list[Row]:
    """Return the rows of the responses table for one compartment or the whole patient."""
    lines = []
    for number, visit in enumerate(read.visits):
        line: Row = {
            "timepoint": visit.timepoint,
            "date_first": visit.first,
            "date_last": visit.last,
        }
        flags: set[str] = set()
        if number < read.baseline:
            line |= _empty()
            flags = {"pre-baseline"}
        else:
            if visit.coverage not in (None, "complete"):
                flags.add("coverage-incomplete")
            if number == read.baseline:
                line |= _empty() | {
                    "sum": _in_units(course.baseline_sum, parameters),
                    "baseline_sum": _in_units(course.baseline_sum, parameters),
                }
            else:
                line |= _assessed(course.moments[number], parameters)
                flags |= _flags(read, course, courses, number, cut)
        line["flags"] = ";".join(flag for flag in FLAGS if flag in flags)
        lines.append(line)
    return lines


def _empty() -> Row:
    columns = (
        "sum",
        "baseline_sum",
        "nadir_sum",
        "change_from_baseline_percent",
        "change_from_nadir_percent",
        "target",
        "non_target",
        "new_lesion",
        "response",
        "margin",
    )
    return dict.fromkeys(columns)


def _assessed(moment: Moment, parameters: Parameters) -> Row:
    facts = moment.facts
    has_sum = facts.has_targets and facts.complete
    total = moment.total if has_sum else None
    return {
        "sum": _in_units(total, parameters),
        "baseline_sum": _in_units(facts.baseline_sum, parameters),
        "nadir_sum": _in_units(facts.nadir_sum, parameters),
        "change_from_baseline_percent": _change(total, facts.baseline_sum),
        "change_from_nadir_percent": _change(total, facts.nadir_sum),
        "target": _word(moment.answer.target, parameters),
        "non_target": facts.non_target,
        "new_lesion": moment.new.word,
        "response": _word(moment.answer.response, parameters),
        "margin": _in_units(moment.margin, parameters),
    }


def _flags(
    read: Read, course: Course, courses: list[Course], number: int, cut: int | None
) -> set[str]:
    moment = course.moments[number]
    progression = [each.moments[number].answer.response == "PD" for each in courses]
    holds = {
        "sustained": moment.answer.sustained,
        "back-dated": moment.new.back_dated,
        "progression-by-imputed-size": moment.answer.by_imputed_size,
        "partial-sum-progression": moment.answer.by_partial_sum,
        "reappeared": moment.answer.reappeared,
        "marker-not-normal": moment.marker_decided,
        "compartment-progression": course.compartment is None
        and not progression[-1]
        and any(progression),
        "new-lesion-not-placed": bool(read.compartments) and read.not_placed(number),
        "new-lesions-not-assessable": read.visits[number].statement == "not-assessable",
        "after-progression": cut is not None and number > cut,
        "after-new-therapy": read.after_new_therapy(number),
        "after-local-therapy": read.after_local_therapy(number, course.compartment),
    }
    return {flag for flag, holding in holds.items() if holding}


def _best(
    read: Read,
    course: Course,
    counting: list[int],
    reference: date | None,
    parameters: Parameters,
    options: Options,
) -> Row:
    """Return the row of the best table for one compartment or the whole patient."""
    visits = [read.visits[number] for number in counting]
    answers = [course.moments[number].answer for number in counting]
    start = read.visits[read.baseline].last if options.sd_from == "baseline" else reference
    found = best_from_sequence(
        [each.response for each in answers],
        [visit.last for visit in visits],
        sustained=[each.sustained and each.response == "PR" for each in answers],
        has_targets=course.has_targets,
        confirmation_days=options.confirmation_days,
        max_intervening_ne=options.max_intervening_ne,
        accept_sd_between=options.accept_sd_between,
        min_sd_days=options.min_sd_days,
        reference=start,
        stable=parameters.stable,
    )
    unconfirmed, confirmed = found["best_response"], found["best_response_confirmed"]
    if not course.has_disease:
        # C27: nothing to respond; only progression can come of it.
        unconfirmed = confirmed = "PD" if found["progression_index"] is not None else "NA"
    pair = found["confirmed_pair"]
    first, progression = found["response_index"], found["progression_index"]
    return {
        "best_response": unconfirmed,
        "response_date": None if first is None else visits[first].last,
        "best_response_confirmed": confirmed,
        "confirmed_response_date": None if pair is None else visits[pair[0]].last,
        "confirmed_on": None if pair is None else visits[pair[1]].last,
        "progression_date": None
        if progression is None
        else course.moments[counting[progression]].progression_date,
        "last_date": visits[-1].last if visits else read.visits[read.baseline].last,
    }


def _in_units(value: int | None, parameters: Parameters) -> Fraction | None:
    return None if value is None else Fraction(value, parameters.steps)


def _change(total: int | None, reference: int | None) -> Fraction | None:
    if total is None or not reference:
        return None
    return Fraction(100 * (total - reference), reference)


def _word(word: str, parameters: Parameters) -> str:
    return parameters.stable if word == "SD" else word
