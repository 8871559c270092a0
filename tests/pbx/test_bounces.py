"""One press that arrives doubled or eleven-fold on a real Asterisk: one answer, one try; the presses as they came.

The handset sends RFC 4733 events of their own for each copy, as a nervous finger does (a quarter of a second apart) and
as a line does on which two streams interleave (eleven within half a second).
"""

from pathlib import Path

from ivr.domain.calls import HandledCall
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press, Step
from ivr.settings import HOME
from tests.pbx.lab import Lab, lab, only

HEARD_OUT = (
    (HOME / "config/layouts/sequential-123.toml")
    .read_text()
    .replace('key = "sequential-123"', 'key = "heard-out"')
    .replace("barge_in = true", "barge_in = false")
)


def doubled(key: str, after_ms: int = 1500) -> tuple[Press, ...]:
    """Return two presses whose key-ups lie 0.25 s apart."""
    return (Press(key, Anchor.FIRST_FRAME, after_ms), Press(key, Anchor.KEY_UP, 130))


def eleven_fold(key: str, after_ms: int = 1500) -> tuple[Press, ...]:
    """Return eleven presses within half a second."""
    first = Press(key, Anchor.FIRST_FRAME, after_ms, hold_ms=25)
    return (first, *(Press(key, Anchor.KEY_UP, 20, hold_ms=25) for _ in range(10)))


def _plan(number: int, *steps: Step) -> CallPlan:
    return CallPlan(number, f"+4420794600{number:02d}", "support", Behaviour.PRESSES, 0.4, steps)


PLANS = [
    _plan(1, *doubled("1")),
    _plan(2, *eleven_fold("2")),
    _plan(3, *doubled("7"), Press("3", Anchor.KEY_UP, 3000)),
    _plan(4, *eleven_fold("7"), Press("3", Anchor.KEY_UP, 3000)),
    _plan(5, *doubled("9")),
    _plan(6, *eleven_fold("9")),
    # The copies of the wrong key are hardly over when the right one comes, as often too.
    _plan(7, *eleven_fold("8"), Press("1", Anchor.KEY_UP, 200), Press("1", Anchor.KEY_UP, 130)),
]


async def test_one_press_is_one_answer_or_one_try_and_all_that_was_heard_is_kept(tmp_path: Path) -> None:
    async with lab(tmp_path, experiment=only("sequential-123")) as centre:
        records = await centre.run(PLANS, rate=4)
        rows = await centre.rows()
    asked = [rows[record.uniqueid or ""] for record in records]
    for record in records:
        last_of_the_first = 1 if len(record.keys) < 5 else 10
        spread_ms = (record.sent[last_of_the_first].up_ms or 0) - (record.sent[0].up_ms or 0)
        assert spread_ms < 700, "the copies came as late as that from the handset already"
    assert [said(row) for row in asked] == [
        *((Outcome.RATED, "1"), (Outcome.RATED, "2")),
        *((Outcome.RATED, "3"), (Outcome.RATED, "3")),
        *((Outcome.OPTED_OUT, None), (Outcome.OPTED_OUT, None)),
        (Outcome.RATED, "1"),
    ]
    assert ["".join(press.key for press in row.keys) for row in asked] == [record.keys for record in records]
    assert [len(record.keys) for record in records] == [2, 11, 3, 12, 2, 11, 13]
    for record in records:
        assert played(centre, record.uniqueid or "", "thanks") == 1


async def test_where_no_key_cuts_a_prompt_short_copies_make_none_play_again(tmp_path: Path) -> None:
    """The moments are known between the ends of a whole prompt, so what could be a copy is taken for one."""
    plans = [_plan(1, *eleven_fold("7"), Press("3", Anchor.KEY_UP, 8000)), _plan(2, *doubled("9"))]
    async with lab(tmp_path, layouts={"heard-out": HEARD_OUT}, experiment=only("heard-out")) as centre:
        records = await centre.run(plans, rate=4)
        rows = await centre.rows()
    wrong, declined = (rows[record.uniqueid or ""] for record in records)
    assert (said(wrong), said(declined)) == ((Outcome.RATED, "3"), (Outcome.OPTED_OUT, None))
    assert ["".join(press.key for press in row.keys) for row in (wrong, declined)] == ["7" * 11 + "3", "99"]
    assert wrong.keys[0].lo_ms == wrong.keys[10].lo_ms
    assert [played(centre, records[0].uniqueid or "", prompt) for prompt in ("intro", "invalid", "thanks")] == [1, 1, 1]
    assert [played(centre, records[1].uniqueid or "", prompt) for prompt in ("intro", "thanks")] == [1, 1]


def said(row: HandledCall) -> tuple[Outcome | None, str | None]:
    return row.outcome, row.key


def played(centre: Lab, uniqueid: str, prompt: str) -> int:
    """Return how often this caller heard ``prompt`` to its end.

    A copy that comes so late that it cuts the prompt short has it played again.
    """
    commands = centre.wire.calls[uniqueid].commands
    return sum(f"/{prompt} " in command.text and "result=0 " in command.reply for command in commands)
