"""The header block as a request."""

from collections.abc import Mapping

import pytest

from ivr.telephony.agi.header import Header
from ivr.telephony.agi.request import parse_request


def of(fields: Mapping[str, str]) -> Header:
    return Header("\n".join(f"{name}: {value}" for name, value in fields.items()))


def test_a_request_as_the_dialplan_sends_it() -> None:
    request = parse_request(
        of(
            {
                "agi_network_script": "rate?a=b",
                "agi_uniqueid": "1700000000.1",
                "agi_language": "en",
                "agi_callerid": "+4930123456",
                "agi_arg_1": "queue=sales%2C%20north",
                "agi_arg_2": "interface=PJSIP%2Fana",
                "agi_arg_3": "site=",
                "agi_arg_4": "no-name",
                "agi_arg_5": "keys=1%232%2A",
                "agi_arg_6": "agent=a=b",
            }
        )
    )
    assert request is not None
    assert (request.path, request.uniqueid, request.language, request.caller_number) == (
        "rate",
        "1700000000.1",
        "en",
        "+4930123456",
    )
    assert request.arguments == {
        "queue": "sales, north",
        "interface": "PJSIP/ana",
        "keys": "1#2*",
        "agent": "a=b",
    }


@pytest.mark.parametrize("absent", ["", "unknown", "(null)"])
def test_what_asterisk_calls_unknown_is_absent(absent: str) -> None:
    request = parse_request(of({"agi_uniqueid": "1.1", "agi_callerid": absent, "agi_language": absent}))
    assert request is not None
    assert (request.caller_number, request.language, request.path) == (None, None, "")
    assert parse_request(of({"agi_uniqueid": absent})) is None


def test_without_a_channel_there_is_no_request() -> None:
    assert parse_request(of({"agi_network_script": "rate"})) is None
