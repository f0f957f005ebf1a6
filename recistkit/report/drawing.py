"""Drawing: one style for all figures, and SVG of which the same input gives the same bytes.

Everything from outside (ids of readers, compartments) is text and nothing
else: matplotlib writes it escaped, and does not take it for a formula.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BAND",
    "FIRST",
    "GREY",
    "INK",
    "SECOND",
    "bare",
    "file_part",
    "number_text",
    "require_drawing",
    "shown",
    "svg_of",
]

INK: Final = "#000000"
GREY: Final = "#6b6b6b"
FIRST: Final = "#0072b2"
SECOND: Final = "#d55e00"
"""Blue and vermillion (Okabe & Ito 2008): told apart in colour-blind vision."""
BAND: Final = "#cfe3f0"

_STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # what matplotlib brings with it: measured alike everywhere
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "savefig.facecolor": "#ffffff",
    "svg.fonttype": "none",
    "svg.hashsalt": "recistkit",
    "text.parse_math": False,
}
_LONGEST: Final = 32
_NO_FILE_NAME: Final = re.compile(r"[^A-Za-z0-9-]+")


def require_drawing() -> None:
    """Refuse to draw where nothing can.

    Raises
    ------
    OptionError
        Naming the extra to be installed.
    """
    try:
        import matplotlib  # noqa: F401, ICN001  only whether it is there
    except ImportError:
        raise OptionError('figures need matplotlib: pip install "recistkit[figures]"') from None


def svg_of(width_in: float, height_in: float, draw: Callable[[Figure], None]) -> bytes:
    """Return a figure as SVG.

    Parameters
    ----------
    width_in, height_in : float
        Inches.
    draw : callable
        Draws into the empty figure that it is given.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    with rc_context(_STYLE), warnings.catch_warnings():
        # A name in letters that our font lacks is drawn by the fonts of who looks at it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def bare(axes: Axes) -> None:
    """Take away the frame on the sides where no scale is."""
    axes.spines[["top", "right"]].set_visible(False)


def shown(text: str) -> str:
    r"""Return a name as it is drawn: on one line, not too long, without what XML cannot hold.

    Examples
    --------
    >>> shown("A<b>"), shown("a" * 40)[-3:], shown("a\x00b")
    ('A<b>', 'aa…', 'a�b')
    """
    plain = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def number_text(
    value: float, lower: float | None = None, upper: float | None = None, *, digits: int
) -> str:
    """Return a number with its interval, where it has one.

    Examples
    --------
    >>> number_text(-0.04, digits=1), number_text(-1.25, -2.0, 0.5, digits=2)
    ('0.0', '−1.25 (−2.00 to 0.50)')
    """
    one, *ends = (
        f"{round(number, digits) + 0.0:.{digits}f}".replace("-", "−")
        for number in (value, lower, upper)
        if number is not None
    )
    return f"{one} ({ends[0]} to {ends[1]})" if ends else one


def file_part(text: str) -> str:
    """Return a name as a part of a file's, which says it roughly.

    Examples
    --------
    >>> file_part("lung, left"), file_part("<>")
    ('lung-left', 'x')
    """
    return _NO_FILE_NAME.sub("-", text).strip("-")[:_LONGEST] or "x"
