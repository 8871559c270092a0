"""The meeting of a rating and the hang-up handler: whoever comes first waits for the other."""

import asyncio

from ivr.domain.calls import CallId
from ivr.usecases.last_keys import LastKeys
from tests.specimens import CALL

OTHER = CallId("default", "1700000000.9")


async def test_who_brings_first_is_heard_by_who_waits_later() -> None:
    meeting = LastKeys()
    with meeting.rating(CALL):
        bringer = asyncio.create_task(meeting.bring(CALL, "12"))
        await asyncio.sleep(0)
        assert await meeting.wait(CALL, 5) == "12"
        assert not bringer.done()
    await asyncio.wait_for(bringer, 5)


async def test_who_waits_first_is_woken() -> None:
    meeting = LastKeys()
    with meeting.rating(CALL):
        waiter = asyncio.create_task(meeting.wait(CALL, 5))
        await asyncio.sleep(0)
        bringer = asyncio.create_task(meeting.bring(CALL, ""))
        assert await waiter == ""
    await bringer


async def test_nobody_comes() -> None:
    meeting = LastKeys()
    with meeting.rating(CALL):
        assert await meeting.wait(CALL, 0) is None
        bringer = asyncio.create_task(meeting.bring(CALL, "1"))
        assert await meeting.wait(CALL, 5) == "1"
    await bringer


async def test_without_a_rating_the_bringer_goes_on_at_once() -> None:
    meeting = LastKeys()
    await meeting.bring(CALL, "1")
    with meeting.rating(OTHER):
        await meeting.bring(CALL, "1")


async def test_a_rating_that_fails_frees_the_bringer() -> None:
    meeting = LastKeys()
    bringer: asyncio.Task[None] | None = None
    try:
        with meeting.rating(CALL):
            bringer = asyncio.create_task(meeting.bring(CALL, "1"))
            await asyncio.sleep(0)
            raise RuntimeError
    except RuntimeError:
        assert bringer is not None
        await asyncio.wait_for(bringer, 5)


async def test_two_bringers_are_freed_and_the_first_is_heard() -> None:
    meeting = LastKeys()
    with meeting.rating(CALL):
        bringers = [asyncio.create_task(meeting.bring(CALL, keys)) for keys in ("1", "12")]
        await asyncio.sleep(0)
        assert await meeting.wait(CALL, 5) == "1"
    await asyncio.gather(*bringers)


async def test_calls_do_not_mix() -> None:
    meeting = LastKeys()
    with meeting.rating(CALL), meeting.rating(OTHER):
        bringer = asyncio.create_task(meeting.bring(OTHER, "9"))
        await asyncio.sleep(0)
        assert await meeting.wait(CALL, 0) is None
        assert await meeting.wait(OTHER, 5) == "9"
    await bringer


async def test_a_call_that_is_rated_again_has_a_meeting_of_its_own() -> None:
    meeting = LastKeys()
    for keys in ("1", "2"):
        with meeting.rating(CALL):
            bringer = asyncio.create_task(meeting.bring(CALL, keys))
            assert await meeting.wait(CALL, 5) == keys
        await bringer
