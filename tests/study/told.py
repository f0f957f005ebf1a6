"""What somebody is told by a call: all that it returns, prints, logs, raises, writes and names."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import polars as pl

__all__ = ["alike", "files_of", "told_by"]

_CHANGING: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)?|datetime\.datetime\([^)]*\)|[0-9a-f]{64}|0x[0-9a-f]+|\.[0-9a-f]{8}\b|adding-[0-9a-f]+"
)
"""Times, hashes of what holds a time, and addresses: otherwise in every run."""
_DEEPEST: Final = 9

Files = dict[str, tuple[int, int]]


def told_by(call: Callable[[], object], folder: Path, unseen: Callable[[str], bool]) -> str:
    """Return all that a call tells whoever makes it.

    Parameters
    ----------
    call : callable
    folder : Path
        In which it may write.
    unseen : callable
        Whether whoever calls may not look into a file, by its name in the folder.
    """
    before, out, log = files_of(folder), io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
        logged(log),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always")
        try:
            with_result = "\n".join(said(call()))
        except BaseException as error:  # noqa: BLE001  whatever it is, it says something
            with_result = "\n".join(error_said(error))
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    printed = out.buffer.getvalue().decode("utf-8", errors="replace")
    written = [
        f"{name}: {content_of(folder / name)}"
        for name, state in files_of(folder).items()
        if before.get(name) != state and not unseen(name)
    ]
    parts = (with_result, printed, log.getvalue(), *(str(one.message) for one in warned), *written)
    return "\n".join(parts).replace(str(folder), "<folder>")


def content_of(path: Path) -> str:
    """Return what is in a file; of a database every row, wherever it lies in the file."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as file:
            return "\n".join(file.iterdump())
    except sqlite3.DatabaseError:
        return path.read_bytes().decode("utf-8", errors="replace")


def alike(told: str) -> str:
    """Return what was told without what is otherwise in every run."""
    return _CHANGING.sub("<changing>", told)


def files_of(folder: Path) -> Files:
    """Return size and time of every file in a folder."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    states = ((path.relative_to(folder).as_posix(), path.stat()) for path in found)
    return {name: (state.st_size, state.st_mtime_ns) for name, state in states}


@contextmanager
def logged(text: io.StringIO) -> Iterator[None]:
    """Take down whatever is logged, at any level."""
    handler, root = logging.StreamHandler(text), logging.getLogger()
    with patch.object(root, "level", logging.NOTSET), patch.object(root, "handlers", [handler]):
        yield


def error_said(error: BaseException) -> Iterable[str]:
    """Yield what an error says, with those that it came of."""
    yield f"{type(error).__name__}: {error}"
    yield from said({name: value for name, value in vars(error).items() if name[0] != "_"})
    yield from said((error.args, getattr(error, "__notes__", ())))
    other = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if other is not None:
        yield from error_said(other)


def said(value: Any, depth: int = 0) -> Iterator[str]:  # noqa: ANN401  whatever it is
    """Yield the texts of a value and of all that is public in it."""
    if depth > _DEEPEST:
        return
    if isinstance(value, pl.DataFrame):
        yield str(value.to_dicts())
    elif isinstance(value, np.ndarray):
        yield f"array {value.shape} {value.dtype}"
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from (f"{name}: {text}" for text in said(one, depth + 1))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value if isinstance(value, list | tuple) else sorted(value, key=repr):
            yield from said(one, depth + 1)
    elif type(value).__module__.startswith("recistkit.") and not isinstance(value, type):
        yield from object_said(value, depth)
    else:
        yield repr(value)


def object_said(value: object, depth: int) -> Iterator[str]:
    """Yield the texts of every public attribute and property of an object."""
    yield type(value).__name__
    for name in dir(value):
        if name.startswith(("_", "model_")):
            continue
        try:
            one = getattr(value, name)
        except Exception as error:  # noqa: BLE001  a property that refuses says why
            yield f"{name}: {type(error).__name__}: {error}"
            continue
        if not callable(one):
            yield from (f"{name}: {text}" for text in said(one, depth + 1))
