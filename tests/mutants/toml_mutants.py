"""Changes of a criteria file: each number one more and one less, each choice another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutants.mutant import Mutant, numbered

TEXT_KEYS = {"based_on", "citation", "id", "meaning", "source", "title", "version", "warning"}
CHOICES = {
    "true": "false",
    "false": "true",
    '"longest"': '"short"',
    '"short"': '"longest"',
    '"baseline-sum"': '"smallest-sum"',
    '"smallest-sum"': '"baseline-sum"',
    '"yes"': '"no"',
    '"no"': '"yes"',
    '"CR"': '"PR"',
    '"PR"': '"SD"',
    '"SD"': '"PD"',
    '"PD"': '"NE"',
    '"NE"': '"PD"',
    '"NON-CR/NON-PD"': '"CR"',
}
_LINE = re.compile(r"^(?P<key>[A-Za-z_]+) = (?P<value>[^\[#\n]+?)\s*(?:#.*)?$")
_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")


def _others(value: str) -> Iterator[str]:
    """Yield the values that may take the place of one."""
    if _NUMBER.match(value):
        number = float(value) if "." in value else int(value)
        yield from (str(number + step) for step in (-1, 1))
    elif value in CHOICES:
        yield CHOICES[value]


def _mutants(path: str, text: str) -> Iterator[Mutant]:
    lines = text.splitlines()
    place = ""
    for index, line in enumerate(lines):
        if line.startswith("["):
            place = line.strip("[]")
        matched = _LINE.match(line)
        if matched is None:
            continue
        if matched["key"] == "id":
            place = f"{place.partition(' ')[0]} {matched['value']}".strip()
        if matched["key"] in TEXT_KEYS:
            continue
        for other in _others(matched["value"]):
            after = f"{matched['key']} = {other}"
            changed = "\n".join([*lines[:index], after, *lines[index + 1 :]]) + "\n"
            before = f"{matched['key']} = {matched['value']}"
            yield Mutant(path=path, place=place, before=before, after=after, text=changed)


def toml_mutants(path: str, text: str) -> list[Mutant]:
    """Return every mutant of a criteria file.

    Parameters
    ----------
    path : str
        The file below the root of the project.
    text : str
        Its content.

    Returns
    -------
    list of Mutant
        In the order of the file.
    """
    return numbered(_mutants(path, text))
