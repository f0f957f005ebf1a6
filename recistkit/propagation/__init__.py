"""Propagation: where a lesion of one visit is looked for in a scan of another.

One rigid step for the whole scan, shared by all lesions of a visit, then one
around each lesion. What comes out is a place, a box to search and how sure it
is; never a diameter, and never a mark: the reader draws that.

A place that is not sure is given with the reason, so that none is wrong by
silence. Imports no SimpleITK until something is computed.
"""

from __future__ import annotations

from recistkit.propagation.arrow import Scan, propagate
from recistkit.propagation.global_step import GlobalStep, global_step
from recistkit.propagation.proposal import LesionPlace, Proposal, SearchBox
from recistkit.propagation.rigid_motion import RigidMotion

__all__ = [
    "GlobalStep",
    "LesionPlace",
    "Proposal",
    "RigidMotion",
    "Scan",
    "SearchBox",
    "global_step",
    "propagate",
]
