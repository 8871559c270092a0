"""Scales of 2, 3, 5, 10 and 11 points in both directions on a real Asterisk: every point is keyed, and stored as meant.

Ten is two keys or ``*``; a 1 alone is 1 as soon as nothing follows it, and a doubled 1 is no 11.
"""

import sys
from pathlib import Path

import pytest

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.layouts import TWO_KEYS
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, PlannedAnswer, Press
from ivr.rig.replies import keying
from tests.pbx.lab import lab
from tests.pbx.panel import Panel, compared, differences, versions_in

RATE = 3.0
PRESSES = {
    2: ("1", "2"),
    3: ("1", "2", "3"),
    5: ("1", "2", "3", "4", "5"),
    10: ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
    11: ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
}
SINGLE_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")
"""A scale of ten points by one key each: 0 stands for 10."""
RECORDED = "scale-1-to-10"


def _layout(key: str, presses: tuple[str, ...], *, best_first: bool) -> str:
    """Return a scale that one recording reads; the first point is the best or the worst."""
    points = len(presses)
    options = [
        f'[[options]]\npress = "{press}"\ncategory = {points - 1 - place if best_first else place}\n'
        + (f'prompt = "{RECORDED}"\n' if place == 0 else "")
        + ('also = ["*"]\n' if press == TWO_KEYS else "")
        for place, press in enumerate(presses)
    ]
    categories = ", ".join(f'"{point}"' for point in range(points))
    return (
        f'key = "{key}"\nlanguage = "en"\nquestion = "satisfaction"\ncategories = [{categories}]\n'
        'intro = "intro-hash"\nthanks = "thanks"\ninvalid = "invalid"\nno_key = "no-key"\n'
        'opt_out_key = "#"\ntimeout_seconds = 4\n\n' + "\n".join(options)
    )


SCALES = {
    **{(f"scale-{points}-{way}"): presses for points, presses in PRESSES.items() for way in ("up", "down")},
    "scale-single-up": SINGLE_KEYS,
    "scale-single-down": SINGLE_KEYS,
}
LAYOUTS = {key: _layout(key, presses, best_first=key.endswith("down")) for key, presses in SCALES.items()}


async def test_every_point_of_every_scale_is_stored_as_it_is_keyed(tmp_path: Path) -> None:
    panel = Panel(list(LAYOUTS))
    meant: dict[int, int] = {}
    for key, presses in SCALES.items():
        best = len(presses) - 1
        for place, keyed in enumerate(presses):
            steps = keying(keyed, PRIMARY_QUESTION, Anchor.FIRST_FRAME, 1500 + 350 * place)
            number = panel.call(key, steps, [PlannedAnswer(PRIMARY_QUESTION, keyed)])
            meant[number] = best - place if key.endswith("down") else place
    async with lab(
        tmp_path, layouts=LAYOUTS, experiment=panel.experiment, dialplan=panel.dialplan(tmp_path), agents=18
    ) as centre:
        records = await centre.run(panel.plans, RATE)
        comparison, stored = await compared(centre, records)
        versions = versions_in(centre.settings.layouts_dir)
    assert differences(comparison) == []
    assert {call.row.outcome for call in stored.values()} == {Outcome.RATED}
    assert {number: call.row.category for number, call in stored.items()} == meant
    assert {plan.number: panel.layout_of(plan.number) for plan in panel.plans} == {
        number: call.row.layout for number, call in stored.items()
    }
    assert {len(versions[key].layout.categories) for key in SCALES} == set(PRESSES)
    sys.stdout.write(f"\n{len(records)} calls on {len(SCALES)} scales, 0 mismatches\n")


@pytest.mark.parametrize("way", ["up", "down"])
async def test_ten_by_two_keys_and_what_could_be_taken_for_it(tmp_path: Path, way: str) -> None:
    scale = f"scale-11-{way}"
    panel = Panel([scale])

    def call(answer: str | None, *presses: tuple[str, int], first_ms: int = 1500) -> int:
        steps = [
            Press(key, Anchor.KEY_UP if number else Anchor.FIRST_FRAME, after_ms if number else first_ms, hold_ms=90)
            for number, (key, after_ms) in enumerate(presses)
        ]
        return panel.call(scale, steps, [] if answer is None else [PlannedAnswer(PRIMARY_QUESTION, answer)])

    quick = [call("10", ("1", 0), ("0", after_ms)) for after_ms in (20, 150, 400, 600)]
    star = call("*", ("*", 0))
    alone = call("1", ("1", 0))
    # A second 1 within the window of a copy is none of the answer's digits; the 0 after it still is.
    doubled = call("10", ("1", 0), ("1", 120), ("0", 150))
    # Behind the wait for a second key the 1 was the answer, and a 0 comes too late.
    too_late = call("1", ("1", 0), ("0", 3200))
    seventeen = call("3", ("1", 0), ("7", 200), ("3", 2600))
    in_the_scale = call("10", ("1", 0), ("0", 200), first_ms=6500)
    async with lab(tmp_path, layouts=LAYOUTS, experiment=panel.experiment, dialplan=panel.dialplan(tmp_path)) as centre:
        records = await centre.run(panel.plans, RATE)
        comparison, stored = await compared(centre, records)
    assert differences(comparison) == []
    rows = {number: call.row for number, call in stored.items()}
    ten, one, three = (10, 1, 3) if way == "up" else (0, 9, 7)
    assert [rows[number].category for number in (*quick, star, doubled, in_the_scale)] == [ten] * 7
    assert [rows[number].category for number in (alone, too_late)] == [one] * 2
    assert (rows[seventeen].category, rows[seventeen].outcome) == (three, Outcome.RATED)
    assert [press.key for press in rows[seventeen].keys] == ["1", "7", "3"]
