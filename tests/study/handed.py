"""What somebody of a trial may hand to a public function or command, and how it is called."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from recistkit.exchange.read_document import load_read_document
from recistkit.reading.cases import find_cases
from recistkit.reading.evaluation import SideTables
from recistkit.reading.opening import open_journal
from recistkit.study.folder import StudyFolder, settings_in_force
from tests.study.public_doors import Command, Parameter, commands, is_place, public_functions
from tests.study.small_trial import CHARTER

__all__ = [
    "ANY_FILE",
    "NOT_CALLED",
    "NO_COMMAND",
    "OTHER_FILE",
    "arguments_of",
    "called",
    "words_after",
]

NOT_CALLED: Final = {
    "recistkit.study.example_study.begin_example": "makes a study of its own",
    "recistkit.reading.merged_drafts.draft_faults": "takes what a merge, a manager's, has opened",
    "recistkit.reading.adjudication.summary_of": "takes a session of an adjudicator, see below",
    "recistkit.study.adding.run.added": "takes what `scans_of` gives a manager only",
    "recistkit.study.adding.add_scans.add_scans": "as above",
    "recistkit.study.adding.run.looked_at": "looks for scans in whatever the caller may open",
    "recistkit.study.adding.search.search_scans": "as above",
}
NO_COMMAND: Final = {"demo": "works on the example that is shipped"}

OWN_PLACES: Final = (".", "study.toml", "readers/A", "readers/A/S1_reader-A.json")
OTHER_PLACES: Final = (
    "readers/B/S2_reader-B.json",
    "readers/B",
    "..",
    "readers",
    "readers/B/key-images/S2_reader-B",
    "readers/B.db",
    "study.db",
)
"""Files and folders of a trial, which can be handed to whatever takes one; the study first."""

ANY_FILE: Final = frozenset(
    {
        "recistkit.reading.key_image_files.update_key_images",
        "recistkit.reading.key_images.save_key_image",
        "recistkit.reading.signing.require_own_document",
        "recistkit.reading.signing.restore_document",
        "recistkit.reading.signing.write_document",
        "recistkit.study.adding.copy.copied_scan",
        "recistkit.study.adding.folder.free_number",
        "recistkit.study.adding.folder.only_one",
        "recistkit.study.adding.folder.place_all",
        "recistkit.study.adding.folder.settle",
        "recistkit.study.adding.folder.staged",
        "recistkit.study.adding.key_file.load_key",
        "recistkit.study.adding.key_file.save_key",
        "recistkit.study.adding.key_file.stored_key",
        "recistkit.study.adding.mapping.load_mapping",
        "recistkit.study.adding.unrecorded_rows.drop_unrecorded",
        "recistkit.study.adding.unrecorded_rows.note_rows",
        "recistkit.study.importing.subject_mapping.load_subject_mapping",
        "recistkit.study.reread_tables.added_rows",
    }
)
"""Take the very file that another function has found, and are no door: a reader hands own places.

