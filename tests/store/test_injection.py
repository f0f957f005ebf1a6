"""Whatever the disk refuses, and wherever: the state before or the state after, never between.

Of a signature, which is in two files, there is one more: signed, and not yet
anchored; it is anchored when the study is opened next. A short run;
`python -m tests.store.faults` leaves no write out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.injection import FAULTS, SAVES, sweep

STRIDES = {"statement": 1, "full disk": 1, "write": 3}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("save", SAVES)
def test_a_disk_that_fails_leaves_the_state_before_or_after(
    save: str, fault: str, tmp_path: Path
) -> None:
    found = sweep(tmp_path, fault, save, stride=STRIDES[fault])
    print(f"{save}, {fault}: {found}")
    assert found.signed_only == 0 or save == "sign"
    assert found.signed_only > 0 or (save, fault) != ("sign", "statement")
    assert found.faults > 0 or fault == "full disk"
