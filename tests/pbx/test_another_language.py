"""The layout that docs/layouts.md writes step by step runs: a caller of that queue hears and rates it in German."""

import re
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from ivr.settings import HOME
from tests.pbx.heard import Tape
from tests.pbx.lab import Lab, lab, only

PAGE = (HOME / "docs" / "layouts.md").read_text()
STEPS = PAGE[PAGE.index("## Write a 5-point layout") : PAGE.index("## The file: every key")]
QUEUE, OTHER_QUEUE = "support", "sales"


def _plan(number: int, queue: str, key: str, after_ms: int) -> CallPlan:
    press = Press(key, Anchor.FIRST_FRAME, after_ms)
    return CallPlan(number, f"+4930794600{number:02d}", queue, Behaviour.PRESSES, 0.4, (press,))


async def test_a_queue_of_another_language_is_asked_in_it_and_the_others_are_not(tmp_path: Path) -> None:
    transcripts, layout, stratum = re.findall(r"```toml\n(.*?)```", STEPS, re.DOTALL)
    experiment = f"{only('sequential-123')}\n{stratum.replace('kundendienst', QUEUE)}"
    experiment = re.sub(r"delays = .*", 'delays = { "0" = 1.0 }', experiment)
    german = [_plan(number, QUEUE, str(number), 11_500) for number in range(1, 6)]
    english = [_plan(6, OTHER_QUEUE, "2", 10_500)]
    async with lab(
        tmp_path,
        layouts={"rating-5-de": layout},
        transcripts={"de": transcripts},
        experiment=experiment,
        keeps_tapes=True,
    ) as centre:
        records = await centre.run([*german, *english], rate=3)
        rows = await centre.rows()
        heard = {record.plan.number: _languages(centre, Tape(record.tape)) for record in records}
    stored = {record.plan.number: rows[record.uniqueid or ""] for record in records}
    assert {number: row.outcome for number, row in stored.items()} == dict.fromkeys(range(1, 7), Outcome.RATED)
    assert {number: row.layout for number, row in stored.items()} == {
        **dict.fromkeys(range(1, 6), "rating-5-de"),
        6: "sequential-123",
    }
    assert [stored[number].category for number in range(1, 6)] == [0, 1, 2, 3, 4]
    assert [stored[number].options_heard for number in range(1, 6)] == [5, 5, 5, 5, 5]
    assert heard == {number: {"en"} if number == 6 else {"de"} for number in range(1, 7)}


def _languages(centre: Lab, tape: Tape) -> set[str]:
    """Return the languages of which the intro and the first choice of a layout were both heard, to their ends."""
    prompts = {"de": ("intro", "scale-1-to-5"), "en": ("intro", "press-1-satisfied")}
    folder = centre.settings.sounds_dir
    return {
        language
        for language, names in prompts.items()
        if all(tape.find(folder / language / "ivr-rating" / f"{name}.wav") is not None for name in names)
    }
