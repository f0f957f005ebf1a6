"""``recistkit scans``: what is in a folder, for people and for programs."""

from __future__ import annotations

import json
import shlex
import stat
import sys
from pathlib import Path

import polars as pl
import pytest

from recistkit.cli import scans_text
from recistkit.scans.listing import SCANS_COLUMNS
from tests.cli.conftest import Run
from tests.cli.test_program import example_of
from tests.scans.dicom.test_refusals import every
from tests.scans.dicom_files import stored_values, write_series
from tests.scans.planted import NUMBER, SECRET, plant, text_leaks

KEY = '{"format": "recistkit-key-1", "key": "' + "00" * 32 + '"}'


@pytest.fixture
def export(study: Path) -> Path:
    """Folder with a CT, a localizer, a broken file and a letter, beside a key file."""
    write_series(study / "export" / "ct", stored=stored_values(3), spacing_mm=(0.7, 0.7))
    localizer = every(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    write_series(study / "export" / "scout", uid="1.2", stored=stored_values(1), change=localizer)
    (study / "export" / "scout" / "broken.dcm").write_text("Dear colleague", encoding="utf-8")
    (study / "export" / "letter.txt").write_text("Dear colleague", encoding="utf-8")
    (study / "key.json").write_text(KEY, encoding="utf-8")
    return study / "export"


@pytest.mark.usefixtures("export")
def test_a_folder_is_shown_for_people(run: Run) -> None:
    ended = run("scans", "export", "--key", "key.json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "  patient        date       mod plane size  spacing mm slice mm files    folder\n"
        "───────────────────────────────────────────────────────────────────────────────\n"
        "1 x-8c28464e77e9 2011-03-01 CT  axial 8×6×3 0.7×0.7×5         5     3         2\n"
        "2 x-8c28464e77e9            CT                                      1 3, file 2\n"
        "\n"
        "2 cannot be used: is a localizer (scout), not a stack of slices to measure on "
        "(folder 3, file 2)\n"
        "3 folder 3, file 1: its header cannot be understood (InvalidDicomError)\n"
        "\n"
        "1 patient; 2 series, of which 1 can be used; 1 file that cannot be read; 1 other file\n"
    )


@pytest.mark.usefixtures("export")
def test_the_table_is_printed_for_programs(run: Run) -> None:
    ended = run("scans", "export", "--key", "key.json", "--format", "csv")
    header, first, *others = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert header == ",".join(SCANS_COLUMNS)
    assert first == ("1,usable,x-8c28464e77e9,2011-03-01,CT,axial,8,6,3,0.7,0.7,5.0,5.0,3,2,1,,")
    assert len(others) == 2
    rows = json.loads(run("scans", "export", "--key", "key.json", "--format", "json").out)
    assert [row["status"] for row in rows] == ["usable", "refused", "unreadable"]


def test_the_table_is_written_to_a_file(export: Path, run: Run) -> None:
    ended = run("scans", "export", "--output", "lists/scans.parquet")
    assert (ended.code, ended.out, ended.err) == (0, "", "wrote 3 rows to lists/scans.parquet\n")
    table = pl.read_parquet(export.parent / "lists" / "scans.parquet")
    assert table.schema == pl.Schema(SCANS_COLUMNS)


def test_a_key_is_made_and_gives_the_same_stand_ins_in_every_run(export: Path, run: Run) -> None:
    made = run("scans", "export", "--key", "own.json", "--format", "csv")
    again = run("scans", "export", "--key", "own.json", "--format", "csv")
    other = run("scans", "export", "--format", "csv")
    assert (made.err, again.err) == ("made the key file own.json\n", "")
    assert made.out == again.out
    assert made.out != other.out
    if sys.platform != "win32":
        assert stat.S_IMODE((export.parent / "own.json").stat().st_mode) == 0o600


def test_strict_exits_with_1_where_something_cannot_be_used(export: Path, run: Run) -> None:
    assert run("scans", "export", "--strict").code == 1
    assert run("scans", str(export / "ct"), "--strict").code == 0


@pytest.mark.usefixtures("export")
def test_names_are_shown_if_asked_for(run: Run) -> None:
    ended = run("scans", "export", "--names")
    assert "1 ct/slice-000.dcm, series 1.2.826.1\n" in ended.out
    assert "InvalidDicomError) (scout/broken.dcm)\n" in ended.out
    assert "slice-000" not in run("scans", "export").out


def test_markup_in_a_name_is_no_markup(export: Path, run: Run) -> None:
    write_series(export / "[bold red]a[", uid="1.3")
    assert "[bold red]a[/slice-000.dcm, series 1.3\n" in run("scans", "export", "--names").out


def test_of_many_files_that_cannot_be_read_some_are_shown(
    export: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans_text, "MOST_FILES", 2)
    for number in range(4):
        (export / f"{number}.dcm").write_text("", encoding="utf-8")
    lines = run("scans", "export").out.splitlines()
    assert lines[-3] == "  and 3 more, all of them with --format csv"
    assert lines[-1].endswith("5 files that cannot be read; 1 other file")


def test_a_folder_without_scans_says_so(study: Path, run: Run) -> None:
    (study / "empty").mkdir()
    ended = run("scans", "empty")
    assert (ended.code, ended.out) == (
        0,
        "0 patients; 0 series, of which 0 can be used; 0 other files\n",
    )


def test_nothing_that_names_a_patient_is_printed(study: Path, run: Run) -> None:
    write_series(study / "export" / SECRET, change=lambda dataset, _: [plant(dataset)].clear())
    write_series(
        study / "export" / NUMBER, uid="1.2", change=every(Modality=SECRET, PixelSpacing=[0, 0])
    )
    (study / "export" / f"{SECRET}.dcm").write_text(SECRET, encoding="utf-8")
    for options in ((), ("--format", "csv"), ("--format", "json")):
        ended = run("scans", "export", *options)
        assert ended.code == 0
        assert text_leaks(ended.out, ended.err) == []


def test_of_a_study_the_scans_are_listed_and_nothing_that_readers_have_done(
    study: Path, run: Run
) -> None:
    trial = study / "disk" / "trial"
    write_series(trial / "scans" / "S1" / "visit-1" / "1")
    (trial / "study.db").write_bytes(b"")
    arguments = ("scans", "disk", "--key", "key.json", "--names")
    (study / "key.json").write_text(KEY, encoding="utf-8")
    before = run(*arguments)
    for place in ("readers/B.db", "readers/B/S1.dcm", "readers/B/S1.json", "study.db-wal"):
        (trial / place).parent.mkdir(parents=True, exist_ok=True)
        (trial / place).write_text("", encoding="utf-8")
    write_series(trial / "readers" / "B" / "scans", uid="1.3")
    after = run(*arguments)
    assert (after.code, after.out, after.err) == (before.code, before.out, before.err)
    assert after.out.endswith("1 patient; 1 series, of which 1 can be used; 0 other files\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "Error: there is no folder nowhere\n"),
        (["reads.csv"], "Error: there is no folder reads.csv\n"),
        (
            ["export", "--output", "scans.txt"],
            "Error: --output is 'scans.txt'; expected a name that ends in .csv, .parquet, .json\n",
        ),
        (
            ["export", "--output", "scans.csv", "--format", "csv"],
            "Error: --output says by its ending what --format says; expected one of them\n",
        ),
        (
            ["export", "--output", "export/ct/scans.csv"],
            "Error: export/ct/scans.csv lies among the scans; expected another --output\n",
        ),
        (
            ["export", "--output", "key.json", "--key", "key.json"],
            "Error: key.json is the key; expected another --output\n",
        ),
    ],
)
@pytest.mark.usefixtures("export")
def test_wrong_usage_exits_with_2(arguments: list[str], message: str, run: Run) -> None:
    ended = run("scans", *arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", message)


@pytest.mark.usefixtures("export")
@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("reads.csv", "reads.csv: the key file is damaged, or no key file of this version\n"),
        ("nowhere/key.json", "key.json: the key file cannot be written (FileNotFoundError)\n"),
    ],
)
def test_a_key_that_cannot_be_used_or_written_is_named(key: str, message: str, run: Run) -> None:
    ended = run("scans", "export", "--key", key)
    assert (ended.code, ended.out, ended.err) == (1, "", message)


@pytest.mark.usefixtures("export")
def test_the_example_of_the_help_runs(run: Run) -> None:
    assert run(*shlex.split(example_of(run("scans", "--help").out))[1:]).code == 0
