"""Two hundred calls on a real Asterisk, each with one key at a moment that is hard: none may be lost or misplaced.

Where a key really fell is told by the wire (which command Asterisk was carrying out at that moment) and by the
handset (when the key went up), not by the plan.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, HangUp, Press, Step
from ivr.rig.record import CallRecord
from ivr.settings import HOME
from tests.pbx.lab import lab
from tests.pbx.wire import Wire

# The service's commands are held back so long that a key can be pressed between two of them.
HELD_BACK_SECONDS = 0.4
KEYS = ("1", "2", "3")

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
delays = { "0" = 0.9, "2" = 0.1 }

[strata."lab/support"]
layouts = { "paced-123" = 1.0 }
delays = { "0" = 0.8, "2" = 0.2 }

[strata."lab/sales"]
layouts = { "uninterrupted-123" = 1.0 }
delays = { "0" = 1.0 }
"""


def _plans() -> list[CallPlan]:
    rng = random.Random(20)
    plans: list[CallPlan] = []

    def add(count: int, queue: str, behaviour: Behaviour, make: Callable[[str], tuple[Step, ...]]) -> None:
        for _ in range(count):
            number = len(plans) + 1
            plans.append(
                CallPlan(
                    number=number,
                    caller=f"+44207946{number:04d}"[:13],
                    extension=queue,
                    behaviour=behaviour,
                    talk_seconds=round(rng.uniform(0.3, 1.5), 2),
                    steps=make(rng.choice(KEYS)),
                )
            )

    def in_gap(key: str) -> tuple[Step, ...]:
        return (Press(key, Anchor.PAUSE, rng.randint(0, 350), pause_number=rng.randint(2, 3), hold_ms=100),)

    # The intro is two stretches of speech; the third and the fourth are options that a pause follows.
    def in_pause(key: str) -> tuple[Step, ...]:
        return (Press(key, Anchor.PAUSE, rng.randint(1100, 3000), pause_number=rng.randint(3, 4), hold_ms=100),)

    def then_gone(key: str) -> tuple[Step, ...]:
        moment = rng.randint(0, 9000)
        return (Press(key, Anchor.FIRST_FRAME, moment, hold_ms=100), HangUp(Anchor.KEY_UP, rng.randint(0, 240)))

    def in_prompt(key: str) -> tuple[Step, ...]:
        return (Press(key, Anchor.FIRST_FRAME, rng.randint(100, 6500), hold_ms=100),)

    add(65, "support", Behaviour.PRESSES, in_gap)
    add(55, "support", Behaviour.PRESSES_IN_PAUSE, in_pause)
    add(48, "support", Behaviour.PRESSES_AND_LEAVES, then_gone)
    add(32, "sales", Behaviour.PRESSES, in_prompt)
    rng.shuffle(plans)
    return [
        CallPlan(number, plan.caller, plan.extension, plan.behaviour, plan.talk_seconds, plan.steps)
        for number, plan in enumerate(plans, start=1)
    ]


def _place(record: CallRecord, wire: Wire, boot: float) -> str:
    """Say where the key went up: ``gap``, ``silence``, ``uninterrupted`` (a prompt without barge-in) or ``prompt``."""
    moment = record.sent[0].up_at.timestamp() - boot
    playing = wire.calls[record.uniqueid or ""].playing(moment)
    if playing is None:
        return "gap"
    if playing.endswith("/silence"):
        return "silence"
    return "uninterrupted" if record.plan.extension == "sales" else "prompt"


async def test_a_key_at_any_moment_is_stored_once_with_its_call(tmp_path: Path) -> None:
    boot = time.time() - time.monotonic()
    plans = _plans()
    async with lab(
        tmp_path,
        layouts={"uninterrupted-123": UNINTERRUPTED},
        experiment=EXPERIMENT,
        delay_seconds=HELD_BACK_SECONDS,
        variables={"IVR_SITE": "lab"},
        agents=18,
    ) as centre:
        records = await centre.run(plans, rate=4)
        rows = await centre.rows()
        wire = centre.wire
    assert len(records) == 200
    assert all(len(record.sent) == 1 for record in records)

    differing = {
        record.uniqueid: (record.keys, rows.get(record.uniqueid or ""))
        for record in records
        if (row := rows.get(record.uniqueid or "")) is None
        or "".join(press.key for press in row.keys) != record.keys
        or row.key != record.keys
        or row.outcome is not Outcome.RATED
    }
    assert differing == {}
    assert len(rows) == 200

    places = Counter(_place(record, wire, boot) for record in records)
    gone = [record for record in records if _left_within(record, 0.3)]
    sys.stdout.write(f"\nwhere the keys fell: {dict(places)}; hung up within 300 ms of key-up: {len(gone)}\n")
    assert places["gap"] >= 40
    assert places["silence"] >= 40
    assert places["uninterrupted"] >= 20
    assert len(gone) >= 40


def _left_within(record: CallRecord, seconds: float) -> bool:
    return (
        record.left_by == "caller"
        and record.left_at is not None
        and (record.left_at - record.sent[-1].up_at).total_seconds() <= seconds
    )
