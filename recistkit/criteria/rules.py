"""What a criteria file may say: one class per table of the file, each with its source."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from recistkit.criteria.overall_table import OverallRow, OverallTable, faults_of_table
from recistkit.model.limits import SelectionLimits

__all__ = ["Criteria"]

MICROMETRES_PER_MM = 1000

Percent = Annotated[Decimal, Field(gt=0, lt=1000, decimal_places=3)]
Millimetres = Annotated[Decimal, Field(gt=0, le=1000, multiple_of=Decimal("0.001"))]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sourced(_Table):
    source: Annotated[str, Field(min_length=1)]


class Size(_Sourced):
    """What is measured of a lesion: ``longest`` diameter, or ``product`` with the perpendicular."""

    measure: Literal["longest", "product"]
    nodes: Literal["short", "as-other-lesions"]

    @model_validator(mode="after")
    def _short_axes_go_with_diameters(self) -> Size:
        if self.measure == "product" and self.nodes == "short":
            message = "nodes = 'short' goes with measure = 'longest' only"
            raise ValueError(message)
        return self


class TooSmall(_Sourced):
    """The stand-in diameter of a target that is seen but cannot be measured."""

    diameter_mm: Millimetres


class NormalNode(_Sourced):
    """The short axis below which a node is normal; none where no such rule exists."""

    short_below_mm: Millimetres | None = None


class PartialResponse(_Sourced):
    """Smallest decrease, inclusive."""

    decrease_percent: Annotated[Decimal, Field(gt=0, lt=100, decimal_places=3)]
    from_: Annotated[Literal["baseline-sum"], Field(alias="from")]


class Progression(_Sourced):
    """Smallest increase, inclusive; `minimum_increase` is in the unit of the sum."""

    increase_percent: Percent
    minimum_increase: Millimetres | None = None
    from_: Annotated[Literal["smallest-sum"], Field(alias="from")]
    per: Literal["sum", "lesion"]


class ImputedProgression(_Sourced):
    """Whether a stand-in size alone can make progression."""

    imputed_can_progress: bool


class NonTarget(_Sourced):
    """What one persisting and one unevaluated non-target make."""

    not_all_evaluated: Literal["NE", "NON-CR/NON-PD"]


class TumourMarker(_Sourced):
    """Whether an elevated marker must be normal again for CR."""

    must_normalise: bool


class Reappearance(_Sourced):
    """Whether disease after a CR is progression."""

    after_complete_response: bool


class Words(_Sourced):
    """How the criteria call stable disease."""

    stable: Literal["SD", "NC"]


class BestResponse(_Sourced):
    """Times of the best response; options of a command override them."""

    confirmation_days: Annotated[int, Field(ge=0, le=3650)]
    minimum_stable_days: Annotated[int, Field(ge=0, le=3650)] | None = None


class TargetLimits(_Sourced):
    """How many targets may be chosen."""

    maximum: Annotated[int, Field(gt=0)] | None = None
    maximum_per_organ: Annotated[int, Field(gt=0)] | None = None


class MinimumSize(_Sourced):
    """How large a target must be at baseline."""

    longest_mm: Millimetres | None = None
    node_short_mm: Millimetres | None = None
    slice_thickness_factor: Annotated[Decimal, Field(gt=0, le=10)] | None = None


class BaselineWindow(_Sourced):
    """How many days before the reference date the baseline may lie."""

    days: Annotated[int, Field(ge=0)] | None = None


class Criteria(_Table):
    """A named, versioned, citable rule set.

    Attributes carry the names of the tables of the file. Lengths are decimals
    of mm; the engine takes them as whole 0.001 mm from the properties below.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]{0,39}$")]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.\-]{1,20}$")]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    citation: Annotated[str, Field(min_length=1)]
    warning: Annotated[str, Field(max_length=300)] | None = None
    size: Size
    too_small: TooSmall
    normal_node: NormalNode
    partial_response: PartialResponse
    progression: Progression
    imputed_progression: ImputedProgression
    non_target: NonTarget
    tumour_marker: TumourMarker
    reappearance: Reappearance
    words: Words
    best_response: BestResponse
    target_limits: TargetLimits
    minimum_size: MinimumSize
    baseline_window: BaselineWindow
    overall: tuple[OverallRow, ...]

    @model_validator(mode="after")
    def _every_cell_has_one_answer(self) -> Criteria:
        faults = faults_of_table(self.overall)
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the merged rule set, as hexadecimal text."""
        text = json.dumps(
            self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def reference(self) -> str:
        """Id, version and start of the content hash: what every result carries."""
        return f"{self.id} {self.version} {self.content_hash[:12]}"

    @cached_property
    def overall_table(self) -> OverallTable:
        """The overall table as arrays for the engine."""
        return OverallTable.from_rows(self.overall)

    @property
    def unit(self) -> str:
        """Unit of the sum: ``mm`` or ``mm2``."""
        return "mm2" if self.size.measure == "product" else "mm"

    @property
    def steps_per_unit(self) -> int:
        """Engine steps (0.001 mm, or 1e-6 mm2) in one unit of the sum."""
        return MICROMETRES_PER_MM ** (2 if self.size.measure == "product" else 1)

    @property
    def too_small_um(self) -> int:
        """Stand-in diameter in micrometres."""
        return int(self.too_small.diameter_mm * MICROMETRES_PER_MM)

    @property
    def normal_node_um(self) -> int | None:
        """Short axis in micrometres below which a node is normal."""
        return _micrometres(self.normal_node.short_below_mm)

    @property
    def partial_response_factor(self) -> Fraction:
        """A sum of at most this share of the baseline sum is PR."""
        return 1 - Fraction(self.partial_response.decrease_percent) / 100

    @property
    def progression_factor(self) -> Fraction:
        """A sum of at least this share of the smallest sum may be PD."""
        return 1 + Fraction(self.progression.increase_percent) / 100

    @property
    def minimum_increase_steps(self) -> int:
        """Smallest increase of a PD in engine steps; 1 where there is no such rule."""
        increase = self.progression.minimum_increase
        return 1 if increase is None else max(1, int(increase * self.steps_per_unit))

    @property
    def selection_limits(self) -> SelectionLimits:
        """Limits of the choice of targets, for ``check``."""
        return SelectionLimits(
            maximum_targets=self.target_limits.maximum,
            maximum_per_organ=self.target_limits.maximum_per_organ,
            minimum_longest_um=_micrometres(self.minimum_size.longest_mm),
            minimum_node_short_um=_micrometres(self.minimum_size.node_short_mm),
            normal_node_short_um=self.normal_node_um,
            slice_thickness_factor=_float(self.minimum_size.slice_thickness_factor),
            baseline_window_days=self.baseline_window.days,
        )

    def word(self, response: str) -> str:
        """Return the criteria's own word for a response (WHO prints NC for SD)."""
        return self.words.stable if response == "SD" else response


def _micrometres(length_mm: Decimal | None) -> int | None:
    return None if length_mm is None else int(length_mm * MICROMETRES_PER_MM)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
