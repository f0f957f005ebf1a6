"""What an unfinished run keeps: whole lines of the same run, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.errors import OptionError, OutputError
from recistkit.scans.masks import kept_outcomes
from recistkit.scans.masks.kept_outcomes import KeptOutcomes, kept_path
from recistkit.scans.masks.outcome import MaskOutcome

ROW = (1, None, 0.1 + 0.2, 1e-300, -0.0, 2.0**80, "contour", 2**62, *map(float, range(12)))
FILES = {
    "a.nii": MaskOutcome((ROW,), ("a note",), "00ff"),
    "ä b.nii": MaskOutcome((), (), "11"),
    "c.nii": MaskOutcome((ROW, ROW), (), "22"),
}


def opened(path: Path, *, convention: str = "contour", largest: bool = False) -> KeptOutcomes:
    return KeptOutcomes(path, convention=convention, largest_component=largest)  # type: ignore[arg-type]


def written(path: Path) -> bytes:
    with opened(path) as kept:
        for file, outcome in FILES.items():
            kept.keep(file, outcome)
    return path.read_bytes()


def known(kept: KeptOutcomes) -> dict[str, MaskOutcome]:
    return {file: found for file in FILES if (found := kept.of(file))}


def test_what_is_kept_is_the_same_to_the_bit(tmp_path: Path) -> None:
    written(tmp_path / "kept.part")
    with opened(tmp_path / "kept.part") as kept:
        assert known(kept) == FILES
        assert repr(known(kept)) == repr(FILES)
        assert kept.count == 3


def test_nothing_is_made_where_nothing_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path / "kept.part"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_cut_anywhere_keeps_its_whole_lines_and_takes_more(tmp_path: Path) -> None:
    path = tmp_path / "kept.part"
    content = written(path)
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    near_ends = {end + step for end in ends for step in (-1, 0, 1)}
    for cut in sorted(near_ends.union(range(0, len(content), 11)) - {len(content)}):
        path.write_bytes(content[:cut])
        whole = sum(end <= cut for end in ends[1:])
        with opened(path) as kept:
            assert known(kept) == dict(list(FILES.items())[:whole]), cut
            kept.keep("c.nii", FILES["c.nii"])
        with opened(path) as kept:
            assert known(kept) == dict(list(FILES.items())[:whole]) | {"c.nii": FILES["c.nii"]}


def test_another_run_takes_nothing_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.part"
    content = written(path)
    for options in ({"convention": "centres"}, {"largest": True}):
        with opened(path, **options) as kept:
            assert (kept.of_another_run, known(kept)) == (True, {})
    assert path.read_bytes() == content
    monkeypatch.setattr(kept_outcomes, "program_version", lambda: "99.0")
    with opened(path) as kept:
        assert (kept.of_another_run, known(kept)) == (True, {})
        kept.keep("a.nii", FILES["a.nii"])
    with opened(path) as kept:
        assert (kept.of_another_run, known(kept)) == (False, {"a.nii": FILES["a.nii"]})


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept.part"
    path.write_text("a download\n", encoding="utf-8")
    with pytest.raises(OptionError) as refusal:
        opened(path)
    assert str(refusal.value) == f"{path} is something else; expected another --output"
    assert path.read_text(encoding="utf-8") == "a download\n"


def test_a_place_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("", encoding="utf-8")
    path = tmp_path / "folder" / "kept.part"
    with opened(path) as kept, pytest.raises(OutputError) as refusal:
        kept.keep("a.nii", FILES["a.nii"])
    assert str(refusal.value).startswith(f"{path}: cannot be used (")


def test_a_finished_run_removes_it(tmp_path: Path) -> None:
    written(kept_path(tmp_path / "sizes.csv"))
    with opened(tmp_path / "sizes.csv.part") as kept:
        kept.remove()
    assert list(tmp_path.iterdir()) == []
