"""Laws of the response: what must hold for every patient."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recistkit
from recistkit import criteria
from recistkit.criteria import Criteria
from recistkit.study.classify import Classification
from tests.oracle.compare import frame_of
from tests.oracle.generate import generate
from tests.response.patients import READS, assess, course, reads_rows

FOUR = ("recist-1.1", "recist-1.0", "who-1979", "zhu-2013")
RANK = {"CR": 0, "PR": 1, "SD": 2, "NC": 2, "PD": 3}
LENGTHS = ("longest_mm", "short_mm")

FEW = settings(max_examples=max(5, settings().max_examples // 4))
"""For laws each of whose examples is several patients."""

names = st.sampled_from(FOUR)
seeds = st.integers(min_value=1, max_value=10_000)


def tables_of(result: Classification) -> tuple[str, str]:
    """Return both tables as the bytes of a CSV file would be."""
    return result.responses.write_csv(), result.best.write_csv()


def generated(seed: int, name: str, subjects: int) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the reads of a generated case, and everything else that `classify` is given."""
    case = generate(seed, subjects, name)
    options = {
        key: value
        for key, value in case.options.items()
        if key not in {"imputed_can_progress", "who_pd"}
    }
    tables = {"visits": case.visits, "subjects": case.subjects, "events": case.events}
    frames = {key: frame_of(rows) for key, rows in tables.items()}
    reads = frame_of(case.reads)
    assert reads is not None
    return reads, {"criteria": name, **frames, **options}


@FEW
@given(seed=seeds, order=st.integers(min_value=0, max_value=1000), name=names)
def test_the_order_of_rows_never_matters(seed: int, order: int, name: str) -> None:
    reads, rest = generated(seed, name, 4)
    shuffled = reads.sample(fraction=1.0, shuffle=True, seed=order)
    for table in ("visits", "subjects", "events"):
        if rest[table] is not None:
            rest[table] = rest[table].sample(fraction=1.0, shuffle=True, seed=order)
    assert tables_of(recistkit.classify(shuffled, **rest)) == tables_of(
        recistkit.classify(reads, **rest)
    )


@FEW
@given(seed=seeds, name=names)
def test_the_names_and_order_of_lesions_never_matter(seed: int, name: str) -> None:
    reads, rest = generated(seed, name, 4)
    renamed = reads.with_columns(
        pl.format("Z{}", 999 - pl.col(column).rank("dense")).alias(column)
        if column == "lesion"
        else pl.col(column)
        for column in reads.columns
    )
    if "merged_into" in reads.columns:
        new_names = dict(zip(reads["lesion"], renamed["lesion"], strict=True))
        renamed = renamed.with_columns(pl.col("merged_into").replace(new_names))
    before, after = recistkit.classify(reads, **rest), recistkit.classify(renamed, **rest)
    assert after.responses.drop("reason").equals(before.responses.drop("reason"))
    assert after.best.equals(before.best)


@FEW
@given(seed=seeds, name=names)
def test_a_batch_equals_its_reads_one_by_one(seed: int, name: str) -> None:
    reads, rest = generated(seed, name, 4)
    whole = recistkit.classify(reads, **rest)
    subjects = reads["subject"].unique().sort().to_list()
    alone = [
        recistkit.classify(reads.filter(pl.col("subject") == subject), **(rest | of(subject, rest)))
        for subject in subjects
    ]
    assert pl.concat([one.responses for one in alone]).equals(whole.responses)
    assert pl.concat([one.best for one in alone]).equals(whole.best)


def of(subject: str, rest: dict[str, Any]) -> dict[str, pl.DataFrame | None]:
    """Return the optional tables of one subject."""
    tables = {name: rest[name] for name in ("visits", "subjects", "events")}
    return {
        name: None if table is None else table.filter(pl.col("subject") == subject)
        for name, table in tables.items()
    }


@FEW
@given(
    baseline=st.integers(10, 100),
    nadir=st.integers(1, 100),
    sums=st.lists(st.integers(1, 130_000), min_size=2, max_size=30, unique=True),
    name=names,
)
def test_a_larger_sum_never_improves_a_response(
    baseline: int, nadir: int, sums: list[int], name: str
) -> None:
    cells = [f"{Decimal(size) / 1000}" for size in sorted(sums)]
    patients = {
        f"{number:02}": f"T1 {baseline}x1 {nadir}x1 {cell}x{min(Decimal(1), Decimal(cell))}"
        for number, cell in enumerate(cells)
    }
    responses = assess(patients, criteria=name).responses["response"].to_list()[2::3]
    ranks = [RANK[word] for word in responses]
    assert len(ranks) == len(sums)
    assert ranks == sorted(ranks)


SIZES = ("9x4", "10x10", "14x7", "15x15", "20x10", "24x12", "30x21", "31.2x8.7", "50x20")
CELLS = (*SIZES, "gone", "NE", "7x7+5x3", "small:0.5x0.3")


@st.composite
def patients(draw: st.DrawFn) -> str:
    """Return the text of a patient with up to three targets, measured or gone."""
    visits = draw(st.integers(1, 4))
    lines = []
    for number in range(draw(st.integers(1, 3))):
        letter = draw(st.sampled_from("TL"))
        cells = [draw(st.sampled_from(CELLS)) for _ in range(visits)]
        lines.append(" ".join([f"{letter}{number}", draw(st.sampled_from(SIZES)), *cells]))
    if draw(st.booleans()):
        states = [draw(st.sampled_from(["seen", "gone", "NE", "worse"])) for _ in range(visits)]
        lines.append(" ".join(["X1", "seen", *states]))
    return "\n".join(lines)


