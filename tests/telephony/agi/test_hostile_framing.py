"""Hostile and broken input as the framing takes it: bytes, and what becomes of them."""

import pytest

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice, Reply
from ivr.telephony.agi.header import Header
from tests.telephony.agi.framing_law import LIMITS, obey
from tests.telephony.agi.reference_reader import Item

NO_HEADER = "a header line that is not agi_name: value"
HEADER_OVER = "a header block over the limit"
ENDLESS = "a line without end"
LONG = "a line over the limit"
REPLY_OVER = "a reply over the limit"
NO_RESULT = "a 200 line without result"
NO_REPLY = "a line that is no reply"
WAITS: list[Item] = []

# What comes first on a connection. A list is what is handed out, a text the reason for which the framing is lost.
AT_THE_DOOR: dict[str, tuple[bytes, list[Item] | str]] = {
    "nothing": (b"", WAITS),
    "a probe's line end": (b"\n", [Header("")]),
    "an HTTP request": (b"GET /metrics HTTP/1.1\r\nHost: pbx\r\n\r\n", NO_HEADER),
    "a TLS hello without a line end": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(11, 200)), WAITS),
    "a TLS hello with a line end": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x0a", NO_HEADER),
    "an SSH banner": (b"SSH-2.0-OpenSSH_9.2\r\n", NO_HEADER),
    "a SIP request": (b"OPTIONS sip:pbx SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n", NO_HEADER),
    "an AMI login": (b"Action: Login\r\nUsername: x\r\n\r\n", NO_HEADER),
    "a reply before any header": (b"200 result=0\n", NO_HEADER),
    "a header without agi_": (b"network: yes\n\n", NO_HEADER),
    "a header without colon": (b"agi_network yes\n\n", NO_HEADER),
    "a header of 127 lines": (b"agi_a: b\n" * 127 + b"\n", [Header("\n".join(["agi_a: b"] * 127))]),
    "a header of 128 lines and its end": (b"agi_a: b\n" * 128 + b"\n", HEADER_OVER),
    "a header of 129 lines": (b"agi_a: b\n" * 129, HEADER_OVER),
    "a header of 64 KiB": ((b"agi_a: " + b"x" * 8000 + b"\n") * 9, HEADER_OVER),
    "a header line of 8 KiB and a byte": (b"agi_a: " + b"x" * (LIMITS.line - 6) + b"\n\n", LONG),
    "a header line that never ends": (b"agi_a: " + b"x" * LIMITS.line, ENDLESS),
    "NULs": (b"\0" * 1000 + b"\n", NO_HEADER),
    "a NUL in a value": (b"agi_a: b\0c\n\n", [Header("agi_a: b\0c")]),
    "bytes that are no UTF-8": (b"agi_a: \xff\xc3(\n\n", [Header("agi_a: ��(")]),
    "a line end of two characters": (b"agi_a: b\r\n\r\nHANGUP\r\n", [Header("agi_a: b"), HangupNotice()]),
    "a lone carriage return": (b"agi_a: b\ragi_c: d\n\n", [Header("agi_a: b\ragi_c: d")]),
    "a name twice": (b"agi_a: b\nagi_a: c\n\n", [Header("agi_a: b\nagi_a: c")]),
    "a name with a line end in it": (b"agi_calleridname: A\nagi\n: x\n\n", [Header("agi_calleridname: A\nagi\n: x")]),
}

