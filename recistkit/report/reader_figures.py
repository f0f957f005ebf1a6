"""The figures of two readers, and of readers who have read twice, by the names of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.reconciliation.agreement import paired_words
from recistkit.reconciliation.pairs import paired_values
from recistkit.reconciliation.size_agreement import paired_sizes
from recistkit.report.adjudication_figure import adjudication_figure
from recistkit.report.agreement_figure import TITLES as WORDS
from recistkit.report.agreement_figure import agreement_figure
from recistkit.report.drawing import file_part, require_drawing, shown
from recistkit.report.size_figures import size_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recistkit.reconciliation import Reconciliation
    from recistkit.study.classify import Classification
    from recistkit.study.reconcile import StudyReconciliation

__all__ = ["reader_figures"]

_SUMS: Final = ("baseline_sum", "sum")
_AXES: Final = ("longest_mm", "short_mm")


def reader_figures(found: StudyReconciliation, readers: Sequence[str]) -> dict[str, bytes]:
    """Return the figures of a reconciliation.

    Parameters
    ----------
    found : StudyReconciliation
    readers : sequence of str
        The two readers that it compares.

    Returns
    -------
    dict of str to bytes
        SVG by the name of its file. Per compartment ``sums``, ``responses``
        and, where lesions are matched, ``lesions``; ``adjudication``. Of a
        reader who has read twice the same, behind ``reread`` and the reader.
        The same reconciliation gives the same bytes.

    Raises
    ------
    OptionError
        If matplotlib is not installed.
    """
    require_drawing()
    figures = _figures("", found, found.classification, readers, adjudicated=True)
    for number, one in enumerate(found.rereads, start=1):
        prefix = f"reread-{number}-{file_part(one.readers[0])}_"
        figures |= _figures(prefix, one.result, one.classification, one.readers, adjudicated=False)
    return figures


def _figures(
    prefix: str,
    result: Reconciliation | StudyReconciliation,
    classified: Classification,
    readers: Sequence[str],
    *,
    adjudicated: bool,
) -> dict[str, bytes]:
    """Return the figures of two readers, or of one reader's two reads."""
    sizes = paired_sizes(classified.responses, result.matched_lesions, readers)
    variables = result.agreement["variable"].unique(maintain_order=True).to_list()
    compared = [name for name in variables if name in WORDS and name != "response"]
    values = paired_values(classified.best, readers, compared)
    words = paired_words(values, classified.responses, readers)
    who = f"{shown(readers[0])} and {shown(readers[1])}"
    figures = {}
    for number, compartment in enumerate(_compartments(result.agreement), start=1):
        title, name = f"{shown(compartment)}: {who}", f"{number}-{file_part(compartment)}"
        for noun, chosen in (("sums", _SUMS), ("lesions", _AXES)):
            rows = _rows(result.size_agreement, compartment, chosen)
            if rows:
                figures[f"{prefix}{noun}_{name}.svg"] = size_figure(title, rows, sizes, readers)
        rows = _rows(result.agreement, compartment, tuple(WORDS))
        figures[f"{prefix}responses_{name}.svg"] = agreement_figure(title, rows, words, readers)
    figures[f"{prefix}adjudication.svg"] = adjudication_figure(
        who, result.adjudication, adjudicated=adjudicated
    )
    return figures


def _compartments(agreement: pl.DataFrame) -> list[str]:
    """Return the compartments in the order of the table."""
    return [str(name) for name in agreement["compartment"].unique(maintain_order=True)]


def _rows(
    table: pl.DataFrame, compartment: str, variables: tuple[str, ...]
) -> list[dict[str, object]]:
    """Return the rows of a compartment that have anything to show."""
    kept = table.filter(pl.col("variable").is_in(variables), compartment=compartment)
    return kept.filter(pl.col("compared") > 0).to_dicts()
