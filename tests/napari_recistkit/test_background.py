"""Work in the background: what arrives, in which thread, and what never does."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from napari_recistkit.background import Background, Job
from recistkit.errors import ReadingError
from tests.napari_recistkit.gate import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot


@dataclass
class Shown:
    """What was shown of the progress; None is nothing."""

    texts: list[str | None] = field(default_factory=list)

    def show_text(self, text: str) -> None:
        self.texts.append(text)

    def hide(self) -> None:
        self.texts.append(None)


@dataclass
class Heard:
    """What arrived, and in which threads."""

    said: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def listener(self, kind: str) -> Callable[[object], None]:
        def take(made: object) -> None:
            self.said.append(f"{kind} {made}")
            self.threads.add(threading.current_thread().name)

        return take


@pytest.fixture
def progress() -> Shown:
    return Shown()


@pytest.fixture
def background(qtbot: QtBot, progress: Shown) -> Iterator[Background]:
    del qtbot  # signals need an application
    made = Background("recistkit-test", progress)
    yield made
    made.close()


def start(background: Background, heard: Heard, work: Callable[[Job], object]) -> None:
    background.start(
        "begun",
        work,
        taken=heard.listener("taken"),
        finished=heard.listener("finished"),
        failed=heard.listener("failed"),
    )


def test_everything_arrives_in_order_and_in_the_windows_thread(
    qtbot: QtBot, background: Background, progress: Shown
) -> None:
    heard, worked_in = Heard(), []

    def work(job: Job) -> str:
        worked_in.append(threading.current_thread().name)
        job.hand_over(1)
        job.tell("half")
        job.hand_over(2)
        return "end"

    start(background, heard, work)
    assert background.is_running
    qtbot.waitUntil(lambda: not background.is_running)
    assert heard.said == ["taken 1", "taken 2", "finished end"]
    assert progress.texts == ["begun", "half", None]
    assert heard.threads == {threading.current_thread().name}
    assert worked_in == ["recistkit-test"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ReadingError("this is refused"), "failed this is refused"),
        (KeyError("a name"), "failed an unexpected fault: KeyError"),
        (MemoryError(), "failed an unexpected fault: MemoryError"),
    ],
    ids=["refused", "unexpected", "memory"],
)
def test_a_failure_is_said_once_and_is_the_end(
    qtbot: QtBot, background: Background, progress: Shown, error: Exception, said: str
) -> None:
    heard = Heard()

    def work(_job: Job) -> None:
        raise error

    start(background, heard, work)
    qtbot.waitUntil(lambda: not background.is_running)
    assert heard.said == [said]
    assert progress.texts == ["begun", None]


def test_nothing_of_a_cancelled_job_arrives_also_what_was_on_its_way(
    qtbot: QtBot, background: Background, progress: Shown
) -> None:
    heard, ended = Heard(), threading.Event()

    def work(job: Job) -> None:
        job.hand_over("made")
        ended.set()

    start(background, heard, work)
    assert ended.wait(20)  # it waits for the event loop
    assert background.cancel()
    assert not background.cancel()
    qtbot.wait(50)
    assert (heard.said, progress.texts) == ([], ["begun", None])


def test_the_next_job_takes_the_place_of_one_that_is_still_at_work(
    qtbot: QtBot, background: Background, progress: Shown
) -> None:
    first, second, may = Heard(), Heard(), threading.Event()

    def held(job: Job) -> str:
        assert may.wait(20)
        job.tell("too late")
        job.hand_over("too late")
        return "too late"

    start(background, first, held)
    start(background, second, lambda _job: "end")
    qtbot.waitUntil(lambda: not background.is_running)
    may.set()
    qtbot.waitUntil(lambda: not threads("recistkit-test"))
    qtbot.wait(50)
    assert (first.said, second.said) == ([], ["finished end"])
    assert progress.texts == ["begun", None, "begun", None]


def test_a_thread_that_is_told_to_stop_ends_at_its_next_check(
    qtbot: QtBot, background: Background
) -> None:
    heard, begun, checked = Heard(), threading.Event(), []

    def work(job: Job) -> None:
        begun.set()
        while True:
            job.check()
            checked.append(1)

    start(background, heard, work)
    assert begun.wait(20)
    background.close()
    qtbot.waitUntil(lambda: not threads("recistkit-test"))
    assert heard.said == []


def test_closing_waits_for_no_file_and_the_thread_holds_nothing_of_the_window(
    qtbot: QtBot, background: Background
) -> None:
    begun, may = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        begun.set()
        assert may.wait(20)
        job.hand_over("too late")

    heard = Heard()
    gone = weakref.ref(heard)
    start(background, heard, work)
    assert begun.wait(20)
    background.close()
    del heard
    gc.collect()
    assert threads("recistkit-test")  # it is still at its file
    assert gone() is None
    may.set()
    qtbot.waitUntil(lambda: not threads("recistkit-test"))
    qtbot.wait(50)
