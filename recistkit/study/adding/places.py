"""Folders and files by number: how a message says where a file is without its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from recistkit.study.adding.problems import Problem

__all__ = ["Places"]


@dataclass(slots=True)
class Places:
    """The folders and files below a folder, numbered in the order of their names.

    Only folders with files in them count; hidden files do not.

    Attributes
    ----------
    source : Path
        The folder.
    closed : list of Problem
        Folders that cannot be opened: what is in them is not known.
    """

    source: Path
    closed: list[Problem] = field(default_factory=list)
    _folders: dict[Path, tuple[int, dict[str, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder, folders, names in os.walk(self.source, onerror=self._note_closed):
            folders.sort()
            shown = sorted(name for name in names if not name.startswith("."))
            if shown:
                numbers = {name: number for number, name in enumerate(shown, start=1)}
                self._folders[Path(folder)] = (len(self._folders) + 1, numbers)

    def files(self) -> int:
        """Return how many files there are."""
        return sum(len(names) for _, names in self._folders.values())

    def of_file(self, path: Path) -> str:
        """Return where a file is, such as ``"folder 2, file 17"``."""
        number, names = self._folders.get(path.parent, (0, {}))
        return f"folder {number}, file {names.get(path.name, 0)}"

    def of_folder(self, path: Path) -> str:
        """Return which folder of files this is, such as ``"folder 2"``."""
        return f"folder {self._folders.get(path, (0, {}))[0]}"

    def of_series(self, paths: tuple[Path, ...]) -> str:
        """Return where the files of a series are."""
        if len(paths) == 1:
            return self.of_file(paths[0])
        return f"{self.of_file(min(paths))} and the rest of its series"

    def below(self, path: Path) -> Iterator[PurePosixPath]:
        """Yield the folders that a file is in, relative to the source, which is the last."""
        relative = PurePosixPath(path.relative_to(self.source).as_posix())
        yield from relative.parents

    def _note_closed(self, error: OSError) -> None:
        """Note a folder that cannot be opened."""
        path = Path(error.filename) if error.filename else self.source
        reason = f"a folder cannot be opened ({type(error).__name__})"
        self.closed.append(
            Problem(where=f"after folder {len(self._folders)}", reason=reason, path=path)
        )
