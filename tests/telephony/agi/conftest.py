"""Where the fuzzer cannot be installed, its tests are not collected; its corpus is read everywhere."""

import platform
import sys

# As in the dev extra of pyproject.toml: atheris has wheels for nothing else, and its source wants clang.
HAS_FUZZER = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)

collect_ignore = [] if HAS_FUZZER else ["test_framing_fuzz.py"]


def pytest_report_header() -> str | None:
    return None if HAS_FUZZER else "fuzzing: left out, atheris has no wheel for this Python on this machine"
