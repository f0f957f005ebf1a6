"""Folders and files by number: how a message says where a file is without its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

__all__ = ["ClosedFolder", "Places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFolder:
    """A folder that cannot be opened: what is in it is not known.

    Attributes
    ----------
    where : str
        After which numbered folder it comes.
    reason : str
        What is wrong.
    path : Path
        The folder; its name may be that of a patient.
    """

    where: str
    reason: str
    path: Path = field(repr=False)


@dataclass(slots=True)
class Places:
    """The folders and files below a folder, numbered in the order of their names.

    Only folders with files in them count; hidden files do not.

    Attributes
    ----------
    source : Path
        The folder.
    left_out : callable
        Whether a folder does not count, in spite of files in it.
    closed : list of ClosedFolder
        Folders that cannot be opened.
    """

    source: Path
    left_out: Callable[[Path], bool] = field(default=lambda _: False, repr=False)
    closed: list[ClosedFolder] = field(default_factory=list)
    _folders: dict[Path, tuple[int, dict[str, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder, folders, names in os.walk(self.source, onerror=self._note_closed):
            folders.sort()
            shown = sorted(name for name in names if not name.startswith("."))
            if shown and not self.left_out(Path(folder)):
                numbers = {name: number for number, name in enumerate(shown, start=1)}
                self._folders[Path(folder)] = (len(self._folders) + 1, numbers)

    def files(self) -> int:
        """Return how many files there are."""
        return sum(len(names) for _, names in self._folders.values())

    def numbers_of(self, path: Path) -> tuple[int, int]:
        """Return the numbers of a file and of its folder, folder first; 0 where it is none."""
        number, names = self._folders.get(path.parent, (0, {}))
        return number, names.get(path.name, 0)

    def __contains__(self, path: Path) -> bool:
        """Return whether a file is one of these."""
        return path.name in self._folders.get(path.parent, (0, {}))[1]

    def of_file(self, path: Path) -> str:
        """Return where a file is, such as ``"folder 2, file 17"``."""
        number, place = self.numbers_of(path)
        return f"folder {number}, file {place}"

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
        where = f"after folder {len(self._folders)}"
        self.closed.append(ClosedFolder(where=where, reason=reason, path=path))
