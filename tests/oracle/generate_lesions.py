"""One reader's lesions of one made-up subject, visit by visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.oracle.generate_sizes import (
    NODE_SHORTS,
    TOO_SMALL,
    axes_of,
    first_size,
    goal_of,
    share,
    text,
)
from tests.oracle.parameters import Parameters
from tests.oracle.tables import Row

REASONS = ("not-imaged", "artefact", "resected", "irradiated", "merged-with-non-target", "lost")
INTENTS = ("CR",) * 4 + ("PR",) * 5 + ("SD",) * 4 + ("PD",) * 3 + ("NE",)
EMPTY: Row = dict.fromkeys(
    (
        "subject",
        "timepoint",
        "lesion",
        "role",
        "date",
        "reader",
        "baseline",
        "compartment",
        "organ",
        "nodal",
        "longest_mm",
        "short_mm",
        "state",
        "fragment",
        "merged_into",
        "certainty",
        "kind",
        "reason",
        "series",
        "slice",
        "x_mm",
        "y_mm",
        "z_mm",
        "modality",
        "slice_thickness_mm",
        "plane",
    )
)


@dataclass(frozen=True)
class Stop:
    """A visit of the schedule."""

    label: str
    first: date
    last: date


@dataclass
class Lesion:
    """A lesion and what its last and smallest sizes were."""

    name: str
    role: str
    nodal: bool | None
    compartment: str | None
    size: int = 0
    smallest: int = 0
    onset: int = 0
    state: str = ""
    merged_into: str | None = None


@dataclass
class Story:
    """A read in the making."""

    random: Random
    parameters: Parameters
    stops: list[Stop]
    baseline: int
    compartments: tuple[str, ...]
    lesions: list[Lesion] = field(default_factory=list)
    written: list[Row] = field(default_factory=list)
    baseline_sum: int = 0
    nadir_sum: int = 0
    intent: str = "SD"
    before: str = "SD"

    def __post_init__(self) -> None:
        """Choose the lesions; at least one that is seen at some visit."""
        later = range(self.baseline + 1, len(self.stops))
        targets = self.random.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
        others = self.random.choice((0, 0, 0, 1, 1, 2))
        new = self.random.choice((0, 0, 0, 0, 1, 1, 2)) if later else 0
        if targets + others + new == 0:
            others = 1
        many_nodes = self.random.choice((0.1, 0.4, 1.0))
        for role, letter, count in (("target", "T", targets), ("non-target", "NT", others)):
            for number in range(count):
                nodal = self.random.random() < many_nodes
                self.lesions.append(
                    Lesion(
                        f"{letter}{number + 1}",
                        role,
                        True if nodal else self.random.choice((False, None)),
                        self._compartment(),
                    )
                )
        self.lesions += [
            Lesion(f"N{n + 1}", "new", None, self._compartment(), onset=self.random.choice(later))
            for n in range(new)
        ]
        self._tell()

    def has_rows_at(self, number: int) -> bool:
        return any(row["timepoint"] == self.stops[number].label for row in self.written)

    def _tell(self) -> None:
        """Write the rows of all visits."""
        for number in range(len(self.stops)):
            self._choose_intent()
            self._targets(number)
            self._non_targets(number)
            if number > self.baseline:
                self._new(number)
        if not self.written:
            lesion = self.lesions[0]
            self._write(lesion, len(self.stops) - 1, state="present")

    def may_state(self, number: int, word: str | None) -> bool:
        """Tell whether a statement on new lesions is no fault beside the rows (C18)."""
        if word is None:
            return True
        if number <= self.baseline:
            return False
        first: dict[str, int] = {}
        sure: dict[str, int] = {}
        places = {stop.label: place for place, stop in enumerate(self.stops)}
        for row in sorted(self.written, key=lambda row: places[row["timepoint"]]):
            if row["role"] == "new" and row["state"] not in ("absent", "not-evaluable"):
                first.setdefault(row["lesion"], places[row["timepoint"]])
                if row["certainty"] != "equivocal":
                    sure.setdefault(row["lesion"], places[row["timepoint"]])
        if word == "none":
            return number not in first.values()
        if word == "equivocal":
            return number not in sure.values()
        return word == "not-assessable" or self.random.random() < 0.25

    def _compartment(self) -> str | None:
        return self.random.choice(self.compartments) if self.compartments else None

    def _choose_intent(self) -> None:
        """Choose what the next visit is after: responses tend to last, or to be lost and found."""
        if self.intent != "NE":
            self.before = self.intent
        chance = self.random.random()
        if self.intent in ("CR", "PR") and chance < 0.4:
            return
        if self.intent in ("CR", "PR") and chance < 0.65:
            self.intent = "NE" if chance < 0.58 else "SD"
        elif self.intent == "NE" and self.before in ("CR", "PR") and chance < 0.8:
            self.intent = self.before if chance < 0.6 else "NE"
        else:
            self.intent = self.random.choice(INTENTS)

    def _write(self, lesion: Lesion, number: int, **cells: str | None) -> None:
        stop = self.stops[number]
        days = (stop.last - stop.first).days
        passed = self.random.choice((0, days, self.random.randint(0, days)))
        self.written.append(
            EMPTY
            | {
                "timepoint": stop.label,
                "lesion": lesion.name,
                "role": lesion.role,
                "nodal": lesion.nodal,
                "compartment": lesion.compartment,
                "date": stop.first + timedelta(days=passed),
            }
            | cells
        )

    def _write_size(
        self, lesion: Lesion, number: int, value: int, *, as_node: bool, **cells: str | None
    ) -> None:
        long, short = axes_of(value, self.parameters, self.random, as_node=as_node)
        if cells["state"] == "too-small":
            long = min(long, 9_999)
        short_text = None if short is None else text(short, self.random)
        self._write(
            lesion, number, longest_mm=text(long, self.random), short_mm=short_text, **cells
        )

    # ---- targets

    def _targets(self, number: int) -> None:
        targets = [lesion for lesion in self.lesions if lesion.role == "target"]
        if not targets:
            return
        if number <= self.baseline:
            self._targets_at_baseline(targets, number)
            return
        self._choose_states(targets)
        free = [lesion for lesion in targets if lesion.state in ("measured", "split")]
        fixed = {lesion.name: self._fixed_size(lesion) for lesion in targets}
        sizes = self._free_sizes(free, sum(fixed.values()))
        for lesion in targets:
            value = sizes.get(lesion.name, fixed[lesion.name])
            self._write_target(lesion, number, value, self._as_node(lesion, targets))
        if all(lesion.state not in ("missing", "not-evaluable", "no-axis") for lesion in targets):
            self.nadir_sum = min(self.nadir_sum, sum(fixed.values()) + sum(sizes.values()))

    def _targets_at_baseline(self, targets: list[Lesion], number: int) -> None:
        """Write measured targets; at the baseline every one has its size."""
        if number < self.baseline and self.random.random() < 0.3:
            return
        for lesion in targets:
            lesion.state = "no-axis" if self.random.random() < 0.02 else "measured"
            if self.random.random() < 0.06:
                lesion.state = self.random.choice(("split", "too-small-sized"))
            free = first_size(self.parameters, self.random)
            lesion.size = lesion.smallest = self._fixed_size(lesion) or free
            self._write_target(lesion, number, lesion.size, self._as_node(lesion, []))
        self.baseline_sum = self.nadir_sum = sum(lesion.size for lesion in targets)

    def _choose_states(self, targets: list[Lesion]) -> None:
        for lesion in targets:
            lesion.merged_into = None
            node = bool(lesion.nodal)
            if self.intent == "CR":
                choices = ("absent",) * 12 + ("too-small",)
                lesion.state = self.random.choice((*choices, *("node",) * 12 * node))
            elif self.intent == "NE":
                seen = "absent" if self.before == "CR" else "measured"
                lesion.state = self.random.choice(("missing", "not-evaluable", seen))
            else:
                odd = (
                    *("absent", "absent", "too-small", "too-small-sized", "split", "split"),
                    *("missing", "not-evaluable", "no-axis", "node"),
                )
                lesion.state = (
                    self.random.choice(odd) if self.random.random() < 0.25 else "measured"
                )
            if lesion.state == "node" and (not node or self.parameters.product):
                lesion.state = "measured"
        if self.random.random() < 0.15:
            self._merge(targets)

    def _merge(self, targets: list[Lesion]) -> None:
        """Merge one or more targets into one of the same compartment that is there."""
        holder = self.random.choice(targets)
        if holder.state not in ("measured", "too-small", "split", "not-evaluable", "node"):
            return
        for lesion in targets:
            same = lesion.compartment == holder.compartment
            if lesion is not holder and same and self.random.random() < 0.7:
                lesion.state, lesion.merged_into = "merged", holder.name

    def _as_node(self, lesion: Lesion, targets: list[Lesion]) -> bool:
        if self.parameters.normal_node_below is None:
            return False
        merged = [each for each in targets if each.merged_into == lesion.name]
        return all(bool(each.nodal) for each in [lesion, *merged])

    def _fixed_size(self, lesion: Lesion) -> int:
        if lesion.state == "too-small":
            return self.parameters.stand_in
        if lesion.state == "too-small-sized":
            return self.random.choice(TOO_SMALL) * self.parameters.steps // 1000
        if lesion.state == "node":
            return self.random.choice(NODE_SHORTS)
        return 0

    def _free_sizes(self, free: list[Lesion], fixed: int) -> dict[str, int]:
        """Return sizes of the measured lesions that bring the sum to a limit."""
        if not free:
            return {}
        if self.parameters.product and self.random.random() < 0.5:
            # WHO: one lesion at its own limit, or at that of all that have merged into it.
            limits = (125, 125, 124, 100, 80, 50)
            sizes = [self._smallest(lesion) * self.random.choice(limits) // 100 for lesion in free]
            least = self.parameters.steps
            return {each.name: size or least for each, size in zip(free, sizes, strict=True)}
        goal = goal_of(self.intent, self.baseline_sum, self.nadir_sum, self.parameters, self.random)
        weights = [max(lesion.size, 1) for lesion in free]
        parts = share(max(goal - fixed, 0), weights, self.parameters, self.random)
        return {lesion.name: part for lesion, part in zip(free, parts, strict=True)}

    def _smallest(self, lesion: Lesion) -> int:
        merged = [each for each in self.lesions if each.merged_into == lesion.name]
        return sum(each.smallest for each in [lesion, *merged])

    def _write_target(self, lesion: Lesion, number: int, value: int, as_node: bool) -> None:
        state = lesion.state
        if state in ("measured", "node", "too-small-sized", "split") and value > 0:
            lesion.size = value
            lesion.smallest = min(lesion.smallest, value)
        if state == "missing":
            return
        if state in ("measured", "node"):
            self._write_size(lesion, number, value, as_node=as_node, state="measured")
        elif state == "too-small-sized":
            self._write_size(lesion, number, value, as_node=as_node, state="too-small")
        elif state == "split":
            self._write_split(lesion, number, value, as_node=as_node)
        elif state == "no-axis":
            # The axis that the criteria need is the one that is missing.
            only_short = not as_node and not self.parameters.product
            length = text(self.random.randrange(5_000, 40_000, 100), self.random)
            cells = {"short_mm": length} if only_short else {"longest_mm": length}
            self._write(lesion, number, state="measured", **cells)
        elif state == "not-evaluable":
            unused = "12" if self.random.random() < 0.2 else None
            reason = self.random.choice(REASONS)
            self._write(lesion, number, state=state, reason=reason, longest_mm=unused)
        elif state == "merged":
            unused = "12" if self.random.random() < 0.2 else None
            holder = lesion.merged_into
            self._write(lesion, number, state=state, merged_into=holder, longest_mm=unused)
        else:
            self._write(lesion, number, state=state)

    def _write_split(self, lesion: Lesion, number: int, value: int, *, as_node: bool) -> None:
        weights = [1] * self.random.choice((2, 2, 3))
        parts = share(value, weights, self.parameters, self.random)
        broken = self.random.random() < 0.05
        for place, part in enumerate(parts):
            name = "abc"[place]
            if broken and place == 0 and not self.parameters.product and as_node:
                self._write(lesion, number, state="split", fragment=name, longest_mm="12.5")
            else:
                self._write_size(
                    lesion, number, part, as_node=as_node, state="split", fragment=name
                )

    # ---- non-targets and new lesions

    def _non_targets(self, number: int) -> None:
        for lesion in self.lesions:
            if lesion.role != "non-target":
                continue
            if number <= self.baseline:
                self._non_target_at_baseline(lesion, number)
                continue
            choices: tuple[str, ...] = ("absent",) * 8 + ("node", "present")
            if self.intent != "CR" and (self.intent, self.before) != ("NE", "CR"):
                choices = ("present",) * 8 + ("absent", "absent", "node", "increased")
            choices += ("node",) * 3 * bool(lesion.nodal)
            odd = ("progressed", "not-evaluable", "missing")
            state = self.random.choice(odd if self.random.random() < 0.15 else choices)
            if state == "not-evaluable":
                self._write(lesion, number, state=state, reason=self.random.choice(REASONS))
            elif state == "node":
                self._write_small_node(lesion, number)
            elif state != "missing":
                self._write(lesion, number, state=state)

    def _non_target_at_baseline(self, lesion: Lesion, number: int) -> None:
        """Write that a non-target is there; now and then that nobody could tell (C14, C16)."""
        chance = self.random.random()
        if chance < 0.15:
            reason = self.random.choice(REASONS)
            self._write(lesion, number, state="not-evaluable", reason=reason)
        elif chance < 0.25:
            return
        elif lesion.nodal and chance < 0.55:
            self._write_small_node(lesion, number)
        else:
            self._write(lesion, number, state="present")

    def _write_small_node(self, lesion: Lesion, number: int) -> None:
        short = text(self.random.choice(NODE_SHORTS), self.random)
        self._write(lesion, number, state="present", longest_mm="15", short_mm=short)

    def _new(self, number: int) -> None:
        for lesion in self.lesions:
            if lesion.role != "new" or number < lesion.onset or self.random.random() < 0.2:
                continue
            certainty = self.random.choice(("equivocal", "equivocal", "unequivocal", None))
            state = self.random.choice((None, "present", "present", "absent", "not-evaluable"))
            if state == "present" and self.random.random() < 0.1:
                self._write(
                    lesion,
                    number,
                    state="measured",
                    certainty=certainty,
                    kind="target",
                    longest_mm="14",
                    short_mm="11",
                )
                continue
            reason = "artefact" if state == "not-evaluable" else None
            self._write(lesion, number, state=state, certainty=certainty, reason=reason)
