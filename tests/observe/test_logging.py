"""Logs as the service writes them: in a process of its own, because logging is set up once for all of it."""

import json
import subprocess
import sys
import textwrap
from datetime import datetime
from typing import Any


def logged(program: str, level: str = "info") -> list[dict[str, Any]]:
    """Run ``program`` with logging set up; return its lines, each of which must be one JSON object."""
    opening = f"import logging, structlog\nfrom ivr.observe.logging import set_up_logging\nset_up_logging({level!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", opening + textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_an_event_is_one_json_object_with_its_fields_and_an_aware_time() -> None:
    (line,) = logged("structlog.get_logger('ivr.test').info('call_closed', outcome='rated', legs=2)")
    assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() is not None
    assert line == {"event": "call_closed", "outcome": "rated", "legs": 2, "level": "info", "logger": "ivr.test"}


def test_the_call_id_is_bound_also_to_the_libraries_lines() -> None:
    lines = logged(
        """
        with structlog.contextvars.bound_contextvars(call_id="1700000000.1"):
            structlog.get_logger("ivr").info("asked")
            logging.getLogger("library").warning("slow by %d ms", 12)
        structlog.get_logger("ivr").info("idle")
        """
    )
    assert [(line["event"], line.get("call_id")) for line in lines] == [
        ("asked", "1700000000.1"),
        ("slow by 12 ms", "1700000000.1"),
        ("idle", None),
    ]


def test_an_exception_stays_in_its_line() -> None:
    (line,) = logged(
        r"""
        try:
            raise ValueError("first\nsecond")
        except ValueError:
            structlog.get_logger("ivr").exception("agi_handler_failed")
        """
    )
    assert (line["event"], line["level"]) == ("agi_handler_failed", "error")
    assert "ValueError: first\nsecond" in line["exception"]


def test_a_value_cannot_forge_a_line() -> None:
    (line,) = logged(r"""structlog.get_logger("ivr").info("refused", script='x"}' + "\n" + '{"event": "forged')""")
    assert line["script"] == 'x"}\n{"event": "forged'


def test_the_level_holds_for_us_and_for_the_libraries() -> None:
    program = """
        structlog.get_logger("ivr").info("quiet")
        logging.getLogger("library").info("quiet")
        logging.getLogger("library").error("loud")
        logging.getLogger("aiohttp.access").info("GET /")
        """
    assert [line["event"] for line in logged(program, "warning")] == ["loud"]
    assert [line["event"] for line in logged(program, "info")] == ["quiet", "quiet", "loud"]


def test_a_warning_of_the_language_is_a_line_too() -> None:
    (line,) = logged("import warnings\nwarnings.warn('slow path')")
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "slow path" in line["event"]


def test_setting_up_twice_writes_each_line_once() -> None:
    assert len(logged("set_up_logging('info')\nstructlog.get_logger('ivr').info('once')")) == 1


def test_a_log_that_nobody_reads_holds_nobody_and_says_later_what_was_lost() -> None:
    program = """
        import sys, structlog
        from ivr.observe.logging import set_up_logging
        set_up_logging("info")
        log = structlog.get_logger("ivr")
        for number in range(20_000):
            log.info("asked", number=number)
        print("not held", flush=True)
        sys.stdin.readline()
        log.info("read again")
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "not held\n"
        first = [json.loads(process.stderr.readline()) for _ in range(100)]
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.close()
        rest = process.stderr.read()
    assert [line["number"] for line in first] == list(range(100))
    *kept, lost, last = [json.loads(line) for line in rest.splitlines()]
    assert (lost["event"], last["event"]) == ("log_lines_lost", "read again")
    assert len(first) + len(kept) + lost["lines"] == 20_000


def test_a_log_on_a_full_disk_raises_nothing() -> None:
    program = """
        import sys, structlog
        from ivr.observe.logging import set_up_logging
        set_up_logging("info", open("/dev/full", "w"))
        structlog.get_logger("ivr").info("asked")
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert "line 5" not in done.stderr
