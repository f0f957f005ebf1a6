"""Patients written as text: one lesion a line, one visit a column.

::

    days     0        56       112
    T1       50       35       small
    T2/liver 20x15    8+9      >T1
    L1       20x16    x9       gone
    X1       seen     worse    NE:irradiated
    N1       .        maybe    new
    marker   elevated normal   .
    stated   .        none     unequivocal

The first letter of a lesion is its role: T target, L target node, X
non-target, K non-target node, N new; what follows a slash is its compartment.
Cells:

- ``50`` longest diameter, ``20x15`` with the short axis, ``x9`` short axis only;
- ``8+9`` fragments of a split lesion, ``small`` too small (``small:4``,
  ``small:4x3`` with sizes), ``gone`` absent, ``>T1`` merged into T1;
- ``NE`` not evaluable (``NE:resected``, and ``NE:resected:30`` with a size);
- ``seen`` present (``seen:12x9``), ``worse`` progressed, ``more`` increased;
- ``new`` unequivocal, ``maybe`` equivocal;
- ``.`` no row. ``@60`` after any cell: scanned on day 60.

Visits are four weeks apart unless a line ``days`` says otherwise. Lines
``marker``, ``stated`` (about new lesions), ``coverage`` and ``last`` (day of the
last scan) make the visits table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

import recistkit
from recistkit.study.classify import Classification

START = date(2024, 1, 1)
ROLES = {"T": "target", "L": "target", "X": "non-target", "K": "non-target", "N": "new"}
STATES = {
    "gone": "absent",
    "small": "too-small",
    "seen": "present",
    "worse": "progressed",
    "more": "increased",
    "new": "present",
    "maybe": "present",
    "NE": "not-evaluable",
}
VISIT_LINES = {"marker": "tumour_marker", "stated": "new_lesions", "coverage": "coverage"}
READS = {
    "subject": pl.String,
    "reader": pl.String,
    "timepoint": pl.String,
    "lesion": pl.String,
    "role": pl.String,
    "date": pl.Date,
    "nodal": pl.Boolean,
    "compartment": pl.String,
    "state": pl.String,
    "longest_mm": pl.String,
    "short_mm": pl.String,
    "fragment": pl.String,
    "merged_into": pl.String,
    "certainty": pl.String,
    "reason": pl.String,
}
VISITS = {
    "subject": pl.String,
    "timepoint": pl.String,
    "date_first": pl.Date,
    "date_last": pl.Date,
    "tumour_marker": pl.String,
    "new_lesions": pl.String,
    "coverage": pl.String,
}

Row = dict[str, Any]


def day(number: int) -> date:
    """Return a date by its number; the baseline of most patients is day 0."""
    return START + timedelta(days=number)


def number_of(when: date | None) -> int | None:
    """Return the number of a date, the other way round."""
    return None if when is None else (when - START).days


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines() if line.strip()]


def _days(lines: Sequence[Sequence[str]]) -> list[int]:
    for name, *cells in lines:
        if name == "days":
            return [int(cell) for cell in cells]
    return [28 * visit for visit in range(max(len(line) for line in lines) - 1)]


def _sized(text: str) -> Row:
    longest, _, short = text.partition("x")
    return {"longest_mm": longest or None, "short_mm": short or None}


def _cells(text: str) -> Iterable[Row]:
    """Return what a cell says, one row for each fragment."""
    word, *more = text.split(":")
    if word.startswith(">"):
        yield {"state": "merged", "merged_into": word[1:]} | _sized(more[0] if more else "")
    elif word == "NE":
        reason = more[0] if more else "artefact"
        yield {"state": STATES[word], "reason": reason} | _sized(more[1] if more[1:] else "")
    elif word in STATES:
        certainty = {"new": "unequivocal", "maybe": "equivocal"}.get(word)
        sizes = _sized(more[0] if more else "")
        yield {"state": STATES[word], "certainty": certainty} | sizes
    elif "+" in word:
        for number, part in enumerate(word.split("+"), 1):
            yield {"state": "split", "fragment": str(number)} | _sized(part)
    else:
        yield {"state": "measured"} | _sized(word)


def reads_rows(text: str, subject: str = "S1", reader: str = "1") -> list[Row]:
    """Return the rows of the reads table that a text shows."""
    lines = _lines(text)
    days = _days(lines)
    rows = []
    for name, *cells in lines:
        if name in {"days", "last", *VISIT_LINES}:
            continue
        lesion, _, compartment = name.partition("/")
        head = {
            "subject": subject,
            "reader": reader,
            "lesion": lesion,
            "role": ROLES[lesion[0]],
            "nodal": lesion[0] in "LK",
            "compartment": compartment or None,
        }
        for visit, cell in enumerate(cells):
            if cell == ".":
                continue
            said, _, scanned = cell.partition("@")
            when = {"timepoint": f"v{visit}", "date": day(int(scanned) if scanned else days[visit])}
            rows += [dict.fromkeys(READS) | head | when | part for part in _cells(said)]
    return rows


def visits_rows(text: str, subject: str = "S1") -> list[Row]:
    """Return the rows of the visits table that a text shows."""
    lines = {name: cells for name, *cells in _lines(text)}
    said = {name: lines[name] for name in VISIT_LINES if name in lines}
    last = lines.get("last")
    if not said and not last:
        return []
    rows = []
    for visit, number in enumerate(_days(_lines(text))):
        row: Row = dict.fromkeys(VISITS) | {"subject": subject, "timepoint": f"v{visit}"}
        row |= {"date_first": day(number), "date_last": day(int(last[visit]) if last else number)}
        for name, cells in said.items():
            if cells[visit] != ".":
                row[VISIT_LINES[name]] = cells[visit]
        rows.append(row)
    return rows


def _frame(rows: Sequence[Row], schema: dict[str, Any]) -> pl.DataFrame | None:
    """Return rows as a frame; columns of reads that say nothing are left out."""
    if not rows:
        return None
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    empty = [name for name in ("compartment",) if name in schema and frame[name].is_null().all()]
    return frame.drop(empty)


def reads_frame(patients: dict[str, str] | str) -> pl.DataFrame:
    """Return the reads table of one patient, or of several by name."""
    patients = {"S1": patients} if isinstance(patients, str) else patients
    rows = [row for name, text in patients.items() for row in reads_rows(text, name)]
    frame = _frame(rows, READS)
    assert frame is not None
    return frame


def _events(text: str, subject: str) -> list[Row]:
    rows = []
    for item in text.split():
        name, _, when = item.partition("@")
        event, _, compartment = name.partition("/")
        row = {"subject": subject, "date": day(int(when)), "event": event}
        rows.append(row | {"compartment": compartment or None})
    return rows


def assess(
    patients: dict[str, str] | str,
    *,
    criteria: Any = "recist-1.1",  # noqa: ANN401 - whatever `classify` takes
    events: str = "",
    reference: int | None = None,
    **options: Any,  # noqa: ANN401 - the options of the response
) -> Classification:
    """Classify patients; events and the day of reference are those of each of them.

    Without a day of reference the minimum time of SD, where the criteria have
    one, is counted from the baseline.
    """
    patients = {"S1": patients} if isinstance(patients, str) else patients
    visits = [row for name, text in patients.items() for row in visits_rows(text, name)]
    happened = [row for name in patients for row in _events(events, name)]
    starts = None
    if reference is not None:
        starts = pl.DataFrame({"subject": list(patients), "reference_date": day(reference)})
    else:
        options.setdefault("sd_from", "baseline")
    return recistkit.classify(
        reads_frame(patients),
        criteria=criteria,
        visits=_frame(visits, VISITS),
        subjects=starts,
        events=pl.DataFrame(happened) if happened else None,
        **options,
    )


def course(text: str, *columns: str, of: str = "overall", **given: Any) -> list[Any]:  # noqa: ANN401
    """Return columns of the responses table after the baseline: values, or tuples of several."""
    table = assess(text, **given).responses.filter(pl.col("compartment") == of)
    rows = table.select(columns or ("response",)).rows()[1:]
    return [row[0] if len(row) == 1 else row for row in rows]


def best(text: str, *columns: str, of: str = "overall", **given: Any) -> Any:  # noqa: ANN401
    """Return columns of the best table, dates as numbers of days."""
    row = assess(text, **given).best.filter(pl.col("compartment") == of).row(0, named=True)
    values = [row[name] for name in columns or ("best_response", "best_response_confirmed")]
    values = [number_of(value) if isinstance(value, date) else value for value in values]
    return values[0] if len(values) == 1 else tuple(values)
