"""Who does something is the account and the machine, never a person."""

from __future__ import annotations

import platform

import pytest

from recistkit.errors import StoreError
from recistkit.store import actor
from recistkit.store.actor import Actor, account_name


def test_here_is_the_account_and_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "account_name", lambda: "anna")
    monkeypatch.setattr(platform, "node", lambda: "room-3")
    assert Actor.here("reader") == Actor("anna", "room-3", "reader")


def test_a_role_that_there_is_not_is_refused() -> None:
    with pytest.raises(StoreError) as raised:
        Actor("anna", "room-3", "king")
    assert str(raised.value) == (
        "nobody can act as 'king'; expected one of reader, adjudicator, manager"
    )


def test_variables_of_the_environment_do_not_make_another_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = account_name()
    for name in ("LOGNAME", "USER", "LNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert account_name() == before != ""


@pytest.mark.parametrize("error", [OSError, KeyError])
def test_an_account_without_a_name_does_nothing(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    pwd = pytest.importorskip("pwd", reason="this system has no numbers of accounts")

    def unknown(_number: int) -> None:
        raise error("no name")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(StoreError) as raised:
        Actor.here("reader")
    assert str(raised.value) == (
        "who is at work cannot be told: no name of an account or a machine"
    )


def test_a_name_in_foreign_bytes_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "account_name", lambda: "j\udcfcrg")
    assert Actor.here("reader").login == r"j\udcfcrg"
