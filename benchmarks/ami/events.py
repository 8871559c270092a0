"""The events of the flood: whole queue calls as Asterisk sent them, and a VarSet for each of their events.

The calls come from the recorded session in the tests, with channels of their own each, twenty at a time and
interleaved as on a busy PBX.
"""

from dataclasses import dataclass
from pathlib import Path

from ivr.telephony.ami.reading import WANTED

_RECORDED = Path(__file__).parents[2] / "tests/telephony/ami/transcripts/queue_agent_leaves.txt"
_TOGETHER = 20
_EVENTS_A_SLICE = 100

WANTED_NAMES = frozenset(
    name.decode() for name in _RECORDED.read_bytes().replace(b"Event: ", b"\n\n").split(b"\n") if name.lower() in WANTED
)
"""The events that a reader must hand over, as Asterisk spells them."""

_VAR_SET = """Event: VarSet
Privilege: dialplan,all
Timestamp: 1795308753.990328
Channel: PJSIP/anonymous-00000020
ChannelState: 6
ChannelStateDesc: Up
CallerIDNum: 15551234567
CallerIDName: 王小明
ConnectedLineNum: <unknown>
ConnectedLineName: <unknown>
Language: en
AccountCode: main
Context: incoming
Exten: support
Priority: 2
Uniqueid: 1795308753.54
Linkedid: 1795308753.54
Variable: RTPAUDIOQOSBRIDGED
Value: ssrc=1420973201;themssrc=2125173208;lp=0;rxjitter=0.000000;rxcount=512;txjitter=0.000000;txcount=498;\
rlp=0;rtt=0.000
"""


@dataclass(frozen=True, slots=True)
class Flood:
    """What is sent: ``slices`` of whole events, in order.

    ``events`` in all, ``wanted`` of them of the kinds that are read, from ``calls`` whole calls.
    """

    slices: list[bytes]
    events: int
    wanted: int
    calls: int

    @property
    def mean_bytes(self) -> float:
        """How long an event is."""
        return sum(map(len, self.slices)) / self.events


def flood(events: int) -> Flood:
    """Return ``events`` events, every second one a VarSet."""
    template = [_on_wire(block) for block in _RECORDED.read_text().strip().split("\n\n")[1:]]
    var_set = _on_wire(_VAR_SET.strip())
    calls = events // 2 // len(template)
    sent: list[bytes] = []
    for first in range(0, calls, _TOGETHER):
        together = range(first, min(calls, first + _TOGETHER))
        for event in template:
            for call in together:
                sent += (_of_call(var_set, call), _of_call(event, call))
    # What does not make a whole call is made up with VarSets, in front: the last event ends the last call.
    sent = [_of_call(var_set, 0)] * (events - len(sent)) + sent
    slices = [b"".join(sent[at : at + _EVENTS_A_SLICE]) for at in range(0, events, _EVENTS_A_SLICE)]
    wanted = calls * sum(event.split(b"\r\n")[0].split(b": ")[1].decode() in WANTED_NAMES for event in template)
    return Flood(slices, events, wanted, calls)


def _on_wire(block: str) -> bytes:
    return "".join(f"{line}\r\n" for line in [*block.split("\n"), ""]).encode()


def _of_call(event: bytes, call: int) -> bytes:
    caller, agent = 2 * call, 2 * call + 1
    for recorded, own in (
        (b"1795308753.54", b"1795308753.%d" % caller),
        (b"1795308754.55", b"1795308754.%d" % agent),
        (b"-00000020", b"-%08x" % caller),
        (b"-00000021", b"-%08x" % agent),
    ):
        event = event.replace(recorded, own)
    return event
