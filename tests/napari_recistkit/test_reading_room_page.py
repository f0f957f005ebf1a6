"""The page on the reading room lists the keys that there are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from napari_recistkit.shortcuts import GROUPS
from tests.expected_files import UPDATE_VARIABLE

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reading-room.md"
KEYS: Final = re.compile(r"(?<=<!-- keys -->\n)(.*?)(?=<!-- /keys -->)", flags=re.DOTALL)


def keys_table() -> str:
    rows = ["", "| keys | |", "|---|---|"]
    for name, group in GROUPS.items():
        rows.append(f"| **{name}** | |")
        for shortcut in group:
            keys = " or ".join(f"`{key}`" for key in shortcut.keys)
            rows.append(f"| {keys} | {shortcut.text} |")
    return "\n".join([*rows, "", ""])


def test_the_page_lists_the_keys() -> None:
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get(UPDATE_VARIABLE) == "1":
        PAGE.write_text(KEYS.sub(lambda _: keys_table(), text), encoding="utf-8", newline="\n")
    (listed,) = KEYS.findall(PAGE.read_text(encoding="utf-8"))
    assert listed == keys_table()
