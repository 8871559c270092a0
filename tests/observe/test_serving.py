"""The real service as its supervisor, its probes and Asterisk see it, from its start to its end."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.rig.ports import LOOPBACK, free_port
from ivr.rig.service import ServiceProcess
from tests.telephony.agi.fake_asterisk import Dial, FakeAsterisk
from tests.telephony.ami.fake_manager import fake_manager

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Served:
    """A running service."""

    process: ServiceProcess
    agi_port: int
    web_port: int

    async def get(self, path: str) -> tuple[int, str]:
        """Return the status and the body of an open page."""
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(LOOPBACK, self.web_port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
            finally:
                writer.close()
        return int(head.split()[1]), body

    async def reasons(self) -> dict[str, str]:
        """Return why the service is not ready; empty where it is."""
        status, body = await self.get("/readyz")
        told: dict[str, Any] = json.loads(body)
        assert status == (200 if told["ready"] else 503)
        return dict(told["reasons"])

    def terminate(self) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGTERM)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.process.log.read_text().splitlines()]


@asynccontextmanager
async def service(folder: Path, **environment: str) -> AsyncIterator[Served]:
    agi_port, web_port = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    settled = {
        "PYTHONPATH": str(ROOT),
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'ivr.db'}",
        "IVR_PEPPER_FILE": str(folder / "pepper"),
        "IVR_AGI_BIND": f"{LOOPBACK}:{agi_port}",
        "IVR_WEB_BIND": f"{LOOPBACK}:{web_port}",
    }
    process = ServiceProcess(clean | settled | environment, folder, web_port)
    await process.start()
    try:
        yield Served(process, agi_port, web_port)
    finally:
        await process.stop()


async def playing(asterisk: FakeAsterisk) -> None:
    """Go along with the service until it plays something to the caller."""
    await asterisk.ask("rate", "agi_arg_1: queue=support", "agi_arg_2: interface=PJSIP/ana")
    while not (command := await asterisk.hear()).startswith("STREAM FILE"):
        assert command
        await asterisk.send("200 result=1\n")


@asynccontextmanager
async def listening_with(listening: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(listening)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def gone(process: ServiceProcess) -> None:
    async with asyncio.timeout(40):
        while process.pid is not None:
            await asyncio.sleep(0.02)


async def test_a_stopping_service_says_so_before_it_turns_callers_away(tmp_path: Path) -> None:
    async with (
        fake_manager() as manager,
        service(tmp_path, IVR_AMI_PORT=str(manager.port), IVR_AMI_SECRET="right") as served,
        AsyncExitStack() as ending,
    ):
        dial = Dial(LOOPBACK, served.agi_port)
        ending.push_async_callback(dial.hang_up_all)
        assert await served.reasons() == {}
        asked = await dial()
        await playing(asked)

        served.terminate()
        async with asyncio.timeout(10):
            while True:
                late = await dial()
                await late.ask("rate", uniqueid="1700000000.2")
                was_served = bool(await late.hear())
                await late.hang_up()
                if not was_served:
                    break
        # Whoever was turned away could have known before.
        assert await served.reasons() == {"service": "the service is stopping"}
        assert (await served.get("/healthz"))[0] == 200
        _, metrics = await served.get("/metrics")
        assert 'ivr_agi_refused_total{reason="stopping"} 0.0' not in metrics

        assert "ivr_agi_sessions 0.0" not in metrics
        assert "ivr_ami_connected 1.0" in metrics

        # The manager is read and the pages stay up until the last question has ended.
        await asked.send("HANGUP\n")
        await asked.hang_up()
        await gone(served.process)
        assert [line["event"] for line in served.log() if line["logger"] == "ivr.bootstrap.service"] == [
            "serving",
            "stopping",
        ]


async def test_the_supervisor_hears_of_the_start_of_every_beat_and_of_the_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        loop = asyncio.get_running_loop()
        said: asyncio.Queue[str] = asyncio.Queue()

        async def listen() -> None:
            while True:
                said.put_nowait((await loop.sock_recv(ear, 4096)).decode())

        async def heard(state: str) -> None:
            async with asyncio.timeout(20):
                while await said.get() != state:
                    pass

        async with (
            # From before the start, as a supervisor does: an ear that nobody empties holds ten words.
            listening_with(listen()),
            service(tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="400000") as served,
        ):
            pid = served.process.pid
            assert pid is not None
            await heard("READY=1")
            await heard("STATUS=serving, 0 calls are being asked")
            await heard("WATCHDOG=1")

            # A process that hangs is silent, which is all that a supervisor needs to know.
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(0.1)
            while not said.empty():
                said.get_nowait()
            await asyncio.sleep(1.5)
            assert said.empty()
            os.kill(pid, signal.SIGCONT)
            async with asyncio.timeout(20):
                assert await said.get() == "WATCHDOG=1"

            async with asyncio.timeout(10):
                while "event_loop_goes_on" not in [line["event"] for line in served.log()]:
                    await asyncio.sleep(0.05)
            assert "ivr_event_loop_stalls_total 1.0" in (await served.get("/metrics"))[1]

            served.terminate()
            await heard("STOPPING=1")
            await gone(served.process)
