"""The door for criteria: shipped ids, a trial's own file, and every way in which one is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest

from recistkit import criteria
from recistkit.errors import CriteriaError
from tests.criteria.files import BASED, HEAD, faults_of, load_text, table

KNOWN = "recist-1.0, recist-1.1, who-1979, zhu-2013"
EVERY_TABLE = [
    "size",
    "too_small",
    "normal_node",
    "partial_response",
    "progression",
    "imputed_progression",
    "non_target",
    "tumour_marker",
    "reappearance",
    "words",
    "best_response",
    "target_limits",
    "minimum_size",
    "baseline_window",
    "overall",
]
AT_MOST = "Input should be less than or equal to"
SMALLER = table("partial_response", decrease_percent="25.125", from_='"baseline-sum"')


def shipped_text(name: str) -> str:
    return (resources.files("recistkit.criteria") / f"{name}.toml").read_text(encoding="utf-8")


def test_four_sets_are_shipped() -> None:
    assert criteria.shipped() == ("recist-1.0", "recist-1.1", "who-1979", "zhu-2013")
    assert [criteria.load(name).id for name in criteria.shipped()] == list(criteria.shipped())


def test_what_is_neither_id_nor_file_is_refused() -> None:
    with pytest.raises(CriteriaError) as caught:
        criteria.load(11)  # type: ignore[arg-type]
    assert str(caught.value) == "criteria: not usable\n  expected an id or a file, not int"


@pytest.mark.parametrize("key", ["id", "version", "title", "citation"])
def test_every_file_states_its_own_head(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in BASED.splitlines() if not line.startswith(key))
    assert faults_of(tmp_path, text) == [f"{key}: every file states its own"]


def test_loaded_criteria_are_returned_as_they_are() -> None:
    rules = criteria.load("recist-1.1")
    assert criteria.load(rules) is rules
    assert criteria.load("recist-1.1") is rules


def test_a_trials_file_states_only_what_differs(tmp_path: Path) -> None:
    rules = load_text(tmp_path, BASED + SMALLER)
    base = criteria.load("recist-1.1")
    assert rules.partial_response.decrease_percent == Decimal("25.125")
    assert rules.partial_response.source == "Protocol 7.2"
    changed = {
        name for name in type(rules).model_fields if getattr(rules, name) != getattr(base, name)
    }
    assert changed == {"id", "title", "citation", "partial_response"}


def test_a_table_replaces_the_whole_table_of_its_base(tmp_path: Path) -> None:
    growth = table("progression", increase_percent=20, from_='"smallest-sum"', per='"sum"')
    assert load_text(tmp_path, BASED + growth).progression.minimum_increase is None
    limits = table("target_limits", maximum=3)
    assert load_text(tmp_path, BASED + limits).target_limits.maximum_per_organ is None


def test_a_base_may_itself_have_a_base(tmp_path: Path) -> None:
    rules = load_text(tmp_path, HEAD + 'based_on = "zhu-2013"\n')
    assert (rules.size.measure, rules.target_limits.maximum, len(rules.overall)) == (
        "product",
        10,
        13,
    )


def test_the_warning_of_a_base_holds_until_it_is_replaced(tmp_path: Path) -> None:
    zhu = criteria.load("zhu-2013")
    assert load_text(tmp_path, HEAD + 'based_on = "zhu-2013"\n').warning == zhu.warning
    own = load_text(tmp_path, HEAD + 'based_on = "zhu-2013"\nwarning = "mind the unit"\n')
    assert own.warning == "mind the unit"


def test_a_file_can_be_given_as_text_or_as_path(tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(BASED, encoding="utf-8")
    assert criteria.load(str(path)) == criteria.load(path) == criteria.load_file(path)


def test_a_file_may_have_any_ending(tmp_path: Path) -> None:
    assert load_text(tmp_path, BASED, "trial.criteria").id == "trial"


def test_a_file_that_is_a_shipped_one_is_accepted(tmp_path: Path) -> None:
    for name in criteria.shipped():
        assert load_text(tmp_path, shipped_text(name)) == criteria.load(name)


def test_reference_is_id_version_and_start_of_the_hash(tmp_path: Path) -> None:
    rules = load_text(tmp_path, BASED.replace('version = "1"', 'version = "2.1-b"'))
    assert re.fullmatch(r"[0-9a-f]{64}", rules.content_hash)
    assert rules.reference == f"trial 2.1-b {rules.content_hash[:12]}"


def test_the_content_hash_changes_with_every_value(tmp_path: Path) -> None:
    texts = [
        BASED,
        BASED + SMALLER,
        BASED + SMALLER.replace("25.125", "25.126"),
        BASED + SMALLER.replace("7.2", "7.3"),
        BASED.replace('"1"', '"2"'),
        BASED.replace('"Protocol"', '"Amendment"'),
        BASED.replace("1.1", "1.0"),
        BASED + 'warning = "w"\n',
    ]
    assert len({load_text(tmp_path, text).content_hash for text in texts}) == len(texts)


def test_the_content_hash_does_not_depend_on_order_or_comments(tmp_path: Path) -> None:
    words = table("words", stable='"NC"')
    one = load_text(tmp_path, BASED + words + SMALLER)
    other = load_text(tmp_path, "# ours\n" + BASED + SMALLER + words)
    assert one.content_hash == other.content_hash


@pytest.mark.parametrize("given", ["recist-9", "RECIST-1.1", "recist-1.1.tom", ""])
def test_an_unknown_id_names_those_that_are_known(given: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        criteria.load(given)
    expected = f"no such criteria; known are {KNOWN}, or give a .toml file"
    assert str(caught.value) == f"{given}: not usable\n  {expected}"


def test_a_path_named_as_a_shipped_id_is_not_that_id() -> None:
    with pytest.raises(CriteriaError, match=r"^recist-1\.1: not usable\n  no such criteria"):
        criteria.load(Path("recist-1.1"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CriteriaError) as caught:
        criteria.load(tmp_path / "absent.toml")
    expected = "absent.toml: not usable\n  cannot be opened as text: FileNotFoundError"
    assert str(caught.value) == expected


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, b"\xff\xfe") == ["cannot be opened as text: UnicodeDecodeError"]


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "id = \n") == ["is not TOML: Invalid value (at line 1, column 6)"]
    assert faults_of(tmp_path, "a = " + "[" * 100_000) == ["is not TOML: nested too deeply"]


def test_a_file_of_more_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    filled = BASED + "#".ljust(1_000_000 - len(BASED), "x")
    assert load_text(tmp_path, filled).id == "trial"
    assert faults_of(tmp_path, filled + "x") == ["larger than 1000000 bytes"]


@pytest.mark.parametrize(("base", "said"), [('"recist-9"', "'recist-9'"), ("3", "3"), ("[]", "[]")])
def test_a_base_that_is_not_shipped_is_refused(tmp_path: Path, base: str, said: str) -> None:
    text = f"{HEAD}based_on = {base}\n"
    assert faults_of(tmp_path, text) == [f"based_on: {said} is none of {KNOWN}"]


def test_a_shipped_id_with_other_content_is_refused(tmp_path: Path) -> None:
    text = BASED.replace('"trial"', '"recist-1.1"')
    fault = "id 'recist-1.1' is a shipped rule set with other content; give it an id of its own"
    assert faults_of(tmp_path, text) == [fault]


def test_without_a_base_every_table_is_required(tmp_path: Path) -> None:
    assert faults_of(tmp_path, HEAD) == [f"{name}: Field required" for name in EVERY_TABLE]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = BASED + '[too_small]\ndiameter_mm = 0\ncolour = "red"\n[nonsense]\n'
    assert faults_of(tmp_path, text) == [
        "too_small.source: Field required",
        "too_small.diameter_mm: Input should be greater than 0",
        "too_small.colour: Extra inputs are not permitted",
        "nonsense: Extra inputs are not permitted",
    ]


@pytest.mark.parametrize(
    ("name", "key", "given", "fault"),
    [
        ("too_small", "diameter_mm", "0.0", "Input should be greater than 0"),
        ("too_small", "diameter_mm", "1000.001", "Input should be less than or equal to 1000"),
        ("too_small", "diameter_mm", "5.0005", "Input should be a multiple of 0.001"),
        ("too_small", "diameter_mm", '"five"', "Input should be a valid decimal"),
        ("too_small", "diameter_mm", "nan", "Input should be a finite number"),
        ("normal_node", "short_below_mm", "0", "Input should be greater than 0"),
        ("best_response", "confirmation_days", "-1", "Input should be greater than or equal to 0"),
        ("best_response", "confirmation_days", "3651", f"{AT_MOST} 3650"),
        ("target_limits", "maximum", "0", "Input should be greater than 0"),
        ("target_limits", "maximum_per_organ", "0", "Input should be greater than 0"),
        ("minimum_size", "slice_thickness_factor", "0", "Input should be greater than 0"),
        ("minimum_size", "slice_thickness_factor", "10.1", f"{AT_MOST} 10"),
        ("baseline_window", "days", "-1", "Input should be greater than or equal to 0"),
        ("words", "stable", '"stable"', "Input should be 'SD' or 'NC'"),
        ("non_target", "not_all_evaluated", '"CR"', "Input should be 'NE' or 'NON-CR/NON-PD'"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused(
    tmp_path: Path, name: str, key: str, given: str, fault: str
) -> None:
    assert faults_of(tmp_path, BASED + table(name, **{key: given})) == [f"{name}.{key}: {fault}"]


@pytest.mark.parametrize(
    ("name", "key", "given"),
    [
        ("too_small", "diameter_mm", "0.001"),
        ("too_small", "diameter_mm", "1000"),
        ("best_response", "confirmation_days", "0"),
        ("best_response", "confirmation_days", "3650"),
        ("target_limits", "maximum", "1"),
        ("target_limits", "maximum_per_organ", "1"),
        ("minimum_size", "slice_thickness_factor", "10"),
        ("baseline_window", "days", "0"),
    ],
)
def test_a_value_at_the_end_of_its_range_is_accepted(
    tmp_path: Path, name: str, key: str, given: str
) -> None:
    rules = load_text(tmp_path, BASED + table(name, **{key: given}))
    assert getattr(getattr(rules, name), key) == Decimal(given)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("0", "Input should be greater than 0"),
        ("100", "Input should be less than 100"),
        ("30.0005", "Decimal input should have no more than 3 decimal places"),
        ("true", "Decimal input should be an integer, float, string or Decimal object"),
    ],
)
def test_a_decrease_lies_between_0_and_100_percent(tmp_path: Path, given: str, fault: str) -> None:
    text = table("partial_response", decrease_percent=given, from_='"baseline-sum"')
    assert faults_of(tmp_path, BASED + text) == [f"partial_response.decrease_percent: {fault}"]


@pytest.mark.parametrize("given", ["0.001", "99.999"])
def test_a_decrease_near_the_ends_is_accepted(tmp_path: Path, given: str) -> None:
    text = table("partial_response", decrease_percent=given, from_='"baseline-sum"')
    rules = load_text(tmp_path, BASED + text)
    assert rules.partial_response.decrease_percent == Decimal(given)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("0", "Input should be greater than 0"),
        ("1000", "Input should be less than 1000"),
        ("20.0005", "Decimal input should have no more than 3 decimal places"),
    ],
)
def test_an_increase_lies_between_0_and_1000_percent(
    tmp_path: Path, given: str, fault: str
) -> None:
    text = table("progression", increase_percent=given, from_='"smallest-sum"', per='"sum"')
    assert faults_of(tmp_path, BASED + text) == [f"progression.increase_percent: {fault}"]


@pytest.mark.parametrize("given", ["0.001", "999.999"])
def test_an_increase_near_the_ends_is_accepted(tmp_path: Path, given: str) -> None:
    text = table("progression", increase_percent=given, from_='"smallest-sum"', per='"sum"')
    rules = load_text(tmp_path, BASED + text)
    assert rules.progression.increase_percent == Decimal(given)


def test_a_minimum_time_of_stable_disease_has_a_range(tmp_path: Path) -> None:
    for given in ("0", "3650"):
        times = table("best_response", confirmation_days=28, minimum_stable_days=given)
        rules = load_text(tmp_path, BASED + times)
        assert rules.best_response.minimum_stable_days == int(given)
    for given, fault in (
        ("-1", "greater than or equal to 0"),
        ("3651", "less than or equal to 3650"),
    ):
        times = table("best_response", confirmation_days=28, minimum_stable_days=given)
        assert faults_of(tmp_path, BASED + times) == [
            f"best_response.minimum_stable_days: Input should be {fault}"
        ]


def test_short_axes_of_nodes_do_not_go_with_products(tmp_path: Path) -> None:
    text = BASED + table("size", measure='"product"', nodes='"short"')
    assert faults_of(tmp_path, text) == ["size: nodes = 'short' goes with measure = 'longest' only"]
    for measure, nodes in (("product", "as-other-lesions"), ("longest", "short")):
        sizes = table("size", measure=f'"{measure}"', nodes=f'"{nodes}"')
        assert load_text(tmp_path, BASED + sizes).size.measure == measure


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('id = "Trial 1"', r"id: String should match pattern '^[a-z0-9][a-z0-9.\-]{0,39}$'"),
        ('version = "a b"', r"version: String should match pattern '^[0-9A-Za-z.\-]{1,20}$'"),
        ("version = 1", "version: Input should be a valid string"),
        ('title = ""', "title: String should have at least 1 character"),
        (f'title = "{"t" * 101}"', "title: String should have at most 100 characters"),
        ('citation = ""', "citation: String should have at least 1 character"),
    ],
)
def test_a_bad_head_is_refused(tmp_path: Path, line: str, fault: str) -> None:
    key = line.partition(" ")[0]
    text = re.sub(rf"^{key} = .*$", lambda _: line, BASED, flags=re.MULTILINE)
    assert faults_of(tmp_path, text) == [fault]


def test_texts_of_a_head_may_be_as_long_as_allowed(tmp_path: Path) -> None:
    long = BASED.replace('"Trial"', f'"{"t" * 100}"').replace('"Protocol"', '"P"')
    rules = load_text(tmp_path, long + f'warning = "{"w" * 300}"\n')
    assert (len(rules.title), rules.citation) == (100, "P")
    assert faults_of(tmp_path, BASED + f'warning = "{"w" * 301}"\n') == [
        "warning: String should have at most 300 characters"
    ]


def test_a_source_is_required_and_not_empty(tmp_path: Path) -> None:
    empty = table("words", stable='"SD"').replace("Protocol 7.2", "")
    assert faults_of(tmp_path, BASED + empty) == [
        "words.source: String should have at least 1 character"
    ]


def test_a_smallest_increase_below_one_step_still_is_one_step(tmp_path: Path) -> None:
    growth = table(
        "progression",
        increase_percent=20,
        from_='"smallest-sum"',
        per='"sum"',
        minimum_increase="0.001",
    )
    assert load_text(tmp_path, BASED + growth).minimum_increase_steps == 1
    products = HEAD + 'based_on = "zhu-2013"\n'
    assert load_text(tmp_path, products + growth).minimum_increase_steps == 1000


def test_criteria_cannot_be_changed_once_loaded() -> None:
    rules = criteria.load("recist-1.1")
    for part, name in ((rules, "version"), (rules.words, "stable"), (rules.overall[0], "response")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(part, name, "NC")
