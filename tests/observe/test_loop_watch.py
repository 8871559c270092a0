"""The event loop's watch, on loops that are really blocked, in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

OPENING = """
import asyncio, sys, time, uvloop
from ivr.observe.logging import set_up_logging
from ivr.observe.loop_watch import watched_loop
from ivr.observe.metrics import Metrics

metrics = Metrics()

def run(work):
    set_up_logging("info")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if sys.argv[1] == "uvloop" else None) as runner:
        runner.run(work)
    counted = [line for line in metrics.text().splitlines() if line.startswith("ivr_event_loop")]
    print(*counted, sep="\\n")
"""


def program(text: str) -> str:
    return OPENING + textwrap.dedent(text)


def ended(text: str, loop: str) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Run a program; return its log and the loop's metrics."""
    done = subprocess.run(
        [sys.executable, "-c", program(text), loop], capture_output=True, text=True, check=True, timeout=60
    )
    return read(done.stderr), counted(done.stdout)


def read(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


def counted(metrics: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in metrics.splitlines())}


@pytest.mark.parametrize("loop", ["uvloop", "standard"])
def test_a_blocked_loop_is_told_once_with_the_place_that_blocks_it(loop: str) -> None:
    log, metrics = ended(
        """
        def holds_every_caller(secret):
            time.sleep(2.2)

        async def work():
            async with watched_loop(metrics):
                await asyncio.sleep(0.2)
                holds_every_caller("the secret")
                await asyncio.sleep(0.6)

        run(work())
        """,
        loop,
    )
    stalled, goes_on = log
    assert (stalled["event"], stalled["level"]) == ("event_loop_stalled", "warning")
    assert "holds_every_caller" in stalled["stack"][0]
    assert stalled["stack"][0].startswith("<string>:")
    assert "the secret" not in json.dumps(stalled)
    assert goes_on["event"] == "event_loop_goes_on"
    assert goes_on["stalled_seconds"] >= 2.2
    assert metrics["ivr_event_loop_stalls_total"] == 1
    count = metrics["ivr_event_loop_delay_seconds_count"]
    assert count - metrics['ivr_event_loop_delay_seconds_bucket{le="2.0"}'] == 1
    assert metrics["ivr_event_loop_delay_seconds_sum"] >= 2.1


def test_each_stall_is_told_and_a_busy_loop_is_none() -> None:
    log, metrics = ended(
        """
        async def work():
            async with watched_loop(metrics):
                for _ in range(2):
                    time.sleep(1.4)
                    await asyncio.sleep(0.5)
                for _ in range(8):
                    time.sleep(0.2)
                    await asyncio.sleep(0)

        run(work())
        """,
        "standard",
    )
    assert [line["event"] for line in log] == ["event_loop_stalled", "event_loop_goes_on"] * 2
    assert metrics["ivr_event_loop_stalls_total"] == 2


def test_a_process_that_was_stopped_says_so_when_it_goes_on() -> None:
    text = program(
        """
        async def work():
            async with watched_loop(metrics):
                print("running", flush=True)
                await asyncio.to_thread(sys.stdin.readline)
                await asyncio.sleep(0.6)

        run(work())
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", text, "uvloop"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(process.pid, signal.SIGCONT)
        out, errors = process.communicate("\n", timeout=60)
    log = read(errors)
    assert [line["event"] for line in log] == ["event_loop_stalled", "event_loop_goes_on"]
    assert log[1]["stalled_seconds"] >= 1.5
    assert counted(out)["ivr_event_loop_stalls_total"] == 1


def test_a_watch_whose_log_is_stuck_keeps_nothing_alive(tmp_path: Path) -> None:
    log, _ = ended(
        """
        import threading
        from ivr.observe import loop_watch

        class StuckLog:
            def warning(self, event, **fields):
                threading.Event().wait()

        loop_watch.log = StuckLog()

        async def work():
            async with watched_loop(metrics):
                await asyncio.sleep(0.1)
                time.sleep(1.5)
                await asyncio.sleep(0.2)

        run(work())
        """,
        "standard",
    )
    assert log == []
