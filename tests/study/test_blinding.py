"""Nothing that a reader can call tells anything of the other's read before both have signed.

Every public function and command is found by introspection and called by a
reader, by an adjudicator and by a stranger, with whatever they may hand it, in
three trials that differ in what reader B has done and in nothing else.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pytest

from recistkit.cli import main
from recistkit.errors import RecistkitError
from recistkit.propagation.proposal import Proposal, SearchBox
from recistkit.reading.adjudication import AdjudicationSession
from recistkit.reading.session import ReadSession
from recistkit.store.rows import TABLES
from recistkit.study.folder import StudyFolder
from recistkit.study.verifying import verify_study
from tests.napari_recistkit.small_study import axes_of, opened
from tests.study.blind_worlds import WORLDS, build_worlds, hashes_of, secrets_in
from tests.study.handed import (
    ANY_FILE,
    NO_COMMAND,
    NOT_CALLED,
    OTHER_FILE,
    arguments_of,
    called,
    words_after,
)
from tests.study.public_doors import (
    commands,
    leading_classes,
    public_functions,
    reaches,
    unknown_kinds,
)
from tests.study.small_trial import LOGINS
from tests.study.told import alike, files_of, said, told_by

LOGIN_OF: Final = {**LOGINS, "stranger": "xeno"}

PEOPLE: Final = ("A", "J", "stranger")

Call = Callable[[Path], object]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build_worlds(tmp_path_factory.mktemp("worlds"))


class World:
    """A copy of a trial in which somebody works, and which is made anew when it was changed."""

    def __init__(self, original: Path, copy: Path) -> None:
        self.original, self.folder = original, copy
        self.trial, self.sound = copy / "trial", dict[str, tuple[int, int]]()
        self.hashes = (
            hashes_of(original) if (original / "readers" / "B.db").exists() else frozenset()
        )

    def told(self, person: str, call: Callable[[Path], object]) -> str:
        """Return what a call tells somebody."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.sound or files_of(self.folder) != self.sound:
            shutil.rmtree(self.folder)
            self.folder.mkdir()
            shutil.copytree(self.original, self.trial, copy_function=shutil.copy2)
            self.sound = files_of(self.folder)
        with (
            patch("recistkit.store.actor.account_name", lambda: LOGIN_OF[person]),
            contextlib.chdir(self.folder),
        ):
            return told_by(lambda: call(self.trial), self.folder, is_unseen)


def is_unseen(name: str) -> bool:
    """Return whether a reader who looks into it with another program looks at what is not his."""
    return name == "trial/study.db" or name.startswith("trial/readers/B")


def test_every_public_function_has_a_case() -> None:
    for name, function in public_functions().items():
        kinds = unknown_kinds(function)
        assert not kinds, f"no case for {name}: add one (kinds of arguments: {sorted(kinds)})"
    gone = {*NOT_CALLED, *ANY_FILE} - {*public_functions()}
    assert not gone, f"a case for what is not there: {sorted(gone)}"


HOW_TOLD: Final = {
    "ReadSession": "by its steps, below",
    "StudyFolder": "by all that it may be asked, below",
    "ReadChain": "of a session; holds nothing but its own reader's",
    "SideTables": "holds the tables of the study, which are no reader's",
    "Job": "of the adding of scans, which is a manager's",
    "StudyScans": "as above",
    "Expected": "of the import of documents, which is a manager's",
    "StudyRules": "of the merge of files, which is a manager's",
    "ChainRules": "as above, and of the verifying by a manager",
    "ShownCase": "made for an adjudicator when both reads are complete",
    "ComparedReads": "of a shown case",
    "AdjudicationSession": "as above; an adjudicator opens one below",
    "Case": "of the scans and of the reader's own files; see `find_cases`",
    "StudySettings": "of the charter, which all may know",
}
"""Classes that lead to a study, and how what they tell is looked at."""


def test_every_class_that_leads_to_a_study_has_a_case() -> None:
    left = leading_classes() - {*HOW_TOLD}
    assert not left, f"no case for {sorted(left)}: add one"


CALLED: Final = sorted(
    name for name, one in public_functions().items() if reaches(one) and name not in NOT_CALLED
)


