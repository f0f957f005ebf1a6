"""Any command on any lesion in any order: what readers, children and cats do to a keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

from recistkit.errors import ReadingError
from recistkit.model.read import Role
from recistkit.reading.place import Place
from recistkit.reading.session import ReadSession
from recistkit.terms import NEW_LESION_STATEMENTS, REASONS, STATES, TUMOUR_MARKERS
from tests.reading.sessions import complete_visit, line, sign

__all__ = ["ACTIONS", "SIGNING", "Step", "perform", "steps"]

Step = tuple[int, int, int]
"""Which action, and two numbers that say how."""
Action = Callable[[ReadSession, int, int], object]

ORGANS: Final = ("liver", "lung-left", "mesorectal lymph node", "rectum", "bone")
COMPARTMENTS: Final = ("primary", "distant", None)


def _add(session: ReadSession, a: int, b: int) -> None:
    chosen: Role = "non-target" if a % 3 == 0 else "target"
    session.add_lesion(
        chosen if session.visit == session.baseline else "new",
        nodal=b % 3 == 0,
        longest=line(12 + 7 * a) if b % 4 else None,
        short=line(5 + b, upright=True) if b % 2 else None,
        position_mm=(float(a), float(b), 0.0),
    )


def _measure(session: ReadSession, a: int, b: int) -> None:
    fragment = ("a", "b")[a % 2] if b == 0 else None
    session.measure(
        line(10 + 3.3 * a), line(4 + b, upright=True) if b % 3 else None, fragment=fragment
    )


def _state(session: ReadSession, a: int, b: int) -> None:
    state = STATES[a % len(STATES)]
    others = [lesion.id for lesion in session.draft.followed]
    session.set_state(
        state,
        reason=REASONS[b % len(REASONS)] if state == "not-evaluable" else None,
        merged_into=others[b % len(others)] if state == "merged" and others else None,
    )


def _acknowledge(session: ReadSession, a: int, _b: int) -> None:
    findings = session.open_findings() if a < 2 else ()
    if findings:
        session.acknowledge(findings[0], "agreed with the sponsor")


def _go_to_visit(session: ReadSession, a: int, _b: int) -> None:
    session.go_to_visit(session.visits[a % len(session.visits)])


def _remember(session: ReadSession, a: int, b: int) -> None:
    session.remember(Place(series="1.2.3", slice=a, window=(40.0, 400.0 + b), comparison="nadir"))


ACTIONS: Final[tuple[Action, ...]] = (
    _add,
    _add,
    _measure,
    _measure,
    lambda session, a, _b: session.set_short(line(3 + a, upright=True)),
    _state,
    _state,
    lambda session, a, b: session.add_fragment(line(6 + a), line(5 + b / 2, upright=True)),
    lambda session, a, b: session.set_organ(ORGANS[a % 5], COMPARTMENTS[b % 3]),
    lambda session, a, _b: session.set_compartment(COMPARTMENTS[a % 3]),
    lambda session, a, _b: session.set_nodal(a % 2 == 0),
    lambda session, _a, _b: session.remove_lesion(),
    lambda session, a, _b: session.state_new_lesions((*NEW_LESION_STATEMENTS, None)[a % 5]),
    lambda session, a, _b: session.state_visit(coverage=(None, "complete", "no pelvis")[a % 3]),
    lambda session, a, b: session.state_visit(
        image_quality="adequate", tumour_marker=TUMOUR_MARKERS[a % 3], comment=f"note {b}"
    ),
    _acknowledge,
    lambda session, a, _b: session.next_lesion((1, -1)[a % 2]),
    lambda session, _a, _b: session.next_unstated(),
    lambda session, a, _b: session.set_certainty(("equivocal", "unequivocal")[a % 2]),
    lambda session, _a, _b: session.undo(),
    lambda session, _a, _b: session.redo(),
    _remember,
    _go_to_visit,
)
SIGNING: Final[tuple[Action, ...]] = (
    lambda session, _a, _b: complete_visit(session),
    lambda session, _a, _b: sign(session),
    lambda session, _a, b: session.amend("a typing error") if b % 3 == 0 else None,
)


def perform(session: ReadSession, step: Step, actions: tuple[Action, ...] = ACTIONS) -> bool:
    """Do one action; return whether the session took it."""
    which, a, b = step
    try:
        actions[which % len(actions)](session, a, b)
    except ReadingError:
        return False
    return True


def steps(
    actions: tuple[Action, ...] = ACTIONS, *, most: int = 30
) -> st.SearchStrategy[list[Step]]:
    """Return any sequence of actions."""
    numbers = st.integers(0, 9)
    return st.lists(
        st.tuples(st.integers(0, len(actions) - 1), numbers, numbers), min_size=5, max_size=most
    )
