"""Where the records of a run go: ``--fault-records FILE`` keeps them for the table in ``docs/reliability.md``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pbx.faults.record import FaultRecord, append

OPTION = "--fault-records"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, type=Path, default=None, help="write each drill's record to this file, a JSON a line")


def pytest_sessionstart(session: pytest.Session) -> None:
    if path := session.config.getoption(OPTION, default=None):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[FaultRecord], None]:
    """Keeps a record before anything is asserted of it: the table tells what happened, not what should have."""
    path: Path | None = request.config.getoption(OPTION, default=None)

    def keep(record: FaultRecord) -> None:
        print(record)  # noqa: T201 - pytest shows it where a drill fails
        if path is not None:
            append(record, path)

    return keep
