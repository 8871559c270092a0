"""A layout with 3 s pauses is heard with 3 s pauses, as told by the RTP that reaches the telephone."""

import sys
from itertools import pairwise
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press, Step
from ivr.rig.rtp import PACKET_SECONDS, is_sound
from tests.pbx.heard import Tape
from tests.pbx.lab import Lab, lab, only

PAUSE_SECONDS = 3.0
OFF_AT_MOST_SECONDS = 0.060
OPTIONS = ("press-1-satisfied", "press-2-so-so", "press-3-dissatisfied")


def _plan(number: int, *steps: Step) -> CallPlan:
    return CallPlan(number, f"+4420794600{number:02d}", "support", Behaviour.PRESSES_IN_PAUSE, 0.4, steps)


# Who listens to the end hears both pauses, from 6.2 s and from 11.1 s on; the others press within one of them.
LISTENERS = [_plan(number, Press("3", Anchor.FIRST_FRAME, 17_500)) for number in range(1, 7)]
PRESSERS = [
    _plan(10 + number, Press("2", Anchor.FIRST_FRAME, (6_500, 11_400)[number % 2] + 400 * number, hold_ms=100))
    for number in range(6)
]


async def test_a_pause_of_three_seconds_is_heard_as_three_seconds_of_frames(tmp_path: Path) -> None:
    async with lab(tmp_path, experiment=only("paced-123"), keeps_tapes=True) as centre:
        records = await centre.run([*LISTENERS, *PRESSERS], rate=3)
        rows = await centre.rows()
        prompts = [_prompt(centre, name) for name in OPTIONS]
    off_seconds: list[float] = []
    for record in records[: len(LISTENERS)]:
        tape = Tape(record.tape)
        heard = [found for name in prompts if (found := tape.find(name)) is not None]
        assert len(heard) == len(OPTIONS), "every option is played as recorded"
        for before, after in pairwise(heard):
            for end, start in ((before.arrived[1], after.arrived[0]), (before.played[1], after.played[0])):
                off_seconds.append(start - end - PAUSE_SECONDS)
            silence = tape.between(before.arrived[1] + PACKET_SECONDS, after.arrived[0] - PACKET_SECONDS)
            assert not any(is_sound(frame.payload) for frame in silence)
            assert len(silence) > 0.95 * PAUSE_SECONDS / PACKET_SECONDS, "RTP goes on in the silence"
        assert rows[record.uniqueid or ""].outcome is Outcome.RATED
    sys.stdout.write(
        f"\n{len(off_seconds)} measures of pauses: off by {min(off_seconds) * 1000:+.1f} to "
        f"{max(off_seconds) * 1000:+.1f} ms\n"
    )
    assert max(abs(off) for off in off_seconds) <= OFF_AT_MOST_SECONDS

    for record in records[len(LISTENERS) :]:
        tape, (press,) = Tape(record.tape), record.sent
        ended = [found.arrived[1] for name in prompts if (found := tape.find(name)) is not None]
        assert 0 < press.up - ended[-1] < PAUSE_SECONDS, "the key went up in a pause"
        row = rows[record.uniqueid or ""]
        assert (row.outcome, row.key, row.options_heard) == (Outcome.RATED, "2", len(ended))
        assert [press.key for press in row.keys] == ["2"]
    assert {rows[record.uniqueid or ""].options_heard for record in records[len(LISTENERS) :]} == {1, 2}


def _prompt(centre: Lab, name: str) -> Path:
    return centre.settings.sounds_dir / "en/ivr-rating" / f"{name}.wav"
