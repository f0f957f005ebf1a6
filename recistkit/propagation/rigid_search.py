"""The best rigid motion from a given start: the one place that runs SimpleITK's registration.

In one thread: sums are then taken in one order (but for the last bits of a
correlation), and a core is left for the window. SimpleITK lets go of Python's
lock meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from recistkit.errors import RegistrationError
from recistkit.propagation.rigid_motion import RigidMotion

if TYPE_CHECKING:
    import SimpleITK

__all__ = ["Level", "best_motion"]

_SEED: Final = 20_090_101
_BINS: Final = 40
_ITERATIONS: Final = 150
_RELAXATION: Final = 0.5
_FLAT: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How one search is done.

    Parameters
    ----------
    metric : str
        ``mutual-information`` (Mattes) or ``correlation``.
    first_step_mm, last_step_mm : float
        How far the first step moves the scan, and below what it ends.
    most_samples : int
        Voxels of the fixed image that are compared, drawn at random but
        always the same ones; all where it has no more.
    """

    metric: Literal["mutual-information", "correlation"]
    first_step_mm: float
    last_step_mm: float
    most_samples: int


def best_motion(
    fixed: SimpleITK.Image,
    moving: SimpleITK.Image,
    start: RigidMotion,
    level: Level,
    *,
    masks: tuple[SimpleITK.Image, SimpleITK.Image] | None = None,
    on_step: Callable[[], None] = lambda: None,
) -> tuple[RigidMotion, float]:
    """Return the best motion from places of one image to places of another, and how good it is.

    Parameters
    ----------
    fixed, moving : SimpleITK.Image
        float32.
    start : RigidMotion
        Where the search begins.
    level : Level
    masks : tuple of SimpleITK.Image, optional
        Of both images: what is compared.
    on_step : callable
        Called at each iteration; what it raises ends the search.

    Returns
    -------
    motion : RigidMotion
    likeness : float
        Mutual information or squared correlation: more is better.

    Raises
    ------
    RegistrationError
        If the images do not overlap, or one of them shows nothing.
    """
    import SimpleITK

    middle = fixed.TransformContinuousIndexToPhysicalPoint([n / 2 for n in fixed.GetSize()])
    transform = start.transform(middle)
    method = _method(level, fixed.GetNumberOfPixels())
    if masks is not None:
        method.SetMetricFixedMask(masks[0])
        method.SetMetricMovingMask(masks[1])
    method.SetInitialTransform(transform, inPlace=True)
    raised: list[BaseException] = []

    def step() -> None:
        try:
            if not raised:
                on_step()
        except BaseException as error:  # noqa: BLE001  it is raised again outside of the library
            raised.append(error)
            method.StopRegistration()

    method.AddCommand(SimpleITK.sitkIterationEvent, step)
    try:
        with _quiet():
            method.Execute(fixed, moving)
    except RuntimeError:
        if not raised:
            raise RegistrationError("the two scans could not be laid over each other") from None
    if raised:
        raise raised[0]
    return RigidMotion.of(transform), -float(method.GetMetricValue())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from writing to the console where two scans do not overlap."""
    import SimpleITK

    before = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    try:
        yield
    finally:
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(before)


def _method(level: Level, voxels: int) -> SimpleITK.ImageRegistrationMethod:
    """Return the search as it is set up for a level."""
    import SimpleITK

    method = SimpleITK.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetNumberOfWorkUnits(1)  # each adds up a part: the sum depends on how many there are
    if level.metric == "correlation":
        method.SetMetricAsCorrelation()
    else:
        method.SetMetricAsMattesMutualInformation(_BINS)
    if voxels > level.most_samples:
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(level.most_samples / voxels, _SEED)
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=level.first_step_mm,
        minStep=level.last_step_mm,
        numberOfIterations=_ITERATIONS,
        relaxationFactor=_RELAXATION,
        gradientMagnitudeTolerance=_FLAT,
    )
    method.SetOptimizerScalesFromPhysicalShift()
    return method
