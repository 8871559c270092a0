"""A knock at an AGI address: how addresses are read, and that a knock goes through the service's own server."""

import asyncio

import pytest

from ivr.telephony.agi.admission import Refusal
from ivr.telephony.agi.door import Door
from ivr.telephony.agi.server import FastAgiServer
from ivr.telephony.probe.knock import AgiAddress, Knock, knock, read_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("agi://127.0.0.1:4573", AgiAddress("127.0.0.1", 4573)),
        ("agi://127.0.0.1", AgiAddress("127.0.0.1", 4573)),
        ("AGI://pbx.example:99/", AgiAddress("pbx.example", 99)),
        ("agi://[::1]:4573/the-secret-of-the-two", AgiAddress("::1", 4573, "the-secret-of-the-two")),
        ("hagi://example.invalid", None),
        ("agi://127.0.0.1:99999", None),
        ("agi:async", None),
        ("/usr/share/agi-bin/rate", None),
        ("", None),
    ],
)
def test_addresses_are_read_as_a_dialplan_writes_them(url: str, address: AgiAddress | None) -> None:
    assert read_address(url) == address


class Counting:
    """An AgiMeter of which only the refusals are wanted."""

    def __init__(self) -> None:
        self.refusals: list[str] = []

    def agi_refused(self, reason: str) -> None:
        self.refusals.append(reason)

    def agi_lost(self, reason: str) -> None:
        raise AssertionError(f"no session begins, and {reason} ends none")

    def agi_answered(self, verb: str, seconds: float) -> None:
        raise AssertionError(f"nothing is asked, not even {verb}")

    def agi_gap(self, seconds: float) -> None:
        raise AssertionError("nothing is asked")


@pytest.mark.parametrize(
    ("secret", "prefix", "counted"),
    [
        (None, "", Refusal.UNKNOWN_SCRIPT),
        ("the-secret-of-the-two", "the-secret-of-the-two", Refusal.UNKNOWN_SCRIPT),
        ("the-secret-of-the-two", "", Refusal.WRONG_SECRET),
        ("the-secret-of-the-two", "another-secret-of-two", Refusal.WRONG_SECRET),
        (None, "the-secret-of-the-two", Refusal.UNKNOWN_SCRIPT),
    ],
)
async def test_the_service_closes_and_counts(secret: str | None, prefix: str, counted: Refusal) -> None:
    meter = Counting()
    server = FastAgiServer({}, door=Door(secret=secret), meter=meter)
    host, port = await server.start("127.0.0.1", 0)
    try:
        found = await asyncio.to_thread(knock, AgiAddress(host, port, prefix), deadline_seconds=5.0)
    finally:
        await server.stop()
    assert found is Knock.CLOSED
    assert meter.refusals == [counted]
