"""What is over of sign-ins is dropped, and the rest stays."""

from ivr.domain.access import Right
from ivr.usecases.make_token import find_token, make_token
from ivr.usecases.purge_sign_ins import Purged, purge_sign_ins
from ivr.usecases.sign_in import sign_in
from tests.usecases.signed_in_people import HOME, Clock, is_open, people, session_of


async def test_what_is_over_is_dropped() -> None:
    clock = Clock()
    ports = await people(clock)
    await sign_in(ports, "sam", "wrong", HOME)
    await session_of(ports, "adam")
    short, long = [
        await make_token(ports, "sam", "sam", name="board", scope={Right.FIGURES}, days=days) for days in (1, 2)
    ]
    clock.pass_time(days=1)
    session = await session_of(ports)
    # Failures by name, by address and by both; adam's own were forgiven.
    purged = await purge_sign_ins(ports)
    assert (purged.sessions, purged.tokens) == (1, 1)
    assert purged.tries > 0
    assert await is_open(ports, session)
    assert await find_token(ports, short.secret) is None
    assert await find_token(ports, long.secret) is not None
    assert await purge_sign_ins(ports) == Purged(0, 0, 0)
