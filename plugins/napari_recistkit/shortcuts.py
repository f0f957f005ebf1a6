"""The one table of shortcuts: what F1 shows, what the keys do, and when they may do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["ANSWERS", "GROUPS", "SHORTCUTS", "Shortcut", "Situation", "keys_of"]

Situation = Literal["searching", "list", "question", "mask"]
"""What has the reader's attention: a search, the case list, a form or the organ, a mask that is
painted; else the read."""

_ALWAYS: Final[frozenset[Situation]] = frozenset({"searching", "list", "question", "mask"})
_IN_THE_LIST: Final[frozenset[Situation]] = frozenset({"list", "question"})
_BESIDE_A_QUESTION: Final[frozenset[Situation]] = frozenset({"question"})
_WITH_A_MASK: Final[frozenset[Situation]] = frozenset({"mask"})
_LOOKING: Final = _BESIDE_A_QUESTION | _WITH_A_MASK


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing that keys do.

    Parameters
    ----------
    action : str
        Name of the method of `Room`, or of `AdjudicationRoom`, that does it.
    keys : tuple of str
        In Qt's words; any of them.
    text : str
        What it does, for the reader.
    argument : str or int, optional
        What the method is called with.
    repeats : bool
        It is done again and again while the key is held. What says something
        of the read never is: a finger that stays would say it of every lesion.
    also : frozenset of Situation
        When it acts although something else than the read has the attention.
    """

    action: str
    keys: tuple[str, ...]
    text: str
    argument: str | int | None = None
    repeats: bool = False
    also: frozenset[Situation] = frozenset()


