import asyncio
import itertools
import socket
import struct
import time

import pytest

from ivr.rig.handset import Handset
from ivr.rig.rtp import is_sound, linear, mu_law

LOUD = bytes([0x90, 0x10] * 80)
SILENCE = b"\xff" * 160


class Far:
    """The far end: a plain socket that keeps what arrives and can play audio to the handset."""

    def __init__(self, handset: Handset) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self._handset = handset
        handset.connect(self.socket.getsockname()[1])

    def play(self, payload: bytes, kind: int = 0) -> None:
        self.socket.sendto(struct.pack("!BBHII", 0x80, kind, 1, 160, 7) + payload, ("127.0.0.1", self._handset.port))

    def __enter__(self) -> "Far":
        return self

    def __exit__(self, *_: object) -> None:
        self._handset.close()
        self.socket.close()

    def heard(self) -> list[bytes]:
        packets = []
        while True:
            try:
                packets.append(self.socket.recv(2048))
            except BlockingIOError:
                return packets


async def test_a_key_is_one_rfc_4733_event() -> None:
    handset = await Handset.open()
    with Far(handset) as far:
        before = time.monotonic()
        press = await handset.press("#", hold_seconds=0.12)
        second = await handset.press("5", hold_seconds=0.06)
        await asyncio.sleep(0.01)
        packets = [struct.unpack("!BBHIIBBH", packet) for packet in far.heard()]
        first_key = [packet for packet in packets if packet[5] == 11]
        assert [packet[1] & 0x7F for packet in packets] == [101] * len(packets)
        assert [packet[1] >> 7 for packet in first_key] == [1] + [0] * (len(first_key) - 1)
        assert len({packet[3] for packet in first_key}) == 1
        sequences = [packet[2] for packet in packets]
        steps = {(later - earlier) % 65536 for earlier, later in itertools.pairwise(sequences)}
        assert steps == {1}
        assert [packet[6] >> 7 for packet in first_key][-3:] == [1, 1, 1]
        assert sum(packet[6] >> 7 for packet in first_key) == 3
        durations = [packet[7] for packet in first_key]
        assert durations == sorted(durations)
        assert durations[-1] == int((press.up - press.down) * 8000)
        assert before <= press.down
        assert press.up - press.down >= 0.12
        assert second.down >= press.up
        second_key = [packet for packet in packets if packet[5] == 5]
        apart = (second_key[0][3] - first_key[0][3]) % 2**32
        assert apart == pytest.approx((second.down - press.down) * 8000, abs=2)
        assert handset.presses == [press, second]


async def test_speech_and_silence_are_told_apart() -> None:
    handset = await Handset.open()
    with Far(handset) as far:
        first = asyncio.create_task(handset.hearing.wait_first_frame())
        for payload in [SILENCE] * 5 + [LOUD] * 10 + [SILENCE] * 25 + [LOUD] * 5:
            far.play(payload)
            await asyncio.sleep(0.02)
        spans = handset.hearing.speech
        assert len(spans) == 2
        assert spans[0].start > await first
        assert spans[1].start - spans[0].end > 0.3
        assert await asyncio.wait_for(handset.hearing.wait_pause(1, 0.4), 1) == spans[0].end
        assert handset.hearing.frames == 45

        handset.hearing.begin_stage()
        assert handset.hearing.first_frame is None
        assert handset.hearing.speech == ()


async def test_rtcp_and_strangers_are_not_frames() -> None:
    handset = await Handset.open()
    with Far(handset) as far:
        far.play(b"\0" * 60, kind=200)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(struct.pack("!BBHII", 0x80, 0, 1, 160, 7) + LOUD, ("127.0.0.1", handset.port))
        await asyncio.sleep(0.05)
        assert handset.hearing.first_frame is None
        far.play(LOUD)
        await asyncio.wait_for(handset.hearing.wait_first_frame(), 1)


async def test_a_key_begins_a_new_turn_in_what_is_heard() -> None:
    handset = await Handset.open()
    with Far(handset) as far:
        for payload in [LOUD] * 10:
            far.play(payload)
            await asyncio.sleep(0.02)
        await handset.press("1", hold_seconds=0.04)
        waiting = asyncio.create_task(handset.hearing.wait_pause(1, 0.2, of_turn=True))
        # What is left of the prompt that the key has cut short is no stretch of its own.
        for payload in [LOUD] * 2 + [SILENCE] * 20 + [LOUD] * 15:
            far.play(payload)
            await asyncio.sleep(0.02)
        assert not waiting.done()
        assert await asyncio.wait_for(waiting, 1) == handset.hearing.speech[-1].end
        assert len(handset.hearing.speech) == 3


async def test_a_voice_is_sound_in_real_time_and_then_frames_of_silence() -> None:
    handset = await Handset.open()
    with Far(handset) as far:
        await handset.speak(0.2, silence_seconds=0.1)
        await asyncio.sleep(0.02)
        packets = far.heard()
    assert [packet[1] & 0x7F for packet in packets] == [0] * 15
    assert [is_sound(packet[12:]) for packet in packets] == [True] * 10 + [False] * 5
    stamps = [struct.unpack("!I", packet[4:8])[0] for packet in packets]
    assert {(later - earlier) % 2**32 for earlier, later in itertools.pairwise(stamps)} <= {159, 160, 161}
    (span,) = handset.spoken
    assert span.end - span.start == pytest.approx(0.2)


async def test_a_tape_holds_every_frame_with_its_arrival() -> None:
    handset = await Handset.open(keeps_tape=True)
    with Far(handset) as far:
        before = time.monotonic()
        far.play(LOUD)
        far.play(SILENCE)
        after = time.monotonic()
        # Read late, and known to have come early.
        await asyncio.sleep(0.1)
        assert [frame.payload for frame in handset.hearing.tape] == [LOUD, SILENCE]
        assert all(before - 0.01 <= frame.arrived <= after + 0.01 for frame in handset.hearing.tape)


def test_mu_law_is_what_it_stands_for() -> None:
    assert [mu_law(linear(code)) for code in range(256) if code != 0x7F] == [c for c in range(256) if c != 0x7F]
    assert (linear(0xFF), linear(0x80), linear(0x00)) == (0, 32124, -32124)


async def test_no_such_key_and_no_call_are_refused() -> None:
    handset = await Handset.open()
    with pytest.raises(ValueError, match=r"no key of a telephone.*0123456789\*#"):
        await handset.press("A")
    with pytest.raises(ValueError, match="connect"):
        await handset.press("1")
    handset.close()
