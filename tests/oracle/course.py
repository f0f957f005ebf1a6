"""The course of one row: a compartment of one read, or its whole patient, visit by visit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from tests.oracle.lesions import NOT_EVALUABLE, Target, non_target_at, target_at
from tests.oracle.new_lesions import NewLesions, new_lesions_of, not_placed
from tests.oracle.parameters import Options, Parameters
from tests.oracle.response import Answer, Facts, answer, grown, margin
from tests.oracle.tables import Row, Visit


@dataclass
class Read:
    """One reader's evaluation of one subject."""

    visits: list[Visit]
    baseline: int
    events: list[Row]
    compartments: list[str]

    def _after(self, number: int, days: list[date]) -> bool:
        """Tell whether a visit's last scan lies after an event that comes after the baseline."""
        baseline_last = self.visits[self.baseline].last
        return any(baseline_last < day < self.visits[number].last for day in days)

    def after_new_therapy(self, number: int) -> bool:
        return self._after(number, [e["date"] for e in self.events if e["event"] == "new-therapy"])

    def after_local_therapy(self, number: int, compartment: str | None) -> bool:
        """Tell whether local therapy of the compartment, or of the whole patient, came before."""
        days = [
            event["date"]
            for event in self.events
            if event["event"] == "local-therapy"
            and event["compartment"] in (None, "overall", compartment)
        ]
        return self._after(number, days)

    def not_placed(self, number: int) -> bool:
        """Tell whether a new lesion is stated at a visit that no row shows (C18)."""
        after = self.baseline + 1
        return not_placed(self.visits[after:], number - after)


@dataclass
class Moment:
    """A row of the answers at one visit."""

    facts: Facts
    answer: Answer
    total: int
    new: NewLesions
    marker_decided: bool
    progression_date: date | None
    margin: int | None


@dataclass
class Course:
    """A row of the answers over all visits after the baseline."""

    compartment: str | None
    """None for the whole patient."""
    has_targets: bool
    has_disease: bool
    baseline_sum: int | None
    moments: dict[int, Moment] = field(default_factory=dict)

    @property
    def first_progression(self) -> int | None:
        return next((n for n, m in self.moments.items() if m.answer.response == "PD"), None)


@dataclass
class Lesions:
    """The lesions of a row: name to nodal flag and compartment."""

    targets: dict[str, Row]
    non_targets: dict[str, Row]


@dataclass
class Grown:
    """Names of the lesions that have grown (C12), with those merged into them."""

    with_stand_ins: set[str] = field(default_factory=set)
    as_measured: set[str] = field(default_factory=set)
    """Those whose size somebody measured."""


def course_of(
    read: Read, compartment: str | None, parameters: Parameters, options: Options, *, margins: bool
) -> Course:
    """Assess one compartment, or the whole patient, at every visit after the baseline."""
    lesions = _lesions(read, compartment)
    followed = range(read.baseline, len(read.visits))
    targets = {number: _targets(read, number, lesions, parameters) for number in followed}
    course = Course(
        compartment=compartment,
        has_targets=bool(lesions.targets),
        has_disease=bool(lesions.targets or lesions.non_targets),
        baseline_sum=_complete_sum(targets[read.baseline]),
    )
    new = new_lesions_of(
        read.visits[read.baseline + 1 :], compartment, with_statement=compartment is None
    )
    for number, new_here in zip(followed[1:], new, strict=True):
        visit, found = read.visits[number], targets[number]
        states = _non_targets(read, number, lesions, parameters)
        category, marker_decided = _non_target_category(read, course, number, states)
        earlier = [targets[when] for when in range(read.baseline, number)]
        shown = _disease_dates(visit, found, states)
        grown_here = _lesions_grown(found, earlier, parameters)
        facts = replace(
            _target_facts(course, found, earlier, grown_here),
            non_target=category,
            new_lesion=new_here.present,
            comes_back=bool(shown)
            and any(moment.answer.response == "CR" for moment in course.moments.values()),
        )
        total = sum(each.size for each in found.values())
        answered = answer(total, facts, parameters, options)
        asked = margins and course.has_targets
        course.moments[number] = Moment(
            facts=facts,
            answer=answered,
            total=total,
            new=new_here,
            marker_decided=marker_decided,
            progression_date=_progression_date(
                visit,
                answered,
                facts,
                new_here,
                _progressed(found, grown_here, options),
                states,
                shown,
            ),
            margin=margin(total, facts, parameters, options) if asked else None,
        )
    return course


def _targets(
    read: Read, number: int, lesions: Lesions, parameters: Parameters
) -> dict[str, Target]:
    """Return what each target is; after local therapy none is evaluable (C21)."""
    nodal = {name: bool(row["nodal"]) for name, row in lesions.targets.items()}
    return {
        name: NOT_EVALUABLE
        if read.after_local_therapy(number, row["compartment"])
        else target_at(name, read.visits[number], nodal, parameters)
        for name, row in lesions.targets.items()
    }


