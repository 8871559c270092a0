"""The way to the service is shut: its port refuses, swallows every packet, or accepts and never says a word."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from ivr.rig.plan import Anchor, HangUp, Press
from ivr.rig.ports import free_port
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import DIALPLAN, lab

CALLERS = (
    (),
    (Press("1", Anchor.FIRST_FRAME, 1500),),
    (Press("2", Anchor.FIRST_FRAME, 6000),),
    (Press("3", Anchor.AGENT_LEFT, 400),),
    (Press("3", Anchor.FIRST_FRAME, 2000), HangUp(Anchor.KEY_UP, 5)),
    (HangUp(Anchor.FIRST_FRAME, 3000),),
    (HangUp(Anchor.AGENT_LEFT, 500),),
)


@asynccontextmanager
async def refused(port: int) -> AsyncIterator[None]:
    """Nobody listens."""
    yield


@asynccontextmanager
async def black_holed(port: int) -> AsyncIterator[None]:
    """Somebody listens and never accepts, and the backlog is full: the kernel drops what asks to connect."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(0)
        for _ in range(4):
            queued = stack.enter_context(socket.socket())
            queued.setblocking(False)
            queued.connect_ex(("127.0.0.1", port))
        await asyncio.sleep(0.2)
        with socket.socket() as trial:
            trial.settimeout(0.3)
            try:
                trial.connect(("127.0.0.1", port))
            except TimeoutError:
                pass
            else:
                raise AssertionError("the port still takes connections")
        yield


@asynccontextmanager
async def mute(port: int) -> AsyncIterator[None]:
    """Somebody accepts and never says a word."""
    accepted: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(lambda _reader, writer: accepted.append(writer), "127.0.0.1", port):
        try:
            yield
        finally:
            for writer in accepted:
                writer.close()


FAULTS: Mapping[str, Callable[[int], AbstractAsyncContextManager[None]]] = {
    "the AGI port refuses": refused,
    "the AGI port is a black hole": black_holed,
    "the AGI port accepts and says nothing": mute,
}
# The last digit but one of the caller's number says which port is asked; 9 is the probing call's.
BY_CALLER = """
[ivr-rating]
exten => s,1,Set(digit=${CALLERID(num):-2:1})
 same => n,ExecIf($["${digit}" != "9"]?Set(IVR_AGI=agi://127.0.0.1:${PORT_${digit}}))
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,Return()
"""


async def test_the_port_is_shut(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    dialplan = tmp_path / "by-caller.conf"
    dialplan.write_text(DIALPLAN.read_text().replace("[ivr-rating]", "[shipped]") + BY_CALLER)
    ports = [free_port(socket.SOCK_STREAM) for _ in FAULTS]
    variables = {f"PORT_{digit}": str(port) for digit, port in enumerate(ports)}
    async with (
        lab(tmp_path, experiment=staging.EXPERIMENT, agents=40, dialplan=dialplan, variables=variables) as centre,
    ):
        before = await vitals(centre)
        plans = [
            staging.plan(10 * digit + number, steps)
            for digit in range(len(FAULTS))
            for number, steps in enumerate(CALLERS, start=1)
        ]
        async with AsyncExitStack() as shut:
            for fault, port in zip(FAULTS.values(), ports, strict=True):
                await shut.enter_async_context(fault(port))
            records = await centre.floor.run_calls(plans, staging.RATE)
            # Whoever hung up before the guard could tell a mute service from a busy one waits for its end.
            await assert_no_channel(centre, but=(records[-1],))
        await assert_no_channel(centre)
        for digit, fault in enumerate(FAULTS):
            met = [record for record in records if record.plan.number // 10 == digit]
            verdict = await judge(centre, fault, met)
            note(verdict.record)
            assert verdict.complaints == ()
            answered = {record.uniqueid for record in met if record.keys}
            assert answered <= verdict.surveys.keys(), "the dialplan kept the answers"
        await assert_unharmed(centre, before)