@FEW
@given(text=patients(), name=names, data=st.data())
def test_a_new_unequivocal_lesion_is_always_pd(text: str, name: str, data: st.DataObject) -> None:
    visits = len(text.splitlines()[0].split()) - 2
    since = data.draw(st.integers(1, visits))
    new = " ".join(["N1", *["."] * since, "new", *["."] * (visits - since)])
    before = course(text, criteria=name)
    after = course(f"{text}\n{new}", criteria=name)
    assert after == [*before[: since - 1], *["PD"] * (visits - since + 1)]


several = st.lists(patients(), min_size=1, max_size=6)


def scaled_reads(texts: list[str], factor: int) -> pl.DataFrame:
    """Return the reads of patients with every length multiplied."""
    rows = [row for number, text in enumerate(texts) for row in reads_rows(text, f"S{number}")]
    frame = pl.DataFrame(rows, schema=READS).drop("compartment")
    return frame.with_columns(
        (pl.col(name).cast(pl.Decimal(20, 3)) * factor).cast(pl.String) for name in LENGTHS
    )


WORDS = ("target", "non_target", "new_lesion", "response", "rule", "flags")


def words_of(reads: pl.DataFrame, rules: str | Criteria) -> tuple[list[Any], list[Any]]:
    """Return the words of both tables."""
    result = recistkit.classify(reads, criteria=rules, sd_from="baseline")
    best = result.best.drop("criteria")
    return result.responses.select(WORDS).rows(), best.rows()


@FEW
@given(
    texts=several,
    factor=st.integers(2, 19),
    name=st.sampled_from(["recist-1.0", "who-1979", "zhu-2013"]),
)
def test_scaling_all_lengths_changes_nothing_where_no_rule_has_millimetres(
    texts: list[str], factor: int, name: str
) -> None:
    assert words_of(scaled_reads(texts, factor), name) == words_of(scaled_reads(texts, 1), name)


def scaled_rules(rules: Criteria, factor: int) -> Criteria:
    """Return criteria whose lengths are multiplied; those of the choice of targets stay."""
    least, node = rules.progression.minimum_increase, rules.normal_node.short_below_mm
    parts = {
        "progression": {"minimum_increase": None if least is None else least * factor},
        "normal_node": {"short_below_mm": None if node is None else node * factor},
        "too_small": {"diameter_mm": rules.too_small.diameter_mm * factor},
    }
    update = {
        name: getattr(rules, name).model_copy(update=values) for name, values in parts.items()
    }
    return rules.model_copy(update=update)


@FEW
@given(texts=several, factor=st.integers(2, 19), name=names, imputed=st.booleans())
def test_scaling_lengths_together_with_the_rules_in_millimetres_changes_nothing(
    texts: list[str], factor: int, name: str, imputed: bool
) -> None:
    if imputed:
        texts = [text.replace("small:0.5x0.3", "small") for text in texts]
    rules = criteria.load(name)
    assert words_of(scaled_reads(texts, factor), scaled_rules(rules, factor)) == words_of(
        scaled_reads(texts, 1), rules
    )


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("T1 20 24", "SD", "PD"),  # 4 mm become 8 mm: the 5 mm rule
        ("L1 x15 x9", "CR", "PR"),  # a node of 9 mm becomes one of 18 mm: the 10 mm rule
    ],
)
def test_the_two_millimetre_rules_of_recist_1_1_change_with_the_scale(
    text: str, before: str, after: str
) -> None:
    answers = [words_of(scaled_reads([text], factor), "recist-1.1")[0][1][3] for factor in (1, 2)]
    assert answers == [before, after]


sizes = st.tuples(
    st.integers(10_000, 200_000), st.integers(1_000, 200_000), st.integers(1_000, 250_000)
)


@FEW
@given(
    courses=st.lists(sizes, min_size=1, max_size=20),
    name=st.sampled_from(["recist-1.1", "recist-1.0", "zhu-2013"]),
    sustain=st.booleans(),
)
def test_the_margin_really_flips_the_response_and_one_step_less_does_not(
    courses: list[tuple[int, int, int]], name: str, sustain: bool
) -> None:
    # With a short axis of 0.001 mm a step of the product is 0.001 mm of the longest diameter.
    steps = 1_000_000 if name == "zhu-2013" else 1000

    def answers(changes: list[int]) -> list[tuple[str, float | None]]:
        texts = {
            f"{number:02}": f"T1 {mm(first)} {mm(second)} {mm(last + change)}"
            for number, ((first, second, last), change) in enumerate(
                zip(courses, changes, strict=True)
            )
        }
        table = assess(texts, criteria=name, sustain_pr=sustain).responses
        return table.select("response", "margin").rows()[2::3]

    today = answers([0] * len(courses))
    changes = [round((margin or 0) * steps) for _, margin in today]
    assert 0 not in changes
    nearly = [change - (1 if change > 0 else -1) for change in changes]
    assert [word for word, _ in answers(nearly)] == [word for word, _ in today]
    flipped = answers(changes)
    assert all(after != before for (after, _), (before, _) in zip(flipped, today, strict=True))


def mm(micrometres: int) -> str:
    """Return a cell with a longest diameter and the smallest short axis."""
    return f"{Decimal(micrometres) / 1000}x0.001"
