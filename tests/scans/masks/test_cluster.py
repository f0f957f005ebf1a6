"""Work on a Dask cluster: the same results, and no file is lost whoever dies."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from recistkit.errors import ClusterError, OptionError
from recistkit.scans.masks import cluster, cohort
from recistkit.scans.masks.cluster import done_on_cluster
from recistkit.scans.masks.kept_outcomes import KeptOutcomes
from recistkit.scans.masks.outcome import MaskOutcome, MaskTask
from tests.scans.masks.test_label_volumes import labels, write_nifti

UNSEEN = (
    "is seen here and not by the cluster; expected a folder that its workers have at the same path"
)


def local_cluster(workers: int, *, processes: bool) -> LocalCluster:
    """Return a cluster of this machine; its workers are processes, or threads of this one."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=processes,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=":0",
        silence_logs="CRITICAL",
    )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Address of a cluster of two processes, where a task may end one of them and no second."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        local_cluster(2, processes=True) as made,
    ):
        yield made.scheduler_address


def work_that_may_end_its_process(name: str) -> str:
    """Stand for work: end the process at some tasks, at others the first time only."""
    if name.startswith("bad") or (name.startswith("/") and not Path(name).exists()):
        if name.startswith("/"):
            Path(name).touch()
        os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    return name.upper()


def unseen(_: MaskTask) -> MaskOutcome:
    """Stand for the work of a worker that sees other disks."""
    return MaskOutcome(reason="there is no such file")


def without_the_program(_: str) -> str:
    raise ModuleNotFoundError


def faulty(_: str) -> str:
    raise ZeroDivisionError


let_go = threading.Event()
"""Set when a test is over, so that no thread stays."""


def work_that_hangs(name: str) -> str:
    if name == "endless":
        let_go.wait(60)
    return name.upper()


def test_masks_are_measured_as_by_one_worker(address: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.nrrd"
    bad.write_bytes(b"NRRD")
    good = [write_nifti(tmp_path / f"{number}.nii", labels()) for number in range(4)]
    empty = write_nifti(tmp_path / "empty.nii", labels() * 0)
    paths = [good[2], bad, *good[:2], empty, tmp_path / "absent.nii", good[3]]
    here, there = (cohort.measured_masks(paths, scheduler=place) for place in (None, address))
    assert there.table.equals(here.table)
    assert (there.noted, list(map(str, there.refused))) == (
        here.noted,
        list(map(str, here.refused)),
    )
    assert len(there.refused) == 2


def test_what_was_measured_before_is_taken_over(address: str, tmp_path: Path) -> None:
    paths = [write_nifti(tmp_path / f"{number}.nii", labels()) for number in range(3)]
    part = tmp_path / "sizes.part"
    with KeptOutcomes(part, convention="contour", largest_component=False) as kept:
        whole = cohort.measured_masks(paths[:2], kept=kept)
    with KeptOutcomes(part, convention="contour", largest_component=False) as kept:
        done = cohort.measured_masks(paths, kept=kept, scheduler=address)
    assert done.taken_over == 2
    assert done.table.rows()[: whole.table.height] == whole.table.rows()


def test_a_task_whose_worker_died_is_done_by_another(address: str, tmp_path: Path) -> None:
    names = ["one", str(tmp_path / "first-time"), "two"]
    done = dict(done_on_cluster(names, work_that_may_end_its_process, address))
    assert done == {name: name.upper() for name in names}


def test_a_task_that_ends_every_worker_is_reported_and_takes_no_other_with_it(address: str) -> None:
    names = ["bad", *(f"task {number}" for number in range(8))]
    done = dict(done_on_cluster(names, work_that_may_end_its_process, address))
    assert done == {name: name.upper() for name in names} | {"bad": None}


def test_a_file_that_the_cluster_does_not_see_is_told_from_one_that_is_not_there(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort, "outcome_of", unseen)
    path = write_nifti(tmp_path / "mask.nii", labels())
    done = cohort.measured_masks([path, tmp_path / "absent.nii"], scheduler=address)
    assert list(map(str, done.refused)) == [
        f"mask.nii: {UNSEEN}",
        "absent.nii: there is no such file",
    ]


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (without_the_program, "workers of the cluster at {} have no recistkit, or another one"),
        (faulty, "a worker of the cluster at {} could not work (ZeroDivisionError)"),
    ],
)
def test_workers_that_cannot_work_are_an_error(address: str, work: object, message: str) -> None:
    with pytest.raises(ClusterError) as refusal:
        list(done_on_cluster(["one"], work, address))  # type: ignore[arg-type]
    assert str(refusal.value) == message.format(address)


def test_a_cluster_that_goes_away_is_an_error_after_what_was_done() -> None:
    let_go.clear()
    made = local_cluster(1, processes=False)
    address, scheduler = made.scheduler_address, made.scheduler
    assert scheduler is not None
    done = done_on_cluster(["one", "endless"], work_that_hangs, address)
    assert next(done) == ("one", "ONE")
    closing = threading.Thread(target=made.sync, args=[scheduler.close])
    closing.start()
    with pytest.raises(ClusterError) as refusal:
        next(done)
    let_go.set()
    closing.join()
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        made.close()
    message = f"the cluster at {address} went away in the middle of the work"
    assert str(refusal.value) == message


def test_a_cluster_whose_workers_do_not_come_back_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1.0)
    let_go.clear()
    with local_cluster(0, processes=False) as made:
        address = made.scheduler_address
        with pytest.raises(ClusterError) as refusal:
            list(done_on_cluster(["one"], work_that_may_end_its_process, address))
        assert str(refusal.value) == f"the cluster at {address} has no worker"
        made.scale(1)
        made.wait_for_workers(1)
        monkeypatch.setattr(cluster, "RETURN_SECONDS", 0.5)
        done = done_on_cluster(["one", "endless"], work_that_hangs, address)
        assert next(done) == ("one", "ONE")
        made.scale(0)
        with pytest.raises(ClusterError) as refusal:
            next(done)
        let_go.set()
    message = f"the cluster at {address} went away in the middle of the work"
    assert str(refusal.value) == message


@pytest.mark.parametrize("is_silent", [True, False])
def test_an_address_where_no_scheduler_answers_is_an_error(
    is_silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        if not is_silent:
            server.close()
        with pytest.raises(ClusterError) as refusal:
            list(done_on_cluster(["one"], work_that_may_end_its_process, address))
    assert str(refusal.value) == f"no Dask scheduler answers at {address}"


@pytest.mark.parametrize("address", ["here", "http://10.0.0.5:8786", "10.0.0.5:99999", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(OptionError) as refusal:
        list(done_on_cluster(["one"], work_that_may_end_its_process, address))
    assert str(refusal.value) == (
        f"the scheduler is {address!r}; expected an address such as tcp://10.0.0.5:8786"
    )


@pytest.mark.parametrize("address", ["tls://10.0.0.5:8786", "wss://10.0.0.5:8786"])
def test_an_encrypted_way_without_certificates_is_refused(address: str) -> None:
    with pytest.raises(OptionError) as refusal:
        list(done_on_cluster(["one"], work_that_may_end_its_process, address))
    assert str(refusal.value) == (
        f"the scheduler is {address!r}; "
        "expected certificates in Dask's configuration (distributed.comm.tls)"
    )


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OptionError) as refusal:
        list(done_on_cluster(["one"], work_that_may_end_its_process, "10.0.0.5:8786"))
    expected = 'a cluster needs distributed: pip install "recistkit[cluster]"'
    assert str(refusal.value) == expected
