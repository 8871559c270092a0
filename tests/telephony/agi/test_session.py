"""The session: one command at a time, each within its deadline, and every way in which it can end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ivr.telephony.agi.framing import Reply
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.session import AgiSession, ConnectionDropped, ConnectionEnded
from tests.telephony.agi.fake_asterisk import FakeAsterisk, serving


async def talk(
    service: Callable[[AgiSession], Awaitable[None]], asterisk: Callable[[FakeAsterisk], Awaitable[None]]
) -> None:
    """Run both sides over a socket; a failed assertion of either fails the test."""
    served: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def handle(_request: AgiRequest, session: AgiSession) -> None:
        try:
            await service(session)
        except BaseException as fault:  # noqa: BLE001 - handed to the test, whatever it is
            served.set_exception(fault)
        else:
            served.set_result(None)

    async with serving({"test": handle}) as (_, dial):
        peer = await dial()
        await peer.ask("test")
        await asterisk(peer)
        async with asyncio.timeout(10):
            await served


async def test_a_command_gets_its_reply() -> None:
    async def service(session: AgiSession) -> None:
        assert await session.command("NOOP", 5) == Reply(200, 0)
        assert await session.command("GET VARIABLE X", 5) == Reply(200, 1, "a\nb")
        assert not session.hung_up

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "200 result=0")
        await peer.answer("GET VARIABLE X", "200 result=1 (a\nb)")
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_a_passed_deadline_ends_the_session() -> None:
    async def service(session: AgiSession) -> None:
        with pytest.raises(ConnectionEnded, match="deadline"):
            await session.command("NOOP", 0.01)
        with pytest.raises(ConnectionEnded, match="deadline"):
            await session.command("NOOP", 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        assert await peer.hear() == "NOOP"
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_the_end_of_the_connection_ends_the_command_under_way() -> None:
    async def service(session: AgiSession) -> None:
        with pytest.raises(ConnectionEnded, match="closed"):
            await session.command("NOOP", 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        assert await peer.hear() == "NOOP"
        await peer.hang_up()

    await talk(service, asterisk)


@pytest.mark.parametrize("line", ["NOOP\nHANGUP", "NOOP\r", "NOOP \0"])
async def test_a_second_command_within_the_first_is_refused_and_never_sent(line: str) -> None:
    async def service(session: AgiSession) -> None:
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            await session.command(line, 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_a_reply_that_nobody_asked_for_ends_the_session() -> None:
    async def service(session: AgiSession) -> None:
        await session.command("NOOP", 5)
        with pytest.raises(ConnectionEnded, match="nobody asked"):
            await session.command("NOOP", 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "200 result=0\n200 result=1")

    await talk(service, asterisk)


async def test_a_hangup_notice_is_no_reply() -> None:
    async def service(session: AgiSession) -> None:
        assert await session.command("NOOP", 5) == Reply(200, -1)
        assert session.hung_up

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "HANGUP\n200 result=-1")

    await talk(service, asterisk)


async def test_lost_framing_ends_the_command_under_way() -> None:
    async def service(session: AgiSession) -> None:
        with pytest.raises(ConnectionEnded, match="framing lost: a line that is no reply"):
            await session.command("NOOP", 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "what?")

    await talk(service, asterisk)


@pytest.mark.parametrize(
    "line",
    [
        "EXEC System(id)",
        "GET FULL VARIABLE ${SHELL(id)}",
        "DATABASE DEL a b",
        "STREAM",
        "STREAM FILES x",
        "",
        " NOOP",
        "noop",
    ],
)
async def test_a_verb_that_is_not_on_the_allow_list_is_never_sent(line: str) -> None:
    async def service(session: AgiSession) -> None:
        with pytest.raises(ValueError, match="not on the allow-list"):
            await session.command(line, 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_a_command_that_asterisk_would_cut_in_two_is_never_sent() -> None:
    async def service(session: AgiSession) -> None:
        with pytest.raises(ValueError, match="cannot be longer"):
            await session.command("NOOP " + "x" * 2000, 5)
        with pytest.raises(ValueError, match="cannot be longer"):
            await session.command("NOOP " + "\u4e2d" * 700, 5)

    async def asterisk(peer: FakeAsterisk) -> None:
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_a_second_command_beside_the_first_is_refused() -> None:
    async def service(session: AgiSession) -> None:
        first = session.command("NOOP", 5)
        with pytest.raises(ValueError, match="one command at a time"):
            await session.command("NOOP", 5)
        assert await first == Reply(200, 0)

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "200 result=0")
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_a_short_deadline_behind_a_long_one_is_kept() -> None:
    """One timer serves both commands."""

    async def service(session: AgiSession) -> None:
        assert await session.command("NOOP", 60) == Reply(200, 0)
        with pytest.raises(ConnectionDropped, match="deadline"):
            await session.command("NOOP", 0.01)

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "200 result=0")
        assert await peer.hear() == "NOOP"
        assert await peer.hear() == ""

    await talk(service, asterisk)


async def test_a_long_deadline_behind_a_short_one_is_not_cut() -> None:
    async def service(session: AgiSession) -> None:
        assert await session.command("NOOP", 0.05) == Reply(200, 0)
        assert await session.command("NOOP", 60) == Reply(200, 1)

    async def asterisk(peer: FakeAsterisk) -> None:
        await peer.answer("NOOP", "200 result=0")
        assert await peer.hear() == "NOOP"
        await asyncio.sleep(0.1)
        await peer.send("200 result=1\n")
        assert await peer.hear() == ""

    await talk(service, asterisk)