# What comes after a header, in an open session.
IN_SESSION: dict[str, tuple[bytes, list[Item] | str]] = {
    "an empty line": (b"\n", NO_REPLY),
    "a reply in small letters": (b"hangup\n", NO_REPLY),
    "a second header": (b"agi_network: yes\n\n", NO_REPLY),
    "our own command back": (b"GET VARIABLE IVR_KEYS\n", NO_REPLY),
    "NUL before a reply": (b"\x00200 result=0\n", NO_REPLY),
    "a code of four digits": (b"2000 result=0\n", NO_REPLY),
    "a code that is not used here": (b"503 result=-2 Memory allocation failure\n", NO_REPLY),
    "200 without result": (b"200 OK\n", NO_RESULT),
    "200 and nothing": (b"200 \n", NO_RESULT),
    "a result of letters": (b"200 result=one\n", NO_RESULT),
    "a result of other digits": ("200 result=٣\n".encode(), NO_RESULT),
    "a result of 10 digits": (b"200 result=9999999999\n", [Reply(200, 9999999999)]),
    "a result of 11 digits": (b"200 result=99999999999\n", NO_RESULT),
    "a result of 5,000 digits": (b"200 result=" + b"9" * 5000 + b"\n", NO_RESULT),
    "an endpos of 18 digits": (b"200 result=0 endpos=" + b"9" * 18 + b"\n", [Reply(200, 0, None, 10**18 - 1)]),
    "an endpos of 19 digits": (b"200 result=0 endpos=" + b"9" * 19 + b"\n", NO_RESULT),
    "an endpos below zero": (b"200 result=0 endpos=-1\n", NO_RESULT),
    "an endpos of nothing": (b"200 result=0 endpos=\n", NO_RESULT),
    "two replies": (b"200 result=0\n200 result=1\n", [Reply(200, 0), Reply(200, 1)]),
    "a reply after the hang-up": (b"HANGUP\n200 result=0\n", [HangupNotice(), Reply(200, 0)]),
    "two replies in one line": (b"200 result=0 200 result=1\n", NO_RESULT),
    "two replies with a lone carriage return": (b"200 result=0\r200 result=1\n", NO_RESULT),
    "a value that opens only": (b"200 result=1 (((\n", WAITS),
    "a value that closes too often": (b"200 result=1 ())))\n", [Reply(200, 1, ")))")]),
    "a value that looks like its end": (
        b"200 result=1 (a) endpos=1 (b) endpos=2\n",
        [Reply(200, 1, "a) endpos=1 (b", 2)],
    ),
    "a value of a line and more": (b"200 result=1 (a)\nb)\n", NO_REPLY),
    "a value with a reply in it": (b"200 result=1 (\n200 result=0\n)\n", [Reply(200, 1, "\n200 result=0\n")]),
    "a value of 8 KiB in one line": (b"200 result=1 (" + b"x" * LIMITS.line + b")\n", LONG),
    "a value of 64 KiB in many": (b"200 result=1 (" + (b"x" * 1023 + b"\n") * 65, REPLY_OVER),
    "a value of empty lines for ever": (b"200 result=1 (" + b"\n" * LIMITS.reply, REPLY_OVER),
    "a value of no UTF-8": (b"200 result=1 (\xff\xfe)\n", [Reply(200, 1, "��")]),
    "a value of half a character": (b"200 result=1 (\xe7\x8e\n)\n", [Reply(200, 1, "�\n")]),
    "a usage without end": (b"520-Invalid command syntax.\nUsage:\n520\n520-\n", WAITS),
    "a usage of 64 KiB": (b"520-" + b"usage\n" * 11_000, REPLY_OVER),
    "a hang-up with more in its line": (b"HANGUP now\n", NO_REPLY),
    "a line without end": (b"5" * (LIMITS.line + 1), ENDLESS),
}


def answer(framer: Framer, stream: bytes) -> list[Item] | str:
    try:
        return framer.feed(stream)
    except FramingLost as fault:
        return str(fault)


def hold_to_the_law(stream: bytes) -> None:
    """Compare with the reference where its patience reaches: it begins anew with each line."""
    if stream.count(b"\n") < 200:
        obey(stream, (1,) if len(stream) < 1000 else (1000,))


@pytest.mark.parametrize("what", AT_THE_DOOR)
def test_at_the_door(what: str) -> None:
    stream, expected = AT_THE_DOOR[what]
    assert answer(Framer(), stream) == expected
    hold_to_the_law(stream)


@pytest.mark.parametrize("what", IN_SESSION)
def test_in_a_session(what: str) -> None:
    stream, expected = IN_SESSION[what]
    framer = Framer()
    framer.feed(b"agi_network: yes\n\n")
    assert answer(framer, stream) == expected
    hold_to_the_law(b"agi_network: yes\n\n" + stream)


def test_every_reason_has_its_input() -> None:
    said = {expected for _, expected in (*AT_THE_DOOR.values(), *IN_SESSION.values()) if isinstance(expected, str)}
    assert said == {NO_HEADER, HEADER_OVER, ENDLESS, LONG, REPLY_OVER, NO_RESULT, NO_REPLY}
