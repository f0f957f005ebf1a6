"""What every test shares: hypothesis profiles and the folder of real scans."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SCANS_VARIABLE = "RECISTKIT_SCANS"

# The same examples in every run, and no deadline: a slow machine is not a fault.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
# New examples in every run, and many of them.
settings.register_profile("explore", max_examples=2000, deadline=None)
# Enough to notice a wrong rule, for the many runs of the mutation tests.
settings.register_profile(
    "mutants",
    parent=settings.get_profile("steady"),
    max_examples=30,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("RECISTKIT_HYPOTHESIS", "steady"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests on real scans, with the reason, where there are none."""
    if os.environ.get(SCANS_VARIABLE):
        return
    reason = f"the variable {SCANS_VARIABLE} names no folder of real scans"
    for item in items:
        if item.get_closest_marker("real_scans"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def scans_folder() -> Path:
    """Folder of real scans, for tests marked ``real_scans``; fails if it is not there."""
    folder = Path(os.environ[SCANS_VARIABLE])
    if not folder.is_dir():
        pytest.fail(f"{SCANS_VARIABLE} names a folder that is not there")
    return folder
