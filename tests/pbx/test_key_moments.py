"""When keys went up, as stored, beside what RTP shows: two hundred calls, each with one key, anywhere in the question.

The truth is the end of the key's RFC 4733 event, counted from the first frame of the first prompt, both in RTP: the
first is known where it is sent, the second is found in what the telephone received. A moment is stored sharply, or
between two bounds where the service cannot know it better (keys in prompts that none cuts short, keys between two
commands, a machine that is late); then the truth has to lie within them.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.domain.calls import HandledCall
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from ivr.rig.record import CallRecord
from ivr.settings import HOME
from tests.pbx.heard import Tape
from tests.pbx.lab import lab, only
from tests.pbx.wire import WiredCall

CALLS = 200
OFF_AT_MOST_MS = 60
LATE_SECONDS = 0.3

UNINTERRUPTED = (
    (HOME / "config/layouts/sequential-123.toml")
    .read_text()
    .replace('key = "sequential-123"', 'key = "uninterrupted-123"')
    .replace("barge_in = true", "barge_in = false")
)

EXPERIMENT = """\
key = "default"
salt = "lab"
unit = "call"
primary_metric = "top_box"
minimum_sample = 1
stop_rule = "none"

[strata."*"]
layouts = { "sequential-123" = 1.0 }
delays = { "0" = 1.0 }

[strata."lab/support"]
layouts = { "paced-123" = 1.0 }
delays = { "0" = 0.5, "4" = 0.5 }  # so that about twenty keys come in the silence, however the calls are drawn

[strata."lab/sales"]
layouts = { "uninterrupted-123" = 0.3, "sequential-123" = 0.7 }
delays = { "0" = 1.0 }
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """One key-up: what RTP shows and the bounds that are stored, milliseconds from the first prompt frame."""

    shown_ms: float
    lo_ms: int
    hi_ms: int

    @property
    def off_ms(self) -> float:
        """How far RTP's moment lies outside of the bounds, signed: above 0 where the stored one is late."""
        return max(self.lo_ms - self.shown_ms, 0.0) or min(self.hi_ms - self.shown_ms, 0.0)


def _plans() -> list[CallPlan]:
    rng = random.Random(60)
    return [
        CallPlan(
            number,
            f"+44207946{number:04d}",
            rng.choice(("support", "support", "sales")),
            Behaviour.PRESSES,
            round(rng.uniform(0.3, 1.5), 2),
            (Press(rng.choice("123"), Anchor.FIRST_FRAME, rng.randint(50, 14_000), hold_ms=rng.randint(80, 250)),),
        )
        for number in range(1, CALLS + 1)
    ]


async def test_key_moments_are_stored_within_60_ms_of_what_rtp_shows(tmp_path: Path) -> None:
    async with lab(
        tmp_path,
        layouts={"uninterrupted-123": UNINTERRUPTED},
        experiment=EXPERIMENT,
        variables={"IVR_SITE": "lab"},
        agents=18,
        keeps_tapes=True,
    ) as centre:
        records = await centre.run(_plans(), rate=5)
        rows = await centre.rows()
        intro = centre.settings.sounds_dir / "en/ivr-rating/intro.wav"
    assert [rows[record.uniqueid or ""].outcome for record in records] == [Outcome.RATED] * CALLS
    moments = [_moment(record, rows[record.uniqueid or ""], intro) for record in records]
    sharp = [moment for moment in moments if moment.lo_ms == moment.hi_ms]
    between = [moment for moment in moments if moment.lo_ms != moment.hi_ms]
    sys.stdout.write(f"\n{len(sharp)} moments stored sharply: {_distribution(sharp)}\n")
    sys.stdout.write(f"{len(between)} between bounds: {_distribution(between)}\n")
    assert len(sharp) > 0.7 * CALLS
    assert sum(moment.shown_ms < 0 for moment in moments) >= 5, "some keys come in the silence before the prompt"
    assert [moment for moment in moments if abs(moment.off_ms) > OFF_AT_MOST_MS] == []


class Late:
    """A tap that makes every second call's first prompt begin late, and of the others every answer come late."""

    def __init__(self) -> None:
        self._begins_late: dict[int, bool] = {}

    async def command(self, call: WiredCall, number: int) -> bool:
        begins_late = self._begins_late.setdefault(id(call), len(self._begins_late) % 2 == 0)
        streams = [command for command in call.commands if command.text.startswith("STREAM FILE")]
        if begins_late and call.commands[number] in streams[:1]:
            await asyncio.sleep(LATE_SECONDS)
        return True

    async def reply(self, call: WiredCall, number: int) -> bool:
        if not self._begins_late.get(id(call), True) and call.commands[number].text.startswith("STREAM FILE"):
            await asyncio.sleep(LATE_SECONDS)
        return True


async def test_a_moment_that_the_service_cannot_know_is_stored_between_bounds(tmp_path: Path) -> None:
    rng = random.Random(61)
    plans = [
        CallPlan(
            number,
            f"+44207946{number:04d}",
            "support",
            Behaviour.PRESSES,
            0.4,
            (Press(rng.choice("123"), Anchor.FIRST_FRAME, rng.randint(500, 11_000)),),
        )
        for number in range(1, 25)
    ]
    async with lab(tmp_path, experiment=only("sequential-123"), keeps_tapes=True) as centre:
        centre.wire.tap = Late()
        records = await centre.run(plans, rate=4)
        rows = await centre.rows()
        intro = centre.settings.sounds_dir / "en/ivr-rating/intro.wav"
    moments = [_moment(record, rows[record.uniqueid or ""], intro) for record in records]
    widths = sorted(moment.hi_ms - moment.lo_ms for moment in moments)
    sys.stdout.write(f"\n{len(moments)} moments between bounds {widths[0]} to {widths[-1]} ms apart\n")
    assert [moment for moment in moments if abs(moment.off_ms) > OFF_AT_MOST_MS] == []
    assert widths[0] > LATE_SECONDS * 1000 / 2, "none is stored sharply"


def _moment(record: CallRecord, row: HandledCall, intro: Path) -> Moment:
    tape, (press,), (sent,) = Tape(record.tape), row.keys, record.sent
    # A key can cut the intro off at once; its first half second is enough to know it by.
    heard = tape.find(intro) or tape.find(intro, part_seconds=0.5)
    first_prompt_frame = record.tape[0].arrived + (row.delay_seconds or 0.0) if heard is None else heard.arrived[0]
    assert press.lo_ms is not None
    assert press.hi_ms is not None
    return Moment((sent.up - first_prompt_frame) * 1000, press.lo_ms, press.hi_ms)


def _distribution(moments: Sequence[Moment]) -> str:
    offs = sorted(abs(moment.off_ms) for moment in moments)
    signed = sorted(moment.off_ms for moment in moments)
    return (
        f"off by p50 {_at(offs, 0.5):.1f}, p90 {_at(offs, 0.9):.1f}, p99 {_at(offs, 0.99):.1f}, max {offs[-1]:.1f} ms "
        f"(signed {signed[0]:+.1f} to {signed[-1]:+.1f})"
    )


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
