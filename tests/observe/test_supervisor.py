"""What a supervisor hears, on real datagram sockets."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.errors import SettingsRefused
from ivr.observe.supervisor import Supervisor


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """Stand where systemd stands."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address.replace("@", "\0", 1))
        ear.setblocking(False)
        yield ear


async def heard(ear: socket.socket) -> str:
    async with asyncio.timeout(10):
        return (await asyncio.get_running_loop().sock_recv(ear, 4096)).decode()


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "notify") if request.param == "path" else f"@ivr-test-{os.getpid()}"


async def test_the_states_arrive_in_order(address: str) -> None:
    supervisor = Supervisor.from_environment({"NOTIFY_SOCKET": address})
    with listening(address) as ear:
        async with supervisor.informed(lambda: "3 calls are being asked"):
            assert await heard(ear) == "STATUS=3 calls are being asked"
            supervisor.ready()
            assert await heard(ear) == "READY=1"
            supervisor.stopping()
            assert await heard(ear) == "STOPPING=1"


async def test_a_watched_loop_says_that_it_lives_and_a_status_once() -> None:
    address = f"@ivr-test-watched-{os.getpid()}"
    supervisor = Supervisor.from_environment(
        {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": str(os.getpid())}
    )
    with listening(address) as ear:
        async with supervisor.informed(lambda: "serving"):
            states = [await heard(ear) for _ in range(5)]
    assert states == ["WATCHDOG=1", "STATUS=serving", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]


@pytest.mark.parametrize("watched", [{}, {"WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"}])
async def test_a_watch_over_another_process_is_not_answered(watched: dict[str, str]) -> None:
    address = f"@ivr-test-other-{os.getpid()}"
    supervisor = Supervisor.from_environment({"NOTIFY_SOCKET": address, **watched})
    with listening(address) as ear:
        async with supervisor.informed(lambda: "serving"):
            await asyncio.sleep(0.3)
        assert await heard(ear) == "STATUS=serving"
        with pytest.raises(BlockingIOError):
            ear.recv(4096)


async def test_without_a_supervisor_nothing_is_sent() -> None:
    supervisor = Supervisor.from_environment({"NOTIFY_SOCKET": "", "WATCHDOG_USEC": "100000"})
    before = len(asyncio.all_tasks())
    async with supervisor.informed(lambda: "serving"):
        supervisor.ready()
        assert len(asyncio.all_tasks()) == before
        supervisor.stopping()


async def test_a_supervisor_that_went_away_is_told_once_and_one_that_returns_is_told_again(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    supervisor = Supervisor.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"})
    with capture_logs() as log:
        async with supervisor.informed(lambda: "serving"):
            await asyncio.sleep(0.2)
            with listening(address) as ear:
                assert await heard(ear) == "WATCHDOG=1"
    assert [(line["event"], line["log_level"]) for line in log][:1] == [("supervisor_not_reached", "warning")]
    assert len(log) <= 2  # a second one where the last beat found the ear closed again


async def test_a_supervisor_that_does_not_read_holds_nobody() -> None:
    address = f"@ivr-test-deaf-{os.getpid()}"
    with listening(address), capture_logs() as log:
        supervisor = Supervisor.from_environment({"NOTIFY_SOCKET": address})
        async with supervisor.informed(lambda: "serving"):
            for _ in range(10_000):
                supervisor.ready()
    assert [line["event"] for line in log] == ["supervisor_not_reached"]


@pytest.mark.parametrize(
    "environment",
    [
        {"NOTIFY_SOCKET": "run/notify"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-5"},
        {"WATCHDOG_USEC": "١٠"},
    ],
)
def test_an_environment_that_makes_no_sense_is_refused_with_the_remedy(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused, match="leave it to systemd, or unset it"):
        Supervisor.from_environment(environment)
