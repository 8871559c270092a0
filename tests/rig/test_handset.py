import asyncio
import itertools
import socket
import struct
import time

import pytest

from ivr.rig.handset import Handset

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
        first = asyncio.create_task(handset.wait_first_frame())
        for payload in [SILENCE] * 5 + [LOUD] * 10 + [SILENCE] * 25 + [LOUD] * 5:
            far.play(payload)
            await asyncio.sleep(0.02)
        spans = handset.speech
        assert len(spans) == 2
        assert spans[0].start > await first
        assert spans[1].start - spans[0].end > 0.3
        assert await asyncio.wait_for(handset.wait_pause(1, 0.4), 1) == spans[0].end
        assert handset.frames == 45

        handset.begin_stage()
        assert handset.first_frame is None
        assert handset.speech == ()


async def test_rtcp_and_strangers_are_not_frames() -> None:
    handset = await Handset.open()
    with Far(handset) as far:
        far.play(b"\0" * 60, kind=200)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(struct.pack("!BBHII", 0x80, 0, 1, 160, 7) + LOUD, ("127.0.0.1", handset.port))
        await asyncio.sleep(0.05)
        assert handset.first_frame is None
        far.play(LOUD)
        await asyncio.wait_for(handset.wait_first_frame(), 1)


async def test_no_such_key_and_no_call_are_refused() -> None:
    handset = await Handset.open()
    with pytest.raises(ValueError, match=r"no key of a telephone.*0123456789\*#"):
        await handset.press("A")
    with pytest.raises(ValueError, match="connect"):
        await handset.press("1")
    handset.close()