def _target_facts(
    course: Course,
    found: dict[str, Target],
    earlier: list[dict[str, Target]],
    lesions: Grown,
) -> Facts:
    """Return the facts about the targets; those about other lesions are still open."""
    sums = [_complete_sum(each) for each in earlier]
    known = [each for each in sums if each is not None]
    return Facts(
        has_targets=course.has_targets,
        complete=all(each.evaluable for each in found.values()),
        all_gone=all(each.gone for each in found.values()),
        imputed=sum(each.size for each in found.values() if each.imputed),
        baseline_sum=course.baseline_sum,
        nadir_sum=min(known) if known else None,
        lesion_progresses=bool(lesions.with_stand_ins),
        lesion_progresses_as_measured=bool(lesions.as_measured),
        had_response=_had_response(course),
        non_target="NA",
        new_lesion=False,
        comes_back=False,
    )


def _lesions(read: Read, compartment: str | None) -> Lesions:
    """Return the row's lesions: recorded at the baseline or later (C16)."""
    found: dict[str, dict[str, Row]] = {"target": {}, "non-target": {}, "new": {}}
    for visit in read.visits[read.baseline :]:
        for row in visit.rows:
            if compartment in (None, row["compartment"]):
                found[row["role"]].setdefault(row["lesion"], row)
    return Lesions(found["target"], found["non-target"])


def _complete_sum(targets: dict[str, Target]) -> int | None:
    """Return the sum of the targets; None where one is not evaluable or there are none."""
    if not targets or not all(each.evaluable for each in targets.values()):
        return None
    return sum(each.size for each in targets.values())


def _non_targets(
    read: Read, number: int, lesions: Lesions, parameters: Parameters
) -> dict[str, str]:
    """Return what each non-target is; after local therapy only progression is heard (C21)."""
    states = {}
    for name, row in lesions.non_targets.items():
        so_far = read.visits[read.baseline : number + 1]
        state = non_target_at(name, so_far, parameters, nodal=bool(row["nodal"]))
        treated = read.after_local_therapy(number, row["compartment"])
        states[name] = "not-evaluable" if treated and state != "progressed" else state
    return states


def _non_target_category(
    read: Read, course: Course, number: int, states: dict[str, str]
) -> tuple[str, bool]:
    """Return the non-target response, and whether the tumour marker decided it (1.6, C15)."""
    category = "NA"
    if states:
        words = set(states.values())
        if "progressed" in words:
            category = "PD"
        elif "not-evaluable" in words:
            category = "NE"
        else:
            category = "NON-CR/NON-PD" if "persists" in words else "CR"
    stands_in = category == "NA" and course.compartment is None and course.has_targets
    if read.visits[read.baseline].marker != "elevated" or not (category == "CR" or stands_in):
        return category, False
    marker = read.visits[number].marker
    by_marker = {"normal": "CR", "elevated": "NON-CR/NON-PD"}.get(marker or "", "NE")
    return by_marker, by_marker != "CR"


def _lesions_grown(
    now: dict[str, Target], earlier: list[dict[str, Target]], parameters: Parameters
) -> Grown:
    """Return which lesions have grown (C12); those that are merged now are judged together."""
    found_grown = Grown()
    for name, lesion in now.items():
        if lesion.holder is not None or not lesion.evaluable:
            continue
        together = [name, *(each for each, found in now.items() if found.holder == name)]
        sums = [
            sum(found[each].size for each in together)
            for found in earlier
            if _known_together(together, found)
        ]
        smallest = min(sums) if sums else None
        if grown(lesion.size, smallest, parameters):
            found_grown.with_stand_ins.update(together)
            if not lesion.imputed:
                found_grown.as_measured.update(together)
    return found_grown


def _progressed(now: dict[str, Target], lesions: Grown, options: Options) -> set[str]:
    """Return the targets whose scans show a target PD (C23).

    Those that are evaluable; of progression by single lesions the ones that progressed.
    """
    if not options.by_lesion:
        return {name for name, found in now.items() if found.evaluable}
    return lesions.with_stand_ins if options.imputed_can_progress else lesions.as_measured


def _known_together(together: list[str], found: dict[str, Target]) -> bool:
    """Tell whether lesions had a size of their own: all evaluable, none merged into another."""
    return all(
        found[each].evaluable and found[each].holder in (None, *together) for each in together
    )


def _had_response(course: Course) -> bool:
    """Tell whether an earlier visit had target PR or CR and none between was PD (C13).

    A sustained PR hands on what it rests on, past no PD.
    """
    for moment in reversed(course.moments.values()):
        if moment.answer.target in ("PR", "CR") and not moment.answer.sustained:
            return True
        if moment.answer.response == "PD":
            return False
    return False


def _disease_dates(visit: Visit, targets: dict[str, Target], states: dict[str, str]) -> list[date]:
    """Return the dates of the scans that show disease (C20)."""
    showing = {name for name, found in targets.items() if found.shows}
    showing |= {name for name, state in states.items() if state in ("persists", "progressed")}
    return [row["date"] for row in visit.rows if row["lesion"] in showing]


def _progression_date(
    visit: Visit,
    found: Answer,
    facts: Facts,
    new: NewLesions,
    progressed: set[str],
    states: dict[str, str],
    shown: list[date],
) -> date | None:
    """Return the earliest scan that shows progression (C23, A20); None where there is none."""
    days: list[date] = []
    if found.target == "PD":
        days += [row["date"] for row in visit.rows if row["lesion"] in progressed]
    days += [row["date"] for row in visit.rows if states.get(row["lesion"]) == "progressed"]
    if new.present and new.shown_on is not None:
        days.append(new.shown_on)
    if facts.comes_back:
        days += shown
    return min(days) if days else None
