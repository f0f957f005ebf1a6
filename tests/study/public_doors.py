"""Everything public of the package by introspection, and what a reader may hand to it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

import typer

import recistkit
import recistkit.reading
import recistkit.study
from recistkit.cli.program import program

Command = Any
Parameter = Any
"""Of click, which typer brings along."""

__all__ = [
    "Command",
    "Parameter",
    "commands",
    "is_place",
    "kinds_of",
    "leading_classes",
    "public_functions",
    "reaches",
    "unknown_kinds",
]

ROOMS: Final = (recistkit.study, recistkit.reading)

REACHING: Final = frozenset(
    {"Path", "TableSource", "StudyFolder", "Journal", "Case", "StudyScans", "Job", "ShownCase"}
    | {"ReadSession", "ReadChain", "StudyFile", "SideTables", "AdjudicationSession"}
)
"""Kinds of arguments by which something of a study can be reached."""

PLAIN: Final = """
    str int float bool bytes None object Any Callable Sequence Collection Mapping Iterable tuple
    dict frozenset list Literal Unpack npt np NDArray int64 bool_ dt date datetime pl DataFrame
"""
VALUES: Final = """
    ReaderContent
    Read Timepoint Lesion Mark MarkKey Ruler Finding Series Vector Criteria Charter ReadRules Role
    Choice StudySettings Progress OnFile Draft Drawing Change Changes LesionState Place Event
    VisitFacts Missing Evaluation ViewGrid Assessment ResponseOptions OptionArguments Batch Study
    ClassifyArguments StudyTables FoundScan PlacedScan SubjectScan MappingRow CopiedScan KeyDocument
    ScanRecord Pseudonyms SearchResult Locked Expected Adjudication KnownScans IntraReader Draw
    Anchor Assignment SignedText
    StudyRules Record ChainRules MaskReference LesionMask Decimal
"""
"""Kinds of arguments that hold nothing but what whoever hands them over knows."""


def public_functions() -> dict[str, Callable[..., Any]]:
    """Return the public functions of the package and of its rooms that know studies, by name."""
    found = {f"recistkit.{name}": getattr(recistkit, name) for name in recistkit.__all__}
    for module in modules():
        found |= {f"{module.__name__}.{name}": one for name, one in own_of(module)}
    return {name: one for name, one in found.items() if inspect.isfunction(one)}


def leading_classes() -> frozenset[str]:
    """Return the names of the public classes that lead to a study, or that a method takes there."""
    classes = [one for module in modules() for _, one in own_of(module) if inspect.isclass(one)]
    return frozenset(one.__name__ for one in classes if leads(one))


def leads(one: type) -> bool:
    """Return whether a class is a kind by which something can be reached, or takes such a kind."""
    members = (getattr(value, "__func__", value) for value in vars(one).values())
    functions = [value for value in members if inspect.isfunction(value)]
    made = [value for value in functions if value.__name__[0] != "_"]
    return one.__name__ in REACHING or any(reaches(value) for value in made)


def modules() -> Iterator[ModuleType]:
    """Yield the modules of the rooms."""
    for room in ROOMS:
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            yield importlib.import_module(found.name)


def own_of(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield what a module makes public of its own."""
    for name in getattr(module, "__all__", ()):
        one = getattr(module, name)
        if getattr(one, "__module__", None) == module.__name__:
            yield name, one


def kinds_of(function: Callable[..., Any]) -> Mapping[str, frozenset[str]]:
    """Return the words of the annotation of each argument."""
    given = inspect.signature(function).parameters
    return {
        name: frozenset(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'", "", str(one.annotation))))
        for name, one in given.items()
        if name not in {"self", "cls"}
    }


def reaches(function: Callable[..., Any]) -> bool:
    """Return whether something of a study can be reached by what a function is handed."""
    return any(kinds & REACHING for kinds in kinds_of(function).values())


def unknown_kinds(function: Callable[..., Any]) -> frozenset[str]:
    """Return the kinds of arguments that this module does not know."""
    return (
        frozenset().union(*kinds_of(function).values())
        - REACHING
        - {*PLAIN.split(), *VALUES.split()}
    )


def commands() -> dict[str, Command]:
    """Return the commands of the program by their words."""
    whole: Any = typer.main.get_command(program)
    return dict(commands_in(whole, ()))


def commands_in(command: Command, words: tuple[str, ...]) -> Iterator[tuple[str, Command]]:
    """Yield the commands in a group of them."""
    members = getattr(command, "commands", None)
    if members is None:
        yield " ".join(words), command
        return
    for name, one in members.items():
        yield from commands_in(one, (*words, name))


def is_place(parameter: Parameter) -> bool:
    """Return whether an argument of a command names a file or a folder."""
    words = re.split(r"\W+", parameter.metavar or "")
    return bool(
        {"STUDY", "TABLE", "FILE", "DIR", "FOLDER", "DOCUMENT", "MASKS", "READER_FILE"} & set(words)
    )