@pytest.mark.parametrize("name", CALLED)
def test_no_function_tells_a_reader_of_the_other(
    name: str, worlds: dict[str, Path], tmp_path: Path
) -> None:
    copies = {one: World(path, tmp_path / one / "w") for one, path in worlds.items()}
    for number in range(len(list(arguments_of(name, tmp_path)))):

        def call(trial: Path, number: int = number) -> object:
            given = next(itertools.islice(arguments_of(name, trial), number, None))
            return called(public_functions()[name], given, trial)

        for person in PEOPLE if number in {0, OTHER_FILE} else ("A",):
            require_blind(person, call, copies, all_worlds=number == 0)


def require_blind(
    person: str, call: Call, copies: Mapping[str, World], *, all_worlds: bool = True
) -> str:
    """Refuse what tells somebody a secret, or anything that only B can have changed."""
    may_see = person == "J"  # a case of the third world, where both reads are complete
    worlds = WORLDS if all_worlds and not may_see else WORLDS[:2]
    told = {one: copies[one].told(person, call) for one in worlds}
    assert secrets_in(told["planted"], copies["planted"].hashes) == []
    texts = [alike(text) for text in told.values()]
    for text in texts[1:]:
        assert text == texts[0], person
    return texts[0]


@pytest.mark.parametrize("words", sorted({*commands()} - {*NO_COMMAND}))
def test_no_command_tells_a_reader_of_the_other(
    words: str, worlds: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recistkit.cli.read._room", lambda: lambda *_: 0)
    copies = {one: World(path, tmp_path / one / "w") for one, path in worlds.items()}
    for number, given in enumerate(words_after(words)):
        for person in PEOPLE if number in {0, OTHER_FILE} else ("A",):
            require_blind(person, command(words, given), copies, all_worlds=number == 0)


def command(words: str, given: Sequence[str]) -> Call:
    """Return a call of a command."""
    return lambda _: main([*words.split(), *given])


PROPOSED: Final = Proposal(
    point_mm=(1.0, 2.0, 3.0),
    box=SearchBox.about((1.0, 2.0, 3.0), 9.0),
    confidence="high",
    reasons=(),
    similarity=0.9,
)
STEPS: Final[Mapping[str, Callable[[ReadSession], object]]] = {
    "state_new_lesions": lambda session: session.state_new_lesions("none"),
    "state_visit": lambda session: session.state_visit(
        coverage="complete", image_quality="adequate"
    ),
    "summary": lambda session: session.summary(),
    "missing_to_sign": lambda session: session.missing_to_sign(),
    "sign": lambda session: session.sign("Reader A", "read"),
    "amend": lambda session: session.amend("a wrong node"),
    "go_to_visit": lambda session: session.go_to_visit("week-16"),
    "add_lesion": lambda session: session.add_lesion(
        "new", longest=axes_of("T3")[0], short=axes_of("T3")[1], certainty="unequivocal"
    ),
    "set_nodal": lambda session: session.set_nodal(True),
    "set_organ": lambda session: session.set_organ("bone", nodal=False),
    "set_compartment": lambda session: session.set_compartment(None),
    "remove_lesion": lambda session: session.remove_lesion(),
    "undo": lambda session: session.undo(),
    "redo": lambda session: session.redo(),
    "next_lesion": lambda session: session.next_lesion(1),
    "next_unstated": lambda session: session.next_unstated(),
    "go_to_lesion": lambda session: session.go_to_lesion("T1"),
    "measure": lambda session: session.measure(*axes_of("T1", 0.8)),
    "set_short": lambda session: session.set_short(axes_of("T1", 0.7)[1]),
    "masked_mark": lambda session: session.masked_mark(),
    "keep_mask": lambda session: session.keep_mask(session.masked_mark(), b"x", Decimal("1.0")),
    "kept_mask": lambda session: session.kept_mask(session.masked_mark()),
    "remove_mask": lambda session: session.remove_mask(),
    "propose": lambda session: session.propose("week-8", "T1", "1.2", PROPOSED),
    "accept_proposal": lambda session: session.accept_proposal(),
    "move_proposal": lambda session: session.move_proposal((2.0, 3.0, 4.0)),
    "ignore_proposal": lambda session: session.ignore_proposal(),
    "add_fragment": lambda session: session.add_fragment(*axes_of("T1", 0.3)),
    "remove_fragment": lambda session: session.remove_fragment("a"),
    "set_state": lambda session: session.set_state("absent"),
    "set_certainty": lambda session: session.set_certainty("equivocal"),
    "acknowledge": lambda session: session.acknowledge(session.findings()[0][0], "so it is"),
    "missing": lambda session: session.missing(),
    "findings": lambda session: session.findings(),
    "open_findings": lambda session: session.open_findings(),
    "evaluation": lambda session: session.evaluation(),
    "shown_evaluation": lambda session: session.shown_evaluation(),
    "rows": lambda session: session.rows(),
    "visits_before": lambda session: session.draft.visits_before("week-8"),
    "marks_of": lambda session: session.draft.marks_of("T1", "week-8"),
    "remember": lambda session: session.remember(session.place),
    "on_change": lambda session: session.on_change(lambda: None),
}
"""What a session can do; each is done in turn, and what it refuses is told too."""


def test_no_step_of_a_session_tells_a_reader_of_the_other(
    worlds: dict[str, Path], tmp_path: Path
) -> None:
    members = {name for base in ReadSession.__mro__ for name in vars(base) if name[0] != "_"}
    methods = {name for name in members if inspect.isroutine(vars_of(name))}
    left = methods - {*STEPS, "open", "close"}
    assert not left, f"no case for {left}: add one"
    copies = {one: World(path, tmp_path / one / "w") for one, path in worlds.items()}
    told = require_blind("A", all_steps, copies)
    assert "sign: None" in told


def vars_of(name: str) -> object:
    """Return a member of a session as its class has it: a property is none that is called."""
    return inspect.getattr_static(ReadSession, name)


def all_steps(trial: Path) -> list[object]:
    """Take every step of a session, and return what it says and shows after each."""
    found: list[object] = []
    with opened(trial, "S2", "A") as session:
        session.go_to_visit("week-8")
        for name in ("T1", "T2", "NT1"):
            session.go_to_lesion(name)
            session.set_state("present") if name == "NT1" else session.measure(*axes_of(name, 0.8))
        for name, step in STEPS.items():
            try:
                found.append((f"{name}: {step(session)}", list(said(session))))
            except (RecistkitError, IndexError) as error:  # there is no finding
                found.append(f"{name}: {error}")
    return found


def test_an_adjudicator_opens_no_case_before_both_have_signed(
    worlds: dict[str, Path], tmp_path: Path
) -> None:
    copies = {one: World(path, tmp_path / one / "w") for one, path in worlds.items()}
    for subject, person in itertools.product(("S1", "S2"), PEOPLE):

        def opens(trial: Path, subject: str = subject) -> object:
            return AdjudicationSession.open(trial, subject, "J")

        told = require_blind(person, opens, copies)
        assert ("waits: its two reads" in told) == (person == "J")
        assert ("RoleError" in told) == (person != "J")


def test_an_open_study_gives_a_reader_nothing_of_the_other(
    worlds: dict[str, Path], tmp_path: Path
) -> None:
    copies = {one: World(path, tmp_path / one / "w") for one, path in worlds.items()}
    for person in ("A", "stranger"):
        told = require_blind(person, all_of_study, copies)
        assert "study.db: its chain is not for who reads in this study" in told


def all_of_study(trial: Path) -> list[object]:
    """Ask an open study, and its file, for everything."""
    with StudyFolder.opened(trial, to_look=True) as study:
        asked: list[Callable[[], object]] = [
            *(lambda row=row: study.file.rows(row) for row in TABLES),
            *(lambda row=row: study.file.rows(row, reader="B") for row in TABLES),
            study.visits,
            study.file.records,
            study.file.head,
            study.file.scans,
            study.file.leaves,
            lambda: study.file.leaves(reader="B"),
            study.file.charter,
            study.file.looking,
            study.file.rebuild,
            lambda: study.file.revision,
            lambda: list(said(study)),
        ]
        found: list[object] = []
        for ask in asked:
            try:
                found.append(ask())
            except Exception as error:  # noqa: BLE001  whatever it is, it says something
                found.append(str(error))
    return found


def test_what_is_wrong_with_a_study_counts_nothing_for_a_reader(
    worlds: dict[str, Path], tmp_path: Path
) -> None:
    copies = {one: World(path, tmp_path / one / "w") for one, path in worlds.items()}

    def damaged(trial: Path) -> object:
        with contextlib.closing(sqlite3.connect(trial / "study.db")) as file:
            file.execute("DROP TRIGGER record_no_update")
            file.execute("UPDATE record SET reason = 'changed'")
            file.commit()
        return verify_study(trial)

    for person in ("A", "J"):
        told = require_blind(person, damaged, copies)
        assert "study.db: is not as recorded; ask who manages the study to verify it" in told
