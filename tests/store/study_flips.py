"""Flip bits of every kind of file of a study: verify finds it, or an export is what it was."""

from __future__ import annotations

import io
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image

from recistkit.errors import RecistkitError
from recistkit.study.adding.key_file import default_key_file
from recistkit.study.adjudicating import adjudicate, case_to_adjudicate
from recistkit.study.exporting import export_study
from recistkit.study.folder import StudyFolder
from recistkit.study.verifying import verify_study
from tests.study.small_trial import SUBJECTS, acting_as, begin_trial, read_all

__all__ = ["KINDS", "FlipTally", "flip_study", "study_to_flip"]

KINDS: Final[dict[str, Callable[[Path], list[Path]]]] = {
    "study.toml": lambda trial: [trial / "study.toml"],
    "study.db": lambda trial: [trial / "study.db"],
    "readers' files": lambda trial: sorted(trial.glob("readers/*.db")),
    "documents": lambda trial: sorted(trial.glob("readers/*/*.json")),
    "key images": lambda trial: sorted(trial.glob("readers/*/key-images/*/*.png")),
    "scans": lambda trial: sorted(path for path in trial.glob("scans/**/*") if path.is_file()),
    "key file": lambda trial: [default_key_file(trial)],
}
"""Each kind is hit as often as any other, however small its files are."""


@dataclass
class FlipTally:
    """What the flips came to, by the kind of file."""

    found: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


def study_to_flip(folder: Path) -> Path:
    """Make a study with two signed reads of each subject, a decision, and key images."""
    trial = begin_trial(folder)
    for reader, share in (("A", 0.5), ("B", 0.9)):
        read_all(trial, reader, share)
        for subject in SUBJECTS:
            image = trial / "readers" / reader / "key-images" / f"{subject}_reader-{reader}"
            image.mkdir(parents=True)
            (image / "week-8_T1.png").write_bytes(_picture())
    with acting_as("J"), StudyFolder.opened(trial) as study:
        adjudicate(study, case_to_adjudicate(study, "S1"), "A", "the edge of T1")
    return trial


def flip_study(trial: Path, flips: int, chance: random.Random, tally: FlipTally) -> None:
    """Flip one bit at a time, look at the study, and put the bit back."""
    expected = exported(trial)
    assert isinstance(expected, dict)
    for number in range(flips):
        kind = [*KINDS][number % len(KINDS)]
        path = chance.choice([one for one in KINDS[kind](trial) if one.stat().st_size])
        sound = path.read_bytes()
        place, bit = _place_in(sound, chance), chance.randrange(8)
        flipped = bytearray(sound)
        flipped[place] ^= 1 << bit
        path.write_bytes(bytes(flipped))
        if problems_of(trial):
            tally.found[kind] += 1
        elif exported(trial) == expected:
            tally.harmless[kind] += 1
        else:
            tally.missed.append(f"{path.relative_to(trial.parent)}, byte {place}, bit {bit}")
        path.write_bytes(sound)


def problems_of(trial: Path) -> tuple[str, ...]:
    """Return what verify finds; a study that is refused says why."""
    with acting_as("M"):
        try:
            return verify_study(trial)
        except RecistkitError as error:
            return (str(error),)


def exported(trial: Path) -> dict[str, bytes] | str:
    """Return every file of an export by name, of a copy that has never been exported before."""
    copy, output = trial.with_name("copy"), trial.with_name("exported")
    for former in (copy, output):
        shutil.rmtree(former, ignore_errors=True)
    shutil.copytree(trial, copy)
    try:
        with acting_as("M"), StudyFolder.opened(copy) as study:
            export_study(study, output)
    except RecistkitError as error:
        return str(error)
    files = (path for path in sorted(output.rglob("*")) if path.is_file())
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in files}


def _place_in(content: bytes, chance: random.Random) -> int:
    """Return a place in a file, at every second call on average one where something is written."""
    written = [place for place, byte in enumerate(content) if byte]
    return chance.choice(written) if chance.random() < 0.5 else chance.randrange(len(content))


def _picture() -> bytes:
    """Return a small key image."""
    content = io.BytesIO()
    Image.new("L", (24, 24), 80).save(content, "png")
    return content.getvalue()
