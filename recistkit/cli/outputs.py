"""The output folder of a run is never where its own inputs are lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from recistkit.errors import OptionError

__all__ = ["require_outside_studies", "spare_inputs"]

_OTHER: Final = "expected another folder for --output"


def spare_inputs(
    output: Path, inputs: Iterable[str | None], names: Iterable[str] | None = None
) -> None:
    """Refuse an output folder in which a run would replace or remove what it is given.

    Nor may it lie in a study that is given, where readers would find it.

    Parameters
    ----------
    output : Path
        The folder for the result tables.
    inputs : iterable of str or None
        Files, or a folder of read documents, as the user named them; what is
        no file, such as the id of shipped criteria, is in no danger.
    names : iterable of str, optional
        The tables that the run writes, or removes as out of date; all result
        tables unless given.

    Raises
    ------
    OptionError
        Naming each input in danger.
    """
    from recistkit.exchange.write_results import FORMATS, RESULT_TABLES

    given = [Path(name) for name in inputs if name is not None and Path(name).exists()]
    require_outside_studies(output, given, "--output")
    results = [
        output / f"{name}.{ending}"
        for name in (RESULT_TABLES if names is None else names)
        for ending in FORMATS
    ]
    found = [path for path in results if any(_is_same(path, one) for one in given)]
    if found:
        lost = " and ".join(path.name for path in found)
        raise OptionError(f"{lost} in {output} would be lost: an input of this run; {_OTHER}")
    if any(_is_same(output, one) for one in given):
        raise OptionError(f"{output} holds the read documents of this run; {_OTHER}")


def require_outside_studies(folder: Path, inputs: Iterable[Path], option: str) -> None:
    """Refuse a folder in a study for what names all of its readers.

    Parameters
    ----------
    folder : Path
        That is to be written into.
    inputs : iterable of Path
        What the run is given; a study among them matters.
    option : str
        That names the folder.

    Raises
    ------
    OptionError
    """
    from recistkit.study.study_files import is_study

    target = folder.resolve()
    if any(is_study(one) and target.is_relative_to(one.resolve()) for one in inputs):
        raise OptionError(
            f"{folder} lies in the study, where readers would find what both of them read; "
            f"expected another folder for {option}"
        )


def _is_same(path: Path, other: Path) -> bool:
    """Return whether two names lead to one file or folder, through links too."""
    return path.exists() and path.samefile(other)