GROUPS: Final[dict[str, tuple[Shortcut, ...]]] = {
    "Lesions": (
        Shortcut("arm", ("T",), "new target: one drag", "target"),
        Shortcut("arm", ("N",), "new nodal target: long axis, then short axis", "node"),
        Shortcut("arm", ("O",), "new non-target: drag or click", "non-target"),
        Shortcut("arm", ("W",), "new lesion: drag or click", "new"),
        Shortcut("disarm", ("Esc",), "put the tool down, or leave the mask", also=_LOOKING),
        Shortcut("next_lesion", ("Tab",), "next lesion, in both views", 1, repeats=True),
        Shortcut("next_lesion", ("Shift+Tab", "Backtab"), "previous lesion", -1, repeats=True),
        Shortcut("edit_organ", ("Return", "Enter"), "organ of the lesion"),
        Shortcut("next_compartment", ("K",), "compartment of the lesion"),
        Shortcut("toggle_nodal", ("J",), "nodal or not"),
        Shortcut("accept_proposal", ("H",), "go to the proposed place, and take it"),
        Shortcut("move_proposal", ("Shift+H",), "the place is in the middle of the view instead"),
        Shortcut("ignore_proposal", ("I",), "take the proposed place off the image"),
        Shortcut("remove_lesion", ("Delete",), "remove the lesion (can be undone)"),
    ),
    "State of the lesion": (
        Shortcut("set_state", ("X",), "absent", "absent"),
        Shortcut("set_state", ("S",), "too small to measure", "too-small"),
        Shortcut("not_evaluable", ("E",), "not evaluable, with a reason"),
        Shortcut("split", ("V",), "split: each drag is a fragment"),
        Shortcut("remove_fragment", ("Shift+V",), "remove a fragment (can be undone)"),
        Shortcut("merge", ("M",), "merged into another lesion"),
        Shortcut("complete_response", ("C",), "non-target: complete response"),
        Shortcut("set_state", ("U",), "non-target: unchanged; new lesion: still there", "present"),
        Shortcut("set_state", ("P",), "non-target: unequivocal progression", "progressed"),
        Shortcut("toggle_certainty", ("Q",), "new lesion: equivocal or unequivocal"),
    ),
    "The visit": (
        Shortcut("no_new_lesions", (".",), "there are no new lesions"),
        Shortcut("complete_and_adequate", (",",), "coverage complete, image quality adequate"),
        Shortcut("edit_statement", ("D",), "say otherwise: new lesions, coverage, quality, marker"),
        Shortcut("acknowledge", ("G",), "acknowledge a finding, with a reason"),
        Shortcut("sign", ("Ctrl+Return", "Ctrl+Enter"), "sign the visit"),
        Shortcut("amend", ("Ctrl+Shift+A",), "amend a signed visit, with a reason"),
        Shortcut("next_visit", ("]",), "next visit", 1),
        Shortcut("next_visit", ("[",), "previous visit", -1),
        Shortcut("undo", ("Ctrl+Z",), "undo", also=_BESIDE_A_QUESTION),
        Shortcut("redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo", also=_BESIDE_A_QUESTION),
        Shortcut("say_saved", ("Ctrl+S",), "everything is saved as it is made", also=_IN_THE_LIST),
    ),
    "A mask, for the volume of the lesion": (
        Shortcut(
            "edit_mask",
            ("Shift+M",),
            "mask of the lesion, drafted from its two axes; then paint or erase",
            also=_WITH_A_MASK,
        ),
        Shortcut("keep_mask", ("Shift+K",), "keep the mask with its volume", also=_WITH_A_MASK),
        Shortcut("resize_brush", ("+", "="), "broader brush", 1, repeats=True, also=_WITH_A_MASK),
        Shortcut("resize_brush", ("-",), "narrower brush", -1, repeats=True, also=_WITH_A_MASK),
        Shortcut("undo_stroke", ("Backspace",), "take the last stroke back", also=_WITH_A_MASK),
        Shortcut("remove_mask", ("Shift+Delete",), "remove a kept mask (can be undone)"),
    ),
    "An adjudication": (
        Shortcut("accept_read", ("Shift+A",), "accept read A, with a reason", "A"),
        Shortcut("accept_read", ("Shift+B",), "accept read B, with a reason", "B"),
        Shortcut("accept_read", ("Shift+N",), "accept neither read, with a reason", "neither"),
    ),
    "The views": (
        Shortcut("next_comparison", ("B",), "compare with baseline, nadir, prior"),
        Shortcut("next_series", ("R",), "next series of the visit"),
        Shortcut("next_plane", ("A",), "axial, coronal, sagittal", also=_WITH_A_MASK),
        Shortcut(
            "next_slice",
            ("Up", "PgUp"),
            "slice towards the head",
            1,
            repeats=True,
            also=_LOOKING,
        ),
        Shortcut(
            "next_slice",
            ("Down", "PgDown"),
            "slice towards the feet",
            -1,
            repeats=True,
            also=_LOOKING,
        ),
        Shortcut("show_window", ("1",), "window: soft tissue", "soft tissue", also=_WITH_A_MASK),
        Shortcut("show_window", ("2",), "window: lung", "lung", also=_WITH_A_MASK),
        Shortcut("show_window", ("3",), "window: liver", "liver", also=_WITH_A_MASK),
        Shortcut("show_window", ("4",), "window: bone", "bone", also=_WITH_A_MASK),
        Shortcut("show_window", ("5",), "window: brain", "brain", also=_WITH_A_MASK),
        Shortcut("show_window", ("6",), "window: mediastinum", "mediastinum", also=_WITH_A_MASK),
        Shortcut("toggle_link", ("L",), "link or unlink the views"),
        Shortcut("align_here", ("Shift+L",), "align here: these two slices belong together"),
        Shortcut("fit", ("F",), "whole image in both views", also=_WITH_A_MASK),
    ),
    "The room": (
        Shortcut("show_help", ("F1",), "this table", also=_ALWAYS),
        Shortcut("show_cases", ("F2",), "list of cases", also=_IN_THE_LIST),
        Shortcut("next_case", ("F3",), "next case that is not signed", also=_IN_THE_LIST),
        Shortcut(
            "cancel_loading", ("Ctrl+.",), "stop searching a folder, or loading scans", also=_ALWAYS
        ),
    ),
}

ANSWERS: Final[dict[Situation, str]] = {
    "question": "answer or leave (Esc) the question first",
    "mask": "keep (Shift+K) or leave (Esc) the mask first",
}
"""What is said of a key that comes while something else has the attention."""

SHORTCUTS: Final = tuple(shortcut for group in GROUPS.values() for shortcut in group)


def keys_of(action: str) -> str:
    """Return the first key of an action, for texts.

    Examples
    --------
    >>> keys_of("sign")
    'Ctrl+Return'
    """
    return next(shortcut.keys[0] for shortcut in SHORTCUTS if shortcut.action == action)
