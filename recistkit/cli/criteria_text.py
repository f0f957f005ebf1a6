"""A rule set as text: its file, or everything that is in force written as one file."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recistkit.criteria import Criteria

__all__ = ["file_text", "full_text"]


def file_text(criteria: str) -> str:
    """Return the file of a rule set that can be loaded, as it stands."""
    from recistkit.criteria import shipped

    if criteria in shipped():
        file = resources.files("recistkit.criteria") / f"{criteria}.toml"
        return file.read_text(encoding="utf-8")
    return Path(criteria).read_text(encoding="utf-8")


def full_text(criteria: Criteria) -> str:
    """Return every rule in force as a criteria file of its own, with the same content hash."""
    content = criteria.model_dump(by_alias=True, exclude_none=True)
    tables = {name: value for name, value in content.items() if isinstance(value, dict)}
    head = {name: value for name, value in content.items() if isinstance(value, str)}
    rows = content["overall"]
    parts = [f"# content hash {criteria.content_hash}\n{_lines(head)}"]
    parts += [f"[{name}]\n{_lines(table)}" for name, table in tables.items()]
    parts += [f"[[overall]]\n{_lines(row)}" for row in rows]
    return "\n".join(parts)


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in table.items())


def _value(value: object) -> str:
    """Return a value as TOML writes it; JSON's text, numbers and lists are TOML's too."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list | set | frozenset):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
