"""Figures of reader statistics."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from unittest.mock import patch
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from recistkit import reconcile
from recistkit.errors import OptionError, OutputError
from recistkit.report.drawing import require_drawing
from recistkit.report.reader_figures import reader_figures
from recistkit.report.write_figures import write_figures
from tests.cli.small_study import DECISIONS, READS

SVG: Final = "{http://www.w3.org/2000/svg}"
AGAIN: Final = """
import hashlib, io, polars as pl
from recistkit import reconcile
from recistkit.report.reader_figures import reader_figures
from tests.cli.small_study import READS
reads = pl.read_csv(io.StringIO(READS), infer_schema=False).drop("compartment")
found = reconcile(reads, readers=["A", "B"])
figures = reader_figures(found, ["A", "B"])
print(hashlib.sha256(b"".join(figures.values())).hexdigest())
"""


WHOLE: Final = pl.read_csv(io.StringIO(READS), infer_schema=False).drop("compartment")
"""Reads without compartments, of which there are fewer figures."""


def table(text: str, **names: Mapping[str, str]) -> pl.DataFrame:
    """Return a table of text with some names in it replaced."""
    frame = pl.read_csv(io.StringIO(text), infer_schema=False)
    return frame.with_columns(pl.col(column).replace(dict(new)) for column, new in names.items())


def drawn(
    reads: pl.DataFrame, readers: Sequence[str] = ("A", "B"), decisions: pl.DataFrame | None = None
) -> dict[str, bytes]:
    """Return the figures of two readers."""
    return reader_figures(reconcile(reads, readers=readers, decisions=decisions), readers)


def texts(svg: bytes) -> list[str]:
    """Return the texts of a figure."""
    return ["".join(one.itertext()) for one in ET.fromstring(svg).iter(f"{SVG}text")]


def elements(svg: bytes) -> set[str]:
    """Return the kinds of elements of a figure."""
    return {one.tag.rpartition("}")[2] for one in ET.fromstring(svg).iter()}


@pytest.fixture(scope="module")
def figures() -> dict[str, bytes]:
    return drawn(table(READS), decisions=table(DECISIONS))


def test_each_compartment_has_its_figures_and_the_whole_has_one_of_adjudication(
    figures: dict[str, bytes],
) -> None:
    assert list(figures) == [
        f"{noun}_{compartment}.svg"
        for compartment in ("1-primary", "2-distant", "3-overall")
        for noun in ("sums", "lesions", "responses")
    ] + ["adjudication.svg"]


def test_a_figure_of_sums_says_bias_limits_and_correlation(figures: dict[str, bytes]) -> None:
    said = texts(figures["sums_1-primary.svg"])
    assert "primary: A and B" in said
    assert "Sum, every visit" in said
    assert "6 pairs of 2 subjects" in said
    assert "bias −0.3 (−0.7 to 0.2) mm; limits −1.1 and 0.5" in said
    assert [one for one in said if one in {"bias", "−1.96 SD", "+1.96 SD"}] == [
        "bias",  # of two subjects the intervals are so wide that only this has room
        *("bias", "−1.96 SD", "+1.96 SD"),
    ]
    assert said.count("A minus B (mm)") == 2


def test_a_figure_of_responses_names_counts_and_kappa(figures: dict[str, bytes]) -> None:
    said = texts(figures["responses_1-primary.svg"])
    assert "Response of each visit" in said
    assert "3 of 4 visits agree" in said
    assert [one for one in said if one.startswith("kappa")] == [
        "kappa not estimable",
        "kappa 0.00",
        "kappa 0.00",
    ]


def test_a_figure_of_adjudication_says_whose_reads_were_accepted(
    figures: dict[str, bytes],
) -> None:
    said = texts(figures["adjudication.svg"])
    assert {"1 of 2 subjects", "0 of 1 decided", "1 of 1 decided", "50 %"} <= set(said)


def test_the_same_reads_give_the_same_bytes_in_another_process() -> None:
    mine = hashlib.sha256(b"".join(drawn(WHOLE).values())).hexdigest()
    ended = subprocess.run(
        [sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == mine


def test_names_from_outside_are_text_and_nothing_else(figures: dict[str, bytes]) -> None:
    evil = {"A": '<script>alert("1")</script>', "B": "$\\frac{1}{0}$ & 'b'"}
    parts = {"primary": "]]><g/>", "distant": "../etc"}
    found = drawn(table(READS, reader=evil, compartment=parts), tuple(evil.values()))
    assert all(re.fullmatch(r"[a-z]+(_\d-[A-Za-z0-9-]+)?\.svg", name) for name in found)
    assert set.union(*map(elements, found.values())) == set.union(*map(elements, figures.values()))
    said = texts(found["adjudication.svg"])
    assert any(evil["A"] in one for one in said)
    assert any(evil["B"] in one for one in said)
    assert any(one.startswith("]]><g/>: ") for one in texts(found["sums_2-g.svg"]))


def test_names_that_no_font_has_and_xml_cannot_hold_are_drawn_all_the_same() -> None:
    names = {"A": "読影者一", "B": "b" * 60}
    found = drawn(table(READS, reader=names).drop("compartment"), tuple(names.values()))
    said = texts(found["adjudication.svg"])
    assert "読影者一 accepted" in said
    assert f"{'b' * 31}… accepted" in said


def test_where_little_can_be_estimated_the_rest_is_drawn() -> None:
    one_pair = WHOLE.filter(pl.col("subject") == "S2", pl.col("timepoint") == "baseline")
    found = drawn(one_pair)
    said = texts(found["sums_1-overall.svg"])
    assert "bias 0.0 mm; limits not estimable" in said
    assert "1 pair of 1 subject" in said
    assert "nothing to count" in texts(found["adjudication.svg"])


def test_without_matplotlib_the_extra_is_named() -> None:
    with patch.dict(sys.modules, {"matplotlib": None}), pytest.raises(OptionError) as caught:
        require_drawing()
    assert str(caught.value) == 'figures need matplotlib: pip install "recistkit[figures]"'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    write_figures(tmp_path / "figures", {"sums_a.svg": b"1", "sums_b.svg": b"2"})
    yield tmp_path / "figures"
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]


def test_figures_of_an_earlier_run_are_replaced_as_a_whole(folder: Path) -> None:
    write_figures(folder, {"sums_c.svg": b"3"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"sums_c.svg": b"3"}


def test_a_folder_with_other_things_is_refused(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OptionError) as caught:
        write_figures(folder, {"sums_c.svg": b"3"})
    assert str(caught.value) == (
        f"{folder} holds other things than figures; expected a new folder for --figures"
    )
    assert len(list(folder.iterdir())) == 3


def test_figures_that_cannot_be_written_leave_the_former_ones(folder: Path) -> None:
    real = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return real(self, target)

    with patch.object(Path, "rename", full), pytest.raises(OutputError) as caught:
        write_figures(folder, {"sums_c.svg": b"3"})
    assert str(caught.value) == (
        f"{folder}: cannot be written: No space left on device; what was there is unchanged"
    )
    assert sorted(path.name for path in folder.iterdir()) == ["sums_a.svg", "sums_b.svg"]
    write_figures(folder, {"sums_c.svg": b"3"})


def test_a_drawing_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "my-own-drawing.svg").write_bytes(b"<svg/>")
    with pytest.raises(OptionError, match="holds other things than figures"):
        write_figures(tmp_path, {"sums_a.svg": b"1"})
    assert [path.name for path in tmp_path.iterdir()] == ["my-own-drawing.svg"]
