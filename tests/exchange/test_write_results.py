"""Result tables are written whole or not at all, and the same table gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recistkit.errors import OptionError, OutputError
from recistkit.exchange import write_results
from recistkit.exchange.write_results import write_table, write_tables

NUMBERS = pl.DataFrame({"subject": ["S1", "S2"], "sum": [57.4, None]})
WORDS = pl.DataFrame({"subject": ["S1"], "best_response": ["PR"]})
TABLES = {"responses": NUMBERS, "best": WORDS}
FORMER = {"responses.csv": b"former\n", "best.parquet": b"old", "agreement.json": b"[]"}
OTHER = {"notes.txt": b"mine", "responses.xlsx": b"mine too"}


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def former_run(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, data in (FORMER | OTHER).items():
        (folder / name).write_bytes(data)
    return folder


NEW = {
    "responses.csv": b"subject,sum\nS1,57.4\nS2,\n",
    "best.csv": b"subject,best_response\nS1,PR\n",
}


def test_tables_are_written_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "first"
    paths = write_tables(folder, TABLES)
    assert paths == (folder / "responses.csv", folder / "best.csv")
    assert content(folder) == NEW


def test_the_tables_of_an_earlier_run_of_any_format_are_replaced(tmp_path: Path) -> None:
    folder = former_run(tmp_path / "results")
    write_tables(folder, TABLES)
    assert content(folder) == NEW | OTHER


def test_findings_leave_result_tables_alone(tmp_path: Path) -> None:
    folder = former_run(tmp_path / "results")
    write_tables(folder, {"findings": WORDS}, "csv", replaces=())
    assert content(folder) == FORMER | OTHER | {"findings.csv": NEW["best.csv"]}


@pytest.mark.parametrize("file_format", ["csv", "parquet", "json"])
def test_the_same_tables_give_the_same_bytes(file_format: str, tmp_path: Path) -> None:
    write_tables(tmp_path / "one", TABLES, file_format)
    write_tables(tmp_path / "two", {name: one.clone() for name, one in TABLES.items()}, file_format)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_parquet_gives_back_the_same_table(tmp_path: Path) -> None:
    (path, _) = write_tables(tmp_path, TABLES, "parquet")
    assert pl.read_parquet(path).equals(NUMBERS)


def written(table: pl.DataFrame, file_format: str) -> str:
    file = io.BytesIO()
    write_table(table, file, file_format)
    return file.getvalue().decode("utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (57.4, "57.4"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "0.0000001"),
        (1e17, "100000000000000000"),
        (1.5e15, "1500000000000000.0"),
        (-2.5e-9, "-0.0000000025"),
        (0.00012, "0.00012"),
        (12345678.25, "12345678.25"),
        (-0.0, "0.0"),
        (-30.0, "-30.0"),
        (None, ""),
        (dt.date(2011, 3, 1), "2011-03-01"),
        ("\u00f6, \u201cq\u201d", '"\u00f6, \u201cq\u201d"'),
        (True, "true"),
    ],
)
def test_a_csv_cell_is_plain_text(value: object, text: str) -> None:
    assert written(pl.DataFrame({"a": [value], "b": [1]}), "csv") == f"a,b\n{text},1\n"


def test_how_a_number_is_written_does_not_depend_on_the_others() -> None:
    table = pl.DataFrame({"a": [50.0, 1e-9, None, 0.1]})
    assert written(table, "csv") == "a\n50.0\n0.000000001\n\n0.1\n"


def test_an_empty_table_has_its_header() -> None:
    assert written(NUMBERS.clear(), "csv") == "subject,sum\n"


def test_json_is_an_array_of_objects() -> None:
    expected = '[{"subject":"S1","sum":57.4},{"subject":"S2","sum":null}]'
    assert written(NUMBERS, "json").rstrip("\n") == expected


def test_an_unknown_format_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        write_tables(tmp_path / "results", TABLES, "xlsx")
    assert str(caught.value) == "format is 'xlsx'; expected one of csv, parquet, json"
    assert not (tmp_path / "results").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.write_bytes(b"a file")
    with pytest.raises(OutputError) as caught:
        write_tables(path, TABLES)
    assert str(caught.value) == (
        f"{path}: cannot be written (File exists); what was there is unchanged"
    )
    assert path.read_bytes() == b"a file"


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> Iterator[list[str]]:
    """Let the `at`-th call that changes the disk fail; yields what was called."""
    calls: list[str] = []

    def counted(name: str, action: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object, **options: object) -> object:
            calls.append(name)
            if len(calls) == at:
                raise error
            if len(calls) > at and isinstance(error, Killed):
                raise error
            return action(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("mkdir", "rename", "replace", "write_text"):
            patch.setattr(Path, name, counted(name, getattr(Path, name)))
        patch.setattr(os, "fsync", counted("fsync", os.fsync))
        patch.setattr(write_results, "write_table", counted("write", write_results.write_table))
        if isinstance(error, Killed):
            patch.setattr(Path, "unlink", counted("unlink", Path.unlink))
            patch.setattr(shutil, "rmtree", counted("rmtree", lambda *_, **__: None))
        yield calls


STEPS = [
    "mkdir",  # the folder
    "mkdir",  # the stage
    "mkdir",  # the new tables' own
    "write",
    "fsync",
    "write",
    "fsync",
    "write_text",
    "mkdir",  # the former tables' own
    "replace",  # three former tables out
    "replace",
    "replace",
    "rename",
    "replace",  # two new ones in
    "replace",
    "fsync",
    "rename",
]


def test_the_steps_of_a_run_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = former_run(tmp_path / "results")
    with failing(monkeypatch, 0, OSError()) as calls:
        write_tables(folder, TABLES)
    assert calls == STEPS


@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), pl.exceptions.ComputeError("disk full")]
)
def test_a_failure_at_any_step_leaves_the_former_tables(
    step: int, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = former_run(tmp_path / "results")
    with failing(monkeypatch, step, error), pytest.raises(OutputError) as caught:
        write_tables(folder, TABLES)
    reason = "No space left on device" if isinstance(error, OSError) else "disk full"
    assert str(caught.value) == (
        f"{folder}: cannot be written ({reason}); what was there is unchanged"
    )
    assert content(folder) == FORMER | OTHER
    assert {path.name for path in folder.iterdir()} == {*FORMER, *OTHER}


@pytest.mark.parametrize("step", range(3, 13))
def test_a_failure_in_a_new_folder_leaves_no_folder(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing(monkeypatch, step, OSError(28, "full")), pytest.raises(OutputError):
        write_tables(tmp_path / "results", TABLES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", range(2, len(STEPS) + 2))
def test_a_killed_run_never_mixes_and_is_undone_or_done_by_the_next_one(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = former_run(tmp_path / "results")
    with failing(monkeypatch, step, Killed()), pytest.raises(Killed):
        write_tables(folder, TABLES)
    there = {name: data for name, data in content(folder).items() if "/" not in name}
    tables = {name: data for name, data in there.items() if name not in OTHER}
    assert tables.items() <= FORMER.items() or tables.items() <= NEW.items()
    finished = step > len(STEPS)
    write_tables(folder, {"findings": WORDS}, replaces=())
    expected = NEW if finished else FORMER
    assert content(folder) == expected | OTHER | {"findings.csv": NEW["best.csv"]}


def test_former_tables_that_cannot_be_put_back_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = former_run(tmp_path / "results")
    move = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.parent.name in {"new", "former-whole"}:
            raise OSError(5, "Input/output error")
        return move(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(OutputError) as caught:
            write_tables(folder, TABLES)
    (stage,) = folder.glob(".recistkit-writing-*")
    assert str(caught.value) == (
        f"{folder}: cannot be written, and the former tables are in {stage.name} now; "
        "the next run into this folder puts them back"
    )
    write_tables(folder, {"findings": WORDS}, replaces=())
    assert content(folder) == FORMER | OTHER | {"findings.csv": NEW["best.csv"]}