Whoever hands them another reader's file could as well open it himself, which
is for the permissions of the files to forbid.
"""

OTHER_FILE: Final = 1
"""Which call is handed a file of the other reader."""

Given = Mapping[str, object]


def arguments_of(name: str, trial: Path) -> Iterator[Given]:
    """Yield what a function may be called with: all that can be handed, one thing at a time."""
    choices: dict[str, list[object]] = {}
    own = OWN_PLACES if name in ANY_FILE else (*OWN_PLACES[:1], *OTHER_PLACES, *OWN_PLACES[1:])
    places = [trial / one for one in own]
    for argument, parameter in inspect.signature(public_functions()[name]).parameters.items():
        if parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}:
            continue
        found = choices_for(argument, str(parameter.annotation), places)
        if found is None:
            assert parameter.default is not parameter.empty, f"no value for {argument}: add one"
        elif parameter.default is parameter.empty:
            choices[argument] = [*found]
        else:
            choices[argument] = [parameter.default, *found[:3]]
    first = {name: found[0] for name, found in choices.items()}
    yield first
    for argument, found in choices.items():
        yield from (first | {argument: other} for other in found[1:])


BY_NAME: Final[Mapping[str, Sequence[object]]] = {
    "reader": ("A", "B"),
    "person": ("A", "B", "J"),
    "subject": ("S1", "S2"),
    "subjects": (("S1", "S2"),),
    "people": (("A", "B"),),
    "readers": (("A", "B"),),
    "reason": ("because",),
    "choice": ("A",),
    "text": (CHARTER,),
    "visit": ("week-8",),
    "name": ("subjects",),
    "taken": ((),),
    "records": ((),),
    "existing": ((),),
    "recorded": ((),),
    "places": ({},),
    "copies": ((),),
    "placed": ((),),
    "hashes": (frozenset(),),
    "png": (b"x",),
    "data": (b"x",),
    "draw": (lambda _mark: b"x",),
    "reads": ((),),
    "criteria": ("recist-1.1",),
    "on_progress": (lambda *_: None,),
}
BY_KIND: Final[Mapping[str, Callable[[Path], object]]] = {
    "SideTables": lambda _: SideTables(),
    "Case": lambda trial: find_cases(trial, "A")[1],
    "Sequence[Case]": lambda trial: find_cases(trial, "A"),
    "Journal": lambda trial: open_journal(trial, "A"),
    "Read": lambda trial: load_read_document(trial / "readers" / "A" / "S1_reader-A.json"),
    "Read | None": lambda trial: load_read_document(trial / "readers" / "A" / "S1_reader-A.json"),
    "StudySettings": settings_in_force,
    **dict.fromkeys(
        ("StudyScans", "Job", "ShownCase", "FoundScan", "KeyDocument", "Pseudonyms"),
        lambda _: None,  # a reader is refused what gives one
    ),
}


BY_SHAPE: Final[Mapping[str, object]] = {
    **dict.fromkeys(("Sequence", "Collection", "Iterable", "tuple", "pl.DataFrame"), ()),
    "Mapping": {},
    "dict": {},
    "str": "S1",
    "str | None": "S1",
    "bool": True,
    "int": 1,
}


class Lazy:
    """Something that is made when it is handed over, by whoever hands it over."""

    def __init__(self, make: Callable[[Path], object]) -> None:
        self.make = make


def choices_for(name: str, annotation: str, places: Sequence[Path]) -> Sequence[object] | None:
    """Return what may be handed over as an argument; None where nothing is known."""
    if annotation == "StudyFolder":
        return [Lazy(lambda _: StudyFolder)]
    if annotation in BY_KIND:
        return [Lazy(BY_KIND[annotation])]
    kinds = annotation.replace("str | Path | Criteria", "")
    if "Path" in kinds or "TableSource" in kinds:
        return [places[0].parent / "new", *places] if name in {"output", "stage"} else places
    if name in BY_NAME:
        return BY_NAME[name]
    shape = annotation.partition("[")[0]
    return [BY_SHAPE[shape]] if shape in BY_SHAPE else None


def called(function: Callable[..., Any], given: Given, trial: Path) -> object:
    """Call a function with what it is handed; what it is handed is closed then."""
    with contextlib.ExitStack() as stack:
        made: dict[str, Any] = {}
        for name, value in given.items():
            one: Any = value.make(trial) if isinstance(value, Lazy) else value
            one = stack.enter_context(StudyFolder.opened(trial)) if one is StudyFolder else one
            if hasattr(one, "close") and hasattr(one, "__exit__"):
                stack.enter_context(one)
            made[name] = one
        result: Any = function(**made)
        if hasattr(result, "__enter__"):
            result = stack.enter_context(result)
        return list(result) if inspect.isgenerator(result) else result


def words_after(words: str) -> Iterator[tuple[str, ...]]:
    """Yield the arguments that a command may be given: each that names a place, one at a time."""
    command = commands()[words]
    needed = {one.name: one for one in command.params if one.required}
    first = {str(name): value_of(one) for name, one in needed.items()}
    yield as_words(command, first)
    for one in command.params:
        if is_place(one):
            places = (*OTHER_PLACES, *OWN_PLACES) if one.required else OTHER_PLACES[:2]
            for place in places:
                yield as_words(command, first | {str(one.name): f"trial/{place}"})
        elif one.name in {"reader", "person"}:
            yield as_words(command, first | {str(one.name): "B"})


def value_of(parameter: Parameter) -> str:
    """Return what an argument that a command needs is."""
    if parameter.name in {"output", "output_folder"}:
        return "new"
    if is_place(parameter):
        return "trial"
    assert parameter.name in WORDS, f"no word for {parameter.name}: add one"
    return WORDS[parameter.name]


WORDS: Final = {
    "subject": "S1",
    "reader": "A",
    "person": "A",
    "people": "A",
    "readers": "A,B",
    "reason": "because",
    "accept": "A",
}


def as_words(command: Command, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return arguments as they are typed."""
    options = {one.name: one.opts[-1] for one in command.params}
    pairs = ((options[name], value) for name, value in values.items())
    return tuple(
        word
        for option, value in pairs
        for word in ((option, value) if option.startswith("-") else (value,))
    )
