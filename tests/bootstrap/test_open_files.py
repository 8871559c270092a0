"""The limit of open files, in a process of its own: a limit once lowered cannot be raised again."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
from ivr.bootstrap.open_files import allow_open_files
soft, hard, calls = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
allow_open_files(calls)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "calls", "after", "is_told"),
    [(256, 4096, 1000, 3224, False), (3500, 4096, 1000, 3500, False), (256, 900, 1000, 900, True)],
)
def test_the_limit_is_raised_as_far_as_is_needed_and_allowed(
    soft: int, hard: int, calls: int, after: int, *, is_told: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(soft), str(hard), str(calls)], capture_output=True, text=True, check=True
    )
    *told, limit = done.stdout.splitlines()
    assert int(limit) == after
    assert any("LimitNOFILE=3224" in line for line in told) is is_told
